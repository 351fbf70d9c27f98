"""Refunds as they are asked and answered: the customer asks the merchant, against a clock; or the merchant gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kefu.core import audit, events, keyed
from kefu.core.actor import SYSTEM, Actor
from kefu.core.batch import each_by_itself
from kefu.core.ids import order_no
from kefu.core.models import StoredFile
from kefu.core.money import Money
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import queries as identity
from kefu.sla import actions as sla
from kefu.sla import queries as clocks
from kefu.trust import actions as trust
from kefu.wallet import events as facts
from kefu.wallet import models as m
from kefu.wallet.actions import book
from kefu.wallet.actions.shop.payback import (
    ANSWER_CLOCK,
    changed,
    check_left,
    lock_payment,
    lock_refund,
    pay_back,
    stop_answer_clock,
    tell,
)
from kefu.wallet.actions.shop.refusals import NotRefundable, RefundMoved, RefundOpen, RefundWordsUnfit
from kefu.wallet.models import Order, Payment, Refund, RefundNote
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.shop.merchant import merchant_of
from kefu.wallet.queries.shop.refund import refund_for, window_end
from kefu.wallet.queries.shop.values import RefundView
from kefu.wallet.queries.values import OrderView
from kefu.wallet.rules import amount as amounts
from kefu.wallet.rules import shop as rules


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What a customer asks back of which payment, why, and what shows it (ids of their own stored files)."""

    order_id: UUID
    amount: Money
    reason: str
    words: str
    file_ids: Sequence[UUID] = ()


def request_refund(*, actor: Actor, key: UUID, asking: Asking, now: datetime) -> OrderView:
    """Ask the merchant for money back; their clock starts. The order of kind refund tells how it goes on.

    The payment PIN is wanted for `refund:<order of the payment>`. Refuses `core.thing.not_found`, `core.amount.*`,
    `identity.level.insufficient`, `wallet.refund.not_refundable`, `.too_much`, `.made_good`, `.open`, `.words_unfit`.
    """
    if actor.kind != "customer":
        raise NotFound()
    minor = amounts.check(asking.amount, most=rules.PAYMENT_MOST)
    body = {"refund": asking.order_id, "amount": minor, "reason": asking.reason, "words": asking.words}
    with transaction.atomic():
        known = keyed.claim(principal=actor.ref, key=key, body=body)
        if known is not None:
            return order_for(actor, UUID(known["order"]))
        payment = lock_payment(asking.order_id)
        if payment.order.customer_id != actor.uuid:
            raise NotFound()
        identity.require(actor=actor, action="wallet.request_refund", ref=f"refund:{asking.order_id}", now=now)
        why = rules.why_not_refundable(
            captured=payment.captured, refunded=payment.refunded, until=window_end(payment), now=now
        )
        if why or asking.reason not in rules.ASKABLE:
            raise NotRefundable(code=why or "reason", why=str(rules.WHY_NOT.get(why, "")))
        refund = _open(payment, minor, asking.reason, by=RefundNote.CUSTOMER, actor=actor, now=now)
        _note(actor, refund, RefundNote.CUSTOMER, asking.words, asking.file_ids, now=now)
        agreed = now + timedelta(hours=payment.merchant.answer_hours)
        ref = book.ref_of(refund.pk)
        sla.start_clock(actor=actor, ref=ref, clock_id=ANSWER_CLOCK, now=now, agreed=agreed)
        book.write_step(refund.order, "refund_asked", at=now, heard_at=now, source_ref=actor.ref)
        _record(actor, "wallet.request_refund", refund, now=now, reason=asking.reason)
        changed(refund, balance=False, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"order": str(refund.pk)})
    return order_for(actor, refund.pk)


def refund_payment(
    *, actor: Actor, key: UUID, order_id: UUID, amount: Money, words: str, now: datetime
) -> RefundView:
    """The merchant gives back of their own accord, all or part: at once, to the balance that paid.

    Refuses `core.thing.not_found`, `core.amount.*`, `wallet.refund.too_much`, `.made_good`, `.open`,
    `core.request.key_reused`.
    """
    merchant = merchant_of(actor, "wallet.refund_payment", now=now)
    minor = amounts.check(amount, most=rules.PAYMENT_MOST)
    with transaction.atomic():
        known = keyed.claim(principal=actor.ref, key=key, body={"give_back": order_id, "amount": minor})
        if known is not None:
            return refund_for(actor, UUID(known["order"]), now=now)
        payment = lock_payment(order_id, merchant_id=merchant.id)
        refund = _open(payment, minor, "merchant", by=RefundNote.MERCHANT, actor=actor, now=now)
        _note(actor, refund, RefundNote.MERCHANT, words, (), now=now)
        pay_back(refund, minor, actor=actor, by=RefundNote.MERCHANT, now=now)
        keyed.settle(principal=actor.ref, key=key, answer={"order": str(refund.pk)})
    return refund_for(actor, refund.pk, now=now)


def answer_refund(
    *, actor: Actor, order_id: UUID, agree: bool, words: str, file_ids: Sequence[UUID] = (), now: datetime
) -> RefundView:
    """The merchant agrees (the money goes back at once), or refuses with words and what shows it.

    A refusal can still be turned into a yes until the platform has taken it over. Refuses `core.thing.not_found`,
    `wallet.refund.moved`, `.too_much`, `.made_good`, `.words_unfit` (a refusal needs words).
    """
    merchant = merchant_of(actor, "wallet.answer_refund", now=now)
    with transaction.atomic():
        refund = lock_refund(order_id, merchant_id=merchant.id)
        if refund.status not in ((Refund.ASKED, Refund.REFUSED) if agree else (Refund.ASKED,)):
            raise RefundMoved()
        if not agree and not words.strip():
            raise RefundWordsUnfit(most=rules.WORDS_MOST, files=rules.FILES_MOST)
        if words.strip() or file_ids:
            _note(actor, refund, RefundNote.MERCHANT, words, file_ids, now=now)
        if agree:
            Refund.objects.filter(pk=refund.pk).update(answered_at=now)
            pay_back(refund, refund.order.amount, actor=actor, by=RefundNote.MERCHANT, now=now)
        else:
            _refuse(actor, refund, now=now)
    return refund_for(actor, order_id, now=now)


def _refuse(actor: Actor, refund: Refund, *, now: datetime) -> None:
    transition(Refund, refund.pk, Refund.ASKED, Refund.REFUSED, answered_at=now)
    stop_answer_clock(refund, actor=actor, now=now)
    book.write_step(refund.order, "refund_refused", at=now, heard_at=now, source_ref=actor.ref)
    _record(actor, "wallet.refuse_refund", refund, now=now)
    changed(refund, balance=False, now=now)
    tell(refund, "refund_refused", now=now)


def withdraw_refund(*, actor: Actor, order_id: UUID, now: datetime) -> OrderView:
    """The customer takes the request back. Safe to repeat. Refuses `core.thing.not_found`, `wallet.refund.moved`."""
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.withdraw_refund", now=now)
    with transaction.atomic():
        refund = lock_refund(order_id, order__customer_id=actor.uuid)
        if refund.status != Refund.WITHDRAWN:
            if refund.status not in (Refund.ASKED, Refund.REFUSED):
                raise RefundMoved()
            transition(Refund, refund.pk, (Refund.ASKED, Refund.REFUSED), Refund.WITHDRAWN, ended_at=now)
            book.move(refund.order, m.CANCELLED)
            stop_answer_clock(refund, actor=actor, now=now)
            book.write_step(refund.order, "refund_withdrawn", at=now, heard_at=now, source_ref=actor.ref)
            _record(actor, "wallet.withdraw_refund", refund, now=now)
            changed(refund, balance=False, now=now)
    return order_for(actor, order_id)


def escalate_refund(*, actor: Actor, order_id: UUID, words: str = "", now: datetime) -> OrderView:
    """The customer does not accept the merchant's refusal: the platform decides. Safe to repeat.

    Refuses `core.thing.not_found`, `wallet.refund.moved` (not refused, or too long ago), `.words_unfit`.
    """
    if actor.kind != "customer":
        raise NotFound()
    identity.require(actor=actor, action="wallet.escalate_refund", now=now)
    with transaction.atomic():
        refund = lock_refund(order_id, order__customer_id=actor.uuid)
        if refund.status != Refund.ESCALATED:
            if refund.status != Refund.REFUSED:
                raise RefundMoved()
            if words.strip():
                _note(actor, refund, RefundNote.CUSTOMER, words, (), now=now)
            _step_in(actor, refund, "refund_disputed", now=now)
    return order_for(actor, order_id)


def step_in(*, now: datetime) -> int:
    """Merchants who stayed silent beyond their clock: the platform decides; returns how many. Safe to repeat."""
    late = clocks.overdue(ANSWER_CLOCK, now=now)
    return each_by_itself(late, lambda ref: _step_in_for(ref, now=now), what="step in for a silent merchant")


def _step_in_for(ref: str, *, now: datetime) -> bool:
    refund = lock_refund(UUID(ref.removeprefix("order:")))
    # Against an answer of the same second: who locks first is heard.
    if refund.status != Refund.ASKED:
        stop_answer_clock(refund, actor=SYSTEM, now=now)
        return False
    _step_in(SYSTEM, refund, "refund_unanswered", now=now)
    return True


def _step_in(actor: Actor, refund: Refund, why: str, *, now: datetime) -> None:
    transition(Refund, refund.pk, (Refund.ASKED, Refund.REFUSED), Refund.ESCALATED, escalated_at=now)
    stop_answer_clock(refund, actor=actor, now=now)
    book.write_step(refund.order, why, at=now, heard_at=now, source_ref=actor.ref)
    _record(actor, "wallet.escalate_refund", refund, now=now, why=why)
    payload = {"order": refund.pk, "customer": refund.order.customer_id}
    topics = [f"customer:{refund.order.customer_id}", "desk"]
    events.announce(kind=facts.REFUND_ESCALATED, key=str(refund.pk), topics=topics, payload=payload, now=now)
    changed(refund, balance=False, now=now)
    tell(refund, "refund_escalated", now=now)


def end_refused(*, now: datetime, limit: int = 200) -> int:
    """Refusals that the customer left standing too long are final; returns how many."""
    since = now - rules.ESCALATE_WITHIN
    due = Refund.objects.filter(status=Refund.REFUSED, answered_at__lt=since).values_list("pk", flat=True)
    return each_by_itself(due[:limit], lambda one: _end_refused(one, now=now), what="end a refused refund")


def _end_refused(order_id: UUID, *, now: datetime) -> bool:
    refund = lock_refund(order_id)
    if refund.status != Refund.REFUSED:
        return False
    decline(SYSTEM, refund, "merchant_refused", now=now)
    return True


def decline(actor: Actor, refund: Refund, reason: str, *, now: datetime) -> None:
    """End the locked refund without money, within the caller's transaction."""
    if not transition(Refund, refund.pk, (Refund.REFUSED, Refund.ESCALATED), Refund.DECLINED, ended_at=now):
        raise RefundMoved()
    book.move(refund.order, m.FAILED, reason=reason, case_ref=refund.order.case_ref)
    book.write_step(refund.order, "refund_declined", at=now, heard_at=now, source_ref=actor.ref)
    _record(actor, "wallet.decline_refund", refund, now=now, reason=reason)
    changed(refund, balance=False, now=now)
    tell(refund, "refund_declined", now=now)


def _open(payment: Payment, minor: int, reason: str, *, by: str, actor: Actor, now: datetime) -> Refund:
    check_left(payment, minor)
    paid = payment.order
    order = Order.objects.create(
        no=order_no("R", now),
        kind=m.REFUND,
        customer_id=paid.customer_id,
        payer_label=paid.payee_label,
        payee_label=paid.payer_label,
        amount=minor,
        currency=paid.currency,
        remark=paid.remark,
        created_at=now,
    )
    book.write_step(order, "created", at=now, heard_at=now, source_ref=actor.ref)
    refund = Refund(
        order=order, refund_of=payment, merchant_id=payment.merchant_id, asked_by=by, reason=reason, asked_at=now
    )
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError as twice:
        raise RefundOpen() from twice
    return refund


def _note(
    actor: Actor, refund: Refund, by: str, words: str, file_ids: Sequence[UUID], *, now: datetime
) -> None:
    """Keep what was said, secrets masked, with files that are the actor's own."""
    text = words.strip()
    if len(text) > rules.WORDS_MOST or "\0" in text or len(set(file_ids)) > rules.FILES_MOST:
        raise RefundWordsUnfit(most=rules.WORDS_MOST, files=rules.FILES_MOST)
    own = StoredFile.objects.filter(pk__in=file_ids, owner_ref=actor.ref).count()
    if own != len(set(file_ids)):
        raise NotFound()
    note = RefundNote.objects.create(
        refund=refund, by=by, author_ref=actor.ref, words=redact(text).text, file_ids=list(set(file_ids)), at=now
    )
    trust.report_words(ref=f"refund_note:{note.pk}", writer_id=actor.uuid, words=note.words, now=now)


def _record(actor: Actor, action: str, refund: Refund, *, now: datetime, **data: object) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=book.ref_of(refund.pk),
        now=now,
        case_ref=refund.order.case_ref,
        data={"amount": refund.order.amount, "payment": refund.refund_of_id, **data},
    )
