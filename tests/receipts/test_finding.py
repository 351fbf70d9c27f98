"""Found by rough words: the order that is meant stands among the first three."""

import random
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from tests.wallet.town import Town

from kefu.core.money import Money
from kefu.language.slots import read_slots
from kefu.receipts import queries
from kefu.receipts.finding import ranked
from kefu.wallet.queries import OrderView

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 14, 3, tzinfo=SHANGHAI)
NAMES = ["王*", "李**", "张*", "周*", "陈**", "赵*"]


def order(at: datetime, minor: int, other: str, direction: str, kind: str = "transfer") -> OrderView:
    return OrderView(
        id=uuid4(), no=f"T{at:%Y%m%d%H%M%S}{random.randrange(10**6):06d}", kind=kind, status="SUCCEEDED",
        direction=direction, customer_id=uuid4(), payee_id=None, amount=Money(minor), fee=Money(0),
        other_side=other, mode="now", remark="", reason="", reason_text="", case_ref="", created_at=at,
        release_at=None, settled_at=at, returned_at=None, acknowledged_at=None, paused=False, cancellable=False,
    )  # fmt: skip


def history(chance: random.Random, count: int) -> list[OrderView]:
    """Four weeks of a busy person."""
    made = []
    for _ in range(count):
        at = NOW - timedelta(minutes=chance.randrange(60, 28 * 24 * 60))
        kind = chance.choice(["transfer"] * 4 + ["topup", "withdrawal"])
        direction = {"topup": "in", "withdrawal": "out"}.get(kind) or chance.choice(["in", "out"])
        other = chance.choice(NAMES) if kind == "transfer" else "招商银行 (0012)"
        made.append(order(at, chance.choice([1, 2, 5]) * chance.choice([1000, 2500, 10_000]) + chance.randrange(3000), other, direction, kind))
    return made


def vague_amount(minor: int) -> str:
    yuan = minor // 100
    if yuan >= 100:
        return f"{'一二三四五六七八九'[yuan // 100 - 1] if yuan // 100 != 2 else '两'}百多" if yuan % 100 else f"{yuan}块"
    return f"{yuan}块左右"


def words_for(one: OrderView) -> str:
    """As a customer would say it: the day, a part of it, roughly how much, to whom."""
    local = one.created_at.astimezone(SHANGHAI)
    days = (NOW.date() - local.date()).days
    week = "一二三四五六日"[local.weekday()]
    day = {0: "今天", 1: "昨天", 2: "前天"}.get(days) or (f"上周{week}" if 5 <= days <= 11 else f"{local.month}月{local.day}号")
    part = "上午" if 6 <= local.hour < 12 else "下午" if 12 <= local.hour < 18 else "晚上" if local.hour >= 18 else ""
    what = {"topup": "充值", "withdrawal": "提现"}.get(one.kind)
    if what is None:
        name = f"老{one.counterparty_masked[0]}"
        what = f"转给{name}" if one.direction == "out" else f"收到{name}转来"
    return f"{day}{part if days < 3 else ''} {what} {vague_amount(one.amount.minor)}"


@pytest.mark.row("F-25")
def test_the_meant_order_is_among_the_first_three() -> None:
    chance = random.Random(20261120)
    asked, hits, missed = 0, 0, []
    for _person in range(12):
        orders = history(chance, 120)
        for one in chance.sample(orders, 20):
            words = words_for(one)
            found = ranked(words, read_slots(words, now=NOW), orders, most=3)
            asked += 1
            if one.id in {f.order.id for f in found}:
                hits += 1
            else:
                missed.append((words, one.created_at, one.amount.text()))
    assert hits / asked >= 0.95, missed[:12]


@pytest.mark.django_db
@pytest.mark.row("F-25")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("昨天下午一百多", 0), ("上周五 转给老王 两百左右", 1), ("yesterday afternoon about 130 yuan", 0),
        ("转给王芳的那笔", 1), ("最近充值的", 2), ("3000块", 2),
    ],
)  # fmt: skip
def test_in_the_customers_words(town: Town, text: str, place: int) -> None:
    lin, wang, zhou = town.customer("林晓雨", 3_000_00), town.customer("王芳"), town.customer("周航")
    charged = queries.find_orders_for(lin, text="", now=town.now)[0].order
    midnight = datetime.combine(town.now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    friday = midnight + timedelta(days=1 + (3 - midnight.weekday()) % 7)
    now = friday + timedelta(days=7, hours=14, minutes=3)
    town.now = friday + timedelta(hours=10)
    second = town.send(lin, wang, 208_00)
    town.now = friday + timedelta(days=6, hours=15, minutes=30)
    first = town.send(lin, zhou, 132_50)
    town.send(lin, zhou, 20_00)
    wanted = (first, second, charged)[place]
    found = queries.find_orders_for(lin, text=text, now=now)
    assert found[0].order.id == wanted.id, [(f.order.title, f.score, f.why) for f in found]
    assert queries.find_orders_for(zhou, text="昨天下午一百多", now=now)[0].order.id == first.id


@pytest.mark.django_db
def test_a_number_finds_exactly_one_and_nothing_invents(town: Town) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    one = town.send(lin, wang, 66_00)
    town.send(lin, wang, 66_00)
    assert [f.order.no for f in queries.find_orders_for(lin, text=f"订单 {one.no.lower()} 的凭证", now=town.now)] == [one.no]
    for text in ("三万五", "去年三月一号", "T20200101000000000000"):
        assert queries.find_orders_for(lin, text=text, now=town.now) == []
    assert len(queries.find_orders_for(lin, text="", now=town.now)) == 3
    strange: list[Any] = ["\0", "%_'\"\\;--", "🜁" * 300, "转给", "百"]
    for text in strange:
        queries.find_orders_for(lin, text=text, now=town.now)
    assert queries.find_orders_for(town.customer("周航"), text=one.no, now=town.now) == []
