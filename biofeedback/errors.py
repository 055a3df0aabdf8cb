"""Errors a caller can handle.

BiofeedbackError
├── MalformedPayload      bytes from a strap that are not what they should be
├── StrapError            a strap that cannot be used now (straps.trouble says why)
├── InputError            a file or an option that cannot be used as it is
│   ├── RecordingCorrupt  a recording is damaged; the message names the line
│   ├── RecordingTooNew   a recording of a version this program does not know
│   ├── EditsCorrupt      edits of a recording are damaged; the message names the line
│   ├── NoSuchBeat        an edit of a beat that the session does not have
│   ├── NotRrData         a file that holds no readable list of RR intervals
│   ├── NothingMeasured   a session was recorded, and not one time between heart beats came
│   ├── BadSetting        a setting whose value cannot be used
│   └── StoreTooNew       a database that a later program has changed
├── StudyFailed           an analysis that came to no end: too long, too large, or its process died
├── StoreUnavailable      the store cannot be written or reached now; what was asked has not happened
├── SealBroken            what is stored was altered, moved, or sealed with another key
├── KeyGone               the key of a person is not there: erased, or the vault was not restored
└── CommandRefused        a command that makes no sense in this state of the session
    ├── CommandLate       a command that was given a while ago, and has come only now
    └── ConsentMissing    somebody would be measured who did not agree to it

Each message says what happened, where, and what to do about it, in one line.
"""

__all__ = [
    "BadSetting",
    "BiofeedbackError",
    "CommandLate",
    "CommandRefused",
    "ConsentMissing",
    "EditsCorrupt",
    "InputError",
    "KeyGone",
    "MalformedPayload",
    "NoSuchBeat",
    "NotRrData",
    "NothingMeasured",
    "RecordingCorrupt",
    "RecordingTooNew",
    "SealBroken",
    "StoreTooNew",
    "StoreUnavailable",
    "StrapError",
    "StudyFailed",
]


class BiofeedbackError(Exception):
    """Root of all errors that this package raises on purpose; each goes from one process to another as it is."""

    def __reduce__(self) -> tuple[object, ...]:
        """How it is made again: with its words and attributes, whatever its class asks for to make one."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[BiofeedbackError], words: tuple[object, ...], attributes: dict[str, object]) -> BiofeedbackError:
    """An error of another process."""
    error = kind.__new__(kind, *words)
    error.__dict__.update(attributes)
    return error


class MalformedPayload(BiofeedbackError):
    """Bytes from a strap that are no 0x2A37 heart rate measurement, or no PMD frame."""

    def __init__(self, payload: bytes, reason: str) -> None:
        self.payload = payload
        self.reason = reason
        super().__init__(f"bytes that make no sense ({reason}): {payload.hex() or 'empty'}")


class StrapError(BiofeedbackError):
    """A strap that cannot be used now."""


class InputError(BiofeedbackError):
    """A file or an option that cannot be used as it is (exit status 2)."""


class RecordingCorrupt(InputError):
    """A recording is damaged at a line."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        cure = f"Run `biofeedback analyze --repair {path}` to keep all that is whole."
        if line == 1:
            cure = "Nothing can be read without its first line; take another copy of the file."
        super().__init__(f"{path}, line {line}: {reason}. {cure}")


class RecordingTooNew(InputError):
    """A recording of a version that this program does not know."""

    def __init__(self, path: str, version: object, known: int) -> None:
        self.path = path
        self.version = version
        super().__init__(
            f"{path}: this is a recording of version {version}; this program reads up to version {known}. "
            "Install a newer biofeedback."
        )


class EditsCorrupt(InputError):
    """Edits of a recording are damaged at a line."""

    def __init__(self, path: str, line: int, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        super().__init__(
            f"{path}, line {line}: {reason}. Bring back a whole copy, or move it away to go without edits."
        )


class NoSuchBeat(InputError):
    """An edit of a beat that is not among those of the session that count."""

    def __init__(self, path: str, beat: tuple[int, int]) -> None:
        self.path = path
        self.beat = beat
        super().__init__(f"{path}: beat [{beat[0]}, {beat[1]}] was edited, and there is no such beat that counts")


class NotRrData(InputError):
    """A file that holds no readable list of RR intervals."""


class NothingMeasured(InputError):
    """A recording came to its end without a beat; ``was_connected``: a strap was, and the recording is kept."""

    def __init__(self, path: str, *, was_connected: bool) -> None:
        self.path = path
        self.was_connected = was_connected
        what = "a strap sent no times between heart beats" if was_connected else "no strap was connected"
        super().__init__(f"{path}: {what}; run `biofeedback doctor`, and see how the strap sits")


class BadSetting(InputError):
    """A setting whose value cannot be used."""

    def __init__(self, name: str, value: object, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"--{name.replace('_', '-')} {value}: {reason}")


class StoreTooNew(InputError):
    """A database that a later version of this program has changed."""

    def __init__(self, place: str, found: str, known: str) -> None:
        self.place = place
        self.found = found
        super().__init__(
            f"{place}: this database is at {found!r}; this program knows up to {known!r}. Install a newer biofeedback."
        )


class StudyFailed(BiofeedbackError):
    """An analysis came to no end: it took too long or too much memory, or its process died."""


class StoreUnavailable(BiofeedbackError):
    """The store cannot be written or reached now; what was asked of it has not happened."""


class SealBroken(BiofeedbackError):
    """What is stored was altered, stands in a row that is not its own, or was sealed with another key."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(f"{where}: what is stored there was altered, or sealed with another key; restore a backup")


class KeyGone(BiofeedbackError):
    """The key of a person is not there."""

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(f"the key of person {person} is gone: the person was erased, or the vault was not restored")


class CommandRefused(BiofeedbackError):
    """A command that makes no sense in this state of the session."""


class CommandLate(CommandRefused):
    """A command that was given a while ago, and has come only now: whoever gave it may want something else since."""


class ConsentMissing(CommandRefused):
    """Somebody would be measured who did not agree to it."""
