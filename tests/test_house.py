"""The laws of the house that a program can check: walls, sizes, names, and nothing of one machine in any file."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "biofeedback"
CORE = sorted((PACKAGE / "core").glob("*.py"))
SOURCES = {".py", ".js", ".css", ".html"}
LONGEST_LINES = 400  # past that a file is split by noun
LONGEST_FUNCTION_LINES = 50
NOT_NOUNS = {"utils", "util", "helpers", "common", "misc", "base", "manager"}
NOT_MIRRORING = {
    "bench",
    "bluez",
    "browser",
    "faults",
    "fuzz",
    "security",
    "load",
    "soak",
    "validation",
    "web",
}  # tests of what stands beside the package, or of all of it
NOT_SHARED = ("__init__.py", "__main__.py", "conftest.py", "update.py")  # named so by their tools
# Written so that this file does not hold what it looks for.
MACHINE = re.compile(
    r"(?<![\w.])(?:/(?:[w]ork|[r]oot|[t]mp|[h]ome/\w+|[U]sers/\w+|[v]ar/tmp)/|[C]:\\\\?Users)"
    r"|[p]ypi\.|[p]ythonhosted|[n]pmjs\.|[d]eb\.debian|[r]egistry\.(?:npm|yarn)|[a]ctivestate|[j]frog|[a]rtifactory"
)
# What a checker is told to pass over, with its codes, and the reason after them. Written so as not to find itself.
SILENCED = re.compile(
    r"#\s*(?:ruff: )?(?:[n]oqa(?:: [A-Z]+\d+(?:, [A-Z]+\d+)*)?|type: [i]gnore(?:\[[a-z, -]+\])?"
    r"|[p]ragma: no cover|[n]osec [A-Z]\d+)(?P<why>[^\n]*)"
)
LOCKS = {"package-lock.json", "yarn.lock", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock"}


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Files that git keeps, and those it would if they were added."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a clone: it is asked which files it keeps")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def own_sources(tracked: list[Path]) -> Iterator[tuple[Path, int]]:
    """Files that we wrote, with their lines."""
    for path in tracked:
        if path.suffix in SOURCES and "vendor" not in path.parts:
            yield path.relative_to(ROOT), len(path.read_text(encoding="utf-8").splitlines())


def test_imports_point_down_and_every_module_has_its_place() -> None:
    command = shutil.which("lint-imports", path=os.pathsep.join((str(Path(sys.executable).parent), os.defpath)))
    if command is None:
        pytest.skip("needs import-linter: pip install -e '.[dev]'")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_core_draws_no_random_numbers_and_opens_nothing(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    assert attributes & {"random", "default_rng", "load", "save", "loadtxt", "savetxt", "memmap"} == set()
    assert names & {"open", "print", "input", "eval", "exec"} == set()


def test_no_file_is_too_long(tracked: list[Path]) -> None:
    long = {str(path): lines for path, lines in own_sources(tracked) if lines > LONGEST_LINES}
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION_LINES
    ]
    assert long == []


def test_modules_are_nouns() -> None:
    modules = {path.stem for path in PACKAGE.rglob("*.py")} | {path.name for path in PACKAGE.iterdir()}
    assert modules & NOT_NOUNS == set()


def test_test_folders_mirror_the_package(tracked: list[Path]) -> None:
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in tracked if path.is_relative_to(ROOT / "tests")}
    folders = {name for name in folders if (ROOT / "tests" / name).is_dir()} - NOT_MIRRORING
    assert folders <= {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    assert "core" in folders


def test_stand_ins_that_tests_share_have_names_of_their_own(tracked: list[Path]) -> None:
    names = sorted(path.name for path in tracked if path.is_relative_to(ROOT / "tests") and path.suffix == ".py")
    shared = [name for name in names if not name.startswith("test_") and name not in NOT_SHARED]
    assert len(shared) == len(set(shared))


def test_tests_do_not_replace_our_own_code(tracked: list[Path]) -> None:
    patched = re.compile(r"[m]ock\.patch|[f]rom unittest import [m]ock|[m]ocker\b")
    tests = [path for path in tracked if path.is_relative_to(ROOT / "tests") and path.suffix == ".py"]
    assert [path.name for path in tests if patched.search(path.read_text(encoding="utf-8"))] == []


def test_no_file_knows_a_machine_or_a_registry(tracked: list[Path]) -> None:
    found = []
    for path in tracked:
        for number, line in enumerate(path.read_bytes().decode("utf-8", "ignore").splitlines(), start=1):
            if match := MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    assert found == []


def test_no_lock_file_is_kept(tracked: list[Path]) -> None:
    assert {path.name for path in tracked} & LOCKS == set()


def test_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert re.search(r"^make test </dev/null$", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert os.name == "nt" or os.access(script, os.X_OK)


def test_make_says_what_it_can_do() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert phony is not None
    said = set(re.findall(r"^([a-z-]+):.* ## \w", makefile, flags=re.MULTILINE))
    assert set(phony[1].split()) - {"system"} == said


def test_what_a_checker_is_told_to_pass_over_says_why_on_its_line(tracked: list[Path]) -> None:
    found, silent = 0, []
    for path in tracked:
        if path.suffix == ".py":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                for silenced in SILENCED.finditer(line):
                    found += 1
                    if len(re.findall(r"\w+", silenced["why"])) < 2:
                        silent.append(f"{path.relative_to(ROOT)}:{number}")
    assert silent == []
    assert found > 20
