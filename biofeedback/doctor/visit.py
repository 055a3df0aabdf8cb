"""All checks, and how they are told."""

import asyncio
import getpass
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from biofeedback.doctor import browser, machine
from biofeedback.doctor.check import Check, Phrase, State
from biofeedback.lang import Words

__all__ = ["checks", "main", "render"]

SCHEMA = 1

logger = logging.getLogger(__name__)


def main(lang: str, as_json: bool, port: int, data: Path) -> int:
    """Exit status: 0 when nothing failed that ``serve`` with a simulated strap needs."""
    found = asyncio.run(checks(port, data))
    words = Words(lang)
    sys.stdout.write(_as_json(found, words) if as_json else render(found, words))
    return int(_is_ill(found))


async def checks(port: int, data: Path) -> list[Check]:
    """Every check of this machine, what is needed most first."""
    system = sys.platform
    return [
        _safely("doctor.python", lambda: machine.check_python(sys.version_info[:3])),
        _safely("doctor.pages", lambda: machine.check_pages(machine.pages_folder())),
        _safely("doctor.data", lambda: machine.check_data(data)),
        _safely("doctor.port", lambda: machine.check_port(port)),
        *await _bluetooth(system),
        _safely("doctor.browser", lambda: browser.check_browsers(browser.find_browsers(system))),
        _safely("doctor.features", lambda: browser.check_features(browser.find_browsers(system), system)),
        _safely("doctor.elsewhere", browser.check_elsewhere),
        _safely("doctor.clock", lambda: machine.check_clock(system, hasattr(time, "CLOCK_BOOTTIME"))),
        _safely("doctor.sleep", lambda: machine.check_sleep(machine.slept_s(), machine.has_battery())),
    ]


async def _bluetooth(system: str) -> list[Check]:
    """The checks of Bluetooth."""
    try:
        from biofeedback.doctor import bluetooth  # noqa: PLC0415  imports bleak
        from biofeedback.straps.radio import adapter_trouble  # noqa: PLC0415  imports bleak

        trouble = await adapter_trouble()
        found = [bluetooth.check_bus(await bluetooth.reaches_bus())] if system == "linux" else []
        return [
            *found,
            bluetooth.check_adapter(trouble, system, bluetooth.rfkill()),
            bluetooth.check_permission(trouble, system, getpass.getuser()),
        ]
    except Exception as error:  # noqa: BLE001  whatever a platform's Bluetooth raises
        return [_failed("doctor.adapter", error)]


def _safely(name: str, look: Callable[[], Check]) -> Check:
    """What a check found, or that it could not be done."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001  the other checks still help
        return _failed(name, error)


def _failed(name: str, error: Exception) -> Check:
    """A check that could not be done."""
    logger.info("%s: %r", name, error)
    return Check(name, State.WARN, Phrase("doctor.unknown", {"error": f"{type(error).__name__}: {error}"}))


def _is_ill(found: Sequence[Check]) -> bool:
    """Whether something failed that cannot be missed."""
    return any(check.is_needed and check.state is State.FAIL for check in found)


def render(found: Sequence[Check], words: Words) -> str:
    """The checks as lines for a terminal; what is not well ends with its cure."""
    width = max(len(words(f"doctor.state.{state}")) for state in State)
    lines = []
    for check in found:
        state = words(f"doctor.state.{check.state}").ljust(width)
        cure = f" {check.cure.said(words)}" if check.cure else ""
        lines.append(f"{state}  {words(check.name)}: {check.finding.said(words)}{cure}")
    end = "doctor.end.ill" if _is_ill(found) else "doctor.end.well"
    return "\n".join([*lines, "", words(end), ""])


def _as_json(found: Sequence[Check], words: Words) -> str:
    """The checks as one JSON object, sentences included."""
    said = [
        {
            "name": check.name,
            "state": check.state,
            "needed": check.is_needed,
            "finding": check.finding.said(words),
            "cure": check.cure.said(words) if check.cure else None,
        }
        for check in found
    ]
    return json.dumps({"schema": SCHEMA, "ok": not _is_ill(found), "checks": said}, ensure_ascii=False) + "\n"
