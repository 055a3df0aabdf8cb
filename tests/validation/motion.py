"""Acceleration frames of a simulated session: what a strap on the same person's chest would have sent besides RR."""

from dataclasses import replace

import numpy as np

from biofeedback.core.events import Characteristic, Input, Notification
from biofeedback.core.pmd import WANTED, PmdFrame, PmdKind, encode_frame
from biofeedback.straps.chest_motion import TURN_S, ChestMotion
from biofeedback.straps.physiology import Person
from biofeedback.straps.pmd_stream import FRAME_SAMPLES, NS, SET_S
from biofeedback.straps.presets import Streams
from biofeedback.straps.stretches import Stretches, draw_stretches
from tests.validation.sessions import Session

__all__ = ["frames", "with_chest"]


def with_chest(session: Session, streams: Streams, seed: int) -> tuple[Input, ...]:
    """Events of a session with those of the accelerometer among them."""
    assert session.person is not None
    sent = frames(session.person, streams, session.events[-1].t_s, seed)
    events = sorted((*session.events, *sent), key=lambda event: event.t_s)
    return tuple(replace(event, seq=seq) for seq, event in enumerate(events))


def frames(person: Person, streams: Streams, end_s: float, seed: int) -> list[Notification]:
    """Frames that arrive before ``end_s``: late, some lost, on a clock of the strap's own."""
    rngs = [np.random.default_rng([seed, 31, part]) for part in range(4)]
    bursts, postures = (
        Stretches(draw_stretches(every_s, lasting_s, rng))
        for every_s, lasting_s, rng in (
            (streams.burst_every_s, streams.burst_s, rngs[0]), (streams.posture_every_s, TURN_S, rngs[1]),
        )
    )  # fmt: skip
    motion, rng = ChestMotion(person, streams, bursts, postures, rngs[2]), rngs[3]
    step_s = 1 / (WANTED[PmdKind.ACCELERATION].rate_hz * (1 + rng.uniform(*streams.rate_error_fraction)))
    set_ns, fast = rng.uniform(*SET_S) * NS, 1 + rng.uniform(*streams.clock_error_fraction)
    delay_s, size = rng.uniform(*streams.delay_s), FRAME_SAMPLES[PmdKind.ACCELERATION]
    found, last_s, taken = [], 0.0, 0
    while (taken + size) * step_s < end_s - delay_s:
        t_s = np.arange(taken, taken + size) * step_s
        taken += size
        acc_mg = np.rint(motion.measure(t_s)).astype(np.int32)
        last_s = max(last_s, float(t_s[-1]) + delay_s + rng.exponential(streams.jitter_s))
        frame = PmdFrame(PmdKind.ACCELERATION, round(set_ns + float(t_s[-1]) * NS * fast), acc_mg)
        if rng.random() >= streams.lost_fraction and last_s < end_s:
            found.append(Notification(0, last_s, 1, Characteristic.PMD_DATA, encode_frame(frame)))
    return found
