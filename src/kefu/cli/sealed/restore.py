"""`./kefu restore FILE`: a backup into an empty installation. The whole file is proved before anything
changes.
"""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kefu.cli.children import unwind_on_sigterm
from kefu.cli.running.installation import Database, external_database, finish_database, own_cluster
from kefu.cli.running.secrets_folder import CARRIED, ensure_secrets, read_secret, write_secret
from kefu.cli.sealed.archive import read_archive
from kefu.cli.sealed.backup import FORMAT, client_environment, read_passphrase
from kefu.cli.sealed.stream import PASSPHRASE, MasterKey, installation_key, opened, read_head
from kefu.cli.server.binaries import client_program
from kefu.cli.server.server_user import data_folder, server_user
from kefu.cli.terminal import CannotRun, Progress, answer, say

HELP = "stand up from a backup FILE, in an empty installation"


def run(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="kefu restore", description=HELP)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="data folder (default: .kefu in the checkout)"
    )
    parser.add_argument(
        "--key-file", type=Path, metavar="FILE", help="a copy of its installation's backup_key"
    )
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="the passphrase it was locked with"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    unwind_on_sigterm()
    data = data_folder(options.data)
    began = time.monotonic()
    try:
        file = options.file.open("rb")
    except OSError as problem:
        raise CannotRun(f"{options.file}: {problem.strerror}") from problem
    with file:
        key = _key(file, data, options.key_file, options.passphrase_file)
        size = os.fstat(file.fileno()).st_size
        _prove(file, key)
        restore(file, data=data, key=key)
    seconds = round(time.monotonic() - began, 2)
    say(f"kefu restore: {size:,} bytes in {seconds} s; start it with ./kefu up")
    if options.json:
        answer({"bytes": size, "seconds": seconds})
    return 0


def _key(file: BinaryIO, data: Path, key_file: Path | None, passphrase_file: Path | None) -> MasterKey:
    if read_head(file)["key"] == PASSPHRASE:
        if passphrase_file is None:
            raise CannotRun("the backup is locked with a passphrase: give --passphrase-file")
        return read_passphrase(passphrase_file)
    if passphrase_file is not None:
        raise CannotRun(
            "the backup is locked with the key of its installation, not with a passphrase: --key-file"
        )
    if key_file is not None:
        try:
            return installation_key(key_file.read_text("ascii"))
        except (OSError, UnicodeDecodeError) as problem:
            raise CannotRun(f"{key_file}: cannot be read as a backup key") from problem
    if (data / "secrets" / "backup_key").exists():
        return installation_key(read_secret(data, "backup_key"))
    raise CannotRun(
        "the backup is locked with its installation's secrets/backup_key: give a copy with --key-file"
    )


def _prove(file: BinaryIO, key: MasterKey) -> None:
    """Read the whole file without writing anything. Raises `CannotRun` when any of it is not genuine."""
    names: list[str] = []
    progress, done = Progress("kefu restore: proving"), 0
    for name, blocks in read_archive(opened(file, key)):
        names.append(name)
        if name == "manifest.json":
            written = json.loads(b"".join(blocks)).get("format")
            if written != FORMAT:
                raise CannotRun(f"the backup has format {written}, this version reads {FORMAT}")
        for block in blocks:
            done += len(block)
            progress.reached(done)
    missing = {"manifest.json", "database.dump", *(f"secrets/{name}" for name in CARRIED)} - set(names)
    if missing:
        raise CannotRun(f"the backup lacks {', '.join(sorted(missing))}")


def restore(file: BinaryIO, *, data: Path, key: MasterKey) -> None:
    """Write a proved backup into `data`, which holds nothing yet; on failure it holds nothing again."""
    existed = data.exists()
    before = {entry.name for entry in data.iterdir()} if existed else set()
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700 if server_user() is None else 0o711)
    lock = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(f"Kefu runs on {data}; restore into an empty installation", status=1) from None
        with _undone_on_failure(data, existed=existed, before=before):
            _restore_locked(file, data, key)
    finally:
        os.close(lock)


@contextlib.contextmanager
def _undone_on_failure(data: Path, *, existed: bool, before: set[str]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for path in [entry for entry in data.iterdir() if entry.name not in before]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if not existed:
            data.rmdir()
        raise


def _restore_locked(file: BinaryIO, data: Path, key: MasterKey) -> None:
    external = external_database()
    if any((data / "files").rglob("*")):
        raise CannotRun(f"{data / 'files'} holds files; restore into an empty installation", status=1)
    in_use = (data / "postgres" / "data").exists()
    ensure_secrets(data, in_use=in_use)
    if external is not None:
        _fill(file, data, key, external)
        return
    cluster = own_cluster(data)
    try:
        if not cluster.start():
            raise CannotRun(f"another command uses the database in {data}; wait for its end", status=1)
        _fill(file, data, key, finish_database(cluster))
    finally:
        cluster.stop()


def _fill(file: BinaryIO, data: Path, key: MasterKey, database: Database) -> None:
    if database.is_in_use():
        raise CannotRun("the database holds tables already; restore into an empty installation", status=1)
    secrets: dict[str, str] = {}
    for name, blocks in read_archive(opened(file, key)):
        if name == "database.dump":
            _load(database.owner_dsn, blocks)
        elif name.startswith("secrets/"):
            secrets[name.removeprefix("secrets/")] = b"".join(blocks).decode("ascii")
        elif name == "brand.toml" or name.startswith(("seal_head", "files/", "sandbox/")):
            _write(data, name, blocks)
    for name in CARRIED:
        write_secret(data, name, secrets[name])


def _load(dsn: str, blocks: Iterable[bytes]) -> None:
    """In one transaction: a restore that fails leaves an empty database."""
    address, environment = client_environment(dsn)
    command = [str(client_program("pg_restore")), "--no-owner", "--single-transaction", "--dbname", address]
    progress, done = Progress("kefu restore: database"), 0
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors, env=environment) as process,
    ):
        assert process.stdin is not None
        try:
            for block in blocks:
                process.stdin.write(block)
                done += len(block)
                progress.reached(done)
        except BrokenPipeError:
            say("kefu restore: pg_restore stopped reading")
        except BaseException:
            process.kill()
            raise
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        if process.wait() != 0:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"]
            raise CannotRun(f"pg_restore: {said[0]}", status=1)


def _write(data: Path, name: str, blocks: Iterable[bytes]) -> None:
    path = data / name
    for folder in reversed(path.relative_to(data).parents):
        (data / folder).mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        for block in blocks:
            output.write(block)
        output.flush()
        os.fsync(output.fileno())
