"""The patient's own browser over a network that does its worst: the recording holds what the page read, each once."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser
from program import serving, wait_until_ready
from strapped import BEATING, connect, strapped, until
from test_own_strap_recorded import beats, origins, rest, streamed

from tests.faults.chaos import Chaos, Fault
from tests.ports import free_port

ROUNDS = 2  # so often each fault befalls a connection
LONGEST_S = 2.0  # and a new one has to be made


class InTurn(random.Random):
    """Draws one thing after the other."""

    drawn = 0

    def choice(self, things):
        self.drawn += 1
        return things[self.drawn % len(things)]


class Network:
    """A chaos on a thread of its own: the browser's thread waits for the browser."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._chaos = Chaos(port, InTurn(3), LONGEST_S)
        self._chaos.be_kind()
        self.port = asyncio.run_coroutine_threadsafe(self._chaos.open(), self._loop).result()

    @property
    def befallen(self) -> dict[str, int]:
        """How many connections each fault befell."""
        return dict(self._chaos.faults)

    def be_unkind(self) -> None:
        self._chaos.faults.clear()
        self._loop.call_soon_threadsafe(self._chaos.be_unkind)

    def be_kind(self) -> None:
        self._loop.call_soon_threadsafe(self._chaos.be_kind)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._chaos.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def network(port: int) -> Iterator[Network]:
    """A network to a port; kind at first."""
    between = Network(port)
    try:
        yield between
    finally:
        between.close()


def test_a_network_that_does_its_worst_loses_and_doubles_nothing(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port, "--strap", "browser", "--exercise", "plain_4_6") as process, network(port) as between:
        wait_until_ready(port, process)
        page = strapped(browser, f"http://127.0.0.1:{between.port}", BEATING).page
        connect(page)
        beats(page)
        page.get_by_role("button", name="Straight to the exercise", exact=True).click()
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_selector("[data-screen=breathe]")
        between.be_unkind()
        for count in range(1, ROUNDS + 1):
            for fault in Fault:
                until(page, lambda fault=fault, count=count: between.befallen.get(fault, 0) >= count)
        between.be_kind()
        sent = rest(page)
        until(page, lambda: len(streamed(tmp_path)) >= len(sent))
        page.context.close()
    assert len(sent) > 30
    assert streamed(tmp_path) == sent
    found = origins(tmp_path)
    assert [origin.seq for origin in found] == list(range(1, len(found) + 1))
    assert len({origin.id for origin in found}) == 1
