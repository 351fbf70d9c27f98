"""What merchants are paid out: what is settled and theirs, once, to a checked account, by the bank's word."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wallet.mall import Mall, Shop
from tests.wallet.scripted import CODE, ScriptedBank
from tests.wallet.test_race import at_once, unexpected
from tests.wallet.town import PAN, Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.models import CardCheck
from kefu.wallet import actions
from kefu.wallet.models import Disbursement, Merchant, MerchantAccount, Order
from kefu.wallet.queries.shop.disbursement import (
    DisbursementView,
    account_link_for,
    disbursements_for,
    proposed_accounts_for,
    shop_accounts_for,
    shop_statement_for,
)
from kefu.wallet.queries.shop.merchant import shop_for
from kefu.wallet.tasks import watch_shops


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def propose(town: Town, shop: Shop, pan: str = PAN, holder: str = "") -> MerchantAccount:
    """In the merchant's own name, unless said otherwise."""
    named = holder or Merchant.objects.get(pk=shop.id).name
    asked = actions.link_merchant_account(actor=shop.actor, pan=pan, holder=named, phone="13900000000", now=town.now)
    town.pump.run()
    actions.confirm_merchant_account(actor=shop.actor, check_id=asked.id, code=CODE, now=town.now)
    town.pump.run()
    assert account_link_for(shop.actor, asked.id, now=town.now).status == "LINKED"
    return MerchantAccount.objects.get(merchant_id=shop.id, status="PROPOSED")


def with_account(town: Town, shop: Shop) -> MerchantAccount:
    """An account that is checked, approved, and a day old."""
    row = propose(town, shop)
    actions.approve_merchant_account(actor=SYSTEM, account_id=row.id, now=town.now)
    town.wait(hours=24)
    row.refresh_from_db()
    return row


def ask(town: Town, shop: Shop, key=None) -> DisbursementView:
    return actions.request_disbursement(actor=shop.actor, key=key or uuid4(), now=town.now)


def due(town: Town, shop: Shop) -> int:
    return shop_for(shop.actor, now=town.now).due.minor


def refused(call, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code == code


def told(shop: Shop) -> list[str]:
    return [row.kind for row in Notice.objects.filter(user_id=shop.actor.uuid).order_by("at", "id")]


def sold(town: Town, mall: Mall, amount: int = 1_000_00) -> tuple[Actor, Shop]:
    """A shop with an account whose one payment is settled: 1,000.00 less 6.00, of which 49.70 stay in reserve."""
    lin, shop = town.customer("林晓", amount + 100_00), mall.shop()
    with_account(town, shop)
    mall.bought(lin, shop, amount)
    town.wait(days=7)
    return lin, shop


def test_what_is_settled_is_paid_out_by_the_banks_word_and_the_reserve_stays(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 2_000_00), mall.shop()
    with_account(town, shop)
    mall.bought(lin, shop, 1_000_00)
    refused(lambda: ask(town, shop), "wallet.disbursement.nothing_due")
    town.wait(days=7)
    mall.bought(lin, shop, 500_00)  # not settled yet
    assert due(town, shop) == 994_00 - 49_70
    key = uuid4()
    made = ask(town, shop, key)
    assert ask(town, shop, key) == made
    assert (made.amount.minor, made.account, made.status) == (944_30, "招商银行 (0012)", "HELD")
    seen = shop_for(shop.actor, now=town.now)
    assert (seen.due.minor, seen.under_way.minor, seen.reserve.minor) == (0, 944_30, 49_70)
    assert (seen.waiting.minor, seen.payable.minor) == (497_00, 1_491_00)
    town.pump.run()
    order = Order.objects.get(pk=made.order_id)
    assert order.status == "SUCCEEDED"
    assert (shop.money(), town.house("L20"), town.house("I10")) == (1_491_00 - 944_30, 944_30, 0)
    assert told(shop)[-1] == "disbursement_done"
    refused(lambda: ask(town, shop), "wallet.disbursement.nothing_due")  # the reserve is not paid out bit by bit
    assert shop_for(shop.actor, now=town.now).reserve.minor == 49_70
    town.wait(days=91)
    assert due(town, shop) == 49_70 + 497_00  # none of it can be asked back any more
    assert books.check_books() == []


def test_once_a_day_by_itself_also_when_the_task_runs_twice(town: Town, mall: Mall) -> None:
    _lin, shop = sold(town, mall)
    other = mall.shop("别家书店")  # nothing sold, no account
    assert actions.disburse_daily(now=town.now) == 1
    assert actions.disburse_daily(now=town.now) == 0
    town.pump.run()
    assert [(one.amount.minor, one.is_daily, one.status) for one in disbursements_for(shop.actor, now=town.now)] == [
        (944_30, True, "SUCCEEDED")
    ]
    town.wait(days=1)
    assert actions.disburse_daily(now=town.now) == 0
    assert disbursements_for(other.actor, now=town.now) == []


def test_a_held_merchant_is_not_paid(town: Town, mall: Mall) -> None:
    _lin, shop = sold(town, mall)
    actions.hold_merchant(actor=town.staff("乙", "operator"), merchant_id=shop.id, reason="office", now=town.now)
    refused(lambda: ask(town, shop), "wallet.disbursement.shop_held")
    assert (actions.disburse_daily(now=town.now), shop.money()) == (0, 994_00)
    actions.ask_reopen(actor=town.staff("丙", "operator"), merchant_id=shop.id, now=town.now)
    actions.reopen_merchant(actor=town.staff("丁", "supervisor"), merchant_id=shop.id, now=town.now)
    assert actions.disburse_daily(now=town.now) == 1


@pytest.mark.parametrize("outcome", ["FAILED", "RETURNED"])
def test_what_the_bank_refuses_or_gives_back_is_the_merchants_again(town: Town, mall: Mall, outcome: str) -> None:
    _lin, shop = sold(town, mall)
    if outcome == "FAILED":
        ScriptedBank.outcome, ScriptedBank.reason = "FAILED", "card_closed"
    made = ask(town, shop)
    town.pump.run()
    if outcome == "RETURNED":
        assert (shop.money(), due(town, shop)) == (49_70, 0)
        town.wait(days=2)
        instruction = outside.instruction_of(f"order:{made.order_id}")
        assert instruction is not None
        ScriptedBank.of[instruction.id], ScriptedBank.reason = "RETURNED", "card_closed"
        rails.ask_now(actor=SYSTEM, instruction_id=instruction.id, now=town.now)
        town.pump.run()
        assert town.house("A20") >= 944_30
    seen = disbursements_for(shop.actor, now=town.now)[0]
    assert (seen.status, seen.reason) == (outcome, "银行卡已注销")
    assert (shop.money(), due(town, shop)) == (994_00, 944_30)
    assert told(shop)[-1] == f"disbursement_{outcome.lower()}"
    assert books.check_books() == []
    ScriptedBank.outcome, ScriptedBank.reason = "SUCCEEDED", ""
    assert ask(town, shop).amount.minor == 944_30


def test_a_bank_that_says_nothing_keeps_the_money_on_its_way(town: Town, mall: Mall) -> None:
    lin, shop = sold(town, mall)
    ScriptedBank.down = True
    made = ask(town, shop)
    town.pump.run()
    assert Order.objects.get(pk=made.order_id).status == "UNKNOWN"
    seen = shop_for(shop.actor, now=town.now)
    assert (seen.under_way.minor, seen.due.minor) == (944_30, 0)
    paid = Order.objects.get(kind="payment")
    mall.give_back(shop, paid, 100_00)  # 49.70 are there, the rest is owed
    assert (shop.money("A30"), shop_for(shop.actor, now=town.now).due.minor) == (50_30, 0)
    ScriptedBank.down = False
    instruction = outside.instruction_of(f"order:{made.order_id}")
    assert instruction is not None
    for _ in range(2):  # it does not know it: the same instruction is sent again, and asked about
        town.wait(minutes=1)
        rails.ask_now(actor=SYSTEM, instruction_id=instruction.id, now=town.now)
        town.pump.run()
    assert Order.objects.get(pk=made.order_id).status == "SUCCEEDED"
    assert (shop.money(), shop.money("A30"), town.money(lin)) == (0, 50_30, (200_00, 0))
    assert actions.recover_debts(now=town.now) == 0
    assert books.check_books() == []


def test_an_account_takes_the_bank_another_person_and_a_day(town: Town, mall: Mall) -> None:
    shop, lead = mall.shop(), town.staff("赵", "supervisor")
    maker = town.staff("钱", "operator", lead=lead)
    actions.add_merchant_staff(
        actor=maker, merchant_id=shop.id, login="second-1", name="二白", password="zhangsan-li-wang-6", now=town.now
    )
    row = propose(town, shop)
    assert told(shop) == ["shop_account_proposed"]
    for hand in (maker, lead):
        refused(
            lambda hand=hand: actions.approve_merchant_account(actor=hand, account_id=row.id, now=town.now),
            "wallet.merchant_account.same_hands",
        )
    agent, other = town.staff("李"), town.staff("孙", "supervisor")
    for attempt in (
        lambda: actions.approve_merchant_account(actor=agent, account_id=row.id, now=town.now),
        lambda: proposed_accounts_for(agent, now=town.now),
    ):
        refused(attempt, "identity.role.insufficient")
    with pytest.raises(Refusal):
        actions.approve_merchant_account(actor=shop.actor, account_id=row.id, now=town.now)
    refused(lambda: ask(town, shop), "wallet.disbursement.account_missing")
    assert [one.id for one in proposed_accounts_for(other, now=town.now)] == [row.id]
    active = actions.approve_merchant_account(actor=other, account_id=row.id, now=town.now)
    assert (active.status, active.pays_from) == ("ACTIVE", town.now + timedelta(hours=24))
    refused(
        lambda: actions.approve_merchant_account(actor=other, account_id=row.id, now=town.now),
        "wallet.merchant_account.moved",
    )
    town.wait(hours=23, minutes=59)
    refused(lambda: ask(town, shop), "wallet.disbursement.account_paused")
    assert actions.disburse_daily(now=town.now) == 0
    town.wait(minutes=1)
    refused(lambda: ask(town, shop), "wallet.disbursement.nothing_due")
    assert sorted(told(shop)) == ["shop_account_changed", "shop_account_proposed"]


def test_a_change_pauses_everything_and_can_be_undone_by_the_owner_while_it_lasts(town: Town, mall: Mall) -> None:
    _lin, shop = sold(town, mall)
    first = MerchantAccount.objects.get(status="ACTIVE")
    thief = propose(town, shop, "6200000100000020")
    assert ask(town, shop).account == "招商银行 (0012)"  # until somebody approves it the first one is paid
    actions.approve_merchant_account(actor=SYSTEM, account_id=thief.id, now=town.now)
    first.refresh_from_db()
    assert first.status == "REPLACED"
    refused(lambda: ask(town, shop), "wallet.disbursement.account_paused")
    stranger = mall.shop("别家书店")
    with pytest.raises(NotFound):
        actions.reject_merchant_account(actor=stranger.actor, account_id=thief.id, now=town.now)
    gone = actions.reject_merchant_account(actor=shop.actor, account_id=thief.id, now=town.now)
    assert (gone.status, shop_accounts_for(shop.actor, now=town.now)) == ("REJECTED", [])
    refused(lambda: ask(town, shop), "wallet.disbursement.account_missing")
    assert told(shop)[-1] == "shop_account_rejected"
    again = with_account(town, shop)
    refused(
        lambda: actions.reject_merchant_account(actor=shop.actor, account_id=again.id, now=town.now),
        "wallet.merchant_account.moved",
    )  # after the pause it takes a new account, and another person


def test_only_who_acts_for_the_merchant_sees_and_asks(town: Town, mall: Mall) -> None:
    lin, shop = sold(town, mall)
    other = mall.shop("别家书店")
    for who in (lin, town.staff("李", "operator")):
        for attempt in (
            lambda who=who: actions.request_disbursement(actor=who, key=uuid4(), now=town.now),
            lambda who=who: disbursements_for(who, now=town.now),
            lambda who=who: shop_accounts_for(who, now=town.now),
            lambda who=who: actions.link_merchant_account(
                actor=who, pan=PAN, holder="x", phone="13900000000", now=town.now
            ),
        ):
            with pytest.raises(NotFound):
                attempt()
    asked = actions.link_merchant_account(actor=shop.actor, pan=PAN, holder="白", phone="13900000000", now=town.now)
    with pytest.raises(NotFound):
        account_link_for(other.actor, asked.id, now=town.now)
    with pytest.raises(NotFound):
        actions.confirm_merchant_account(actor=other.actor, check_id=asked.id, code=CODE, now=town.now)
    refused(
        lambda: actions.link_merchant_account(actor=shop.actor, pan="1", holder="白", phone="1", now=town.now),
        "rails.card.number_wrong",
    )


def test_the_shops_statement_adds_up(town: Town, mall: Mall) -> None:
    _lin, shop = sold(town, mall)
    ask(town, shop)
    town.pump.run()
    day = town.now.date()
    seen = shop_statement_for(shop.actor, first=day - timedelta(days=30), last=day + timedelta(days=1), now=town.now)
    assert (seen.opening.minor, seen.closing.minor) == (0, 49_70)
    assert [(line.name, line.amount.minor) for line in seen.lines] == [
        ("收款", 1_000_00), ("手续费", -6_00), ("结算付出", -944_30)
    ]  # fmt: skip
    assert seen.lines[-1].no == Order.objects.get(kind="disbursement").no
    assert seen.lines[-1].balance == seen.closing


def test_refunds_and_pay_outs_at_once_never_take_more_than_there_is(committed_town: Town) -> None:
    town = committed_town
    mall = Mall(town)
    lin, shop = sold(town, mall)
    paid = Order.objects.get(kind="payment")
    answers = at_once(
        lambda: ask(town, shop),
        lambda: mall.give_back(shop, paid, 600_00),
        lambda: ask(town, shop),
        lambda: actions.disburse_daily(now=town.now),
    )
    assert unexpected(answers) == []
    town.pump.run()
    sent = sum(Disbursement.objects.values_list("order__amount", flat=True))
    assert Disbursement.objects.count() == 1
    assert shop.money() >= 0
    assert shop.money() - shop.money("A30") == 994_00 - 600_00 - sent
    assert town.money(lin) == (700_00, 0)
    assert books.check_books() == []


@given(
    deeds=st.lists(
        st.one_of(
            st.tuples(st.just("buy"), st.integers(1_00, 300_00)),
            st.tuples(st.just("refund"), st.integers(1_00, 100_00)),
            st.tuples(st.just("pay_out"), st.sampled_from(["SUCCEEDED", "FAILED", "PROCESSING"])),
            st.tuples(st.just("wait"), st.integers(1, 8)),
        ),
        max_size=8,
    )
)
@settings(max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_sum_is_kept_and_the_payable_never_below_nothing(town: Town, deeds) -> None:
    with transaction.atomic():
        mall = Mall(town)
        lin, shop = town.customer("林晓", 2_500_00), mall.shop(f"店{uuid4().hex[:8]}")
        with_account(town, shop)
        in_, back = 0, 0
        for deed, value in deeds:
            paid = Order.objects.filter(kind="payment", customer_id=lin.uuid).order_by("?").first()
            if deed == "buy":
                order = mall.bought(lin, shop, value)
                in_ += value - (value * 6 + 500) // 1000
                assert order.status == "SUCCEEDED"
            elif deed == "refund" and paid is not None:
                left = paid.payment.captured - paid.payment.refunded
                if value > left:
                    refused(lambda paid=paid, value=value: mall.give_back(shop, paid, value), "wallet.refund.too_much")
                else:
                    mall.give_back(shop, paid, value)
                    back += value
            elif deed == "pay_out":
                ScriptedBank.outcome = value
                there = due(town, shop)
                if there < 1_00:
                    refused(lambda: ask(town, shop), "wallet.disbursement.nothing_due")
                else:
                    assert ask(town, shop).amount.minor == there
                town.pump.run()
            elif deed == "wait":
                town.wait(days=value)
            out = Order.objects.filter(kind="disbursement", customer_id=shop.id).exclude(status="FAILED")
            gone = sum(out.filter(status="SUCCEEDED").values_list("amount", flat=True))
            balance = books.balance(f"merchant:{shop.id}", code="L30")
            assert balance.available >= 0
            assert balance.posted - shop.money("A30") == in_ - back - gone
        ScriptedBank.reset()
        assert books.check_books() == []
        transaction.set_rollback(True)


def test_a_merchant_whose_trouble_is_seen_now_is_held_before_the_days_pay_out(
    town: Town, mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin, shop = sold(town, mall)
    paid = [mall.bought(lin, shop, 10_00) for _ in range(9)]
    for order in paid[:3]:
        mall.give_back(shop, order, 1_00)
    town.wait(minutes=1)
    monkeypatch.setattr("kefu.wallet.tasks.clock.now", lambda: town.now)
    watch_shops(timestamp=0)
    assert Merchant.objects.get(pk=shop.id).hold_reason == "refunds"
    assert (Disbursement.objects.count(), shop_for(shop.actor, now=town.now).under_way.minor) == (0, 0)


def test_the_banks_yes_told_twice_brings_no_rejected_account_back(town: Town, mall: Mall) -> None:
    shop = mall.shop()
    thief = propose(town, shop)
    check = CardCheck.objects.get(owner_ref=f"merchant:{shop.id}")
    actions.reject_merchant_account(actor=shop.actor, account_id=thief.id, now=town.now)
    town.wait(minutes=1)
    own = propose(town, shop, "6200000100000020")
    actions.take_card(check_id=check.id, now=town.now)
    assert [one.id for one in shop_accounts_for(shop.actor, now=town.now)] == [own.id]
    again = propose(town, shop)  # the bank is asked anew
    assert (again.id != thief.id, again.status) == (True, "PROPOSED")
