"""Secrets that are shown once and kept as a hash: tokens for programs, codes for fingers."""

import hashlib
import re
import secrets

from biofeedback.ids import ALPHABET

__all__ = ["fingerprint", "new_code", "new_invitation", "new_token", "typed"]

TOKEN_BYTES = 32  # 256 bits: needs no salt and no slow hash
INVITATION_BYTES = 16
CODE_CHARACTERS = 8  # of 32 each: 40 bits
_LOOKALIKES = str.maketrans("OIL", "011")


def new_token() -> str:
    """A token of 256 bits, safe in a cookie and in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_invitation() -> str:
    """A token of 128 bits, which is good once and for minutes: a QR code of it is read at once."""
    return secrets.token_urlsafe(INVITATION_BYTES)


def new_code() -> str:
    """A code of 40 bits that is typed: Crockford's base 32, in which no two characters look alike."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))


def typed(text: str) -> str:
    """A code as it was meant: without spaces and dashes, in capitals, O for nought and I or L for one."""
    return re.sub(r"[\s-]", "", text).upper().translate(_LOOKALIKES)


def fingerprint(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
