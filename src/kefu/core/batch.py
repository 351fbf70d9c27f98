"""Rows that come due by themselves: each is worked off alone, so that a bad one holds no other up."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import transaction

Row = TypeVar("Row")
log = logging.getLogger(__name__)


def each_by_itself(rows: Iterable[Row], work: Callable[[Row], int], *, what: str) -> int:
    """Do `work` on each row, in a transaction of its own; returns the sum of what it said (`True` counts one).

    One that fails, whatever it raises, changes nothing, is logged as `what` with its row, and is due again at the next
    call.
    """
    done = 0
    for row in list(rows):
        try:
            with transaction.atomic():
                done += work(row)
        except Exception:
            log.exception("%s: %s is left for the next time", what, row)
    return done
