"""Whether an installation was prepared by exactly this source, so that a second start need not ask again."""

import hashlib
import json
from pathlib import Path

from kefu.cli.server.server_user import CHECKOUT

STAMP = "prepared.json"


def fingerprint() -> str:
    """Of every file of the product by name, size and time of change: migrations, static files, catalogues
    and code.
    """
    seen = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes())
    for path in sorted((CHECKOUT / "src" / "kefu").rglob("*")):
        if path.suffix not in (".pyc", ".mo", ".new") and path.is_file():
            facts = path.stat()
            seen.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def prepared_mode(data: Path) -> str | None:
    """The mode of an installation that this source has prepared; None where anything may be left to do."""
    stamp = data / STAMP
    if not stamp.exists():
        return None
    given = json.loads(stamp.read_text("utf-8"))
    return str(given["mode"]) if given["fingerprint"] == fingerprint() else None


def stamp_prepared(data: Path, mode: str) -> None:
    """Remember it, after all of it is done."""
    made = data / (STAMP + ".new")
    made.write_text(json.dumps({"mode": mode, "fingerprint": fingerprint()}), "utf-8")
    made.rename(data / STAMP)
