"""`./kefu check audit`: every entry of the trail is what was written, under a chain of signed seals."""

import argparse
import os
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kefu.cli.running.installation import open_database
from kefu.cli.running.secrets_folder import read_secret
from kefu.cli.server.server_user import data_folder
from kefu.cli.terminal import CannotRun, answer, say
from kefu.core.seals import Trail, signing_key, verify_trail

HELP = "prove that the audit trail is whole"


def run(argv: list[str]) -> int:
    """Exit 0 when the trail holds, 1 with a line a violation when not, 2 when there is none to look at."""
    parser = argparse.ArgumentParser(prog="kefu check audit", description=HELP)
    parser.add_argument("--json", action="store_true", help="the result as one JSON object")
    parser.add_argument("--database", metavar="URL", help="this trail, not that of the installation")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder of the installation")
    parser.add_argument("--public-key", metavar="HEX", help="verify with this key, without the secret one")
    options = parser.parse_args(argv)
    folder = data_folder(options.data)
    try:
        public = public_key(folder, options.public_key)
        if options.database:
            trail = look(options.database, public, [])
        else:
            with open_database(folder) as database:
                trail = look(database.app_dsn, public, remembered(folder))
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable, CannotRun) as problem:
        say(f"kefu check audit: {str(problem).strip().splitlines()[0]}")
        return 2
    for line in trail.violations:
        say(line)
    verdict = f"{len(trail.violations)} violations" if trail.violations else "the trail is whole"
    say(f"{trail.entries} entries under {trail.seals} seals: {verdict}")
    if options.json:
        answer(
            {
                "entries": trail.entries,
                "violations": list(trail.violations),
                "seals": trail.seals,
                "head": trail.head,
                "public_key": public.public_bytes_raw().hex(),
            }
        )
    return 1 if trail.violations else 0


def public_key(folder: Path, given: str | None) -> Ed25519PublicKey:
    """The key that was asked for, else the one that belongs to the installation's secret."""
    if given:
        try:
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(given))
        except ValueError as problem:
            raise CannotRun("--public-key is 64 hexadecimal digits") from problem
    secret = os.environ.get("KEFU_SEAL_KEY") or read_secret(folder, "seal_key")
    return signing_key(secret.encode()).public_key()


def remembered(folder: Path) -> list[str]:
    """Seals that the relay has noted outside the database. Read before the database, or a newer one would be
    missing there.
    """
    return [
        file.read_text("ascii").strip() for file in sorted(folder.glob("seal_head*")) if file.suffix != ".new"
    ]


def look(dsn: str, public: Ed25519PublicKey, heads: list[str]) -> Trail:
    with psycopg.connect(dsn, connect_timeout=10, autocommit=True) as connection:
        return verify_trail(connection, public=public, known_heads=heads)
