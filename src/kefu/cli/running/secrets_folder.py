"""The secrets of an installation: files of `<data>/secrets`, made once at first start, readable by its owner
only.
"""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from kefu.cli.server.roles import ADMIN, APP, OWNER
from kefu.cli.terminal import CannotRun


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _password() -> str:
    return secrets.token_urlsafe(32)


MAKERS: dict[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(64),
    "field_key": _key,
    "live_key": _key,
    "seal_key": _key,
    "receipt_key": _key,
    "bank_secret": _password,
    "backup_key": _key,
    "database_admin": _password,
    "database_owner": _password,
    "database_app": _password,
}
# Another value instead of a lost one would leave rows that nobody can read or verify, or lock us out.
IRREPLACEABLE = ("field_key", "seal_key", "database_admin", "database_owner", "database_app")
# What another machine needs to read what a backup holds. Its database passwords stay its own.
CARRIED = ("secret_key", "field_key", "live_key", "seal_key", "receipt_key", "bank_secret", "backup_key")


def ensure_secrets(data: Path, *, in_use: bool) -> None:
    """Make what is missing. With `in_use` (there is a database already) refuses to replace what cannot be."""
    folder = data / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    for name, make in MAKERS.items():
        if (folder / name).exists():
            continue
        if in_use and name in IRREPLACEABLE:
            raise CannotRun(f"{folder / name} is lost but its database is there: put it back", status=1)
        write_secret(data, name, make())


def write_secret(data: Path, name: str, value: str) -> None:
    """Write one secret, whole or not at all."""
    final = data / "secrets" / name
    made = final.with_name(name + ".new")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    made.rename(final)


def read_secret(data: Path, name: str) -> str:
    """One secret. Raises `CannotRun` where it was not made."""
    path = data / "secrets" / name
    if not path.exists():
        raise CannotRun(f"{path} is missing; ./kefu up makes it", status=1)
    return path.read_text("ascii").strip()


def database_passwords(data: Path) -> dict[str, str]:
    """The password of each database role."""
    names = {ADMIN: "database_admin", OWNER: "database_owner", APP: "database_app"}
    return {role: read_secret(data, name) for role, name in names.items()}
