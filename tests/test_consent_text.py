"""The words that a patient agrees to: a version of its own for each wording."""

import hashlib

from biofeedback.lang import LANGUAGES, Words

PARTS = ("measured", "kept", "how_long", "who", "rights", "purpose", "research")
KEYS = (
    *("consent.ask", "consent.lead", "consent.research.yes", "consent.yes", "consent.no"),
    *(f"consent.{part}" for part in PARTS),
    *(f"consent.{part}.text" for part in PARTS),
)
# What was agreed to under a version stays as it was: other words get another version, and a line here.
WORDINGS = {"2026-11": "a16579bf2f624a8f"}


def test_other_words_have_another_version() -> None:
    said = "\n".join(Words(language).raw(key) for language in LANGUAGES for key in KEYS)
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    assert WORDINGS[Words("nl")("consent.version")] == digest


def test_the_version_is_the_same_in_every_language() -> None:
    assert len({Words(language)("consent.version") for language in LANGUAGES}) == 1
