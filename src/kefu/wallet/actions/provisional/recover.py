"""A customer's debt from a provisional credit: taken from the balance on a legal basis only, after a notice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from kefu.core.actor import SYSTEM, Actor
from kefu.core.batch import each_by_itself
from kefu.core.money import Money
from kefu.core.refusal import NotFound
from kefu.identity import actions as identity
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.sla import queries as clocks
from kefu.wallet.actions import book
from kefu.wallet.actions.provisional.give import changed, for_people, lock, record
from kefu.wallet.actions.provisional.refusals import NothingOwed, WordsUnfit
from kefu.wallet.actions.provisional.withdraw import fit_words, legs_of
from kefu.wallet.actions.wallet import lock as lock_wallet
from kefu.wallet.actions.wallet import owner_ref
from kefu.wallet.models import Provisional
from kefu.wallet.queries.order import order_for
from kefu.wallet.queries.values import OrderView
from kefu.wallet.refusals import BooksRefused
from kefu.wallet.rules import provisional as rules

RECOVER = "wallet.recover_provisional"
DEBT_CLOCK = "DEBT-NOTICE"


def recovery_arguments(*, order_id: UUID, basis: str, words: str, case_ref: str) -> dict[str, Any]:
    """What an approval of `wallet.recover_provisional` is bound to: the basis, and the words that the customer reads.

    Refuses `core.thing.not_found`, `wallet.provisional.nothing_owed`, `.words_unfit`.
    """
    row = Provisional.objects.select_related("order").filter(pk=order_id).first()
    if row is None or row.order.case_ref != case_ref:
        raise NotFound()
    if row.owed <= row.recovered or row.recover_at is not None:
        raise NothingOwed()
    if basis not in rules.BASES:
        raise WordsUnfit(most=rules.WORDS_MOST)
    return {
        "order": str(order_id),
        "amount": row.owed - row.recovered,
        "currency": row.order.currency,
        "basis": basis,
        "words": fit_words(words),
        "case": case_ref,
    }


def announce_recovery(
    *, actor: Actor, order_id: UUID, basis: str, words: str, case_ref: str, approval_id: UUID, now: datetime
) -> OrderView:
    """Tell the customer on what basis, and from when on, what they owe is taken from their balance.

    Refuses what `recovery_arguments` does, `identity.approval.*`.
    """
    for_people(actor, case_ref)
    with transaction.atomic():
        row = lock(order_id)
        arguments = recovery_arguments(order_id=order_id, basis=basis, words=words, case_ref=case_ref)
        identity.consume_approval(approval_id=approval_id, action=RECOVER, arguments=arguments, now=now, actor=actor)
        recover_at = clocks.due_if_started(DEBT_CLOCK, anchor=now)
        # Compare-and-set on the empty date: of two announcements one stands.
        rows = Provisional.objects.filter(pk=row.pk, recover_at=None, recovered__lt=F("owed"))
        if not rows.update(basis=basis, basis_words=arguments["words"], recover_at=recover_at):
            raise NothingOwed()
        source = f"approval:{approval_id}"
        book.write_step(row.order, "debt_announced", at=now, heard_at=now, source_ref=source)
        record(actor, RECOVER, row, now=now, basis=basis, recover_at=recover_at, approval=approval_id)
        values = {
            "owed": Money(arguments["amount"], row.order.currency).text(),
            "reason": rules.BASES[basis],
            "recover_at": recover_at.isoformat(),
        }
        changed(row, "debt_announced", actor=actor, now=now, balance=False, **values)
    return order_for(SYSTEM, order_id)


def recover_provisionals(*, now: datetime) -> int:
    """Of every debt whose date has come, as much as the balance holds; returns the sum in minor units."""
    due = Provisional.objects.filter(recover_at__lte=now, recovered__lt=F("owed"))
    ids = due.order_by("recover_at").values_list("pk", flat=True)
    return each_by_itself(ids, lambda order_id: _recover(order_id, now=now), what="recover a debt")


def _recover(order_id: UUID, *, now: datetime) -> int:
    with transaction.atomic():
        row = lock(order_id)
        order, owner = row.order, owner_ref(row.order.customer_id)
        wallet = lock_wallet(order.customer_id)
        balance = books.balance(owner, currency=order.currency)
        amount = min(row.owed - row.recovered, balance.available)
        if amount <= 0 or balance.debits_stopped:
            return 0
        debt = books.account("A31", owner, order.currency)
        own, safe = (book.house(code, order) for code in ("A11", "A10"))
        # The name follows from what came back before: the same part is never taken twice.
        legs = [
            (f"debt_back_{row.recovered}", wallet.account, debt, amount, Journal.CUST_RECOVERED),
            (f"debt_sweep_{row.recovered}", own, safe, amount, Journal.SWEEP_LEG),
        ]
        refused = book.try_post(order, legs_of(legs, now=now), now=now)
        if refused in ("insufficient_funds", "debits_stopped"):
            return 0  # spent or stopped in between: the next round looks again
        if refused:
            raise BooksRefused(ledger_code=refused)
        Provisional.objects.filter(pk=row.pk).update(recovered=F("recovered") + amount)
        book.write_step(order, "debt_recovered", at=now, heard_at=now, data={"amount": amount})
        record(SYSTEM, "wallet.take_debt", row, now=now, amount=amount, owed=row.owed)
        left = Money(row.owed - row.recovered - amount, order.currency).text()
        taken = Money(amount, order.currency).text()
        changed(row, "debt_recovered", actor=SYSTEM, now=now, owed=left, taken=taken)
    return amount
