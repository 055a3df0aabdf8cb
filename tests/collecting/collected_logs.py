"""What collectors and servers hold, as lists that must be equal."""

from pathlib import Path

from stored_files import stored_files

from biofeedback.core.events import Link, Notification
from biofeedback.recording import Recording, read_recording

Entry = tuple[str, int, float, str, str]  # origin.id, origin.seq, origin.t_s, characteristic, value


def entries(recording: Recording) -> list[Entry]:
    """What has an origin, in its order; a link's state stands for a value."""
    found = []
    for event in recording.events:
        if isinstance(event, Notification) and event.origin is not None:
            value = (event.characteristic.value, event.value.hex())
            found.append((event.origin.id, event.origin.seq, event.origin.t_s, *value))
        elif isinstance(event, Link) and event.origin is not None:
            found.append((event.origin.id, event.origin.seq, event.origin.t_s, "link", event.state.value))
    return found


def logs_of(folder: Path, session: str) -> list[list[Entry]]:
    """Entries of each log that belongs to a session, oldest first."""
    recordings = [read_recording(path) for path in sorted(folder.glob("*.jsonl"))]
    return [entries(one) for one in recordings if one.header.extra["collector"]["session"] == session]


def server_holds(data: Path) -> dict[str, list[Entry]]:
    """Entries of each session's recording."""
    return {path.stem: entries(read_recording(path)) for path in stored_files(data).glob("*.jsonl")}
