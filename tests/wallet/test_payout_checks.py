"""What is looked at before a merchant is paid out: whose account it is, and what customers have asked back."""

import pytest
from tests.wallet.mall import Mall
from tests.wallet.test_disbursement import due, propose, refused, with_account
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.ledger import queries as books
from kefu.wallet import actions
from kefu.wallet.models import MerchantAccount
from kefu.wallet.queries.shop.disbursement import disbursements_for, proposed_accounts_for
from kefu.wallet.queries.shop.merchant import shop_for
from kefu.wallet.rules.disbursement import same_name


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def test_what_customers_have_asked_back_is_not_paid_out(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 2_000_00), mall.shop()
    with_account(town, shop)
    asked = mall.bought(lin, shop, 300_00)
    mall.bought(lin, shop, 700_00)
    town.wait(days=7)
    fresh = mall.bought(lin, shop, 100_00)  # not settled: it waits anyhow
    before = due(town, shop)
    assert before == 944_30
    refund = mall.ask(lin, asked, 300_00)
    mall.ask(lin, fresh, 100_00)
    seen = shop_for(shop.actor, now=town.now)
    assert (seen.asked.minor, seen.due.minor) == (300_00, before - 300_00)
    refusal = {"agree": False, "words": "已经吃完了"}
    actions.answer_refund(actor=shop.actor, order_id=refund.id, now=town.now, **refusal)  # she may still go on
    assert actions.disburse_daily(now=town.now) == 1
    town.pump.run()
    assert disbursements_for(shop.actor, now=town.now)[0].amount.minor == before - 300_00
    actions.withdraw_refund(actor=lin, order_id=refund.id, now=town.now)
    assert (shop_for(shop.actor, now=town.now).asked.minor, due(town, shop)) == (0, 300_00)
    mall.ask(lin, asked, 250_00)
    assert due(town, shop) == 50_00
    assert books.check_books() == []


@pytest.mark.row("S-10")
def test_an_account_in_another_name_takes_a_reason_that_stays(town: Town, mall: Mall) -> None:
    shop, boss = mall.shop(), town.staff("孙", "supervisor")
    row = propose(town, shop, holder=" 白露 ")
    [seen] = proposed_accounts_for(boss, now=town.now)
    assert (seen.holder, seen.merchant_name, seen.is_in_merchants_name) == ("白露", "晨光面包店", False)
    for reason in ("", "  ", "好 的"):
        for who in (boss, SYSTEM):
            refused(
                lambda who=who, reason=reason: actions.approve_merchant_account(
                    actor=who, account_id=row.id, reason=reason, now=town.now
                ),
                "wallet.merchant_account.holder_differs",
            )
    assert MerchantAccount.objects.get().status == "PROPOSED"
    actions.approve_merchant_account(actor=boss, account_id=row.id, reason=" 营业执照上的经营者 ", now=town.now)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("ACTIVE", "营业执照上的经营者")
    kept = AuditEntry.objects.get(action="wallet.approve_merchant_account").data
    assert (kept["holder"], kept["fits"], kept["reason"]) == ("白露", False, "营业执照上的经营者")


@pytest.mark.parametrize(
    ("holder", "same"),
    [("晨光面包店", True), (" 晨光 面包店 ", True), ("晨光面包店（", True), ("晨光面包", False), ("上海晨光面包店", False), ("", False)],
)
def test_whose_name_an_account_is_in(holder: str, same: bool) -> None:
    assert same_name("晨光面包店", holder) is same
    assert same_name("Ｔｅａ＆Ｃｏ", "tea co") is True
    assert same_name("&", "&") is False
