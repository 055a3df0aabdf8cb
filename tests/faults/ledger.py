"""What those outside were promised of one room: frames that were acknowledged, notes that were noted."""

from dataclasses import dataclass, field

__all__ = ["Ledger", "value_of"]


def value_of(seq: int) -> str:
    """Bytes of a heartbeat notification (0x2A37) in hex that no other number near it has: 72 per minute, one RR."""
    return (bytes((0x10, 72)) + (600 + seq % 600).to_bytes(2, "little")).hex()


@dataclass
class Ledger:
    """What was promised in one room, and what was seen to be wrong by those outside.

    Attributes
    ----------
    kept : dict
        Highest number that was acknowledged, by session.
    first : dict
        First number that a session was given.
    sent : int
        Highest number that was sent, ever.
    notes : dict
        Notes that were said to be noted, by session.
    lives : dict
        Lives of the server in which a session took in new frames.
    """

    origin: str
    kept: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    notes: dict[str, set[int]] = field(default_factory=dict)
    lives: dict[str, set[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many frames were acknowledged."""
        return sum(kept - self.first.get(session, 1) + 1 for session, kept in self.kept.items() if kept)

    def keep(self, session: str, seq: int, life: int) -> None:
        """Frames up to this one were said to be kept, in this life of the server."""
        if seq < self.kept.get(session, 0):
            self.wrong.append(f"{session}: {self.kept[session]} was acknowledged, then {seq}")
        elif seq > self.kept.get(session, 0):
            self.lives.setdefault(session, set()).add(life)
        self.kept[session] = max(seq, self.kept.get(session, 0))
