"""A person's key at work: what is stored of them is sealed, and can be read in its own row only."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from biofeedback.errors import SealBroken

__all__ = ["KEY_BYTES", "Seal", "new_key"]

KEY_BYTES = 32
NONCE_BYTES = 12  # random: safe for 2^32 lines of one key (NIST SP 800-38D, 8.3), a person's life has a hundredth


def new_key() -> bytes:
    """Key of a person."""
    return os.urandom(KEY_BYTES)


class Seal:
    """AES-256-GCM with one person's key.

    Parameters
    ----------
    key : bytes
        32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, line: bytes, where: str) -> bytes:
        """Sealed line: nonce, then cipher text with its tag. ``where`` is its table and row: ``inputs|01K...|17``."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, line, where.encode())

    def open(self, sealed: bytes, where: str) -> bytes:
        """Line that was sealed for this place.

        Raises
        ------
        SealBroken
            If it was altered, stood elsewhere, or has another key.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], where.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(where) from error
