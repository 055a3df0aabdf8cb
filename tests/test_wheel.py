"""The wheel holds everything: built, opened, and installed in a virtual environment of its own."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WHERE = "import biofeedback.server.app as app, biofeedback; print(biofeedback.__file__, app.web_folder(), sep='\\n')"

pytest.importorskip("build", reason="needs build: pip install -e '.[dev]'")
pytest.importorskip("hatchling", reason="needs hatchling: pip install -e '.[dev]'")


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # it would lead to the checkout
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs a program of an environment with the wheel; what it depends on is borrowed from the one of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    purelib = Path(run(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # A path in a .pth file is searched, but .pth files in it are not read: the checkout itself stays out of sight.
    (purelib / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    run(sys.executable, "-m", "pip", "--python", programs / "python", "install", "--no-deps", "--no-index", wheel)
    return lambda program, *arguments: run(programs / program, *arguments, cwd=folder)


def test_wheel_holds_the_pages_and_what_they_load(names: set[str]) -> None:
    kept = {path.relative_to(ROOT / "web").as_posix() for path in (ROOT / "web").rglob("*") if path.is_file()}
    kept = {name for name in kept if "__pycache__" not in name}
    assert {"index.html", "patient.html", "physio.html", "style.css"} <= kept
    assert {f"biofeedback/web/{name}" for name in kept} - names == set()


def test_wheel_holds_the_words_and_the_style_of_the_report(names: set[str]) -> None:
    assert {"biofeedback/lang/nl.json", "biofeedback/lang/en.json", "biofeedback/report/page.css"} <= names
    assert {f"biofeedback/report/{name}" for name in ("sheet.typ", "sheet.css", "figures.css")} <= names
    assert {name for name in names if name.endswith(".ttf")}


def test_wheel_holds_the_command_and_the_licence(wheel: Path, names: set[str]) -> None:
    (entry_points,) = (name for name in names if name.endswith("dist-info/entry_points.txt"))
    with zipfile.ZipFile(wheel) as archive:
        assert "biofeedback = biofeedback.cli:main" in archive.read(entry_points).decode()
    assert any(name.endswith("/LICENSE") for name in names)


def test_wheel_holds_neither_tests_nor_recordings(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"biofeedback"}


def test_installed_command_answers(installed: Callable[..., str]) -> None:
    assert installed("python", "-m", "biofeedback", "--help").startswith("usage: biofeedback")
    assert "not diagnosis or treatment" in " ".join(installed("biofeedback", "--help").split())


def test_installed_server_finds_the_pages_of_the_wheel(installed: Callable[..., str]) -> None:
    package, web = (Path(line) for line in installed("python", "-c", WHERE).splitlines())
    assert not package.is_relative_to(ROOT / "biofeedback")
    assert web == package.parent / "web"
    assert (web / "patient.html").is_file()


def test_installed_program_simulates_and_analyzes(installed: Callable[..., str]) -> None:
    installed("biofeedback", "simulate", "--preset", "responder", "--seed", "7", "--out", "session.jsonl")
    assert '"schema":1' in installed("biofeedback", "analyze", "--json", "session.jsonl").replace(": ", ":")
    installed("biofeedback", "report", "session.jsonl", "--out", "session.pdf")  # with the fonts of the wheel
