"""A whole session in which much goes wrong, and a log that holds nothing of it but what, where and when."""

import asyncio
import json
import signal
from pathlib import Path

import httpx
import pytest
import websockets
from server_process import Running, running

from biofeedback.core.heart_rate import decode

pytestmark = pytest.mark.whole

PLANTED = "Planted"  # in all that comes from a person, a page, a strap or the disk
ADDRESS = "C0:FF:EE:11:22:33"
FAULTS = f"""
from biofeedback.core.pipeline import Pipeline
from biofeedback.store import committer
from biofeedback.straps import registry
from biofeedback.straps.simulated import SimulatedStrap

settings |= dict(subject="{PLANTED}-17", speed=20.0)
sent = open(Path(sys.argv[1]).parent / "sent.txt", "w", buffering=1)

class FailingStrap(SimulatedStrap):
    async def run(self, sink, clock):
        count = 0
        def pass_on(event):
            nonlocal count
            count += 1
            sink(event)
            if hasattr(event, "value"):
                sent.write(event.value.hex() + "\\n")
                if count == 20:
                    raise ValueError("{PLANTED} {ADDRESS} " + event.value.hex())
        await super().run(pass_on, clock)

registry._STRAPS["simulated"] = lambda rest: FailingStrap("responder", 3)

feed, fed, write, groups = Pipeline.feed, [0], committer.write, [0]
def failing_feed(self, event):
    fed[0] += 1
    if fed[0] == 60:
        raise RuntimeError(f"{PLANTED} {{event!r}}")
    return feed(self, event)
def failing_write(*parts):
    groups[0] += 1
    if 12 <= groups[0] <= 13:
        raise OSError(28, "{PLANTED}", "{PLANTED}-17.db")
    return write(*parts)
Pipeline.feed, committer.write = failing_feed, failing_write
"""
NONSENSE = [
    f'{{"type":"{PLANTED}"}}',
    f'{{"type":"mark","kind":"{PLANTED}"}}',
    f"{{{PLANTED}",
    f'{{"type":"command","command":"new","exercise":"{PLANTED}"}}',
    '{"type":"rating","scale":"Planted","moment":"before","value":77}',
    PLANTED.encode() + b"\xff\xfe",
]


async def ask_nonsense(server: Running) -> None:
    """Requests that are refused, each with something that nobody should find in a log."""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        for path in (f"/{PLANTED}", f"/api/people/{PLANTED}", f"/livez?token={PLANTED}", f"/static/{PLANTED}"):
            await client.get(path, headers={"Authorization": f"Bearer {PLANTED}", "Cookie": f"biofeedback={PLANTED}"})
        await client.post("/api/sign-in", json={"user": PLANTED, "password": PLANTED}, headers={"Origin": server.url})
        await client.post("/api/join", json={"token": PLANTED}, headers={"Origin": f"https://{PLANTED}.example"})
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"{PLANTED} / HTTP/9\r\n\r\n".encode())
    assert PLANTED.encode() not in await reader.read()
    writer.close()


async def run_session(server: Running) -> None:
    """A session with notes, until its strap, its disk and its pipeline have failed."""
    socket = await websockets.connect(f"ws://127.0.0.1:{server.port}/ws", origin=server.url)
    async with socket, asyncio.timeout(120):
        await socket.send('{"type":"hello","protocol":1,"role":"physio"}')
        await socket.send('{"type":"command","command":"start"}')
        await socket.send(json.dumps({"type": "mark", "kind": "note", "text": f"{PLANTED}: dizzy, 81 bpm"}))
        for said in NONSENSE:
            await socket.send(said)
        waited_for = {("quality", "saved", False), ("quality", "saved", True)}
        seen: set[tuple[str, str, object]] = set()
        async for text in socket:
            message = json.loads(text)
            seen.add((message["type"], "saved", message.get("saved")))
            if waited_for <= seen and sent_lines(server) > 70:
                break


def sent_lines(server: Running) -> int:
    return (server.data.parent / "sent.txt").read_text(encoding="ascii").count("\n")


async def test_the_log_of_a_session_in_which_much_goes_wrong_holds_nothing_of_anybody(tmp_path: Path) -> None:
    async with running(tmp_path / "data", before=FAULTS) as server:
        await ask_nonsense(server)
        await run_session(server)
        assert await server.end(signal.SIGTERM) == 0
    messages = [entry["message"] for entry in server.log]
    for expected in (
        "the strap failed",
        "the pipeline failed",
        "nothing is being saved",
        "Invalid HTTP request",
    ):
        assert any(str(message).startswith(expected) for message in messages), expected
    planted = [PLANTED.lower(), ADDRESS.lower(), "dizzy"]
    sent = (tmp_path / "sent.txt").read_text(encoding="ascii").split()
    payloads = [value for value in sent if len(value) >= 8]  # shorter ones are battery and place of the strap
    intervals = {f"{rr / 1.024:.4f}" for value in payloads for rr in decode(bytes.fromhex(value)).rr_1024ths}
    assert len(payloads) > 40
    assert len(intervals) > 20
    written = server.written.lower()
    assert [text for text in [*planted, *payloads, *intervals] if text in written] == []
