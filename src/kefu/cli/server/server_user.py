"""Whom PostgreSQL runs as, what that user can reach, and where the data folder therefore lies.

PostgreSQL refuses to run as root. Started by root we run it as an unprivileged user; where that user cannot
reach a folder (a checkout under root's closed home) we move instead of opening somebody's home.
"""

import hashlib
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu.cli.terminal import CannotRun

CHECKOUT = Path(__file__).resolve().parents[4]
STATE = Path("/var/lib/kefu")
CANDIDATES = ("kefu", "postgres", "nobody")


@dataclass(frozen=True)
class ServerUser:
    """An account of this machine, for `subprocess`."""

    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_user(folder: Path | None = None) -> ServerUser | None:
    """The unprivileged user for PostgreSQL, or None when we are not root and run it as ourselves.

    A cluster that exists in `folder` keeps its owner.
    """
    if os.geteuid() != 0:
        return None
    if folder is not None and folder.exists() and (uid := folder.stat().st_uid) != 0:
        owner = pwd.getpwuid(uid)
        return ServerUser(owner.pw_name, owner.pw_uid, owner.pw_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in CANDIDATES:
        if name in known and known[name].pw_uid != 0:
            return ServerUser(name, known[name].pw_uid, known[name].pw_gid)
    raise CannotRun(
        "PostgreSQL does not run as root: create a user named kefu (useradd --system kefu)", status=1
    )


def can_reach(path: Path, user: ServerUser | None) -> bool:
    """Whether `user` can enter (a folder) or run (a file) `path`."""
    if user is None:
        return os.access(path, os.X_OK)
    test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    return subprocess.run(test, check=False, cwd="/", **user.popen_arguments()).returncode == 0


def reachable_folder() -> Path:
    """A folder for throw-away files that PostgreSQL's user can enter."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if can_reach(folder, server_user()):
            return folder
    raise CannotRun("PostgreSQL's user can enter no temporary folder; set TMPDIR", status=1)


def moved_folder(wanted: Path) -> Path:
    """Where things go that belong to `wanted` but must be reachable: named by the hash of its real path."""
    return STATE / hashlib.sha256(os.fsencode(wanted.resolve())).hexdigest()[:16]


def data_folder(chosen: Path | None = None) -> Path:
    """The data folder of this checkout, or of a `chosen` folder; not made yet.

    `<checkout>/.kefu`, or under /var/lib/kefu where PostgreSQL's user cannot enter the folder's parent.
    """
    named = chosen or (Path(os.environ["KEFU_DATA"]) if os.environ.get("KEFU_DATA") else None)
    wanted = (named or CHECKOUT / ".kefu").absolute()
    nearest = next(p for p in wanted.parents if p.exists())
    if can_reach(nearest, server_user()):
        return wanted
    if wanted.parent == STATE:
        raise CannotRun(f"{STATE} is closed to PostgreSQL's user: chmod 711 {STATE}", status=1)
    return moved_folder(CHECKOUT if named is None else named)
