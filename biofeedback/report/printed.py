"""Reports that are printed or handed out: which there are, in which form, made from one analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import StrEnum

from biofeedback.edit_log import Entry
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis, analyze
from biofeedback.report.clinician_report import clinician_report
from biofeedback.report.patient_report import patient_report
from biofeedback.report.remarks import Note, with_names
from biofeedback.report.sheet import Sheet
from biofeedback.report.sheet_html import sheet_html
from biofeedback.report.sheet_pdf import sheet_pdf
from biofeedback.report.source import read_source

__all__ = ["Form", "Kind", "Wanted", "print_recording", "printed", "written"]

NO_NOTE: Note = {}


class Kind(StrEnum):
    """Whom a report is for."""

    PATIENT = "patient"
    CLINICIAN = "clinician"


class Form(StrEnum):
    """What a report is made as."""

    HTML = "html"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report, in which form and language; ``zone`` is where its moments are told, None: as on this machine.

    ``code`` is what the person is called in it; None: as in the recording.
    """

    kind: Kind
    form: Form
    language: str
    zone: tzinfo | None = None
    code: str | None = None


def written(analysis: Analysis, kind: Kind, words: Words, note: Note = NO_NOTE) -> Sheet:
    """What a report says, before it is laid out."""
    if kind is Kind.PATIENT:
        return patient_report(analysis, words)
    return clinician_report(analysis, words, note)


def printed(analysis: Analysis, kind: Kind, words: Words, form: Form, note: Note = NO_NOTE) -> bytes:
    """One report as a file. HTML and PDF are laid out from the same sheet."""
    sheet = written(analysis, kind, words, note)
    return sheet_pdf(sheet) if form is Form.PDF else sheet_html(sheet).encode()


def print_recording(
    content: bytes, name: str, log: Sequence[Entry], names: Mapping[str, str], wanted: Wanted, note: Note
) -> bytes:
    """A report of a recording that is no file.

    Parameters
    ----------
    content : bytes
        The recording.
    name : str
        What it is called in the report and in messages.
    log : sequence of Edit or Undo
        Its edits, oldest first.
    names : mapping
        Names of the users of this server, by their id: who marked something is called by it.
    wanted : Wanted
        Which report.
    note : mapping of str to str, bool or None
        What the physiotherapist wrote of the session, by the fields of the note.

    Raises
    ------
    InputError
        If the recording cannot be read, or a beat was edited that is not there.
    """
    analysis = analyze(read_source(name, content=content, log=log))
    facts = analysis.source.facts
    source = replace(
        analysis.source,
        facts=replace(facts, subject=wanted.code or facts.subject),
        events=with_names(analysis.source.events, names),
    )
    named = replace(analysis, source=source)
    return printed(named, wanted.kind, Words(wanted.language, wanted.zone), wanted.form, note)
