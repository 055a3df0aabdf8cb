"""What a strap really sends, spoilt at random; the same seed spoils the same."""

import asyncio
import math
import struct
from collections.abc import Iterator
from functools import cache
from random import Random

from biofeedback.clock import LoopClock, VirtualLoop
from biofeedback.core.events import Characteristic, Input, Notification, Step, StepKind
from biofeedback.core.pacing import Pattern
from biofeedback.straps.simulated import SimulatedStrap
from biofeedback.straps.strap import Payload, StrapEvent
from tests.fuzz.whole import ASK, ECG, HEART_BEATS, MOTION, STEP, TICKS_PER_S, read_session, write_session

__all__ = ["payload_seeds", "session_seeds", "spoilt_payloads", "spoilt_sessions"]

LIVED_S = 75.0
PRESETS = "h10_responder", "h10_ectopy", "h10_restless", "responder"
TRUE_PAYLOADS = tuple(
    bytes.fromhex(payload)
    for payload in (
        "10437203 8a03", "10449203", "103c8c04", "0040", "163c1104", "163cf503", "063c",  # of an H10 and an H7
        "1e46020110048004", "1148017203", "02000001820001010e00", "0202000132000101100002010200", "0100", "0302",
        "f002000000", "f001000000 0001820001010e00", "f001020000 00041900320064 00c80001011000 0203020004000800",
    )
)  # fmt: skip


async def _live(preset: str) -> tuple[Input, ...]:
    """Inputs of the first minute or so with a simulated strap, one step after the other."""
    clock, heard = LoopClock(), []

    def hear(event: StrapEvent) -> None:
        if isinstance(event, Payload):
            heard.append(Notification(0, round(clock.now_s(), 6), 1, event.characteristic, event.value))

    running = asyncio.ensure_future(SimulatedStrap(preset, 1).run(hear, clock))
    await clock.sleep_until(LIVED_S)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    steps = (Step(0, 5.0, StepKind.BASELINE, 20), Step(0, 25.0, StepKind.BREATHE, 40, Pattern(4, 6)))
    return tuple(sorted([*heard, *steps], key=lambda event: event.t_s))


@cache
def session_seeds() -> tuple[bytes, ...]:
    """Whole sessions, as ``read_session`` takes them."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return (*(write_session(runner.run(_live(preset))) for preset in PRESETS), _terse())


def _terse() -> bytes:
    """A session of two minutes in few bytes, so that a change of one reaches far: frames made of a number or three."""
    said = [(0.0, ASK, b"\0"), (5.0, STEP, b"\0"), (40.0, STEP, b"\x3d"), (100.0, STEP, b"\2")]
    for frame in range(214):  # a spike every .81 s, of about 1000 uV
        place = round(frame * 73 % 105.3)
        said.append((frame * 73 / 130, ECG, struct.pack("<H", 110 * 73 + place) if place < 73 else b""))
    for frame in range(166):
        t_s = frame * 36 / 50
        turn_mg = 20 * math.sin(math.tau * t_s / (4 if t_s < 40 else 10))
        felt_mg = round(turn_mg), -1000, round(turn_mg / 2)
        said.append((t_s, MOTION, struct.pack("<3H", *(part + (1 << 15) for part in felt_mg))))
    said += [(second, HEART_BEATS, struct.pack("<H", 829 + second % 40)) for second in range(1, 120)]
    written, before = b"", 0
    for t_s, operation, content in sorted(said, key=lambda one: one[0]):
        now = round(t_s * TICKS_PER_S)
        written += bytes([operation, now - before, len(content)]) + content
        before = now
    return written


@cache
def payload_seeds() -> tuple[bytes, ...]:
    """Payloads of every kind."""
    sent = [event for event in read_session(session_seeds()[1]) if isinstance(event, Notification)]
    frames = [event.value for event in sent if event.characteristic is Characteristic.PMD_DATA][:6]
    return (*TRUE_PAYLOADS, *frames, b"")


def spoilt_payloads(seed: int) -> Iterator[bytes]:
    """Yield payloads without end."""
    chance, seeds = Random(seed), payload_seeds()
    while True:
        payload = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((0, 1, 1, 2, 4, 8))):
            _spoil(payload, chance)
        yield bytes(payload)


def spoilt_sessions(seed: int) -> Iterator[bytes]:
    """Yield sessions without end: a stretch of a true one, whose parts are lost, doubled, swapped, late or damaged."""
    chance, seeds = Random(seed), [_parts(session) for session in session_seeds()]
    while True:
        parts = list(chance.choice(seeds))
        start = chance.choice((0, 0, chance.randrange(len(parts))))
        parts = parts[start : start + chance.choice((20, 80, 250, len(parts)))]
        for _ in range(chance.choice((0, 1, 3, 10, 30))):
            _spoil_parts(parts, chance)
        yield b"".join(parts)


def _parts(session: bytes) -> list[bytes]:
    """The operations of a session."""
    parts, place = [], 0
    while place < len(session):
        end = place + 3 + session[place + 2]
        parts.append(session[place:end])
        place = end
    return parts


def _spoil(payload: bytearray, chance: Random) -> None:
    """Change some bytes."""
    place = chance.randrange(len(payload) + 1)
    match chance.randrange(6):
        case 0:
            del payload[place:]
        case 1:
            payload[place:place] = chance.randbytes(chance.choice((1, 1, 2, 3, 6, 40)))
        case 2:
            del payload[place : place + chance.choice((1, 2, 3, 10))]
        case 3:
            payload[place : place + 1] = bytes([chance.choice((0, 1, 0x7F, 0x80, 0xFF))])
        case _ if place < len(payload):
            payload[place] ^= 1 << chance.randrange(8)


def _spoil_parts(parts: list[bytes], chance: Random) -> None:
    """Change one operation of a session, or the order of them."""
    place, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    match chance.randrange(7):
        case 0 if len(parts) > 1:
            del parts[place]
        case 1:
            parts.insert(place, parts[place])
        case 2:
            parts[place], parts[other] = parts[other], parts[place]
        case 3:  # late
            parts[place] = parts[place][:1] + chance.randbytes(1) + parts[place][2:]
        case 4:
            content = chance.randbytes(chance.choice((0, 1, 2, 5, 20, 230)))
            parts.insert(place, bytes([chance.randrange(256), chance.randrange(80), len(content)]) + content)
        case _:
            content = bytearray(parts[place][3:])
            for _ in range(chance.choice((1, 1, 4))):
                _spoil(content, chance)
            parts[place] = parts[place][:2] + bytes([min(len(content), 255)]) + bytes(content[:255])
