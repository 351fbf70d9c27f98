"""Paying by a code that the customer shows and the merchant takes: once, at once, or after the payer's PIN."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import queries as identity
from kefu.trust import actions as trust
from kefu.wallet import models as m
from kefu.wallet.actions import forbidden, telling
from kefu.wallet.actions.codes.refusals import CodeAltered, CodeExpired, CodePayerCannot, CodeUnknown, CodeUsed
from kefu.wallet.actions.shop.counter import PAYERS_OWN, pay_or_ask, sale_at
from kefu.wallet.actions.shop.refusals import MerchantClosed
from kefu.wallet.actions.shop.sale import subject_of
from kefu.wallet.actions.wallet import ensure, lock
from kefu.wallet.models import Merchant, PayCode, Sale
from kefu.wallet.queries.code import PayCodeView
from kefu.wallet.queries.limits.limit import own_limits
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.wallet.refusals import PermissionOff
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import code as rules
from kefu.wallet.rules.limit import CODE_SERIES
from kefu.wallet.rules.outlet import outlet_of
from kefu.wallet.rules.shop import PAYMENT_MOST


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What a merchant takes by a code, as typed or scanned."""

    code: str
    amount: Money
    subject: str


@dataclass(frozen=True, kw_only=True)
class ChargeView:
    """What became of it. `order_id` None: the payer has been asked for their PIN."""

    sale_id: UUID
    order_id: UUID | None


def issue_pay_code(*, actor: Actor, now: datetime) -> PayCodeView:
    """A code to show at a counter: twenty digits, good once and for a minute.

    Refuses `wallet.account.*` and `wallet.permission.off`, so that nobody stands at a counter with a code that
    cannot pay.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.issue_pay_code", now=now)
    forbidden.check(actor.uuid, "out", now=now)
    outlet = outlet_of(m.PAYMENT, m.CODE)
    own = own_limits(actor.uuid).get(outlet.code)
    if own is not None and not own.allowed:
        raise PermissionOff(outlet=str(outlet.name))
    digits, until = rules.new_pay_code(), now + rules.PAY_CODE_LASTS
    with transaction.atomic():
        ensure(actor, actor.uuid, now=now)
        row = PayCode.objects.create(
            customer_id=actor.uuid, digest=rules.digest_of(digits), created_at=now, expires_at=until
        )
        audit.record(actor=actor, action="wallet.issue_pay_code", subject=f"pay_code:{row.id}", now=now)
    return PayCodeView(id=row.id, digits=digits, expires_at=until)


def charge_code(*, actor: Actor, key: UUID, given: Charge, now: datetime) -> ChargeView:
    """Take `given.amount` from who shows the code. The same key gives the same answer; a code is used once.

    Within what the customer may pay by code without their PIN it is paid now; above, they are asked for it on their
    page. Refuses `core.amount.*`, `wallet.sale.unfit`, `wallet.merchant.closed`, `wallet.code.altered`, `.unknown`,
    `.expired`, `.used` (recorded, and told to the customer) and `.payer_cannot` (they alone are told why).
    """
    merchant = merchant_of(actor, "wallet.charge_code", now=now)
    minor, subject = amounts.check(given.amount, most=PAYMENT_MOST), subject_of(given.subject)
    if merchant.status != Merchant.OPEN:
        raise MerchantClosed()
    digest = rules.read_pay_code(given.code)
    if digest is None:
        raise CodeAltered()
    body = {"code": digest.hex(), "amount": minor, "subject": subject}
    try:
        with transaction.atomic():
            known = keyed.claim(principal=actor.ref, key=key, body=body)
            if known is None:
                sale = sale_at(merchant, minor, subject, prefix="C", lasts=rules.CONFIRM_WITHIN, now=now)
                order_id = _charge(actor, digest, sale, now=now)
                known = {"sale": str(sale.id), "order": str(order_id or "")}
                keyed.settle(principal=actor.ref, key=key, answer=known)
    except CodeUsed:
        _note_replay(actor, merchant, digest, minor, now=now)
        raise
    except PAYERS_OWN as refused:
        _tell_payer(merchant, digest, minor, refused, now=now)
        raise CodePayerCannot(why=refused.code) from refused
    return ChargeView(sale_id=UUID(known["sale"]), order_id=UUID(known["order"]) if known["order"] else None)


def _charge(actor: Actor, digest: bytes, sale: Sale, *, now: datetime) -> UUID | None:
    code = PayCode.objects.filter(digest=digest).first()
    if code is None:
        raise CodeUnknown()
    # The payer's row first, as for every order of theirs; then the code, which one of two terminals finds used.
    wallet = lock(code.customer_id)
    sale.save(force_insert=True)
    if not PayCode.objects.filter(pk=code.pk, used_at=None, expires_at__gt=now).update(used_at=now, sale=sale):
        used = PayCode.objects.filter(pk=code.pk, used_at__isnull=False).exists()
        raise CodeUsed() if used else CodeExpired()
    try:
        payer = identity.customer_actor(code.customer_id)
    except NotFound as gone:
        raise CodePayerCannot(why=gone.code) from gone
    data = {"sale": sale.id, "amount": sale.amount, "customer": code.customer_id}
    audit.record(actor=actor, action="wallet.charge_code", subject=f"pay_code:{code.id}", now=now, data=data)
    trust.report_words(ref=f"sale:{sale.id}", writer_id=actor.uuid, words=sale.subject, now=now)
    order_id = pay_or_ask(payer, sale, wallet, mode=m.CODE, without_pin=(CODE_SERIES,), now=now)
    if order_id is None:
        values = {"merchant": sale.merchant.name, "amount": Money(sale.amount, sale.currency).text()}
        telling.tell(code.customer_id, "code_waiting", actor=SYSTEM, ref=f"pay_code:{code.id}", now=now, **values)
    return order_id


def _note_replay(actor: Actor, merchant: Merchant, digest: bytes, amount: int, *, now: datetime) -> None:
    """A used code came again: kept in the trail, and told to whose it is. In a transaction of its own."""
    with transaction.atomic():
        code = PayCode.objects.get(digest=digest)
        data = {"merchant": merchant.id, "amount": amount, "customer": code.customer_id, "sale": code.sale_id}
        audit.record(actor=actor, action="wallet.refuse_replay", subject=f"pay_code:{code.id}", now=now, data=data)
        values = {"at": now.isoformat(), "merchant": merchant.name, "amount": Money(amount, merchant.currency).text()}
        telling.tell(code.customer_id, "code_replayed", actor=SYSTEM, ref=f"pay_code:{code.id}", now=now, **values)


def _tell_payer(merchant: Merchant, digest: bytes, amount: int, why: Refusal, *, now: datetime) -> None:
    with transaction.atomic():
        code = PayCode.objects.get(digest=digest)
        values = {"merchant": merchant.name, "amount": Money(amount, merchant.currency).text()}
        values["why"] = why.reader_text()
        telling.tell(code.customer_id, "code_refused", actor=SYSTEM, ref=f"pay_code:{code.id}", now=now, **values)


def forget_codes(*, now: datetime, limit: int = 1000) -> int:
    """Forget codes that ran out unused; returns how many."""
    due = PayCode.objects.filter(used_at=None, expires_at__lte=now - rules.KEPT_FOR).values("pk")[:limit]
    return PayCode.objects.filter(pk__in=due, used_at=None).delete()[0]
