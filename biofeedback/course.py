"""The course of a session through its exercise, rebuilt from its inputs alone: which step runs, and what comes next."""

from dataclasses import replace
from enum import StrEnum

from biofeedback.core.events import End, Input, Mark, MarkKind, Plan, Step, StepKind
from biofeedback.core.exercises import EXERCISES, PRACTICE, Exercise, PlannedStep
from biofeedback.core.pacing import Pattern
from biofeedback.errors import CommandRefused

__all__ = ["SETTLE_S", "Course", "State", "stamp_from"]

SETTLE_S = 8.0  # after the last step, late beats may still come and every result becomes final (core.step_run)


class State(StrEnum):
    """Where a session is."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


_ALLOWED: dict[str, tuple[State, ...]] = {
    "start": (State.READY,),
    "pause": (State.RUNNING,),
    "resume": (State.PAUSED,),
    "skip": (State.RUNNING, State.PAUSED),
    "stop": (State.READY, State.RUNNING, State.PAUSED),
}


class Course:
    """State machine over a session's inputs. ``due`` says what begins by itself; nothing else decides on steps."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.steps = exercise.steps  # as planned; those of a plan from when it is drawn
        self.state = State.READY
        self.places: dict[int, int] = {}  # seq of a step -> its place in the exercise
        self._practice: tuple[PlannedStep, ...] = ()
        self._is_drawn = False
        self._index = -1
        self._step: Step | None = None
        self._over_s: float | None = None  # when the step is over: as planned, or by a mark
        self._pending: Step | End | None = None  # begins at once
        self._rest: Step | End | None = None  # what a resume goes on with

    def step(self, t_s: float) -> Step | None:
        """Step that runs at ``t_s``."""
        over = self._over_s is not None and t_s >= self._over_s
        return self._step if self.state is State.RUNNING and not over else None

    def movement(self, step_seq: int) -> str | None:
        """Movement of a step, where it has one."""
        index = self.places[step_seq]
        return self.steps[index].movement if index < len(self.steps) else None

    def check(self, command: str, t_s: float) -> None:
        """Raise ``CommandRefused`` where a command makes no sense now."""
        in_step = command not in ("pause", "skip") or self.state is State.PAUSED or self.step(t_s) is not None
        if self.state not in _ALLOWED[command] or not in_step:
            raise CommandRefused(f"{command} makes no sense now: the session is {self._word(t_s)}")

    def due(self, t_s: float) -> Step | End | Plan | None:
        """What begins at ``t_s`` by itself, still without its seq and time; a plan also without what is drawn."""
        if isinstance(self._pending, Step) and self.exercise.design is not None and not self._is_drawn:
            return Plan(0, 0.0, self.exercise.design.kind.value, 0, (), self.exercise.name)
        if self._pending is not None:
            return self._pending
        if self.state is not State.RUNNING or self._over_s is None or t_s < self._over_s:
            return None
        following = self._following()
        return following if isinstance(following, Step) or t_s >= stamp_from(self._over_s + SETTLE_S) else None

    def next_due_s(self) -> float | None:
        """Time at which ``due`` next changes by itself."""
        if self.state is not State.RUNNING or self._over_s is None:
            return None
        return self._over_s if isinstance(self._following(), Step) else stamp_from(self._over_s + SETTLE_S)

    def apply(self, event: Input) -> None:
        """Take an input into account."""
        if isinstance(event, Step):
            self._begin(event)
        elif isinstance(event, Plan):
            self._draw(event)
        elif isinstance(event, Mark):
            self._obey(event)
        elif isinstance(event, End):
            self.state, self._step, self._pending = State.FINISHED, None, None

    def _begin(self, step: Step) -> None:
        """A step begins."""
        if step.continues is None:
            self._index += 1
        self.places[step.seq] = self._index
        self.state, self._step, self._pending = State.RUNNING, step, None
        self._over_s = None if step.duration_s is None else stamp_from(step.t_s + step.duration_s)

    def _draw(self, plan: Plan) -> None:
        """The order of the steps was drawn; a plan that this exercise does not know is left alone."""
        design = self.exercise.design
        if design is not None and design.allows(plan.blocks):
            self.steps, self._is_drawn = (*self._practice, *design.steps(plan.blocks)), True
            if isinstance(self._pending, Step):
                self._pending = self._following()

    def _obey(self, mark: Mark) -> None:
        """A command was given."""
        if mark.kind is MarkKind.COMMAND:
            self._obey_command(mark.t_s, *mark.text.split())
        elif mark.kind is MarkKind.PAUSE:
            self._rest = self._remaining(mark.t_s)
            self.state, self._over_s = State.PAUSED, mark.t_s
        elif mark.kind is MarkKind.RESUME:
            self.state, self._pending = State.RUNNING, self._rest
        elif mark.kind is MarkKind.SKIP:
            following = self._following()
            self.state, self._over_s = State.RUNNING, mark.t_s
            self._pending = following if isinstance(following, Step) else None
        elif mark.kind is MarkKind.STOP:
            self._pending = self._ending(mark.t_s)

    def _obey_command(self, t_s: float, command: str = "", *options: str) -> None:
        """Start, perhaps another exercise than was planned or with a practice first; or leave for a new session."""
        if command == "start":
            chosen = next((EXERCISES[name] for name in options if name in EXERCISES), self.exercise)
            self.exercise, steps = chosen, self.steps if chosen.name == self.exercise.name else chosen.steps
            is_paced = any(step.step is StepKind.BREATHE for step in steps)
            self._practice = (PRACTICE,) if is_paced and PRACTICE.step in options else ()
            self.steps = (*self._practice, *steps)
            self.state, self._pending = State.RUNNING, self._following()
        elif command == "new" and self.state is not State.FINISHED:
            self._pending = self._ending(t_s)

    def _ending(self, t_s: float) -> End:
        """End of a session that is left at ``t_s``: all its steps may be done."""
        done = self.state is State.RUNNING and self.step(t_s) is None and isinstance(self._following(), End)
        return End(0, 0.0, "completed" if done else "stopped")

    def _following(self) -> Step | End:
        """The next planned step, or the end."""
        if self._index + 1 < len(self.steps):
            return _template(self.steps[self._index + 1])
        return End(0, 0.0, "completed")

    def _remaining(self, t_s: float) -> Step | End:
        """What is left at ``t_s`` of the step that runs: whole breaths of a paced one, else its seconds."""
        step = self._step
        if step is None:
            return self._following()
        part = replace(step, continues=step.seq)
        if step.duration_s is None:
            return part
        if step.pacer is None or step.pattern is None:
            return replace(part, duration_s=round(step.t_s + step.duration_s - t_s, 6))
        done = len(step.pacer.breaths_before(t_s))
        left = len(step.pacer.breaths_before(step.t_s + step.duration_s)) - done
        if left == 0:
            return self._following()
        breaths = step.breaths[done:]
        listed_s = sum(inhale_s + exhale_s for inhale_s, exhale_s in breaths[:left])
        duration_s = listed_s + max(0, left - len(breaths)) * step.pattern.period_s
        return replace(part, duration_s=duration_s, breaths=breaths)

    def _word(self, t_s: float) -> str:
        """State in a word for an error."""
        return "finishing" if self.state is State.RUNNING and self.step(t_s) is None else self.state.value


def stamp_from(t_s: float) -> float:
    """First time that a session can stamp, in whole microseconds, which is not before ``t_s``."""
    stamp_s = round(t_s, 6)
    return stamp_s if stamp_s >= t_s else round(stamp_s + 1e-6, 6)


def _template(planned: PlannedStep) -> Step:
    """Step of a plan, without its seq and time; all numbers as a recording gives them back."""
    pattern = planned.pattern
    if pattern is not None:
        pattern = Pattern(
            float(pattern.inhale_s), float(pattern.exhale_s), float(pattern.hold_in_s), float(pattern.hold_out_s)
        )
    return Step(0, 0.0, planned.step, float(planned.duration_s), pattern, planned.breaths, planned.block)
