"""Measures of a stretch that somebody chose, by the names of a step's."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from biofeedback.core.events import Step, StepKind
from biofeedback.core.results import StepStarted
from biofeedback.edit_log import Entry
from biofeedback.report.analysis import Analysis, ReviewedStep, detailed, rebuild
from biofeedback.report.document import step_document
from biofeedback.report.source import read_source

__all__ = ["stretch"]


def stretch(content: bytes, name: str, log: Sequence[Entry], from_s: float, to_s: float) -> bytes:
    """Measures between two times as JSON, as ``steps`` of the document have them.

    A stretch of one step is measured as that step is, with its pacer; of another, ``step`` is null.

    Parameters
    ----------
    content : bytes
        The recording.
    name : str
        What it is called in messages.
    log : sequence of Edit or Undo
        Its edits.
    from_s, to_s : float
        The stretch in seconds.

    Raises
    ------
    InputError
        If the recording cannot be read, or a beat was edited that is not there.
    """
    analysis, pipeline = rebuild(read_source(name, content=content, log=log))
    whole = next((one for one in analysis.steps if one.started.t_s <= from_s and to_s <= one.end_s), None)
    started = _nowhere() if whole is None else whole.started
    step = _step_of(analysis, started) or Step(0, from_s, StepKind.REST)
    measures = pipeline.measure(step, from_s, to_s)
    responses = {one.step_seq: one for one in analysis.exhale_responses}
    found = ReviewedStep(replace(started, t_s=from_s), to_s, None, measures)
    told = step_document(detailed(found, responses.get(started.step_seq), pipeline.beats))
    return msgspec.json.encode(told if whole is not None else told | {"step": None})


def _nowhere() -> StepStarted:
    """What stands for the step of a stretch that is not in one."""
    return StepStarted(0, StepKind.REST, 0.0, None, None, None, None, None, None, (), None, None)


def _step_of(analysis: Analysis, started: StepStarted) -> Step | None:
    """Input that a step began with."""
    steps = (event for event in analysis.source.events if isinstance(event, Step))
    return next((step for step in steps if step.seq == started.step_seq), None)
