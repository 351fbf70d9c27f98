"""Named pieces in one stream, for content whose length is not known when it begins.

A piece is: length of its name (2 bytes), name, blocks (4 bytes of length, bytes), a block of length 0. A name
of length 0 ends the archive. What is trusted is the sealed stream around it; the shape is checked all the
same.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from kefu.cli.terminal import CannotRun

LARGEST_BLOCK = 1 << 24


class ArchiveWriter:
    """Writes pieces with `put`, then `finish`."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def put(self, name: str, blocks: Iterable[bytes]) -> int:
        """One piece; returns its size in bytes."""
        encoded = name.encode()
        self._write(len(encoded).to_bytes(2, "big") + encoded)
        size = 0
        for block in blocks:
            if block:
                self._write(len(block).to_bytes(4, "big") + block)
                size += len(block)
        self._write(bytes(4))
        return size

    def finish(self) -> None:
        self._write(bytes(2))


class _Source:
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._buffer = bytearray()

    def take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise CannotRun("the backup ends in the middle of a piece")
            self._buffer += chunk
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def is_at_end(self) -> bool:
        return not self._buffer and next(self._chunks, None) is None


def read_archive(chunks: Iterable[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each piece as its name and its blocks; what the caller leaves of a piece is skipped.

    Reads to the very end of `chunks`, so that the last one is proved too. Names are relative and stay below.
    """
    source = _Source(chunks)
    while size := int.from_bytes(source.take(2), "big"):
        name = source.take(size).decode()
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise CannotRun(f"the backup names a path outside: {name!r}")
        blocks = _blocks(source)
        yield name, blocks
        for _ in blocks:
            continue
    if not source.is_at_end():
        raise CannotRun("the backup goes on after its end")


def _blocks(source: _Source) -> Iterator[bytes]:
    while size := int.from_bytes(source.take(4), "big"):
        if size > LARGEST_BLOCK:
            raise CannotRun("the backup holds a block that is too large")
        yield source.take(size)
