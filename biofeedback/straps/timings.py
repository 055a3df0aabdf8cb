"""How long the Bluetooth collector waits for what."""

from dataclasses import dataclass
from random import uniform

__all__ = ["Timings"]


@dataclass(frozen=True, slots=True)
class Timings:
    """Times in seconds; tests use shorter ones."""

    scan_s: float = 5.0  # one round of searching; a strap on the air is heard within 1-2 s
    choose_s: float = 1.0  # after the first strap, time for a nearer one to be heard as well
    connect_s: float = 20.0  # real adapters need up to 15 s to connect (bleak issues #839, #2017)
    turn_s: float = 8.0  # of those, where another strap waits; every third attempt has the whole of it
    read_s: float = 6.0  # model, firmware, place on the body and battery together
    ask_s: float = 5.0  # for frames: a matter of some connection intervals
    silence_s: float = 5.0  # a strap sends about once a second, also without contact
    copy_s: float = 0.15  # the same bytes again within this time are a doubled notification (bleak #2002)
    drain_s: float = 0.02  # frames that arrived before the link was lost, but were not read yet
    goodbye_s: float = 2.0  # stopping what was asked for, before the link is let go
    disconnect_s: float = 10.0  # as long as bleak itself tries; 12 s with the goodbye
    reply_s: float = 5.0  # a command to the PMD control point is answered within .2 s
    stall_s: float = 3.0  # ECG and acceleration come in frames of .5-.8 s
    poll_s: float = 2.0  # Bluetooth off, no adapter, no permission: look again
    back_off_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    jitter_fraction: float = 0.2  # so that two straps do not try in step

    def wait_s(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row, 20 % more or less."""
        longest = self.back_off_s[min(failures, len(self.back_off_s)) - 1]
        return longest * uniform(1 - self.jitter_fraction, 1 + self.jitter_fraction)  # nosec B311 - no secret hangs on it
