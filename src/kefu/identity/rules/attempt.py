"""How many tries are let through, and for how long no more."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Patience:
    """After `few` tries without success: a pause; after `many`: a long one. Older tries are forgotten."""

    few: int
    pause: timedelta
    many: int
    long_pause: timedelta
    forget_after: timedelta = timedelta(hours=24)


PER_ACCOUNT = Patience(5, timedelta(minutes=15), 10, timedelta(hours=24))
# One address may stand for a whole office or a mobile carrier's gateway, so it is given more than one
# account.
PER_SOURCE = Patience(50, timedelta(minutes=15), 200, timedelta(hours=24))
PER_PIN = Patience(5, timedelta(minutes=15), 10, timedelta(hours=24))

ONE_HOUR = timedelta(hours=1)
CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
CODE_PAUSE = timedelta(seconds=60)
CODES_PER_PHONE_HOUR = 5
CODES_PER_PHONE_DAY = 10
CODES_PER_SOURCE_HOUR = 200
