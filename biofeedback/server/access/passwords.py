"""Passwords: which are good enough, and their hashes (argon2id)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from biofeedback.server.access.tokens import new_token

__all__ = ["SHORTEST", "Passwords", "slow_hasher", "weakness"]

SHORTEST = 12  # characters
LONGEST = 200  # so that nobody sends a book to be hashed
FEWEST_DIFFERENT = 5
# OWASP, Password Storage Cheat Sheet: 19 MiB, two passes, one lane; 25 to 50 ms on one core.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "01234567890123456789",
)
_KNOWN = ("password", "passwort", "wachtwoord", "welkom", "welcome", "letmein", "iloveyou", "biofeedback", "admin")


def weakness(password: str, user: str) -> str | None:
    """Why a password is not good enough, as a key of the language files; None where it is.

    Long enough, not mostly a name, a word of every list, or a run over the keyboard; no rules of digits and signs
    (NIST SP 800-63B, 5.1.1.2).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return "password_length"
    rest = password.lower()
    for known in (user.lower(), *_KNOWN):
        rest = rest.replace(known, "") if known else rest
    if len(set(rest)) < FEWEST_DIFFERENT or any(rest in run or rest[::-1] in run for run in _RUNS):
        return "password_guessable"
    return None


class Passwords:
    """Makes and checks hashes. Both take tens of milliseconds: never on the event loop.

    Parameters
    ----------
    hasher : PasswordHasher
        Tests count what it is asked.
    """

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._nobodys = hasher.hash(new_token())  # what is compared with where there is nobody: it takes as long

    def hash(self, password: str) -> str:
        """Hash of a password, with its salt and cost."""
        return self._hasher.hash(password)

    def is_right(self, stored: str | None, password: str) -> bool:
        """Whether this is the password. Always one comparison, also where there is nothing to compare with."""
        try:
            self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_dated(self, stored: str) -> bool:
        """Whether a hash was made at another cost than is asked now."""
        return self._hasher.check_needs_rehash(stored)


def slow_hasher() -> PasswordHasher:
    """The hasher of a real server."""
    return PasswordHasher(PASSES, MEMORY_KIB, LANES)
