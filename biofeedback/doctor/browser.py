"""Which browsers are on this machine, and what they can do with the pages."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from biofeedback.doctor.check import Check

__all__ = ["check_browsers", "check_elsewhere", "check_features", "find_browsers"]

COMMANDS = {
    "Chromium": ("chromium", "chromium-browser"),
    "Chrome": ("google-chrome", "google-chrome-stable", "chrome"),
    "Edge": ("microsoft-edge", "microsoft-edge-stable", "msedge"),
    "Firefox": ("firefox", "firefox-esr"),
}
APPLICATIONS = {"Chromium": "Chromium", "Chrome": "Google Chrome", "Edge": "Microsoft Edge", "Firefox": "Firefox"}
APPLICATIONS |= {"Safari": "Safari"}
PROGRAMS = {
    "Chrome": "Google/Chrome/Application/chrome.exe",
    "Edge": "Microsoft/Edge/Application/msedge.exe",
    "Firefox": "Mozilla Firefox/firefox.exe",
}
PROGRAM_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
FAMILY = {"Chromium": "chromium", "Chrome": "chromium", "Edge": "chromium", "Firefox": "firefox", "Safari": "safari"}


def find_browsers(
    platform: str,
    which: Callable[[str], str | None] = shutil.which,
    exists: Callable[[Path], bool] = Path.exists,
    folders: tuple[str, ...] | None = None,
) -> list[str]:
    """Names of the browsers on this machine, those that can do most first."""
    if platform == "darwin":
        return [name for name, app in APPLICATIONS.items() if exists(Path(f"/Applications/{app}.app"))]
    if platform == "win32":
        roots = [os.environ.get(name, "") for name in PROGRAM_FOLDERS] if folders is None else list(folders)
        return [name for name, path in PROGRAMS.items() if any(root and exists(Path(root) / path) for root in roots)]
    return [name for name, commands in COMMANDS.items() if any(which(command) for command in commands)]


def check_browsers(found: list[str]) -> Check:
    """Whether there is a browser for the pages."""
    if not found:
        return Check.warn("doctor.browser", "none")
    return Check.ok("doctor.browser", names=", ".join(found))


def check_features(found: list[str], platform: str) -> Check:
    """What the best browser on this machine can do with pages from this machine (plain http on loopback is enough)."""
    if not found:
        return Check.warn("doctor.features", "none")
    family = FAMILY[found[0]]
    if family == "chromium":
        return Check.ok("doctor.features", "chromium_linux" if platform == "linux" else "chromium")
    return Check.warn("doctor.features", family)


def check_elsewhere() -> Check:
    """What a browser on another device can do with pages over plain http: less, whatever its name."""
    return Check.ok("doctor.elsewhere")
