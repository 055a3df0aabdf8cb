"""Where settings come from, weakest first: defaults, a TOML file, the environment, the command line.

What is unknown or cannot be used is named with its place: the file, the variable or the option.
"""

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from biofeedback.errors import BadSetting, InputError
from biofeedback.lang import terminal_language
from biofeedback.settings import Settings, users_folder

__all__ = ["FILE_NAME", "FILE_VARIABLE", "PREFIX", "read_settings"]

PREFIX = "BIOFEEDBACK_"
FILE_VARIABLE = f"{PREFIX}SETTINGS"
FILE_NAME = "settings.toml"  # in the data folder
NEVER_SAID = "store_url"  # its value is never said
_UNREADABLE: dict[type[Exception], str] = {UnicodeDecodeError: "no UTF-8", RecursionError: "too deep"}
_YES_NO = ("true", "false", "1", "0", "yes", "no")
KINDS: dict[str, Any] = get_type_hints(Settings)


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as somebody wrote it. ``place`` names where, ``folder`` is where a relative path begins."""

    value: object
    place: str
    folder: Path = Path()


def read_settings(options: Mapping[str, object], file: str | Path | None = None) -> Settings:
    """Settings of the defaults, a file, the environment and the command line; the last one wins.

    Parameters
    ----------
    options : mapping
        Of the command line, by the setting's name; ``set`` holds a list of ``NAME=VALUE``. None: not given.
    file : str or Path, optional
        Settings file; left out: that of ``BIOFEEDBACK_SETTINGS``, else ``settings.toml`` of the data folder if it
        is there.

    Raises
    ------
    InputError
        If a setting is unknown or cannot be used, or the file cannot be read.
    """
    strong = _of_environment(os.environ) | _of_options(options)
    data = _value("data", strong["data"]) if "data" in strong else users_folder()
    named = file or os.environ.get(FILE_VARIABLE)
    lies_in_data = not named
    path = Path(named) if named else data / FILE_NAME
    weak = _of_file(path) if named or path.is_file() else {}
    if lies_in_data and "data" in weak:
        raise InputError(f"{weak['data'].place}: this file lies in the data folder already; leave data out")
    given = weak | strong
    values = {"lang": terminal_language()} | {name: _value(name, one) for name, one in given.items()}
    try:
        return Settings(**values)
    except BadSetting as error:
        # No default is ever at fault alone.
        raise InputError(f"{given[error.name].place}: {error.reason}") from error


def _of_environment(environment: Mapping[str, str]) -> dict[str, _Given]:
    """Settings of the environment; an empty variable is one that is not set."""
    given = {}
    for variable, text in environment.items():
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE and text:
            name = variable.removeprefix(PREFIX).lower()
            _must_be_known(name, variable, variable.isupper(), lambda known: PREFIX + known.upper())
            given[name] = _Given(text, f"{variable}{_shown(name, text)}")
    return given


def _of_options(options: Mapping[str, object]) -> dict[str, _Given]:
    """Settings of the command line, those of ``--set`` last."""
    given = {}
    for name, value in options.items():
        if name in KINDS and value is not None:
            option = f"--{name.replace('_', '-')}"
            given[name] = _Given(value, option if isinstance(value, bool) else f"{option} {value}")
    pairs = options.get("set") or []
    assert isinstance(pairs, list)
    for pair in pairs:
        name, equals, text = str(pair).partition("=")
        if not equals:
            raise InputError(f"--set {pair}: looks like --set max_viewers=100")
        _must_be_known(name, f"--set {name}", True, str)
        given[name] = _Given(text, f"--set {name}{_shown(name, text)}")
    return given


def _of_file(path: Path) -> dict[str, _Given]:
    """Settings of a TOML file."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: these settings cannot be read ({reason}); name another with --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else _UNREADABLE[type(error)]
        raise InputError(f'{path}: no TOML ({reason}); a line looks like port = 8800 or lang = "nl"') from error
    for name in table:
        _must_be_known(name, f"{path}: {_said(name)}", True, str)
    return {
        name: _Given(value, f"{path}: {name}{_shown(name, value, ' = ')}", path.parent) for name, value in table.items()
    }


def _must_be_known(name: str, place: str, is_well_written: bool, write: Callable[[str], str]) -> None:
    """Refuse a setting that there is none of, and say which is meant."""
    if name in KINDS and is_well_written:
        return
    near = difflib.get_close_matches(name, KINDS, n=1)
    cure = f"did you mean {write(near[0])}?" if near else "docs/settings.md lists all there are"
    raise InputError(f"{place}: there is no such setting; {cure}")


def _shown(name: str, value: object, equals: str = "=") -> str:
    """A value as it is repeated to whoever wrote it, unless it holds a password."""
    return "" if name == NEVER_SAID else f"{equals}{_said(value)}"


def _said(value: object) -> str:
    """A value on one line that steers no terminal."""
    return str(value) if str(value).isprintable() else repr(value)


def _value(name: str, given: _Given) -> Any:
    """The value in the setting's own type."""
    kind = KINDS[name]
    if isinstance(kind, UnionType):
        kind = next(one for one in get_args(kind) if one is not NoneType)
    value = given.value
    try:
        if isinstance(value, str):
            return _of_text(kind, value, given.folder)
        if get_origin(kind) is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is kind:
            return value
    except ValueError as error:
        raise InputError(f"{given.place}: {_looks_like(kind)}") from error
    raise InputError(f"{given.place}: {_looks_like(kind)}")


def _of_text(kind: Any, text: str, folder: Path) -> Any:
    """A value of its text; lists have commas, relative paths begin at the file that holds them."""
    if kind is bool:
        return _YES_NO.index(text.lower()) % 2 == 0
    if kind is Path:
        return folder / Path(text).expanduser()
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return kind(text)


def _looks_like(kind: Any) -> str:
    """What is meant to be there."""
    if kind is bool:
        return "choose true or false"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"choose one of {', '.join(kind)}"
    if get_origin(kind) is tuple:
        return "write a list of texts, with commas between them"
    return {int: "write a whole number", float: "write a number"}.get(kind, "write a text")
