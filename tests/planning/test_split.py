"""Splits: shares that sum to the total, each paid once by an ordinary transfer."""

import itertools
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wallet.mall import Mall
from tests.wallet.market import tell_rates
from tests.wallet.test_race import at_once, unexpected

from kefu.core.keyed import KeyReused
from kefu.core.money import AmountNotPositive, AmountTooLarge, Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.planning import actions, queries
from kefu.planning.refusals import (
    NameUnfit,
    OrderNotDivisible,
    PeopleCount,
    PersonUnknown,
    RemindedToday,
    SplitClosed,
    WeightsUnfit,
)
from kefu.planning.rules.share import divide
from kefu.trust.models import Report
from kefu.wallet import actions as wallet
from kefu.wallet import queries as wallet_queries
from kefu.wallet.models import Order
from kefu.web.orders import card_of


def asked(town, *others, total=100_00, own=1, title="聚餐", order_id=None):
    """Others are customers, or (customer, weight)."""
    pairs = [one if isinstance(one, tuple) else (one, 1) for one in others]
    return actions.Asked(
        title=title,
        others=[(town.phone(who), weight) for who, weight in pairs],
        own_weight=own,
        total=None if order_id else Money(total),
        order_id=order_id,
    )


def make(town, who, *others, **how):
    return actions.create_split(actor=who, key=uuid4(), asked=asked(town, *others, **how), now=town.now)


def pay(town, who, split, *, mode="now"):
    quote = actions.quote_share(actor=who, split_id=split.id, mode=mode, now=town.now)
    return actions.pay_share(actor=who, key=uuid4(), quote_id=quote.id, now=town.now)


def told(who, kind):
    return Notice.objects.filter(user_id=who.uuid, kind=kind).count()


@pytest.mark.row("W-19")
@given(st.integers(1, 10**9), st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_shares_sum_to_the_total_and_none_is_off_by_a_whole_unit(total, weights) -> None:
    parts = divide(total, weights)
    whole = sum(weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * whole - total * weight) < whole
    ordered = sorted(zip(weights, parts, strict=True))
    assert all(a[1] <= b[1] for a, b in itertools.pairwise(ordered) if a[0] < b[0])


def test_remainder_goes_to_the_largest_then_the_first() -> None:
    assert divide(100_00, [1, 1, 1]) == [33_34, 33_33, 33_33]
    assert divide(10, [3, 3, 4]) == [3, 3, 4]
    assert divide(101, [2, 1, 1]) == [51, 25, 25]


@pytest.mark.row("W-19")
def test_three_share_a_dinner_and_the_maker_sees_who_has_paid(town) -> None:
    lin, zhou, wang = town.customer("林晓"), town.customer("周明", 50_00), town.customer("王芳", 50_00)
    split = make(town, lin, zhou, wang)
    assert [share.amount.minor for share in split.shares] == [33_34, 33_33, 33_33]
    assert [share.status for share in split.shares] == ["PAID", "DUE", "DUE"]
    assert (split.awaited.minor, split.people_paid, split.state) == (66_66, 0, "OPEN")
    assert (told(zhou, "split_invited"), told(wang, "split_invited"), told(lin, "split_invited")) == (1, 1, 0)
    order = pay(town, zhou, split)
    assert (order.status, order.amount.minor, order.remark) == ("SUCCEEDED", 33_33, "AA·聚餐")
    seen = queries.split_for(lin, split.id)
    assert [share.status for share in seen.shares] == ["PAID", "PAID", "DUE"]
    assert (seen.paid.minor, seen.awaited.minor) == (33_33, 33_33)
    assert told(lin, "split_paid") == 1
    assert town.money(lin) == (33_33, 0)
    pay(town, wang, split)
    assert queries.split_for(lin, split.id).state == "DONE"
    assert books.check_books() == []


def test_others_see_their_own_share_alone_and_masked_names(town) -> None:
    lin, zhou, wang = town.customer("林晓"), town.customer("周明明", 50_00), town.customer("王芳")
    split = make(town, lin, zhou, wang)
    seen = queries.split_for(zhou, split.id)
    assert (seen.is_maker, len(seen.shares), seen.shares[0].mine) == (False, 1, True)
    assert "周明明" not in str(queries.split_for(lin, split.id))
    assert [one.id for one in queries.splits_for(zhou)] == [split.id]
    stranger = town.customer("孙丽")
    assert queries.splits_for(stranger) == []
    for act in (
        lambda: queries.split_for(stranger, split.id),
        lambda: actions.quote_share(actor=stranger, split_id=split.id, now=town.now),
        lambda: actions.cancel_split(actor=zhou, split_id=split.id, now=town.now),
        lambda: actions.remind_split(actor=zhou, split_id=split.id, now=town.now),
        lambda: actions.quote_share(actor=lin, split_id=split.id, now=town.now),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.row("W-19")
def test_what_came_back_to_who_paid_is_not_divided(town) -> None:
    lin, zhou, mall = town.customer("林晓", 500_00), town.customer("周明"), Mall(town)
    shop = mall.shop()
    whole, part = mall.bought(lin, shop, 100_00), mall.bought(lin, shop, 90_00)
    mall.give_back(shop, whole, 100_00)
    mall.give_back(shop, part, 30_00)
    with pytest.raises(OrderNotDivisible):
        actions.plan_split(actor=lin, asked=asked(town, zhou, order_id=whole.id))
    with pytest.raises(OrderNotDivisible):
        make(town, lin, zhou, order_id=whole.id)
    split = make(town, lin, zhou, order_id=part.id)
    assert [share.amount.minor for share in split.shares] == [30_00, 30_00]
    seen = wallet_queries.order_for(lin, whole.id)
    assert (seen.left.minor, card_of(seen, now=town.now).divisible) == (0, False)


@pytest.mark.row("W-19")
def test_a_vouchers_part_is_not_divided_either(town) -> None:
    lin, zhou, mall = town.customer("林晓", 500_00), town.customer("周明"), Mall(town)
    shop, voucher = mall.shop(), mall.voucher(lin)
    sale = mall.sale(shop, 50_00)
    paid = mall.pay(lin, sale, voucher.id)
    assert paid.left.minor == 45_00
    mall.give_back(shop, paid, 20_00)  # of it 2.00 to the voucher
    assert [one.amount.minor for one in make(town, lin, zhou, order_id=paid.id).shares] == [13_50, 13_50]


@pytest.mark.row("W-19")
def test_delayed_share_is_on_its_way_then_due_again_when_taken_back(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明", 80_00)
    split = make(town, lin, zhou)
    first = pay(town, zhou, split, mode="two_hours")
    assert first.status == "HELD"
    assert queries.split_for(lin, split.id).shares[1].status == "PAYING"
    assert queries.split_for(lin, split.id).shares[1].order_id is None
    with pytest.raises(SplitClosed):
        actions.quote_share(actor=zhou, split_id=split.id, now=town.now)
    wallet.cancel_transfer(actor=zhou, order_id=first.id, now=town.now)
    town.pump.run()
    assert queries.split_for(lin, split.id).shares[1].status == "DUE"
    second = pay(town, zhou, split, mode="two_hours")
    town.wait(hours=3)
    wallet.release_transfer(order_id=second.id, now=town.now)
    town.pump.run()
    seen = queries.split_for(lin, split.id).shares[1]
    assert (seen.status, seen.order_id) == ("PAID", second.id)
    assert (town.money(lin), told(lin, "split_paid")) == ((50_00, 0), 1)


def test_share_whose_transfer_fails_is_due_again(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明", 60_00)
    split = make(town, lin, zhou)
    quote = actions.quote_share(actor=zhou, split_id=split.id, now=town.now)
    town.send(zhou, lin, 55_00)
    order = actions.pay_share(actor=zhou, key=uuid4(), quote_id=quote.id, now=town.now)
    assert order.status == "FAILED"
    assert queries.split_for(zhou, split.id).mine.status == "DUE"
    town.top_up(zhou, 50_00)
    assert pay(town, zhou, split).status == "SUCCEEDED"
    assert queries.split_for(zhou, split.id).mine.status == "PAID"


@pytest.mark.row("W-19")
def test_two_tabs_paying_the_same_share_make_one_order(committed_town) -> None:
    town = committed_town
    lin, zhou = town.customer("林晓"), town.customer("周明", 500_00)
    split = make(town, lin, zhou)
    quotes = [actions.quote_share(actor=zhou, split_id=split.id, now=town.now) for _tab in range(4)]
    answers = at_once(
        *(
            lambda quote=quote: actions.pay_share(actor=zhou, key=uuid4(), quote_id=quote.id, now=town.now)
            for quote in quotes
        )
    )
    assert unexpected(answers) == []
    assert len({answer.id for answer in answers}) == 1
    assert Order.objects.filter(kind="transfer").count() == 1
    assert town.money(lin) == (50_00, 0)


def test_pay_and_cancel_at_once_one_of_them_wins(committed_town) -> None:
    town = committed_town
    lin, zhou = town.customer("林晓"), town.customer("周明", 500_00)
    split = make(town, lin, zhou)
    quote = actions.quote_share(actor=zhou, split_id=split.id, now=town.now)
    paid, _cancelled = at_once(
        lambda: actions.pay_share(actor=zhou, key=uuid4(), quote_id=quote.id, now=town.now),
        lambda: actions.cancel_split(actor=lin, split_id=split.id, now=town.now),
    )
    share = queries.split_for(lin, split.id).shares[1]
    if isinstance(paid, SplitClosed):
        assert (share.status, town.money(lin)) == ("DROPPED", (0, 0))
    else:
        assert (share.status, town.money(lin)) == ("PAID", (50_00, 0))


@pytest.mark.row("W-19")
def test_reminders_go_once_a_day_and_only_to_who_owes(town) -> None:
    lin, zhou, wang = town.customer("林晓"), town.customer("周明", 50_00), town.customer("王芳")
    split = make(town, lin, zhou, wang)
    pay(town, zhou, split)
    assert actions.remind_split(actor=lin, split_id=split.id, now=town.now) == 1
    with pytest.raises(RemindedToday):
        actions.remind_split(actor=lin, split_id=split.id, now=town.now)
    assert (told(zhou, "split_reminder"), told(wang, "split_reminder")) == (0, 1)
    town.wait(days=1)
    assert actions.remind_split(actor=lin, split_id=split.id, now=town.now) == 1
    assert told(wang, "split_reminder") == 2


def test_cancelled_split_asks_nobody_and_keeps_what_was_paid(town) -> None:
    lin, zhou, wang = town.customer("林晓"), town.customer("周明", 50_00), town.customer("王芳", 50_00)
    split = make(town, lin, zhou, wang)
    quote = actions.quote_share(actor=wang, split_id=split.id, now=town.now)
    pay(town, zhou, split)
    for _again in range(2):
        seen = actions.cancel_split(actor=lin, split_id=split.id, now=town.now)
        assert (seen.state, [share.status for share in seen.shares]) == ("CANCELLED", ["PAID", "PAID", "DROPPED"])
    assert (told(wang, "split_cancelled"), told(zhou, "split_cancelled")) == (1, 0)
    for act in (
        lambda: actions.pay_share(actor=wang, key=uuid4(), quote_id=quote.id, now=town.now),
        lambda: actions.remind_split(actor=lin, split_id=split.id, now=town.now),
    ):
        with pytest.raises(SplitClosed):
            act()
    assert town.money(wang) == (50_00, 0)


@pytest.mark.row("W-19")
def test_settled_order_is_divided_once_by_who_paid_it(town) -> None:
    lin, zhou, wang = town.customer("林晓", 300_00), town.customer("周明"), town.customer("王芳")
    order = town.send(lin, wang, 100_00)
    split = make(town, lin, (zhou, 3), own=2, order_id=order.id)
    assert (split.total.minor, [share.amount.minor for share in split.shares]) == (100_00, [40_00, 60_00])
    held = town.send(lin, wang, 10_00, mode="two_hours")
    topup = town.top_up(lin, 10_00)
    for who, wrong in ((lin, order), (lin, held), (lin, topup), (wang, order)):
        with pytest.raises(OrderNotDivisible):
            make(town, who, zhou, order_id=wrong.id)
    with pytest.raises(NotFound):
        make(town, zhou, lin, order_id=order.id)
    actions.cancel_split(actor=lin, split_id=split.id, now=town.now)
    assert make(town, lin, zhou, order_id=order.id).order_id == order.id


@pytest.mark.row("W-19")
def test_what_was_exchanged_is_nobody_elses_to_share(town) -> None:
    lin, zhou = town.customer("林晓", 1_000_00), town.customer("周明")
    tell_rates(town.now)
    for amount, into in ((Money(714_00), "USD"), (Money(100_00, "USD"), "CNY")):
        quote = wallet.quote_exchange(actor=lin, amount=amount, into=into, purpose="other", now=town.now)
        town.prove(lin, f"quote:{quote.id}")
        order = wallet.create_exchange(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
        with pytest.raises(OrderNotDivisible):
            make(town, lin, zhou, order_id=order.id)
    assert told(zhou, "split_invited") == 0


def test_same_key_is_the_same_split(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    key, wish = uuid4(), asked(town, zhou)
    first = actions.create_split(actor=lin, key=key, asked=wish, now=town.now)
    assert actions.create_split(actor=lin, key=key, asked=wish, now=town.now).id == first.id
    with pytest.raises(KeyReused):
        actions.create_split(actor=lin, key=key, asked=asked(town, zhou, total=99_00), now=town.now)
    assert len(queries.splits_for(lin)) == 1


def test_what_cannot_be_divided_is_refused_and_changes_nothing(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    cases: list[tuple[type[Refusal], dict[str, object]]] = [
        (AmountNotPositive, {"total": 0}),
        (AmountNotPositive, {"total": -5}),
        (AmountTooLarge, {"total": 50_000_01}),
        (WeightsUnfit, {"total": 1}),
        (WeightsUnfit, {"own": -1}),
        (WeightsUnfit, {"own": 1001}),
        (NameUnfit, {"title": " "}),
        (NameUnfit, {"title": "x" * 31}),
        (NameUnfit, {"title": "a\nb"}),
    ]
    for refusal, how in cases:
        with pytest.raises(refusal):
            make(town, lin, zhou, **how)
    for others in ((), (zhou, zhou)):
        with pytest.raises(PeopleCount):
            make(town, lin, *others)
    with pytest.raises(PersonUnknown):
        make(town, lin, lin)
    unknown = actions.Asked(title="x", others=[("13999999999", 1)], own_weight=1, total=Money(5))
    with pytest.raises(PersonUnknown):
        actions.create_split(actor=lin, key=uuid4(), asked=unknown, now=town.now)
    assert (queries.splits_for(lin), told(zhou, "split_invited")) == ([], 0)


@pytest.mark.row("W-19")
def test_a_title_that_leads_away_is_masked_for_everybody_and_reported_as_its_makers(town) -> None:
    """A notice of ours must not carry a stranger's number, nor a payer be taken for who wrote it."""
    lin, wang = town.customer("林晓"), town.customer("王芳", 100_00)
    split = make(town, lin, wang, title="退款加微信abc12345")
    assert "abc12345" not in split.title
    assert "abc12345" not in str(Notice.objects.get(user_id=wang.uuid, kind="split_invited").values)
    order = pay(town, wang, split)
    assert "abc12345" not in order.remark
    report = Report.objects.get()
    assert (report.ref, report.writer_id, report.words) == (f"split:{split.id}", lin.uuid, "退款加微信abc12345")
