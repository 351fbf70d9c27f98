"""`./kefu backup FILE`: all that is needed to stand up again elsewhere, in one encrypted file, while
running.
"""

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kefu.cli.running.installation import Database, open_database
from kefu.cli.running.secrets_folder import CARRIED, read_secret
from kefu.cli.sealed.archive import ArchiveWriter
from kefu.cli.sealed.stream import PASSPHRASE, MasterKey, Sealer, installation_key
from kefu.cli.server.binaries import client_program
from kefu.cli.server.server_user import data_folder
from kefu.cli.terminal import CannotRun, Progress, answer, say

HELP = "write everything into one encrypted FILE, while it runs"
BLOCK = 1 << 18
FORMAT = 1


def run(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="kefu backup", description=HELP)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: .kefu in the checkout)"
    )
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="lock with its first line instead"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    data = data_folder(options.data)
    if options.file.exists():
        raise CannotRun(f"{options.file} exists; name another file")
    key = read_passphrase(options.passphrase_file) if options.passphrase_file else None
    began = time.monotonic()
    with open_database(data) as database:
        key = key or installation_key(read_secret(data, "backup_key"))
        size = write_backup(options.file, data=data, database=database, key=key)
    seconds = round(time.monotonic() - began, 2)
    say(f"kefu backup: {size:,} bytes in {seconds} s")
    if key.kind == PASSPHRASE:
        say("kefu backup: it opens with this passphrase only; keep that elsewhere")
    else:
        say(f"kefu backup: it opens with {data / 'secrets/backup_key'} only; keep a copy of that elsewhere")
    if options.json:
        answer({"bytes": size, "seconds": seconds})
    return 0


def read_passphrase(path: Path) -> MasterKey:
    """The first line of a file as a passphrase of at least 12 characters."""
    try:
        words = path.read_text("utf-8").split("\n", 1)[0].strip()
    except OSError as problem:
        raise CannotRun(f"{path}: {problem.strerror}") from problem
    if len(words) < 12:
        raise CannotRun(f"{path}: a passphrase has at least 12 characters")
    return MasterKey(PASSPHRASE, words.encode())


def write_backup(file: Path, *, data: Path, database: Database, key: MasterKey) -> int:
    """Write the backup beside its place and rename it there; returns its size in bytes."""
    made = file.with_name(file.name + ".part")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as output:
            sealer = Sealer(output, key, {"made_at": datetime.now(UTC).isoformat(timespec="seconds")})
            _write_pieces(ArchiveWriter(sealer.write), data, database)
            sealer.close()
            output.flush()
            os.fsync(output.fileno())
        size = made.stat().st_size
        made.rename(file)
    finally:
        made.unlink(missing_ok=True)
    return size


def _write_pieces(archive: ArchiveWriter, data: Path, database: Database) -> None:
    """The database before files and bank: what its rows name is there when its turn comes. The newest seal
    that was seen comes before it: a trail may be longer than what is known of it, never shorter.
    """
    archive.put("manifest.json", [json.dumps(_manifest(database)).encode()])
    for path in sorted(data.glob("seal_head*")):
        if path.suffix != ".new":
            archive.put(path.name, [path.read_bytes()])
    archive.put("database.dump", _dump(database.owner_dsn))
    for name in CARRIED:
        archive.put(f"secrets/{name}", [read_secret(data, name).encode()])
    if (data / "brand.toml").exists():
        archive.put("brand.toml", [(data / "brand.toml").read_bytes()])
    for path in sorted(p for p in (data / "files").rglob("*") if p.is_file()):
        archive.put(path.relative_to(data).as_posix(), _content(path))
    for path in sorted((data / "sandbox").glob("*.sqlite3")):
        archive.put(path.relative_to(data).as_posix(), _sqlite(path))
    archive.finish()


def _manifest(database: Database) -> dict[str, object]:
    with psycopg.connect(database.owner_dsn) as connection:
        version = connection.info.server_version // 10_000
    return {"format": FORMAT, "postgres": version}


def client_environment(dsn: str) -> tuple[str, dict[str, str]]:
    """Address without password for a command line, and the environment that carries the password."""
    parts = conninfo_to_dict(dsn)
    password = str(parts.pop("password", "") or "")
    return make_conninfo("", **{k: str(v) for k, v in parts.items()}), {**os.environ, "PGPASSWORD": password}


def _dump(dsn: str) -> Iterator[bytes]:
    address, environment = client_environment(dsn)
    command = [str(client_program("pg_dump")), "--format=custom", "--no-owner", "--dbname", address]
    progress, done = Progress("kefu backup: database"), 0
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment) as process,
    ):
        assert process.stdout is not None
        try:
            while block := process.stdout.read(BLOCK):
                yield block
                done += len(block)
                progress.reached(done)
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            errors.seek(0)
            raise CannotRun(f"pg_dump: {_last_line(errors.read())}", status=1)


def _last_line(output: bytes) -> str:
    return (output.decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"])[-1]


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _sqlite(path: Path) -> Iterator[bytes]:
    """A consistent copy of a store that its process is writing to."""
    with tempfile.TemporaryDirectory(prefix="kefu-backup-") as folder:
        copy = Path(folder) / "copy"
        with (
            contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        yield from _content(copy)
