"""One check of the doctor: what was looked at, how it is, what was found, and the cure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from biofeedback.lang import Value, Words

__all__ = ["Check", "Phrase", "State"]


NEEDED = frozenset(
    {"doctor.python", "doctor.pages", "doctor.data", "doctor.port", "doctor.store", "doctor.keys", "doctor.certificate"}
)


class State(StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence by its key in the language files, with its values."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def said(self, words: Words) -> str:
        """The sentence in a language."""
        return words(self.key, **self.values)


@dataclass(frozen=True, slots=True)
class Check:
    """A finding, and the cure where something is not well."""

    name: str
    state: State
    finding: Phrase
    cure: Phrase | None = None

    @property
    def is_needed(self) -> bool:
        """Whether ``serve`` needs it, also with a simulated strap."""
        return self.name in NEEDED

    @classmethod
    def ok(cls, name: str, case: str = "ok", **values: Value) -> "Check":
        """All is well."""
        return cls(name, State.OK, Phrase(f"{name}.{case}", values))

    @classmethod
    def warn(cls, name: str, case: str, **values: Value) -> "Check":
        """It works, but not as well as it could; the cure's key is the finding's with ``.cure``."""
        return cls(name, State.WARN, Phrase(f"{name}.{case}", values), Phrase(f"{name}.{case}.cure", values))

    @classmethod
    def fail(cls, name: str, case: str, **values: Value) -> "Check":
        """It does not work; the cure's key is the finding's with ``.cure``."""
        return cls(name, State.FAIL, Phrase(f"{name}.{case}", values), Phrase(f"{name}.{case}.cure", values))
