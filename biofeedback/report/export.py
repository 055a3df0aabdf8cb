"""A session for another program: its recording or edits as they are, its beats, or what was computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from biofeedback.edit_log import Entry, encode_edits
from biofeedback.formats.rr_text import hrv_logger_csv, plain_rr
from biofeedback.formats.spreadsheet import spreadsheet
from biofeedback.report.analysis import analyze, rebuild
from biofeedback.report.document import document, encode_document
from biofeedback.report.review import beat_columns
from biofeedback.report.source import Source, read_source

__all__ = ["FORMATS", "ExportFormat", "FileKind", "export", "exported"]


class ExportFormat(StrEnum):
    """What a session is exported as."""

    RECORDING = "recording"
    RR = "rr"
    HRV_LOGGER = "hrv-logger"
    CSV = "csv"
    JSON = "json"
    EDITS = "edits"


@dataclass(frozen=True, slots=True)
class FileKind:
    """How a file of a format is called."""

    suffix: str
    media_type: str


FORMATS = {
    ExportFormat.RECORDING: FileKind("jsonl", "application/jsonl"),
    ExportFormat.RR: FileKind("rr.txt", "text/plain; charset=utf-8"),
    ExportFormat.HRV_LOGGER: FileKind("rr.csv", "text/csv; charset=utf-8"),
    ExportFormat.CSV: FileKind("beats.csv", "text/csv; charset=utf-8"),
    ExportFormat.JSON: FileKind("json", "application/json"),
    ExportFormat.EDITS: FileKind("edits.jsonl", "application/jsonl"),
}


def exported(content: bytes, name: str, log: Sequence[Entry], format: ExportFormat) -> bytes:
    """File of a recording that a server keeps: ``name`` is what it is called in messages. Raises as ``export`` does."""
    return content if format is ExportFormat.RECORDING else export(read_source(name, content=content, log=log), format)


def export(source: Source, format: ExportFormat) -> bytes:
    """Bytes of a file of this format, which is not that of the recording itself.

    ``csv`` is a table of beats: as measured, put right, and what was made of each; ``rr`` and ``hrv-logger`` are the
    intervals as measured.

    Raises
    ------
    NoSuchBeat
        If a beat was edited that is not there.
    """
    match format:
        case ExportFormat.EDITS:
            return encode_edits(source.log, source.facts.sha256, source.facts.session or "")
        case ExportFormat.CSV:
            return _table_of_beats(source)
        case ExportFormat.HRV_LOGGER:
            return hrv_logger_csv(analyze(source).beats, source.facts.started_utc).encode()
        case ExportFormat.RR:
            return plain_rr(analyze(source).beats).encode()
    return encode_document(document(analyze(source))).encode() + b"\n"


def _table_of_beats(source: Source) -> bytes:
    """Every beat on a line."""
    analysis, pipeline = rebuild(source)
    columns = beat_columns(analysis, pipeline.beats)
    ids, others = columns.pop("ids"), columns.values()
    rows = ([*id_, *row] for id_, *row in zip(ids, *others, strict=True))
    return spreadsheet(["seq", "index", *columns], rows)
