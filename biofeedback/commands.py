"""What each command does. Every import that costs time stands inside the command that needs it."""

# ruff: noqa: PLC0415  each command imports what it needs when it runs: --help stays light

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from biofeedback import storage
from biofeedback.errors import BiofeedbackError, InputError

if TYPE_CHECKING:
    from biofeedback.core.exercises import Exercise
    from biofeedback.report.analysis import Analysis
    from biofeedback.report.pooled import Pool
    from biofeedback.report.steps import StepSpan

__all__ = [
    "EXIT_MISTAKE",
    "analyze",
    "collect",
    "doctor",
    "export",
    "import_",
    "key",
    "record",
    "say_error",
    "serve",
    "simulate",
    "straps",
]

EXIT_MISTAKE = 2  # the user's file or option cannot be used as it is
EXIT_UNSENT = 3  # a collector was stopped before the server had all of it; the rest is in its log
STDOUT = "-"


def say_error(error: BiofeedbackError) -> None:
    """Write one line; a file's name may hold anything, and must not steer the terminal."""
    line = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(error))
    sys.stderr.write(f"biofeedback: {line}\n")


def analyze(arguments: argparse.Namespace) -> int:
    """Each file in turn; one that fails is said, does not stop the others, and makes the exit status 2.

    Then what the sessions of one person say together.
    """
    from biofeedback.report.pooled import member_of, pools_of
    from biofeedback.report.steps import parse_steps

    spans = parse_steps(arguments.baseline, arguments.breathe, arguments.recovery)
    analyses = [_analyze_file(arguments, path, spans) for path in arguments.files]
    pools = pools_of([member_of(analysis) for analysis in analyses if analysis is not None])
    if pools and arguments.json:
        _print_pools_json(pools)
    elif arguments.html is None:
        _print_pools(pools, arguments.lang)
    if arguments.html is not None and len(arguments.files) > 1:
        _write_pools(pools, arguments.lang, arguments.html)
    return EXIT_MISTAKE if None in analyses else 0


def _analyze_file(arguments: argparse.Namespace, path: str, spans: "tuple[StepSpan, ...]") -> "Analysis | None":
    """One file: to the terminal or as JSON, and as a report where one is asked for; None where it fails."""
    from biofeedback.report.analysis import analyze as analyze_source
    from biofeedback.report.document import document, encode_document, failure
    from biofeedback.report.source import read_source

    try:
        analysis = analyze_source(
            read_source(
                path,
                repair=arguments.repair,
                unit=arguments.unit,
                spans=spans,
                origin_time=arguments.origin_time,
                content=storage.recording_of(arguments, path),
            )
        )
    except BiofeedbackError as error:
        if arguments.json:
            sys.stdout.write(encode_document(failure(path, str(error))) + "\n")
        say_error(error)
        return None
    if arguments.json:
        sys.stdout.write(encode_document(document(analysis)) + "\n")
    elif arguments.html is None:
        _print_analysis(analysis, arguments.lang)
    if arguments.html is not None and len(arguments.files) == 1:
        _write_report(analysis, arguments.lang, arguments.html)
    return analysis


def _print_pools_json(pools: "list[Pool]") -> None:
    """One line a person."""
    from biofeedback.report.document import SCHEMA, encode_document
    from biofeedback.report.pooled import pool_document

    for pool in pools:
        sys.stdout.write(encode_document(pool_document(pool, SCHEMA)) + "\n")


def _print_pools(pools: "list[Pool]", language: str) -> None:
    """What the sessions of each person say together, in the terminal."""
    from biofeedback.lang import Words
    from biofeedback.report.terminal import print_pool

    for pool in pools:
        print_pool(pool, Words(language), sys.stdout)


def _write_pools(pools: "list[Pool]", language: str, out: str) -> None:
    """The report of several files as one HTML file."""
    from biofeedback.lang import Words
    from biofeedback.report.pool_page import pool_page

    if not pools:
        raise InputError(
            "--html writes of several files what one person's sessions say together, and no two of these have the same "
            "person and exercise; call analyze once for each"
        )
    _write(out, pool_page(pools, Words(language)))


def _print_analysis(analysis: "Analysis", language: str) -> None:
    """The tables in the terminal."""
    from biofeedback.lang import Words
    from biofeedback.report.terminal import print_analysis

    print_analysis(analysis, Words(language), sys.stdout)


def _write_report(analysis: "Analysis", language: str, out: str) -> None:
    """The report as one HTML file."""
    from biofeedback.lang import Words
    from biofeedback.report.page import page

    _write(out, page(analysis, Words(language)))


def _write(out: str, text: str) -> None:
    """Write a text to a file, or to the terminal."""
    if out == STDOUT:
        sys.stdout.write(text)
        return
    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({(error.strerror or str(error)).lower()})") from error


def _write_bytes(out: str, content: bytes) -> None:
    """Write bytes to a file, or to the terminal."""
    if out == STDOUT:
        sys.stdout.buffer.write(content)
        return
    try:
        Path(out).write_bytes(content)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({(error.strerror or str(error)).lower()})") from error


def import_(arguments: argparse.Namespace) -> int:
    """A plain RR file as a recording; what it is made from stands in its header."""
    from dataclasses import replace
    from datetime import UTC, datetime

    if arguments.into is not None:
        return storage.bring_in(arguments)
    from biofeedback.composition import new_header
    from biofeedback.recording import RecordingWriter
    from biofeedback.report.source import read_source
    from biofeedback.report.steps import parse_steps

    spans = parse_steps(arguments.baseline, arguments.breathe, arguments.recovery)
    source = read_source(arguments.file, unit=arguments.unit, spans=spans)
    facts = source.facts
    if facts.format != "rr":
        raise InputError(f"{arguments.file}: this is a recording already; analyze takes it as it is")
    header = new_header(datetime.now(UTC), subject=arguments.subject, simulated=False, exercise="")
    origin = {"file": Path(facts.file).name, "sha256": facts.sha256, "unit": facts.unit}
    writer = RecordingWriter(arguments.out, replace(header, extra={"imported": origin}))
    try:
        for event in source.events:
            writer.write(event)
    finally:
        writer.close()
    return 0


def export(arguments: argparse.Namespace) -> int:
    """A file's beats or results in another program's format."""
    from biofeedback.formats.rr_text import hrv_logger_csv, plain_rr
    from biofeedback.report.analysis import analyze as analyze_source
    from biofeedback.report.document import document, encode_document
    from biofeedback.report.source import read_source

    content = storage.recording_of(arguments, arguments.file)
    if arguments.format == "recording":
        _write_bytes(arguments.out, Path(arguments.file).read_bytes() if content is None else content)
        return 0
    analysis = analyze_source(read_source(arguments.file, content=content))
    if arguments.format == "json":
        text = encode_document(document(analysis)) + "\n"
    elif arguments.format == "hrv-logger":
        text = hrv_logger_csv(analysis.beats, analysis.source.facts.started_utc)
    else:
        text = plain_rr(analysis.beats)
    _write(arguments.out, text)
    return 0


def simulate(arguments: argparse.Namespace) -> int:
    """A simulated recording, with its truth beside it."""
    from biofeedback.settings import exercise_of
    from biofeedback.unattended import simulate as simulate_session

    truth = simulate_session(
        arguments.preset, arguments.seed, exercise_of(arguments.exercise, arguments.pattern), Path(arguments.out)
    )
    sys.stderr.write(f"{arguments.out}\n{truth}\n")
    return 0


def record(arguments: argparse.Namespace) -> int:
    """A session recorded without a server; Ctrl-C or SIGTERM ends it and keeps what was recorded."""
    import asyncio

    _obey_sigterm()
    asyncio.run(_record(arguments))
    return 0


def _obey_sigterm() -> None:
    """End in order at SIGTERM as at Ctrl-C, also where a shell began this in the background, deaf to Ctrl-C."""
    import signal

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


async def _record(arguments: argparse.Namespace) -> None:
    """Record, and say meanwhile how the strap is doing."""
    from biofeedback.announced import AnnouncedStrap
    from biofeedback.clock import MonotonicClock
    from biofeedback.lang import Words
    from biofeedback.settings import Settings
    from biofeedback.straps.registry import AUTO, make_strap, resolve
    from biofeedback.unattended import record as record_session

    words = Words(arguments.lang)
    exercise = _exercise(arguments)
    Settings(strap=arguments.strap, speed=arguments.speed)  # refuses a speed that makes no sense
    name = await resolve(arguments.strap)
    if arguments.strap == AUTO and name.startswith("simulated"):
        raise InputError(words("cli.no_adapter"))
    strap = AnnouncedStrap(make_strap(name), words, sys.stderr)
    if strap.simulated:
        sys.stderr.write(words("report.simulated") + "\n")
    clock = MonotonicClock(arguments.speed)
    await record_session(strap, exercise, arguments.duration, Path(arguments.out), clock, arguments.subject)
    sys.stderr.write(f"{arguments.out}\n")


def _exercise(arguments: argparse.Namespace) -> "Exercise | None":
    """The exercise asked for; None: rest."""
    from biofeedback.settings import exercise_of

    if arguments.exercise is not None:
        return exercise_of(arguments.exercise, arguments.pattern)
    if arguments.pattern is not None:
        raise InputError(
            f"--pattern {arguments.pattern} needs an --exercise to breathe it in, for example measured_4_6"
        )
    return None


def straps(arguments: argparse.Namespace) -> int:
    """Straps that are near; each is said when it is found."""
    import asyncio

    return asyncio.run(_straps(arguments))


async def _straps(arguments: argparse.Namespace) -> int:
    """Scan, with progress on stderr and the result on stdout."""
    from dataclasses import asdict

    from biofeedback.lang import Words
    from biofeedback.report.document import encode_document
    from biofeedback.straps.scan import FoundStrap, scan
    from biofeedback.straps.trouble import Trouble

    words = Words(arguments.lang)

    def say(strap: FoundStrap) -> None:
        sys.stderr.write(words("cli.straps.found", strap=strap.name or strap.address) + "\n")

    sys.stderr.write(words("cli.straps.searching", n=round(arguments.seconds)) + "\n")
    try:
        found = await scan(arguments.seconds, say)
    except Trouble as error:
        raise InputError(words(error.detail)) from error
    if arguments.json:
        sys.stdout.write(encode_document([asdict(strap) for strap in found]) + "\n")
        return 0
    for strap in found:
        signal = words("cli.straps.connected") if strap.rssi_dbm is None else f"{strap.rssi_dbm} dBm"
        battery = "" if strap.battery_percent is None else words("patient.percent", n=strap.battery_percent)
        sys.stdout.write(f"{strap.address}  {strap.name or '-'}  {signal}  {battery}".rstrip() + "\n")
    if not found:
        sys.stdout.write(words("cli.straps.none") + "\n")
    return 0


def key(arguments: argparse.Namespace) -> int:
    """The key of a collector in another room, in a file, and what to do with it."""
    from biofeedback.configuration import read_settings
    from biofeedback.keys import DeviceKeys
    from biofeedback.lang import Words

    out = Path(arguments.out or f"{arguments.name}.key")
    DeviceKeys(read_settings({"data": arguments.data}, arguments.settings).data).make(arguments.name, out)
    sys.stdout.write(Words(arguments.lang)("cli.key", name=arguments.name, file=str(out)) + "\n")
    return 0


def collect(arguments: argparse.Namespace) -> int:
    """A strap for a server elsewhere; Ctrl-C or SIGTERM ends it, and what was not sent stays in the log."""
    import asyncio

    _obey_sigterm()
    return asyncio.run(_collect(arguments))


async def _collect(arguments: argparse.Namespace) -> int:
    """Collect, and say meanwhile how strap and server are doing."""
    from biofeedback.announced import AnnouncedStrap
    from biofeedback.clock import MonotonicClock
    from biofeedback.collecting import Collector, Place
    from biofeedback.configuration import read_settings
    from biofeedback.keys import read_key
    from biofeedback.lang import Words
    from biofeedback.straps.registry import AUTO, make_strap, resolve

    words = Words(arguments.lang)
    place, key = Place.parse(arguments.server), read_key(arguments.key)
    settings = read_settings({"strap": arguments.strap, "speed": arguments.speed})
    name = await resolve(arguments.strap)
    if arguments.strap == AUTO and name.startswith("simulated"):
        raise InputError(words("cli.no_adapter"))
    strap = AnnouncedStrap(make_strap(name), words, sys.stderr)
    folder = Path(arguments.log) if arguments.log else settings.data / "collected"
    said = ""

    def say(key: str, **values: "str | int") -> None:
        nonlocal said
        text = words(key, **values)
        if text != said:
            said = text
            sys.stderr.write(text + "\n")

    try:
        unsent = await Collector(strap, MonotonicClock(arguments.speed), folder, place, key, say).run()
    except InputError as error:
        raise InputError(words(str(error)) if str(error) in words else str(error)) from error
    say("collect.unsent" if unsent else "collect.done", n=unsent, folder=str(folder))
    return EXIT_UNSENT if unsent else 0


def doctor(arguments: argparse.Namespace) -> int:
    """What works on this machine, and how to mend the rest."""
    from biofeedback.configuration import read_settings
    from biofeedback.doctor import main

    settings = read_settings({"data": arguments.data, "port": arguments.port}, arguments.settings)
    return main(arguments.lang, arguments.json, settings.port, settings.data)


def serve(arguments: argparse.Namespace) -> int:
    """The server, until it is stopped."""
    from biofeedback.configuration import read_settings
    from biofeedback.server import serve as run_server

    run_server(read_settings(vars(arguments), arguments.settings))
    return 0
