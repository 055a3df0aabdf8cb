"""What a person sets: where to listen, where data goes, who may enter, how much is taken in, which exercise.

Each setting is one field here with its meaning; docs/settings.md is made of them, ``configuration`` reads them.
"""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_type_hints
from urllib.parse import urlsplit

import platformdirs

from biofeedback.core.exercises import EXERCISES, Exercise
from biofeedback.core.pacing import Pattern
from biofeedback.errors import BadSetting, InputError

__all__ = ["ABOUT", "About", "LogFormat", "Settings", "exercise_of", "users_folder"]


class LogFormat(StrEnum):
    """How the log is written."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


def users_folder() -> Path:
    """Folder for data of whoever runs this, where nothing else was set."""
    return Path(platformdirs.user_data_dir("biofeedback", appauthor=False))


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
        raise InputError(f"{name} has patterns of its own; leave out --pattern")
    try:
        chosen = Pattern.parse(pattern)
    except ValueError as error:
        raise InputError(f"a breathing pattern looks like 4-6 or 4-1-6-2, got {pattern!r}") from error
    steps = tuple(step if step.pattern is None else replace(step, pattern=chosen) for step in exercise.steps)
    return replace(exercise, steps=steps)


@dataclass(frozen=True, slots=True)
class About:
    """What a setting means, and the least and most that its number may be."""

    meaning: str
    least: float | None = None
    most: float = math.inf

    def refusal(self, value: float) -> str | None:
        """What to choose instead of a number that is out of bounds."""
        if self.least is None or self.least <= value <= self.most:
            return None
        upper = "" if self.most == math.inf else f", at most {self.most:.10g}"
        return f"choose a number of at least {self.least:.10g}{upper}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one server. ``data`` has mode 0700.

    Raises
    ------
    BadSetting
        If a value cannot be used; says which and why.
    """

    host: Annotated[str, About("address to listen on; any but this machine's own needs TLS or insecure_http")] = (
        "127.0.0.1"
    )
    port: Annotated[int, About("port to listen on; 0: any that is free", 0, 65535)] = 8800
    data: Annotated[Path, About("folder for everything that is kept; made with mode 0700")] = field(
        default_factory=users_folder
    )
    store_url: Annotated[
        str | None,
        About("PostgreSQL to keep everything in, postgresql://USER:PASSWORD@HOST/NAME; left out: a file in data"),
    ] = None
    tls_cert: Annotated[Path | None, About("certificate chain (PEM) for https; goes with tls_key")] = None
    tls_key: Annotated[Path | None, About("private key (PEM) of tls_cert")] = None
    insecure_http: Annotated[
        bool, About("admit patients from other machines without TLS, for one session each and without staff")
    ] = False
    origins: Annotated[
        tuple[str, ...],
        About("addresses as browsers show them, such as https://hrv.clinic.example; left out: made of host and port"),
    ] = ()
    proxies: Annotated[
        tuple[str, ...], About("addresses of reverse proxies, whose X-Forwarded-For and X-Forwarded-Proto are believed")
    ] = ()
    retention_days: Annotated[
        int | None, About("days after which a session is erased; left out: kept until somebody erases it", 1)
    ] = None
    collected_days: Annotated[
        int, About("days for which a collector elsewhere keeps a log that the server has all of", 1)
    ] = 30
    max_connections: Annotated[int, About("connections at once; more are refused", 1)] = 12_000
    max_viewers: Annotated[int, About("pages with a live channel at once, of all sessions together", 1)] = 10_000
    max_sessions: Annotated[int, About("rooms, each with its session, at once", 1)] = 2000
    max_message_bytes: Annotated[
        int, About("bytes of one message of the live channel, and of the body of one request", 1024, 1_048_576)
    ] = 65_536
    max_messages_per_s: Annotated[
        int, About("messages a second of one page or collector, for longer than a few seconds", 5)
    ] = 50
    header_s: Annotated[float, About("seconds for a request to say what it wants", 0.1, 300)] = 10.0
    request_s: Annotated[float, About("seconds for a request to be sent and answered", 0.1, 3600)] = 30.0
    idle_s: Annotated[float, About("seconds that a connection without a request is kept", 0.1, 3600)] = 15.0
    log_format: Annotated[
        LogFormat, About("auto, json or text; auto is text on a terminal and JSON lines elsewhere")
    ] = LogFormat.AUTO
    lang: Annotated[str, About("language of what the server says by itself, nl or en; left out: the terminal's")] = "en"
    strap: Annotated[
        str, About("strap of the first room: auto, ble[:ADDRESS], simulated[:PRESET], replay:FILE, browser or remote")
    ] = "auto"
    speed: Annotated[float, About("replayed and simulated straps: so many times as fast")] = 1.0
    exercise: Annotated[str, About("exercise that a session begins with")] = "measured_4_6"
    pattern: Annotated[str | None, About("breathe in this pattern, such as 4-6, instead of the exercise's own")] = None
    subject: Annotated[str, About("pseudonym for the recordings of the first room, never a name")] = ""

    def __post_init__(self) -> None:
        for name, about in ABOUT.items():
            value = getattr(self, name)
            if isinstance(value, int | float) and (reason := about.refusal(value)) is not None:
                raise BadSetting(name, value, reason)
        self._check_exercise()
        self._check_place()

    def _check_exercise(self) -> None:
        """Whether what is measured, and how, goes together."""
        name = "exercise" if self.exercise not in EXERCISES else "pattern"
        try:
            exercise_of(self.exercise, self.pattern)
        except InputError as error:
            raise BadSetting(name, getattr(self, name), str(error)) from error
        if self.lang not in ("nl", "en"):
            raise BadSetting("lang", self.lang, "choose nl or en")
        if not (math.isfinite(self.speed) and 0 < self.speed <= 100):
            raise BadSetting("speed", self.speed, "choose a number above 0, at most 100")
        if self.speed != 1 and self.strap.partition(":")[0] in ("auto", "ble", "browser", "remote"):
            raise BadSetting(
                "speed", self.speed, "is for simulated and replayed straps; a real heart beats at its own speed"
            )

    def _check_place(self) -> None:
        """Whether addresses and files go together."""
        if (self.tls_cert is None) != (self.tls_key is None):
            name, other = ("tls_cert", "tls_key") if self.tls_key is None else ("tls_key", "tls_cert")
            raise BadSetting(name, getattr(self, name), f"goes with {other}; set both")
        if self.insecure_http and self.tls_cert is not None:
            raise BadSetting("insecure_http", True, "makes no sense beside tls_cert; leave one of the two out")
        if self.store_url is not None and not self.store_url.startswith(("postgresql://", "postgresql+psycopg://")):
            raise BadSetting("store_url", "...", "looks like postgresql://USER:PASSWORD@HOST/NAME")
        for origin in self.origins:
            if not _is_origin(origin):
                raise BadSetting("origins", origin, "looks like https://hrv.clinic.example, without anything behind it")


def _is_origin(text: str) -> bool:
    """Whether this is scheme, name and perhaps port, as browsers write an origin."""
    try:
        parts = urlsplit(text)
        whole = f"{parts.scheme}://{parts.netloc}"
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and "@" not in text
            and text == whole.lower()
        )
    except ValueError:
        return False


ABOUT: dict[str, About] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Settings, include_extras=True).items()
}
