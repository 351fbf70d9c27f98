"""The font of every paper: the one that comes with the product, or `FONT_PATH`; and which characters it lacks."""

import functools
import struct
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import typst
from django.conf import settings

from kefu.receipts.refusals import PrintingFailed

SHIPPED = ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")
MISSING = "□"


@dataclass(frozen=True)
class Font:
    """A family as the printer knows it. `starts` and `ends`: the ranges of characters that it draws."""

    fonts: typst.Fonts
    family: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def draws(self, character: str) -> bool:
        at = bisect_right(self.starts, ord(character)) - 1
        return at >= 0 and ord(character) <= self.ends[at]

    def fit(self, text: str) -> str:
        """The text without controls, and a box for each character that the font lacks: a gap nobody sees is worse."""
        kept = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
        missing = MISSING if self.draws(MISSING) else "?"
        return "".join(c if self.draws(c) else missing for c in kept)


def font() -> Font:
    """The font in force, read once. Refuses `receipts.paper.not_printed` when `FONT_PATH` holds none."""
    return _load(str(settings.FONT_PATH))


@functools.lru_cache(maxsize=2)
def _load(named: str) -> Font:
    path = Path(named) if named else _shipped()
    folder = path if path.is_dir() else path.parent
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    fit = [one for one in fonts.fonts() if path.is_dir() or Path(one.path or "").name == path.name]
    if not fit or fit[0].path is None:
        raise PrintingFailed(reason=f"no font in {path}; FONT_PATH names a .otf or .ttf file or its folder")
    ranges = character_ranges(Path(fit[0].path).read_bytes(), fit[0].index)
    return Font(fonts, fit[0].family, tuple(r[0] for r in ranges), tuple(r[1] for r in ranges))


def _shipped() -> Path:
    package, name = SHIPPED
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise PrintingFailed(reason=f"{package} is not installed and FONT_PATH names no font")
    return Path(spec.origin).with_name(name)


def character_ranges(data: bytes, index: int = 0) -> list[tuple[int, int]]:
    """The character ranges of a font's `cmap` (OpenType 1.9, formats 12 and 4), in order."""
    start = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    for place in range(struct.unpack_from(">H", data, start + 4)[0]):
        tag, _sum, offset, _length = struct.unpack_from(">4sIII", data, start + 12 + 16 * place)
        if tag == b"cmap":
            return sorted(_ranges(data, offset))
    return []


def _ranges(data: bytes, cmap: int) -> list[tuple[int, int]]:
    found: dict[int, int] = {}
    for place in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        offset = cmap + struct.unpack_from(">I", data, cmap + 8 + 8 * place)[0]
        found.setdefault(struct.unpack_from(">H", data, offset)[0], offset)
    if 12 in found:
        count = struct.unpack_from(">I", data, found[12] + 12)[0]
        groups = (struct.unpack_from(">III", data, found[12] + 16 + 12 * n) for n in range(count))
        return [(first, last) for first, last, glyph in groups if glyph]
    if 4 in found:
        half = struct.unpack_from(">H", data, found[4] + 6)[0] // 2
        ends = struct.unpack_from(f">{half}H", data, found[4] + 14)
        starts = struct.unpack_from(f">{half}H", data, found[4] + 16 + 2 * half)
        return [pair for pair in zip(starts, ends, strict=True) if pair[0] != 0xFFFF]
    return []
