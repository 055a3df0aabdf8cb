"""What the pages of a session were told and what of it still stands: a snapshot for one that comes new."""

from collections import deque

from biofeedback import messages
from biofeedback.core.outages import OUTAGES

__all__ = ["SNAPSHOT_S", "Told"]

SNAPSHOT_S = 120.0  # of beats, for a viewer that has nothing yet


class Told:
    """Keeps of each kind what a snapshot needs: of beats the last 120 s, of the rest what was not taken back."""

    def __init__(self) -> None:
        self._beats: deque[messages.Beat] = deque()
        self._steps: dict[int, messages.Step] = {}
        self._breaths: dict[tuple[int, int], messages.Breath] = {}
        self._gaps: dict[float, messages.Gap] = {}
        self._answers: dict[str, messages.Answer] = {}
        self._trends: list[messages.Trend] = []
        self._measures: list[messages.Measures] = []
        self._marks: list[messages.Mark] = []
        self._trials: list[messages.Trial] = []

    def add(self, message: messages.FromServer) -> None:
        """Remember a message that was told to all."""
        match message:
            case messages.Beat():
                self._add_beat(message)
            case messages.Breath():
                self._breaths[message.step_seq, message.index] = message
            case messages.Answer():
                self._answers[message.which] = message
            case messages.Trend():
                self._trends.append(message)
            case messages.Gap():
                self._gaps[message.start_s] = message
            case messages.Step():
                self._steps[message.step_seq] = message
            case messages.Measures():
                self._measures.append(message)
            case messages.Mark():
                self._marks.append(message)
            case messages.Trial():
                self._trials.append(message)

    def snapshot(self, now_s: float, quality: messages.Quality | None) -> messages.Snapshot:
        """The last 120 s of beats and gaps, all outages, and everything else that still stands."""
        since_s = now_s - SNAPSHOT_S
        return messages.Snapshot(
            session_s=now_s,
            steps=list(self._steps.values()),
            beats=[beat for beat in self._beats if beat.t_s >= since_s],
            breaths=list(self._breaths.values()),
            trends=self._trends,
            measures=self._measures,
            marks=self._marks,
            gaps=[
                gap for gap in self._gaps.values() if gap.end_s is None or gap.end_s >= since_s or gap.reason in OUTAGES
            ],
            answers=list(self._answers.values()),
            trials=self._trials,
            quality=quality,
        )

    def _add_beat(self, beat: messages.Beat) -> None:
        """Remember a beat; those too old for any snapshot are forgotten."""
        self._beats.append(beat)
        while self._beats[0].t_s < beat.t_s - SNAPSHOT_S:
            self._beats.popleft()
