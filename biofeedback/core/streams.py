"""PMD notifications of one strap taken apart: blocks of samples, and the strap's clock that all its streams share."""

from biofeedback.core.events import Characteristic, Notification
from biofeedback.core.pmd import WANTED, PmdKind, decode_frame, started_settings
from biofeedback.core.samples import Block, Samples
from biofeedback.core.strap_clock import StrapClock
from biofeedback.errors import MalformedPayload

__all__ = ["Streams"]


class Streams:
    """All streams of the strap in use; how a reader takes their blocks is said in ``samples``."""

    def __init__(self) -> None:
        self.clock = StrapClock()
        self._samples: dict[PmdKind, Samples] = {}
        self._newest_s: dict[PmdKind, float] = {}  # last stamp on the strap's clock

    def restart(self) -> None:
        """The link was lost, or it is another strap: nothing joins what came before."""
        self.clock.restart()
        self._samples.clear()
        self._newest_s.clear()

    def take(self, event: Notification) -> list[Block]:
        """Blocks that a PMD notification completes; bytes that cannot be read stay in the recording as they came."""
        try:
            if event.characteristic is Characteristic.PMD_CONTROL:
                self._control(event.value)
                return []
            frame = decode_frame(event.value)
        except MalformedPayload:
            return []
        if frame.kind not in self._samples:
            self._samples[frame.kind] = Samples(WANTED[frame.kind].rate_hz)
        blocks = self._samples[frame.kind].take(frame)
        for block in blocks:
            self._watch(block)
        if blocks:
            self.clock.observe(float(blocks[-1].strap_s[-1]), event.t_s)
        return blocks

    def _control(self, value: bytes) -> None:
        """A command that starts a stream says its rate; all else says nothing of samples."""
        started = started_settings(value)
        if started is not None:
            kind, settings = started
            self._samples[kind] = Samples(settings.rate_hz)

    def _watch(self, block: Block) -> None:
        """A run that begins before the last one ended shows that the strap's clock was set anew."""
        if block.begins_run and block.strap_s[0] < self._newest_s.get(block.kind, -1.0):
            self.clock.restart()
        self._newest_s[block.kind] = float(block.strap_s[-1])
