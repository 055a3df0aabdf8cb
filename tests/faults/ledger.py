"""What those outside were promised of one room: frames that were acknowledged, notes that were seen before them."""

from dataclasses import dataclass, field

__all__ = ["Ledger", "Note", "value_of"]


def value_of(seq: int) -> str:
    """Bytes of a heartbeat notification (0x2A37) in hex that no other number near it has: 72 per minute, one RR."""
    return (bytes((0x10, 72)) + (600 + seq % 600).to_bytes(2, "little")).hex()


@dataclass(frozen=True, slots=True)
class Note:
    """A note that came back to its page, in one life of the server, when frames up to ``after_seq`` had been sent."""

    session: str
    text: str
    after_seq: int
    life: int


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
    seen : list
        Notes that came back, and are not certain yet.
    notes : dict
        Notes that were stored before a frame that was acknowledged, by session: a place in a session is certain when
        one behind it is.
    lives : dict
        Lives of the server in which a session took in new frames.
    """

    origin: str
    kept: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    seen: list[Note] = field(default_factory=list)
    notes: dict[str, set[int]] = field(default_factory=dict)
    lives: dict[str, set[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many frames were acknowledged."""
        return sum(kept - self.first.get(session, 1) + 1 for session, kept in self.kept.items() if kept)

    def see(self, session: str, text: str, life: int) -> None:
        """A note came back to its page."""
        self.seen.append(Note(session, text, self.sent, life))

    def keep(self, session: str, seq: int, life: int) -> None:
        """Frames up to this one were said to be kept, in this life of the server."""
        if seq < self.kept.get(session, 0):
            self.wrong.append(f"{session}: {self.kept[session]} was acknowledged, then {seq}")
        elif seq > self.kept.get(session, 0):
            self.lives.setdefault(session, set()).add(life)
        self.kept[session] = max(seq, self.kept.get(session, 0))
        certain = [note for note in self.seen if note.session == session and note.life == life and note.after_seq < seq]
        self.notes.setdefault(session, set()).update(int(note.text) for note in certain)
        self.seen = [note for note in self.seen if note.life == life and note not in certain]
