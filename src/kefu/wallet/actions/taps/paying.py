"""A tap: its proof is checked, its counter used up, and what waits at the terminal is paid, once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, keyed
from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import queries as identity
from kefu.wallet import models as m
from kefu.wallet.actions import telling
from kefu.wallet.actions.shop.counter import PAYERS_OWN, pay_or_ask
from kefu.wallet.actions.shop.sale import check_payable
from kefu.wallet.actions.taps.device import key_of
from kefu.wallet.actions.taps.doubt import check_doubts, forget_doubts, note_doubt
from kefu.wallet.actions.taps.refusals import (
    NothingWaits,
    TapDiffers,
    TapForged,
    TapPayerCannot,
    TapReplayed,
    TapSuspended,
    TapUnknown,
    TapUnreadable,
)
from kefu.wallet.actions.wallet import lock
from kefu.wallet.models import TapToken, TapWait
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.wallet.rules import tap as rules
from kefu.wallet.rules.limit import TAP_DAY_SERIES, TAP_ORDER_SERIES
from kefu.wallet.rules.tap import Tap


@dataclass(frozen=True, kw_only=True)
class Tapped:
    """What became of a tap. `order_id` None: its payer has been asked for their PIN, under the sale's `token`."""

    sale_id: UUID
    token: str
    order_id: UUID | None


def take_tap(*, actor: Actor, key: UUID, tap: Tap, now: datetime) -> Tapped:
    """Pay what waits at the terminal by the device's tap: for the merchant whose terminal it is, or the customer whose
    device it is. The same key gives the same answer; a counter is good once, whoever brings it.

    Refuses `wallet.tap.unreadable`, `.nothing_waits`, `.unknown`, `.suspended`, `.doubted`, `.forged` and `.replayed`
    (both recorded, the second told to the customer), `.differs`, `wallet.merchant.closed`, and
    `wallet.tap.payer_cannot` (they alone are told why).
    """
    merchant_id = _may(actor, now=now)
    if not tap.is_readable:
        raise TapUnreadable()
    try:
        with transaction.atomic():
            known = keyed.claim(principal=actor.ref, key=key, body=vars(tap))
            if known is None:
                done = _pay(actor, tap, _token(actor, tap), merchant_id, now=now)
                known = {"sale": str(done.sale_id), "token": done.token, "order": str(done.order_id or "")}
                keyed.settle(principal=actor.ref, key=key, answer=known)
    except (TapForged, TapReplayed) as refused:
        _note_misuse(actor, tap, refused, merchant_id, now=now)
        raise
    except PAYERS_OWN as refused:
        _note_failed(tap, refused, now=now)
        raise TapPayerCannot(why=refused.code) from refused
    order_id = UUID(known["order"]) if known["order"] else None
    return Tapped(sale_id=UUID(known["sale"]), token=known["token"], order_id=order_id)


def _may(actor: Actor, *, now: datetime) -> UUID | None:
    """The merchant whose terminals the actor acts for; None for a customer."""
    if actor.kind == "merchant":
        return merchant_of(actor, "wallet.take_tap", now=now).id
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.take_tap", now=now)
    return None


def _token(actor: Actor, tap: Tap) -> TapToken:
    token = TapToken.objects.filter(digest=rules.digest_of(tap.number)).first()
    if token is None or (actor.kind == "customer" and token.customer_id != actor.uuid):
        raise TapUnknown()
    return token


def _pay(actor: Actor, tap: Tap, token: TapToken, merchant_id: UUID | None, *, now: datetime) -> Tapped:
    # The payer's row first, as for every order of theirs: suspending the device queues behind it, too.
    wallet = lock(token.customer_id)
    token.refresh_from_db()
    if token.status != TapToken.ACTIVE:
        raise TapSuspended()
    check_doubts(token, merchant_id, now=now)
    if not rules.is_proved(key_of(token), tap):
        raise TapForged()
    # Of the same tap twice at once, one finds its counter used.
    if not TapToken.objects.filter(pk=token.pk, counter__lt=tap.counter).update(counter=tap.counter):
        raise TapReplayed()
    forget_doubts(token, merchant_id)
    wait = _waiting(tap, merchant_id, token, now=now)
    sale = wait.sale
    check_payable(sale, now=now)
    try:
        payer = identity.customer_actor(token.customer_id)
    except NotFound as gone:
        raise TapPayerCannot(why=gone.code) from gone
    data = {"sale": sale.id, "amount": sale.amount, "customer": token.customer_id, "counter": tap.counter}
    audit.record(actor=actor, action="wallet.take_tap", subject=f"tap:{token.id}", now=now, data=data)
    without_pin = (TAP_ORDER_SERIES, TAP_DAY_SERIES)
    order_id = pay_or_ask(payer, sale, wallet, mode=m.TAP, without_pin=without_pin, now=now)
    if order_id is None:
        values = {"merchant": sale.merchant.name, "amount": Money(sale.amount, sale.currency).text()}
        telling.tell(token.customer_id, "tap_waiting", actor=SYSTEM, ref=f"tap_sale:{sale.id}", now=now, **values)
    return Tapped(sale_id=sale.id, token=sale.token, order_id=order_id)


def _waiting(tap: Tap, merchant_id: UUID | None, token: TapToken, *, now: datetime) -> TapWait:
    """What waits at the tap's terminal, taken for this token; of two devices at once one finds it taken."""
    rows = TapWait.objects.filter(terminal=tap.terminal, tapped_at=None, expires_at__gt=now)
    if merchant_id is not None:
        rows = rows.filter(sale__merchant_id=merchant_id)
    wait = rows.select_related("sale__merchant").first()
    if wait is None:
        raise NothingWaits()
    says = (tap.amount, tap.currency, tap.unpredictable)
    if says != (wait.sale.amount, wait.sale.currency, bytes(wait.unpredictable).hex()):
        raise TapDiffers()
    if not TapWait.objects.filter(pk=wait.pk, tapped_at=None).update(tapped_at=now, token=token):
        raise NothingWaits()
    return wait


def _note_misuse(actor: Actor, tap: Tap, refused: Refusal, merchant_id: UUID | None, *, now: datetime) -> None:
    """A tap that is not the device's, or was used before: kept in the trail; the owner is told where the device's own
    proof came again, or too many wrong ones came through one merchant. In a transaction of its own.
    """
    with transaction.atomic():
        token = TapToken.objects.get(digest=rules.digest_of(tap.number))
        data = {"by": actor.ref, "why": refused.code, "amount": tap.amount, "customer": token.customer_id}
        data["merchant"] = merchant_id
        audit.record(actor=actor, action="wallet.refuse_tap", subject=f"tap:{token.id}", now=now, data=data)
        if isinstance(refused, TapForged):
            note_doubt(token, merchant_id, now=now)
            return
        values = {"label": token.label, "last4": token.last4, "at": now.isoformat()}
        values["amount"] = Money(tap.amount, tap.currency).text()
        telling.tell(token.customer_id, "tap_replayed", actor=SYSTEM, ref=f"tap:{token.id}", now=now, **values)


def _note_failed(tap: Tap, why: Refusal, *, now: datetime) -> None:
    """The payer alone hears why. The tap is used up all the same: it must not pay later, when there is money."""
    with transaction.atomic():
        token = TapToken.objects.get(digest=rules.digest_of(tap.number))
        TapToken.objects.filter(pk=token.pk, counter__lt=tap.counter).update(counter=tap.counter)
        values = {"amount": Money(tap.amount, tap.currency).text(), "why": why.reader_text()}
        telling.tell(token.customer_id, "tap_refused", actor=SYSTEM, ref=f"tap:{token.id}", now=now, **values)
