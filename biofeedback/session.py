"""One live session: strap -> recorder -> pipeline -> channel. The only place where time enters."""

import asyncio
import logging
import math
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Protocol

from biofeedback.cancellation import obey_cancellation
from biofeedback.channel import Channel
from biofeedback.clock import Clock
from biofeedback.core.events import End, Input, Mark, MarkKind, Plan, Rating, Resumed, Step
from biofeedback.core.exercises import EXERCISES, PRACTICE
from biofeedback.core.results import Beat, Result
from biofeedback.course import Course, State, stamp_from
from biofeedback.draw import SEEDS, draw_blocks
from biofeedback.errors import BiofeedbackError, CommandLate, CommandRefused
from biofeedback.strap_link import Make, StrapLink
from biofeedback.straps import Lost, Strap, StrapEvent
from biofeedback.translation import Status

__all__ = ["Pipeline", "Recorder", "Session"]

TICK_S = 0.5  # at the longest between advances of the pipeline; the results do not depend on it
LATE_S = 5.0  # of life: a command that comes later after it was given is not what anybody waits for any more
MOST_NOTES = 2000  # notes, context and ratings of a session; each is kept in memory for whoever comes to watch
BACK_OFF_S = (0.5, 1.0, 2.0, 4.0, 8.0)  # before a strap that failed is started again (straps.md, collector 5)

_log = logging.getLogger(__name__)
_NOTES = (MarkKind.NOTE, MarkKind.CONTEXT)
_MARKS = {kind.value: kind for kind in (MarkKind.PAUSE, MarkKind.RESUME, MarkKind.SKIP, MarkKind.STOP)}


class Pipeline(Protocol):
    """What a session feeds: the pipeline of the core."""

    def feed(self, event: Input) -> list[Result]:
        """Results of an input, after those that were due before it."""
        ...

    def advance(self, now_s: float) -> list[Result]:
        """Results that are due by now."""
        ...

    @property
    def next_due_s(self) -> float:
        """Time at which something is due next, if nothing comes before."""
        ...


class Recorder(Protocol):
    """Where a session's inputs are kept. ``saved``: whether what is recorded can be kept at this moment."""

    @property
    def saved(self) -> bool:
        """Whether the disk takes what is recorded; what it does not take waits for it."""
        ...

    def record(self, event: Input) -> None:
        """Take over an input, to be kept as soon as may be."""
        ...

    async def keep(self) -> None:
        """Keep what is recorded safe while a session runs; cancelled at its end."""
        ...

    async def commit(self) -> bool:
        """Whether all that was recorded before the call would survive a power cut now."""
        ...

    def close(self) -> None:
        """Nothing more will be recorded."""
        ...


class Session:
    """Runs one session. Stamps every input, records it, feeds it and publishes what follows, in this order.

    Parameters
    ----------
    course : Course
        The exercise to be run, from command ``start`` on.
    strap : Strap
        Where bytes come from. It is started again when it fails.
    recorder, pipeline, channel : Recorder, Pipeline, Channel
        Where inputs go.
    clock : Clock
        The session's clock; after ``restore`` it must not be before the last input.
    speed : float
        Of the clock, as the pages are told it.
    seed : int or None
        From which the order of a plan is drawn; None: from chance.
    """

    def __init__(
        self,
        course: Course,
        strap: Strap,
        recorder: Recorder,
        pipeline: Pipeline,
        channel: Channel,
        clock: Clock,
        speed: float = 1.0,
        seed: int | None = None,
    ) -> None:
        self.channel = channel
        self.ended = asyncio.Event()
        self.beats = asyncio.Event()
        self.strap_ended = asyncio.Event()
        self._course = course
        self.strap = strap
        self._recorder = recorder
        self._pipeline = pipeline
        self._clock = clock
        self._speed = speed
        self._seed = seed
        self._link = StrapLink(strap.source)
        self._seq = 0
        self._last_t_s = 0.0
        self._watched: Step | None = None
        self._noted: set[str | None] = set()  # ids of commands, marks and ratings
        self._notes = 0
        self._is_broken = False
        channel.status = self.status

    async def run(self) -> None:
        """Return when the session has ended; the strap is let go then. When cancelled, the session can be resumed."""
        async with asyncio.TaskGroup() as group:
            helpers = [group.create_task(self._keep_strap()), group.create_task(self._recorder.keep())]
            while not self.ended.is_set():
                await self._clock.sleep_until(self._next_tick_s())
                self.tick()
            for task in helpers:
                task.cancel()

    def receive(self, event: StrapEvent) -> None:
        """Take an event of the strap, at once."""
        if not self.ended.is_set():
            began_ns = self.channel.now_ns()
            for make in self._link.inputs(event):
                self._record(make)
            self.channel.tally.answered.add((self.channel.now_ns() - began_ns) / 1e9)

    def command(
        self,
        command: str,
        author: str | None,
        exercise: str | None = None,
        *,
        practice: bool = False,
        id_: str | None = None,
        given_s: float | None = None,
    ) -> None:
        """Steer: start, pause, resume, skip, stop or new. The command is recorded with its author.

        With ``practice``, a start has a minute of breathing along before the exercise's own steps. ``given_s`` is the
        session's time at which it was given.

        Raises
        ------
        CommandRefused
            If it makes no sense now, or there is no such exercise.
        CommandLate
            If it was given too long ago.
        """
        if given_s is not None and self._now_s() - given_s > LATE_S * self._speed:
            raise CommandLate(f"{command} comes {self._now_s() - given_s:.0f} s after it was given")
        if exercise is not None and exercise not in EXERCISES:
            raise CommandRefused(f"there is no exercise {exercise!r}; choose one of {', '.join(EXERCISES)}")
        if command != "new":
            self._course.check(command, self._now_s())
        elif self.ended.is_set():
            return
        words = (command, exercise, PRACTICE.step.value if practice and command == "start" else None)
        text = "" if command in _MARKS else " ".join(filter(None, words))
        self.mark(_MARKS.get(command, MarkKind.COMMAND), text, author, id_)
        self.tick()

    def knows(self, id_: str | None) -> bool:
        """Whether what its page calls so was recorded, in this life of the session or an earlier one."""
        return id_ in self._noted

    def mark(self, kind: MarkKind, text: str, author: str | None, id_: str | None = None) -> None:
        """Record a note, a piece of context or a command; what has an id is recorded once.

        Raises
        ------
        CommandRefused
            If there are too many notes already; a command is never one of them.
        """
        if not self.knows(id_):
            if kind in _NOTES:
                self._check_notes()
            self._record(partial(Mark, kind=kind, text=text, author=author, id=id_))

    def rate(self, scale: str, moment: str, value: int, id_: str | None = None) -> None:
        """Record a person's own rating, also after the end; what has an id is recorded once.

        Raises
        ------
        CommandRefused
            If there are too many notes and ratings already.
        """
        if not self.knows(id_):
            self._check_notes()
            self._record(partial(Rating, scale=scale, moment=moment, value=value, id=id_))

    def finish(self, reason: str) -> None:
        """End the session now."""
        if not self.ended.is_set():
            self._record(partial(End, reason=reason))

    def restore(self, events: Iterable[Input], utc: str) -> None:
        """Take over the inputs of a session that was cut off, and go on with it at wall time ``utc``."""
        for event in events:
            self._seq, self._last_t_s = event.seq, event.t_s
            self._link.restore(event)
            self._take(event)
        self._record(partial(Resumed, utc=utc, reason="restart"))
        self.tick()

    def tick(self) -> None:
        """Do what is due: begin a step, end the session, let the pipeline finish what waits for time."""
        now_s = self._now_s()
        while (template := self._course.due(now_s)) is not None:
            self._record(partial(_stamped, self._drawn(template) if isinstance(template, Plan) else template))
        if not self.ended.is_set():
            self._compute(lambda: self._pipeline.advance(now_s))
        self._show_step(self._course.step(now_s))

    def status(self) -> Status:
        """How the session is now."""
        now_s = self._now_s()
        step = self._course.step(now_s)
        link = self._link
        return Status(
            session_s=now_s,
            speed=self._speed,
            state=self._course.state.value,
            step_seq=None if step is None else step.seq,
            strap_state=link.state,
            strap_detail=link.detail,
            strap_model=link.model,
            strap_place=link.place,
            saved=self._recorder.saved,
        )

    async def commit(self) -> bool:
        """Put on the disk what was recorded, also after the end; whether all of it is there."""
        began_ns = self.channel.now_ns()
        is_kept = await self._recorder.commit()
        self.channel.tally.committed.add((self.channel.now_ns() - began_ns) / 1e9)
        return is_kept

    def heard(self, origin: str) -> int:
        """Highest number of an origin's own count that was recorded; 0: none."""
        return self._link.heard.get(origin, 0)

    def close(self) -> None:
        """Record no more."""
        self._recorder.close()

    def _now_s(self) -> float:
        """The session's time, which never goes back: the one line where time enters."""
        self._last_t_s = max(self._last_t_s, round(self._clock.now_s(), 6))
        return self._last_t_s

    def _record(self, make: Make) -> None:
        """Stamp an input, give it its number, write it, and let everything follow from it."""
        self._seq += 1
        event = make(self._seq, self._now_s())
        self._recorder.record(event)
        self._take(event)

    def _take(self, event: Input) -> None:
        """Let everything follow from an input; the order of messages does not depend on when the ticks came."""
        self._compute(lambda: self._pipeline.advance(event.t_s))
        self._course.apply(event)
        if isinstance(event, Mark | Rating):
            self._notes += isinstance(event, Rating) or event.kind in _NOTES
            if event.id is not None:
                self._noted.add(event.id)
        self.channel.publish_input(event)
        self._compute(lambda: self._pipeline.feed(event))
        if self._course.state is State.FINISHED:
            self.ended.set()

    def _check_notes(self) -> None:
        """Refuse a note more than any person writes."""
        if self._notes >= MOST_NOTES:
            raise CommandRefused(f"a session takes {MOST_NOTES} notes and ratings")

    def _compute(self, results: Callable[[], list[Result]]) -> None:
        """Publish results. A fault in the pipeline costs its results, never the recording."""
        if self._is_broken:
            return
        began_ns = self.channel.now_ns()
        try:
            found = results()
        except Exception:  # noqa: BLE001 - whatever it is, the recording must go on
            self._is_broken = True
            _log.exception("the pipeline failed; the session is recorded on without results")
            return
        tally = self.channel.tally
        tally.pipeline_ns += self.channel.now_ns() - began_ns
        if beats := sum(isinstance(result, Beat) for result in found):
            tally.beats += beats
            self._link.beats_arrive()
            self.beats.set()
        self.channel.publish(found)

    def _drawn(self, plan: Plan) -> Plan:
        """A plan with its order: the one line where chance enters."""
        seed = secrets.randbelow(SEEDS) if self._seed is None else self._seed
        design = self._course.exercise.design
        assert design is not None
        return replace(plan, seed=seed, blocks=draw_blocks(design, seed))

    def _show_step(self, step: Step | None) -> None:
        """Tell the strap which step is on the screen."""
        if step is not self._watched:
            self._watched = step
            self.strap.watch(step)

    def _next_tick_s(self) -> float:
        """Time of the next tick: exactly when something is due, which an input may have brought nearer since."""
        dues_s = (self._course.next_due_s(), self._pipeline.next_due_s)
        ahead_s = [due_s for due_s in dues_s if due_s is not None and self._last_t_s < due_s < math.inf]
        return min([self._clock.now_s() + TICK_S, *map(stamp_from, ahead_s)])

    async def _keep_strap(self) -> None:
        """Run the strap, and run it again when it fails."""
        failures = 0
        while True:
            try:
                await self.strap.run(self.receive, self._clock)
            except Exception as error:  # noqa: BLE001 - a strap may fail in any way its driver finds
                obey_cancellation()
                failures = 0 if self._link.connected else failures
                self.receive(Lost(_reason(error)))
                await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
                failures += 1
            else:
                break
        for make in self._link.end():
            self._record(make)
        self.strap_ended.set()


def _stamped(template: Step | End | Plan, seq: int, t_s: float) -> Input:
    """Step, plan or end of a template, with its seq and time."""
    return replace(template, seq=seq, t_s=t_s)


def _reason(error: Exception) -> str:
    """Why a strap failed, for the screen and the recording; anything unforeseen goes to the log as well."""
    if isinstance(error, BiofeedbackError):
        return str(error)
    _log.exception("the strap failed and is started again", exc_info=error)
    return type(error).__name__
