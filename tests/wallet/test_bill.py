"""Bills and repayments: debited, acknowledged and posted are three facts; refused ones are back whole."""

from dataclasses import replace
from datetime import date, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rails import papers

from kefu.core.actor import SYSTEM
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.wallet import actions, queries
from kefu.wallet.models import Order
from kefu.wallet.queries.bill import saved_accounts_for
from kefu.wallet.queries.limits.fee import quota_left_for
from kefu.wallet.rules.payee import PAYEES, posts_on

POWER = "payee:river_power"
CARD = {"payee": "cmb_card", "number": "8812"}
DEBT = {"amount_due": 5_000_00, "minimum": 500_00, "partial": True, "days": 1, "cutoff": time(16, 0)}


def steps(order: queries.OrderView) -> list[str]:
    return [step.code for step in order.steps if step.state == "done"]


def statement(town, order: queries.OrderView, connector: str, **kinds: int) -> None:
    """The house's statement of the day with a line of this order for each kind, taken in."""
    instruction = outside.instruction_of(order.order_ref)
    assert instruction is not None
    entries = [
        papers.Entry(
            bank_ref=f"ST{order.no}{kind}", instruction=str(instruction.id), kind=kind, amount=amount, at=town.now
        )
        for kind, amount in kinds.items()
    ]
    day = town.now.date()
    raw = papers.statement(entries, day=day, account=f"SANDBOX-{connector.upper()}-CNY")
    rails.import_statement(actor=SYSTEM, connector_code=connector, day=day, raw=raw, now=town.now)
    town.pump.run()


@pytest.mark.row("W-07")
def test_account_is_checked_before_anything_is_paid(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    found = town.bill(lin)
    assert (found.status, found.holder_masked, found.number_masked) == ("FOUND", "林*", "12****7890")
    assert (found.amount_due.minor, found.period, found.late) == (128_50, "2026-11", False)
    biller.unknown.add("9999999999")
    refused = town.bill(lin, number="9999999999")
    assert (refused.status, refused.reason_text) == ("REFUSED", "没有这个号码的账户，请核对后重新填写。")
    with pytest.raises(Refusal, match=r"wallet\.bill\.check_over"):
        actions.quote_bill(actor=lin, check_id=refused.id, amount=Money(1), now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.bill\.payee_unknown"):
        actions.check_account(actor=lin, payee="nobody", number="123456", now=town.now)
    with pytest.raises(Refusal, match=r"rails\.account\.number_wrong"):
        actions.check_account(actor=lin, payee="river_power", number="12ab", now=town.now)
    assert town.money(lin) == (500_00, 0)


@pytest.mark.row("W-08")
def test_debited_acknowledged_and_posted_are_three_facts_with_their_times(town, lender) -> None:
    lender.bill, lender.outcome = DEBT, "PROCESSING"
    lin = town.customer("林晓", 6_000_00)
    lender.at = town.now
    held = town.pay_bill(lin, 3_000_00, **CARD)
    assert (held.status, held.fee.minor, held.direction) == ("SUBMITTED", 1_00, "out")
    assert town.money(lin) == (2_999_00, 3_001_00)
    lender.outcome = "ACKNOWLEDGED"
    town.wait(minutes=5)
    taken = town.ask_bank(lin, held)
    assert (taken.status, taken.acknowledged_at) == ("ACKNOWLEDGED", lender.at)
    assert (town.money(lin), town.house("L31", "payee:cmb_card")) == ((2_999_00, 0), 3_001_00)
    assert [step.code for step in taken.steps if step.state != "done"] == ["posted"]
    town.wait(hours=20)
    lender.outcome = "SUCCEEDED"
    done = town.ask_bank(lin, taken)
    assert steps(done) == ["created", "held", "submitted", "acknowledged", "debited", "posted"]
    at = {step.code: step.at for step in done.steps}
    assert at["acknowledged"] == lender.at < at["debited"] <= at["posted"]
    assert (done.status, town.house("L31", "payee:cmb_card"), town.house("I11")) == ("SUCCEEDED", 3_000_00, 1_00)
    assert Notice.objects.filter(user_id=lin.uuid, kind="repayment_done").count() == 1
    assert books.check_books() == []


@pytest.mark.row("W-07")
def test_statement_of_the_biller_clears_what_we_owed_it(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    done = town.pay_bill(lin)
    assert (done.status, done.fee.minor, done.bank_ref != "") == ("SUCCEEDED", 0, True)
    safe = town.house("A10")
    statement(town, done, "biller", payout=-128_50)
    assert (town.house("L31", POWER), town.house("A10")) == (0, safe - 128_50)
    assert steps(queries.order_for(lin, done.id))[-1] == "cleared"
    statement(town, done, "biller", payout=-128_50)
    assert (town.house("L31", POWER), books.check_books()) == (0, [])


def test_refused_at_once_everything_is_back(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    biller.outcome, biller.reason = "FAILED", "account_closed"
    failed = town.pay_bill(lin)
    assert (failed.status, failed.reason_text, town.money(lin)) == ("FAILED", "对方账户已销户", (500_00, 0))
    assert books.check_books() == []


@pytest.mark.row("W-08")
def test_refused_after_it_was_taken_on_amount_fee_and_quota_are_back(town, lender) -> None:
    lender.bill, lender.outcome = DEBT, "ACKNOWLEDGED"
    lin = town.customer("林晓", 6_000_00)
    taken = town.pay_bill(lin, 3_000_00, **CARD)
    assert (taken.status, quota_left_for(lin, kind="repayment", now=town.now).minor) == ("ACKNOWLEDGED", 0)
    lender.outcome, lender.reason = "FAILED", "account_unknown"
    failed = town.ask_bank(lin, taken)
    assert (failed.status, failed.reason_text) == ("FAILED", "户号或卡号不对")
    assert (town.money(lin), town.house("L31", "payee:cmb_card"), town.house("I11")) == ((6_000_00, 0), 0, 0)
    assert quota_left_for(lin, kind="repayment", now=town.now).minor == 2_000_00
    assert books.check_books() == []


def test_taken_on_in_the_reply_to_the_sending_is_no_proof(town, biller, monkeypatch) -> None:
    lin = town.customer("林晓", 500_00)
    submit = biller.submit
    monkeypatch.setattr(biller, "submit", lambda self, order: replace(submit(self, order), outcome="ACKNOWLEDGED"))
    biller.outcome = "PROCESSING"
    sent = town.pay_bill(lin)
    assert (sent.status, sent.acknowledged_at) == ("SUBMITTED", None)
    assert (town.money(lin), town.house("L31", POWER)) == ((371_50, 128_50), 0)
    biller.outcome = "ACKNOWLEDGED"
    taken = town.pay_bill(lin, number="9876543210")
    assert taken.status == "ACKNOWLEDGED", "a question at once confirms it"
    assert (town.money(lin), town.house("L31", POWER)) == ((243_00, 128_50), 128_50)


def test_reversed_after_it_was_posted_is_the_customers_again(town, lender) -> None:
    lender.bill = DEBT
    lin = town.customer("林晓", 6_000_00)
    done = town.pay_bill(lin, 3_000_00, **CARD)
    lender.outcome, lender.reason = "RETURNED", "account_closed"
    back = town.ask_bank(lin, done)
    assert (back.status, town.money(lin), town.house("I11")) == ("RETURNED", (6_000_00, 0), 0)
    assert steps(back)[-1] == "reversed"
    statement(town, back, "lender", payout=-3_000_00, **{"return": 3_000_00})
    assert (town.house("L31", "payee:cmb_card"), books.check_books()) == (0, [])


@pytest.mark.row("W-09")
def test_loan_is_repaid_in_part_and_in_full_free_of_charge(town, lender) -> None:
    lender.bill = {**DEBT, "kind": "loan"}
    lin = town.customer("林晓", 6_000_00)
    loan = {"payee": "qinghe_loan", "number": "123456789012"}
    part = town.pay_bill(lin, 500_00, **loan)
    lender.bill["amount_due"] = 4_500_00
    rest = town.pay_bill(lin, 4_500_00, **loan)
    assert [(order.status, order.fee.minor) for order in (part, rest)] == [("SUCCEEDED", 0)] * 2
    lender.bill["amount_due"] = 0
    with pytest.raises(Refusal, match=r"wallet\.bill\.nothing_due"):
        town.quote_bill(lin, 1_00, **loan)
    assert quota_left_for(lin, kind="repayment", now=town.now).minor == 2_000_00


@pytest.mark.row("W-17")
def test_credit_card_fee_has_a_quota_each_month(town, lender) -> None:
    lender.bill = {**DEBT, "amount_due": 9_000_00}
    lin = town.customer("林晓", 20_000_00)
    assert town.pay_bill(lin, 2_000_00, **CARD).fee.minor == 0
    assert town.pay_bill(lin, 1_000_00, **CARD).fee.minor == 1_00
    town.wait(days=32)
    assert town.quote_bill(lin, 1_999_00, **CARD).fee.minor == 0


@pytest.mark.parametrize(
    ("bill", "amount", "code"),
    [
        ({}, 128_49, "wallet.bill.amount_unfit"),
        ({}, 128_51, "wallet.bill.amount_unfit"),
        ({"amounts": (30_00, 50_00)}, 31_00, "wallet.bill.amount_unfit"),
        ({**DEBT}, 5_000_01, "wallet.bill.amount_unfit"),
        ({"amount_due": 0}, 1_00, "wallet.bill.nothing_due"),
        ({}, 0, "core.amount.not_positive"),
    ],
)
def test_amounts_that_the_biller_does_not_take_are_refused(town, biller, bill, amount, code) -> None:
    lin, biller.bill = town.customer("林晓", 9_000_00), bill
    with pytest.raises(Refusal) as refused:
        town.quote_bill(lin, amount)
    assert (refused.value.code, town.money(lin)) == (code, (9_000_00, 0))


def test_check_of_somebody_else_or_long_ago_quotes_nothing(town, biller) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王强", 500_00)
    found = town.bill(lin)
    with pytest.raises(NotFound):
        actions.quote_bill(actor=wang, check_id=found.id, amount=Money(128_50), now=town.now)
    town.wait(minutes=11)
    with pytest.raises(Refusal, match=r"wallet\.bill\.check_over"):
        actions.quote_bill(actor=lin, check_id=found.id, amount=Money(128_50), now=town.now)


@pytest.mark.row("W-28")
@pytest.mark.parametrize(
    ("at", "days", "wanted"),
    [("21:59", 0, 22), ("22:00", 0, 23), ("09:00", 1, 23), ("23:30", 1, 24)],
)
def test_cut_off_decides_the_day_of_booking(at: str, days: int, wanted: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime.combine(date(2026, 11, 22), time.fromisoformat(at), zone)
    assert posts_on(cutoff=time(22, 0), days=days, now=now, zone=zone) == date(2026, 11, wanted)


@pytest.mark.row("W-28")
def test_payment_that_would_be_booked_too_late_must_be_accepted_first(town, lender) -> None:
    today = town.now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    lender.bill = {**DEBT, "due_on": today}
    lin = town.customer("林晓", 6_000_00)
    assert town.bill(lin, **CARD).late
    with pytest.raises(Refusal, match=r"wallet\.bill\.late"):
        town.pay_bill(lin, 500_00, **CARD)
    assert (town.money(lin), Order.objects.filter(kind="repayment").count()) == ((6_000_00, 0), 0)
    paid = town.pay_bill(lin, 500_00, late_accepted=True, **CARD)
    assert paid.bill is not None
    assert (paid.status, paid.bill.late, paid.bill.due_on) == ("SUCCEEDED", True, today)


def test_accounts_paid_before_are_paid_again_without_their_number(town, biller) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王强", 0)
    town.quote_bill(lin)
    assert saved_accounts_for(lin) == []
    town.pay_bill(lin)
    (saved,) = saved_accounts_for(lin)
    assert (saved.payee.code, saved.number_masked, saved.holder_masked) == ("river_power", "12****7890", "林*")
    assert saved_accounts_for(lin, kind="repayment") == saved_accounts_for(wang) == []
    asked = actions.check_saved_account(actor=lin, account_id=saved.id, now=town.now)
    town.pump.run()
    quote = actions.quote_bill(actor=lin, check_id=asked.id, amount=Money(128_50), now=town.now)
    assert actions.pay_bill(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now).status == "HELD"
    for who in (wang, lin):
        with pytest.raises(NotFound):
            actions.remove_account(actor=wang, account_id=saved.id, now=town.now)
        with pytest.raises(NotFound):
            actions.check_saved_account(actor=wang, account_id=saved.id, now=town.now)
        assert who
    actions.remove_account(actor=lin, account_id=saved.id, now=town.now)
    assert saved_accounts_for(lin) == []
    with pytest.raises(NotFound):
        actions.remove_account(actor=lin, account_id=saved.id, now=town.now)


def test_bill_that_was_told_before_a_stop_is_posted_after_it(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    biller.outcome = "PROCESSING"
    waiting = town.pay_bill(lin)
    actions.stop_outflows(actor=lin, reason_code="other", now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.account\.outflows_stopped"):
        town.quote_bill(lin, number="2234567890")
    biller.outcome = "ACKNOWLEDGED"
    assert town.ask_bank(lin, waiting).status == "ACKNOWLEDGED"
    biller.outcome = "SUCCEEDED"
    assert town.ask_bank(lin, waiting).status == "SUCCEEDED"
    assert books.check_books() == []


def test_large_repayment_wants_the_pin(town, lender) -> None:
    lender.bill = {**DEBT, "amount_due": 9_000_00}
    lin = town.customer("林晓", 10_000_00)
    quote = town.quote_bill(lin, 6_000_00, **CARD)
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.pay_bill(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    town.prove(lin, f"quote:{quote.id}")
    assert actions.pay_bill(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now).status == "HELD"


def test_nobody_sees_or_pays_another_ones_bill(town, biller) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王强", 500_00)
    quote = town.quote_bill(lin)
    with pytest.raises(NotFound):
        actions.pay_bill(actor=wang, key=uuid4(), quote_id=quote.id, now=town.now)
    paid = town.pay_bill(lin)
    with pytest.raises(NotFound):
        queries.order_for(wang, paid.id)


OUTCOMES = st.sampled_from(["PROCESSING", "ACKNOWLEDGED", "SUCCEEDED", "FAILED", "RETURNED"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=st.integers(1, 4_999_99), heard=st.lists(OUTCOMES, min_size=1, max_size=6))
def test_whatever_is_heard_in_whatever_order_no_cent_is_lost(town, lender, amount: int, heard: list[str]) -> None:
    with transaction.atomic():
        lender.reset()
        lender.bill = DEBT
        lin = town.customer("林晓", 6_000_00)
        lender.outcome = heard[0]
        order = town.pay_bill(lin, amount, **CARD)
        for outcome in heard[1:]:
            lender.outcome = outcome
            order = town.ask_bank(lin, order)
        available, held = town.money(lin)
        owed = town.house("L31", "payee:cmb_card")
        total = amount + order.fee.minor
        gone = {"SUCCEEDED": total, "ACKNOWLEDGED": total}.get(order.status, 0)
        assert available + held + gone == 6_000_00
        assert owed == {"SUCCEEDED": amount, "RETURNED": amount, "ACKNOWLEDGED": total}.get(order.status, 0)
        assert (held == 0) is (order.status not in ("HELD", "SUBMITTED", "UNKNOWN"))
        assert books.check_books() == []
        transaction.set_rollback(True)


def test_every_payee_belongs_to_a_house_and_a_fee(town) -> None:
    kinds = {fee.kind for fee in queries.fees()}
    assert {payee.priced_as or payee.kind for payee in PAYEES.values()} <= kinds
    assert {payee.connector for payee in PAYEES.values()} == {"biller", "lender"}
