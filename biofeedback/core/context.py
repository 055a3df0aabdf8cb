"""What a person can tell of the day before a session: closed texts, so that nobody's medicine is ever written down."""

from collections.abc import Iterable
from enum import StrEnum

__all__ = ["Told", "standing"]


class Told(StrEnum):
    """Texts of marks of kind ``context`` that the patient's page makes; of those that contradict, the newest stands.

    Each of ``changed`` says what is unlike the time before, and can be taken back.
    """

    SITTING = "posture sitting"
    LYING = "posture lying"
    STANDING = "posture standing"
    COFFEE = "changed coffee"
    MEDICINE = "changed medicine"
    EXERTION = "changed exertion"
    SLEPT_BADLY = "changed slept_badly"
    NOTHING = "changed nothing"
    NO_COFFEE = "unchanged coffee"
    NO_MEDICINE = "unchanged medicine"
    NO_EXERTION = "unchanged exertion"
    SLEPT_WELL = "unchanged slept_badly"
    SOMETHING = "unchanged nothing"
    FIRST_TIME = "first_time"
    NOT_FIRST_TIME = "not_first_time"


_NO_LONGER = {Told.NO_COFFEE, Told.NO_MEDICINE, Told.NO_EXERTION, Told.SLEPT_WELL, Told.SOMETHING, Told.NOT_FIRST_TIME}


def standing(texts: Iterable[str]) -> tuple[Told, ...]:
    """What stands of all that was told, in the order in which it was first spoken of; other texts are passed over."""
    last: dict[str, Told] = {}
    for text in texts:
        if text in set(Told):
            last[_about(text)] = Told(text)
    return tuple(told for told in last.values() if told not in _NO_LONGER)


def _about(text: str) -> str:
    """What a text is about: its posture, what changed, or the first time."""
    what, _, which = text.partition(" ")
    return which if what in ("changed", "unchanged") else what.removeprefix("not_")
