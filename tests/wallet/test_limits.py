"""Limits as data: classes of account, proof, the customer's own switches and caps; refused at quote and at confirm."""

import threading
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.wallet.test_race import at_once
from tests.wallet.test_withdrawal import statement

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.wallet import actions, queries
from kefu.wallet.actions.limits import judge
from kefu.wallet.models import Limit, Order, OwnLimit, Wallet
from kefu.wallet.models.kind import QUOTED
from kefu.wallet.rules.outlet import KINDS, OUTLETS, outlet_of

Caps = actions.Caps


def refused(call, *args, **kwargs) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value


def own(town, who, outlet="transfer", *, allowed=True, **caps):
    return actions.change_limits(actor=who, outlet=outlet, allowed=allowed, caps=Caps(**caps), now=town.now)


def at_noon(town) -> None:
    """On to noon of a day in the middle of a year and a month, so that windows end where a test says."""
    town.now = datetime(town.now.year + 1, 5, 14, 4, 0, tzinfo=UTC)


@pytest.mark.row("W-26")
def test_a_class_one_account_pays_a_thousand_in_its_life_and_withdrawals_do_not_count(town) -> None:
    lin, zhou = town.customer("林晓", 9_000_00, tier=1), town.customer("周明")
    at_noon(town)
    assert town.send(lin, zhou, 600_00).status == "SUCCEEDED"
    town.wait(days=800)
    refusal = refused(town.quote, lin, zhou, 400_01)
    assert (refusal.code, refusal.data["left"], refusal.data["resets"]) == ("wallet.limit.lifetime", "¥400.00", "")
    assert "Ⅰ类账户累计付款限额" in refusal.reader_text()
    assert refusal.remedy == "/me/limits/"
    assert town.withdraw(lin, 4_000_00).status == "SUCCEEDED"
    assert town.send(lin, zhou, 400_00).status == "SUCCEEDED"
    assert refused(town.quote, lin, zhou, 1).data["left"] == "¥0.00"
    assert town.money(zhou) == (1_000_00, 0)


@pytest.mark.row("W-26")
@pytest.mark.parametrize(("tier", "cap"), [(2, 100_000_00), (3, 200_000_00)])
def test_a_year_s_cap_counts_from_the_local_new_year(town, tier, cap) -> None:
    lin, zhou = town.customer("林晓", 100_00, tier=tier), town.customer("周明")
    at_noon(town)
    town.now = town.now.replace(month=12, day=31, hour=15, minute=59)  # one minute before midnight in Shanghai
    paid(town, lin, zhou, cap - 50_00)
    refusal = refused(town.quote, lin, zhou, 50_01)
    assert (refusal.code, refusal.data["left"]) == ("wallet.limit.yearly", "¥50.00")
    assert "明天 00:00" in refusal.data["resets"]
    town.wait(minutes=1)
    assert town.quote(lin, zhou, 50_01).total.minor == 50_01


def paid(town, payer, payee, amount: int) -> Order:
    """An order of the past, as far as counters see it; no money moves."""
    return Order.objects.create(
        no=uuid4().hex[:16],
        kind="transfer",
        customer_id=payer.uuid,
        payee_id=payee.uuid,
        payer_label="",
        payee_label="",
        amount=amount,
        currency="CNY",
        created_at=town.now,
    )


@pytest.mark.row("W-26")
@pytest.mark.parametrize(("proof", "cap"), [(1, 1_000_00), (2, 5_000_00)])
def test_a_day_s_cap_follows_the_proof_and_is_free_again_at_midnight(town, proof, cap) -> None:
    lin, zhou = town.customer("林晓", 9_000_00, proof=proof), town.customer("周明")
    at_noon(town)
    paid(town, lin, zhou, cap - 1_00)
    refusal = refused(town.quote, lin, zhou, 1_01)
    assert (refusal.code, refusal.data["left"]) == ("wallet.limit.daily", "¥1.00")
    assert "明天 00:00 恢复" in refusal.reader_text()
    town.now = town.now.replace(hour=16)
    assert town.send(lin, zhou, 2_00).status == "SUCCEEDED"


def test_by_contract_there_is_no_daily_cap(town) -> None:
    lin, zhou = town.customer("林晓", 40_000_00), town.customer("周明")
    at_noon(town)
    paid(town, lin, zhou, 120_000_00)
    assert town.quote(lin, zhou, 30_000_00).amount.minor == 30_000_00


@pytest.mark.row("W-26")
def test_a_new_wallet_begins_in_the_lowest_class(town) -> None:
    from kefu.identity import actions as identity

    person = identity.register_customer(actor=SYSTEM, phone="13700000001", name="新人", password="", now=town.now)
    actions.open_wallet(actor=SYSTEM, customer_id=person.id, now=town.now)
    wallet = Wallet.objects.get(pk=person.id)
    assert (wallet.tier, wallet.proof) == (1, 1)


@pytest.mark.row("W-26")
def test_a_switch_that_is_off_refuses_at_quote_and_at_confirm_and_only_its_outlet(town) -> None:
    lin, zhou = town.customer("林晓", 500_00), town.customer("周明")
    quote = town.quote(lin, zhou, 10_00)
    assert own(town, lin, allowed=False).allowed is False
    for call in (
        lambda: town.quote(lin, zhou, 10_00),
        lambda: actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now),
    ):
        refusal = refused(call)
        assert (refusal.code, refusal.status) == ("wallet.permission.off", 403)
        assert "转账" in refusal.reader_text()
    assert town.money(lin) == (500_00, 0)
    assert town.withdraw(lin, 10_00).status == "SUCCEEDED"
    refused(own, town, lin, allowed=True)
    assert not OwnLimit.objects.get(customer_id=lin.uuid).allowed
    town.prove(lin, "limits:transfer")
    assert own(town, lin, allowed=True).allowed is True
    assert town.send(lin, zhou, 10_00).status == "SUCCEEDED"


@pytest.mark.row("W-26")
def test_own_caps_fall_at_once_and_rise_with_the_payment_pin_for_this_outlet(town) -> None:
    lin, zhou = town.customer("林晓", 900_00), town.customer("周明")
    view = own(town, lin, order_cap=50_00, day_cap=80_00, month_cap=100_00)
    assert (view.order_cap.minor, view.day_cap.minor, view.month_cap.minor) == (50_00, 80_00, 100_00)
    refusal = refused(town.quote, lin, zhou, 50_01)
    assert (refusal.code, refusal.data["series"]) == ("wallet.limit.order", "own:transfer")
    assert "您自己设的转账单笔限额" in refusal.reader_text()
    town.send(lin, zhou, 45_00)
    assert refused(town.quote, lin, zhou, 35_01).code == "wallet.limit.daily"
    wider = [{"order_cap": 51_00, "day_cap": 80_00, "month_cap": 100_00}, {"order_cap": 50_00, "day_cap": 80_00}, {}]
    for caps in wider:
        assert refused(own, town, lin, **caps).code == "identity.level.insufficient"
    own(town, lin, order_cap=40_00, day_cap=80_00, month_cap=46_00)
    assert refused(town.quote, lin, zhou, 1_01).code == "wallet.limit.monthly"
    town.prove(lin, "limits:withdrawal")
    assert refused(own, town, lin).code == "identity.level.insufficient"
    town.prove(lin, "limits:transfer")
    assert own(town, lin).day_cap is None
    assert town.send(lin, zhou, 600_00).status == "SUCCEEDED"


def test_what_was_set_is_told_audited_and_unchanged_is_silent(town) -> None:
    lin = town.customer("林晓")
    own(town, lin, day_cap=80_00)
    own(town, lin, day_cap=80_00)
    entry = AuditEntry.objects.get(action="wallet.change_limits")
    assert (entry.actor, entry.data["day_cap"], entry.data["allowed"]) == (lin.ref, 80_00, True)
    assert Notice.objects.filter(user_id=lin.uuid, kind="limits_changed").count() == 1


@pytest.mark.parametrize("cap", [0, -1, 10**15, 2**63])
def test_caps_that_are_none_change_nothing(town, cap) -> None:
    lin = town.customer("林晓")
    for name in ("order_cap", "day_cap", "month_cap"):
        assert refused(own, town, lin, **{name: cap}).code == "wallet.limit.cap_unfit"
    for outlet in ("", "no-such", "transfer\0"):
        assert isinstance(refused(own, town, lin, outlet), NotFound)
    assert isinstance(refused(own, town, town.staff("陈")), NotFound)
    assert not OwnLimit.objects.exists()


@pytest.mark.row("W-26")
def test_what_came_to_nothing_gives_its_part_back(town, scripted) -> None:
    lin, zhou = town.customer("林晓", 3_000_00), town.customer("周明")
    at_noon(town)
    own(town, lin, day_cap=100_00)
    own(town, lin, "withdrawal", day_cap=100_00)
    held = town.send(lin, zhou, 100_00, mode="two_hours")
    assert refused(town.quote, lin, zhou, 1).code == "wallet.limit.daily"
    actions.cancel_transfer(actor=lin, order_id=held.id, now=town.now)
    assert town.quote(lin, zhou, 100_00)
    scripted.outcome = "FAILED"
    assert town.withdraw(lin, 100_00).status == "FAILED"
    scripted.outcome = "SUCCEEDED"
    done = town.withdraw(lin, 100_00)
    assert refused(town.withdraw, lin, 1).code == "wallet.limit.daily"
    statement(town, (done, "return", 100_00))
    assert queries.order_for(lin, done.id).status == "RETURNED"
    assert town.withdraw(lin, 100_00).status == "SUCCEEDED"
    assert books.check_books() == []


@pytest.mark.row("W-26")
def test_a_limit_used_up_between_quote_and_confirm_refuses_the_confirm(town) -> None:
    lin, zhou = town.customer("林晓", 3_000_00, tier=1), town.customer("周明")
    at_noon(town)
    first, second = town.quote(lin, zhou, 600_00), town.quote(lin, zhou, 600_00)
    actions.create_transfer(actor=lin, key=uuid4(), quote_id=first.id, now=town.now)
    refusal = refused(actions.create_transfer, actor=lin, key=uuid4(), quote_id=second.id, now=town.now)
    assert (refusal.code, refusal.data["left"]) == ("wallet.limit.lifetime", "¥400.00")
    assert Order.objects.filter(kind="transfer").count() == 1
    assert town.money(zhou) == (600_00, 0)


@pytest.mark.row("W-26")
@pytest.mark.parametrize("locked", [False, True])
def test_two_orders_at_once_share_one_limit(committed_town, monkeypatch, locked) -> None:
    """Without the wallet's lock both see the whole limit and both pass: the race is real. With it one passes."""
    town = committed_town
    lin, zhou = town.customer("林晓", 3_000_00, tier=1), town.customer("周明")
    quotes = [town.quote(lin, zhou, 600_00) for _ in range(2)]
    both_have_looked = threading.Barrier(2)
    look = judge.spent

    def spent_then_wait(customer_id, *, now):
        used = look(customer_id, now=now)
        try:
            both_have_looked.wait(timeout=1.5)
        except threading.BrokenBarrierError:
            assert locked, "without a lock both look before either writes"
        return used

    monkeypatch.setattr(judge, "spent", spent_then_wait)
    if not locked:
        monkeypatch.setattr("kefu.wallet.actions.quote.lock", lambda customer: Wallet.objects.get(pk=customer))
    answers = at_once(
        *[
            lambda quote=quote: actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
            for quote in quotes
        ]
    )
    codes = sorted(getattr(answer, "code", "passed") for answer in answers)
    assert codes == (["passed", "wallet.limit.lifetime"] if locked else ["passed", "passed"])
    assert town.money(zhou) == ((600_00, 0) if locked else (1_200_00, 0))


def test_all_counters_are_one_query_and_the_check_three(town) -> None:
    lin, zhou = town.customer("林晓", 3_000_00), town.customer("周明")
    at_noon(town)
    for _ in range(3):
        town.send(lin, zhou, 10_00)
    town.withdraw(lin, 20_00)
    wallet = Wallet.objects.get(pk=lin.uuid)
    with CaptureQueriesContext(connection) as seen:
        judge.check(wallet, kind="transfer", mode="now", amount=1, now=town.now)
    assert len(seen) == 3
    used = {view.code: view for view in queries.limits_for(lin, now=town.now).outlets}
    assert [limit.used.minor for limit in used["transfer"].limits if limit.scope == "year"] == [30_00]
    assert used["withdrawal"].limits == ()


def test_the_narrowest_limit_is_the_one_that_is_named(town) -> None:
    lin, zhou = town.customer("林晓", 9_000_00, tier=1, proof=1), town.customer("周明")
    at_noon(town)
    paid(town, lin, zhou, 300_00)
    town.wait(days=1)
    # 700 are left of the life, 1,000 of the day, and 700 of what she set herself: her own comes first.
    assert refused(town.quote, lin, zhou, 2_000_00).code == "wallet.limit.lifetime"
    own(town, lin, order_cap=700_00)
    assert refused(town.quote, lin, zhou, 2_000_00).code == "wallet.limit.order"


def test_a_version_counts_from_its_instant_and_a_withdrawn_limit_counts_no_more(town) -> None:
    lin, zhou = town.customer("林晓", 9_000_00, proof=2), town.customer("周明")
    at_noon(town)
    values = {"series": "proof_2_day", "scope": "day", "proof": 2}
    Limit.objects.create(version=2, cap=20_00, effective_from=town.now.replace(hour=5), **values)
    Limit.objects.create(version=3, cap=None, effective_from=town.now.replace(hour=6), **values)
    assert town.quote(lin, zhou, 30_00)
    town.wait(hours=1)
    assert refused(town.quote, lin, zhou, 30_00).data["cap"] == "¥20.00"
    town.wait(hours=1)
    assert town.quote(lin, zhou, 9_000_00 - 10_00)


def test_published_limits_and_what_customers_set_cannot_be_rewritten(town) -> None:
    for statement_ in ("UPDATE wallet_limit SET cap = 1", "DELETE FROM wallet_limit", "DELETE FROM wallet_ownlimit"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement_)


@pytest.mark.row("W-26")
@pytest.mark.parametrize(
    ("tier", "checks", "code"),
    [
        (2, ["a", "b", "b "], "wallet.standing.checks_missing"),
        (3, ["a", "b", "c", "d"], "wallet.standing.checks_missing"),
        (1, [" "], "wallet.standing.checks_missing"),
        (4, ["in_person"], "wallet.standing.unknown"),
    ],
)
def test_a_class_rests_on_its_checks(town, tier, checks, code) -> None:
    lin = town.customer("林晓")
    given = {"customer_id": lin.uuid, "proof": 2, "now": town.now}
    assert refused(actions.set_standing, actor=SYSTEM, tier=tier, checks=checks, **given).code == code
    assert isinstance(refused(actions.set_standing, actor=lin, tier=3, checks=["in_person"], **given), NotFound)
    agent = town.staff("陈")
    assert refused(actions.set_standing, actor=agent, tier=1, checks=["in_person"], **given).code.startswith("identity")
    actions.set_standing(actor=town.staff("钱", "operator"), tier=2, checks=["公安", "银联", "运营商"], **given)
    entry = AuditEntry.objects.filter(action="wallet.set_standing").latest("id")
    assert (entry.data["tier"], entry.data["before"], len(entry.data["checks"])) == (2, [3, 3], 3)
    assert Notice.objects.filter(user_id=lin.uuid, kind="standing_changed").exists()


def test_every_kind_that_is_quoted_leaves_by_an_outlet() -> None:
    assert set(QUOTED) <= set(KINDS)
    assert all(outlet_of(kind) in OUTLETS.values() for kind in QUOTED)


def test_somebody_else_s_limits_look_like_none(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    assert isinstance(refused(queries.limits_for, lin, customer_id=zhou.uuid), NotFound)
    assert isinstance(refused(queries.limits_for, town.staff("陈"), customer_id=zhou.uuid), NotFound)
