"""Seals over the audit trail: what was written cannot be changed, taken out or slipped in unseen.

A seal names its entries, hashes each (RFC 9162: leaf 0x00, node 0x01) and the tree of them, is chained to the
seal before it and signed with Ed25519, so that whoever holds the public key can verify without being able to
seal. Plain psycopg: the relay seals, `./kefu check audit` verifies.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

UNSEALED_LIMIT_S = 60
SEAL_BATCH = 500
FIELDS = ("id", "at", "actor", "actor_label", "action", "subject", "case_ref", "level", "data")
_COLUMNS = ", ".join(f"e.{name}" for name in FIELDS)
_GENESIS = b"\0" * 32


def signing_key(secret: bytes) -> Ed25519PrivateKey:
    """The installation's sealing key, derived from its secret (`KEFU_SEAL_KEY`)."""
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=b"kefu audit seal, ed25519, 1").derive(secret)
    return Ed25519PrivateKey.from_private_bytes(derived)


def public_key_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def canonical(value: dict[str, Any]) -> bytes:
    """One byte string for one value: keys sorted, no spaces, UTF-8, instants in UTC to the microsecond."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_instant)
    return text.encode()


def _instant(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def leaf_hash(entry: Sequence[Any]) -> bytes:
    """The hash of one row, given in the order of `FIELDS`."""
    return hashlib.sha256(b"\0" + canonical(dict(zip(FIELDS, entry, strict=True)))).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The tree head of RFC 9162, 2.1.1: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    if not leaves:
        return hashlib.sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = merkle_root(leaves[:split]), merkle_root(leaves[split:])
    return hashlib.sha256(b"\1" + left + right).digest()


def seal_digest(*, entries: Sequence[int], root: bytes, previous: bytes, sealed_at: datetime) -> bytes:
    body = {"entries": list(entries), "root": root.hex(), "previous": previous.hex(), "sealed_at": sealed_at}
    return hashlib.sha256(b"kefu-seal-1:" + canonical(body)).digest()


@dataclass(frozen=True)
class Sealed:
    """What one sealing did: how many entries, and the digest (hex) of the seal over them."""

    count: int
    digest: str


def seal_pending(
    connection: psycopg.Connection[Any], *, key: Ed25519PrivateKey, now: datetime, limit: int = SEAL_BATCH
) -> Sealed:
    """Seal up to `limit` waiting entries in one transaction of its own. Only the relay calls it."""
    with connection.transaction():
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM core_auditpending p JOIN core_auditentry e ON e.id = p.entry_id "
            "ORDER BY e.id LIMIT %s",
            [limit],
        ).fetchall()
        if not rows:
            return Sealed(0, "")
        head = connection.execute("SELECT digest FROM core_auditseal ORDER BY id DESC LIMIT 1").fetchone()
        previous = bytes(head[0]) if head else _GENESIS
        ids = [row[0] for row in rows]
        leaves = [leaf_hash(row) for row in rows]
        root = merkle_root(leaves)
        digest = seal_digest(entries=ids, root=root, previous=previous, sealed_at=now)
        connection.execute(
            "INSERT INTO core_auditseal (first, last, entries, leaves, merkle_root, previous_seal, digest, "
            "signature, sealed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [ids[0], ids[-1], ids, b"".join(leaves), root, previous, digest, key.sign(digest), now],
        )
        connection.execute("DELETE FROM core_auditpending WHERE entry_id = ANY(%s)", [ids])
    return Sealed(len(ids), digest.hex())


@dataclass(frozen=True)
class Trail:
    """What a verification found: how many entries stand, the newest seal, each thing that does not hold."""

    entries: int
    seals: int
    head: str
    violations: tuple[str, ...]


def verify_trail(
    connection: psycopg.Connection[Any], *, public: Ed25519PublicKey, known_heads: Sequence[str] = ()
) -> Trail:
    """Recompute every hash and signature in one snapshot.

    `known_heads` are digests (hex) that were seen outside the database: a chain that no longer holds them was
    cut. Names the row that was edited, taken out or slipped in, and the seal that does not fit.
    """
    violations: list[str] = []
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        seals, digests = _verify_seals(connection, public, violations)
        violations += _unsealed(connection)
        row = connection.execute("SELECT count(*) FROM core_auditentry").fetchone()
    assert row is not None
    for head in known_heads:
        if head not in digests:
            violations.append(f"the chain was cut or replaced: seal {head[:16]}… was seen before and is gone")
    return Trail(row[0], seals, max(digests, key=lambda d: digests[d], default=""), tuple(violations))


def _verify_seals(
    connection: psycopg.Connection[Any], public: Ed25519PublicKey, violations: list[str]
) -> tuple[int, dict[str, int]]:
    digests: dict[str, int] = {}
    sealed: set[int] = set()
    previous = _GENESIS
    with connection.cursor(name="seals") as cursor:
        cursor.itersize = 100
        cursor.execute(
            "SELECT id, entries, leaves, merkle_root, previous_seal, digest, signature, sealed_at "
            "FROM core_auditseal ORDER BY id"
        )
        for number, ids, joined, root, chained, digest, signature, sealed_at in cursor:
            if bytes(chained) != previous:
                violations.append(f"seal {number}: the chain is broken, it does not follow the one before it")
            leaves = [bytes(joined[at : at + 32]) for at in range(0, len(joined), 32)]
            if len(leaves) != len(ids) or merkle_root(leaves) != bytes(root):
                violations.append(f"seal {number}: its leaves do not give its Merkle root")
            body = {"entries": ids, "root": bytes(root), "previous": bytes(chained), "sealed_at": sealed_at}
            if seal_digest(**body) != bytes(digest):
                violations.append(f"seal {number}: its digest is not that of its contents")
            if not _signed(public, bytes(digest), bytes(signature)):
                violations.append(f"seal {number}: the signature is not the installation's")
            for twice in sealed.intersection(ids):
                violations.append(f"seal {number}: entry {twice} was sealed before")
            sealed.update(ids)
            violations += _verify_entries(connection, ids, leaves)
            previous = bytes(digest)
            digests[previous.hex()] = number
    return len(digests), digests


def _signed(public: Ed25519PublicKey, digest: bytes, signature: bytes) -> bool:
    try:
        public.verify(signature, digest)
    except InvalidSignature:
        return False
    return True


def _verify_entries(
    connection: psycopg.Connection[Any], ids: Sequence[int], leaves: Sequence[bytes]
) -> list[str]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM core_auditentry e WHERE e.id = ANY(%s)", [list(ids)])
    found = {row[0]: leaf_hash(row) for row in rows}
    violations = []
    for number, leaf in zip(ids, leaves, strict=False):
        if number not in found:
            violations.append(f"entry {number}: it was sealed and is missing")
        elif found[number] != leaf:
            violations.append(f"entry {number}: it was changed after it was sealed")
    return violations


def _unsealed(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute(
        "SELECT e.id, extract(epoch FROM now() - p.since)::bigint FROM core_auditentry e "
        "LEFT JOIN core_auditpending p ON p.entry_id = e.id "
        "WHERE e.id NOT IN (SELECT unnest(entries) FROM core_auditseal) "
        "AND (p.since IS NULL OR p.since < now() - make_interval(secs => %s)) ORDER BY e.id LIMIT 1000",
        [UNSEALED_LIMIT_S],
    )
    violations = []
    for number, waited in rows:
        why = "it never waited for a seal" if waited is None else f"unsealed for {waited} s"
        violations.append(f"entry {number}: {why}")
    gone = connection.execute(
        "SELECT p.entry_id FROM core_auditpending p LEFT JOIN core_auditentry e ON e.id = p.entry_id "
        "WHERE e.id IS NULL ORDER BY 1 LIMIT 1000"
    )
    return violations + [f"entry {number}: it waited for its seal and is missing" for (number,) in gone]
