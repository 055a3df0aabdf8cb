"""ECG and acceleration as a simulated strap streams them: asked for, sampled on its own clock, sent, lost."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.events import Characteristic
from biofeedback.core.pmd import START, WANTED, PmdFrame, PmdKind, PmdReply, encode_frame, encode_reply, start_command
from biofeedback.straps.chest_motion import TURN_S, ChestMotion
from biofeedback.straps.electrocardiogram import Electrocardiogram
from biofeedback.straps.physiology import Person
from biofeedback.straps.presets import Streams
from biofeedback.straps.strap import Payload
from biofeedback.straps.stretches import Stretch, Stretches, draw_stretches

__all__ = ["LostFrame", "OwnClock", "PmdStreams"]

FRAME_SAMPLES = {PmdKind.ECG: 73, PmdKind.ACCELERATION: 36}  # straps.md; what fits a notification of an H10
NOT_SUPPORTED = 3  # status of a reply
ASK_S = (0.5, 2.0)  # from connected to the first command; assumed
REPLY_S = (0.05, 0.15)  # from a command to its reply, and from that to the next command; assumed
SET_S = (6.0e8, 8.6e8)  # what the strap's clock may say at time 0: years 2019 to 2027
NS = 1e9

Measure = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class OwnClock:
    """The strap's clock in ns since 2000-01-01, ``start_ns`` at time 0; it runs fast by ``error_fraction``."""

    start_ns: int
    error_fraction: float

    def ns(self, t_s: float) -> int:
        """What it says at a time of the session."""
        return self.start_ns + round(t_s * NS * (1 + self.error_fraction))

    def t_s(self, since_start_ns: NDArray[np.float64]) -> NDArray[np.float64]:
        """Times of the session, so many of the clock's own ns after time 0."""
        return since_start_ns / (NS * (1 + self.error_fraction))


@dataclass(frozen=True, slots=True)
class LostFrame:
    """A frame that was measured and never arrived: its kind, and the stamp that it bore."""

    kind: str
    end_ns: int


class _Stream:
    """One stream of frames; ``due_s`` is when the next arrives."""

    def __init__(
        self, kind: PmdKind, measure: Measure, clock: OwnClock, streams: Streams, rng: np.random.Generator
    ) -> None:
        self.due_s = math.inf
        self.lost: list[LostFrame] = []
        self.rate_hz = WANTED[kind].rate_hz * (1 + rng.uniform(*streams.rate_error_fraction))
        self._kind = kind
        self._measure = measure
        self._clock = clock
        self._delay_s = rng.uniform(*streams.delay_s)
        self._jitter_s, self._lost_fraction = streams.jitter_s, streams.lost_fraction
        self._rng = rng
        self._first_ns = 0.0  # after the clock's start, as are the times of all samples
        self._taken = 0
        self._stall_s = math.inf

    def start(self, at_s: float, stall_s: float) -> None:
        """Take the first sample at a time of the session; nothing arrives from ``stall_s`` on."""
        self._first_ns = float(self._clock.ns(at_s) - self._clock.start_ns)
        self._taken, self._stall_s = 0, stall_s
        self.due_s = at_s
        self._plan()

    def stop(self) -> None:
        """Send no more."""
        self.due_s = math.inf

    def frame(self) -> bytes | None:
        """The frame that is due; None if it is lost on the way."""
        at_ns = self._frame_ns()
        samples = np.rint(self._measure(self._clock.t_s(at_ns))).astype(np.int32)
        frame = PmdFrame(self._kind, self._clock.start_ns + round(float(at_ns[-1])), samples)
        self._taken += at_ns.size
        self._plan()
        if self._rng.random() < self._lost_fraction:
            self.lost.append(LostFrame(self._kind.name.lower(), frame.end_ns))
            return None
        return encode_frame(frame)

    def _frame_ns(self) -> NDArray[np.float64]:
        """When the samples of the next frame are taken, on the strap's clock."""
        number = np.arange(self._taken, self._taken + FRAME_SAMPLES[self._kind], dtype=np.float64)
        return self._first_ns + number * (NS / self.rate_hz)

    def _plan(self) -> None:
        """Find out when the next frame arrives: frames of one stream never overtake each other."""
        late_s = self._delay_s + self._rng.exponential(self._jitter_s)
        due_s = max(self.due_s, float(self._clock.t_s(self._frame_ns()[-1:])[0]) + late_s)
        self.due_s = due_s if due_s < self._stall_s else math.inf


class PmdStreams:
    """Both streams of a strap, and the commands that start them, as a session records them."""

    def __init__(self, person: Person, streams: Streams, no_contact: Stretches, seed: int) -> None:
        rng = np.random.default_rng([seed, 8])
        self.clock = OwnClock(int(rng.uniform(*SET_S) * NS), rng.uniform(*streams.clock_error_fraction))
        self.streamed_s: list[Stretch] = []
        self.bursts = Stretches(
            draw_stretches(streams.burst_every_s, streams.burst_s, np.random.default_rng([seed, 9]))
        )
        self.postures = Stretches(draw_stretches(streams.posture_every_s, TURN_S, np.random.default_rng([seed, 10])))
        self._plan = streams
        self._rng = rng
        self._asked: list[tuple[float, bytes]] = []
        ecg = Electrocardiogram(person, streams, self.bursts, no_contact, np.random.default_rng([seed, 11]))
        motion = ChestMotion(person, streams, self.bursts, self.postures, np.random.default_rng([seed, 12]))
        self._streams = {
            kind: _Stream(kind, measure, self.clock, streams, np.random.default_rng([seed, 13, kind]))
            for kind, measure in ((PmdKind.ECG, ecg.measure), (PmdKind.ACCELERATION, motion.measure))
        }

    @property
    def next_s(self) -> float:
        """When the next payload comes, or a frame that is lost would have; infinite when none does."""
        return min([at_s for at_s, _ in self._asked[:1]] + [stream.due_s for stream in self._streams.values()])

    @property
    def lost(self) -> tuple[LostFrame, ...]:
        """Frames that never arrived."""
        return tuple(frame for stream in self._streams.values() for frame in stream.lost)

    def rate_hz(self, kind: PmdKind) -> float:
        """How many samples a second of its own clock the strap takes."""
        return self._streams[kind].rate_hz

    def start(self, at_s: float) -> None:
        """Ask for both streams: the link is up since ``at_s``."""
        ask_s = at_s + self._rng.uniform(*ASK_S)
        stall_s = math.inf if self._plan.stall_s is None else ask_s + self._rng.uniform(*self._plan.stall_s)
        for kind, stream in self._streams.items():
            reply_s = ask_s + self._rng.uniform(*REPLY_S)
            reply = PmdReply(START, kind, NOT_SUPPORTED if self._plan.refused else 0)
            self._asked += [(ask_s, start_command(kind, WANTED[kind])), (reply_s, encode_reply(reply))]
            if not self._plan.refused:
                stream.start(reply_s, stall_s)
            ask_s = reply_s + self._rng.uniform(*REPLY_S)
        if not self._plan.refused:
            self.streamed_s.append((reply_s, stall_s))

    def stop(self, at_s: float) -> None:
        """Send no more: the link was lost."""
        self._asked.clear()
        for stream in self._streams.values():
            stream.stop()
        self.streamed_s = [(start_s, min(end_s, at_s)) for start_s, end_s in self.streamed_s]

    def send(self) -> Payload | None:
        """What comes next, at ``next_s``; None for a frame that is lost. To be asked when the person lives by then."""
        if self._asked and self._asked[0][0] <= self.next_s:
            return Payload(Characteristic.PMD_CONTROL, self._asked.pop(0)[1])
        frame = min(self._streams.values(), key=lambda stream: stream.due_s).frame()
        return None if frame is None else Payload(Characteristic.PMD_DATA, frame)
