"""Straps by the word a person types: one table. Each strap's module is imported when it is used."""

import re
from collections.abc import Callable
from pathlib import Path

from biofeedback.errors import InputError
from biofeedback.straps.remote import BROWSER, REMOTE, RemoteStrap
from biofeedback.straps.strap import Strap

__all__ = ["ADDRESS", "AUTO", "FALL_BACK", "make_strap", "resolve", "resolve_again"]

AUTO = "auto"
FALL_BACK = "simulated:responder"
# AA:BB:CC:DD:EE:FF; macOS hides it behind a UUID
ADDRESS = r"([0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"


async def resolve(word: str) -> str:
    """Strap that ``auto`` stands for on this machine; any other word as it is."""
    if word != AUTO:
        return word
    from biofeedback.straps.ble import has_adapter  # noqa: PLC0415  imports bleak

    return "ble" if await has_adapter() else FALL_BACK


async def resolve_again(word: str, *, simulated: bool) -> str:
    """The same for a session that goes on: ``auto`` never turns a real strap into a simulated one.

    Bluetooth may be gone, or, after a power cut, not there yet; then it is waited for.
    """
    return "ble" if word == AUTO and not simulated else await resolve(word)


def make_strap(word: str) -> Strap:
    """Strap of a word.

    ``ble[:ADDRESS]``, ``simulated[:PRESET[:SEED]]``, ``replay:FILE``, ``browser``, ``remote[:NAME]`` or
    ``remote-simulated[:NAME]``.

    Raises
    ------
    InputError
        If there is no such strap; says what there is.
    """
    kind, _, rest = word.partition(":")
    if kind not in _STRAPS:
        raise InputError(
            f"there is no strap {word!r}; choose auto, ble[:ADDRESS], simulated[:PRESET], replay:FILE, browser, "
            "remote[:NAME] or remote-simulated[:NAME]"
        )
    return _STRAPS[kind](rest)


def _ble(address: str) -> Strap:
    from biofeedback.straps.ble import BleStrap  # noqa: PLC0415  imports bleak

    if address and not re.fullmatch(ADDRESS, address):
        raise InputError(f"{address!r} is no Bluetooth address; `biofeedback straps` lists those of the straps near")
    return BleStrap(address or None)


def _simulated(rest: str) -> Strap:
    from biofeedback.straps.simulated import SimulatedStrap  # noqa: PLC0415  imports numpy.random

    preset, _, seed = rest.partition(":")
    if seed and not seed.isdecimal():
        raise InputError(f"the seed of a simulated person is a whole number, got {seed!r}")
    return SimulatedStrap(preset or "responder", int(seed or 1))


def _replay(file: str) -> Strap:
    from biofeedback.straps.replay import ReplayStrap  # noqa: PLC0415  reads files of other programs

    if not file:
        raise InputError("a replayed strap needs its file: replay:FILE")
    return ReplayStrap(Path(file))


def _remote(device: str) -> Strap:
    return RemoteStrap(REMOTE, device)


def _remote_simulated(device: str) -> Strap:
    return RemoteStrap(REMOTE, device, simulated=True)


def _browser(rest: str) -> Strap:
    if rest:
        raise InputError(f"the strap of a browser is chosen on its page; leave out {rest!r}")
    return RemoteStrap(BROWSER)


_STRAPS: dict[str, Callable[[str], Strap]] = {
    "ble": _ble,
    "simulated": _simulated,
    "replay": _replay,
    "browser": _browser,
    "remote": _remote,
    "remote-simulated": _remote_simulated,
}
