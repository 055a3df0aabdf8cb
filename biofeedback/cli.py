"""The command line. Nothing heavy is imported before a command runs: ``biofeedback --help`` answers at once."""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from biofeedback import __version__, administration, commands, measuring, reporting, storage
from biofeedback.commands import EXIT_MISTAKE
from biofeedback.errors import BiofeedbackError, InputError
from biofeedback.options import add_command, add_data, add_lang, pseudonym

__all__ = ["main"]

EXERCISE = "measured_4_6"
SUBJECT = "pseudonym for the recording, never a name"
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells say it
EXIT_BROKEN_PIPE = 141  # 128 + SIGPIPE: whoever read the output has gone away


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status of one command."""
    arguments = _parser().parse_args(argv)
    # The matrices here are small: more threads cost CPU, and change the last bits of a sum.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        status = int(arguments.command(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _let_go_of_stdout()
        return EXIT_BROKEN_PIPE
    except BiofeedbackError as error:
        commands.say_error(error)
        return EXIT_MISTAKE
    except OSError as error:
        commands.say_error(InputError(f"{error.filename or 'the output'}: {error.strerror or error}"))
        _let_go_of_stdout()
        return EXIT_MISTAKE
    return status


def _let_go_of_stdout() -> None:
    """Lead stdout nowhere: Python flushes it once more at exit, into the same broken pipe or full disk."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    """The parser with all commands."""
    parser = argparse.ArgumentParser(
        prog="biofeedback",
        description="Heart-rate biofeedback for paced breathing: does the exhale calm the heartbeat? "
        "Feedback and education, not diagnosis or treatment.",
        epilog="biofeedback COMMAND --help shows an example of each command.",
    )
    parser.add_argument("--version", action="version", version=f"biofeedback {__version__}")
    added = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        _add_serve,
        _add_straps,
        _add_record,
        _add_analyze,
        reporting.add_report,
        _add_simulate,
        _add_import,
        _add_export,
        _add_key,
        _add_collect,
        _add_admin,
        _add_certificate,
        storage.add_sessions,
        storage.add_backup,
        storage.add_restore,
        storage.add_audit,
        _add_doctor,
    ):
        add(added)
    return parser


def _seconds(text: str) -> float:
    """A length of time."""
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no length of time in seconds")
    return seconds


def _add_strap(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Which strap, and how fast."""
    parser.add_argument(
        "--strap",
        default="auto",
        metavar="STRAP",
        help=f"auto | ble[:ADDRESS] | simulated[:PRESET] | replay:FILE{more} "
        "(default: auto, Bluetooth where there is any)",
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="replayed and simulated straps: X times as fast"
    )


def _add_exercise(parser: argparse.ArgumentParser, default: str | None, otherwise: str) -> None:
    """Which exercise, in which pattern."""
    parser.add_argument("--exercise", default=default, metavar="NAME", help=f"exercise (default: {otherwise})")
    parser.add_argument("--pattern", metavar="4-6", help="breathe in this pattern instead of the exercise's own")


def _add_steps(parser: argparse.ArgumentParser) -> None:
    """Unit and steps of a plain RR file."""
    group = parser.add_argument_group("plain RR files")
    group.add_argument("--unit", choices=("ms", "s"), help="unit of the intervals, where it is not plain")
    example = {"baseline": "0-120", "breathe": "120-240:4-6", "recovery": "240-360"}
    for step, span in example.items():
        group.add_argument(f"--{step}", action="append", default=[], metavar=span, help=f"seconds of the {step} step")


def _add_serve(to: Any) -> None:
    """``biofeedback serve``."""
    parser = add_command(
        to,
        "serve",
        commands.serve,
        "run a live session and show it in a browser",
        "biofeedback serve --strap simulated:responder\n"
        "biofeedback serve --strap replay:session.jsonl --speed 4 --port 8800",
    )
    _add_strap(parser, " | browser | remote[:NAME]")
    _add_exercise(parser, EXERCISE, EXERCISE)
    parser.add_argument("--subject", type=pseudonym, metavar="CODE", help=SUBJECT)
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1, for this machine alone)")
    _add_port(parser)
    parser.add_argument("--tls-cert", metavar="FILE", help="certificate chain for https, PEM; goes with --tls-key")
    parser.add_argument("--tls-key", metavar="FILE", help="private key of --tls-cert, PEM")
    parser.add_argument(
        "--insecure-http", action="store_const", const=True, help="admit patients without TLS, for one session each"
    )
    add_data(parser)
    parser.add_argument(
        "--set", action="append", metavar="NAME=VALUE", help="any setting of docs/settings.md, such as max_viewers=100"
    )
    add_lang(parser)
    # What is not given here may be in the environment or in a file.
    parser.set_defaults(strap=None, speed=None, exercise=None, lang=None)


def _add_port(parser: argparse.ArgumentParser) -> None:
    """The server's port."""
    parser.add_argument("--port", metavar="PORT", help="port of the server (default: 8800)")


def _add_straps(to: Any) -> None:
    """``biofeedback straps``."""
    parser = add_command(
        to, "straps", measuring.straps, "look for heart-rate straps over Bluetooth", "biofeedback straps --seconds 15"
    )
    parser.add_argument(
        "--seconds", type=_seconds, default=10.0, metavar="S", help="how long to look (default: %(default)g)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON list instead of a table")
    add_lang(parser)


def _add_record(to: Any) -> None:
    """``biofeedback record``."""
    parser = add_command(
        to,
        "record",
        measuring.record,
        "record a session to a file, without a server",
        "biofeedback record --strap ble --duration 360 --out session.jsonl",
    )
    _add_strap(parser)
    _add_exercise(parser, None, "none, plain rest until Ctrl-C")
    parser.add_argument("--subject", type=pseudonym, default="", metavar="CODE", help=SUBJECT)
    parser.add_argument(
        "--duration", type=_seconds, metavar="S", help="stop after S seconds (default: when the exercise is done)"
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="recording to write; it must not exist yet")
    add_lang(parser)


def _add_analyze(to: Any) -> None:
    """``biofeedback analyze``."""
    parser = add_command(
        to,
        "analyze",
        commands.analyze,
        "measure recordings and plain RR files, with the live session's own pipeline",
        "biofeedback analyze session.jsonl --html report.html\n"
        "biofeedback analyze monday.jsonl tuesday.jsonl --html together.html\n"
        "biofeedback analyze rr.csv --baseline 0-120 --breathe 120-240:4-6 --recovery 240-360 --json",
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="recordings, or RR files (one interval a line, or CSV); or a session's id, which the server keeps",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a file, each on its own line, then one for each person with several",
    )
    parser.add_argument(
        "--html",
        metavar="OUT",
        help="also write a report that stands on its own; of several files, what they say together",
    )
    parser.add_argument(
        "--repair", action="store_true", help="keep all that is whole of a damaged recording, also as a file beside it"
    )
    parser.add_argument(
        "--origin-time",
        action="store_true",
        help="lay what came from a collector or a browser where it happened, not where it arrived: a separate result",
    )
    _add_steps(parser)
    add_data(parser)
    add_lang(parser)


def _add_simulate(to: Any) -> None:
    """``biofeedback simulate``."""
    parser = add_command(
        to,
        "simulate",
        commands.simulate,
        "write a simulated recording whose truth is known",
        "biofeedback simulate --preset responder --seed 1 --out simulated.jsonl",
    )
    parser.add_argument(
        "--preset",
        default="responder",
        metavar="NAME",
        help="simulated person, for example h10_responder for one whose strap streams ECG and chest motion as well "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="same seed, same recording (default: %(default)s)"
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="recording to write; it must not exist yet")
    _add_exercise(parser, EXERCISE, EXERCISE)


def _add_import(to: Any) -> None:
    """``biofeedback import``."""
    parser = add_command(
        to,
        "import",
        commands.import_,
        "turn a plain RR file into a recording, or bring a recording into the store of a server",
        "biofeedback import rr.csv --baseline 0-120 --breathe 120-240:4-6 --recovery 240-360 --out session.jsonl\n"
        "biofeedback import session.jsonl --into ~/biofeedback-data --subject A-17 --owner j.devries",
    )
    parser.add_argument("file", metavar="FILE", help="RR file (one interval a line, or CSV); with --into a recording")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--out", metavar="FILE", help="recording to write; it must not exist yet")
    place.add_argument("--into", metavar="DIR", help="data folder of a server that is stopped, to keep a recording in")
    parser.add_argument("--owner", metavar="NAME", help="with --into: name of the physiotherapist whose patient it is")
    parser.add_argument("--subject", type=pseudonym, default="", metavar="CODE", help=SUBJECT)
    _add_steps(parser)


def _add_export(to: Any) -> None:
    """``biofeedback export``."""
    parser = add_command(
        to,
        "export",
        commands.export,
        "write a recording's beats or results for another program",
        "biofeedback export session.jsonl --format rr --out rr.txt\n"
        "biofeedback export session.jsonl --format json --out -\n"
        "biofeedback export 01KADRZ3NDEKTSV4RRFFQ69G5F --format recording --out session.jsonl",
    )
    parser.add_argument("file", metavar="FILE", help="recording or RR file, or a session's id, which the server keeps")
    parser.add_argument(
        "--format",
        choices=("rr", "hrv-logger", "csv", "json", "recording", "edits"),
        default="rr",
        help="rr: intervals in ms, one a line; hrv-logger: CSV of times and intervals; csv: beats as measured, "
        "put right and edited; json: results; recording: all that was kept, as it is; edits: its beats that were "
        "edited by hand (default: rr)",
    )
    parser.add_argument("--out", default="-", metavar="FILE", help="file to write (default: -, the terminal)")
    add_data(parser)


def _add_key(to: Any) -> None:
    """``biofeedback key``."""
    parser = add_command(
        to,
        "key",
        commands.key,
        "make the key of a collector in another room; this server admits whoever shows it",
        "biofeedback key room-2 --out room-2.key",
    )
    parser.add_argument("name", metavar="NAME", help="name of the collector: small letters, digits, - and _")
    parser.add_argument("--out", metavar="FILE", help="file to write the key to (default: NAME.key)")
    add_data(parser)
    add_lang(parser)


def _add_admin(to: Any) -> None:
    """``biofeedback admin``."""
    parser = add_command(
        to,
        "admin",
        administration.admin,
        "a link with which the first admin, or who forgot it, chooses a password; or say that the clock is right",
        "biofeedback admin first\nbiofeedback admin reset j.devries\nbiofeedback admin clock",
    )
    parser.add_argument("what", choices=("first", "reset", "clock"), help="for the first admin; for a user; the clock")
    parser.add_argument("name", nargs="?", metavar="NAME", help="name of the user, with reset")
    add_data(parser)
    add_lang(parser)


def _add_certificate(to: Any) -> None:
    """``biofeedback certificate``."""
    parser = add_command(
        to,
        "certificate",
        administration.certificate,
        "make the certificate of a server that other machines may reach, and the authority that phones install",
        "biofeedback certificate 192.168.1.20 clinic.local",
    )
    parser.add_argument(
        "names",
        nargs="+",
        metavar="NAME",
        help="addresses and names by which the server is reached; links begin with the first",
    )
    add_data(parser)
    add_lang(parser)


def _add_collect(to: Any) -> None:
    """``biofeedback collect``."""
    parser = add_command(
        to,
        "collect",
        measuring.collect,
        "collect a strap here and send it to a server elsewhere; nothing is lost while that is out of reach",
        "biofeedback collect --server https://clinic.example --key room-2.key\n"
        "biofeedback collect --server http://127.0.0.1:8800 --key room-2.key --strap simulated",
    )
    parser.add_argument("--server", required=True, metavar="URL", help="address of the server")
    parser.add_argument("--key", required=True, metavar="FILE", help="key that `biofeedback key` made on the server")
    parser.add_argument(
        "--log", metavar="DIR", help="folder for what is collected (default: collected, in the data folder)"
    )
    _add_strap(parser)
    add_lang(parser)


def _add_doctor(to: Any) -> None:
    """``biofeedback doctor``."""
    parser = add_command(
        to, "doctor", commands.doctor, "say what works on this machine and how to mend the rest", "biofeedback doctor"
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    _add_port(parser)
    add_data(parser)
    add_lang(parser)
