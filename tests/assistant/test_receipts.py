"""Questions for receipts, statements and proofs lead to the very paper."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.assistant.test_answers import ask, assert_grounded
from tests.wallet.town import Town

pytestmark = pytest.mark.django_db


def links(said: object) -> list[str]:
    return [button.argument for button in said.buttons if button.code == "link"]  # type: ignore[attr-defined]


@pytest.mark.row("F-25")
@pytest.mark.parametrize("text", ["昨天下午转给老王一百多的凭证在哪下载", "我要昨天下午那笔一百多的转账凭证"])
def test_the_receipt_of_what_was_said_is_one_press_away(town: Town, text: str) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    midnight = datetime.combine(town.now.astimezone(ZoneInfo("Asia/Shanghai")).date(), time(), ZoneInfo("Asia/Shanghai"))
    town.now = midnight + timedelta(days=3, hours=15)
    wanted = town.send(lin, wang, 126_00)
    town.send(lin, wang, 20_00)
    town.wait(days=1)
    said = ask(town, lin, text)
    assert said.intent == "voucher_receipt"
    assert links(said)[0] == f"/receipts/order/{wanted.id}/"
    assert "¥126.00" in said.buttons[0].label
    assert_grounded(said)


def test_what_is_not_settled_is_said_and_nothing_is_invented(town: Town) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 333_00, mode="two_hours")
    said = ask(town, lin, "给我333块那笔的转账凭证")
    assert (said.cause, said.order_id) == ("PENDING", order.id)
    assert "可以取消" in said.text
    assert_grounded(said)
    none = ask(town, lin, "给我7777元那笔的转账凭证")
    assert none.cause == "NEED_EVIDENCE"
    assert not [link for link in links(none) if re.match("/receipts/order/", link)]


@pytest.mark.parametrize(
    ("text", "link"),
    [("怎么打印流水", "/receipts/#statements"), ("怎么导出转账证明给法院用", "/receipts/proof"), ("电子回单怎么下载", "/receipts/")],
)
def test_statements_proofs_and_how(town: Town, text: str, link: str) -> None:
    lin = town.customer("林晓雨", 10_00)
    said = ask(town, lin, text)
    assert link in links(said)
    assert_grounded(said)


def test_a_receipt_is_no_tax_invoice(town: Town) -> None:
    assert "不是发票" in ask(town, town.customer("林晓雨", 10_00), "电子发票怎么开").text
