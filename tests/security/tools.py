"""Tools that look at code and dependencies."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

__all__ = ["audit_dependencies", "is_installed", "look_for_weak_code"]

ROOT = Path(__file__).parents[2]


def is_installed(tool: str) -> bool:
    """Whether a tool is there; says how to get it."""
    if importlib.util.find_spec(tool) is not None:
        return True
    print(f"SKIPPED {tool}: pip install -e '.[security]'")
    return False


def look_for_weak_code() -> bool:
    """Whether bandit finds nothing that is not explained on its line."""
    done = _run("bandit", "-q", "-c", str(ROOT / "pyproject.toml"), "-r", str(ROOT / "biofeedback"))
    print(done.stdout if done.returncode else "bandit: nothing that is not explained on its line")
    return done.returncode == 0


def audit_dependencies() -> bool:
    """Whether no dependency is known to be vulnerable; what cannot be asked is said and is no failure."""
    done = _run("pip_audit", "--local", "--skip-editable", "--progress-spinner", "off", "-f", "json")
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"SKIPPED pip-audit: nobody could be asked ({reason})")
        return True
    unknown = [each["name"] for each in found if "skip_reason" in each]
    weak = {each["name"]: [one["id"] for one in each["vulns"]] for each in found if each.get("vulns")}
    for name, ids in weak.items():
        print(f"FOUND by pip-audit, {name}: {', '.join(ids)}")
    print(f"pip-audit: {len(found) - len(unknown)} packages known, {len(weak)} of them vulnerable", end="; ")
    print(f"of {len(unknown)} nothing could be asked" + (" (SKIPPED)" if unknown else ""))
    return not weak


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A tool's run."""
    return subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
