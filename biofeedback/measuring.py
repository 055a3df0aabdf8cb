"""Commands that run a strap from the terminal, without a server or for one elsewhere."""

# ruff: noqa: PLC0415  each command imports what it needs when it runs: --help stays light

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from biofeedback.errors import InputError, NothingMeasured

if TYPE_CHECKING:
    from biofeedback.core.exercises import Exercise
    from biofeedback.lang import Words
    from biofeedback.straps.strap import Strap

__all__ = ["collect", "record", "straps"]

EXIT_UNSENT = 3  # a collector was stopped before the server had all of it; the rest is in its log


def record(arguments: argparse.Namespace) -> int:
    """A session recorded without a server; Ctrl-C or SIGTERM ends it and keeps what was recorded."""
    import asyncio

    _obey_sigterm()
    try:
        asyncio.run(_record(arguments))
    except KeyboardInterrupt:
        sys.stderr.write(f"{arguments.out}\n" if Path(arguments.out).exists() else "")
        raise
    return 0


def _obey_sigterm() -> None:
    """End in order at SIGTERM as at Ctrl-C, also where a shell began this in the background, deaf to Ctrl-C."""
    import signal

    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


async def _record(arguments: argparse.Namespace) -> None:
    """Record, and say meanwhile how the strap is doing."""
    from biofeedback.announced import AnnouncedStrap
    from biofeedback.clock import clock_of
    from biofeedback.lang import Words
    from biofeedback.settings import Settings
    from biofeedback.unattended import record as record_session

    words = Words(arguments.lang)
    exercise = _exercise(arguments)
    Settings(strap=arguments.strap, speed=arguments.speed)  # refuses a speed that makes no sense
    strap = AnnouncedStrap(await _strap_here(arguments.strap, words), words, sys.stderr)
    if strap.simulated:
        sys.stderr.write(words("report.simulated") + "\n")
    clock = clock_of(arguments.speed)
    try:
        await record_session(strap, exercise, arguments.duration, Path(arguments.out), clock, arguments.subject)
    except NothingMeasured as nothing:
        key = "cli.no_beats" if nothing.was_connected else "cli.no_strap"
        raise InputError(words(key, file=nothing.path)) from nothing
    sys.stderr.write(f"{arguments.out}\n")


async def _strap_here(word: str, words: "Words") -> "Strap":
    """Strap of a command that has no server, to which others could send."""
    from biofeedback.straps.registry import AUTO, make_strap, resolve
    from biofeedback.straps.remote import RemoteStrap

    name = await resolve(word)
    if word == AUTO and name.startswith("simulated"):
        raise InputError(words("cli.no_adapter"))
    strap = make_strap(name)
    if isinstance(strap, RemoteStrap):
        raise InputError(f"--strap {word}: its heartbeats go to a server; run `biofeedback serve --strap {word}`")
    return strap


def _exercise(arguments: argparse.Namespace) -> "Exercise | None":
    """The exercise asked for; None: rest."""
    from biofeedback.settings import exercise_of

    if arguments.exercise is not None:
        return exercise_of(arguments.exercise, arguments.pattern)
    if arguments.pattern is not None:
        raise InputError(
            f"--pattern {arguments.pattern} needs an --exercise to breathe it in, for example measured_4_6"
        )
    return None


def straps(arguments: argparse.Namespace) -> int:
    """Straps that are near; each is said when it is found."""
    import asyncio

    return asyncio.run(_straps(arguments))


async def _straps(arguments: argparse.Namespace) -> int:
    """Scan, with progress on stderr and the result on stdout."""
    from dataclasses import asdict

    from biofeedback.lang import Words
    from biofeedback.report.document import encode_document
    from biofeedback.straps.scan import FoundStrap, scan
    from biofeedback.straps.trouble import Trouble

    words = Words(arguments.lang)

    def say(strap: FoundStrap) -> None:
        sys.stderr.write(words("cli.straps.found", strap=strap.name or strap.address) + "\n")

    sys.stderr.write(words("cli.straps.searching", n=round(arguments.seconds)) + "\n")
    try:
        found = await scan(arguments.seconds, say)
    except Trouble as error:
        raise InputError(words(error.detail)) from error
    if arguments.json:
        sys.stdout.write(encode_document([asdict(strap) for strap in found]) + "\n")
        return 0
    for strap in found:
        signal = words("cli.straps.connected") if strap.rssi_dbm is None else f"{strap.rssi_dbm} dBm"
        battery = "" if strap.battery_percent is None else words("patient.percent", n=strap.battery_percent)
        sys.stdout.write(f"{strap.address}  {strap.name or '-'}  {signal}  {battery}".rstrip() + "\n")
    if not found:
        sys.stdout.write(words("cli.straps.none") + "\n")
    return 0


def collect(arguments: argparse.Namespace) -> int:
    """A strap for a server elsewhere; Ctrl-C or SIGTERM ends it, and what was not sent stays in the log."""
    import asyncio

    _obey_sigterm()
    return asyncio.run(_collect(arguments))


async def _collect(arguments: argparse.Namespace) -> int:
    """Collect, and say meanwhile how strap and server are doing."""
    from biofeedback.announced import AnnouncedStrap
    from biofeedback.clock import clock_of
    from biofeedback.collecting import Collector, Place
    from biofeedback.configuration import read_settings
    from biofeedback.keys import read_key
    from biofeedback.lang import Words

    words = Words(arguments.lang)
    place, key = Place.parse(arguments.server), read_key(arguments.key)
    settings = read_settings({"strap": arguments.strap, "speed": arguments.speed})
    strap = AnnouncedStrap(await _strap_here(arguments.strap, words), words, sys.stderr)
    folder = Path(arguments.log) if arguments.log else settings.data / "collected"
    said = ""

    def say(key: str, **values: "str | int") -> None:
        nonlocal said
        reason = f"collect.reason.{values.get('reason')}"
        text = words(key, **values | ({"reason": words(reason)} if reason in words else {}))
        if text != said:
            said = text
            sys.stderr.write(text + "\n")

    try:
        unsent = await Collector(
            strap, clock_of(arguments.speed), folder, place, key, say, settings.collected_days
        ).run()
    except InputError as error:
        raise InputError(words(str(error)) if str(error) in words else str(error)) from error
    say("collect.unsent" if unsent else "collect.done", n=unsent, folder=str(folder))
    return EXIT_UNSENT if unsent else 0
