"""All checks, and how they are told."""

import asyncio
import getpass
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from biofeedback.doctor import browser, machine, service
from biofeedback.doctor.check import Check, Phrase, State
from biofeedback.lang import Words
from biofeedback.loopback import is_loopback
from biofeedback.settings import Settings
from biofeedback.signpost import served_at

__all__ = ["as_served", "checks", "main", "render"]

SCHEMA = 1

logger = logging.getLogger(__name__)


def main(lang: str, as_json: bool, settings: Settings) -> int:
    """Exit status: 0 when nothing failed that ``serve`` with a simulated strap needs."""
    found = asyncio.run(checks(settings))
    words = Words(lang)
    sys.stdout.write(_as_json(found, words) if as_json else render(found, words))
    return int(_is_ill(found))


async def checks(settings: Settings) -> list[Check]:
    """Every check of this machine, what is needed most first."""
    system = sys.platform
    return [
        _safely("doctor.python", lambda: machine.check_python(sys.version_info[:3])),
        _safely("doctor.pages", lambda: machine.check_pages(machine.pages_folder())),
        _safely("doctor.data", lambda: machine.check_data(settings.data)),
        _safely("doctor.port", lambda: _check_port(settings)),
        *_service(settings),
        *await _bluetooth(system),
        _safely("doctor.browser", lambda: browser.check_browsers(browser.find_browsers(system))),
        _safely("doctor.features", lambda: browser.check_features(browser.find_browsers(system), system)),
        _safely("doctor.elsewhere", browser.check_elsewhere),
        _safely("doctor.clock", lambda: machine.check_clock(system, hasattr(time, "CLOCK_BOOTTIME"))),
        _safely("doctor.sleep", lambda: machine.check_sleep(machine.slept_s(), machine.has_battery())),
    ]


def as_served(settings: Settings) -> Settings:
    """Settings with the place of the server that runs: its command line may have said another one."""
    address = urlsplit(served_at(settings.data) or "")
    if not address.port or not address.hostname:
        return settings
    placed = replace(settings, port=address.port)
    if is_loopback(address.hostname) or not is_loopback(settings.host):
        return placed
    everywhere = "0.0.0.0"  # nosec B104 - nothing listens there: it is what was asked of the server
    return replace(placed, host=everywhere, insecure_http=address.scheme == "http")


def _check_port(settings: Settings) -> Check:
    """Whether the port is free, or the server of this folder has it, at whichever address of this machine."""
    if urlsplit(served_at(settings.data) or "").port == settings.port:
        return Check.ok("doctor.port", "ours", port=str(settings.port))
    return machine.check_port(settings.port, service.answers)


def _service(settings: Settings) -> list[Check]:
    """The checks of what a clinic's server keeps and shows."""
    now_utc = datetime.now(UTC)
    try:
        found = service.kept(settings)
    except Exception as error:  # noqa: BLE001  whatever a database raises is told as a finding, and the other checks still help
        read = [Check.fail("doctor.store", "unreadable", error=f"{type(error).__name__}: {error}")]
    else:
        read = [
            _safely("doctor.store", lambda: service.check_store(found)),
            _safely("doctor.keys", lambda: service.check_keys(settings, found)),
            _safely("doctor.backup", lambda: service.check_backup(found, now_utc)),
            _safely("doctor.retention", lambda: service.check_retention(settings, found)),
        ]
    return [
        *read,
        _safely("doctor.certificate", lambda: service.check_certificate(settings, now_utc)),
        _safely("doctor.time", lambda: service.check_time(settings.data, now_utc, service.is_synchronised())),
    ]


async def _bluetooth(system: str) -> list[Check]:
    """The checks of Bluetooth."""
    try:
        from biofeedback.doctor import bluetooth  # noqa: PLC0415  bleak takes a tenth of a second to load
        from biofeedback.straps.radio import adapter_trouble  # noqa: PLC0415  bleak takes a tenth of a second to load

        trouble = await adapter_trouble()
        found = [bluetooth.check_bus(await bluetooth.reaches_bus())] if system == "linux" else []
        return [
            *found,
            bluetooth.check_adapter(trouble, system, bluetooth.rfkill()),
            bluetooth.check_permission(trouble, system, getpass.getuser()),
        ]
    except Exception as error:  # noqa: BLE001  whatever a platform raises is a finding; other checks help
        return [_failed("doctor.adapter", error)]


def _safely(name: str, look: Callable[[], Check]) -> Check:
    """What a check found, or that it could not be done."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001  what cannot be checked is a finding; the others still help
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
    return "\n".join([*lines, "", words(_end(found)), ""])


def _end(found: Sequence[Check]) -> str:
    """Key of what all of it comes to."""
    if _is_ill(found):
        return "doctor.end.ill"
    return "doctor.end.partly" if any(check.state is State.FAIL for check in found) else "doctor.end.well"


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
