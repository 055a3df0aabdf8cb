"""What a strap sends, taken in: the one place where bytes become beats and what is known of the strap."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from biofeedback.core.beats import SILENCE, Beats
from biofeedback.core.chest import Chest
from biofeedback.core.contact import Contact
from biofeedback.core.ecg import RPeaks
from biofeedback.core.edits import Edits
from biofeedback.core.events import Characteristic, Link, LinkState, Notification, Resumed, RrIntervals, StrapInfo
from biofeedback.core.heart_rate import decode
from biofeedback.core.outages import OUTAGES
from biofeedback.core.pmd import PmdKind
from biofeedback.core.results import BeatSource, BeatSources, Result
from biofeedback.core.sources import Sources
from biofeedback.core.streams import Streams
from biofeedback.core.timeline import SILENCE_S
from biofeedback.errors import MalformedPayload

__all__ = ["MS_PER_1024TH", "Intake", "StrapData"]

MS_PER_1024TH = 1000.0 / 1024.0

StrapData = StrapInfo | Link | Notification | RrIntervals | Resumed
_PMD = (Characteristic.PMD_DATA, Characteristic.PMD_CONTROL)


class Intake:
    """Takes in what comes from the strap; ``beats`` and ``contact`` are what is known after it."""

    def __init__(self, edits: Edits | None = None) -> None:
        self.beats = Beats(edits)
        self.contact = Contact()
        self.streams = Streams()
        self.chest = Chest()
        self._peaks = RPeaks()
        self._sources = Sources(self.beats, self.contact, self.streams.clock)
        self._heard_s = -math.inf  # when anything came from the strap last

    def take(self, event: StrapData) -> list[Result]:
        """Beats, labels and gaps that follow from an input."""
        results = _HANDLERS[type(event)](self, event)
        self._heard_s = event.t_s
        return results

    def replace(self, beats: Beats) -> None:
        """Take over the beats of a session that were all placed at once instead of one by one."""
        self.beats = beats
        self._sources = Sources(self.beats, self.contact, self.streams.clock)
        self.contact.is_connected = True
        self.contact.see_intervals()

    def compare_sources(self) -> BeatSources | None:
        """What the strap's own intervals and its ECG saw of the same heart; None where there was no ECG."""
        return self._sources.compare()

    def end(self) -> list[Result]:
        """The session is over."""
        return self._sources.settle()

    def fall_silent(self) -> list[Result]:
        """No interval has come for too long."""
        return self._catch_up() + self.beats.open_gap(SILENCE)

    def _on_notification(self, event: Notification) -> list[Result]:
        if event.characteristic in _PMD:
            return self._on_pmd(event)
        if event.characteristic is not Characteristic.HEART_RATE:
            self.contact.read(event)
            return []
        try:
            measurement = decode(event.value)
        except MalformedPayload:
            return []  # it stays in the recording as it came
        self.contact.is_connected = True
        self.contact.measure(event.t_s, measurement)
        rr_ms = tuple(raw * MS_PER_1024TH for raw in measurement.rr_1024ths)
        if self.contact.is_repeat(event, rr_ms):
            return self.beats.pass_over() if self._sources.current is BeatSource.STRAP_RR else []
        return self._sources.hear_intervals(event.seq, event.t_s, rr_ms)

    def _on_pmd(self, event: Notification) -> list[Result]:
        """Each block of samples goes to the reader of its kind."""
        results: list[Result] = []
        for block in self.streams.take(event):
            if block.kind is PmdKind.ECG:
                results += self._sources.hear_ecg(event.seq, event.t_s, self._peaks.take(block))
            else:
                self.chest.take(self.streams.clock.session_s(block.strap_s), block.samples.astype(np.float64))
        return results

    def _on_rr(self, event: RrIntervals) -> list[Result]:
        rr_ms = tuple(rr for rr in event.rr_ms if MS_PER_1024TH <= rr <= 0xFFFF * MS_PER_1024TH)  # as bytes can say
        if rr_ms:
            self.contact.is_connected = True
            self.contact.see_intervals()
        return self.beats.take(event.seq, event.t_s, rr_ms)

    def _on_link(self, event: Link) -> list[Result]:
        results = self._restart()
        self.contact.link(event)
        if event.state is LinkState.LOST:
            results += self._open_gap(event.reason or "link_lost")
        return results

    def _on_strap(self, event: StrapInfo) -> list[Result]:
        results = self._restart()
        self.contact.change_strap(event)
        self._sources.forget_latency()
        return results + self.beats.open_gap("strap_changed")

    def _on_resumed(self, event: Resumed) -> list[Result]:
        results = self._restart()
        self.contact.is_connected = False
        return results + self._open_gap(event.reason or "restart")

    def _open_gap(self, reason: str) -> list[Result]:
        """Beats are missing; an outage is named before the silence that came of it.

        While the server or the way to it is away nothing comes at all. From a strap without contact something does.
        """
        results = self.beats.open_gap(reason)
        last_s = self.beats.last_arrival_s
        if reason in OUTAGES and last_s is not None and self._heard_s <= last_s + SILENCE_S:
            results += self.beats.rename_gap(reason)
        return results

    def _restart(self) -> list[Result]:
        """Nothing joins what came before."""
        results = self._catch_up()
        self.streams.restart()
        self._sources.restart()
        return results

    def _catch_up(self) -> list[Result]:
        """Nothing more comes for now, or ever: the beats that waited for it count."""
        return self._sources.catch_up(self._peaks.rest())


_HANDLERS: dict[type, Callable[[Intake, Any], list[Result]]] = {
    StrapInfo: Intake._on_strap,
    Link: Intake._on_link,
    Notification: Intake._on_notification,
    RrIntervals: Intake._on_rr,
    Resumed: Intake._on_resumed,
}
