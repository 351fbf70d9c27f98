"""What a schedule can pay, a function a kind: it alone reads the target's reference."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kefu.core.actor import Actor
from kefu.core.money import Money
from kefu.identity import actions as proofs
from kefu.identity import queries as identity
from kefu.planning.actions.planned_bill import pay_planned_bill
from kefu.planning.models import Occurrence, Schedule
from kefu.wallet import actions as wallet
from kefu.wallet.queries import OrderView

Payment = Callable[[Actor, Schedule, Occurrence, UUID, datetime], OrderView | None]
"""Returns the order; None when the other side was asked first, and answers before the next tick."""


def pay_transfer(actor: Actor, schedule: Schedule, _one: Occurrence, key: UUID, now: datetime) -> OrderView:
    """`target_ref` is `customer:<id>`. The PIN given for the schedule stands for a large amount's."""
    payee = identity.contact_of(UUID(schedule.target_ref.removeprefix("customer:")))
    quote = wallet.quote_transfer(
        actor=actor,
        payee_phone=payee.phone,
        amount=Money(schedule.amount, schedule.currency),
        mode="now",
        remark=schedule.remark,
        now=now,
    )
    if quote.needs_pin:
        proofs.extend_step_up(actor=actor, given=schedule.proof_ref, ref=f"quote:{quote.id}", now=now)
    return wallet.create_transfer(actor=actor, key=key, quote_id=quote.id, now=now)


PAYMENTS: dict[str, Payment] = {"transfer": pay_transfer, "bill": pay_planned_bill}
