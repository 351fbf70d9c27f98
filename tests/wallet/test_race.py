"""Two at once: threads with connections of their own, on a committed clone."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.wallet import actions, queries
from kefu.wallet.models import Order


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave, or the refusal that it met; all start at the same barrier."""
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            answers[place] = call()
        except (Refusal, AssertionError) as refused:
            answers[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "a call hangs"
    return answers


def unexpected(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, AssertionError)]


@pytest.mark.row("W-05")
def test_parallel_transfers_never_overdraw(committed_town) -> None:
    town = committed_town
    lin, zhou, wang = town.customer("林晓", 100_00), town.customer("周明", 50_00), town.customer("王芳")
    quotes = [town.quote(lin, payee, 30_00) for payee in (zhou, wang) for _ in range(5)]
    back = [town.quote(zhou, lin, 10_00) for _ in range(3)]
    answers = at_once(
        *(
            lambda who=who, quote=quote: actions.create_transfer(
                actor=who, key=uuid4(), quote_id=quote.id, now=town.now
            )
            for who, some in ((lin, quotes), (zhou, back))
            for quote in some
        )
    )
    assert [type(a).__name__ for a in answers if not isinstance(a, queries.OrderView)] == []
    out = sum(o.amount.minor for o in answers if o.status == "SUCCEEDED" and o.customer_id == lin.uuid)
    home = sum(o.amount.minor for o in answers if o.status == "SUCCEEDED" and o.customer_id == zhou.uuid)
    assert town.money(lin) == (100_00 - out + home, 0)
    assert 90_00 <= out <= 100_00 + home
    total = sum(town.money(who)[0] for who in (lin, zhou, wang))
    assert total == 150_00
    assert {o.reason for o in answers if o.status == "FAILED"} <= {"insufficient_funds"}


@pytest.mark.row("W-05")
def test_one_key_in_parallel_is_one_transfer(committed_town) -> None:
    town = committed_town
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    quote, key = town.quote(lin, zhou, 100_00), uuid4()
    answers = at_once(
        *[lambda: actions.create_transfer(actor=lin, key=key, quote_id=quote.id, now=town.now) for _ in range(6)]
    )
    assert len({answer.id for answer in answers}) == 1
    assert {answer.status for answer in answers} == {"SUCCEEDED"}
    assert town.money(lin) == (400_00, 0)


def test_two_tabs_in_parallel_are_one_transfer(committed_town) -> None:
    town = committed_town
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    quote = town.quote(lin, zhou, 100_00)
    answers = at_once(
        *[lambda: actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now) for _ in range(4)]
    )
    assert len({answer.id for answer in answers}) == 1
    assert town.money(lin) == (400_00, 0)


@pytest.mark.row("W-03")
def test_one_topup_key_in_parallel_is_one_instruction(committed_town, scripted) -> None:
    from kefu.core.money import Money

    town = committed_town
    lin = town.customer("林晓")
    card, key = town.card(lin), uuid4()
    answers = at_once(
        *[
            lambda: actions.create_topup(actor=lin, key=key, instrument_id=card, amount=Money(20_00), now=town.now)
            for _ in range(5)
        ]
    )
    assert len({answer.id for answer in answers}) == 1
    town.pump.run()
    assert scripted.submissions == 1
    assert town.money(lin) == (20_00, 0)


def test_cancel_and_release_at_the_same_second(committed_town) -> None:
    town = committed_town
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    ends = set()
    for round_ in range(6):
        held = town.send(lin, zhou, 10_00, mode="two_hours")
        due = town.now + timedelta(hours=2)
        calls = [
            lambda held=held, due=due: actions.cancel_transfer(actor=lin, order_id=held.id, now=due),
            lambda held=held, due=due: actions.release_transfer(order_id=held.id, now=due),
        ]
        at_once(*(calls if round_ % 2 else reversed(calls)))
        end = queries.order_for(lin, held.id)
        assert end.status in ("CANCELLED", "SUCCEEDED")
        ends.add(end.status)
        kinds = [t.kind for t in books.transfers_of(held.id)]
        assert kinds == ["hold", "post_hold" if end.status == "SUCCEEDED" else "void_hold"]
    went = Order.objects.filter(customer_id=lin.uuid, status="SUCCEEDED", kind="transfer").count()
    assert town.money(lin) == (500_00 - went * 10_00, 0)
    assert town.money(zhou) == (went * 10_00, 0)


def test_the_brake_against_transfers_on_their_way(committed_town) -> None:
    town = committed_town
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    held = [town.send(lin, zhou, 10_00, mode="two_hours") for _ in range(3)]
    quotes = [town.quote(lin, zhou, 20_00) for _ in range(3)]
    due = town.now + timedelta(hours=2)
    answers = at_once(
        lambda: actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now),
        *(lambda order=order: actions.release_transfer(order_id=order.id, now=due) for order in held),
        *(
            lambda quote=quote: actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
            for quote in quotes
        ),
    )
    assert unexpected(answers) == []
    assert queries.balance_for(lin).debits_stopped
    before = town.money(zhou)
    for order in held:
        actions.release_transfer(order_id=order.id, now=due)
    assert town.money(zhou) == before, "what waits after the stop stays"
    moved = Order.objects.filter(customer_id=lin.uuid, kind="transfer", status="SUCCEEDED")
    assert town.money(zhou)[0] == sum(moved.values_list("amount", flat=True))


def test_an_outcome_heard_by_everybody_at_once_is_one_credit(committed_town, scripted) -> None:
    from kefu.core.actor import SYSTEM
    from kefu.rails import actions as rails

    town = committed_town
    lin = town.customer("林晓")
    scripted.outcome = "PROCESSING"
    waiting = town.top_up(lin, 200_00)
    scripted.outcome = "SUCCEEDED"

    def hear() -> None:
        rails.ask_now(actor=SYSTEM, instruction_id=waiting.instruction_id, now=town.now)
        actions.follow_instruction(order_id=waiting.id, now=town.now)

    assert unexpected(at_once(*[hear] * 6)) == []
    assert queries.order_for(lin, waiting.id).status == "SUCCEEDED"
    assert town.money(lin) == (200_00, 0)
    assert len(books.transfers_of(waiting.id)) == 1


def test_one_approval_in_parallel_pays_once(committed_town) -> None:
    from kefu.core.actor import SYSTEM
    from kefu.core.money import Money

    town = committed_town
    lin = town.customer("林晓")
    arguments = actions.goodwill_arguments(customer_id=lin.uuid, amount=Money(50_00), case_ref="K1")
    approval = town.approved("wallet.pay_goodwill", arguments)
    answers = at_once(
        *[
            lambda: actions.pay_goodwill(
                actor=SYSTEM,
                customer_id=lin.uuid,
                amount=Money(50_00),
                case_ref="K1",
                approval_id=approval,
                now=town.now,
            )
            for _ in range(4)
        ]
    )
    assert [getattr(a, "code", "") for a in answers].count("identity.approval.consumed") == 3
    assert town.money(lin) == (50_00, 0)
