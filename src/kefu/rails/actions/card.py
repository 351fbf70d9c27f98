"""Linking a card by a code that the bank sends. The number passes through sealed and is never kept."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.rails import events as facts
from kefu.rails.connectors import CardAnswer, PermanentError, TemporaryError, bank
from kefu.rails.models import ASKED, CONFIRMING, LINKED, REFUSED, SENT, CardCheck
from kefu.rails.queries import CardCheckView, see_card_check
from kefu.rails.refusals import CardCheckOver, CardCodeWrong, CardHolderMissing, CardNumberWrong
from kefu.rails.rules import CLAIM_SECONDS
from kefu.rails.sealing import seal, unseal

CHECK_MINUTES = 10
TRY_AGAIN_SECONDS = 10
HOLDER_LENGTH_MAX = 40
CODE_WRONG = "code_wrong"
EXPIRED = "expired"

_CLAIM = """
UPDATE rails_cardcheck SET try_again_at = %s WHERE id IN (
    SELECT id FROM rails_cardcheck WHERE try_again_at <= %s
    ORDER BY try_again_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def open_card_check(
    *,
    actor: Actor,
    owner_ref: str,
    pan: str,
    holder: str,
    phone: str,
    now: datetime,
    connector_code: str = "sandbox",
    keep_holder: bool = False,
) -> CardCheckView:
    """Begin to link a card to `owner_ref`; the worker tells the bank, which sends a code to the holder. A bank that
    knows another holder refuses it (`holder_mismatch`). `keep_holder`: the name is needed after that.

    Refuses `rails.card.number_wrong`, `rails.card.holder_missing`.
    """
    digits, mobile = re.sub(r"[ \-]", "", pan), re.sub(r"^\+86|[ \-]", "", phone)
    if not re.fullmatch(r"[0-9]{15,19}", digits) or not _luhn_holds(digits):
        raise CardNumberWrong()
    if not 1 <= len(holder.strip()) <= HOLDER_LENGTH_MAX or not re.fullmatch(r"1[3-9][0-9]{9}", mobile):
        raise CardHolderMissing()
    with transaction.atomic():
        row = CardCheck(
            owner_ref=owner_ref,
            connector=connector_code,
            last4=digits[-4:],
            holder=holder.strip() if keep_holder else "",
            created_at=now,
            expires_at=now + timedelta(minutes=CHECK_MINUTES),
            try_again_at=now + timedelta(seconds=TRY_AGAIN_SECONDS),
        )
        told = {"pan": digits, "holder": holder.strip(), "phone": mobile}
        row.sealed = seal(row.id, told)
        row.save(force_insert=True)
        audit.record(actor=actor, action="rails.open_card_check", subject=f"card_check:{row.id}", now=now)
        events.announce(kind=facts.CARD_CHECK_OPENED, key=str(row.id), topics=[], payload={"check": row.id}, now=now)
    return see_card_check(row)


def give_card_code(*, actor: Actor, owner_ref: str, check_id: UUID, code: str, now: datetime) -> CardCheckView:
    """Hand in the code that the bank sent. The answer follows (`rails.card_check_changed`).

    Refuses `rails.card.code_wrong` (not six digits), `rails.card.check_over`, `core.thing.not_found`.
    """
    if not re.fullmatch(r"[0-9]{6}", code.strip()):
        raise CardCodeWrong()
    with transaction.atomic():
        row = CardCheck.objects.select_for_update().filter(pk=check_id, owner_ref=owner_ref).first()
        if row is None:
            raise NotFound()
        sealed = seal(row.id, {"code": code.strip()})
        again = now + timedelta(seconds=TRY_AGAIN_SECONDS)
        if now >= row.expires_at or not transition(
            CardCheck, row.id, SENT, CONFIRMING, sealed=sealed, reason="", try_again_at=again
        ):
            raise CardCheckOver(check=row.id)
        audit.record(actor=actor, action="rails.give_card_code", subject=f"card_check:{row.id}", now=now)
        events.announce(kind=facts.CARD_CODE_GIVEN, key=str(row.id), topics=[], payload={"check": row.id}, now=now)
        row.refresh_from_db()
    return see_card_check(row)


def claim_card_checks(*, now: datetime, limit: int = 50) -> Sequence[UUID]:
    """Take up to `limit` checks that wait for the bank, or that have run out."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + timedelta(seconds=TRY_AGAIN_SECONDS), now, limit])
        return [row[0] for row in cursor.fetchall()]


def carry_card_check(*, check_id: UUID, now: datetime) -> CardCheckView:
    """*Network.* Tell the bank what waits in the check, and forget it. Safe to repeat and to call twice at once."""
    row = CardCheck.objects.filter(pk=check_id).first()
    if row is None:
        raise NotFound()
    if now >= row.expires_at and row.status in (ASKED, SENT):
        return _move(row, REFUSED, reason=EXPIRED, try_again_at=None, now=now)
    if row.status not in (ASKED, CONFIRMING) or row.sealed is None:
        return see_card_check(row)
    if not _claim(row, now=now):
        row.refresh_from_db()
        return see_card_check(row)
    told = unseal(row.id, bytes(row.sealed))
    house = bank(row.connector)
    try:
        if row.status == ASKED:
            return _sent(row, house.open_card_check(**told), now=now)
        return _linked(row, house.confirm_card_check(outside_id=row.outside_id, code=told["code"]), now=now)
    except PermanentError as refused:
        if refused.code == CODE_WRONG and refused.tries_left:
            left = refused.tries_left
            return _move(row, SENT, reason=CODE_WRONG, tries_left=left, try_again_at=row.expires_at, now=now)
        return _move(row, REFUSED, reason=refused.code, try_again_at=None, now=now)
    except TemporaryError:
        if now < row.expires_at:
            CardCheck.objects.filter(pk=row.pk).update(claimed_until=None)
            return see_card_check(row)  # its `try_again_at` brings it back
        return _move(row, REFUSED, reason=EXPIRED, try_again_at=None, now=now)


def _claim(row: CardCheck, *, now: datetime) -> bool:
    """Two at once would have the bank send two codes, of which only one is right."""
    free = CardCheck.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), pk=row.pk, status=row.status)
    return free.update(claimed_until=now + timedelta(seconds=CLAIM_SECONDS)) == 1


def _sent(row: CardCheck, answer: CardAnswer, *, now: datetime) -> CardCheckView:
    expires = answer.expires_at or row.expires_at
    return _move(
        row,
        SENT,
        outside_id=answer.outside_id,
        phone_masked=answer.phone_masked,
        expires_at=expires,
        try_again_at=expires,
        now=now,
    )


def _linked(row: CardCheck, answer: CardAnswer, *, now: datetime) -> CardCheckView:
    return _move(
        row,
        LINKED,
        token=answer.token,
        last4=answer.last4,
        bank=answer.bank,
        kind=answer.kind,
        try_again_at=None,
        now=now,
    )


def _move(row: CardCheck, to: str, *, now: datetime, **changes: Any) -> CardCheckView:
    with transaction.atomic():
        if transition(CardCheck, row.id, row.status, to, sealed=None, claimed_until=None, **changes):
            payload = {"owner_ref": row.owner_ref, "check": row.id}
            events.announce(
                kind=facts.CARD_CHECK_CHANGED,
                key=row.owner_ref,
                topics=[row.owner_ref],
                payload=payload,
                now=now,
            )
    row.refresh_from_db()
    return see_card_check(row)


def _luhn_holds(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
