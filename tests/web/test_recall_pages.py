"""A withdrawal asked back over HTTP: by its customer with the PIN, by an agent on the case, seen by the operator."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.rails import papers
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of
from tests.web.test_truth import claims

from kefu.identity import actions as identity
from kefu.rails import actions as rails
from kefu.rails.models import Recall
from kefu.rails.rules import BANK_ZONE
from kefu.wallet import queries
from kefu.wallet.queries import OrderView

pytestmark = pytest.mark.row("W-04")
PIN = "482913"


def answer(town: Town, word: str, code: str = "") -> None:
    """The bank says so when it is asked next."""
    ScriptedBank.recall, ScriptedBank.recall_code = word, code
    rails.carry_recall(recall_id=Recall.objects.get().id, now=town.now)
    town.pump.run()


@pytest.fixture
def paid(town: Town) -> OrderView:
    lin = town.customer("林一", money=1_000_00)
    identity.set_payment_pin(actor=lin, pin=PIN, now=town.now)
    return town.withdraw(lin, 200_00)


def person(order: OrderView):
    from kefu.identity import queries as people

    return people.actor_for_user(order.customer_id)


def test_the_whole_road_says_what_it_is_and_nothing_is_back_before_it_is(
    town: Town, browser: SignedIn, paid: OrderView
) -> None:
    client, page = browser(person(paid)), f"/orders/{paid.id}/"
    assert "申请追回" in text_of(client.get(page))
    form = text_of(client.get(f"{page}recall/"))
    for words in ("不保证成功", "收款人可以不同意", "最迟", "只能请银行追回一次", "¥200.00", "96110"):
        assert words in form
    for given in ({}, {"reason": "FRAD"}, {"reason": "FRAD", "pin": "000111"}, {"pin": PIN}, {"reason": "TECH", "pin": PIN}):
        refused = client.post(f"{page}recall/", given)
        assert refused.status_code in (403, 422), given
        assert "申请追回" in text_of(refused)
    assert not Recall.objects.exists()
    assert client.post(f"{page}recall/", {"reason": "FRAD", "pin": PIN})["Location"] == page
    town.pump.run()
    asked = text_of(client.get(page))
    for words in ("已请银行追回", "对方可能不同意", "等对方银行答复", "我被骗了"):
        assert words in asked
    assert f"{page}recall/" not in asked
    assert client.get(f"{page}recall/")["Location"] == page
    assert client.post(f"{page}recall/", {"reason": "CUST", "pin": PIN})["Location"] == page
    assert Recall.objects.get().reason == "FRAD"
    answer(town, "RECALL_ACCEPTED")
    agreed = text_of(client.get(page))
    assert "对方银行同意退回，但钱还没有到" in agreed
    assert "款项已经回来" not in agreed
    assert "钱还没有到" in text_of(client.get("/me/notices/"))
    ScriptedBank.outcome, ScriptedBank.reason = "RETURNED", "recalled"
    town.ask_bank(person(paid), paid)
    back = text_of(client.get(page))
    for words in ("款项已经回来", "应追回请求退回", "款项已回到余额"):
        assert words in back
    assert town.money(person(paid)) == (1_000_00, 0)


def test_a_refusal_says_why_and_what_is_left(town: Town, browser: SignedIn, paid: OrderView) -> None:
    client = browser(person(paid))
    client.post(f"/orders/{paid.id}/recall/", {"reason": "AC03", "pin": PIN})
    town.pump.run()
    answer(town, "RECALL_REFUSED", "CUST")
    page = text_of(client.get(f"/orders/{paid.id}/"))
    for words in ("没有追回：收款人不同意退回", "您还可以报警", "提到了不对的卡"):
        assert words in page
    assert "申请追回" not in page
    assert queries_of(client, f"/orders/{paid.id}/") <= QUERIES_MOST


def test_one_the_bank_was_not_told_of_is_taken_back_at_once(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一", money=1_000_00)
    identity.set_payment_pin(actor=lin, pin=PIN, now=town.now)
    client, card = browser(lin), town.card(lin)
    confirm = text_of(client.post("/withdraw/", {"card": str(card), "amount": "200"}))
    given = {name: re.search(f'name="{name}" value="([^"]+)"', confirm)[1] for name in ("key", "quote")}
    order = client.post("/withdraw/pay", given)["Location"]
    assert "没有收到，就直接撤回" in text_of(client.get(f"{order}recall/"))
    assert client.post(f"{order}recall/", {"reason": "AM09", "pin": PIN})["Location"] == order
    page = text_of(client.get(order))
    assert "已撤回：银行没有收到指令" in page
    assert (town.money(lin), ScriptedBank.submissions) == ((1_000_00, 0), 1)  # the top-up alone


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("word", ["RECALL_PENDING", "RECALL_ACCEPTED", "RECALL_REFUSED"])
def test_no_word_about_a_recall_claims_that_money_is_back(town: Town, paid: OrderView, word: str, language: str) -> None:
    from django.template.loader import render_to_string
    from django.utils.translation import override

    lin = person(paid)
    town.prove(lin, f"recall:{paid.id}")
    from kefu.wallet import actions

    actions.recall_withdrawal(actor=lin, order_id=paid.id, reason="CUST", now=town.now)
    town.pump.run()
    answer(town, word, "CUST" if word == "RECALL_REFUSED" else "")
    with override(language):
        seen = queries.order_for(lin, paid.id)
        shown = render_to_string("parts/recall.html", {"recall": seen.recall, "now": town.now})
        coming = " ".join(str(step.label) for step in seen.steps if step.state != "done")
        assert not claims(f"{shown} {coming}", language), shown
        again = replace(seen.recall, status="UNANSWERED")
        assert not claims(render_to_string("parts/recall.html", {"recall": again, "now": town.now}), language)


def test_an_agent_asks_on_the_case_and_the_customer_reads_it(
    town: Town, browser: SignedIn, desk: Desk, paid: OrderView
) -> None:
    lin = person(paid)
    case = desk.case(lin, desk.chen, kind="withdrawal", order=paid.id)
    client, page = browser(desk.chen), f"/console/case/{case.id}/"
    assert "一笔款只能请银行追回一次" in text_of(client.get(page))
    assert client.post(f"{page}recall", {"reason": "nonsense"}).status_code == 422
    assert client.post(f"{page}recall", {"reason": "FRAD"})["Location"] == page
    shown = text_of(client.get(page))
    for words in ("已请银行追回", "请银行追回 FRAD"):
        assert words in re.sub(r"<[^>]+>|\s+", " ", shown).replace("  ", " ")
    again = client.post(f"{page}recall", {"reason": "FRAD"})
    assert again.status_code == 409
    assert "已经申请过追回" in text_of(again)
    other = browser(desk.li)
    assert other.post(f"{page}recall", {"reason": "FRAD"}).status_code == 404
    theirs = browser(lin)
    assert "已请银行追回" in text_of(theirs.get(f"/orders/{paid.id}/"))
    assert "钱回来之前不算追回" in text_of(theirs.get("/chat/"))


def test_a_case_about_something_else_recalls_nothing(town: Town, browser: SignedIn, desk: Desk, paid: OrderView) -> None:
    case = desk.case(person(paid), desk.chen)
    assert browser(desk.chen).post(f"/console/case/{case.id}/recall", {"reason": "FRAD"}).status_code == 422
    assert not Recall.objects.exists()


def test_the_operator_sees_recalls_and_what_fits_nothing(town: Town, browser: SignedIn, desk: Desk, paid: OrderView) -> None:
    operator, lin = browser(desk.qian), person(paid)
    assert "没有追回的付款" in text_of(operator.get("/office/reconciliation/"))
    browser(lin).post(f"/orders/{paid.id}/recall/", {"reason": "DUPL", "pin": PIN})
    town.pump.run()
    day = town.now.astimezone(BANK_ZONE).date()
    stranger = papers.Payment(instruction="LOST77", amount=77_00)

    def give(raw: bytes, when=day) -> int:
        form = {"bank": "sandbox", "kind": "status", "day": when.isoformat(), "file": SimpleUploadedFile("s.xml", raw)}
        return operator.post("/office/reconciliation/upload", form).status_code

    assert give(papers.status_report([stranger], at=town.now)) == 302
    refused = papers.status_report([stranger, stranger], at=town.now, message="M2")
    assert give(refused) == 422
    assert give(papers.status_report([stranger], at=town.now, message="M3"), day - timedelta(days=1)) == 422
    page = text_of(operator.get("/office/reconciliation/"))
    for words in (paid.no, "重复提现", "等对方银行答复", "LOST77", "我们没有这笔付款", "支付状态报告", "LOST77 stands twice"):
        assert words in page
    assert browser(desk.zhao).get("/office/reconciliation/").status_code == 200
    assert browser(desk.chen).get("/office/reconciliation/").status_code == 403
