"""The history of one person: every session with its answers, what they say together, and how far the person swings."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from biofeedback.core.edits import Edit, Undo
from biofeedback.core.results import CalmerThanBefore, ExhaleResponse
from biofeedback.errors import BiofeedbackError, StudyFailed
from biofeedback.report.past import OwnBand, PastSession, bands_of, pools_of_person, read_past
from biofeedback.report.pooled import Pool
from biofeedback.server.access import not_found
from biofeedback.server.study import Study
from biofeedback.store import Store, edits, inputs, people, recordings, session_notes, sessions
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of
from biofeedback.translation import usable_percent

__all__ = ["AT_ONCE", "History"]

AT_ONCE = 4  # sessions read in one request: .1 s of CPU each, beside the server
MOST = 500  # sessions of a person that are told of, the newest
REMEMBERED = 5000  # sessions; some 2 kB each
EXHALE = ("answer", "reason", "effect_bpm", "low_bpm", "high_bpm", "following", "breaths_used")
CALMER = ("answer", "reason", "delta_heart_rate_bpm", "low_bpm", "high_bpm")
POOLED = (*CALMER, "sessions", "sessions_needed", "more_sessions", "expected_bpm", "expected_sd_bpm")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Sessions of a person as they are in the store now: which, how far each came, and which have a note."""

    stored: Sequence[StoredSession]
    seqs: dict[str, int]
    lines: dict[str, int]  # of the logs of edited beats
    noted: set[str]

    def state_of(self, session: str) -> "_State":
        """How far a session came."""
        return self.seqs.get(session, 0), self.lines.get(session, 0)


_State = tuple[int, int]  # newest input, and lines of the log of edits


@dataclass(frozen=True, slots=True)
class _Read:
    """What is in a session as it stood; ``past`` is None where it cannot be read. ``edits``: beats edited by hand."""

    person: str
    state: _State
    past: PastSession | None
    edits: int


class History:
    """Has the sessions of people read, one at a time in the whole server, and remembers what was in them."""

    def __init__(self, store: Store, study: Study) -> None:
        self._store = store
        self._study = study
        self._read: OrderedDict[str, _Read] = OrderedDict()
        self._turn = asyncio.Lock()

    async def of(self, person: str) -> dict[str, Any]:
        """What is told of a person. Sessions that are still to be read are counted: whoever asks, asks again."""
        shelf = await self._store.read(partial(_shelf, person=person))
        found: list[tuple[StoredSession, PastSession, int]] = []
        left, unread, unreadable = AT_ONCE, 0, 0
        for stored in shelf.stored:
            state = shelf.state_of(stored.id)
            if not self._is_read(stored.id, state):
                unread += left == 0
                if left == 0:
                    continue
                left -= 1
            past, edited = await self._past(stored, state)
            unreadable += past is None
            if past is not None and past.duration_s is not None:  # else nothing was done in it
                found.append((stored, past, edited))
        told = [_told(stored, past, edited, has_note=stored.id in shelf.noted) for stored, past, edited in found]
        together = _together([past for _, past, _ in found]) if unread == 0 else {"pooled": [], "bands": []}
        return {"person": person, "sessions": told, "unread": unread, "unreadable": unreadable} | together

    def forget(self, person: str) -> None:
        """Remember nothing of somebody who was erased."""
        for session in [session for session, read in self._read.items() if read.person == person]:
            del self._read[session]

    def _is_read(self, session: str, state: _State) -> bool:
        """Whether all that is in a session now was read."""
        read = self._read.get(session)
        return read is not None and read.state == state

    async def _past(self, stored: StoredSession, state: _State) -> tuple[PastSession | None, int]:
        """What is in a session (None where it cannot be read), and how many of its beats were edited."""
        async with self._turn:
            if not self._is_read(stored.id, state):
                self._read[stored.id] = _Read(stored.person, state, *await self._analysed(stored))
                while len(self._read) > REMEMBERED:
                    self._read.popitem(last=False)
            self._read.move_to_end(stored.id)
            read = self._read[stored.id]
            return read.past, read.edits

    async def _analysed(self, stored: StoredSession) -> tuple[PastSession | None, int]:
        """What the pipeline says of a session (None where it cannot be read), and how many beats were edited."""
        try:
            content, log = await self._store.read(partial(_recorded, stored=stored))
            return await self._study.ask(read_past, content, f"{stored.id}.jsonl", log)
        except StudyFailed:
            raise  # it may be read another time
        except BiofeedbackError as error:
            _log.warning("a session is left out of the history: %s", error, extra={"session": stored.id})
            return None, 0


def _recorded(connection: Connection, stored: StoredSession) -> tuple[bytes, tuple[Edit | Undo, ...]]:
    """Recording of a session, and the log of its edits."""
    log = edits.log_of(connection, vault_of(connection).seal_of(stored.person), stored.id)
    return recordings.file_of(connection, stored), tuple(log)


def _shelf(connection: Connection, person: str) -> _Shelf:
    """Sessions of a person who is there."""
    if people.get(connection, person) is None:
        raise not_found()
    stored = sessions.of_person(connection, person)[:MOST]
    ids = [one.id for one in stored]
    return _Shelf(
        stored,
        inputs.newest_seqs(connection, ids),
        edits.counts(connection, ids),
        session_notes.noted(connection, ids),
    )


def _together(sessions: Sequence[PastSession]) -> dict[str, Any]:
    """What sessions say together; simulated ones count only where there is no real one."""
    real = [one for one in sessions if not one.simulated] or list(sessions)
    return {
        "pooled": [_pooled(pool) for pool in pools_of_person(real)],
        "bands": [_band(one) for one in bands_of(real)],
    }


def _told(stored: StoredSession, past: PastSession, edited: int, *, has_note: bool) -> dict[str, Any]:
    """What is told of a session."""
    quality = past.quality
    return {
        "id": stored.id,
        "begun_utc": past.begun_utc,
        "exercise": past.exercise,
        "simulated": past.simulated,
        "ended": stored.ended,
        "duration_s": past.duration_s,
        "grade": None if quality is None else quality.grade,
        "usable_percent": None if quality is None else usable_percent(quality),
        "exhale": _picked(past.exhale, EXHALE),
        "calmer": _picked(past.calmer, CALMER),
        "tension_before": past.tension_before,
        "tension_after": past.tension_after,
        "noticed": past.noticed,
        "context": past.context,
        "has_note": has_note,
        "edits": edited,
    }


def _picked(result: ExhaleResponse | CalmerThanBefore | None, names: Sequence[str]) -> dict[str, Any] | None:
    """Some fields of a result."""
    return None if result is None else {name: getattr(result, name) for name in names}


def _pooled(pool: Pool) -> dict[str, Any]:
    """The calmer answer over the sessions of one exercise."""
    told = {name: getattr(pool.calmer, name) for name in POOLED}
    return {"exercise": pool.facts.exercise, "simulated": pool.facts.simulated} | told


def _band(own: OwnBand) -> dict[str, Any]:
    """A band with its name."""
    return {"measure": own.measure, "exercise": own.exercise} | asdict(own.band)
