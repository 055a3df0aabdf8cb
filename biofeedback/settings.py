"""What a person sets: where to listen, where recordings go, which strap and which exercise."""

import math
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs

from biofeedback.core.exercises import EXERCISES, Exercise
from biofeedback.core.pacing import Pattern
from biofeedback.errors import InputError

__all__ = ["Settings", "data_folder", "exercise_of"]

DATA_VARIABLE = "BIOFEEDBACK_DATA"


def data_folder(option: str | Path | None = None) -> Path:
    """Folder for recordings: the option's, else BIOFEEDBACK_DATA, else the user's own."""
    chosen = option or os.environ.get(DATA_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("biofeedback", appauthor=False))


def exercise_of(name: str, pattern: str | None = None) -> Exercise:
    """Exercise of the catalogue, its paced steps in another pattern where one is given.

    Raises
    ------
    InputError
        If there is no such exercise, or that is no pattern.
    """
    if name not in EXERCISES:
        raise InputError(f"there is no exercise {name!r}; choose one of {', '.join(EXERCISES)}")
    exercise = EXERCISES[name]
    if pattern is None:
        return exercise
    if exercise.design is not None:
        raise InputError(f"{name} compares patterns of its own; leave out --pattern")
    try:
        chosen = Pattern.parse(pattern)
    except ValueError as error:
        raise InputError(f"a breathing pattern looks like 4-6 or 4-1-6-2, got {pattern!r}") from error
    steps = tuple(step if step.pattern is None else replace(step, pattern=chosen) for step in exercise.steps)
    return replace(exercise, steps=steps)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one server. ``data`` has mode 0700; recordings lie in its folder ``recordings``.

    Raises
    ------
    InputError
        If a value cannot be used; says which and why.
    """

    host: str = "127.0.0.1"
    port: int = 8800
    data: Path = field(default_factory=data_folder)
    strap: str = "auto"
    speed: float = 1.0
    exercise: str = "measured_4_6"
    pattern: str | None = None
    subject: str = ""
    lang: str = "en"

    def __post_init__(self) -> None:
        exercise_of(self.exercise, self.pattern)
        if not 0 <= self.port <= 65535:
            raise InputError(f"--port {self.port}: a port lies between 1 and 65535 (0: any that is free)")
        if not (math.isfinite(self.speed) and 0 < self.speed <= 100):
            raise InputError(f"--speed {self.speed}: choose a number above 0, at most 100")
        if self.speed != 1 and self.strap.partition(":")[0] in ("auto", "ble", "browser", "remote"):
            raise InputError("--speed is for simulated and replayed straps; a real heart beats at its own speed")

    @property
    def recordings(self) -> Path:
        """Folder of the recordings."""
        return self.data / "recordings"

    @property
    def chosen_exercise(self) -> Exercise:
        """Exercise that a session begins with."""
        return exercise_of(self.exercise, self.pattern)
