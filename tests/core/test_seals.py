"""The audit trail's seals: known tree hashes, and each way of tampering is seen and named."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from kefu.cli.check import audit as check_audit
from kefu.core.seals import SEAL_BATCH, Trail, merkle_root, seal_pending, signing_key, verify_trail

KEY = signing_key(b"test-only-seal-key")
NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)
Connection = psycopg.Connection[Any]


@pytest.fixture
def trail(clone_db: str) -> Iterator[Connection]:
    """The application's own connection to a database of its own."""
    with psycopg.connect(clone_db, autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(clone_owner_dsn: str) -> Iterator[Connection]:
    """Somebody who may do what the application may not."""
    with psycopg.connect(clone_owner_dsn, autocommit=True) as connection:
        yield connection


def write(connection: Connection, count: int, *, pending: bool = True) -> list[int]:
    with connection.transaction():
        ids = []
        for number in range(count):
            row = connection.execute(
                "INSERT INTO core_auditentry "
                "(at, actor, actor_label, action, subject, case_ref, level, data) "
                "VALUES (%s, 'staff:1', '陈工 1024', 'core.try', 'thing:1', '', '', %s) RETURNING id",
                [NOW, Jsonb({"n": number, "amount": "35.50", "who": "王芳"})],
            ).fetchone()
            assert row is not None
            ids.append(row[0])
        if pending:
            connection.execute("INSERT INTO core_auditpending (entry_id) SELECT unnest(%s::bigint[])", [ids])
    return ids


def seal_all(connection: Connection) -> int:
    total = 0
    while sealed := seal_pending(connection, key=KEY, now=NOW).count:
        total += sealed
    return total


def verify(connection: Connection, **given: Any) -> Trail:
    return verify_trail(connection, public=KEY.public_key(), **given)


def test_tree_heads_of_rfc_6962_and_9162() -> None:
    """The public test vectors of Certificate Transparency for the first 0, 1, 2, 3, 7 and 8 leaves."""
    data = [b"", b"\0", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57", bytes(range(0x60, 0x70))]  # fmt: skip
    leaves = [hashlib.sha256(b"\0" + leaf).digest() for leaf in data]
    heads = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {n: merkle_root(leaves[:n]).hex() for n in heads} == heads


def test_a_sealed_trail_holds(trail: Connection) -> None:
    write(trail, 3)
    write(trail, SEAL_BATCH + 4)
    assert seal_all(trail) == SEAL_BATCH + 7
    found = verify(trail)
    assert found.violations == ()
    assert (found.entries, found.seals) == (SEAL_BATCH + 7, 2)


def test_an_edited_row_is_named(trail: Connection, owner: Connection) -> None:
    ids = write(trail, 9)
    seal_all(trail)
    owner.execute('UPDATE core_auditentry SET data = data || \'{"amount": "99"}\' WHERE id = %s', [ids[4]])
    assert verify(trail).violations == (f"entry {ids[4]}: it was changed after it was sealed",)


def test_a_missing_row_is_named(trail: Connection, owner: Connection) -> None:
    ids = write(trail, 5)
    seal_all(trail)
    owner.execute("DELETE FROM core_auditentry WHERE id = %s", [ids[0]])
    assert verify(trail).violations == (f"entry {ids[0]}: it was sealed and is missing",)


def test_a_row_slipped_in_is_named(trail: Connection) -> None:
    write(trail, 2)
    seal_all(trail)
    (slipped,) = write(trail, 1, pending=False)
    assert verify(trail).violations == (f"entry {slipped}: it never waited for a seal",)


def test_leaves_changed_with_the_row_break_the_seal(trail: Connection, owner: Connection) -> None:
    write(trail, 1)
    seal_all(trail)
    owner.execute("UPDATE core_auditseal SET leaves = decode(repeat('00', 32), 'hex')")
    assert "its leaves do not give its Merkle root" in verify(trail).violations[0]


def test_a_seal_taken_out_breaks_the_chain(trail: Connection, owner: Connection) -> None:
    for _ in range(3):
        write(trail, 1)
        seal_all(trail)
    owner.execute("DELETE FROM core_auditseal WHERE id = (SELECT min(id) + 1 FROM core_auditseal)")
    found = verify(trail).violations
    assert any("the chain is broken" in line for line in found)
    assert any("never waited for a seal" in line for line in found)


def test_a_seal_by_another_key_is_not_ours(trail: Connection) -> None:
    write(trail, 2)
    seal_pending(trail, key=signing_key(b"somebody else"), now=NOW)
    assert any("the signature is not the installation's" in line for line in verify(trail).violations)


def test_an_end_cut_off_is_noticed_by_the_remembered_head(trail: Connection, owner: Connection) -> None:
    write(trail, 1)
    seal_all(trail)
    write(trail, 1)
    seal_all(trail)
    head = verify(trail).head
    owner.execute("DELETE FROM core_auditseal WHERE id = (SELECT max(id) FROM core_auditseal)")
    owner.execute("DELETE FROM core_auditentry WHERE id = (SELECT max(id) FROM core_auditentry)")
    assert verify(trail).violations == ()
    assert "the chain was cut or replaced" in verify(trail, known_heads=[head]).violations[0]


def test_what_waits_too_long_is_a_violation(trail: Connection) -> None:
    old, young = write(trail, 2)
    trail.execute("UPDATE core_auditpending SET since = now() - interval '61 s' WHERE entry_id = %s", [old])
    (line,) = verify(trail).violations
    assert line.startswith(f"entry {old}: unsealed for 6")
    assert str(young) not in line


def test_the_application_can_change_neither_entries_nor_seals(trail: Connection) -> None:
    write(trail, 1)
    seal_all(trail)
    for statement in ("UPDATE core_auditentry SET actor = ''", "DELETE FROM core_auditentry",
                      "UPDATE core_auditseal SET first = 0", "TRUNCATE core_auditseal"):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            trail.execute(statement)


def test_the_command_says_whether_it_holds(
    trail: Connection, owner: Connection, clone_db: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:  # fmt: skip
    """Exit 0, 1 with the row named, 2 where there is nothing to look at; the public key alone is enough."""
    monkeypatch.setenv("KEFU_SEAL_KEY", "test-only-seal-key")
    ids = write(trail, 3)
    seal_all(trail)
    asked = ["--database", clone_db, "--json"]
    assert check_audit.run(asked) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["entries"], told["violations"]) == (3, [])
    owner.execute("DELETE FROM core_auditentry WHERE id = %s", [ids[1]])
    monkeypatch.delenv("KEFU_SEAL_KEY")
    assert check_audit.run([*asked, "--public-key", told["public_key"]]) == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["violations"] == [f"entry {ids[1]}: it was sealed and is missing"]
    for bad in (["--data", str(tmp_path)], [*asked, "--public-key", "zz"]):
        assert check_audit.run(bad) == 2
