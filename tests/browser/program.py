"""The program itself, as a person starts it, and pages that visit it."""

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page
from watching import ROOT, watched


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(data: Path, port: int, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The program itself, as a person starts it; killed at the end, and by no name but its own."""
    command = [sys.executable, "-m", "biofeedback", "serve", "--port", str(port), "--data", str(data), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def visit(browser: Browser, port: int, path: str, process: subprocess.Popen[str], **options: object) -> Page:
    """The page, as soon as the server is ready."""
    wait_until_ready(port, process)
    origin = f"http://127.0.0.1:{port}"
    page = watched(browser, origin, **options).page
    page.goto(f"{origin}{path}?lang=en")
    return page


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            if process.poll() is not None:
                raise AssertionError(f"the server stopped: {process.communicate()[0]}") from None
