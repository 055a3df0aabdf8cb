"""How stored sessions began, read no further into their inputs than is needed: these are sealed one by one."""

from sqlalchemy import Connection

from biofeedback.beginning import Beginning, beginning_of
from biofeedback.lines import TYPES, decode_event, parse_line
from biofeedback.store import inputs
from biofeedback.store.sessions import StoredSession
from biofeedback.store.vault import vault_of

__all__ = ["begun_by"]

TELLING = (b'"type":"step"', b'"kind":"command"')  # the inputs that say what was begun


def begun_by(
    connection: Connection, stored: StoredSession, after_seq: int = 0, known: Beginning | None = None
) -> tuple[int, Beginning]:
    """How a session began, and up to which input it was looked at; no further where ``known`` came from before.

    Raises
    ------
    SealBroken
        If an input was altered.
    """
    seen, found = after_seq, known or beginning_of(stored.header)
    seal = vault_of(connection).seal_of(stored.person)
    for seq, line in inputs.each_line(connection, seal, stored.id, after_seq):
        if found.begun_utc is not None:
            break
        if any(sign in line for sign in TELLING) and (raw := parse_line(line)).get("type") in TYPES:
            found = found.after(decode_event(raw))
        seen = max(seen, seq)
    return seen, found
