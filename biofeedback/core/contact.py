"""What the strap says of itself: link, contact with the skin, battery, and whether it sends intervals at all."""

from biofeedback.core.events import Characteristic, Link, LinkState, Notification, StrapInfo
from biofeedback.core.heart_rate import HeartRateMeasurement

__all__ = ["NO_INTERVALS_S", "Contact"]

FULL_PERCENT = 100  # more than that is reserved (Battery Service 1.0)
NO_INTERVALS_S = 10.0  # a strap that sends none for so long never will
# Of the time that its intervals take: the same bytes within it are a copy. Two alike that were held up together, about
# one such pair in seventy, are taken for one as well; the line shows it as a loss.
REPEAT_MAX = 0.5


class Contact:
    """State of the strap in use."""

    def __init__(self) -> None:
        self.is_connected = False
        self.has_contact: bool | None = None  # None: the strap does not say
        self.battery_percent: int | None = None
        self.latency_s: float | None = None
        self.has_intervals = True  # until ten seconds of notifications without any
        self._first_notification_s: float | None = None
        self._saw_intervals = False  # one that ever sent them has lost contact rather than the ability
        self._changes: list[tuple[float, bool]] = []  # when contact was lost (False) and came back (True)
        self._last: Notification | None = None  # with intervals

    def change_strap(self, event: StrapInfo) -> None:
        """Another strap, or the same one anew: what the last one said is not said of this one."""
        self.latency_s = event.latency_s
        if self.has_contact is False:
            self._changes.append((event.t_s, True))
        self.has_contact = None
        self.has_intervals = True
        self._saw_intervals = False
        self._first_notification_s = None
        self._last = None

    def link(self, event: Link) -> None:
        """The link came up or was lost."""
        self.is_connected = event.state is LinkState.CONNECTED
        self._first_notification_s = None

    @property
    def no_intervals_due_s(self) -> float | None:
        """When it will be clear that the strap sends no intervals."""
        if self._first_notification_s is None or not self.has_intervals:
            return None
        return self._first_notification_s + NO_INTERVALS_S

    def give_up_intervals(self) -> None:
        """Ten seconds have passed without an interval."""
        self.has_intervals = False

    def see_intervals(self) -> None:
        """Intervals came."""
        self._saw_intervals = True
        self.has_intervals = True
        self._first_notification_s = None

    def measure(self, t_s: float, measurement: HeartRateMeasurement) -> None:
        """Take in what a heart rate measurement says of contact."""
        if measurement.contact is not None and measurement.contact is not self.has_contact:
            self._changes.append((t_s, measurement.contact))
            self.has_contact = measurement.contact
        if measurement.rr_1024ths:
            self.see_intervals()
        elif self.has_contact is False:
            self._first_notification_s = None  # a dry strap cannot show what it can do
        elif self._first_notification_s is None and not self._saw_intervals:
            self._first_notification_s = t_s

    def is_repeat(self, event: Notification, rr_ms: tuple[float, ...]) -> bool:
        """Whether a notification with intervals came twice: the same bytes, long before so much time has passed."""
        if not rr_ms:
            return False
        last, self._last = self._last, event
        if last is None or last.value != event.value:
            return False
        return _apart_s(last, event) < REPEAT_MAX * sum(rr_ms) / 1000.0

    def read(self, event: Notification) -> None:
        """Take in a battery reading."""
        if event.characteristic is Characteristic.BATTERY and event.value and event.value[0] <= FULL_PERCENT:
            self.battery_percent = event.value[0]

    def no_contact_fraction(self, start_s: float, end_s: float) -> float:
        """Share of a window in which the strap said that it has no contact."""
        if end_s <= start_s:
            return 0.0
        lost_s, since_s = 0.0, None
        for t_s, has_contact in [*self._changes, (end_s, True)]:
            if not has_contact and since_s is None:
                since_s = t_s
            elif has_contact and since_s is not None:
                lost_s += max(0.0, min(t_s, end_s) - max(since_s, start_s))
                since_s = None
        return lost_s / (end_s - start_s)


def _apart_s(first: Notification, second: Notification) -> float:
    """Time between two notifications, on the clock that saw them first: what waited for the network comes at once."""
    if first.origin is not None and second.origin is not None and first.origin.id == second.origin.id:
        return second.origin.t_s - first.origin.t_s
    return second.t_s - first.t_s
