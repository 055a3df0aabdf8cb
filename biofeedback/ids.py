"""Names for sessions, people and users: ULIDs, which sort by the time they were made."""

import secrets
import time

__all__ = ["ALPHABET", "is_ulid", "new_ulid", "ulid"]

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32


def ulid(time_ms: int, randomness: bytes) -> str:
    """ULID of 26 characters from milliseconds since 1970 and ten random bytes, both given by the caller."""
    if len(randomness) != 10 or not 0 <= time_ms < 1 << 48:
        raise ValueError("a ULID needs a 48-bit time in ms and ten random bytes")
    number = time_ms << 80 | int.from_bytes(randomness, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -5, -5))


def new_ulid() -> str:
    """ULID of now and of chance."""
    return ulid(time.time_ns() // 1_000_000, secrets.token_bytes(10))


def is_ulid(text: str) -> bool:
    """Whether a text is a ULID, and thereby safe as part of a file's name."""
    return len(text) == 26 and all(character in ALPHABET for character in text)
