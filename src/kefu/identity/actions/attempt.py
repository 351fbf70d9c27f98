"""Tries are counted before the proof is looked at, and given back when it was right."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal
from kefu.identity.rules.attempt import Patience


class TooManyTries(Refusal):
    code = "identity.attempt.locked"
    status = 429
    text = _(
        "输错次数太多，为了保护账户，%(minutes)s 分钟后才能再试。"
        "您的资金不受影响；也可以换一种方式登录，或联系人工客服。"
    )
    operator = "tries are locked for %(minutes)s more minutes"


@dataclass(frozen=True)
class Try:
    """One admitted try, to be given back on success."""

    key: str
    locked_until: datetime | None


# Counting and judging is one statement: the row lock makes parallel tries queue, and each sees the count that
# the one before it left. A try that meets a running pause neither counts nor prolongs it.
_COUNT = """
INSERT INTO identity_attempt AS a (key, tries, admitted, locked_until, tried_at)
VALUES (%(key)s, 1, true, NULL, %(now)s)
ON CONFLICT (key) DO UPDATE SET
  (tries, admitted, locked_until, tried_at) = (
    SELECT
      CASE WHEN paused THEN a.tries ELSE counted END,
      NOT paused,
      CASE WHEN paused THEN a.locked_until
           WHEN counted >= %(many)s THEN %(now)s + %(long_pause)s
           WHEN counted %% %(few)s = 0 THEN %(now)s + %(pause)s
      END,
      CASE WHEN paused THEN a.tried_at ELSE %(now)s END
    FROM (SELECT
      coalesce(a.locked_until > %(now)s, false) AS paused,
      CASE WHEN a.tries >= %(many)s OR a.tried_at < %(now)s - %(forget_after)s THEN 1
           ELSE a.tries + 1 END AS counted
    ) AS judged
  )
RETURNING admitted, locked_until
"""

_GIVE_BACK = """
UPDATE identity_attempt SET tries = greatest(tries - 1, 0),
  locked_until = CASE WHEN locked_until = %(mine)s THEN NULL ELSE locked_until END
WHERE key = %(key)s
"""


def attempt_key(what: str, subject: str) -> str:
    """`subject` (a login, an address) is kept as a digest only."""
    return f"{what}:{hashlib.sha256(subject.encode()).hexdigest()[:40]}"


def count_try(*, what: str, subject: str, patience: Patience, now: datetime) -> Try:
    """Count one try under this key. Refuses with `identity.attempt.locked`.

    To be called outside the caller's transaction: a refusal afterwards must not take the count back.
    """
    key = attempt_key(what, subject)
    values: dict[str, Any] = {
        "key": key,
        "now": now,
        "few": patience.few,
        "pause": patience.pause,
        "many": patience.many,
        "long_pause": patience.long_pause,
        "forget_after": patience.forget_after,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        admitted, locked_until = cursor.fetchone()
    if not admitted:
        seconds = (locked_until - now).total_seconds()
        raise TooManyTries(minutes=max(1, -int(-seconds // 60)), until=locked_until)
    return Try(key, locked_until)


def forgive_tries(one: Try) -> None:
    """The proof was right: forget all tries under this key."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM identity_attempt WHERE key = %s", [one.key])


def give_back_try(one: Try) -> None:
    """The proof was right, but the key stands for many people: take back this one try only."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"key": one.key, "mine": one.locked_until})
