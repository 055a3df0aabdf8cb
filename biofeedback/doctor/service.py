"""What a clinic's server needs that is left running: its database, keys and certificate, the time, and backups."""

import contextlib
import json
import os
import shutil
import sqlite3
import ssl
import stat
import subprocess  # nosec B404 - for a fixed command of the system
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any

from biofeedback.certificates import Certificates, Validity, names_of, validity_of
from biofeedback.doctor.check import Check
from biofeedback.errors import InputError
from biofeedback.loopback import is_loopback
from biofeedback.settings import Settings
from biofeedback.store import notes
from biofeedback.store.audit import Act
from biofeedback.store.migration import head, revisions
from biofeedback.store.postgresql import reading_engine
from biofeedback.store.sqlite import DATABASE, VAULT
from biofeedback.store.time_of_day import LEAP

__all__ = [
    "Kept", "answers", "certificate_of", "check_backup", "check_certificate", "check_keys", "check_retention",
    "check_store", "check_time", "is_synchronised", "kept",
]  # fmt: skip

ANSWER_S = 5.0
BACKUP_DAYS = 7  # a week of sessions is what a clinic may lose
SOON = timedelta(days=30)
AHEAD = timedelta(minutes=10)  # by which a file may be newer than now: a folder on another machine
_SECRET = (DATABASE, VAULT, "collectors/*", "tls/*.key", "tls/*.pem")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a database says of itself.

    ``backup_utc`` is when the newest copy was made that it knows of; ``is_clock_doubted``: nothing is erased by it.
    """

    revision: str | None
    has_sessions: bool
    backup_utc: datetime | None
    is_clock_doubted: bool = False


def answers(port: int) -> bool:
    """Whether a server of ours answers at a port of this machine, with TLS or without."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE  # whether it is there, not who it is
    for connection in (
        HTTPConnection("127.0.0.1", port, timeout=ANSWER_S),
        HTTPSConnection("127.0.0.1", port, timeout=ANSWER_S, context=anybody),
    ):
        try:
            connection.request("GET", "/livez", headers={"Host": f"localhost:{port}"})
            if json.loads(connection.getresponse().read(100)) == {"status": "alive"}:
                return True
        except (OSError, HTTPException, ValueError):
            continue
        finally:
            connection.close()
    return False


def kept(settings: Settings) -> Kept | None:
    """What the database says of itself, which is only read; None: there is none yet.

    Raises
    ------
    Exception
        Whatever a database raises that cannot be read.
    """
    if settings.store_url is None and not (settings.data / DATABASE).is_file():
        return None
    with _asking(settings) as ask:
        revision = ask("SELECT version_num FROM alembic_version")
        if revision not in revisions():
            return Kept(revision, has_sessions=True, backup_utc=None)
        newest = ask(f"SELECT max(at_utc) FROM audit WHERE act = '{Act.BACKUP_MADE.value}'")  # nosec B608 - a word of ours
        made = [datetime.fromisoformat(newest)] if newest else []
        made += [at_utc for act, at_utc in notes.waiting(settings.data) if act is Act.BACKUP_MADE]
        has_sessions = ask("SELECT 1 FROM sessions LIMIT 1") is not None
        return Kept(revision, has_sessions, max(made, default=None), _is_clock_doubted(ask, settings.data))


def _is_clock_doubted(ask: Callable[[str], Any], data: Path) -> bool:
    """Whether a server found that its clock leapt, and nobody said since that it is right."""
    newest = ask("SELECT act FROM audit WHERE act LIKE 'clock#_%' ESCAPE '#' ORDER BY number DESC LIMIT 1")
    return newest == Act.CLOCK_DOUBTED and all(act is not Act.CLOCK_CONFIRMED for act, _ in notes.waiting(data))


def check_store(found: Kept | None) -> Check:
    """Whether the database is as this program needs it."""
    if found is None:
        return Check.ok("doctor.store", "none")
    said = str(found.revision)
    if found.revision not in revisions():
        return Check.fail("doctor.store", "newer", revision=said)
    return Check.ok("doctor.store") if found.revision == head() else Check.warn("doctor.store", "older", revision=said)


def check_keys(settings: Settings, found: Kept | None) -> Check:
    """Whether the keys of people are there, and no secret is open to others."""
    data = settings.data
    if found is not None and not (data / VAULT).is_file():
        return Check.fail("doctor.keys", "missing", folder=str(data))
    secrets = [path for pattern in _SECRET for path in sorted(data.glob(pattern))]
    for path in secrets if os.name == "posix" else ():
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            return Check.warn("doctor.keys", "open", file=str(path))
    return Check.ok("doctor.keys", "ok" if secrets else "none")


def certificate_of(settings: Settings) -> Path | None:
    """Certificate that the server shows; None: none."""
    own = Certificates(settings.data).server
    is_own = not is_loopback(settings.host) and not settings.insecure_http and own.exists()
    return settings.tls_cert or (own if is_own else None)


def check_certificate(settings: Settings, now_utc: datetime) -> Check:
    """Whether other machines can reach the server over TLS, and for how long."""
    path = certificate_of(settings)
    if path is None:
        return _without_certificate(settings)
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path, settings.tls_key)
        valid: Validity = validity_of(path)
        names = ", ".join(names_of(path))
    except (OSError, InputError, ValueError) as error:
        return Check.fail("doctor.certificate", "unusable", file=str(path), error=str(error))
    start, end = valid.start_utc.isoformat(), valid.end_utc.isoformat()
    if now_utc < valid.start_utc:
        return Check.fail("doctor.certificate", "early", date=start)
    if now_utc >= valid.end_utc:
        return Check.fail("doctor.certificate", "over", date=end)
    if valid.end_utc - now_utc < SOON:
        return Check.warn("doctor.certificate", "soon", date=end)
    return Check.ok("doctor.certificate", names=names, date=end)


def _without_certificate(settings: Settings) -> Check:
    """Whether the server needs none."""
    if is_loopback(settings.host):
        return Check.ok("doctor.certificate", "unneeded")
    if settings.insecure_http:
        return Check.warn("doctor.certificate", "insecure")
    if settings.proxies and settings.origins:
        return Check.ok("doctor.certificate", "proxy")
    return Check.fail("doctor.certificate", "missing", host=settings.host)


def is_synchronised() -> bool | None:
    """Whether the system sets its clock by a time server; None where that cannot be seen."""
    command = shutil.which("timedatectl")
    if command is None:
        return None
    try:
        said = subprocess.run(  # nosec B603 - a fixed command of the system
            [command, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True, text=True, timeout=ANSWER_S, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(said.stdout.strip())


def check_time(data: Path, now_utc: datetime, is_set: bool | None) -> Check:
    """Whether the time of day can be right: nothing here was written in the future, and a time server sets it."""
    now = now_utc.isoformat(timespec="minutes")
    made_s = [path.stat().st_mtime for path in (Path(__file__), *data.glob("*.db*")) if path.exists()]
    newest_utc = datetime.fromtimestamp(max(made_s), UTC)
    if newest_utc > now_utc + AHEAD:
        return Check.fail("doctor.time", "behind", now=now, date=newest_utc.isoformat())
    if is_set is None:
        return Check.ok("doctor.time", "unseen", now=now)
    return Check.ok("doctor.time") if is_set else Check.warn("doctor.time", "adrift", now=now)


def check_retention(settings: Settings, found: Kept | None) -> Check:
    """Whether what is too old is erased, where that is asked for."""
    if settings.retention_days is None:
        return Check.ok("doctor.retention", "off")
    if found is not None and found.is_clock_doubted:
        return Check.warn("doctor.retention", "doubted", days=LEAP.days)
    return Check.ok("doctor.retention", "ok", days=settings.retention_days)


def check_backup(found: Kept | None, now_utc: datetime) -> Check:
    """Whether what is kept was copied a short while ago."""
    if found is None or not found.has_sessions:
        return Check.ok("doctor.backup", "none")
    if found.backup_utc is None:
        return Check.warn("doctor.backup", "never")
    days = (now_utc - found.backup_utc).days
    if days >= BACKUP_DAYS:
        return Check.warn("doctor.backup", "old", days=days)
    return Check.ok("doctor.backup", date=found.backup_utc.isoformat())


@contextlib.contextmanager
def _asking(settings: Settings) -> Iterator[Callable[[str], Any]]:
    """Gives the first value of what a query finds, of a database that nothing is written to."""
    if settings.store_url is not None:
        with reading_engine(settings.store_url).connect() as connection:
            yield lambda query: connection.exec_driver_sql(query).scalar()
        return
    path = settings.data / DATABASE
    # A database that nobody has open has no WAL, and must not get one from somebody who only looks.
    way = "mode=ro" if path.with_name(f"{DATABASE}-wal").exists() else "immutable=1"
    place = f"{path.absolute().as_uri()}?{way}"
    with contextlib.closing(sqlite3.connect(place, uri=True, timeout=ANSWER_S)) as file:
        yield lambda query: next(iter(file.execute(query).fetchone() or ()), None)
