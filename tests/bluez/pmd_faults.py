"""What a strap does when it is asked for ECG and acceleration: the same on the fake and on the guest's air."""

from enum import StrEnum

from fake_pmd import START, FakePmd

from biofeedback.core.pmd import PmdKind

BAD_STATE = 5  # status of a reply
ALWAYS = 1000


class Mode(StrEnum):
    """How far a strap obeys."""

    OBEY = "obey"
    REFUSE = "refuse"  # it says no to every start
    STALL = "stall"  # it says yes, and sends nothing


def set_mode(pmd: FakePmd, mode: Mode) -> None:
    """Let it obey or not, from the next command on."""
    pmd.statuses = {bytes((START,)): [BAD_STATE] * ALWAYS} if mode is Mode.REFUSE else {}
    pmd.stalled = set(PmdKind) if mode is Mode.STALL else set()
    pmd.revives = mode is not Mode.STALL
