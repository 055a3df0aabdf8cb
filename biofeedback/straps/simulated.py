"""A simulated strap on a simulated person: it speaks the bytes of a real one, and everything follows from the seed."""

import math
from collections.abc import Iterator
from itertools import count

import numpy as np

from biofeedback.clock import Clock
from biofeedback.core.events import Characteristic, Step
from biofeedback.core.heart_rate import HeartRateMeasurement, encode
from biofeedback.errors import InputError
from biofeedback.straps.physiology import Person
from biofeedback.straps.pmd_stream import PmdStreams
from biofeedback.straps.presets import PRESETS, Faults
from biofeedback.straps.strap import Connected, Lost, Payload, Searching, Sink
from biofeedback.straps.stretches import Stretch, Stretches, draw_stretches
from biofeedback.straps.truth import Fault, Truth, paced_breaths, streams_truth

__all__ = ["SimulatedStrap"]

CHEST = b"\x01"  # Body Sensor Location 0x2A38
NOTIFY_S = (0.975, 1.0)  # between notifications (straps.md)
JITTER_S = 0.03  # by which a notification arrives late; assumed
CONNECT_S = (0.3, 0.8)  # from searching to connected; assumed
OUTAGE_MARGIN_S = 20.0  # no outage begins so near to the edge of its stretch
SHOWN_BEATS = 6  # the heart rate field is the mean over so many beats; assumed


def _outages(faults: Faults, rng: np.random.Generator) -> Iterator[Stretch]:
    """Yield the stretches without link, in order."""
    every_s = faults.outage_every_s
    for start_s in count(0.0, every_s) if every_s else ():
        lost_s = start_s + rng.uniform(OUTAGE_MARGIN_S, (every_s or 0.0) - OUTAGE_MARGIN_S - faults.outage_s[1])
        yield lost_s, lost_s + rng.uniform(*faults.outage_s)
    yield math.inf, math.inf


class _Sensor:
    """The strap's electronics: R peaks in, measurements on the 1/1024 s grid out."""

    def __init__(self, faults: Faults, says_contact: bool, seed: int) -> None:
        self.faults: list[Fault] = []
        self._rates = faults
        self._rng = np.random.default_rng([seed, 6])
        self.no_contact = Stretches(draw_stretches(faults.contact_s, faults.no_contact_s, self._rng.spawn(1)[0]))
        self._says_contact = says_contact
        self._asked_s = 0.0
        self._last_tick: int | None = None
        self._waiting: list[int] = []
        self._recent: list[int] = []

    def restart(self) -> None:
        """Forget what was not sent: the link was lost."""
        self._last_tick = None
        self._waiting = []

    def hear(self, beat_s: float) -> None:
        """Take in one R peak; it is missed now and then, or another is seen where none was."""
        if not self._has_contact(beat_s):
            self._last_tick = None
            return
        chance = self._rng.random()
        if chance < self._rates.missed_fraction:
            self.faults.append(Fault(beat_s, "missed"))
            return
        tick = round(beat_s * 1024)  # the time is rounded, not the interval: nothing adds up
        if self._last_tick is not None:
            if chance > 1 - self._rates.extra_fraction:
                between = self._last_tick + round(self._rng.uniform(0.3, 0.7) * (tick - self._last_tick))
                self.faults.append(Fault(between / 1024, "extra"))
                self._waiting.append(between - self._last_tick)
                self._last_tick = between
            self._waiting.append(tick - self._last_tick)
        self._last_tick = tick

    def measurement(self, heard_until_s: float) -> HeartRateMeasurement:
        """What the next notification says."""
        rr_1024ths, self._waiting = tuple(self._waiting), []
        self._recent = [*self._recent, *rr_1024ths][-SHOWN_BEATS:]
        heart_rate_bpm = round(60 * 1024 * len(self._recent) / sum(self._recent)) if self._recent else 0
        has_contact = self._has_contact(heard_until_s)
        return HeartRateMeasurement(heart_rate_bpm, has_contact if self._says_contact else None, rr_1024ths=rr_1024ths)

    @property
    def no_contact_s(self) -> tuple[Stretch, ...]:
        """Stretches without contact that are over."""
        return tuple(off_s for _, off_s in self.no_contact.until(self._asked_s) if off_s[1] <= self._asked_s)

    def _has_contact(self, t_s: float) -> bool:
        """Whether the electrodes touch."""
        self._asked_s = max(self._asked_s, t_s)
        return not self.no_contact.cover(np.array([t_s]))[0]


class SimulatedStrap:
    """A strap for every screen, test and reference recording; always labelled as simulated.

    Parameters
    ----------
    preset : str
        A name in ``PRESETS``.
    seed : int
        Not negative. The same preset and seed, watching the same steps, send the same bytes.

    Raises
    ------
    InputError
        If there is no such preset, or the seed is negative.
    """

    source = "simulated"
    simulated = True

    def __init__(self, preset: str = "responder", seed: int = 1) -> None:
        if preset not in PRESETS:
            raise InputError(f"there is no simulated person {preset!r}; choose one of {', '.join(PRESETS)}")
        if seed < 0:
            raise InputError(f"the seed of a simulated person must not be negative, got {seed}")
        self.preset = PRESETS[preset]
        self.seed = seed
        self._rng = np.random.default_rng([seed, 5])
        self._latency_s = self._rng.uniform(*self.preset.faults.latency_s)
        self._notify_s = self._rng.uniform(*NOTIFY_S)
        self._connect_s = self._rng.uniform(*CONNECT_S)
        self._battery_percent = int(self._rng.integers(40, 100))
        self._person = Person(self.preset.traits, seed)
        streams = self.preset.streams
        self._sensor = _Sensor(self.preset.faults, streams is None, seed)
        self._pmd = None if streams is None else PmdStreams(self._person, streams, self._sensor.no_contact, seed)
        self._outages = _outages(self.preset.faults, np.random.default_rng([seed, 7]))
        self._outage_s = next(self._outages)
        self._outages_s: list[Stretch] = []
        self._unheard_s: list[float] = []
        self._clock: Clock | None = None

    def watch(self, step: Step | None) -> None:
        """Let the person look at another step (None: none)."""
        if step is not None:
            self._person.watch(step, step.t_s)
        else:
            self._person.watch(None, self._clock.now_s() if self._clock is not None else 0.0)

    async def run(self, sink: Sink, clock: Clock) -> None:
        """Call ``sink`` with every event until cancelled."""
        self._clock = clock
        slot_s = await self._connect(sink, clock, clock.now_s() + self._connect_s)
        while True:
            slot_s += self._notify_s
            if slot_s >= self._outage_s[0]:
                slot_s = await self._lose(sink, clock)
                continue
            due_s = slot_s + self._rng.uniform(0.0, JITTER_S)
            await self._stream(sink, clock, due_s)
            await clock.sleep_until(due_s)
            self._listen(due_s)
            sink(Payload(Characteristic.HEART_RATE, encode(self._sensor.measurement(due_s - self._latency_s))))

    def truth(self, until_s: float) -> Truth:
        """What is true about a session that ended at ``until_s``; to be asked when it has."""
        person, respiration = self._person, self._person.respiration
        self._unheard_s += person.advance(until_s)
        faults = [*(Fault(beat_s, "ectopic") for beat_s in person.ectopic_s), *self._sensor.faults]
        return Truth(
            simulated=True,
            preset=self.preset.name,
            seed=self.seed,
            heart_rate_bpm=person.heart_rate_bpm,
            rsa_bpm=respiration.rsa_bpm,
            lag_s=respiration.lag_s,
            breathing_per_min=respiration.breathing_per_min,
            follows=self.preset.traits.follows.value,
            strap_latency_s=self._latency_s,
            beats_s=tuple(beat_s for beat_s in person.beats_s if beat_s <= until_s),
            faults=tuple(sorted((fault for fault in faults if fault.t_s <= until_s), key=lambda fault: fault.t_s)),
            no_contact_s=self._sensor.no_contact_s,
            outages_s=tuple(self._outages_s),
            paced_breaths=paced_breaths(person, until_s),
            streams=None if self._pmd is None else streams_truth(person, self._pmd, until_s),
        )

    async def _connect(self, sink: Sink, clock: Clock, at_s: float) -> float:
        """Search, connect and send what is read once; return when that was. Beats until then are lost."""
        sink(Searching("strap.searching"))
        await clock.sleep_until(at_s)
        self._listen(at_s)
        self._sensor.restart()
        while self._outage_s[1] <= at_s:
            self._outage_s = next(self._outages)
        sink(Connected(self.source, f"Simulated strap ({self.preset.name})"))
        sink(Payload(Characteristic.BODY_LOCATION, CHEST))
        sink(Payload(Characteristic.BATTERY, bytes([self._battery_percent])))
        if self._pmd is not None:
            self._pmd.start(at_s)
        return at_s

    async def _lose(self, sink: Sink, clock: Clock) -> float:
        """Lose the link, and return when it is there again."""
        await self._stream(sink, clock, self._outage_s[0])
        await clock.sleep_until(self._outage_s[0])
        if self._pmd is not None:
            self._pmd.stop(self._outage_s[0])
        sink(Lost("out_of_range"))
        self._outages_s.append(self._outage_s)
        return await self._connect(sink, clock, self._outage_s[1])

    async def _stream(self, sink: Sink, clock: Clock, until_s: float) -> None:
        """Send what the strap streams up to ``until_s``."""
        while self._pmd is not None and (due_s := self._pmd.next_s) <= until_s:
            await clock.sleep_until(due_s)
            self._listen(due_s)
            payload = self._pmd.send()
            if payload is not None:
                sink(payload)

    def _listen(self, until_s: float) -> None:
        """Let the person live up to ``until_s``, and the sensor hear what has passed the latency by then."""
        self._unheard_s += self._person.advance(until_s)
        while self._unheard_s and self._unheard_s[0] + self._latency_s <= until_s:
            self._sensor.hear(self._unheard_s.pop(0))
