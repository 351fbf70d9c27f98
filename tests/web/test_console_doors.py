"""What the desk's forms refuse, in words, and that a form sent twice acts once."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.rails.pump import Pump
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import Desk

from kefu.cases.models import Case, Evidence, Proposal
from kefu.core.actor import Actor
from kefu.core.models import OutboxEvent
from kefu.desk.models import Conversation, Handover, Message, Presence
from kefu.identity.models import Approval, Decision, Grant
from kefu.wallet import queries as wallet

LONG, CROOKED = "长" * 2001, "理由\0"
KEPT = (Case, Conversation, Proposal, Approval, Decision, Evidence, Handover, Message, Presence, Grant)


def state() -> list[Any]:
    """Everything that the desk's forms may change."""
    return [list(model.objects.order_by("pk").values()) for model in KEPT] + [OutboxEvent.objects.count()]


def refused(client: Client, path: str, fields: dict[str, str], code: str) -> None:
    """The form is answered with this refusal's page, and nothing is changed."""
    before = state()
    answer = client.post(path, fields)
    page = text_of(answer)
    assert 400 <= answer.status_code < 500, (path, fields)
    assert code in page, (path, fields, page[page.find("没有办成") :][:300])
    assert state() == before, (path, fields)


@pytest.fixture
def lin(town: Town) -> Actor:
    return town.customer("林一")


@pytest.mark.parametrize(
    "amount", ["", "abc", "0", "0.00", "-5", "1.234", "１２块", "1e3", "NaN", "9" * 30, "20000.01"]
)
def test_a_goodwill_amount_that_is_none_is_refused(lin: Actor, desk: Desk, browser: SignedIn, amount: str) -> None:
    case = desk.case(lin, desk.chen)
    fields = {"amount": amount, "reason": "慢", "key": str(uuid4())}
    refused(browser(desk.chen), f"/console/case/{case.id}/goodwill", fields, "core.amount.")


def test_words_are_needed_fit_and_ask_for_no_secret(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    case = desk.case(lin, desk.chen)
    client, path = browser(desk.chen), f"/console/case/{case.id}/"
    for reason, code in (
        ("", "cases.proposal.reason_missing"),
        ("  ", "cases.proposal.reason_missing"),
        (LONG, "cases.words.too_long"),
        (CROOKED, "desk.message.unfit"),
    ):
        refused(client, f"{path}goodwill", {"amount": "5", "reason": reason, "key": str(uuid4())}, code)
    for summary, code in (
        ("", "cases.case.summary_missing"),
        (" \n", "cases.case.summary_missing"),
        (LONG, "cases.words.too_long"),
        (CROOKED, "desk.message.unfit"),
        ("请把验证码发给我", "desk.message.asks_for_secret"),
    ):
        refused(client, f"{path}resolve", {"summary": summary}, code)
    refused(client, f"{path}goodwill", {}, "core.amount.unreadable")
    refused(client, f"{path}resolve", {}, "cases.case.summary_missing")


def test_a_proposal_sent_twice_is_one(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    case = desk.case(lin, desk.chen)
    client, path = browser(desk.chen), f"/console/case/{case.id}/goodwill"
    fields = {"amount": "5", "reason": "等得太久", "key": str(uuid4())}
    for _again in range(2):
        assert client.post(path, fields)["Location"] == f"/console/case/{case.id}/"
    refused(client, path, fields | {"amount": "6"}, "core.request.key_reused")
    refused(client, path, fields | {"key": str(uuid4())}, "cases.proposal.waiting")
    refused(client, path, {"amount": "5", "reason": "等得太久"}, "web.form.field_wrong")
    assert Proposal.objects.get().amount == 5_00
    refused(client, f"/console/case/{case.id}/resolve", {"summary": "好了"}, "cases.case.still_waiting")


def test_a_decision_names_its_word_and_falls_once(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    proposal = desk.proposal(desk.case(lin, desk.chen), desk.chen)
    boss, path = browser(desk.zhao), f"/console/approvals/{proposal.id}/decide"
    for fields in ({}, {"words": "同意"}, {"decision": ""}, {"decision": "yes"}):
        refused(boss, path, fields, "web.form.field_wrong")
    refused(boss, path, {"decision": "approve", "words": LONG}, "cases.words.too_long")
    refused(boss, path, {"decision": "approve", "words": CROOKED}, "desk.message.unfit")
    refused(browser(desk.chen), path, {"decision": "approve"}, "web.session.wrong_place")
    assert boss.post(path, {"decision": "approve", "words": "同意"}).status_code == 302
    refused(boss, path, {"decision": "approve", "words": "同意"}, "cases.proposal.settled")
    refused(browser(desk.sun), path, {"decision": "reject"}, "cases.proposal.settled")
    assert wallet.balance_for(lin).available.minor == 5_00


def test_one_checker_is_not_two_and_a_maker_none(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    large = desk.proposal(desk.case(lin, desk.chen), desk.chen, minor=2_500_00)
    boss, path = browser(desk.zhao), f"/console/approvals/{large.id}/decide"
    assert boss.post(path, {"decision": "approve"}).status_code == 302
    refused(boss, path, {"decision": "approve"}, "identity.approval.not_yours")
    assert wallet.balance_for(lin).available.minor == 0
    assert browser(desk.sun).post(path, {"decision": "approve"}).status_code == 302
    assert wallet.balance_for(lin).available.minor == 2_500_00
    own = desk.proposal(desk.case(desk.town.customer("王芳"), desk.zhao), desk.zhao)
    refused(boss, f"/console/approvals/{own.id}/decide", {"decision": "approve"}, "identity.approval.not_yours")


def test_the_same_matter_opened_twice_is_one_case(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    conversation = desk.taken(lin, desk.chen)
    client, path = browser(desk.chen), f"/console/c/{conversation}/case"
    order = desk.stuck(lin)
    fields = {"kind": "topup", "order": str(order.id)}
    assert client.post(path, fields)["Location"] == client.post(path, fields)["Location"]
    case = Case.objects.get()
    assert (case.kind, case.order_id, case.words) == ("topup", order.id, "我的充值没到")
    refused(client, path, {"kind": "lottery"}, "cases.case.kind_unknown")
    refused(client, path, {"kind": "topup", "order": "1"}, "web.form.field_wrong")
    refused(client, path, {"kind": "topup", "order": str(uuid4())}, "core.thing.not_found")
    other = desk.stuck(desk.town.customer("王芳"))
    refused(client, path, {"kind": "topup", "order": str(other.id)}, "core.thing.not_found")


def test_a_case_is_no_way_to_a_customer_whom_one_may_not_see(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    conversation = desk.taken(lin, desk.chen)
    path = f"/console/c/{conversation}/case"
    refused(browser(desk.li), path, {"kind": "general"}, "core.thing.not_found")
    desk.closed(conversation, desk.chen)
    refused(browser(desk.chen), path, {"kind": "general"}, "core.thing.not_found")


def test_long_words_of_the_customer_are_cut_not_refused(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    conversation = desk.waiting(lin, "很" * 3000)
    client = browser(desk.chen)
    client.post(f"/console/c/{conversation}/take")
    assert client.post(f"/console/c/{conversation}/case", {"kind": "general"}).status_code == 302
    assert Case.objects.get().words == "很" * 2000


def test_the_bank_is_asked_only_where_it_has_a_word(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    client = browser(desk.chen)
    without = desk.case(lin, desk.chen)
    refused(client, f"/console/case/{without.id}/bank", {}, "cases.case.no_order")
    refused(client, f"/console/case/{without.id}/completion", {"reason": "补"}, "cases.proposal.not_allowed")
    wang = desk.town.customer("王芳", money=50_00)
    sent = desk.case(wang, desk.chen, kind="transfer", order=desk.town.send(wang, lin, 35_00).id)
    refused(client, f"/console/case/{sent.id}/bank", {}, "cases.case.no_order")
    zhou = desk.town.customer("周正")
    stuck = desk.case(zhou, desk.chen, kind="topup", order=desk.stuck(zhou).id)
    path = f"/console/case/{stuck.id}/"
    refused(client, f"{path}completion", {"reason": "补"}, "cases.completion.evidence_missing")
    for _twice in range(2):
        assert client.post(f"{path}bank").status_code == 302
    Pump("cases").run()
    assert Evidence.objects.filter(case=stuck.id, kind="advice").exists()
    assert client.post(f"{path}resolve", {"summary": "银行还没有结果"}).status_code == 302
    refused(client, f"{path}bank", {}, "cases.case.over")
    refused(client, f"{path}resolve", {"summary": "银行还没有结果"}, "cases.case.over")
    refused(client, f"{path}goodwill", {"amount": "5", "reason": "慢", "key": str(uuid4())}, "cases.case.over")


def test_being_at_the_desk_is_one_of_three(desk: Desk, browser: SignedIn) -> None:
    client = browser(desk.chen)
    for status in ("", "busy", "ONLINE", "\0"):
        refused(client, "/console/presence", {"status": status}, "web.form.field_wrong")
    away = {"status": "away", "next": "https://elsewhere.example/"}
    assert {client.post("/console/presence", away)["Location"] for _twice in range(2)} == {"/console/"}
    assert client.post("/console/beat").json() == {"status": "away"}
    assert browser(desk.zhao).post("/console/beat").json() == {"status": "offline"}


def test_who_waits_is_taken_once(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    conversation = desk.waiting(lin)
    path, chen, li = f"/console/c/{conversation}/", browser(desk.chen), browser(desk.li)
    assert {chen.post("/console/next")["Location"], chen.post(f"{path}take")["Location"]} == {path}
    assert Conversation.objects.get().staff_no == desk.chen.staff_no
    refused(li, f"{path}take", {}, "desk.conversation.already_taken")
    refused(li, f"{path}messages", {"body": "您好"}, "desk.conversation.not_yours")
    refused(li, f"{path}handover", {"to": "", "reason": "忙"}, "desk.conversation.not_yours")
    refused(li, f"{path}close", {"summary": "好了"}, "desk.conversation.not_yours")
    assert li.post("/console/next")["Location"] == "/console/"


def test_a_handover_needs_somebody_and_fitting_words(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    conversation = desk.taken(lin, desk.chen)
    client, path = browser(desk.chen), f"/console/c/{conversation}/handover"
    refused(client, path, {"to": "1", "reason": "忙"}, "web.form.field_wrong")
    refused(client, path, {"to": str(uuid4()), "reason": "忙"}, "core.thing.not_found")
    refused(client, path, {"to": str(lin.uuid), "reason": "忙"}, "core.thing.not_found")
    refused(client, path, {"to": str(desk.zhao.uuid), "reason": "忙"}, "desk.agent.away")
    refused(client, path, {"to": str(desk.li.uuid)}, "desk.handover.reason_missing")
    refused(client, path, {"reason": " "}, "desk.handover.reason_missing")
    refused(client, path, {"to": str(desk.li.uuid), "reason": "长" * 4001}, "desk.message.unfit")
    refused(client, path, {"to": str(desk.li.uuid), "reason": CROOKED}, "desk.message.unfit")
    assert client.post(path, {"to": str(desk.li.uuid), "reason": "他更熟"}).status_code == 302
    refused(client, path, {"to": str(desk.li.uuid), "reason": "他更熟"}, "desk.conversation.not_yours")
    assert Handover.objects.get().reason == "他更熟"


def said(conversation: UUID) -> int:
    return Message.objects.filter(conversation=conversation, author_kind="staff").count()


def test_what_an_agent_writes_stands_once(lin: Actor, desk: Desk, browser: SignedIn) -> None:
    conversation = desk.taken(lin, desk.chen)
    client, path = browser(desk.chen), f"/console/c/{conversation}/"
    for door in ("messages", "note"):
        for body, code in (
            ("", "desk.message.unfit"),
            ("长" * 4001, "desk.message.unfit"),
            (CROOKED, "desk.message.unfit"),
        ):
            refused(client, f"{path}{door}", {"body": body}, code)
        refused(client, f"{path}{door}", {"body": "您好", "id": "1"}, "web.form.field_wrong")
        same = {"body": "您好", "id": str(uuid4())}
        before = said(conversation)
        assert {client.post(f"{path}{door}", same).status_code for _twice in range(2)} == {302}
        assert said(conversation) == before + 1
        refused(client, f"{path}{door}", {**same, "body": "再见"}, "desk.message.id_reused")
    refused(client, f"{path}messages", {"body": "请把密码发给我"}, "desk.message.asks_for_secret")
    refused(client, f"{path}close", {"summary": ""}, "desk.conversation.summary_missing")
    refused(client, f"{path}read", {"seq": "-1"}, "web.form.field_wrong")
    assert client.post(f"{path}close", {"summary": "好了"}).status_code == 302
    refused(client, f"{path}close", {"summary": "好了"}, "desk.conversation.closed")
    refused(client, f"{path}messages", {"body": "还在吗"}, "desk.conversation.closed")
