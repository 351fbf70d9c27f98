"""The desk's pages over HTTP: who may see them, what looks as if not there, and how much they ask."""

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of

from kefu.cases import actions as cases
from kefu.core.actor import Actor
from kefu.desk.models import Conversation
from kefu.identity import actions as identity
from kefu.identity import queries as people

DESK = ("/console/", "/console/queue")
FORMS = ("goodwill", "completion", "bank", "resolve")
DEEDS = ("take", "note", "handover", "close", "read", "typing", "case")
PARTS = ("", "head", "messages", "panel", "story")
OFFICE = ("/office/", "/office/board")


def every_page(case: UUID, proposal: UUID, conversation: UUID) -> list[str]:
    own = [f"/console/case/{case}/", "/console/approvals/", f"/console/approvals/{proposal}/"]
    talk = [f"/console/c/{conversation}/{part}" for part in PARTS]
    return [*DESK, *own, *talk, *OFFICE]


def every_door(case: UUID, proposal: UUID, conversation: UUID) -> list[str]:
    talk = [f"/console/c/{conversation}/{deed}" for deed in DEEDS]
    steps = [f"/console/case/{case}/{form}" for form in FORMS]
    return [
        "/console/next",
        "/console/presence",
        "/console/beat",
        *talk,
        *steps,
        f"/console/approvals/{proposal}/decide",
    ]


@pytest.mark.row("S-10")
def test_strangers_sign_in_first_and_customers_have_no_place_here(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin = town.customer("林一")
    case = desk.case(lin, desk.chen)
    ids = (case.id, desk.proposal(case, desk.chen).id, case.conversation_id or uuid4())
    stranger, customer, agent = Client(headers={"accept-language": "zh-CN"}), browser(lin), browser(desk.chen)
    for path in every_page(*ids):
        answer = stranger.get(path)
        assert (answer.status_code, answer["Location"].split("=")[0]) == (302, "/staff/signin/?next"), path
        assert stranger.get(path, headers={"accept": "application/json"}).status_code == 401, path
        refused = customer.get(path)
        assert refused.status_code == 403, path
        assert "web.session.wrong_place" in text_of(refused)
    for path in every_door(*ids):
        assert stranger.post(path)["Location"].startswith("/staff/signin/"), path
        assert customer.post(path).status_code == 403, path
        assert agent.get(path).status_code == (403 if path.endswith("decide") else 405), path
    assert Conversation.objects.get(pk=case.conversation_id).status == "ASSIGNED"


def test_each_role_has_its_place(town: Town, browser: SignedIn, desk: Desk) -> None:
    case = desk.case(town.customer("林一"), desk.chen)
    proposal = desk.proposal(case, desk.chen)
    page, card = f"/console/case/{case.id}/", f"/console/approvals/{proposal.id}/"
    wanted = {
        desk.chen: {"/console/queue": 200, page: 200, card: 200, "/console/approvals/": 403, "/office/": 403},
        desk.li: {"/console/queue": 200, page: 404, card: 404, "/console/approvals/": 403, "/office/board": 403},
        desk.zhao: {"/console/queue": 200, page: 200, card: 200, "/console/approvals/": 200, "/office/": 200},
        desk.qian: {"/console/queue": 403, page: 403, card: 403, "/console/approvals/": 403, "/console/": 302},
    }
    for who, pages in wanted.items():
        client = browser(who)
        assert {path: client.get(path).status_code for path in pages} == pages, who.label
    assert browser(desk.qian).get(f"/console/c/{case.conversation_id}/")["Location"] == "/office/"


def test_the_desk_says_what_to_do_when_nobody_is_there(town: Town, browser: SignedIn, desk: Desk) -> None:
    client = browser(desk.chen)
    page = text_of(client.get("/console/"))
    assert all(words in page for words in ("没有人在等", "接入后会出现在这里", "选一位客户开始"))
    assert client.post("/console/next")["Location"] == "/console/"
    assert "没有等您复核的申请" in text_of(browser(desk.zhao).get("/console/approvals/"))
    english = text_of(client.get("/console/queue?lang=en"))
    assert not any("一" <= letter <= "鿿" for letter in english)


def test_the_queue_marks_the_open_conversation(town: Town, browser: SignedIn, desk: Desk) -> None:
    conversation = desk.waiting(town.customer("林一"))
    client = browser(desk.chen)
    assert "aria-current" in text_of(client.get(f"/console/queue?c={conversation}"))
    assert "aria-current" not in text_of(client.get(f"/console/queue?c={uuid4()}"))
    for bad in ("x" * 36, "1", "%00", f"{conversation}0"):
        answer = client.get(f"/console/queue?c={bad}")
        assert answer.status_code == 422, bad
        assert "web.form.field_wrong" in text_of(answer)


def test_what_is_another_agents_looks_as_if_not_there(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin = town.customer("林一")
    case = desk.case(lin, desk.chen)
    proposal = desk.proposal(case, desk.chen)
    stranger = browser(desk.li)
    paths = [f"/console/case/{case.id}/", f"/console/approvals/{proposal.id}/"]
    unknown = [path.replace(str(case.id), str(uuid4())).replace(str(proposal.id), str(uuid4())) for path in paths]
    pages = [text_of(stranger.get(path)) for path in (*paths, *unknown)]
    assert all("没有找到" in page and "林" not in page for page in pages)
    fields = {"amount": "5", "reason": "慢", "key": str(uuid4()), "summary": "好了"}
    assert {stranger.post(f"/console/case/{case.id}/{form}", fields).status_code for form in FORMS} == {404}
    assert text_of(browser(desk.chen).get(paths[0])).count("看复核卡") == 1
    desk.let_see(desk.li, lin)
    assert stranger.get(paths[0]).status_code == 200
    assert stranger.get(paths[1]).status_code == 404


def test_unknown_and_unreadable_ids_are_told_as_such(browser: SignedIn, desk: Desk) -> None:
    agent, boss = browser(desk.chen), browser(desk.zhao)
    for path in every_page(uuid4(), uuid4(), uuid4())[2:-2]:
        wanted = 200 if path == "/console/approvals/" else 404
        assert boss.get(path).status_code == wanted, path
    fields = {"amount": "5", "reason": "慢", "key": str(uuid4()), "summary": "好了", "decision": "approve", "body": "在"}
    for path in every_door(uuid4(), uuid4(), uuid4())[3:]:
        client = boss if path.endswith("decide") else agent
        assert client.post(path, fields).status_code == 404, path
    for path in ("/console/c/1/", "/console/case/x/", "/console/approvals/%00/", "/console/case/../"):
        assert agent.get(path).status_code == 404, path


def test_a_supervisor_sees_the_case_but_no_order_without_a_grant(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin = town.customer("林一")
    order = desk.stuck(lin)
    case = desk.case(lin, desk.chen, kind="topup", order=order.id)
    path, boss = f"/console/case/{case.id}/", browser(desk.zhao)
    page = text_of(boss.get(path))
    assert order.no not in page
    assert "没有查看这位客户的授权" in page
    desk.let_see(desk.zhao, lin)
    assert order.no in text_of(boss.get(path))


def test_the_case_page_follows_the_case(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin = town.customer("林一")
    case = desk.case(lin, desk.chen, kind="topup", order=desk.stuck(lin).id)
    path, client = f"/console/case/{case.id}/", browser(desk.chen)
    assert "向银行核实" in text_of(client.get(path))
    desk.confirmed(case, desk.chen)
    assert "银行已确认扣款成功" in text_of(client.get(path))
    client.post(f"{path}completion", {"reason": "银行确认了"})
    page = text_of(client.get(path))
    assert "待复核" in page
    card = "/console/approvals/" + page.split("/console/approvals/")[1].split("/")[0] + "/"
    shown = text_of(client.get(card))
    assert "申请人不能复核" in shown or "只有主管可以复核" in shown
    assert 'href="/console/approvals/"' not in shown
    assert "同意，入账" in text_of(browser(desk.zhao).get(card))
    desk.town.wait(seconds=1)
    browser(desk.zhao).post(f"{card}decide", {"decision": "approve", "words": "属实"})
    assert "已入账" in text_of(client.get(path))
    client.post(f"{path}resolve", {"summary": "已经补到账"})
    assert "已经补到账" in text_of(client.get(path))


def test_an_approval_that_ran_out_frees_its_case(town: Town, browser: SignedIn, desk: Desk) -> None:
    case = desk.case(town.customer("林一"), desk.chen)
    proposal = desk.proposal(case, desk.chen)
    late = town.now.replace(year=town.now.year + 1)
    assert identity.expire_approvals(actor=Actor("system", "kefu"), now=late) == 1
    card, boss = f"/console/approvals/{proposal.id}/", browser(desk.zhao)
    assert "已过期" in text_of(boss.get(card))
    town.pump = type(town.pump)("cases")
    town.pump.run()
    assert str(proposal.id) not in text_of(boss.get("/console/approvals/"))
    assert desk.proposal(case, desk.chen).status == "PROPOSED"


def test_pages_ask_as_much_for_thirty_as_for_three(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin, wang = town.customer("林一"), town.customer("王芳")
    order = desk.stuck(lin)
    case = desk.case(lin, desk.chen, kind="topup", order=order.id)
    desk.confirmed(case, desk.chen)
    completion = cases.propose_completion(actor=desk.chen, case_id=case.id, reason="银行确认了", now=town.now)
    desk.let_see(desk.li, lin)
    desk.let_see(desk.zhao, lin)
    twice = desk.case(wang, desk.chen)
    open_one = desk.crowd(0, 3)[1]
    agent, colleague, boss = browser(desk.chen), browser(desk.li), browser(desk.zhao)

    def asked() -> dict[str, int]:
        page, card = f"/console/case/{case.id}/", f"/console/approvals/{open_one.id}/"
        paths = {f"agent {path}": (agent, path) for path in (*DESK, page, card, f"/console/case/{twice.id}/")}
        paths |= {f"talk {part}": (agent, f"/console/c/{case.conversation_id}/{part}") for part in PARTS}
        paths |= {f"colleague {page}": (colleague, page), f"boss {page}": (boss, page)}
        others = ("/console/approvals/", card, f"/console/approvals/{completion.id}/")
        paths |= {f"boss {path}": (boss, path) for path in others}
        counted = {name: queries_of(client, path) for name, (client, path) in paths.items()}
        with CaptureQueriesContext(connection) as seen:
            found = people.approvals_for(actor=desk.zhao, now=town.now)
        assert any(one.decisions for one in found)
        return counted | {"all approvals": len(seen)}

    few = asked()
    desk.crowd(3, 30)
    for number in range(8):
        for _again in range(2):
            cases.add_evidence(actor=desk.chen, case_id=case.id, kind="check", ref=f"{number}", data={}, now=town.now)
        desk.decided(desk.proposal(twice, desk.chen), desk.sun, approve=number % 2 == 0)
    many = asked()
    assert {name: (n, many[name]) for name, n in few.items() if many[name] != n} == {}
    assert {name: n for name, n in many.items() if n > QUERIES_MOST} == {}
