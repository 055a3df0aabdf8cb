"""Sessions to measure on, made by the seeded simulator, and what the pipeline costs on them.

``python -m tests.bench.session FOLDER SECONDS`` writes a session there, and its RR intervals in ms, one a line.
"""

import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from biofeedback.core.events import StepKind
from biofeedback.core.exercises import FOUR_SIX, Exercise, PlannedStep
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Beat
from biofeedback.history import prior_of
from biofeedback.recording import Recording, read_recording
from biofeedback.unattended import simulate

__all__ = ["PipelineCost", "pipeline_cost", "recorded", "rr_ms"]

EDGE_S = 120.0  # of baseline and of recovery
PRESET, SEED = "responder", 1


@dataclass(frozen=True, slots=True)
class PipelineCost:
    """One session in this process, as if live: one input after the other."""

    beats: int
    results: int
    mean_us: float  # of CPU a beat
    longest_ms: float  # of wall time for one input


def recorded(folder: Path, duration_s: float) -> Recording:
    """A simulated session: baseline, 4-6 for most of the time, recovery."""
    steps = (
        PlannedStep(StepKind.BASELINE, EDGE_S),
        PlannedStep(StepKind.BREATHE, duration_s - 2 * EDGE_S, FOUR_SIX),
        PlannedStep(StepKind.RECOVERY, EDGE_S),
    )
    path = folder / f"{duration_s:.0f}.jsonl"
    simulate(PRESET, SEED, Exercise("bench", steps), path)
    return read_recording(path)


def pipeline_cost(recording: Recording) -> PipelineCost:
    """Cost of feeding a session to the pipeline, up to its last input."""
    pipeline = Pipeline(prior_of(recording.header))
    start_s = time.process_time()
    results = [result for event in recording.events for result in pipeline.feed(event)]
    cpu_s = time.process_time() - start_s
    beats = sum(isinstance(result, Beat) for result in results)
    return PipelineCost(beats, len(results), cpu_s / beats * 1e6, _longest_s(recording) * 1e3)


def _longest_s(recording: Recording) -> float:
    """Wall time of the input that takes longest: a live page waits for it. In a run of its own, as looking costs."""
    pipeline = Pipeline(prior_of(recording.header))
    moments_s = [time.perf_counter()]
    for event in recording.events:
        pipeline.feed(event)
        moments_s.append(time.perf_counter())
    return max(end_s - start_s for start_s, end_s in pairwise(moments_s))


def rr_ms(recording: Recording) -> list[float]:
    """RR intervals of a session, for another program."""
    pipeline = Pipeline(prior_of(recording.header))
    results = [result for event in recording.events for result in pipeline.feed(event)]
    return [beat.rr_ms for beat in results if isinstance(beat, Beat) and beat.rr_ms is not None]


if __name__ == "__main__":
    made = recorded(Path(sys.argv[1]), float(sys.argv[2]))
    made.path.with_suffix(".txt").write_text("\n".join(map(str, rr_ms(made))), encoding="utf-8")
