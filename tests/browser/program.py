"""The program itself, as a person starts it, and pages that visit it."""

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Page
from watching import ROOT, watched

LOOK_S = 0.1  # between looks at a server that starts
STARTS_S = 60.0  # longest that it takes to answer or to end, on a machine that has much to do


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
            process.communicate(timeout=STARTS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def visit(browser: Browser, port: int, path: str, process: subprocess.Popen[str], **options: object) -> Page:
    """The page, as soon as the server is ready; a browser has nothing to say about how it was served."""
    wait_until_ready(port, process)
    origin = f"http://127.0.0.1:{port}"
    view = watched(browser, origin, **options)
    view.page.goto(f"{origin}{path}?lang=en")
    assert view.faults == []
    return view.page


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=STARTS_S):
                return
        except OSError:
            with suppress(subprocess.TimeoutExpired):  # who asks without a pause takes the processor that it starts on
                process.wait(LOOK_S)
    raise AssertionError(f"the server stopped: {process.communicate()[0]}")
