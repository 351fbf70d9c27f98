"""Asking a biller or lender about an account: a number in, a token and what is owed out. The number is never kept."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.connectors import AccountAnswer, PermanentError, TemporaryError, payee
from kefu.rails.models import ASKED, FOUND, REFUSED, AccountCheck
from kefu.rails.queries import AccountCheckView, see_account_check
from kefu.rails.refusals import AccountNumberWrong
from kefu.rails.sealing import seal, unseal

GOOD_FOR_MINUTES = 10
ANSWER_WITHIN_SECONDS = 60
TRY_AGAIN_SECONDS = 5
UNREACHABLE = "unreachable"

_CLAIM = """
UPDATE rails_accountcheck SET try_again_at = %s WHERE id IN (
    SELECT id FROM rails_accountcheck WHERE try_again_at <= %s
    ORDER BY try_again_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def open_account_check(
    *,
    actor: Actor,
    owner_ref: str,
    connector_code: str,
    payee_code: str,
    number: str = "",
    token: str = "",
    now: datetime,
) -> AccountCheckView:
    """Ask about the account with this number, or of a token given before; the worker carries the question.

    What is found holds for ten minutes. Refuses `rails.account.number_wrong`.
    """
    digits = re.sub(r"[ \-]", "", number)
    if not token and not re.fullmatch(r"[0-9]{4,20}", digits):
        raise AccountNumberWrong()
    with transaction.atomic():
        row = AccountCheck(
            owner_ref=owner_ref,
            connector=connector_code,
            payee=payee_code,
            created_at=now,
            expires_at=now + timedelta(minutes=GOOD_FOR_MINUTES),
            try_again_at=now + timedelta(seconds=TRY_AGAIN_SECONDS),
        )
        row.sealed = seal(row.id, {"number": "" if token else digits, "token": token})
        row.save(force_insert=True)
        audit.record(actor=actor, action="rails.open_account_check", subject=f"account_check:{row.id}", now=now)
        payload = {"check": row.id}
        events.announce(kind=facts.ACCOUNT_CHECK_OPENED, key=str(row.id), topics=[], payload=payload, now=now)
    return see_account_check(row)


def claim_account_checks(*, now: datetime, limit: int = 50) -> Sequence[UUID]:
    """Take up to `limit` checks that still wait for an answer."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + timedelta(seconds=TRY_AGAIN_SECONDS), now, limit])
        return [row[0] for row in cursor.fetchall()]


def carry_account_check(*, check_id: UUID, now: datetime) -> AccountCheckView:
    """*Network.* Ask, and write the answer down. Safe to repeat: a question changes nothing outside.

    A house that gives no answer within a minute is said to be unreachable.
    """
    row = AccountCheck.objects.filter(pk=check_id).first()
    if row is None:
        raise NotFound()
    if row.status != ASKED or row.sealed is None:
        return see_account_check(row)
    asked = unseal(row.id, bytes(row.sealed))
    at = row.created_at if rules.is_history(row.created_at, written_at=row.written_at) else None
    try:
        return _move(row, FOUND, now=now, **_facts(payee(row.connector).check_account(payee=row.payee, at=at, **asked)))
    except PermanentError as refused:
        return _move(row, REFUSED, now=now, reason=refused.code)
    except TemporaryError:
        if now < row.created_at + timedelta(seconds=ANSWER_WITHIN_SECONDS):
            return see_account_check(row)  # its `try_again_at` brings it back
        return _move(row, REFUSED, now=now, reason=UNREACHABLE)


def _facts(answer: AccountAnswer) -> dict[str, Any]:
    return {**vars(answer), "amounts": list(answer.amounts)}


def _move(row: AccountCheck, to: str, *, now: datetime, **changes: Any) -> AccountCheckView:
    with transaction.atomic():
        if transition(AccountCheck, row.id, row.status, to, sealed=None, try_again_at=None, **changes):
            payload = {"owner_ref": row.owner_ref, "check": row.id}
            events.announce(
                kind=facts.ACCOUNT_CHECK_CHANGED, key=row.owner_ref, topics=[row.owner_ref], payload=payload, now=now
            )
    row.refresh_from_db()
    return see_account_check(row)
