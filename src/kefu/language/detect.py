"""Which of the two languages of the house a text is written in."""

import re
from typing import Literal

Language = Literal["zh", "en"]

_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0002fa1f]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def language_of(text: str) -> Language:
    """'zh' or 'en' of a text; a Chinese name inside an English sentence does not make it Chinese.

    English without any Chinese character, or with four Latin words or more and at least two for each Chinese
    character. Digits and signs alone count as Chinese, the language of the house.
    """
    han = len(_HAN.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    if not han:
        return "en" if latin else "zh"
    return "en" if latin >= 4 and latin >= 2 * han else "zh"
