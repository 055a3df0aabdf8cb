"""What was measured, and on which machine: a figure without it says nothing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

__all__ = ["describe"]

PACKAGES = ("biofeedback", "numpy", "scipy", "neurokit2", "fastapi", "uvicorn")


def describe() -> str:
    """Machine, its load now, and versions, one a line."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return "\n".join(
        (
            f"machine   {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
            f"load      {load} (1, 5, 15 minutes, when it began)",
            f"versions  Python {platform.python_version()}, {versions}",
        )
    )


def _processor() -> str:
    """Name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
