"""Withdrawals: held at once, paid on the bank's word, given back whole when the bank refuses or returns them."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connections
from tests.rails import papers

from kefu.core.actor import SYSTEM
from kefu.core.keyed import KeyReused
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.models import Instruction, Recall
from kefu.rails.rules import BANK_ZONE
from kefu.wallet import actions, queries
from kefu.wallet.models import Order
from kefu.wallet.queries.limits.fee import quota_left_for

FREE = 1_000_00


def quote(town, who, amount, *, card=None):
    card = card or town.card(who)
    return actions.quote_withdrawal(actor=who, instrument_id=card, amount=Money(amount), now=town.now)


def quota(town, who) -> int:
    return quota_left_for(who, kind="withdrawal", now=town.now).minor


def statement(town, *lines: tuple[object, str, int]) -> None:
    """The bank's statement of the day with a line (order, kind, amount) each, taken in."""
    entries = [
        papers.Entry(
            bank_ref=f"ST{order.no}{kind}",
            instruction=str(outside.instruction_of(order.order_ref).id),
            kind=kind,
            amount=amount,
            at=town.now,
        )
        for order, kind, amount in lines
    ]
    day = town.now.date()
    raw = papers.statement(entries, day=day)
    rails.import_statement(actor=SYSTEM, connector_code="sandbox", day=day, raw=raw, now=town.now)
    town.pump.run()


@pytest.mark.row("W-04")
def test_amount_and_fee_are_held_at_once_and_leave_when_the_bank_has_paid(town, scripted) -> None:
    lin = town.customer("林晓", 6_000_00)
    scripted.outcome = "PROCESSING"
    waiting = town.withdraw(lin, 5_000_00 - 1)
    assert (waiting.status, waiting.fee.minor) == ("SUBMITTED", 400)
    assert town.money(lin) == (6_000_00 - 4_999_99 - 400, 4_999_99 + 400)
    scripted.outcome = "SUCCEEDED"
    done = town.ask_bank(lin, waiting)
    assert done.status == "SUCCEEDED"
    assert town.money(lin) == (6_000_00 - 4_999_99 - 400, 0)
    assert (town.house("L20"), town.house("I10")) == (4_999_99, 400)
    assert [step.code for step in done.steps] == ["created", "held", "submitted", "paid_out"]
    assert (done.direction, done.counterparty_masked) == ("out", "招商银行 (0012)")
    assert books.check_books() == []


@pytest.mark.row("W-17")
def test_free_quota_is_used_once_in_a_life_and_then_the_fee_is_what_was_quoted(town) -> None:
    lin = town.customer("林晓", 20_000_00)
    assert quota(town, lin) == FREE
    first = town.withdraw(lin, 300_00)
    assert (first.fee.minor, quota(town, lin)) == (0, 700_00)
    town.wait(days=400)
    second = quote(town, lin, 4_700_00)
    assert (second.fee.minor, second.quota_used.minor) == (4_00, 700_00)
    assert town.withdraw(lin, 4_700_00).fee.minor == 4_00
    assert (quota(town, lin), quote(town, lin, 1_00).fee.minor) == (0, 10)


@pytest.mark.row("W-04")
def test_refused_by_the_bank_everything_is_back(town, scripted) -> None:
    lin = town.customer("林晓", 3_000_00)
    scripted.outcome, scripted.reason = "FAILED", "card_closed"
    failed = town.withdraw(lin, 2_000_00)
    assert (failed.status, failed.reason_text) == ("FAILED", "银行卡已注销")
    assert (town.money(lin), quota(town, lin)) == ((3_000_00, 0), FREE)
    assert books.check_books() == []


@pytest.mark.row("W-04")
@pytest.mark.parametrize("heard", ["after", "at_once"])
def test_returned_two_days_later_amount_fee_and_quota_are_back_and_the_customer_is_told(town, scripted, heard) -> None:
    lin = town.customer("林晓", 3_000_00)
    scripted.outcome = "SUCCEEDED" if heard == "after" else "RETURNED"
    paid = town.withdraw(lin, 2_000_00)
    if heard == "after":
        assert (town.money(lin), quota(town, lin)) == ((3_000_00 - 2_001_00, 0), 0)
        town.wait(days=2)
        scripted.outcome = "RETURNED"
        paid = town.ask_bank(lin, paid)
    assert paid.status == "RETURNED"
    assert paid.returned_at is not None
    assert (town.money(lin), quota(town, lin)) == ((3_000_00, 0), FREE)
    assert town.house("I10") == 0
    assert town.ask_bank(lin, paid).status == "RETURNED"
    assert (town.money(lin), books.check_books()) == ((3_000_00, 0), [])
    told = Notice.objects.filter(user_id=lin.uuid, kind="withdrawal_returned").values_list("values", flat=True)
    assert [value["amount"] for value in told] == ["¥2,000.00"]


@pytest.mark.row("W-04")
def test_statement_clears_payout_and_return_each_once(town, scripted) -> None:
    lin = town.customer("林晓", 3_000_00)
    kept, back = town.withdraw(lin, 500_00), town.withdraw(lin, 700_00)
    scripted.of[back.instruction_id] = "RETURNED"
    town.ask_bank(lin, back)
    for _again in range(2):
        statement(town, (kept, "payout", -500_00), (back, "payout", -700_00), (back, "return", 700_00))
    assert town.house("L20") == 0
    assert (town.house("A10"), town.house("A20")) == (-500_00, 3_000_00)  # the fee of 0.20 was swept, and funded again
    assert queries.order_for(lin, kept.id).steps[-1].code == "cleared"
    assert [step.code for step in queries.order_for(lin, back.id).steps][-2:] == ["cleared", "return_cleared"]
    assert books.check_books() == []


def test_return_that_only_the_statement_tells_of_is_believed(town, scripted) -> None:
    """The callback was lost: the bank's own book of the account is its word, too."""
    lin = town.customer("林晓", 3_000_00)
    paid = town.withdraw(lin, 700_00)
    scripted.of[paid.instruction_id] = "RETURNED"
    statement(town, (paid, "payout", -700_00), (paid, "return", 700_00))
    assert queries.order_for(lin, paid.id).status == "RETURNED"
    assert town.money(lin) == (3_000_00, 0)
    assert books.check_books() == []


def test_statement_that_shows_another_amount_or_direction_moves_nothing(town, scripted) -> None:
    lin = town.customer("林晓", 3_000_00)
    scripted.outcome = "PROCESSING"
    waiting = town.withdraw(lin, 700_00)
    statement(town, (waiting, "payout", -70_00), (waiting, "debit", 700_00))
    assert queries.order_for(lin, waiting.id).status == "SUBMITTED"
    verdicts = [a.verdict for a in outside.advice_of(waiting.order_ref) if a.kind == "statement"]
    assert verdicts == ["mismatched", "mismatched"]


@pytest.mark.row("W-04")
def test_yes_after_a_no_moves_nothing_and_is_written_down_for_people(town, scripted) -> None:
    """The customer has had the money back since the No: only people can say who bears it."""
    lin = town.customer("林晓", 3_000_00)
    scripted.outcome = "FAILED"
    failed = town.withdraw(lin, 700_00)
    scripted.outcome = "SUCCEEDED"
    after = town.ask_bank(lin, failed)
    assert (after.status, after.steps[-1].code) == ("FAILED", "contradicted")
    assert town.money(lin) == (3_000_00, 0)


def test_stop_of_outflows_refuses_new_ones_and_lets_the_books_follow_the_bank(town, scripted) -> None:
    lin = town.customer("林晓", 3_000_00)
    scripted.outcome = "PROCESSING"
    waiting, quoted = town.withdraw(lin, 700_00), quote(town, lin, 100_00)
    actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.account\.outflows_stopped"):
        actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=quoted.id, now=town.now)
    scripted.outcome = "SUCCEEDED"
    assert town.ask_bank(lin, waiting).status == "SUCCEEDED"
    assert town.money(lin) == (2_300_00, 0)
    assert books.check_books() == []


@pytest.mark.row("W-04")
def test_bank_that_never_answers_keeps_the_hold_until_it_does(town, scripted) -> None:
    lin = town.customer("林晓", 3_000_00)
    card = town.card(lin)
    scripted.down = True
    made = actions.create_withdrawal(
        actor=lin, key=uuid4(), quote_id=quote(town, lin, 700_00, card=card).id, now=town.now
    )
    town.pump.run()
    assert queries.order_for(lin, made.id).status == "UNKNOWN"
    assert town.money(lin) == (2_300_00, 700_00)
    scripted.down = False
    town.wait(minutes=1)
    after = town.ask_bank(lin, queries.order_for(lin, made.id))
    assert (after.status, scripted.submissions) == ("UNKNOWN", 2)  # the top-up, and this one under the same number
    assert town.ask_bank(lin, after).status == "SUCCEEDED"
    assert town.money(lin) == (2_300_00, 0)


@pytest.mark.parametrize("amount", [0, -1, 50_000_01, 1.5, True])
def test_bad_amounts_are_refused_and_change_nothing(town, amount) -> None:
    lin = town.customer("林晓", 3_000_00)
    with pytest.raises(Refusal, match=r"core\.amount\."):
        quote(town, lin, amount)
    assert town.money(lin) == (3_000_00, 0)


def test_more_than_there_is_somebody_elses_card_and_quote_are_refused(town) -> None:
    lin, wang = town.customer("林晓", 3_000_00), town.customer("王芳", 100_00)
    with pytest.raises(Refusal, match=r"insufficient_funds"):
        quote(town, wang, 100_01)
    with pytest.raises(NotFound):
        quote(town, wang, 1_00, card=town.card(lin))
    theirs = quote(town, lin, 1_00)
    for take in (actions.create_withdrawal, actions.create_transfer):
        with pytest.raises(NotFound):
            take(actor=wang, key=uuid4(), quote_id=theirs.id, now=town.now)
    with pytest.raises(NotFound):
        actions.create_transfer(actor=lin, key=uuid4(), quote_id=theirs.id, now=town.now)


def test_same_key_or_quote_again_is_one_order_and_a_late_one_none(town) -> None:
    lin, key = town.customer("林晓", 3_000_00), uuid4()
    first, other, late = (quote(town, lin, 100_00) for _ in range(3))
    made = actions.create_withdrawal(actor=lin, key=key, quote_id=first.id, now=town.now)
    for again in (key, uuid4()):
        assert actions.create_withdrawal(actor=lin, key=again, quote_id=first.id, now=town.now).id == made.id
    with pytest.raises(KeyReused):
        actions.create_withdrawal(actor=lin, key=key, quote_id=other.id, now=town.now)
    town.wait(minutes=6)
    with pytest.raises(Refusal, match=r"wallet\.quote\.expired"):
        actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=late.id, now=town.now)
    assert Order.objects.filter(kind="withdrawal").count() == 1


def test_large_one_takes_the_payment_pin_for_this_very_quote(town) -> None:
    lin = town.customer("林晓", 20_000_00)
    large, other = quote(town, lin, 5_000_00), quote(town, lin, 5_000_00)
    assert large.needs_pin
    town.prove(lin, f"quote:{other.id}")
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=large.id, now=town.now)
    town.prove(lin, f"quote:{large.id}")
    assert actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=large.id, now=town.now).status == "HELD"


def test_second_of_two_quotes_on_the_same_free_quota_has_to_be_confirmed_anew(town) -> None:
    lin = town.customer("林晓", 3_000_00)
    one, two = quote(town, lin, 800_00), quote(town, lin, 800_00)
    assert (one.fee.minor, two.fee.minor) == (0, 0)
    actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=one.id, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.quote\.changed"):
        actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=two.id, now=town.now)
    assert (quote(town, lin, 800_00).fee.minor, quota(town, lin)) == (60, 200_00)


@pytest.mark.row("W-04")
def test_hundred_at_once_never_take_more_than_there_is(committed_town) -> None:
    """Each of a hundred threads has its own quote for a fifth of the money and confirms it in the same moment."""
    town = committed_town
    lin = town.customer("林晓", 2_000_00)
    town.withdraw(lin, FREE)  # the free quota is used, so that all quotes stay true
    quotes = [quote(town, lin, 190_00).id for _ in range(100)]

    def take(quote_id: object) -> str:
        try:
            return actions.create_withdrawal(actor=lin, key=uuid4(), quote_id=quote_id, now=town.now).status
        except Refusal as refused:
            return refused.code
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(take, quotes))
    assert (told.count("HELD"), told.count("wallet.transfer.insufficient_funds")) == (5, 95)
    assert town.money(lin) == (1_000_00 - 5 * 190_19, 5 * 190_19)
    assert books.check_books() == []


@pytest.mark.row("W-04")
def test_a_status_report_is_the_banks_word_with_its_reason(town, scripted) -> None:
    lin = town.customer("林晓", 3_000_00)
    scripted.outcome = "PROCESSING"
    refused, paid = town.withdraw(lin, 700_00), town.withdraw(lin, 500_00)
    said = [
        papers.Payment(instruction=str(refused.instruction_id), status="RJCT", reason="AC06", amount=700_00),
        papers.Payment(instruction=str(paid.instruction_id), status="ACCC", amount=500_00),
    ]
    raw = papers.status_report(said, at=town.now)
    day = town.now.astimezone(BANK_ZONE).date()
    rails.import_status_report(actor=SYSTEM, connector_code="sandbox", day=day, raw=raw, now=town.now)
    town.pump.run()
    failed, done = (queries.order_for(lin, one.id) for one in (refused, paid))
    assert (failed.status, failed.reason_text, done.status) == ("FAILED", "银行卡被冻结", "SUCCEEDED")
    assert town.money(lin) == (3_000_00 - 500_00 - done.fee.minor, 0)
    assert books.check_books() == []


def outage(town, scripted, order) -> None:
    """The bank cannot be reached from now on until the ladder has ended."""
    while not (row := Instruction.objects.get(pk=order.instruction_id)).ladder_ended_at:
        town.now = row.next_query_at
        rails.climb(instruction_id=row.id, now=town.now)
    town.pump.run()


def ask_daily(town, order) -> None:
    row = Instruction.objects.get(pk=order.instruction_id)
    town.now = row.next_query_at
    assert row.id in rails.claim_due(now=town.now)
    rails.climb(instruction_id=row.id, now=town.now)
    town.pump.run()


def test_what_never_reached_the_bank_comes_back_a_day_after_the_ladder(town, scripted) -> None:
    lin = town.customer("林晓", 500_00)
    scripted.down = True
    order = town.withdraw(lin, 100_00)
    outage(town, scripted, order)
    assert queries.order_for(lin, order.id).status == "MANUAL"
    assert town.money(lin)[0] < 500_00
    ask_daily(town, order)
    assert queries.order_for(lin, order.id).status == "MANUAL", "the bank is still silent: nothing is known"
    scripted.down = False
    ask_daily(town, order)
    done = queries.order_for(lin, order.id)
    assert (done.status, done.reason) == ("FAILED", "never_arrived")
    assert town.money(lin) == (500_00, 0)
    assert scripted.submissions == 1, "the top-up alone: a given-up payout is not sent again"
    assert Instruction.objects.get(pk=order.instruction_id).next_query_at is None
    assert books.check_books() == []


def test_what_was_sent_less_than_a_day_ago_may_still_arrive(town, scripted) -> None:
    lin = town.customer("林晓", 500_00)
    scripted.down = True
    order = town.withdraw(lin, 100_00)
    outage(town, scripted, order)
    Instruction.objects.filter(pk=order.instruction_id).update(sent_at=town.now)
    scripted.down = False
    town.wait(hours=23)
    assert town.ask_bank(lin, order).status == "MANUAL"
    town.wait(hours=1)
    assert town.ask_bank(lin, order).status == "FAILED"


def test_what_the_bank_has_after_the_ladder_is_asked_for_until_it_ends(town, scripted) -> None:
    lin = town.customer("林晓", 500_00)
    scripted.outcome = "PROCESSING"
    order = town.withdraw(lin, 100_00)
    outage(town, scripted, order)
    for _day in range(3):
        ask_daily(town, order)
        assert queries.order_for(lin, order.id).status == "MANUAL"
    scripted.outcome = "SUCCEEDED"
    ask_daily(town, order)
    assert queries.order_for(lin, order.id).status == "SUCCEEDED"
    assert town.pump.heard.count("rails.ladder_ended") == 1


def test_what_the_bank_once_acknowledged_is_not_given_back_because_it_forgot_it(town, scripted) -> None:
    lin = town.customer("林晓", 500_00)
    scripted.outcome = "PROCESSING"
    order = town.withdraw(lin, 100_00)
    outage(town, scripted, order)
    scripted.taken.pop(order.instruction_id)
    ask_daily(town, order)
    assert queries.order_for(lin, order.id).status == "MANUAL"
    assert town.money(lin)[1] > 0


def test_asking_for_it_back_does_not_make_the_bank_have_it(town, scripted) -> None:
    lin = town.customer("林晓", 500_00)
    scripted.down = True
    order = town.withdraw(lin, 100_00)
    outage(town, scripted, order)
    scripted.down, scripted.recall_problem = False, "payment_unknown"
    town.prove(lin, f"recall:{order.id}")
    actions.recall_withdrawal(actor=lin, order_id=order.id, reason="AC03", now=town.now)
    town.pump.run()
    said = Recall.objects.get(instruction_id=order.instruction_id)
    rails.carry_recall(recall_id=said.id, now=town.now)
    assert said.instruction.advice.filter(kind="recall", outcome="payment_unknown").exists()
    town.wait(hours=25)
    assert town.ask_bank(lin, order).status == "FAILED"
    assert town.money(lin) == (500_00, 0)
