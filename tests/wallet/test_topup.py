"""Top-ups: credited once, on the bank's confirmed word, whenever and however it comes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.rails import papers

from kefu.core.actor import SYSTEM
from kefu.core.keyed import KeyReused
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.models import CardCheck, Instruction
from kefu.wallet import actions, queries
from kefu.wallet.models import Order


def statement_of(town, who, order, *, amount=None, final=True) -> None:
    """The bank's statement with this order's line, taken in."""
    instruction = outside.instruction_of(order.order_ref)
    day = town.now.date()
    entry = papers.Entry(
        bank_ref=f"ST{order.no}",
        instruction=str(instruction.id),
        amount=amount or order.amount.minor,
        at=town.now,
    )
    body = papers.statement([entry], day=day, final=final)
    rails.import_statement(actor=SYSTEM, connector_code="sandbox", day=day, raw=body, now=town.now)
    town.pump.run()


@pytest.mark.row("W-03")
@pytest.mark.row("W-14")
def test_a_confirmed_topup_is_on_the_balance_with_its_evidence(town) -> None:
    lin = town.customer("林晓")
    assert town.money(lin) == (0, 0)
    done = town.top_up(lin, 200_00)
    assert done.status == "SUCCEEDED"
    assert town.money(lin) == (200_00, 0)
    assert [step.code for step in done.steps] == ["created", "submitted", "credited"]
    posted = books.transfers_of(done.id)
    assert [(t.journal, t.amount) for t in posted] == [("TOPUP", 200_00)]
    advice = outside.settling_advice_of(done.order_ref)
    assert posted[0].evidence_ref == f"advice:{advice.id}"
    assert done.transfers == (posted[0].id,)
    assert done.counterparty_masked == "招商银行 (0012)"
    assert done.direction == "in"


@pytest.mark.row("W-03")
def test_same_key_twice_is_one_order(town, scripted) -> None:
    lin, key = town.customer("林晓"), uuid4()
    first, second = town.top_up(lin, 200_00, key=key), town.top_up(lin, 200_00, key=key)
    assert first.id == second.id
    assert town.money(lin) == (200_00, 0)
    assert scripted.submissions == 1
    with pytest.raises(KeyReused):
        town.top_up(lin, 300_00, key=key)


@pytest.mark.row("W-03")
def test_a_denial_fails_it_and_says_why(town, scripted) -> None:
    lin = town.customer("林晓")
    scripted.outcome, scripted.reason = "FAILED", "insufficient_funds"
    done = town.top_up(lin, 200_00)
    assert (done.status, done.reason, done.reason_text) == ("FAILED", "insufficient_funds", "银行卡余额不足")
    assert town.money(lin) == (0, 0)
    assert done.steps[-1].code == "failed"


@pytest.mark.row("W-03")
def test_unknown_is_never_assumed(town, scripted) -> None:
    lin = town.customer("林晓")
    scripted.down = True
    waiting = town.top_up(lin, 200_00)
    assert waiting.status == "UNKNOWN"
    assert [(s.code, s.state) for s in waiting.steps[-2:]] == [("bank_result", "now"), ("credited", "next")]
    scripted.down = False
    rails.ask_now(actor=lin, instruction_id=waiting.instruction_id, now=town.now + timedelta(seconds=30))
    town.pump.run()
    assert scripted.submissions == 1
    rails.ask_now(actor=lin, instruction_id=waiting.instruction_id, now=town.now + timedelta(seconds=31))
    town.pump.run()
    assert queries.order_for(lin, waiting.id).status == "SUCCEEDED"
    assert town.money(lin) == (200_00, 0)


@pytest.mark.row("W-03")
def test_a_late_yes_after_a_no_is_credited_and_told(town, scripted) -> None:
    lin = town.customer("林晓")
    scripted.outcome = "FAILED"
    failed = town.top_up(lin, 200_00)
    scripted.of[failed.instruction_id] = "SUCCEEDED"
    rails.ask_now(actor=SYSTEM, instruction_id=failed.instruction_id, now=town.now)
    heard = town.pump.run()
    done = queries.order_for(lin, failed.id)
    assert (done.status, done.reason) == ("SUCCEEDED", "")
    assert town.money(lin) == (200_00, 0)
    assert [s.code for s in done.steps] == ["created", "submitted", "failed", "credited"]
    assert "notices.told" in heard


def test_a_no_after_a_yes_moves_nothing(town, scripted) -> None:
    lin = town.customer("林晓")
    done = town.top_up(lin, 200_00)
    scripted.of[done.instruction_id] = "FAILED"
    told = rails.ask_now(actor=SYSTEM, instruction_id=done.instruction_id, now=town.now)
    town.pump.run()
    assert told.verdict == "contradicted"
    seen = queries.order_for(lin, done.id)
    assert (seen.status, seen.steps[-1].code) == ("SUCCEEDED", "contradicted")
    assert town.money(lin) == (200_00, 0)


def test_applying_the_same_word_again_changes_nothing(town) -> None:
    lin = town.customer("林晓")
    done = town.top_up(lin, 200_00)
    advice = outside.settling_advice_of(done.order_ref)
    for _ in range(3):
        again = actions.apply_outcome(actor=SYSTEM, order_id=done.id, advice_id=advice.id, now=town.now)
        actions.follow_instruction(order_id=done.id, now=town.now)
    assert again.status == "SUCCEEDED"
    assert town.money(lin) == (200_00, 0)
    assert len(queries.order_for(lin, done.id).steps) == 3


def test_nothing_but_the_banks_final_word_about_this_order_counts(town, scripted) -> None:
    lin = town.customer("林晓")
    other = town.top_up(lin, 200_00)
    scripted.outcome = "PROCESSING"
    waiting = town.top_up(lin, 200_00)
    strange = outside.settling_advice_of(other.order_ref)
    weak = next(a for a in outside.advice_of(waiting.order_ref) if a.kind == "answer")
    for advice in (strange, weak):
        with pytest.raises(Refusal, match=r"wallet\.topup\.evidence_missing"):
            actions.apply_outcome(actor=SYSTEM, order_id=waiting.id, advice_id=advice.id, now=town.now)
    assert town.money(lin) == (200_00, 0)


def test_statement_clears_what_was_credited_once(town) -> None:
    lin = town.customer("林晓")
    done = town.top_up(lin, 200_00)
    assert (town.house("A20"), town.house("A10")) == (200_00, 0)
    statement_of(town, lin, done, final=False)
    statement_of(town, lin, done)
    assert (town.house("A20"), town.house("A10")) == (0, 200_00)
    assert [t.journal for t in books.transfers_of(done.id)] == ["TOPUP", "TOPUP_SETTLED"]
    assert queries.order_for(lin, done.id).steps[-1].code == "cleared"


def test_statement_first_credits_and_clears_in_one(town, scripted) -> None:
    lin = town.customer("林晓")
    scripted.outcome = "PROCESSING"
    waiting = town.top_up(lin, 200_00)
    statement_of(town, lin, waiting)
    done = queries.order_for(lin, waiting.id)
    assert done.status == "SUCCEEDED"
    assert (town.house("A20"), town.house("A10")) == (0, 200_00)
    assert Order.objects.get(pk=done.id).cleared_at is not None


def test_after_the_ladder_people_take_over(town, scripted) -> None:
    lin = town.customer("林晓")
    scripted.outcome = "PROCESSING"
    waiting = town.top_up(lin, 200_00)
    while not (row := Instruction.objects.get(pk=waiting.instruction_id)).ladder_ended_at:
        due = row.next_query_at
        rails.climb(instruction_id=waiting.instruction_id, now=due)
    town.pump.run()
    assert queries.order_for(lin, waiting.id).status == "MANUAL"
    scripted.outcome = "SUCCEEDED"
    rails.ask_now(actor=SYSTEM, instruction_id=waiting.instruction_id, now=town.now)
    town.pump.run()
    seen = queries.order_for(lin, waiting.id)
    assert seen.status == "MANUAL"
    assert "bank_confirmed" in [s.code for s in seen.steps]
    assert town.money(lin) == (0, 0)


@pytest.mark.parametrize(
    ("minor", "currency", "code"),
    [
        (0, "CNY", "core.amount.not_positive"),
        (-1, "CNY", "core.amount.not_positive"),
        (50_000_01, "CNY", "core.amount.too_large"),
        (10**30, "CNY", "core.amount.too_large"),
        (1.5, "CNY", "core.amount.unreadable"),
        (True, "CNY", "core.amount.unreadable"),
        ("1", "CNY", "core.amount.unreadable"),
        (1, "USD", "core.amount.currency_foreign"),
    ],
)
def test_amounts_that_are_none(town, minor, currency, code) -> None:
    lin = town.customer("林晓")
    card = town.card(lin)
    with pytest.raises(Refusal) as refused:
        actions.create_topup(actor=lin, key=uuid4(), instrument_id=card, amount=Money(minor, currency), now=town.now)
    assert refused.value.code == code
    assert not Order.objects.filter(customer_id=lin.uuid).exists()


def test_somebody_elses_card_is_not_there(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    card = town.card(lin)
    with pytest.raises(NotFound):
        actions.create_topup(actor=zhou, key=uuid4(), instrument_id=card, amount=Money(100), now=town.now)
    actions.unlink_card(actor=lin, instrument_id=card, now=town.now)
    with pytest.raises(NotFound):
        actions.create_topup(actor=lin, key=uuid4(), instrument_id=card, amount=Money(100), now=town.now)


def test_an_unlinked_card_does_not_come_back_when_the_bank_tells_again(town) -> None:
    lin = town.customer("林晓")
    card = town.card(lin)
    first = CardCheck.objects.get()
    assert actions.take_card(check_id=first.id, now=town.now).id == card  # told again while it is linked
    town.wait(minutes=1)
    actions.unlink_card(actor=lin, instrument_id=card, now=town.now)
    assert actions.take_card(check_id=first.id, now=town.now) is None
    assert queries.instruments_for(lin) == []
    town.wait(minutes=1)
    again = town.card(lin)  # linked anew by its owner, and by the bank's code
    assert again != card
    assert [one.id for one in queries.instruments_for(lin)] == [again]
    assert actions.take_card(check_id=first.id, now=town.now) is None


def test_ask_about_reaches_the_bank_by_the_worker(town, scripted) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    scripted.outcome = "PROCESSING"
    waiting = town.top_up(lin, 200_00)
    scripted.outcome = "SUCCEEDED"
    actions.ask_about(actor=lin, order_id=waiting.id, now=town.now)
    assert queries.order_for(lin, waiting.id).status == "SUBMITTED"
    town.pump.run()
    assert queries.order_for(lin, waiting.id).status == "SUCCEEDED"
    with pytest.raises(NotFound):
        actions.ask_about(actor=zhou, order_id=waiting.id, now=town.now)


def test_a_lost_job_is_made_good(town, scripted, monkeypatch) -> None:
    from kefu.core import clock
    from kefu.wallet import tasks

    lin = town.customer("林晓")
    scripted.outcome = "PROCESSING"
    waiting = town.top_up(lin, 200_00)
    scripted.outcome = "SUCCEEDED"
    rails.ask_now(actor=SYSTEM, instruction_id=waiting.instruction_id, now=town.now)
    town.pump.skip()
    monkeypatch.setattr(clock, "now", lambda: town.now + timedelta(minutes=1))
    tasks.catch_up(0)
    assert queries.order_for(lin, waiting.id).status == "SUCCEEDED"
