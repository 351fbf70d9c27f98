"""One encrypted stream: AES-256-GCM in chunks whose order and end are part of what is authenticated.

File: a first line, four bytes of length, a JSON head in clear, then chunks of 1 MiB plus tag. Each file has a
key of its own, derived from the master key and a random salt; a chunk's nonce is its number and whether it is
the last; the head is bound to every chunk. So a file that was cut, reordered, spliced or changed does not
open.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kefu.cli.terminal import CannotRun

FIRST_LINE = b"KEFU-BACKUP-1\n"
CHUNK = 1 << 20
TAG = 16
LARGEST_HEAD = 65_536
SCRYPT = {"n": 1 << 15, "r": 8, "p": 1}
INSTALLATION, PASSPHRASE = "installation", "passphrase"


@dataclass(frozen=True)
class MasterKey:
    """What the file is locked with: 32 bytes of an installation, or a passphrase."""

    kind: str
    secret: bytes

    def bytes_for(self, salt: bytes, scrypt: dict[str, int]) -> bytes:
        if self.kind == INSTALLATION:
            return self.secret
        return Scrypt(salt=salt, length=32, n=scrypt["n"], r=scrypt["r"], p=scrypt["p"]).derive(self.secret)


def installation_key(text: str) -> MasterKey:
    """The key of an installation, as it stands in `secrets/backup_key`."""
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except ValueError as problem:
        raise CannotRun("the key file does not hold a backup key (32 bytes in base64)") from problem
    if len(secret) != 32:
        raise CannotRun("the key file does not hold a backup key (32 bytes in base64)")
    return MasterKey(INSTALLATION, secret)


def _file_key(master: bytes, salt: bytes) -> tuple[AESGCM, str]:
    """The cipher of one file, and the mark by which a wrong key is told from a damaged file."""
    both = HKDF(algorithm=hashes.SHA256(), length=40, salt=salt, info=b"kefu backup 1").derive(master)
    return AESGCM(both[:32]), both[32:].hex()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


class Sealer:
    """Writes the stream. `close` writes the last chunk: without it the file does not open."""

    def __init__(self, file: BinaryIO, key: MasterKey, facts: dict[str, object]) -> None:
        salt = os.urandom(32)
        self._cipher, mark = _file_key(key.bytes_for(salt, SCRYPT), salt)
        head = {
            **facts,
            "key": key.kind,
            "mark": mark,
            "salt": base64.b64encode(salt).decode(),
            "scrypt": SCRYPT,
        }
        encoded = json.dumps(head).encode()
        file.write(FIRST_LINE + len(encoded).to_bytes(4, "big") + encoded)
        self._bound = hashlib.sha256(encoded).digest()
        self._file = file
        self._number = 0
        self._pending = bytearray()
        self.written = 0

    def write(self, data: bytes) -> None:
        self._pending += data
        self.written += len(data)
        # A full chunk waits for one more byte: only then is it known not to be the last.
        while len(self._pending) > CHUNK:
            self._put(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]

    def close(self) -> None:
        self._put(bytes(self._pending), last=True)
        self._pending.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, self._bound))
        self._number += 1


def read_head(file: BinaryIO) -> dict[str, object]:
    """The part in clear: which kind of key, and the facts given to the sealer. Not authenticated by
    itself.
    """
    file.seek(0)
    if file.read(len(FIRST_LINE)) != FIRST_LINE:
        raise CannotRun("this is no backup of Kefu")
    size = int.from_bytes(file.read(4), "big")
    encoded = file.read(size) if size <= LARGEST_HEAD else b""
    try:
        head = json.loads(encoded)
        base64.b64decode(head["salt"], validate=True)
        usable = head["key"] in (INSTALLATION, PASSPHRASE) and head["scrypt"]["n"] <= 1 << 20
    except (ValueError, KeyError, TypeError) as problem:
        raise CannotRun("the backup is damaged in its first bytes") from problem
    if not usable:
        raise CannotRun("the backup is damaged in its first bytes")
    return dict(head)


def opened(file: BinaryIO, key: MasterKey) -> Iterator[bytes]:
    """The plain chunks, each proved before it is given. Raises `CannotRun` at the first that is not
    genuine.
    """
    head = read_head(file)
    if head["key"] != key.kind:
        raise CannotRun(
            f"the backup is locked with the {_name(str(head['key']))}, not with the {_name(key.kind)}"
        )
    salt = base64.b64decode(str(head["salt"]))
    scrypt = head["scrypt"]
    if not isinstance(scrypt, dict):
        raise CannotRun("the backup is damaged in its first bytes")
    cipher, mark = _file_key(key.bytes_for(salt, scrypt), salt)
    if mark != head["mark"]:
        raise CannotRun(f"this is not the {_name(key.kind)} that the backup was locked with")
    file.seek(len(FIRST_LINE))
    encoded = file.read(int.from_bytes(file.read(4), "big"))
    bound = hashlib.sha256(encoded).digest()
    number, chunk = 0, file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, bound)
        except InvalidTag as problem:
            raise CannotRun(
                f"the backup is damaged or cut short at byte {number * (CHUNK + TAG)}"
            ) from problem
        if not following:
            return
        number, chunk = number + 1, following


def _name(kind: str) -> str:
    return "installation's backup_key" if kind == INSTALLATION else "passphrase"
