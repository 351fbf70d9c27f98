"""Making an instruction: once an order, with an id under which it is sent for ever."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.expressions import RawSQL

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.models import Instruction
from kefu.rails.queries import InstructionView, expected_arrival, see_instruction
from kefu.rails.refusals import InstructionExists

_DUE = (
    "CASE WHEN %s::timestamptz < now() - make_interval(secs => %s)"
    " THEN greatest(%s::timestamptz, now() + make_interval(secs => %s)) ELSE %s::timestamptz END"
)


def due(at: datetime, *, now: datetime) -> RawSQL:
    """When the ladder takes an instruction up. History is left for a moment to whoever enters it."""
    grace = rules.HISTORY_GRACE_SECONDS
    return RawSQL(_DUE, [now, rules.HISTORY_AFTER_SECONDS, at, grace, at])  # noqa: S611 - a constant text


def create_instruction(
    *,
    actor: Actor,
    order_ref: str,
    amount: int,
    currency: str,
    instrument_token: str,
    now: datetime,
    direction: str = rules.IN,
    connector_code: str = "sandbox",
) -> InstructionView:
    """Have `amount` minor units taken from the instrument, or paid out to it (`direction`), for `order_ref`; sent after
    the caller's commit.

    Refuses `rails.instruction.exists`: an order has one instruction for ever.
    """
    with transaction.atomic():
        if Instruction.objects.filter(order_ref=order_ref).exists():
            raise InstructionExists(order_ref=order_ref)
        row = Instruction(
            order_ref=order_ref,
            direction=direction,
            connector=connector_code,
            instrument_token=instrument_token,
            amount=amount,
            currency=currency,
            happened_at=now,
        )
        expected = expected_arrival(connector=connector_code, direction=direction, now=now)
        row.expected_from, row.expected_to = expected or (None, None)
        row.next_query_at = due(now + timedelta(seconds=rules.FIRST_TRY_SECONDS), now=now)
        row.save(force_insert=True)
        row.refresh_from_db()
        audit.record(
            actor=actor,
            action="rails.create_instruction",
            subject=f"instruction:{row.id}",
            now=now,
            data={"order_ref": order_ref, "direction": direction, "amount": amount, "currency": currency},
        )
        payload = {"order_ref": order_ref, "instruction": row.id}
        events.announce(kind=facts.INSTRUCTION_CREATED, key=order_ref, topics=[], payload=payload, now=now)
        return see_instruction(row)


def is_own_time(row: Instruction, *, now: datetime) -> bool:
    """False for the worker that meets history being entered: who enters it sends it, as of its own time."""
    grace = row.written_at + timedelta(seconds=rules.HISTORY_GRACE_SECONDS)
    return not rules.is_history(row.happened_at, written_at=row.written_at) or now < row.written_at or now > grace
