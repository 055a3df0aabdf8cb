"""The command that makes a report to print or hand out, of a recording or of a session that the server keeps."""

# ruff: noqa: PLC0415  each command imports what it needs when it runs: --help stays light

import argparse
from pathlib import Path
from typing import Any

from biofeedback import storage
from biofeedback.errors import InputError
from biofeedback.options import add_command, add_data, add_lang
from biofeedback.output import STDOUT, write_output

__all__ = ["add_report"]

KINDS = ("patient", "clinician")


def add_report(to: Any) -> None:
    """``biofeedback report``."""
    parser = add_command(
        to,
        "report",
        report,
        "make a report to print or hand out: one page for the patient, or two for the physiotherapist",
        "biofeedback report session.jsonl --kind patient --lang nl --out session.pdf\n"
        "biofeedback report 01KADRZ3NDEKTSV4RRFFQ69G5F --kind clinician --out session.html",
    )
    parser.add_argument("file", metavar="FILE", help="recording or RR file, or a session's id, which the server keeps")
    parser.add_argument("--kind", choices=KINDS, default="patient", help="whom it is for (default: %(default)s)")
    parser.add_argument(
        "--out", required=True, metavar="FILE", help="file to write, .pdf or .html; - is the terminal, as HTML"
    )
    add_data(parser)
    add_lang(parser)


def report(arguments: argparse.Namespace) -> int:
    """One report as a file.

    Raises
    ------
    InputError
        If the file's name says no form, or the file cannot be read or written.
    """
    from biofeedback.lang import Words
    from biofeedback.report.analysis import analyze
    from biofeedback.report.printed import Form, Kind, printed
    from biofeedback.report.source import read_source

    form = Path(arguments.out).suffix.lower().removeprefix(".") if arguments.out != STDOUT else Form.HTML
    if form not in set(Form):
        raise InputError(f"{arguments.out}: a report is a .pdf or an .html; end the name of --out in one of these")
    kept = storage.kept_of(arguments, arguments.file)
    source = read_source(arguments.file, content=kept.content, log=kept.log)
    content = printed(analyze(source), Kind(arguments.kind), Words(arguments.lang), Form(form))
    write_output(arguments.out, content, arguments.file)
    return 0
