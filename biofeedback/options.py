"""What several commands of the command line have in common: how they are added, language, and place of the data."""

import argparse
from collections.abc import Callable
from typing import Any

from biofeedback.lang import LANGUAGES, terminal_language

__all__ = ["Command", "add_command", "add_data", "add_lang", "count", "pseudonym"]

LONGEST_PSEUDONYM = 40
MOST = 1_000_000_000  # more of anything is not kept, and no database counts on for ever

Command = Callable[[argparse.Namespace], int]


def add_command(to: Any, name: str, command: Command, help_: str, example: str) -> argparse.ArgumentParser:
    """A command with its one-line help and an example."""
    parser: argparse.ArgumentParser = to.add_parser(
        name,
        help=help_,
        description=help_[0].upper() + help_[1:] + ".",
        epilog="example:\n  " + example.replace("\n", "\n  "),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=command)
    return parser


def add_lang(parser: argparse.ArgumentParser) -> None:
    """Language of what is shown."""
    default = terminal_language()
    parser.add_argument("--lang", choices=LANGUAGES, default=default, help=f"language (default: {default})")


def pseudonym(text: str) -> str:
    """Whom a recording is of, as the pages take it: a line of at most 40 letters."""
    if len(text) > LONGEST_PSEUDONYM or not text.isprintable():
        raise argparse.ArgumentTypeError(f"choose a code of at most {LONGEST_PSEUDONYM} letters and digits, as A-17")
    return text


def count(text: str) -> int:
    """How many of something: none or more; of which there is less, all."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"choose a whole number of 0 or more, got {text!r}")
    return min(int(text), MOST)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Where the server keeps its data, and where its settings are."""
    parser.add_argument("--data", metavar="DIR", help="folder of data (default: BIOFEEDBACK_DATA or the user's own)")
    parser.add_argument(
        "--settings",
        metavar="FILE",
        help="settings of the server, TOML (default: BIOFEEDBACK_SETTINGS or settings.toml in the data folder)",
    )
