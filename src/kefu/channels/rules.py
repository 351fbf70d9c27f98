"""What may come in, judged without looking anything up."""

import re
from datetime import timedelta

LONGEST_BODY = 4000
MOST_FILES = 6
RATE_LIMIT, RATE_WINDOW_S = 60, 60
WAITS_TOO_LONG = timedelta(seconds=30)
# What a page or a terminal would obey instead of show; tab and line feed are text.
_CONTROLS = re.compile(r"[\x01-\x08\x0b-\x1f\x7f\x80-\x9f\ufeff\ufff9-\ufffb]")


def clean_body(given: str) -> str:
    """One form of line ends, no control characters, no space around it."""
    return _CONTROLS.sub("", given.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_text(given: str) -> bool:
    """Whether it can be kept as text at all: no NUL, no half of a surrogate pair."""
    return "\0" not in given and not re.search(r"[\ud800-\udfff]", given)
