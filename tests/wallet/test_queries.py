"""What customers and staff may see, and what it costs the database."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions as identity
from kefu.wallet import queries


@pytest.fixture
def busy(town):
    """林晓 and 周明 with a dozen orders between them."""
    lin, zhou = town.customer("林晓", 1_000_00), town.customer("周明", 500_00)
    for number in range(1, 6):
        town.wait(minutes=1)
        town.send(lin, zhou, number * 10_00)
        town.wait(minutes=1)
        town.send(zhou, lin, number * 5_00)
    return lin, zhou


def count(call) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        call()
    return len(seen)


@pytest.mark.row("W-15")
def test_filters(town, busy) -> None:
    lin, _zhou = busy
    both = queries.orders_for(lin)
    assert len(both) == 11
    assert [o.created_at for o in both] == sorted((o.created_at for o in both), reverse=True)
    assert {o.kind for o in queries.orders_for(lin, kind="topup")} == {"topup"}
    assert len(queries.orders_for(lin, amount_min=20_00, amount_max=30_00)) == 4
    assert len(queries.orders_for(lin, since=town.now - timedelta(minutes=3, seconds=30))) == 4
    assert len(queries.orders_for(lin, until=town.now)) == 10
    assert len(queries.orders_for(lin, text="周明")) == 10
    assert [o.id for o in queries.orders_for(lin, text=both[3].no)] == [both[3].id]
    assert [o.kind for o in queries.orders_for(lin, text="招商")] == ["topup"]
    assert queries.orders_for(lin, text="林晓") == []
    assert queries.orders_for(lin, text="%_'; DROP") == []
    assert queries.orders_for(lin, text="a\0b") == []
    assert queries.orders_for(lin, status="FAILED") == []


@pytest.mark.row("W-15")
def test_pages_join_without_gap_or_double(busy) -> None:
    lin, _zhou = busy
    everything = [o.id for o in queries.orders_for(lin)]
    seen: list = []
    while page := queries.orders_for(lin, limit=3, before=seen[-1] if seen else None):
        seen += [o.id for o in page]
    assert seen == everything


def test_query_counts(town, busy) -> None:
    lin, _zhou = busy
    order = queries.orders_for(lin, kind="topup")[0]
    assert count(lambda: queries.orders_for(lin, limit=50)) == 1
    assert count(lambda: queries.balance_for(lin)) == 1
    assert count(lambda: queries.order_for(lin, order.id)) == 4
    assert count(lambda: (queries.balance_for(lin), queries.orders_for(lin, limit=5), queries.stop_for(lin))) == 3


def test_staff_see_by_grant_and_it_is_written_down(town, busy) -> None:
    from kefu.core.models import AuditEntry

    lin, zhou = busy
    agent = town.staff("陈工")
    order = queries.orders_for(lin)[0]
    calls = (
        lambda: queries.orders_for(agent, customer_id=lin.uuid, now=town.now),
        lambda: queries.order_for(agent, order.id, now=town.now),
        lambda: queries.balance_for(agent, customer_id=lin.uuid, now=town.now),
        lambda: queries.instruments_for(agent, customer_id=lin.uuid, now=town.now),
        lambda: queries.restrictions_for(agent, customer_id=lin.uuid, now=town.now),
    )
    for call in calls:
        with pytest.raises(NotFound):
            call()
    identity.give_grant(
        actor=SYSTEM,
        staff_id=agent.uuid,
        customer_id=lin.uuid,
        purpose="conversation",
        ref="conversation:1",
        until=town.now + timedelta(hours=1),
        now=town.now,
    )
    for call in calls:
        call()
    assert AuditEntry.objects.filter(actor=agent.ref, action="wallet.see_order").count() == 1
    with pytest.raises(NotFound):
        queries.orders_for(agent, now=town.now)
    with pytest.raises(NotFound):
        queries.orders_for(agent, customer_id=zhou.uuid, now=town.now)
    later = town.now + timedelta(hours=2)
    with pytest.raises(NotFound):
        queries.orders_for(agent, customer_id=lin.uuid, now=later)


def test_operators_see_no_wallets(town, busy) -> None:
    lin, _zhou = busy
    with pytest.raises(Refusal, match=r"identity\.role\.insufficient"):
        queries.balance_for(town.staff("钱运营", "operator"), customer_id=lin.uuid, now=town.now)


def test_a_customer_sees_nobody_else(town, busy) -> None:
    lin, zhou = busy
    with pytest.raises(NotFound):
        queries.orders_for(lin, customer_id=zhou.uuid)
    with pytest.raises(NotFound):
        queries.balance_for(lin, customer_id=zhou.uuid)
    with pytest.raises(NotFound):
        queries.orders_for(lin, before=uuid4())


@pytest.mark.row("W-01")
@pytest.mark.row("W-14")
def test_somebody_who_just_signed_up_has_a_wallet_at_zero(town) -> None:
    person = identity.register_customer(
        actor=SYSTEM, phone="13700000001", name="新人", password="zhangsan-li-wang-6", now=town.now
    )
    new = Actor(kind="customer", id=str(person.id))
    assert town.money(new) == (0, 0)
    town.pump.run()
    from kefu.ledger import queries as books

    assert books.balance(f"customer:{new.id}").available == 0


@pytest.mark.row("W-17")
def test_the_fee_page_and_the_quote_read_the_same_rows(town) -> None:
    shown = {(fee.kind, fee.mode): fee for fee in queries.fees(now=town.now)}
    assert list(shown) == [
        ("bill", "now"),
        *(("exchange", code) for code in ("EUR", "HKD", "JPY", "USD")),
        ("loan", "now"),
        ("payment", "now"),
        ("repayment", "now"),
        ("topup", "now"),
        ("transfer", "now"),
        ("transfer", "two_hours"),
        ("transfer", "next_day"),
        ("withdrawal", "now"),
    ]
    now = shown[("transfer", "now")]
    assert (now.free_up_to.text(), now.percent, now.least.text(), now.most.text()) == (
        "¥1,000.00",
        "0.1",
        "¥0.10",
        "¥25.00",
    )
    assert shown[("transfer", "two_hours")].is_free
    assert [fee.kind for fee in queries.fees("topup", now=town.now)] == ["topup"]


@pytest.mark.row("W-11")
def test_a_linked_card_shows_bank_and_four_digits(town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    town.card(lin)
    (card,) = queries.instruments_for(lin)
    assert card.label == "招商银行 (0012)"
    assert queries.instruments_for(zhou) == []
