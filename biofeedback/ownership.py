"""Whose files are: what an administrator's command makes in the folder of a service has to be the service's."""

import os
from pathlib import Path

__all__ = ["hand_over"]


def hand_over(path: Path) -> None:
    """Where the administrator made a file or folder, give it to the owner of the folder that it is in."""
    if os.name == "posix" and os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)  # that owner may have put a link in its place
