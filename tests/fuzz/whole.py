"""Whole sessions out of arbitrary bytes, and what must hold of everything that the pipeline then says."""

import math
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.core.events import (
    Characteristic,
    End,
    Input,
    Link,
    LinkState,
    Mark,
    MarkKind,
    Notification,
    Resumed,
    RrIntervals,
    Step,
    StepKind,
    StrapInfo,
)
from biofeedback.core.heart_rate import HeartRateMeasurement, decode, encode
from biofeedback.core.pacing import Pattern
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.pmd import (
    START,
    WANTED,
    PmdFrame,
    PmdKind,
    PmdReply,
    decode_frame,
    encode_frame,
    encode_reply,
    start_command,
)
from biofeedback.core.results import Beat, Result
from biofeedback.errors import MalformedPayload

__all__ = [
    "ASK", "ECG", "HEART_BEATS", "MOTION", "OPERATIONS", "STEP", "TICKS_PER_S", "live_through", "live_twice",
    "read_session", "write_session",
]  # fmt: skip

TICKS_PER_S = 64  # of the time between two inputs, which takes one byte
LONG_TICKS_PER_S = 0.5
FOUR_SIX = Pattern(4, 6)
STEPS = (StepKind.BASELINE, StepKind.BREATHE, StepKind.RECOVERY, StepKind.WALK)
MARKS = (MarkKind.PAUSE, MarkKind.RESUME, MarkKind.SKIP, MarkKind.STOP, MarkKind.CONTEXT)
APART_SAMPLES = 26  # of an ECG: two beats are .2 s apart at the least
KINDS = tuple(Characteristic)


class _Reader:
    """Makes inputs of operations; frames that are made whole follow on each other."""

    def __init__(self) -> None:
        self.inputs: list[Input] = [StrapInfo(1, 0.0, 1, "ble"), Link(2, 0.0, 1, LinkState.CONNECTED)]
        self.t_s = 0.0
        self._stamp_ns = dict.fromkeys(PmdKind, 599_616_000_000_000_000)

    @property
    def seq(self) -> int:
        return len(self.inputs) + 1

    def take(self, operation: int, ticks: int, content: bytes) -> None:
        act = OPERATIONS[operation % len(OPERATIONS)]
        self.t_s = round(self.t_s + ticks / (LONG_TICKS_PER_S if act is _Reader.wait else TICKS_PER_S), 6)
        act(self, content)

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        self.inputs.append(Notification(self.seq, self.t_s, 1, characteristic, value))

    def heart_beats(self, content: bytes) -> None:
        raw = tuple(1 + number % 2048 for number in _numbers(content)[:9])
        self.notify(Characteristic.HEART_RATE, encode(HeartRateMeasurement(60, rr_1024ths=raw)))

    def start(self, content: bytes) -> None:
        for kind in PmdKind:
            self.notify(Characteristic.PMD_CONTROL, start_command(kind, WANTED[kind]))
            self.notify(Characteristic.PMD_CONTROL, encode_reply(PmdReply(START, kind, _first(content) // 128)))

    def ecg(self, content: bytes) -> None:
        """A flat frame with a spike for each number."""
        samples = np.zeros((73, 1), np.int32)
        for number in _numbers(content):
            samples[number % 73] += number // 8
        self.frame(PmdKind.ECG, samples)

    def motion(self, content: bytes) -> None:
        numbers = np.resize(np.array(_numbers(content) or (0,), np.int32), 36 * 3).reshape(36, 3)
        self.frame(PmdKind.ACCELERATION, numbers - (1 << 15))

    def frame(self, kind: PmdKind, samples: NDArray[np.int32]) -> None:
        self._stamp_ns[kind] += round(len(samples) / WANTED[kind].rate_hz * 1e9)
        self.notify(Characteristic.PMD_DATA, encode_frame(PmdFrame(kind, self._stamp_ns[kind], samples)))

    def link(self, content: bytes) -> None:
        state = LinkState.CONNECTED if _first(content) % 2 else LinkState.LOST
        self.inputs.append(Link(self.seq, self.t_s, 1, state))

    def step(self, content: bytes) -> None:
        kind = STEPS[_first(content) % len(STEPS)]
        pattern = FOUR_SIX if kind is StepKind.BREATHE else None
        self.inputs.append(Step(self.seq, self.t_s, kind, 20 + _first(content) % 100, pattern))

    def mark(self, content: bytes) -> None:
        self.inputs.append(Mark(self.seq, self.t_s, MARKS[_first(content) % len(MARKS)], "following"))

    def strap(self, content: bytes) -> None:
        latency_s = None if _first(content) % 2 else _first(content) / 50
        self.inputs.append(StrapInfo(self.seq, self.t_s, 1, "ble", latency_s=latency_s))

    def rr_list(self, content: bytes) -> None:
        self.inputs.append(RrIntervals(self.seq, self.t_s, tuple(number / 8 for number in _numbers(content))))

    def resumed(self, _: bytes) -> None:
        self.inputs.append(Resumed(self.seq, self.t_s, "2026-01-01T00:00:00Z", "restart"))

    def wait(self, _: bytes) -> None:
        """Only time passes."""


def _raw(characteristic: Characteristic) -> Callable[[_Reader, bytes], None]:
    """Operation that notifies the content as it is."""
    return lambda reader, content: reader.notify(characteristic, content)


OPERATIONS: tuple[Callable[[_Reader, bytes], None], ...] = (
    *(_raw(characteristic) for characteristic in KINDS),
    _Reader.heart_beats, _Reader.start, _Reader.ecg, _Reader.motion, _Reader.link, _Reader.step, _Reader.mark,
    _Reader.strap, _Reader.rr_list, _Reader.resumed, _Reader.wait,
)  # fmt: skip
HEART_BEATS, ASK, ECG, MOTION, STEP = map(
    OPERATIONS.index, (_Reader.heart_beats, _Reader.start, _Reader.ecg, _Reader.motion, _Reader.step)
)


def _first(content: bytes) -> int:
    return content[0] if content else 0


def _numbers(content: bytes) -> tuple[int, ...]:
    """Numbers of 16 bits."""
    return tuple(int.from_bytes(content[k : k + 2], "little") for k in range(0, len(content) - 1, 2))


def read_session(data: bytes) -> list[Input]:
    """Inputs in the bytes: operation, time, length and content of each; any bytes at all are a session."""
    reader, place = _Reader(), 0
    while place + 3 <= len(data):
        operation, ticks, length = data[place : place + 3]
        reader.take(operation, ticks, data[place + 3 : place + 3 + length])
        place += 3 + length
    return [*reader.inputs, End(reader.seq, reader.t_s, "completed")]


def write_session(inputs: Iterable[Input]) -> bytes:
    """Bytes that ``read_session`` makes the same notifications and steps of, to a 64th of a second."""
    written, before = b"", 0
    for event in inputs:
        now = round(event.t_s * TICKS_PER_S)
        if isinstance(event, Notification):
            operation, content = KINDS.index(event.characteristic), event.value
        elif isinstance(event, Step):
            operation, content = STEP, bytes([STEPS.index(event.step)])
        else:
            continue
        written += bytes([operation, min(now - before, 255), len(content)]) + content
        before = now
    return written


def live_through(data: bytes) -> int:
    """How many beats a session of these bytes has, when nothing goes wrong in the pipeline."""
    inputs = read_session(data)
    results = _results(inputs, ticked=False)
    beats = [result for result in results if isinstance(result, Beat)]
    assert len(beats) <= sum(_most_beats(event) for event in inputs)
    for beat in beats:
        assert math.isfinite(beat.t_s)
        assert 0 < beat.rr_ms <= 64_000
        assert math.isfinite(beat.heart_rate_bpm)
    for result in results:
        _assert_finite_or_missing(result)
    return len(beats)


def live_twice(data: bytes) -> None:
    """The same results, to the last bit, whether time passes between inputs or only with them."""
    inputs = read_session(data)
    assert repr(_results(inputs, ticked=True)) == repr(_results(inputs, ticked=False))


def _results(inputs: list[Input], *, ticked: bool) -> list[Result]:
    """What the pipeline says; ``ticked``: the time is advanced twice before each input."""
    pipeline, results, before_s = Pipeline(), [], 0.0
    for event in inputs:
        for part in (0.4, 0.9) if ticked else ():
            results += pipeline.advance(before_s + part * (event.t_s - before_s))
        results += pipeline.feed(event)
        before_s = event.t_s
    return results


def _most_beats(event: Input) -> int:
    """How many beats an input can hold at the most."""
    if isinstance(event, RrIntervals):
        return len(event.rr_ms)
    if not isinstance(event, Notification):
        return 0
    try:
        if event.characteristic is Characteristic.HEART_RATE:
            return len(decode(event.value).rr_1024ths)
        if event.characteristic is Characteristic.PMD_DATA:
            frame = decode_frame(event.value)
            return math.ceil(len(frame.samples) / APART_SAMPLES) if frame.kind is PmdKind.ECG else 0
    except MalformedPayload:
        pass
    return 0


def _assert_finite_or_missing(result: Result) -> None:
    """Every number of a result is finite, or None where it is missing."""
    pending: list[tuple[str, object]] = [(type(result).__name__, result)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, float):
            assert math.isfinite(value), f"{name} is {value} in {result}"
        elif isinstance(value, tuple):
            pending += [(name, part) for part in value]
        elif is_dataclass(value):
            pending += [(field.name, getattr(value, field.name)) for field in fields(value)]
