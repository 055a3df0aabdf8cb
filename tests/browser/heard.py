"""What pages have heard: how a test waits until they show what the scripted server said last."""

from playwright.sync_api import Page
from scripted_server import ScriptedServer
from strapped import until

from biofeedback import messages


def hear_out(page: Page, server: ScriptedServer) -> None:
    """Return when all who watch have heard what was said so far: each message is shown before the next is heard."""
    before = _pongs(server)
    server.send(messages.Ping())
    until(page, lambda: _pongs(server) >= before + server.viewers)


def _pongs(server: ScriptedServer) -> int:
    return sum(one["type"] == "pong" for one in server.heard)
