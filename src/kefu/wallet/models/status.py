"""The statuses of an order, and which may follow which."""

import functools
import operator

from django.db.models import Q

CREATED, HELD, SUBMITTED, UNKNOWN, MANUAL = "CREATED", "HELD", "SUBMITTED", "UNKNOWN", "MANUAL"
ACKNOWLEDGED = "ACKNOWLEDGED"
SUCCEEDED, FAILED, CANCELLED, RETURNED = "SUCCEEDED", "FAILED", "CANCELLED", "RETURNED"
STATUSES = (CREATED, HELD, SUBMITTED, UNKNOWN, ACKNOWLEDGED, MANUAL, SUCCEEDED, FAILED, CANCELLED, RETURNED)
OUTSIDE = (SUBMITTED, UNKNOWN, ACKNOWLEDGED, MANUAL)
OPEN = (CREATED, HELD, *OUTSIDE)
CAME_TO_NOTHING = (FAILED, CANCELLED, RETURNED)
"""Orders whose money stayed or came back whole: what they took of a free quota or a limit is free again."""

TRANSITIONS = frozenset(
    {
        (CREATED, HELD),
        (CREATED, SUBMITTED),
        (CREATED, UNKNOWN),
        (CREATED, MANUAL),
        (CREATED, SUCCEEDED),
        (CREATED, FAILED),
        (CREATED, CANCELLED),
        (HELD, SUBMITTED),
        (HELD, UNKNOWN),
        (HELD, MANUAL),
        (HELD, SUCCEEDED),
        (HELD, FAILED),
        (HELD, CANCELLED),
        (SUBMITTED, UNKNOWN),
        (SUBMITTED, MANUAL),
        (SUBMITTED, SUCCEEDED),
        (SUBMITTED, FAILED),
        (HELD, ACKNOWLEDGED),
        (SUBMITTED, ACKNOWLEDGED),
        (UNKNOWN, ACKNOWLEDGED),
        (ACKNOWLEDGED, MANUAL),
        (ACKNOWLEDGED, SUCCEEDED),
        (ACKNOWLEDGED, FAILED),
        (UNKNOWN, MANUAL),
        (UNKNOWN, SUCCEEDED),
        (UNKNOWN, FAILED),
        (MANUAL, SUCCEEDED),
        (MANUAL, FAILED),
        (FAILED, SUCCEEDED),
        (SUCCEEDED, RETURNED),
    }
)
# The database keeps the same table: a status stands beside the one it came from.
LEGAL = functools.reduce(
    operator.or_,
    (Q(previous=before, status=after) for before, after in sorted(TRANSITIONS)),
    Q(previous="", status=CREATED),
)
