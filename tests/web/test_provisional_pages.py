"""Provisional credits over HTTP: the case at the desk, the checker's card, the customer's pages, the office's list."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of

from kefu.cases import actions as cases
from kefu.cases.models import Case, Proposal
from kefu.core import clock
from kefu.core.actor import Actor
from kefu.wallet import actions as wallet
from kefu.wallet.models import Provisional


class Matter:
    """林's disputed transfer, her case at 陈's desk, and a browser for everybody."""

    def __init__(self, town: Town, desk: Desk, browser: SignedIn) -> None:
        self.town, self.desk = town, desk
        self.lin = town.customer("林一", 300_00)
        self.order = town.send(self.lin, town.customer("周二"), 200_00)
        self.case = desk.case(self.lin, desk.chen, kind="transfer", order=self.order.id)
        self.agent, self.boss, self.own = browser(desk.chen), browser(desk.zhao), browser(self.lin)
        self.page = f"/console/case/{self.case.id}/"
        self.part = f"{self.page}provisional"

    def propose(self, path: str, **fields: str) -> None:
        answer = self.agent.post(f"{self.page}{path}", {"key": str(uuid4()), "reason": "核实", **fields})
        assert (answer.status_code, answer["Location"]) == (302, self.page), text_of(answer)[:2000]

    def approve(self) -> str:
        """The checker's card as it was read, before the yes."""
        card = f"/console/approvals/{Proposal.objects.get(status='PROPOSED').id}/"
        assert f'href="{card}"' in text_of(self.boss.get("/console/approvals/"))
        seen = text_of(self.boss.get(card))
        assert self.boss.post(f"{card}decide", {"decision": "approve"}).status_code == 302
        return seen

    @property
    def given(self) -> Provisional:
        return Provisional.objects.latest("given_at")

    def order_page(self, who: Actor | None = None) -> str:
        return text_of(self.own.get(f"/orders/{self.given.pk}/"))


@pytest.fixture
def matter(town: Town, desk: Desk, browser: SignedIn) -> Matter:
    return Matter(town, desk, browser)


def test_given_at_the_desk_checked_and_read_by_the_customer(matter: Matter) -> None:
    assert "最多 ¥200.00" in text_of(matter.agent.get(matter.part))
    matter.propose("provisional", amount="200")
    card = matter.approve()
    assert "这笔订单最多还可以赔" in card
    assert "结论出来前是临时款" in card
    page = matter.order_page()
    for words in ("临时款，待结论", "现在就能用", "最迟给出结论", "余额不会变成负数", "/help/a/provisional-credit/"):
        assert words in page, words
    assert "交易凭证" not in page
    assert "先行赔付" in text_of(matter.own.get(f"/orders/{matter.order.id}/"))
    for path in ("/activity/", "/", "/activity/?kind=provisional"):
        assert "临时款 · 订单" in text_of(matter.own.get(path)), path
    assert f'hx-get="{matter.part}"' in text_of(matter.agent.get(matter.page))
    case = text_of(matter.agent.get(matter.part))
    assert "申请定为归客户所有" in case
    assert "申请告知收回" in case
    assert "申请先行赔付" not in case
    assert max(queries_of(matter.agent, path) for path in (matter.page, matter.part)) <= QUERIES_MOST
    assert queries_of(matter.own, f"/orders/{matter.given.pk}/") <= QUERIES_MOST


def test_made_final_it_has_a_receipt(matter: Matter) -> None:
    matter.propose("provisional", amount="200")
    matter.approve()
    matter.propose(f"provisional/{matter.given.pk}/final")
    assert "客户余额不变" in matter.approve()
    page = matter.order_page()
    assert "归您所有，不会再收回" in page
    assert "交易凭证" in page


def test_announced_then_taken_back_and_owed(matter: Matter) -> None:
    matter.propose("provisional", amount="200")
    matter.approve()
    matter.propose(f"provisional/{matter.given.pk}/notice", code="refunded", reason="商户已退到您的卡")
    assert "商户已经退款" in matter.approve()
    page = matter.order_page()
    for words in ("临时款，将收回", "商户已经退款", "商户已退到您的卡", "那之前仍可使用"):
        assert words in page, words
    assert "申请告知收回" not in text_of(matter.agent.get(matter.part))
    matter.town.send(matter.lin, matter.town.customer("王芳"), 250_00)
    wallet.withdraw_due(now=matter.given.withdraw_at)
    page = matter.order_page()
    for words in ("临时款，已收回", "还欠 ¥150.00", "¥50.00"):
        assert words in page, words
    matter.propose(f"provisional/{matter.given.pk}/recovery", code="judgment", reason="判决书")
    assert "有多少收多少" in matter.approve()
    assert "生效的法律文书" in matter.order_page()


def test_bad_input_is_refused_and_says_so(matter: Matter) -> None:
    path = f"{matter.page}provisional"
    key = {"key": str(uuid4())}
    for fields, code in (
        ({"amount": "0", "reason": "x"} | key, "core.amount.not_positive"),
        ({"amount": "x", "reason": "x"} | key, "core.amount.unreadable"),
        ({"amount": "200.01", "reason": "x"} | key, "wallet.provisional.too_much"),
        ({"amount": "1", "reason": " "} | key, "cases.proposal.reason_missing"),
        ({"amount": "1", "reason": "x"}, "web.form.field_wrong"),
    ):
        answer = matter.agent.post(path, fields)
        assert 400 <= answer.status_code < 500, fields
        assert code in text_of(answer), fields
    matter.propose("provisional", amount="10")
    matter.approve()
    for deed, fields, code in (
        ("notice", {"reason": "x", "code": "none"}, "wallet.provisional.words_unfit"),
        ("notice", {"reason": "", "code": "refunded"}, "cases.proposal.reason_missing"),
        ("recovery", {"reason": "x", "code": "consent"}, "wallet.provisional.nothing_owed"),
        ("burn", {"reason": "x"}, "web.form.field_wrong"),
    ):
        assert code in text_of(matter.agent.post(f"{path}/{matter.given.pk}/{deed}", fields)), deed
    assert "core.thing.not_found" in text_of(matter.agent.post(f"{path}/{matter.order.id}/final", {"reason": "x"}))
    assert Provisional.objects.get().status == "GIVEN"


def test_who_gave_reads_why_they_may_not_decide(matter: Matter, desk: Desk, browser: SignedIn) -> None:
    made = cases.propose_provisional(
        actor=desk.sun, case_id=matter.case.id, amount=matter.order.amount, reason="急", now=matter.town.now
    )
    desk.decided(made, desk.zhao)
    matter.propose(f"provisional/{matter.given.pk}/final")
    sun = browser(desk.sun)
    card = f"/console/approvals/{Proposal.objects.get(status='PROPOSED').id}/"
    page = text_of(sun.get(card))
    assert "请由其他主管复核" in page
    assert 'value="approve"' not in page
    refused = sun.post(f"{card}decide", {"decision": "approve"})
    assert (refused.status_code, "cases.proposal.gave_it" in text_of(refused)) == (403, True)


def test_the_office_lists_them_with_their_age(
    matter: Matter, desk: Desk, browser: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = browser(desk.qian)
    assert "没有未了的临时款" in text_of(office.get("/office/provisional/"))
    matter.propose("provisional", amount="200")
    matter.approve()
    row = matter.given
    later = matter.town.now + timedelta(days=60)
    Provisional.objects.filter(pk=row.pk).update(
        given_at=row.given_at - timedelta(days=60), decide_by=row.decide_by - timedelta(days=60)
    )
    page = text_of(office.get("/office/provisional/"))
    assert later > clock.now()
    for words in ("60 天", "已超期", "¥200.00", matter.case.no, "先行赔付"):
        assert words in page, words
    assert "林" not in page.split("<h1>")[1].split("</table>")[0]
    for bad in ("x", "-1", "9" * 9, "１"):
        assert office.get(f"/office/provisional/?after={bad}").status_code == 422
    assert "没有未了的临时款" in text_of(office.get("/office/provisional/?after=50"))
    assert browser(desk.chen).get("/office/provisional/").status_code == 403
    assert queries_of(office, "/office/provisional/") <= QUERIES_MOST


def test_english_pages_have_no_chinese_of_ours(matter: Matter) -> None:
    matter.propose("provisional", amount="200")
    matter.approve()
    page = text_of(matter.own.get(f"/orders/{matter.given.pk}/body?lang=en"))
    assert "provisional" in page.lower()
    assert not [word for word in ("临时款", "最迟", "结论") if word in page]


@pytest.mark.parametrize("kind", ["provisional", "bill"])
def test_a_case_can_be_opened_for_an_order_of_any_kind(matter: Matter, kind: str) -> None:
    """The button beside the order sends the order's kind; not every one has a kind of case of its own."""
    if kind == "provisional":
        matter.propose("provisional", amount="200")
        matter.approve()
        order = matter.given.pk
    else:
        matter.town.top_up(matter.lin, 200_00)
        order = matter.town.pay_bill(matter.lin).id
    path = f"/console/c/{matter.case.conversation_id}/case"
    answer = matter.agent.post(path, {"kind": kind, "order": str(order)})
    assert answer.status_code == 302
    assert matter.agent.get(answer["Location"]).status_code == 200
    assert Case.objects.get(pk=answer["Location"].split("/")[3]).kind == {"bill": "repayment"}.get(kind, "general")
