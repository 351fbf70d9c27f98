"""Backup and restore with real databases: it comes back whole, and nothing but the genuine file does
anything.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from kefu.cli.database import prepare_database
from kefu.cli.running.installation import finish_database, open_database, own_cluster
from kefu.cli.running.secrets_folder import CARRIED, MAKERS, ensure_secrets, read_secret
from kefu.cli.sealed import backup, restore
from kefu.cli.sealed.stream import CHUNK, TAG
from kefu.cli.server.postgres import temporary_server
from kefu.cli.server.roles import ADMIN, APP, OWNER, ensure_database
from kefu.cli.terminal import CannotRun

GREATEST = max(hashlib.md5(str(n).encode()).hexdigest() for n in range(1, 50_001))
ATTACHMENT = bytes(range(256)) * 20_000


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small installation whose database is running."""
    data = Path("/tmp") / f"kefu-test-backup-{os.getpid()}"
    data.mkdir()
    data.chmod(0o711)
    ensure_secrets(data, in_use=False)
    cluster = own_cluster(data)
    cluster.durable = False
    cluster.start()
    database = finish_database(cluster)
    prepare_database(owner_dsn=database.owner_dsn)
    with psycopg.connect(database.owner_dsn) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE TABLE book (n int PRIMARY KEY, line text)")
        connection.execute("INSERT INTO book SELECT g, md5(g::text) FROM generate_series(1, 50000) g")
        connection.execute("REVOKE UPDATE, DELETE ON book FROM kefu_app")
    (data / "files" / "ab").mkdir(parents=True)
    (data / "files" / "ab" / "one").write_bytes(ATTACHMENT)
    (data / "sandbox").mkdir()
    with sqlite3.connect(data / "sandbox" / "bank.sqlite3") as bank:
        bank.execute("CREATE TABLE debit (n int)")
        bank.execute("INSERT INTO debit VALUES (7)")
    (data / "seal_head").write_text("c0ffee")
    yield data
    cluster.stop()
    subprocess.run(["rm", "-rf", str(data)], check=True)


@pytest.fixture(scope="module")
def made(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it, and a copy of its key beside it."""
    folder = tmp_path_factory.mktemp("safe")
    assert backup.run([str(folder / "kefu.backup"), "--data", str(installation)]) == 0
    (folder / "key").write_text(read_secret(installation, "backup_key"))
    return folder


def _restore(made: Path, file: str, target: Path, *more: str) -> int:
    return restore.run([str(made / file), "--data", str(target), "--key-file", str(made / "key"), *more])


def test_everything_stands_up_again_elsewhere(
    installation: Path, made: Path, open_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = open_folder / "data"
    assert _restore(made, "kefu.backup", target, "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["bytes"] == (made / "kefu.backup").stat().st_size
    assert told["seconds"] > 0
    with open_database(target) as database:
        with psycopg.connect(database.app_dsn) as app:
            assert app.execute("SELECT count(*), max(line) FROM book").fetchone() == (50000, GREATEST)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("DELETE FROM book")
        with psycopg.connect(database.owner_dsn) as owner:
            owner.execute("CREATE TABLE later (n int)")
        with psycopg.connect(database.app_dsn) as app:
            assert app.execute("SELECT count(*) FROM later").fetchone() == (0,)
    assert (target / "files" / "ab" / "one").read_bytes() == ATTACHMENT
    with sqlite3.connect(target / "sandbox" / "bank.sqlite3") as bank:
        assert bank.execute("SELECT n FROM debit").fetchall() == [(7,)]
    assert (target / "seal_head").read_text() == "c0ffee"
    for name in CARRIED:
        assert read_secret(target, name) == read_secret(installation, name)
    assert read_secret(target, "database_app") != read_secret(installation, "database_app")
    for path in target.rglob("*"):
        if path.is_file() and path.parent.name in ("secrets", "ab", "sandbox"):
            assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(CannotRun, match="empty installation"):
        _restore(made, "kefu.backup", target)
    assert (target / "files" / "ab" / "one").read_bytes() == ATTACHMENT


def _cut_at_the_end(whole: bytes) -> bytes:
    return whole[:-1]


def _cut_between_chunks(whole: bytes) -> bytes:
    head = whole.index(b"}}") + 2
    return whole[: head + 2 * (CHUNK + TAG)]


def _one_bit(whole: bytes) -> bytes:
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    return bytes(changed)


def _in_the_head(whole: bytes) -> bytes:
    return whole.replace(b'"made_at": "2', b'"made_at": "1', 1)


def _chunks_exchanged(whole: bytes) -> bytes:
    head, size = whole.index(b"}}") + 2, CHUNK + TAG
    first, second = whole[head : head + size], whole[head + size : head + 2 * size]
    return whole[:head] + second + first + whole[head + 2 * size :]


def _something_added(whole: bytes) -> bytes:
    return whole + b"more"


def _another_file(whole: bytes) -> bytes:
    return b"PK" + whole


@pytest.mark.parametrize(
    "damage",
    [
        _cut_at_the_end,
        _cut_between_chunks,
        _one_bit,
        _in_the_head,
        _chunks_exchanged,
        _something_added,
        _another_file,
    ],
)
def test_damaged_file_is_refused_and_nothing_changes(
    made: Path, open_folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    whole = (made / "kefu.backup").read_bytes()
    changed = damage(whole)
    assert changed != whole
    (made / "changed").write_bytes(changed)
    with pytest.raises(CannotRun) as refused:
        _restore(made, "changed", open_folder / "data")
    assert "\n" not in str(refused.value)
    assert refused.value.status == 2
    assert not (open_folder / "data").exists()


def test_wrong_key_is_told_from_damage(made: Path, open_folder: Path) -> None:
    (made / "wrong").write_text(MAKERS["backup_key"]())
    with pytest.raises(CannotRun, match="not the installation's backup_key"):
        _restore(made, "kefu.backup", open_folder / "data", "--key-file", str(made / "wrong"))
    with pytest.raises(CannotRun, match="--key-file"):
        restore.run([str(made / "kefu.backup"), "--data", str(open_folder / "data")])
    assert not (open_folder / "data").exists()


def test_passphrase_opens_what_it_locked(installation: Path, open_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("correct horse battery staple\n")
    (tmp_path / "others").write_text("correct horse battery staples\n")
    file, target = str(tmp_path / "kefu.backup"), ["--data", str(open_folder / "data")]
    assert backup.run([file, "--data", str(installation), "--passphrase-file", str(tmp_path / "words")]) == 0
    with pytest.raises(CannotRun, match="not the passphrase"):
        restore.run([file, *target, "--passphrase-file", str(tmp_path / "others")])
    assert restore.run([file, *target, "--passphrase-file", str(tmp_path / "words")]) == 0


def test_backup_never_overwrites_and_leaves_nothing_half_written(
    installation: Path, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotRun, match="exists"):
        backup.run([str(made / "kefu.backup"), "--data", str(installation)])
    monkeypatch.setattr(backup, "client_program", lambda name: Path("/bin/false"))
    with pytest.raises(CannotRun, match="pg_dump"):
        backup.run([str(tmp_path / "b"), "--data", str(installation)])
    assert list(tmp_path.iterdir()) == []


def test_failed_restore_leaves_the_installation_empty(
    made: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "client_program", lambda name: Path("/bin/false"))
    with pytest.raises(CannotRun, match="pg_restore"):
        _restore(made, "kefu.backup", open_folder / "data")
    assert not (open_folder / "data").exists()


def test_restore_into_any_other_database(
    made: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch, command_environment: dict[str, str]
) -> None:
    with temporary_server(tcp=True) as server:
        ensure_database(server.dsn("postgres", ADMIN), "elsewhere")
        urls = {
            "DATABASE_OWNER_URL": server.dsn("elsewhere", OWNER),
            "DATABASE_URL": server.dsn("elsewhere", APP),
        }
        command = [sys.executable, "-m", "kefu.cli", "restore", str(made / "kefu.backup")]
        command += ["--data", str(open_folder / "data"), "--key-file", str(made / "key")]
        first = subprocess.run(command, env=command_environment | urls, capture_output=True, text=True)
        assert first.returncode == 0, first.stderr
        with psycopg.connect(urls["DATABASE_URL"]) as app:
            assert app.execute("SELECT count(*) FROM book").fetchone() == (50000,)
        command[6] = str(open_folder / "other")
        again = subprocess.run(command, env=command_environment | urls, capture_output=True, text=True)
        assert again.returncode == 1
        assert "holds tables already" in again.stderr
        assert len(again.stderr.strip().splitlines()) == 1
    assert not (open_folder / "data" / "postgres").exists()
