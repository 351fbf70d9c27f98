"""Codes to pay and to be paid with: once, at once, unchanged, in time, within the limit or with the PIN."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wallet.mall import Mall, Shop
from tests.wallet.test_race import at_once, unexpected
from tests.wallet.town import Town

from kefu.core.actor import Actor
from kefu.core.models import AuditEntry
from kefu.core.money import Money
from kefu.core.refusal import NotFound, Refusal
from kefu.ledger import queries as books
from kefu.notices.models import Notice
from kefu.wallet import actions, queries
from kefu.wallet.models import Order, PayCode, Sale
from kefu.wallet.queries.code import used_code_for
from kefu.wallet.rules import code as rules


@pytest.fixture
def mall(town: Town) -> Mall:
    return Mall(town)


def shown(town: Town, who: Actor) -> str:
    return actions.issue_pay_code(actor=who, now=town.now).digits


def charge(town: Town, shop: Shop, code: str, amount: int, *, key=None, subject: str = "面包"):
    given = actions.Charge(code=code, amount=Money(amount), subject=subject)
    return actions.charge_code(actor=shop.actor, key=key or uuid4(), given=given, now=town.now)


def kinds(who: Actor) -> list[str]:
    rows = Notice.objects.filter(user_id=who.uuid).exclude(kind__in=("standing_changed", "topup_done", "card_linked"))
    return [row.kind for row in rows.order_by("at", "id")]


@pytest.mark.row("W-12")
def test_a_shown_code_pays_at_once_and_only_its_digest_is_kept(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    code = actions.issue_pay_code(actor=lin, now=town.now)
    assert (len(code.digits), code.expires_at - town.now) == (20, timedelta(seconds=60))
    row = PayCode.objects.get()
    assert code.digits.encode() not in bytes(row.digest)
    done = charge(town, shop, code.grouped, 45_50)
    order = queries.order_for(lin, done.order_id)
    assert (order.status, order.amount.minor, order.counterparty_masked) == ("SUCCEEDED", 45_50, "晨光面包店")
    assert (order.kind, order.mode, order.fee.minor, order.remark) == ("payment", "code", 0, "面包")
    assert (town.money(lin), shop.money()) == ((254_50, 0), 45_50 - 27)
    assert used_code_for(lin, code.id, now=town.now).order_id == order.id
    assert kinds(lin) == ["payment_done"]
    assert books.check_books() == []


@pytest.mark.row("W-12")
def test_a_replayed_code_moves_nothing_is_recorded_and_told(town: Town, mall: Mall) -> None:
    lin, shop, other = town.customer("林晓", 300_00), mall.shop(), mall.shop("别家书店")
    code, key = shown(town, lin), uuid4()
    first = charge(town, shop, code, 45_00, key=key)
    assert charge(town, shop, code, 45_00, key=key) == first  # a double click is no replay
    for seller, amount in ((shop, 45_00), (other, 10_00)):
        with pytest.raises(Refusal, match=r"wallet\.code\.used"):
            charge(town, seller, code, amount)
    town.wait(minutes=5)
    with pytest.raises(Refusal, match=r"wallet\.code\.used"):
        charge(town, shop, code, 1_00)
    assert (town.money(lin), other.money(), Order.objects.filter(kind="payment").count()) == ((255_00, 0), 0, 1)
    assert Sale.objects.count() == 1
    trail = AuditEntry.objects.filter(action="wallet.refuse_replay").order_by("id")
    assert [entry.data["merchant"] for entry in trail] == [str(shop.id), str(other.id), str(shop.id)]
    assert kinds(lin) == ["payment_done", *["code_replayed"] * 3]
    assert books.check_books() == []


@pytest.mark.row("W-12")
@pytest.mark.parametrize("place", [0, 1, 5, 15, 16, 19])
def test_an_altered_code_is_refused_before_it_is_looked_for(town: Town, mall: Mall, place: int) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    code = shown(town, lin)
    changed = f"{code[:place]}{(int(code[place]) + 1) % 10}{code[place + 1 :]}"
    with pytest.raises(Refusal, match=r"wallet\.code\.altered"):
        charge(town, shop, changed, 45_00)
    assert (town.money(lin), Sale.objects.count()) == ((300_00, 0), 0)
    assert charge(town, shop, code, 45_00).order_id  # the right one still pays


@pytest.mark.row("W-12")
@pytest.mark.parametrize("given_code", ["", "28", "abc", "２８" * 10, "28" + "1" * 40, "\0" * 20])
def test_no_code_at_all_is_refused(town: Town, mall: Mall, given_code: str) -> None:
    with pytest.raises(Refusal, match=r"wallet\.code\.altered"):
        charge(town, mall.shop(), given_code, 45_00)


@pytest.mark.row("W-12")
def test_expired_and_unknown_codes_are_refused(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    code = shown(town, lin)
    with pytest.raises(Refusal, match=r"wallet\.code\.unknown"):
        charge(town, shop, rules.new_pay_code(), 45_00)
    town.wait(seconds=60)
    with pytest.raises(Refusal, match=r"wallet\.code\.expired"):
        charge(town, shop, code, 45_00)
    assert (town.money(lin), Sale.objects.count(), kinds(lin)) == ((300_00, 0), 0, [])
    assert actions.forget_codes(now=town.now) == 0
    town.wait(days=1)
    assert (actions.forget_codes(now=town.now), PayCode.objects.count()) == (1, 0)


@pytest.mark.row("W-12")
def test_above_the_days_limit_the_payer_gives_the_pin_and_nothing_moves_before(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 900_00), mall.shop()
    assert charge(town, shop, shown(town, lin), 450_00).order_id
    code = actions.issue_pay_code(actor=lin, now=town.now)
    asked = charge(town, shop, code.digits, 50_01)
    assert (asked.order_id, town.money(lin)) == (None, (450_00, 0))
    waiting = used_code_for(lin, code.id, now=town.now)
    assert (waiting.is_waiting, waiting.amount.minor) == (True, 50_01)
    assert kinds(lin) == ["payment_done", "code_waiting"]
    quote = actions.quote_payment(actor=lin, token=waiting.token, now=town.now)
    assert quote.needs_pin
    with pytest.raises(Refusal, match=r"identity\.level\.insufficient"):
        actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert town.money(lin) == (450_00, 0)
    town.prove(lin, f"quote:{quote.id}")
    paid = actions.create_payment(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert (paid.status, paid.mode, town.money(lin)) == ("SUCCEEDED", "now", (399_99, 0))
    assert charge(town, shop, shown(town, lin), 50_00).order_id  # what took the PIN does not count
    with pytest.raises(Refusal, match=r"wallet\.code\.used"):
        charge(town, shop, code.digits, 50_01)
    assert books.check_books() == []


def test_a_payment_that_nobody_confirmed_runs_out(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 900_00), mall.shop()
    code = actions.issue_pay_code(actor=lin, now=town.now)
    charge(town, shop, code.digits, 600_00)
    token = used_code_for(lin, code.id, now=town.now).token
    town.wait(minutes=5)
    with pytest.raises(Refusal, match=r"wallet\.sale\.closed"):
        actions.quote_payment(actor=lin, token=token, now=town.now)
    assert actions.close_expired(now=town.now) == 1
    seen = used_code_for(lin, code.id, now=town.now)
    assert (seen.is_waiting, seen.order_id, town.money(lin)) == (False, None, (900_00, 0))


@pytest.mark.row("W-12")
def test_the_customers_own_lower_cap_asks_for_the_pin_and_their_switch_stops_codes(town: Town, mall: Mall) -> None:
    lin, shop = town.customer("林晓", 300_00), mall.shop()
    caps = actions.Caps(order_cap=20_00)
    actions.change_limits(actor=lin, outlet="code", allowed=True, caps=caps, now=town.now)
    assert charge(town, shop, shown(town, lin), 20_01).order_id is None
    before = shown(town, lin)
    actions.change_limits(actor=lin, outlet="code", allowed=False, caps=caps, now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.permission\.off"):
        shown(town, lin)
    with pytest.raises(Refusal, match=r"wallet\.code\.payer_cannot"):
        charge(town, shop, before, 5_00)
    assert town.money(lin) == (300_00, 0)


@pytest.mark.row("W-12")
def test_a_stopped_restricted_or_poor_payer_pays_nothing_and_alone_hears_why(town: Town, mall: Mall) -> None:
    lin, zhou, shop = town.customer("林晓", 300_00), town.customer("周明", 10_00), mall.shop()
    code, poor = shown(town, lin), shown(town, zhou)
    actions.stop_outflows(actor=lin, reason_code="stolen", now=town.now)
    for digits in (code, poor):
        with pytest.raises(Refusal, match=r"wallet\.code\.payer_cannot") as refused:
            charge(town, shop, digits, 45_00)
        for secret in ("10.00", "停止转出", "余额"):
            assert secret not in refused.value.reader_text()
    with pytest.raises(Refusal, match=r"outflows_stopped"):
        shown(town, lin)
    assert (town.money(lin), town.money(zhou), shop.money(), Sale.objects.count()) == ((300_00, 0), (10_00, 0), 0, 0)
    told = Notice.objects.get(user_id=zhou.uuid, kind="code_refused")
    assert "¥10.00" in told.values["why"]
    assert Notice.objects.filter(user_id=lin.uuid, kind="code_refused").count() == 1


def test_only_customers_show_codes_and_only_their_own_and_only_merchants_take_them(town: Town, mall: Mall) -> None:
    lin, zhou, shop = town.customer("林晓", 300_00), town.customer("周明"), mall.shop()
    code = actions.issue_pay_code(actor=lin, now=town.now)
    given = actions.Charge(code=code.digits, amount=Money(1_00), subject="x")
    for attempt in (
        lambda: shown(town, shop.actor),
        lambda: shown(town, town.staff("甲")),
        lambda: actions.charge_code(actor=zhou, key=uuid4(), given=given, now=town.now),
        lambda: used_code_for(zhou, code.id, now=town.now),
        lambda: actions.issue_receive_code(actor=shop.actor, amount=None, note="", now=town.now),
        lambda: actions.look_at_receive_code(actor=shop.actor, token="x", now=town.now),
    ):
        with pytest.raises(NotFound):
            attempt()
    for amount, subject in ((0, "x"), (50_000_01, "x"), (1_00, " "), (1_00, "x" * 51)):
        with pytest.raises(Refusal, match=r"core\.amount|wallet\.sale\.unfit"):
            charge(town, shop, code.digits, amount, subject=subject)
    held = mall.shop("别家书店")
    actions.hold_merchant(actor=town.staff("乙", "operator"), merchant_id=held.id, reason="office", now=town.now)
    with pytest.raises(Refusal, match=r"wallet\.merchant\.closed"):
        charge(town, held, code.digits, 1_00)
    assert PayCode.objects.get().used_at is None


@pytest.mark.row("W-12")
def test_two_terminals_at_once_take_one_payment(committed_town: Town) -> None:
    town = committed_town
    mall = Mall(town)
    lin, one, two = town.customer("林晓", 300_00), mall.shop(), mall.shop("别家书店")
    code = shown(town, lin)
    answers = at_once(*(lambda shop=shop: charge(town, shop, code, 30_00) for shop in (one, two, one, two)))
    assert unexpected(answers) == []
    refused = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert refused == ["wallet.code.used"] * 3
    assert (town.money(lin), one.money() + two.money()) == ((270_00, 0), 30_00 - 18)
    assert (Order.objects.filter(kind="payment").count(), Sale.objects.count()) == (1, 1)
    assert kinds(lin).count("code_replayed") == 3
    assert books.check_books() == []


@pytest.mark.row("W-12")
def test_two_codes_at_once_never_pass_the_days_limit_without_the_pin(committed_town: Town) -> None:
    town = committed_town
    lin, shop = town.customer("林晓", 900_00), Mall(town).shop()
    codes = [shown(town, lin) for _ in range(3)]
    answers = at_once(*(lambda code=code: charge(town, shop, code, 300_00) for code in codes))
    assert unexpected(answers) == []
    assert sorted(answer.order_id is None for answer in answers) == [False, True, True]
    assert town.money(lin) == (600_00, 0)


@pytest.mark.row("W-12")
@pytest.mark.parametrize("fixed", [25_00, None])
def test_a_receive_code_pays_whom_it_names(town: Town, fixed: int | None) -> None:
    lin, zhou = town.customer("林晓", 300_00), town.customer("周明")
    asked = Money(fixed) if fixed else None
    code = actions.issue_receive_code(actor=zhou, amount=asked, note="饭钱", now=town.now)
    seen = actions.look_at_receive_code(actor=lin, token=code.token, now=town.now)
    assert (seen.payee_masked_name, seen.amount, seen.note) == ("周*", asked, "饭钱")
    quote = actions.quote_receive_code(
        actor=lin, token=code.token, amount=Money(99_00 if fixed else 25_00), remark="饭钱", now=town.now
    )
    assert quote.amount.minor == 25_00  # an amount in the code stands
    order = actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert (order.status, order.kind, town.money(lin), town.money(zhou)) == (
        "SUCCEEDED",
        "transfer",
        (275_00, 0),
        (25_00, 0),
    )
    assert books.check_books() == []


@pytest.mark.row("W-12")
def test_receive_codes_that_ran_out_were_changed_or_are_ones_own_are_refused(town: Town) -> None:
    lin, zhou = town.customer("林晓", 300_00), town.customer("周明")
    token = actions.issue_receive_code(actor=zhou, amount=Money(25_00), note="", now=town.now).token

    def look(who: Actor, given_token: str) -> str:
        with pytest.raises(Refusal) as refused:
            actions.quote_receive_code(actor=who, token=given_token, amount=None, remark="", now=town.now)
        return refused.value.code

    for place in (0, 10, 25, 30, 40, len(token) - 2):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert look(lin, changed) == "wallet.receive_code.altered"
    for nothing in ("", "x", "汉字", "A" * 500, "\0"):
        assert look(lin, nothing) == "wallet.receive_code.altered"
    assert look(zhou, token) == "wallet.transfer.to_oneself"
    town.wait(minutes=10)
    assert look(lin, token) == "wallet.receive_code.expired"
    assert (town.money(lin), town.money(zhou)) == ((300_00, 0), (0, 0))


def test_a_receive_code_takes_no_unfit_amount_or_note_and_hides_what_misleads(town: Town) -> None:
    lin, zhou = town.customer("林晓"), town.customer("周明")
    for amount, note in ((0, ""), (50_000_01, ""), (1, "长" * 21), (1, "\n")):
        if note == "\n":
            note = "a\tb"
        with pytest.raises(Refusal, match=r"core\.amount|note_unfit"):
            actions.issue_receive_code(actor=zhou, amount=Money(amount), note=note, now=town.now)
    code = actions.issue_receive_code(actor=zhou, amount=None, note="客服400-666-8888", now=town.now)
    assert "666" not in actions.look_at_receive_code(actor=lin, token=code.token, now=town.now).note


@given(amount=st.integers(0, 50_000_00), note=st.text(max_size=20), data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_receive_code_says_what_was_signed_and_no_changed_byte_passes(amount, note, data) -> None:
    from datetime import UTC, datetime

    note = note.encode("utf-8", "ignore").decode()
    signed = rules.Receiving(
        payee_id=uuid4(), amount=amount, note=note, expires_at=datetime(2030, 1, 1, tzinfo=UTC)
    )
    token = rules.write_token(signed)
    assert rules.read_token(token) == signed
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda one: one != token[place]))
    assert rules.read_token(token[:place] + letter + token[place + 1 :]) is None
