"""The log of the server: what happened, and nothing of anybody's health.

What may be written is listed; all else is left out, whoever logs it:

- the text of a message as it stands in our source, never the values put into it; of an exception its class, of a choice
  its value;
- texts of the libraries beneath that are known to hold nothing else (`FOREIGN`);
- fields that a caller names (`FIELDS`), while they are a number, or a word without spaces;
- of an exception the classes and the lines of code it came by, never its message: that may repeat what came in.

What a client brings about by sending garbage (`PROVOKED`) is written once a minute, with how often it was: else it
could fill the disk with it.
"""

import errno
import json
import logging
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from biofeedback.settings import LogFormat

__all__ = ["FIELDS", "FOREIGN", "entry_of", "line_of", "open_logbook"]

OWN = "biofeedback"
FIELDS = ("code", "session", "room", "count", "seconds", "port", "version", "signal")
FOREIGN = frozenset(
    {
        "ASGI callable returned without completing handshake.",
        "ASGI callable returned without completing response.",
        "ASGI callable returned without starting response.",
        "Application shutdown failed. Exiting.",
        "Application startup failed. Exiting.",
        "Cancel %s running task(s), timeout graceful shutdown exceeded",
        "Exception in ASGI application",
        "Invalid HTTP request received.",
        "Invalid UTF-8 sequence received from client.",
        "SSL handshake failed",
        "Task exception was never retrieved",
        "Unsupported upgrade request.",
    }
)
PROVOKED = frozenset(
    {
        "Invalid HTTP request received.",
        "Invalid UTF-8 sequence received from client.",
        "SSL handshake failed",
        "Unsupported upgrade request.",
    }
)
SELDOM_S = 60.0  # between two lines of what is provoked
WITHHELD = "(a message of a library, not written here)"
MASK = "…"
DEEPEST = 12  # lines of code of one exception
WORD = re.compile(r"[\w.:+-]{1,64}", re.ASCII)
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[#0\- +]*[\d*]*(?:\.[\d*]+)?[a-zA-Z]|%%")
PACKAGES = Path(__file__).parents[1]

_log = logging.getLogger(__name__)


def open_logbook(format_: LogFormat, stream: TextIO) -> None:
    """Write all that is logged from now on to a stream: as JSON lines, or as lines for a person at a terminal."""
    is_json = format_ is LogFormat.JSON or (format_ is LogFormat.AUTO and not stream.isatty())
    handler = _Handler(stream)
    handler.setFormatter(_Formatter(is_json=is_json))
    handler.addFilter(_Seldom())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(logging.INFO if is_json else logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _on_failure
    threading.excepthook = lambda args: _on_failure(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _on_failure(args.exc_type, args.exc_value, args.exc_traceback)


def entry_of(record: logging.LogRecord) -> dict[str, Any]:
    """What is written of one record."""
    entry: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": _message(record),
    }
    if entry["message"] == WITHHELD:
        entry["at"] = f"{Path(record.pathname).name}:{record.lineno} {record.funcName}"
    for name in FIELDS:
        value = getattr(record, name, None)
        if value is not None:
            entry[name] = value if _is_plain(value) else MASK
    if record.exc_info and record.exc_info[1] is not None:
        entry["exception"] = _exception(record.exc_info[1])
    return entry


def line_of(entry: Mapping[str, Any]) -> str:
    """An entry for a person at a terminal."""
    words = [f"biofeedback: {entry['message']}"]
    words += [f"{name}={entry[name]}" for name in ("at", *FIELDS) if name in entry]
    for one in entry.get("exception", ()):
        words.append(f"({one['type']} at {one['at'][-1] if one['at'] else 'an unknown place'})")
    return " ".join(words)


class _Formatter(logging.Formatter):
    """Turns a record into its line."""

    def __init__(self, *, is_json: bool) -> None:
        super().__init__()
        self._is_json = is_json

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        entry = entry_of(record)
        return json.dumps(entry, ensure_ascii=False) if self._is_json else line_of(entry)


class _Seldom(logging.Filter):
    """Leaves out what is provoked and was written a moment ago; ``count``: how often it was, with what was left out."""

    def __init__(self) -> None:
        super().__init__()
        self._written_s: dict[str, float] = {}
        self._count: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        text = str(record.msg)
        if text not in PROVOKED:
            return True
        self._count[text] += 1
        now_s = time.monotonic()
        if now_s - self._written_s.get(text, -SELDOM_S) < SELDOM_S:
            return False
        self._written_s[text] = now_s
        record.count, record.exc_info = self._count.pop(text), None  # the lines of code are always the same
        return True


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; what cannot be written is not repeated elsewhere, as the standard library would."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Go on without the line: a full disk or a closed terminal never stops the server."""


def _on_failure(type_: type[BaseException], error: BaseException | None, trace: TracebackType | None = None, /) -> None:
    """An exception that nobody caught."""
    del trace
    _log.critical("the server has failed", exc_info=error if error is not None else type_())


def _message(record: logging.LogRecord) -> str:
    """The text of a message as it stands in the source."""
    text = str(record.msg) if isinstance(record.msg, str) else WITHHELD
    if record.name.partition(".")[0] != OWN:
        first = text.partition("\n")[0].strip()
        text = first if first in FOREIGN else WITHHELD
    arguments = iter(record.args if isinstance(record.args, tuple) else ())
    return PLACEHOLDER.sub(lambda found: "%" if found[0] == "%%" else _mask(next(arguments, None)), text)


def _mask(value: object) -> str:
    """What is written of a value put into a message."""
    if isinstance(value, BaseException):
        return _class_of(value)
    return value.value if isinstance(value, StrEnum) else MASK


def _is_plain(value: object) -> bool:
    """Whether a field's value can hold no text of a person."""
    return isinstance(value, int | float) or (isinstance(value, str) and WORD.fullmatch(value) is not None)


def _class_of(error: BaseException) -> str:
    """Class of an exception, with the system's own code."""
    code = errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None
    return type(error).__qualname__ + (f" {code}" if code else "")


def _exception(error: BaseException | None) -> list[dict[str, Any]]:
    """An exception and those that led to it: classes and lines of code."""
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < DEEPEST:
        frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
        found.append({"type": _class_of(error), "at": [_place(frame) for frame in frames]})
        if isinstance(error, BaseExceptionGroup):
            found += [one for each in error.exceptions for one in _exception(each)][: DEEPEST - len(found)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _place(frame: traceback.FrameSummary) -> str:
    """A line of code."""
    path = Path(frame.filename)
    name = path.relative_to(PACKAGES).as_posix() if path.is_relative_to(PACKAGES) else path.name
    return f"{name}:{frame.lineno} {frame.name}"
