"""An analysis as JSON, by the contract of ``docs/analyze.schema.json``: absent is null, never 0, never NaN."""

from collections import Counter
from dataclasses import asdict, fields
from typing import Any

import msgspec

from biofeedback import __version__
from biofeedback.core.details import StepDetails
from biofeedback.core.findings import ResonanceResult
from biofeedback.core.results import BeatSource, BreathMeasures, CalmerThanBefore, ExhaleResponse, Quality, StepMeasures
from biofeedback.report.analysis import Analysis, ReviewedStep
from biofeedback.report.edited import edited_by_hand
from biofeedback.report.methods import METHODS
from biofeedback.report.sensor import sensor_places
from biofeedback.report.source import Source
from biofeedback.report.trial import trial_document
from biofeedback.sentences import sentences

__all__ = ["SCHEMA", "document", "encode_document", "failure", "step_document"]

SCHEMA = 1
# What ties results together inside the program; a reader of the JSON gets ``step_index``, the place in ``steps``.
_INTERNAL = {"step_seq", "final", "t_s", "step"}


def document(analysis: Analysis) -> dict[str, Any]:
    """All that ``analyze --json`` prints about one file."""
    index = {step.started.step_seq: place for place, step in enumerate(analysis.steps)}
    edited = edited_by_hand(analysis.source)
    return {
        "schema": SCHEMA,
        "recording": _recording(analysis.source),
        "quality": _quality(analysis),
        "beat_sources": None if analysis.beat_sources is None else asdict(analysis.beat_sources),
        "steps": [step_document(step) for step in analysis.steps],
        "breaths": [{"step_index": index.get(b.step_seq)} | _public(b) for b in analysis.breaths],
        "exhale_responses": [_response(response, index, analysis) for response in analysis.exhale_responses],
        "calmer_than_before": None if analysis.calmer is None else _public(analysis.calmer),
        "trial": None if analysis.trial is None else trial_document(analysis.trial),
        "resonance": None if analysis.resonance is None else _search(analysis.resonance),
        "edits": 0 if edited is None else edited.beats,
        "edited": None if edited is None else asdict(edited),
        "methods": METHODS | {"software": __version__},
    }


def failure(path: str, message: str) -> dict[str, Any]:
    """What is printed on the line of a file that cannot be analysed."""
    return {"schema": SCHEMA, "recording": {"file": path}, "error": message}


def encode_document(value: object) -> str:
    """One line of JSON; a number that is none becomes null."""
    return msgspec.json.encode(value).decode()


def _recording(source: Source) -> dict[str, Any]:
    """Where the numbers come from: header fields, file and its hash."""
    return asdict(source.facts)


def _quality(analysis: Analysis) -> dict[str, Any]:
    """Signal quality over the whole file."""
    quality = analysis.quality
    came_from = Counter(beat.beat_source for beat in analysis.beats)
    return {
        "beats": len(analysis.beats),
        "beats_by_source": {source: came_from[source] for source in BeatSource},
        "corrected_fraction": None if quality is None else quality.corrected_fraction,
        "coverage_fraction": None if quality is None else quality.coverage_fraction,
        "gaps": [[gap.start_s, gap.end_s] for gap in analysis.gaps],
        "grade": "bad" if quality is None else quality.grade,
        "reasons": ["no_beat_intervals"] if quality is None else list(quality.reasons),
        "sensor_places": list(sensor_places(analysis.source)),
    }


def step_document(step: ReviewedStep) -> dict[str, Any]:
    """One step with its measures, all null where nothing could be measured."""
    names = [field.name for field in fields(StepMeasures) if field.name not in {*_INTERNAL, "start_s", "end_s"}]
    detailed = [field.name for field in fields(StepDetails)]
    measures, details = step.measures, step.details
    return {
        "step": step.started.step,
        "pattern": step.started.pattern,
        "block": step.started.block,
        "start_s": step.started.t_s,
        "end_s": step.end_s,
        "ended_by": step.ended_by,
        **{name: None if measures is None else getattr(measures, name) for name in names},
        **{name: None if details is None else getattr(details, name) for name in detailed},
    }


def _response(response: ExhaleResponse, index: dict[int, int], analysis: Analysis) -> dict[str, Any]:
    """One exhale answer; its step is null where the file has no breathing step."""
    place = None if response.step_seq is None else index.get(response.step_seq)
    kind = None if place is None else analysis.steps[place].started.step
    return {"step_index": place, "step": kind} | _public(response)


def _search(search: ResonanceResult) -> dict[str, Any]:
    """What a resonance search says."""
    return asdict(search) | {"sentences": [one.key for one in sentences(search)]}


def _public(result: BreathMeasures | ExhaleResponse | CalmerThanBefore | Quality) -> dict[str, Any]:
    """A result's fields without those that only tie results together."""
    return {name: value for name, value in asdict(result).items() if name not in _INTERNAL}
