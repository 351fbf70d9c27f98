"""Text cut into tokens: Chinese by words and pairs of characters, Latin by word stems, and both by sound."""

import functools
import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

_HAN = re.compile(r"[㐀-鿿]+")
_LATIN = re.compile(r"[a-z]+|[0-9]{2,}")
SOUND, INITIALS = "~", "^"


def _syllables_of(run: str) -> list[str]:
    # The tables of pypinyin and rjieba take 85 MB: only a process that searches loads them.
    from pypinyin import lazy_pinyin

    return lazy_pinyin(run)


@functools.cache
def _stopwords() -> frozenset[str]:
    """Words and pairs of characters that stand in every question: `stopwords.txt`."""
    return frozenset(Path(__file__).with_name("stopwords.txt").read_text("utf-8").split())


@functools.cache
def _simplified() -> dict[int, str]:
    """Traditional → simplified, from `traditional.txt` beside this file: pairs of characters."""
    text = Path(__file__).with_name("traditional.txt").read_text("utf-8")
    pairs = [line for line in text.split() if len(line) == 2]
    return {ord(pair[0]): pair[1] for pair in pairs}


def normal(text: str) -> str:
    """One form for one meaning: full-width, upper case and traditional characters disappear."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


def stem(word: str) -> str:
    """`transfers`, `transferred`, `transferring` → `transfer`; short words stay."""
    for ending, least in (("ies", 3), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            word = word.removesuffix(ending) + ("y" if ending == "ies" else "")
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def han_tokens(run: str) -> list[str]:
    """Pairs of neighbouring characters, and words of three or more; one lone character is a token itself."""
    if len(run) == 1:
        return [run]
    import rjieba

    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    words = [word for word in rjieba.cut_for_search(run) if len(word) > 2]
    return [token for token in pairs + words if token not in _stopwords()]


def latin_tokens(text: str) -> list[str]:
    return [stem(word) for word in _LATIN.findall(text) if word not in _stopwords()]


def plain_tokens(text: str) -> list[str]:
    """What the text says, by letters."""
    plain = normal(text)
    return [t for run in _HAN.findall(plain) for t in han_tokens(run)] + latin_tokens(plain)


def _pairs_by_sound(syllables: Sequence[str]) -> list[str]:
    return [SOUND + a + b for a, b in itertools.pairwise(syllables)]


def sound_tokens(text: str) -> list[str]:
    """Neighbouring syllables, so that a wrong character of the right sound is found."""
    return [t for run in _HAN.findall(normal(text)) for t in _pairs_by_sound(_syllables_of(run))]


def initial_tokens(phrases: Iterable[str]) -> list[str]:
    """First letters of whole phrases: 忘记密码 → `^wjmm`."""
    found = []
    for phrase in phrases:
        for run in _HAN.findall(normal(phrase)):
            if 2 <= len(run) <= 10:
                found.append(INITIALS + "".join(syllable[:1] for syllable in _syllables_of(run)))
    return found


@functools.cache
def _syllables() -> frozenset[str]:
    """Every syllable of Mandarin without its tone, from pypinyin's own table of characters."""
    from pypinyin import pinyin_dict

    raw = {part for value in pinyin_dict.pinyin_dict.values() for part in value.split(",")}
    bare = ("".join(c for c in unicodedata.normalize("NFD", s) if not unicodedata.combining(c)) for s in raw)
    known = {s for s in bare if s.isascii() and s.isalpha()}
    return frozenset(known - {"m", "n", "ng", "hm", "hng", "o", "e"}) | {"a", "lv", "nv"}


@functools.lru_cache(maxsize=4096)
def split_pinyin(letters: str) -> tuple[str, ...] | None:
    """`chongzhi` → (chong, zhi), by the fewest syllables; None when it is no pinyin."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            if before is None or letters[start:end] not in _syllables():
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = (*before, letters[start:end])
    return best[-1] or None


def query_tokens(text: str) -> dict[str, float]:
    """What to look for and how much each counts: letters fully, sounds less."""
    plain = normal(text)
    found: dict[str, float] = {}

    def add(tokens: Iterable[str], boost: float) -> None:
        for token in tokens:
            found[token] = max(found.get(token, 0.0), boost)

    add(plain_tokens(plain), 1.0)
    add(sound_tokens(plain), 0.35)
    words = re.findall(r"[a-z]+", plain)
    add((INITIALS + word for word in words if 2 <= len(word) <= 10), 0.8)
    split = [split_pinyin(word) for word in words]
    if words and all(split):
        add(_pairs_by_sound([s for parts in split if parts for s in parts]), 0.9)
    else:
        for parts in split:
            add(_pairs_by_sound(parts or ()), 0.5)
    return found


FIELDS = {"title": 3.0, "words": 3.0, "answer": 1.4, "body": 0.8}
_SATURATION = 1.2


def weights(*, title: str, words: Sequence[str], answer: str, body: str) -> dict[str, float]:
    """token → how much it says about this text. Repeating a word says little more than saying it once."""
    fields = {
        "title": [*plain_tokens(title), *sound_tokens(title)],
        "words": [t for w in words for t in (*plain_tokens(w), *sound_tokens(w))]
        + initial_tokens([*words, title]),
        "answer": [*plain_tokens(answer), *sound_tokens(answer)],
        "body": plain_tokens(body),
    }
    total: defaultdict[str, float] = defaultdict(float)
    for name, tokens in fields.items():
        for token, times in Counter(tokens).items():
            total[token] += FIELDS[name] * times / (times + _SATURATION)
    return dict(total)
