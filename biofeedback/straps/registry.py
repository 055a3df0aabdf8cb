"""Straps by the word a person types: one table. Each strap's module is imported when it is used."""

from collections.abc import Callable
from pathlib import Path

from biofeedback.errors import InputError
from biofeedback.straps.remote import BROWSER, REMOTE, RemoteStrap
from biofeedback.straps.strap import Strap

__all__ = ["AUTO", "FALL_BACK", "make_strap", "resolve"]

AUTO = "auto"
FALL_BACK = "simulated:responder"


async def resolve(word: str) -> str:
    """Strap that ``auto`` stands for on this machine; any other word as it is."""
    if word != AUTO:
        return word
    from biofeedback.straps.ble import has_adapter  # noqa: PLC0415  imports bleak

    return "ble" if await has_adapter() else FALL_BACK


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
