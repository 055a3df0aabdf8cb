"""The second factor: six digits from an app on one's telephone, new every 30 seconds (RFC 6238)."""

import hmac
import re

import pyotp

__all__ = ["address_of", "new_secret", "step_of"]

STEP_S = 30
NEAR = (0, -1, 1)  # steps: a telephone's clock may be off by half a minute
ISSUER = "biofeedback"
_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """Secret of an app, in base 32 (160 bits)."""
    return pyotp.random_base32()


def address_of(secret: str, user: str) -> str:
    """What the app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=ISSUER)


def step_of(secret: str, code: str, now_s: float, used_step: int) -> int | None:
    """Step of time whose code this is, if it is later than the one that was used last; None: it is not right.

    Parameters
    ----------
    now_s : float
        Seconds since 1970.
    used_step : int
        Step of the code that was accepted last: each is good once. 0: none was.
    """
    code = code.replace(" ", "")
    if not _CODE.fullmatch(code):
        return None
    at, right = pyotp.HOTP(secret), None
    for near in NEAR:
        step = int(now_s // STEP_S) + near
        if hmac.compare_digest(at.at(step), code) and step > used_step:
            right = step
    return right
