"""What the page of an analyst shows of a session: its analysis, every beat, and what the plots are drawn from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
import numpy as np

from biofeedback.core.beats import Beats
from biofeedback.core.correction import corrected_by_beat_ms, unbridged
from biofeedback.core.edits import BeatId, Edits, Undo
from biofeedback.core.events import Mark, Rating, StepKind
from biofeedback.core.results import Artifact
from biofeedback.edit_log import Entry
from biofeedback.report.analysis import Analysis, ReviewedStep, rebuild
from biofeedback.report.document import document
from biofeedback.report.drawings import pacer_hz
from biofeedback.report.missing import no_fall, no_overlay, no_spectrum
from biofeedback.report.overlay import overlay
from biofeedback.report.remarks import with_names
from biofeedback.report.source import read_source
from biofeedback.report.spectrum import spectrum_of
from biofeedback.sentences import sentences

__all__ = ["beat_columns", "review"]


def review(content: bytes, name: str, log: Sequence[Entry] = (), names: Mapping[str, str] | None = None) -> bytes:
    """Review of a recording as JSON; a number that is none becomes null.

    Parameters
    ----------
    content : bytes
        The recording.
    name : str
        What it is called in messages.
    log : sequence of Edit or Undo
        Its edits, oldest first.
    names : mapping
        Names of the users of this server, by their id: who marked something is called by it.

    Raises
    ------
    InputError
        If the recording cannot be read, or a beat was edited that is not there.
    """
    analysis, pipeline = rebuild(read_source(name, content=content, log=log))
    steps = list(enumerate(analysis.steps))
    overlays = [(place, overlay(analysis, step)) for place, step in steps]
    spectra = [(place, _spectrum(analysis, place, step)) for place, step in steps]
    return msgspec.json.encode(
        {
            "document": document(analysis),
            "beats": beat_columns(analysis, pipeline.beats),
            "overlays": [{"step_index": place} | asdict(one) for place, one in overlays if one is not None],
            "spectra": [one for _, one in spectra if one is not None],
            "missing": _missing(
                analysis, {place for place, one in overlays if one}, {place for place, one in spectra if one}
            ),
            "marks": _told(
                event for event in with_names(analysis.source.events, names or {}) if isinstance(event, Mark)
            ),
            "ratings": _told(event for event in analysis.source.events if isinstance(event, Rating)),
            "edits": _log(log),
            "sentences": [
                asdict(one)
                for result in (analysis.trial, analysis.resonance)
                if result is not None
                for one in sentences(result)
            ],
        }
    )


def beat_columns(analysis: Analysis, beats: Beats) -> dict[str, list[Any]]:
    """Every beat, one list a property: as measured, put right, the class that was found, and what was made of it."""
    edits = analysis.source.edits
    nn_ms = _nn_ms(beats, edits)
    found = analysis.beats
    ids = [(beat.seq, beat.index) for beat in found]
    return {
        "ids": ids,
        "t_s": [beat.t_s for beat in found],
        "rr_ms": [beat.rr_ms for beat in found],
        "nn_ms": [nn_ms.get(id_) for id_ in ids],
        "artifact": [beats.found.get(id_, label) for id_, label in zip(ids, analysis.artifacts, strict=True)],
        "edit": [edits.of_beat.get(id_) for id_ in ids],
        "segment": [beat.segment for beat in found],
    }


def _nn_ms(beats: Beats, edits: Edits) -> dict[BeatId, float]:
    """NN interval that stands for each beat, by its id; of beats for which there is none, nothing."""
    found: dict[BeatId, float] = {}
    for run in beats.runs(-np.inf, np.inf):
        ids = beats.segments[run.segment].beat_ids[run.first : run.first + len(run.rr_ms)]
        pairs = zip(ids, run.labels, strict=True)
        labels = [edits.label(id_, Artifact.NORMAL) if label is None else label for id_, label in pairs]
        for part in unbridged(labels):
            values = corrected_by_beat_ms(run.rr_ms[part], labels[part])
            found |= {id_: value for id_, value in zip(ids[part], values.tolist(), strict=True) if np.isfinite(value)}
    return found


def _spectrum(analysis: Analysis, place: int, step: ReviewedStep) -> dict[str, Any] | None:
    """Spectrum of a step, with the line of its pacer; None where it is too short."""
    spectrum = spectrum_of(analysis, step)
    if spectrum is None:
        return None
    return {
        "step_index": place,
        "frequency_hz": spectrum.frequency_hz.tolist(),
        "density_ms2_per_hz": spectrum.density_ms2_per_hz.tolist(),
        "pacer_hz": None if step.started.pattern is None else pacer_hz(step),
    }


def _missing(analysis: Analysis, laid: set[int], drawn: set[int]) -> list[dict[str, Any]]:
    """Of each step what cannot be shown, and why: its breaths laid on each other, its falls, its spectrum."""
    found: list[dict[str, Any]] = []
    usable = {breath.step_seq for breath in analysis.breaths if breath.usable}
    for place, step in enumerate(analysis.steps):
        if step.started.step is StepKind.PRACTICE:
            continue  # nothing was to be measured of it
        is_paced = step.started.pattern is not None
        if is_paced and place not in laid:
            found.append({"step_index": place, "what": "overlay", "reason": no_overlay(analysis, step)})
        if is_paced and step.started.step_seq not in usable:
            found.append({"step_index": place, "what": "fall", "reason": no_fall(analysis, step)})
        if place not in drawn:
            found.append({"step_index": place, "what": "spectrum", "reason": no_spectrum(analysis, step)})
    return found


def _log(log: Sequence[Entry]) -> list[dict[str, Any]]:
    """All that was done, the oldest first; ``undone``: it counts no more."""
    undone = {line.undoes for line in log if isinstance(line, Undo)}
    return [{"kind": "undo", "beats": []} | asdict(line) | {"undone": line.id in undone} for line in log]


def _told(events: Iterable[Mark | Rating]) -> list[dict[str, Any]]:
    """Events as the recording has them."""
    return [asdict(event) for event in events]
