"""Pages that send spoilt messages to a real server: it says what is wrong or closes, and serves all others."""

import logging
from itertools import islice

import pytest
import websockets
from served import Page, Serve

from tests.fuzz.talk import spoilt_messages

VISITS, MESSAGES = 60, (5, 25)  # short visits, some of which come to their end, and long ones
CLOSES = {1007, 1008, 1009, 1012, 1013}  # no UTF-8, nonsense, too large, restart, try again
THEIR_FAULT = "Invalid UTF-8 sequence received from client."


async def close_after(page: Page, messages: list[bytes]) -> int | None:
    """Code with which the server closed; None: it has taken the messages, and goes on."""
    try:
        for message in messages:
            await page.socket.send(message, text=True)
        await page.say("mark", kind="note", text="still here")
        await page.hear("mark", text="still here")
    except websockets.ConnectionClosed:
        return await page.closed()
    return None


async def test_spoilt_messages_disturb_nobody_and_are_no_fault_of_ours(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve(strap="browser", max_messages_per_s=10_000)
    messages = spoilt_messages(1)
    closes = []
    with caplog.at_level(logging.WARNING):
        for visit in range(VISITS):
            async with served.page() as page:
                closes.append(await close_after(page, list(islice(messages, MESSAGES[visit % 2]))))
        async with served.page("physio") as last:
            assert await close_after(last, []) is None
    assert set(closes) <= CLOSES | {None}
    assert {None, 1007, 1008} <= set(closes), closes
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert set(said) <= {THEIR_FAULT}
