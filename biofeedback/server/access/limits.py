"""How often something may be tried: by one address, under one name."""

from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

__all__ = ["Limit", "place_of"]

MOST_KEYS = 10_000  # what is remembered; the one that was tried longest ago is forgotten first


class Limit:
    """At most ``tries`` within ``window_s`` for each key.

    Parameters
    ----------
    now_s : callable
        A clock that never steps back.
    """

    def __init__(self, tries: int, window_s: float, now_s: Callable[[], float]) -> None:
        self._tries = tries
        self._window_s = window_s
        self._now_s = now_s
        self._spent: OrderedDict[str, deque[float]] = OrderedDict()

    def is_spent(self, key: str) -> bool:
        """Whether there is no try left."""
        spent = self._spent.get(key)
        if spent is None:
            return False
        while spent and spent[0] <= self._now_s() - self._window_s:
            spent.popleft()
        return len(spent) >= self._tries

    def spend(self, key: str) -> None:
        """One try is gone."""
        spent = self._spent.setdefault(key, deque(maxlen=self._tries))
        spent.append(self._now_s())
        self._spent.move_to_end(key)
        if len(self._spent) > MOST_KEYS:
            self._spent.popitem(last=False)

    def forgive(self, key: str) -> None:
        """All tries are there again."""
        self._spent.pop(key, None)


def place_of(address: str) -> str:
    """What counts as one address: of IPv6 the network of a household (64 bits), which has more than anyone can try."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)
