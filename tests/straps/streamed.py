"""What a simulated strap streams, put together again with the help of its truth."""

import asyncio
from dataclasses import dataclass
from functools import cache

import numpy as np

from biofeedback.clock import LoopClock, VirtualLoop
from biofeedback.core.events import Characteristic, Step, StepKind
from biofeedback.core.pacing import Pattern
from biofeedback.core.pmd import PmdFrame, PmdKind, decode_frame
from biofeedback.straps.simulated import SimulatedStrap
from biofeedback.straps.strap import Payload, StrapEvent
from biofeedback.straps.truth import Truth

MEASURED = (
    Step(1, 0.0, StepKind.BASELINE, 120),
    Step(2, 120.0, StepKind.BREATHE, 120, Pattern(4, 6)),
    Step(3, 240.0, StepKind.RECOVERY, 120),
)


@dataclass(frozen=True)
class Streamed:
    events: list[tuple[float, StrapEvent]]
    truth: Truth

    def payloads(self, characteristic: Characteristic) -> list[tuple[float, bytes]]:
        return [
            (t_s, event.value)
            for t_s, event in self.events
            if isinstance(event, Payload) and event.characteristic is characteristic
        ]

    def frames(self, kind: PmdKind) -> list[tuple[float, PmdFrame]]:
        """Frames of one kind, with the times at which they arrived."""
        decoded = [(t_s, decode_frame(value)) for t_s, value in self.payloads(Characteristic.PMD_DATA)]
        return [(t_s, frame) for t_s, frame in decoded if frame.kind is kind]

    def signal(self, kind: PmdKind) -> tuple[np.ndarray, np.ndarray]:
        """True times of all samples on the session's clock, and the samples."""
        streams = self.truth.streams
        rate_hz = streams.ecg_hz if kind is PmdKind.ECG else streams.acceleration_hz
        frames = [frame for _, frame in self.frames(kind)]
        since_s = [
            (frame.end_ns - streams.clock_start_ns) / 1e9 - np.arange(len(frame.samples) - 1, -1, -1) / rate_hz
            for frame in frames
        ]
        return (
            np.concatenate(since_s) / (1 + streams.clock_error_fraction),
            np.concatenate([frame.samples for frame in frames]).astype(float),
        )


async def _live(strap: SimulatedStrap, duration_s: float, steps: tuple[Step, ...]) -> Streamed:
    clock = LoopClock()
    events: list[tuple[float, StrapEvent]] = []
    running = asyncio.ensure_future(strap.run(lambda event: events.append((clock.now_s(), event)), clock))
    for step in steps:
        await clock.sleep_until(step.t_s)
        strap.watch(step)
    await clock.sleep_until(duration_s)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return Streamed(events, strap.truth(duration_s))


@cache
def stream(preset: str, seed: int = 1, duration_s: float = 360.0, steps: tuple[Step, ...] = MEASURED) -> Streamed:
    """A simulated session in a moment."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_live(SimulatedStrap(preset, seed), duration_s, steps))
