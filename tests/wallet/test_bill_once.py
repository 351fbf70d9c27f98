"""A bill is paid once: not while the first payment has no end, not from two tabs, not by trying again."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.rails.models import Instruction
from kefu.wallet import actions, queries
from kefu.wallet.models import Order
from kefu.wallet.queries.bill import failures_for, saved_accounts_for


@pytest.mark.row("F-31")
def test_same_bill_is_not_paid_again_while_the_first_has_no_end(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    quoted_before = town.quote_bill(lin)
    biller.down = True
    with pytest.raises(Refusal):
        town.quote_bill(lin)
    biller.down = False
    biller.outcome = "PROCESSING"
    first = town.pay_bill(lin)
    for attempt in (lambda: town.quote_bill(lin), lambda: actions.pay_bill(
        actor=lin, key=uuid4(), quote_id=quoted_before.id, now=town.now
    )):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "wallet.bill.under_way"
        assert first.no in str(refused.value.reader_text())
        assert "请勿重复支付" in str(refused.value.reader_text())
    assert town.money(lin) == (500_00 - 128_50, 128_50)
    biller.outcome = "FAILED"
    town.ask_bank(lin, first)
    biller.outcome = "SUCCEEDED"
    assert town.pay_bill(lin).status == "SUCCEEDED"
    assert town.money(lin) == (500_00 - 128_50, 0)


@pytest.mark.row("F-31")
def test_time_out_is_unknown_and_the_same_number_is_asked_for(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    quote = town.quote_bill(lin)
    biller.down = True
    made = actions.pay_bill(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    town.pump.run()
    unknown = queries.order_for(lin, made.id)
    assert (unknown.status, town.money(lin)) == ("UNKNOWN", (500_00 - 128_50, 128_50))
    biller.down = False
    town.wait(seconds=30)
    town.ask_bank(lin, unknown)
    done = town.ask_bank(lin, unknown)
    assert (done.status, biller.submissions, len(biller.taken)) == ("SUCCEEDED", 1, 1)
    assert Instruction.objects.filter(order_ref=done.order_ref).count() == 1


@pytest.mark.row("F-31")
def test_retry_with_the_same_key_gives_the_same_order_and_failures_are_counted(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    quote, key = town.quote_bill(lin), uuid4()
    first = actions.pay_bill(actor=lin, key=key, quote_id=quote.id, now=town.now)
    again = actions.pay_bill(actor=lin, key=key, quote_id=quote.id, now=town.now)
    other_key = actions.pay_bill(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert first.id == again.id == other_key.id
    town.pump.run()
    biller.outcome = "FAILED"
    for wanted in (1, 2, 3):
        town.pay_bill(lin)
        account = saved_accounts_for(lin)[0].id
        assert failures_for(lin, account, now=town.now) == wanted
    town.wait(days=3)
    assert failures_for(lin, account, now=town.now) == 0


def test_database_itself_refuses_a_second_open_payment_of_a_bill(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    biller.outcome = "PROCESSING"
    second = town.quote_bill(lin)
    first = Order.objects.get(pk=town.pay_bill(lin).id)
    with pytest.raises(IntegrityError, match="one_open_payment_per_bill"), transaction.atomic():
        Order.objects.create(
            no="B0", kind="bill", customer_id=lin.uuid, payer_label="", payee_label="", amount=first.amount,
            currency="CNY", account=first.account, quote_id=second.id, created_at=town.now,
        )  # fmt: skip


@pytest.mark.row("F-31")
def test_two_tabs_with_a_page_each_pay_one_bill(committed_town, biller) -> None:
    town = committed_town
    lin = town.customer("林晓", 500_00)
    quotes = [town.quote_bill(lin) for _ in range(4)]

    def pay(quote: queries.QuoteView) -> str:
        try:
            actions.pay_bill(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
            return "paid"
        except Refusal as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(pay, quotes))
    assert told == ["paid", *["wallet.bill.under_way"] * 3]
    assert town.money(lin) == (500_00 - 128_50, 128_50)


@pytest.mark.row("F-31")
def test_what_was_quoted_before_a_payment_is_not_paid_after_it(town, biller) -> None:
    lin = town.customer("林晓", 500_00)
    other_tab = town.quote_bill(lin)
    found = town.bill(lin)
    town.wait(seconds=30)
    assert (first := town.pay_bill(lin)).status == "SUCCEEDED"
    for attempt in (
        lambda: actions.pay_bill(actor=lin, key=uuid4(), quote_id=other_tab.id, now=town.now),
        lambda: actions.quote_bill(actor=lin, check_id=found.id, amount=Money(128_50), now=town.now),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "wallet.bill.paid_since"
        assert first.no in str(refused.value.reader_text())
    assert town.money(lin) == (500_00 - 128_50, 0)
    town.wait(seconds=30)
    assert town.pay_bill(lin).status == "SUCCEEDED"
