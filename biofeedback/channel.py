"""A session's messages to its viewers: numbered, encoded once, resent to a viewer that comes back."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import msgspec

from biofeedback import messages, viewer_messages
from biofeedback.core.events import Input, Plan, Resumed
from biofeedback.core.exercises import EXERCISES, PlannedStep
from biofeedback.core.results import Breathing, Quality, Result, StepEnded, StepStarted
from biofeedback.course import Course
from biofeedback.outgoing import Dropped, Outgoing
from biofeedback.tally import Tally
from biofeedback.told import Told
from biofeedback.translation import Standing, Status, quality, translate, translate_input
from biofeedback.viewer import CLOSE_S, STALE_S, Viewer

__all__ = ["TOO_SLOW", "Channel", "Facts", "Glance"]

_encode = msgspec.json.Encoder().encode

REFRESH_S = 1.5  # of silence about the signal; it is judged once a second as long as inputs come
TOO_SLOW = 4008  # websocket close code
_NO_STATUS = Status(0.0, 1.0, "ready", None, "searching", None, None, saved=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change during a session. ``epoch`` is its id; ``strap`` is the strap as it was asked for."""

    epoch: str
    subject: str
    simulated: bool
    strap: str


@dataclass(frozen=True, slots=True)
class Glance:
    """A session in a few words, for a list: ``answer`` is the state of the patient's card while that is shown."""

    exercise: str
    step: str | None
    contact: bool | None
    answer: str | None


class Channel:
    """Turns results into messages and gives them to every viewer's queue.

    The history is rebuilt, number for number, when a session is replayed from its recording.

    Parameters
    ----------
    facts : Facts
        Of the session.
    course : Course
        Of the session; only read.
    send_ns : callable
        The monotonic clock that stamps ``t`` of a message, in ns.
    """

    def __init__(self, facts: Facts, course: Course, send_ns: Callable[[], int]) -> None:
        self.facts = facts
        self.now_ns = send_ns
        self.tally = Tally()  # a server puts its own here
        self.viewers: set[Viewer] = set()
        self.status: Callable[[], Status] = lambda: _NO_STATUS  # the session puts its own here
        self._course = course
        self._standing = Standing(course)
        self.history: list[bytes] = []  # frames of the numbered messages
        self._numbers: list[int] = []  # of these, in their order
        self._next_number = 1
        self._told = Told()
        self._last_quality: Quality | None = None

    @property
    def message_seq(self) -> int:
        """Number of the newest numbered message."""
        return self._numbers[-1] if self._numbers else 0

    def glance(self) -> Glance:
        """How the session is now, for a list of several."""
        step, card = self._course.step(self.status().session_s), self._standing.card
        return Glance(
            self._course.exercise.name,
            None if step is None else step.step.value,
            None if self._last_quality is None else self._last_quality.contact,
            card.state.value if card is not None and card.shown else None,
        )

    def publish(self, results: list[Result]) -> None:
        """Send results to all viewers."""
        for result in results:
            if isinstance(result, Quality):
                self._last_quality = result
                self._send(quality(result, self.status(), self._watching()))
            elif (message := translate(result, self._standing)) is not None:
                send = self._send if isinstance(result, Breathing) else self._send_numbered
                send(message)
            if isinstance(result, StepStarted | StepEnded):
                self.send_pacer()

    def refresh_quality(self) -> None:
        """Send the signal again when a second went by without news of it: the strap may be in another state."""
        if (last := self._last_quality) is None:
            self.send_pacer()  # nobody is measured yet: a page that heard nothing would take the server for gone
            return
        now_s = self.status().session_s
        if now_s - last.t_s > REFRESH_S and self.status().state != "finished":
            age_s = None if last.beat_age_s is None else last.beat_age_s + now_s - last.t_s
            self._send(quality(replace(last, t_s=now_s, beat_age_s=age_s), self.status(), self._watching()))

    def publish_input(self, event: Input) -> None:
        """Send a recorded mark, rating or plan to all viewers.

        A program that was killed may have shown what it had not kept yet. Where a session resumes, the numbers leap by
        the microseconds until then, so that none of them ever names two messages.
        """
        if isinstance(event, Resumed):
            self._next_number = max(self._next_number, round(event.t_s * 1e6))
        elif isinstance(event, Plan):
            steps = _plan(self._course.steps)
            self._send_numbered(messages.Plan(at_s=event.t_s, kind=event.kind, blocks=list(event.blocks), steps=steps))
        elif (message := translate_input(event)) is not None:
            self._send_numbered(message)

    def send_pacer(self) -> None:
        """Send the session's clock to all viewers."""
        self._send(self._pacer())

    def join(self, hello: viewer_messages.ViewerHello, viewer: Viewer) -> None:
        """Welcome a viewer: with what it missed, or with a snapshot where it has nothing of this session."""
        known = bisect_right(self._numbers, hello.message_seq)
        last = self._numbers[known - 1] if known else 0
        recovered = hello.epoch == self.facts.epoch and hello.message_seq == last
        snapshot = [] if recovered else [self._encoded(self._snapshot(), self.message_seq)]
        missed = [
            Outgoing("missed", frame, q)
            for q, frame in zip(self._numbers[known:], self.history[known:], strict=True)
            if recovered
        ]
        viewer.welcome([self._encoded(self._hello(recovered)), *snapshot, *missed, self._encoded(self._pacer())])
        self.viewers.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        """A viewer is gone."""
        self._count_dropped(viewer)
        self.viewers.discard(viewer)

    def tell(self, viewer: Viewer, message: messages.FromServer) -> None:
        """Send a message to one viewer only."""
        viewer.put(self._encoded(message))

    def dismiss(self, reason: str, code: int) -> None:
        """Say bye to all viewers."""
        for viewer in list(self.viewers):
            self.send_away(viewer, reason, code)

    def reap(self, now_s: float) -> None:
        """Ask stale viewers whether they are there, and let go of those that stay silent or cannot keep up."""
        for viewer in list(self.viewers):
            self._count_dropped(viewer)
            behind_s = viewer.behind_s(now_s)
            viewer.is_stale = behind_s > STALE_S
            if behind_s > CLOSE_S:
                self.tally.slow_closes += 1
                self.send_away(viewer, "too_slow", TOO_SLOW)
            elif viewer.is_stale:
                self.tell(viewer, messages.Ping())

    def frame(self, item: Outgoing | Dropped) -> bytes:
        """Frame of an item of a viewer's queue."""
        return self.framed(item).frame

    def framed(self, item: Outgoing | Dropped) -> Outgoing:
        """Message of an item of a viewer's queue."""
        if isinstance(item, Outgoing):
            return item
        return self._encoded(messages.Gap(start_s=item.start_s, end_s=item.end_s, reason="slow_viewer"))

    def _count_dropped(self, viewer: Viewer) -> None:
        """Count what a viewer was not given."""
        self.tally.dropped += viewer.dropped
        viewer.dropped = 0

    def send_away(self, viewer: Viewer, reason: str, code: int) -> None:
        """Say bye to one viewer."""
        self.tell(viewer, messages.Bye(reason=reason))
        viewer.close(code, reason)
        self.leave(viewer)

    def _send_numbered(self, message: messages.FromServer) -> None:
        """Number a message, keep it, and give it to all viewers."""
        outgoing = self._encoded(message, self._next_number)
        self._numbers.append(self._next_number)
        self._next_number += 1
        self.history.append(outgoing.frame)
        self._told.add(message)
        self._give(outgoing)

    def _send(self, message: messages.FromServer) -> None:
        """Give a message that is never resent to all viewers."""
        if self.viewers:
            self._give(self._encoded(message))

    def _give(self, outgoing: Outgoing) -> None:
        """Give a message to all viewers."""
        self.tally.messages += 1
        self.tally.sent += len(self.viewers)
        for viewer in self.viewers:
            viewer.put(outgoing)

    def _encoded(self, message: messages.FromServer, q: int = 0) -> Outgoing:
        """Message with its send time and number."""
        stamped = msgspec.structs.replace(message, t=self.now_ns(), q=q)
        at_s = message.t_s if isinstance(message, messages.Beat) else 0.0
        return Outgoing.of(message.type, _encode(stamped), q, at_s)

    def _watching(self) -> int:
        """Number of viewers that are not stale."""
        return sum(not viewer.is_stale for viewer in self.viewers)

    def _hello(self, recovered: bool) -> messages.Hello:
        """First message to a viewer."""
        status = self.status()
        return messages.Hello(
            protocol=messages.PROTOCOL,
            epoch=self.facts.epoch,
            message_seq=self.message_seq,
            recovered=recovered,
            session_s=status.session_s,
            speed=status.speed,
            state=status.state,
            subject=self.facts.subject,
            simulated=self.facts.simulated,
            exercise=self._course.exercise.name,
            steps=_plan(self._course.steps),
            exercises=list(EXERCISES),
            lengths_s={name: exercise.duration_s for name, exercise in EXERCISES.items()},
            strap=self.facts.strap,
            saved=status.saved,
        )

    def _pacer(self) -> messages.Pacer:
        """The session's clock."""
        status = self.status()
        return messages.Pacer(
            session_s=status.session_s, speed=status.speed, state=status.state, step_seq=status.step_seq
        )

    def _snapshot(self) -> messages.Snapshot:
        """What a viewer needs that has nothing yet."""
        last = self._last_quality
        signal = None if last is None else quality(last, self.status(), self._watching())
        return self._told.snapshot(self.status().session_s, signal)


def _plan(steps: Iterable[PlannedStep]) -> list[messages.StepPlan]:
    """Steps as planned."""
    return [
        messages.StepPlan(
            step=step.step.value,
            duration_s=step.duration_s,
            pattern=None if step.pattern is None else step.pattern.name,
            movement=step.movement,
            block=step.block,
        )
        for step in steps
    ]
