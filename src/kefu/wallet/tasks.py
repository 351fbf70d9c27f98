"""Background entry points of the wallet. None of them calls anything outside."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from procrastinate.contrib.django import app

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.core.refusal import Refusal
from kefu.wallet import actions
from kefu.wallet.queries.waiting import orders_waiting

log = logging.getLogger(__name__)
CATCH_UP_AFTER_SECONDS = 20


@app.task(name="wallet.open_wallet")
def open_wallet(customer: str) -> None:
    actions.open_wallet(actor=SYSTEM, customer_id=UUID(customer), now=clock.now())


@app.task(name="wallet.follow_instruction")
def follow_instruction(order_ref: str) -> None:
    """Bring an order to where its instruction stands."""
    actions.follow_instruction(order_id=UUID(order_ref.removeprefix("order:")), now=clock.now())


@app.task(name="wallet.follow_recall")
def follow_recall(order_ref: str) -> None:
    """Write down what a bank says to a recall."""
    actions.follow_recall(order_id=UUID(order_ref.removeprefix("order:")), now=clock.now())


@app.task(name="wallet.note_contradiction")
def note_contradiction(order_ref: str, advice: str) -> None:
    order_id = UUID(order_ref.removeprefix("order:"))
    actions.note_contradiction(order_id=order_id, advice_id=UUID(advice), now=clock.now())


@app.task(name="wallet.clear_orders")
def clear_orders(statement: str) -> None:
    actions.clear_orders(statement_id=UUID(statement), now=clock.now())


@app.task(name="wallet.take_card")
def take_card(check: str) -> None:
    actions.take_card(check_id=UUID(check), now=clock.now())


@app.task(name="wallet.suspend_unproved")
def suspend_unproved(user: str, what: str, at: str) -> None:
    """A new payment PIN: devices that pay contactless wait for it."""
    if what == "pin":
        actions.suspend_unproved(customer_id=UUID(user), pin_at=datetime.fromisoformat(at), now=clock.now())


@app.periodic(cron="* * * * * */2")  # croniter: the sixth field is the seconds
@app.task(name="wallet.release_transfers")
def release_transfers(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Let due transfers go. One that cannot holds no other up: it stays due, and says so in the log."""
    now = clock.now()
    for order_id in actions.claim_released(now=now):
        try:
            actions.release_transfer(order_id=order_id, now=now)
        except Refusal as refused:
            log.error("transfer %s stays held: %s", order_id, refused.operator_text())


@app.periodic(cron="* * * * * */15")
@app.task(name="wallet.catch_up")
def catch_up(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Orders whose instruction is settled although they wait: a job was lost on the way."""
    now = clock.now()
    for order_id in orders_waiting(before=now - timedelta(seconds=CATCH_UP_AFTER_SECONDS)):
        actions.follow_instruction(order_id=order_id, now=now)


@app.periodic(cron="* * * * * 30")
@app.task(name="wallet.expire_restrictions")
def expire_restrictions(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    actions.expire_restrictions(now=clock.now())


@app.periodic(cron="* * * * * */20")
@app.task(name="wallet.tend_shops")
def tend_shops(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """What time does to merchants' orders: unpaid ones close, what was held goes back, silence is answered for,
    vouchers that wait for nothing are free, and those whose time is over end.
    """
    now = clock.now()
    actions.close_expired(now=now)
    actions.forget_codes(now=now)
    actions.forget_waits(now=now)
    actions.void_expired(now=now)
    actions.step_in(now=now)
    actions.end_refused(now=now)
    actions.free_expired(now=now)
    actions.expire_vouchers(now=now)


@app.periodic(cron="*/10 * * * *")
@app.task(name="wallet.watch_shops")
def watch_shops(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Those with too much trouble are held, first: who is held is not paid out. Merchants' debts are recovered from
    what they were paid since; what is theirs is paid out once a day.
    """
    now = clock.now()
    actions.hold_troubled(now=now)
    actions.recover_debts(now=now)
    actions.disburse_daily(now=now)


@app.periodic(cron="* * * * * 40")
@app.task(name="wallet.tend_provisional")
def tend_provisional(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its tick
    """Provisional credits whose announced day has come are taken back; debts are recovered from their day on."""
    now = clock.now()
    actions.withdraw_due(now=now)
    actions.recover_provisionals(now=now)
