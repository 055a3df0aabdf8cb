"""What programs ran through, in a file of each: who is killed while it writes leaves one that cannot be added up."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def leave_out_torn(folder: Path) -> None:
    """Remove what others left torn: at best it is warned of, at worst it ends the run of all tests."""
    for path in folder.glob(".coverage.*"):
        if f".pid{os.getpid()}." not in path.name and not _is_whole(path):
            path.unlink()


def _is_whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as content:
            is_sound = content.execute("PRAGMA quick_check").fetchone() == ("ok",)
            return is_sound and content.execute("SELECT count(*) FROM coverage_schema").fetchone() == (1,)
    except sqlite3.DatabaseError:
        return False
