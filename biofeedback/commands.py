"""What each command does. Every import that costs time stands inside the command that needs it."""

# ruff: noqa: PLC0415  each command imports what it needs when it runs: --help stays light

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from biofeedback import storage
from biofeedback.errors import BiofeedbackError, InputError, RecordingCorrupt
from biofeedback.output import write_output

if TYPE_CHECKING:
    from biofeedback.report.analysis import Analysis
    from biofeedback.report.pooled import Pool
    from biofeedback.report.steps import StepSpan

__all__ = [
    "EXIT_MISTAKE",
    "analyze",
    "doctor",
    "export",
    "import_",
    "key",
    "say_error",
    "serve",
    "simulate",
]

EXIT_MISTAKE = 2  # the user's file or option cannot be used as it is


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
        _write_pools(pools, arguments.lang, arguments.html, arguments.files)
    return EXIT_MISTAKE if None in analyses else 0


def _analyze_file(arguments: argparse.Namespace, path: str, spans: "tuple[StepSpan, ...]") -> "Analysis | None":
    """One file: to the terminal or as JSON, and as a report where one is asked for; None where it fails."""
    from biofeedback.report.analysis import analyze as analyze_source
    from biofeedback.report.document import document, encode_document, failure
    from biofeedback.report.source import read_source

    try:
        kept = storage.kept_of(arguments, path)
        analysis = analyze_source(
            read_source(
                path,
                repair=arguments.repair,
                unit=arguments.unit,
                spans=spans,
                origin_time=arguments.origin_time,
                content=kept.content,
                log=kept.log,
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
    if arguments.repair and kept.content is None and analysis.source.facts.format != "rr":
        _keep_whole(Path(path), arguments.lang)
    return analysis


def _keep_whole(path: Path, language: str) -> None:
    """Write what is whole of a damaged recording beside it, for the commands that take a whole one only."""
    from biofeedback.lang import Words
    from biofeedback.recording import read_recording, repair_recording

    try:
        read_recording(path)
    except RecordingCorrupt:
        try:
            sys.stderr.write(Words(language)("cli.repaired", file=str(repair_recording(path))) + "\n")
        except InputError as error:
            say_error(error)


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


def _write_pools(pools: "list[Pool]", language: str, out: str, sources: list[str]) -> None:
    """The report of several files as one HTML file."""
    from biofeedback.lang import Words
    from biofeedback.report.pool_page import pool_page

    if not pools:
        raise InputError(
            "--html writes of several files what one person's sessions say together, and no two of these have the same "
            "person and exercise; call analyze once for each"
        )
    write_output(out, pool_page(pools, Words(language)).encode(), *sources)


def _print_analysis(analysis: "Analysis", language: str) -> None:
    """The tables in the terminal."""
    from biofeedback.lang import Words
    from biofeedback.report.terminal import print_analysis

    print_analysis(analysis, Words(language), sys.stdout)


def _write_report(analysis: "Analysis", language: str, out: str) -> None:
    """The report as one HTML file."""
    from biofeedback.lang import Words
    from biofeedback.report.page import page

    write_output(out, page(analysis, Words(language)).encode(), analysis.source.facts.file)


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
    except OSError as error:
        writer.close()  # Windows takes away no file that is open
        Path(arguments.out).unlink()  # half of it would look like a whole one, and stand in the way of the next try
        raise InputError(f"{arguments.out}: cannot be written ({(error.strerror or str(error)).lower()})") from error
    finally:
        writer.close()
    return 0


def export(arguments: argparse.Namespace) -> int:
    """A file's beats, edits or results in another program's format."""
    from biofeedback.report.export import ExportFormat
    from biofeedback.report.export import export as export_source
    from biofeedback.report.source import read_source

    kept, format = storage.kept_of(arguments, arguments.file), ExportFormat(arguments.format)
    source = read_source(arguments.file, content=kept.content, log=kept.log)
    if format is not ExportFormat.RECORDING:
        content = export_source(source, format)
    elif source.facts.format == "rr":
        raise InputError(f"{arguments.file}: this is no recording; `biofeedback import` makes one of it")
    else:
        content = Path(arguments.file).read_bytes() if kept.content is None else kept.content
    write_output(arguments.out, content, arguments.file)
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


def key(arguments: argparse.Namespace) -> int:
    """The key of a collector in another room, in a file, and what to do with it."""
    from biofeedback.configuration import read_settings
    from biofeedback.keys import DeviceKeys
    from biofeedback.lang import Words

    out = Path(arguments.out or f"{arguments.name}.key")
    DeviceKeys(read_settings({"data": arguments.data}, arguments.settings).data).make(arguments.name, out)
    sys.stdout.write(Words(arguments.lang)("cli.key", name=arguments.name, file=str(out)) + "\n")
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """What works on this machine, and how to mend the rest."""
    from biofeedback.configuration import read_settings
    from biofeedback.doctor import as_served, main

    settings = read_settings({"data": arguments.data, "port": arguments.port}, arguments.settings)
    return main(arguments.lang, arguments.json, settings if arguments.port else as_served(settings))


def serve(arguments: argparse.Namespace) -> int:
    """The server, until it is stopped."""
    gc.disable()  # nothing of what is loaded is garbage, and looking for it costs a sixth of the start
    try:
        from biofeedback.configuration import read_settings
        from biofeedback.server import serve as run_server

        run_server(read_settings(vars(arguments), arguments.settings))
    finally:
        gc.enable()
    return 0
