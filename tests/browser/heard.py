"""What pages have heard: how a test waits until they show what the scripted server said last."""

from playwright.sync_api import Page
from scripted_server import ScriptedServer
from strapped import until


def hear_out(page: Page, server: ScriptedServer) -> None:
    """Return when all who watch have heard what was said so far: each message is shown before the next is heard."""
    server.ask()
    until(page, lambda: server.is_heard)
