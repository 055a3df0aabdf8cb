"""A session in a running server's store that came from a file."""

from pathlib import Path

from staffed import Staffed

from biofeedback.store import recordings
from biofeedback.store.recordings import read_file

RESPONDER = Path(__file__).parents[2] / "recordings" / "responder.jsonl"


async def brought_in(staffed: Staffed, path: Path = RESPONDER) -> str:
    """Id of a session of the patient, from a file."""
    incoming = read_file(path)
    stored = await staffed.clinic.store.write(lambda found: recordings.bring_in(found, incoming, staffed.person))
    return stored.id
