"""Taking a provisional credit back: announced with reason and date, carried out when that has come."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from kefu.core.actor import SYSTEM, Actor
from kefu.core.batch import each_by_itself
from kefu.core.money import Money
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.identity import actions as identity
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.sla import queries as clocks
from kefu.wallet import models as m
from kefu.wallet.actions import book
from kefu.wallet.actions.provisional.give import changed, for_people, lock, record, stop_clock
from kefu.wallet.actions.provisional.refusals import ProvisionalMoved, WordsUnfit
from kefu.wallet.actions.wallet import lock as lock_wallet
from kefu.wallet.actions.wallet import owner_ref
from kefu.wallet.models import Order, Provisional
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import BooksRefused
from kefu.wallet.rules import provisional as rules

ANNOUNCE = "wallet.announce_provisional"
NOTICE_CLOCK = "PROV-NOTICE"
TRIES = 5


def fit_words(words: str) -> str:
    """Words for the customer, secrets masked. Refuses `wallet.provisional.words_unfit`."""
    text = redact(words.strip()).text
    if not 1 <= len(text) <= rules.WORDS_MOST:
        raise WordsUnfit(most=rules.WORDS_MOST)
    return text


def notice_arguments(*, order_id: UUID, reason: str, words: str, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.announce_provisional` is bound to: reason and words as the customer will read them.

    Refuses `core.thing.not_found`, `wallet.provisional.moved`, `.words_unfit`.
    """
    row = Provisional.objects.select_related("order").filter(pk=order_id).first()
    if row is None or row.order.case_ref != case_ref:
        raise NotFound()
    if row.status != Provisional.GIVEN:
        raise ProvisionalMoved()
    if reason not in rules.REASONS:
        raise WordsUnfit(most=rules.WORDS_MOST)
    return {
        "order": str(order_id),
        "amount": row.order.amount,
        "currency": row.order.currency,
        "reason": reason,
        "words": fit_words(words),
        "case": case_ref,
    }


def announce_provisional(
    *, actor: Actor, order_id: UUID, reason: str, words: str, case_ref: str, approval_id: UUID, now: datetime
) -> OrderView:
    """Tell the customer that the credit will be taken back, why, and when: working days from now, by policy.

    Until then the money is theirs to use. Refuses what `notice_arguments` does, `identity.approval.*`.
    """
    for_people(actor, case_ref)
    with transaction.atomic():
        row = lock(order_id)
        arguments = notice_arguments(order_id=order_id, reason=reason, words=words, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=ANNOUNCE, arguments=arguments, now=now, actor=actor)
        withdraw_at = clocks.due_if_started(NOTICE_CLOCK, anchor=now)
        said = {"reason": reason, "words": arguments["words"], "announced_at": now, "withdraw_at": withdraw_at}
        if not transition(Provisional, row.pk, Provisional.GIVEN, Provisional.ANNOUNCED, **said):
            raise ProvisionalMoved()
        stop_clock(row, actor=actor, now=now)
        source = f"approval:{approval_id}"
        book.write_step(row.order, "provisional_announced", at=now, heard_at=now, source_ref=source)
        record(actor, ANNOUNCE, row, now=now, reason=reason, withdraw_at=withdraw_at, approval=approval_id)
        values = {"reason": rules.REASONS[reason], "withdraw_at": withdraw_at.isoformat()}
        changed(row, "provisional_announced", actor=actor, now=now, balance=False, **values)
    return order_for(SYSTEM, order_id)


def withdraw_due(*, now: datetime) -> int:
    """Take back what was announced for a time that has come; returns how many. Called each minute."""
    due = Provisional.objects.filter(status=Provisional.ANNOUNCED, withdraw_at__lte=now)
    ids = due.order_by("withdraw_at").values_list("pk", flat=True)

    def withdrawn(order_id: UUID) -> bool:
        return withdraw_provisional(order_id=order_id, now=now) == Provisional.WITHDRAWN

    return each_by_itself(ids, withdrawn, what="take a provisional credit back")


def withdraw_provisional(*, order_id: UUID, now: datetime) -> str:
    """Take one back if its time has come; returns its status. Safe to repeat.

    What the balance lacks is owed by the customer: a wallet is never negative. From an account whose payments are
    stopped nothing is taken: it waits until the stop is lifted.
    """
    with transaction.atomic():
        row = lock(order_id)
        due = row.status == Provisional.ANNOUNCED and row.withdraw_at is not None and row.withdraw_at <= now
        owed = _take_back(row.order, now=now) if due else None
        if owed is None:
            return row.status
        transition(Provisional, row.pk, Provisional.ANNOUNCED, Provisional.WITHDRAWN, ended_at=now, owed=owed)
        order = row.order
        book.move(order, m.CANCELLED, reason=row.reason)
        book.write_step(order, "provisional_withdrawn", at=now, heard_at=now, data={"owed": owed})
        if owed:
            book.write_step(order, "provisional_owed", at=now, heard_at=now)
        record(SYSTEM, "wallet.withdraw_provisional", row, now=now, amount=order.amount, owed=owed)
        why = rules.REASONS[row.reason]
        if owed:
            missing = Money(owed, order.currency).text()
            changed(row, "provisional_short", actor=SYSTEM, now=now, reason=why, owed=missing)
        else:
            changed(row, "provisional_withdrawn", actor=SYSTEM, now=now, reason=why)
    return Provisional.WITHDRAWN


def _take_back(order: Order, *, now: datetime) -> int | None:
    """Post what the balance carries and what it lacks; returns the latter, None while the account is stopped."""
    wallet = lock_wallet(order.customer_id)
    owner = owner_ref(order.customer_id)
    for _attempt in range(TRIES):
        balance = books.balance(owner, currency=order.currency)
        if balance.debits_stopped:
            return None
        carried, owed = rules.share(order.amount, balance.available)
        given, own, safe = (book.house(code, order) for code in ("A33", "A11", "A10"))
        legs = []
        if carried:
            legs += [
                ("provisional_back", wallet.account, given, carried, Journal.PROVISIONAL),
                ("provisional_sweep", own, safe, carried, Journal.SWEEP_LEG),
            ]
        if owed:
            debt = ledger.open_account(code="A31", owner=owner, currency=order.currency, now=now)
            legs.append(("provisional_owed", debt, given, owed, Journal.PROVISIONAL))
        refused = book.try_post(order, legs_of(legs, now=now), now=now)
        if not refused:
            return owed
        # Between the look and the posting something was spent, or the account was stopped: look again.
        if refused not in ("insufficient_funds", "debits_stopped"):
            raise BooksRefused(ledger_code=refused)
    raise BooksRefused(ledger_code="insufficient_funds")


def legs_of(given: list[tuple[str, int, int, int, Journal]], *, now: datetime) -> list[book.Leg]:
    """Legs from name, debit, credit, amount and journal."""
    return [
        book.Leg(name=name, debit=debit, credit=credit, amount=amount, journal=journal, happened_at=now)
        for name, debit, credit, amount, journal in given
    ]
