"""A provisional credit and the disputed money's own way back: whatever comes when, the customer has it once."""

import pytest
from tests.wallet.disputes import Dispute, refused_with, safe_and_owed
from tests.wallet.mall import Mall
from tests.wallet.test_race import at_once
from tests.wallet.town import Town

from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.wallet import actions, queries
from kefu.wallet.queries.provisional import left_to_give
from kefu.wallet.queries.shop.refund import refundable_for


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def held(town: Town) -> bool:
    resource, requirement = safe_and_owed()
    return resource >= requirement and books.check_books() == []


@pytest.mark.row("F-11")
def test_a_credit_for_what_the_merchant_gave_back_meanwhile_is_not_made_final(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    paid = mall.bought(lin, shop, 100_00)
    dispute = Dispute(town, lin, paid)
    dispute.give(100_00)
    mall.give_back(shop, paid, 30_00)
    with refused_with("wallet.provisional.too_much"):
        dispute.finalise()
    dispute.announce()
    with refused_with("wallet.provisional.too_much"):
        dispute.finalise()
    dispute.when_due()
    actions.withdraw_due(now=town.now)
    dispute.give(70_00)
    dispute.finalise()
    assert town.money(lin) == (300_00, 0)
    assert held(town)


@pytest.mark.row("F-11")
@pytest.mark.parametrize("by_card", [False, True])
def test_a_merchant_cannot_give_back_what_the_house_has_made_good(town: Town, mall: Mall, by_card: bool) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    sale = mall.sale(shop, 100_00)
    paid = mall.pay_by_card(lin, sale) if by_card else mall.pay(lin, sale)
    dispute = Dispute(town, lin, paid)
    asked = mall.ask(lin, paid, 100_00)
    dispute.give(80_00)
    dispute.finalise()
    with refused_with("wallet.refund.made_good"):
        mall.give_back(shop, paid, 20_01)
    with refused_with("wallet.refund.made_good"):
        actions.answer_refund(actor=shop.actor, order_id=asked.id, agree=True, words="", now=town.now)
    actions.withdraw_refund(actor=lin, order_id=asked.id, now=town.now)
    with refused_with("wallet.refund.made_good"):
        mall.ask(lin, paid, 20_01)
    assert refundable_for(lin, paid.id, now=town.now).left == Money(20_00)
    mall.give_back(shop, paid, 20_00)
    with refused_with("wallet.refund.made_good"):
        mall.give_back(shop, paid, 1)
    assert refundable_for(lin, paid.id, now=town.now).why_not
    assert (town.house("E12"), held(town)) == (80_00, True)


def test_with_a_voucher_the_money_that_is_left_counts_not_the_vouchers_part(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    voucher = mall.voucher(lin, amount=Money(20_00), min_spend=Money(50_00))
    paid = mall.pay(lin, mall.sale(shop, 100_00), voucher.id)
    mall.give_back(shop, paid, 50_00)
    assert town.money(lin) == (260_00, 0)
    assert left_to_give(paid.id) == Money(40_00)
    dispute = Dispute(town, lin, paid)
    dispute.give(33_33)
    dispute.finalise()
    left = refundable_for(lin, paid.id, now=town.now).left
    mall.give_back(shop, paid, left.minor)
    assert 300_00 - 1 <= town.money(lin)[0] <= 300_00
    assert held(town)


def test_made_final_and_given_back_in_the_same_second_she_has_it_once(committed_town: Town) -> None:
    town = committed_town
    mall = Mall(town)
    shop = mall.shop()
    for _round in range(5):
        lin = town.customer("林晓", 100_00)
        paid = mall.bought(lin, shop, 60_00)
        dispute = Dispute(town, lin, paid)
        dispute.give(60_00)
        answers = at_once(dispute.finalise, lambda paid=paid: mall.give_back(shop, paid, 60_00))
        refused = {one.code for one in answers if isinstance(one, Refusal)}
        assert len(refused) == 1
        assert refused <= {"wallet.provisional.too_much", "wallet.refund.made_good"}
        # What was given and not made final is still to be taken back.
        open_still = 60_00 if dispute.row().status == "GIVEN" else 0
        assert town.money(lin) == (100_00 + open_still, 0)
    assert books.check_books() == []


@pytest.mark.row("F-11")
@pytest.mark.parametrize("word", ["SUCCEEDED", "FAILED"])
def test_while_the_bank_has_the_order_in_hand_nothing_is_final(town: Town, scripted, word: str) -> None:
    scripted.outcome = "PROCESSING"
    lin = town.customer("林晓")
    stuck = town.top_up(lin, 100_00)
    dispute = Dispute(town, lin, stuck)
    dispute.give(100_00)
    with refused_with("wallet.provisional.undecided"):
        dispute.finalise()
    scripted.outcome = word
    town.ask_bank(lin, stuck)
    with refused_with("wallet.provisional.too_much"):
        dispute.finalise()
    dispute.announce()
    dispute.when_due()
    actions.withdraw_due(now=town.now)
    assert town.money(lin) == (100_00 if word == "SUCCEEDED" else 0, 0)
    assert held(town)


@pytest.mark.row("F-11")
@pytest.mark.parametrize("given", [700_00, 300_00])
def test_a_payout_that_comes_back_after_it_was_made_good_is_had_once(town: Town, scripted, given: int) -> None:
    lin = town.customer("林晓", 1_000_00)
    paid = town.withdraw(lin, 700_00)
    dispute = Dispute(town, lin, paid)
    dispute.give(given)
    dispute.finalise()
    town.wait(days=2)
    scripted.of[paid.instruction_id] = "RETURNED"
    for _again in range(2):
        assert town.ask_bank(lin, paid).status == "RETURNED"
    assert town.money(lin) == (1_000_00, 0)
    assert (town.house("E12"), town.house("A11")) == (0, 0)
    told = Notice.objects.get(user_id=lin.uuid, kind="returned_made_good")
    assert (told.values["amount"], told.values["ours"]) == ("¥700.00", Money(given).text())
    assert queries.order_for(lin, paid.id).steps[-1].code == "returned_made_good"
    assert left_to_give(paid.id) is None
    assert held(town)
