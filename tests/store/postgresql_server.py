"""A real PostgreSQL of the tests' own: no network, nothing kept, and under another user where the tests are root's."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg

from biofeedback.store.migration import head

USER = "biofeedback"
START_S = 60
VERSION = "alembic_version"


def find_programs() -> Path | None:
    """Folder of initdb and pg_ctl: on the search path, or where Debian puts them, the newest version first."""
    if (found := shutil.which("pg_ctl")) is not None and shutil.which("initdb") is not None:
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    return max((path.parent for path in versions), key=lambda path: float(path.parent.name), default=None)


class PostgresqlServer:
    """Starts when made."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # which PostgreSQL refuses
            shutil.chown(self._folder, "nobody")
            self._as = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--no-locale", f"--username={USER}")
        self.start()

    @property
    def url(self) -> str:
        """Address of its database."""
        return f"postgresql://{USER}@/postgres?host={self._folder}"

    def start(self) -> None:
        """Listen on a socket in its own folder."""
        settings = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--timeout={START_S}", f"--log={self._folder / 'log'}", "-o", settings)

    def stop(self) -> None:
        """End every connection and stop, as for a restart of the machine."""
        self._run("pg_ctl", "stop", "--wait", "--mode=fast")

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._folder)

    def empty(self) -> None:
        """A database without rows; its tables stay, where they are those of this program."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = {name for (name,) in found} - {VERSION}
            if tables and connection.execute(f"SELECT version_num FROM {VERSION}").fetchall() == [(head(),)]:
                connection.execute(f"TRUNCATE {', '.join(sorted(tables))}")
                return
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

    def _run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL on its data."""
        command = [self._programs / program, "--pgdata", self._folder / "data", *arguments]
        # pg_ctl leaves the server running with its output: a pipe would never end.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(command, cwd=self._folder, stdout=said, stderr=said, check=False, **self._as)
            said.seek(0)
            assert done.returncode == 0, said.read().decode()
