"""Twenty lost links in ten minutes, from the radio to the results: nothing lost, nothing doubled, nothing bridged.

The session, bleak and every time-out run unmodified on a loop whose time passes only when nothing is on its way.
"""

import asyncio
import random
import statistics
from dataclasses import dataclass
from pathlib import Path

import pytest
from fake_bus import fake_bluez
from fake_heart import FakeHeart, Sent
from fake_pmd import FakePmd
from fake_strap import FakeStrap
from resting_loop import at_rest

from biofeedback.clock import LoopClock
from biofeedback.core.events import Characteristic, Link, LinkState, Notification, StepKind
from biofeedback.core.exercises import Exercise, PlannedStep
from biofeedback.core.pacing import Pattern
from biofeedback.core.sources import WHOLE_S
from biofeedback.recording import Recording, read_recording
from biofeedback.report.analysis import Analysis, analyze
from biofeedback.report.source import read_source
from biofeedback.straps.ble import BleStrap
from biofeedback.unattended import record

pytestmark = [pytest.mark.bus, pytest.mark.whole]

TEN_MINUTES = Exercise(
    "ten_minutes",
    (
        PlannedStep(StepKind.BASELINE, 120),
        PlannedStep(StepKind.BREATHE, 360, Pattern(4, 6)),
        PlannedStep(StepKind.RECOVERY, 120),
    ),
)
DROPS = 20
EVEN_MS = 1.0  # between R peaks at 130 Hz; one difference across a gap would make ten times as much
LONGEST_AWAY_S = 5.0


@dataclass(frozen=True, slots=True)
class Outage:
    """The strap went out of range, and was on the air again some seconds later."""

    lost_s: float
    on_air_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """What happened on the air, what was recorded of it, and what was made of it."""

    frames: list[Sent]
    streamed: list[bytes]
    outages: list[Outage]
    recording: Recording
    analysis: Analysis

    def recorded(self, kind: Characteristic) -> list[Notification]:
        return [e for e in self.recording.events if isinstance(e, Notification) and e.characteristic is kind]

    def losses(self) -> list[Outage]:
        """Outages that ended a link on which frames had come."""
        found, since_s = [], 0.0
        for outage in self.outages:
            if any(since_s < sent.t_s < outage.lost_s for sent in self.frames):
                found.append(outage)
            since_s = outage.lost_s
        return found

    def links(self, state: LinkState) -> list[float]:
        return [e.t_s for e in self.recording.events if isinstance(e, Link) and e.state is state]


async def drop_at_random(strap: FakeStrap, heart: FakeHeart, chance: random.Random, outages: list[Outage]) -> None:
    """Take the strap out of range at random moments; after each, the heart beats evenly at another rate."""
    loop = asyncio.get_running_loop()
    for n, at_s in enumerate(sorted(chance.uniform(5.0, 585.0) for _ in range(DROPS))):
        await asyncio.sleep(max(0.0, at_s - loop.time()))
        lost_s, strap.on_air = loop.time(), False
        await strap.drop()
        await asyncio.sleep(chance.uniform(0.0, LONGEST_AWAY_S))
        heart.rr_1024ths = chance.randrange(700, 800) + 350 * (n % 2)  # far from the one before
        strap.on_air = True
        outages.append(Outage(lost_s, loop.time()))


async def ten_minutes(address: str, out: Path, seed: int, way: str) -> tuple[FakeHeart, FakePmd, list[Outage]]:
    """A recorded session."""
    outages: list[Outage] = []
    async with fake_bluez(address) as bluez:
        bluez.advertise_s = 0.2
        strap, pmd = bluez.add_h10(speed=1.0)
        if way == "AcquireNotify":
            bluez.fail("StartNotify", "org.bluez.Error.NotSupported", uuid="2a37")
        heart = FakeHeart(strap)
        async with asyncio.TaskGroup() as group:
            air = [
                group.create_task(heart.beat()),
                group.create_task(drop_at_random(strap, heart, random.Random(seed), outages)),
            ]
            await record(BleStrap(), TEN_MINUTES, 620.0, out, LoopClock())
            for task in air:
                task.cancel()
        assert not strap.connected
    return heart, pmd, outages


@pytest.fixture(scope="module", params=[(1, "AcquireNotify"), (2, "StartNotify")], ids=lambda p: p[1])
def run(request: pytest.FixtureRequest, private_bus: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ten minutes with twenty drops."""
    seed, way = request.param
    out = tmp_path_factory.mktemp("drops") / f"{way}.jsonl"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DBUS_SYSTEM_BUS_ADDRESS", private_bus)
        heart, pmd, outages = at_rest(ten_minutes(private_bus, out, seed, way))
    return Run(heart.heard, pmd.sent, outages, read_recording(out), analyze(read_source(out)))


def test_every_frame_that_was_sent_while_connected_is_recorded_once_and_in_order(run: Run) -> None:
    heard = [sent.value for sent in run.frames]
    assert len(heard) > 300
    assert [event.value for event in run.recorded(Characteristic.HEART_RATE)] == heard


def test_every_frame_of_ecg_and_acceleration_is_recorded_once_and_in_order(run: Run) -> None:
    recorded = [event.value for event in run.recorded(Characteristic.PMD_DATA)]
    assert len(recorded) > 700
    assert recorded == run.streamed


def test_each_gap_is_marked_within_half_a_second(run: Run) -> None:
    losses = run.losses()
    marked = run.links(LinkState.LOST)
    assert len(losses) >= DROPS / 2
    assert len(marked) == len(losses)
    assert all(abs(t_s - loss.lost_s) < 0.5 for t_s, loss in zip(marked, losses, strict=True))


def test_beats_are_back_within_ten_seconds_of_the_strap_being_on_the_air(run: Run) -> None:
    back = run.links(LinkState.CONNECTED)
    assert len(back) == len(run.losses()) + 1
    for t_s in back:
        on_air_s = max((outage.on_air_s for outage in run.outages if outage.on_air_s < t_s), default=0.0)
        assert t_s - on_air_s < 10.0


def test_the_gaps_in_the_results_are_those_on_the_air(run: Run) -> None:
    """Each ends where the first interval after it begins, and starts at the last beat that counts.

    Where the ECG counts, that one is a beat older where the ECG ended in the midst of the next.
    """
    gaps = [gap for gap in run.analysis.gaps if gap.reason == "out_of_range"]  # not those where ECG takes over
    starts_s, ecg_starts_s, ends_s = [], [], []
    assert len(gaps) == len(run.losses())
    back_s = 0.0
    for gap, loss in zip(gaps, run.losses(), strict=True):
        before, after = [s for s in run.frames if s.t_s < loss.lost_s], [s for s in run.frames if s.t_s > loss.lost_s]
        last_s = next(sent.beats_s[-1] for sent in reversed(before) if sent.beats_s)
        first = next(sent for sent in after if sent.beats_s)
        is_short = loss.lost_s - back_s < WHOLE_S
        (starts_s if is_short else ecg_starts_s).append(abs(gap.start_s - last_s))
        ends_s.append(abs((gap.end_s or 0.0) - first.beats_s[0] + first.rr_s))
        back_s = first.t_s
    assert max(*starts_s, *ends_s) < 0.5
    assert max(ecg_starts_s) < 1.5
    assert statistics.median(ecg_starts_s) < 0.5
    assert statistics.median(ends_s) < 0.2


def test_no_difference_no_rmssd_and_no_breath_bridges_a_gap(run: Run) -> None:
    """The heart beats evenly between two losses and at another rate after each: all that varies is across a gap."""
    assert len({sent.rr_s for sent in run.frames}) > DROPS / 2
    measured = [step.measures for step in run.analysis.steps if step.measures and step.measures.sdnn_ms is not None]
    assert len(measured) >= 2
    for measures in measured:
        assert measures.sdnn_ms is not None
        assert measures.sdnn_ms > 50.0
        assert measures.rmssd_ms == pytest.approx(0.0, abs=EVEN_MS)
        assert measures.pnn50_percent == 0.0
    usable = [breath for breath in run.analysis.breaths if breath.usable]
    assert len(usable) > 10
    assert all(breath.exhale_rise_ms == pytest.approx(0.0, abs=EVEN_MS) for breath in usable)
    bridged = [
        (gap, breath)
        for gap in run.analysis.gaps
        for breath in usable
        if gap.reason == "out_of_range" and gap.start_s < breath.end_s and breath.inhale_start_s < (gap.end_s or 0.0)
    ]
    assert bridged == []
