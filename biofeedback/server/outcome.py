"""What a session's inputs say, by the pipeline that it ran with."""

import asyncio
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from biofeedback.core.edits import Edits
from biofeedback.core.events import End
from biofeedback.core.findings import ResonanceResult, TrialResult
from biofeedback.core.pipeline import PIPELINE_VERSION, Pipeline
from biofeedback.core.results import BreathMeasures, CalmerThanBefore, ExhaleResponse, Quality, StepMeasures
from biofeedback.history import prior_of
from biofeedback.recording import Recording

__all__ = ["outcome_of"]

# What is told, under which name, and what makes a later one of a kind stand for an earlier one.
_TOLD: dict[type, tuple[str, Callable[[Any], object]]] = {
    StepMeasures: ("steps", attrgetter("step_seq")),
    BreathMeasures: ("breaths", attrgetter("step_seq", "index")),
    ExhaleResponse: ("exhale_responses", attrgetter("step_seq")),
    CalmerThanBefore: ("calmer_than_before", lambda result: None),
    Quality: ("quality", lambda result: None),
    TrialResult: ("trial", lambda result: None),
    ResonanceResult: ("resonance", lambda result: None),
}


async def outcome_of(recording: Recording, edits: Edits | None = None) -> dict[str, Any]:
    """Results of a recording, each kind a list. All else that runs gets its turn after every input."""
    pipeline = Pipeline(prior_of(recording.header), edits, is_watched=False)
    last: dict[str, dict[object, object]] = {name: {} for name, _ in _TOLD.values()}
    events = list(recording.events)
    if not recording.ended:
        events.append(End(events[-1].seq + 1 if events else 1, recording.last_t_s, "file_ended"))
    for event in events:
        await asyncio.sleep(0)
        for result in pipeline.feed(event):
            if type(result) in _TOLD:
                name, identity = _TOLD[type(result)]
                last[name][identity(result)] = result
    told = {name: list(found.values()) for name, found in last.items()}
    return {"session": recording.header.session, "pipeline": PIPELINE_VERSION} | told
