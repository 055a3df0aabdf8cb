"""The log says what happened, where in the code, and nothing that came in from a person or a strap."""

import ast
import asyncio
import errno
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from biofeedback import logbook
from biofeedback.logbook import FIELDS, FOREIGN, PROVOKED, open_logbook
from biofeedback.settings import LogFormat

PACKAGE = Path(__file__).parents[1] / "biofeedback"
PLANTED = "A-17 dizzy 936.5 tok3n"
own = logging.getLogger("biofeedback.session")


class Reason(StrEnum):
    OUT_OF_RANGE = "out_of_range"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def book() -> Iterator[Callable[..., Any]]:
    """Opens a logbook; afterwards all is as it was."""
    root, ours = logging.getLogger(), logging.getLogger("biofeedback")
    before = (root.handlers, root.level, ours.level, sys.excepthook, threading.excepthook, sys.unraisablehook)

    def opened(format_: LogFormat = LogFormat.JSON, stream: io.StringIO | None = None) -> io.StringIO:
        stream = stream or io.StringIO()
        open_logbook(format_, stream)
        return stream

    yield opened
    logging.captureWarnings(False)
    root.handlers, level, ours_level, sys.excepthook, threading.excepthook, sys.unraisablehook = before
    root.setLevel(level)
    ours.setLevel(ours_level)


def entries(stream: io.StringIO) -> list[dict[str, Any]]:
    assert PLANTED not in stream.getvalue()
    assert all(word not in stream.getvalue() for word in PLANTED.split())
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_place_and_text(book: Callable[..., Any]) -> None:
    stream = book()
    own.info("the server is ready", extra={"port": 8800, "session": "01K0", "subject": PLANTED})
    (entry,) = entries(stream)
    assert entry.pop("time").endswith("Z")
    assert entry == {
        "level": "info",
        "logger": "biofeedback.session",
        "message": "the server is ready",
        "session": "01K0",
        "port": 8800,
    }


def test_values_are_masked_but_for_classes_of_exceptions_and_choices(book: Callable[..., Any]) -> None:
    stream = book()
    own.warning("100%% of %s: %5.1f, %r, %s, %s and %-3d", PLANTED, 936.5, [PLANTED], Reason.OUT_OF_RANGE, PLANTED, 936)
    own.warning("failed: %s / %s", ValueError(PLANTED), OSError(errno.ENOSPC, PLANTED))
    own.warning("named: %(what)s", {"what": PLANTED})
    own.warning("missing: %s %s", PLANTED)
    assert [entry["message"] for entry in entries(stream)] == [
        "100% of …: …, …, out_of_range, … and …",
        "failed: ValueError / OSError ENOSPC",
        "named: …",
        "missing: … …",
    ]


@pytest.mark.parametrize("value", [PLANTED, "two\nlines", [936.5], "x" * 65, "", "é"])
def test_a_field_that_is_more_than_a_word_is_masked(value: object, book: Callable[..., Any]) -> None:
    stream = book()
    own.info("something", extra={"code": value})
    assert entries(stream)[0]["code"] == "…"


def test_an_exception_is_its_class_and_its_lines_of_code_never_its_message(book: Callable[..., Any]) -> None:
    stream = book()
    try:
        try:
            float(PLANTED)
        except ValueError as error:
            raise ExceptionGroup(PLANTED, [RuntimeError(PLANTED), OSError(errno.EROFS, PLANTED)]) from error
    except ExceptionGroup:
        own.exception("the session failed")
    (entry,) = entries(stream)
    assert [one["type"] for one in entry["exception"]] == [
        "ExceptionGroup",
        "RuntimeError",
        "OSError EROFS",
        "ValueError",
    ]
    assert entry["exception"][0]["at"][-1].startswith("tests/test_logbook.py:")


def test_an_exception_hidden_by_another_stays_hidden(book: Callable[..., Any]) -> None:
    stream = book()
    try:
        try:
            float(PLANTED)
        except ValueError:
            raise KeyError(PLANTED) from None
    except KeyError:
        own.exception("failed")
    own.exception("nothing is wrong")
    first, second = entries(stream)
    assert [one["type"] for one in first["exception"]] == ["KeyError"]
    assert "exception" not in second


def test_what_libraries_say_is_withheld_unless_it_is_known(book: Callable[..., Any]) -> None:
    stream = book()
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=ValueError(PLANTED))
    logging.getLogger("bleak").warning(f"connected to {PLANTED}")  # noqa: G004 - as libraries do it
    logging.getLogger("sqlalchemy").error(ValueError(PLANTED))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(PLANTED, stacklevel=1)
    known, *unknown = entries(stream)
    assert known["message"] == "Exception in ASGI application"
    assert [one["type"] for one in known["exception"]] == ["ValueError"]
    assert {entry["message"] for entry in unknown} == {"(a message of a library, not written here)"}
    assert all(":" in entry["at"] for entry in unknown)
    assert len(unknown) == 3


def test_what_a_client_provokes_is_written_seldom_with_how_often_it_was(
    book: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def provoke(text: str) -> None:
        try:
            b"\xff".decode()
        except UnicodeDecodeError:
            logging.getLogger("uvicorn.error").exception(text)

    stream, (text, other, *_) = book(), sorted(PROVOKED)
    for _ in range(1000):
        provoke(text)
    provoke(other)
    monkeypatch.setattr(logbook, "SELDOM_S", 0.0)  # a minute later
    provoke(text)
    said = [(entry["message"], entry["count"], "exception" in entry) for entry in entries(stream)]
    assert said == [(text, 1, False), (other, 1, False), (text, 1000, False)]


def test_known_texts_of_libraries_are_what_they_say() -> None:
    import uvicorn

    folders = [Path(uvicorn.__file__).parent, Path(asyncio.__file__).parent]
    sources = "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    assert [text for text in FOREIGN if text.removeprefix("Task ") not in sources] == []
    assert PROVOKED < FOREIGN


async def test_a_failed_task_that_nobody_awaited_is_said_without_what_it_held(book: Callable[..., Any]) -> None:
    stream = book()

    async def fail(_value: str) -> None:
        raise ValueError(PLANTED)

    task = asyncio.create_task(fail(PLANTED))
    await asyncio.wait({task})
    del task
    (entry,) = entries(stream)
    assert entry["message"] == "Task exception was never retrieved"
    assert entry["exception"][0]["type"] == "ValueError"


def test_what_nobody_caught_is_said_without_its_message(book: Callable[..., Any]) -> None:
    stream = book()
    sys.excepthook(ValueError, ValueError(PLANTED), None)
    thread = threading.Thread(target=lambda: float(PLANTED))
    thread.start()
    thread.join()
    sys.unraisablehook(type("Args", (), {"exc_type": OSError, "exc_value": None, "exc_traceback": None})())
    said = entries(stream)
    assert [entry["exception"][0]["type"] for entry in said] == ["ValueError", "ValueError", "OSError"]
    assert {entry["level"] for entry in said} == {"critical"}


def test_on_a_terminal_it_is_a_line_to_read_and_only_what_matters(book: Callable[..., Any]) -> None:
    stream = book(LogFormat.AUTO, Terminal())
    own.info("nothing to see")
    try:
        float(PLANTED)
    except ValueError:
        own.exception("the session failed", extra={"session": "01K0"})
    own.error("a strap", exc_info=OSError(PLANTED))
    first, second = stream.getvalue().splitlines()
    assert first.startswith("biofeedback: the session failed session=01K0 (ValueError at tests/test_logbook.py:")
    assert second == "biofeedback: a strap (OSError at an unknown place)"


def test_the_format_is_the_one_that_was_set(book: Callable[..., Any]) -> None:
    stream = book(LogFormat.JSON, Terminal())
    own.warning("json")
    assert entries(stream)[0]["message"] == "json"
    stream = book(LogFormat.TEXT)
    own.warning("text")
    assert stream.getvalue() == "biofeedback: text\n"
    stream = book(LogFormat.AUTO)
    own.warning("file")
    assert entries(stream)[0]["message"] == "file"


def test_a_log_that_cannot_be_written_stops_nothing(
    book: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    stream = book()
    stream.close()
    own.warning("lost")
    assert capsys.readouterr().err == ""


def test_messages_of_ours_are_texts_as_they_stand_and_their_fields_are_known() -> None:
    calls = [
        (path, call)
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("_log", "logger")
    ]
    assert len(calls) > 10
    for path, call in calls:
        assert isinstance(call.args[0], ast.Constant), f"{path}:{call.lineno}"
        for keyword in call.keywords:
            if keyword.arg == "extra":
                assert isinstance(keyword.value, ast.Dict), f"{path}:{call.lineno}"
                assert {key.value for key in keyword.value.keys if isinstance(key, ast.Constant)} <= set(FIELDS)
