"""Reconciliation and safeguarding over HTTP: who sees them, an upload by hand, and a break cleared by two people."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.rails import papers
from tests.rails.papers import Entry
from tests.web.conftest import SignedIn, text_of

from kefu.core.actor import SYSTEM
from kefu.ledger import actions as ledger
from kefu.ledger import queries as books
from kefu.ledger.chart import Journal
from kefu.rails import actions as rails
from kefu.rails.models import BankStatementLine, ChannelFileLine
from kefu.rails.rules import BANK_ZONE
from kefu.settlement import actions, queries
from kefu.trust.actions import report_words
from kefu.trust.models import Report

PAGES = ("/office/reconciliation/", "/office/safeguarding/", "/office/safeguarding.csv")


@pytest.fixture
def stray(town):
    """¥77.00 that nobody announced, in suspense; the break."""
    town.pump.rooms = ("rails", "wallet", "settlement", "cases")
    day = town.now.astimezone(BANK_ZONE).date()
    entry = Entry(bank_ref="SX1", kind="credit", amount=77_00, at=town.now)
    common = {"actor": SYSTEM, "connector_code": "sandbox", "day": day, "now": town.now}
    rails.import_channel_file(**common, raw=papers.channel_file([], day=day))
    rails.import_statement(**common, raw=papers.statement([entry], day=day))
    town.pump.run()
    return queries.breaks_for(SYSTEM, now=town.now)[0]


def test_a_break_is_taken_proposed_and_decided_by_another_person(town, browser: SignedIn, stray) -> None:
    lin, operator = town.customer("林晓"), town.staff("钱工", "operator")
    zhao = town.staff("赵主管", "supervisor")
    maker, checker, address = browser(operator), browser(zhao), f"/office/reconciliation/{stray.id}/"
    page = text_of(maker.get("/office/reconciliation/"))
    assert stray.no in page
    assert "77.00" in page
    assert maker.post(f"{address}take").status_code == 302
    form = {"deed": "credit", "phone": town.phone(lin), "reason": "银行来函，付款人是林晓"}
    wrong = maker.post(f"{address}propose", {**form, "phone": "13999999999"})
    assert wrong.status_code == 422
    assert "没有找到这位客户" in text_of(wrong)
    assert maker.post(f"{address}propose", form).status_code == 302
    shown = text_of(maker.get(address))
    assert "银行来函" in shown
    made = queries.break_for(SYSTEM, stray.id, now=town.now).clearances[0].id
    yes = {"clearance": str(made), "decision": "approve", "words": "同意"}
    assert maker.post(f"{address}decide", yes).status_code == 403
    assert checker.post(f"{address}decide", {**yes, "decision": "maybe"}).status_code == 422
    assert checker.post(f"{address}decide", yes).status_code == 302
    assert town.money(lin) == (77_00, 0)
    done = text_of(checker.get(address))
    assert "入给找到的客户" in done
    assert "记账凭证" in done
    seen = text_of(browser(lin).get("/activity/"))
    assert "查清入账" in seen


def test_an_upload_that_does_not_hold_says_which_line(town, browser: SignedIn) -> None:
    operator = browser(town.staff("钱工", "operator"))
    day = town.now.astimezone(BANK_ZONE).date()
    entry = Entry(bank_ref="SX1", kind="credit", amount=77_00, at=town.now)

    def give(raw: bytes, kind: str = "statement"):
        form = {"bank": "sandbox", "kind": kind, "day": day.isoformat(), "file": SimpleUploadedFile("f.xml", raw)}
        return operator.post("/office/reconciliation/upload", form)

    refused = give(papers.statement([entry, entry], day=day))
    assert refused.status_code == 422
    assert "第 2 行不对" in text_of(refused)
    assert give(b"nothing", "channel").status_code == 422
    assert "SX1 stands twice" in text_of(operator.get("/office/reconciliation/"))
    assert give(papers.statement([entry], day=day)).status_code == 302
    assert give(papers.channel_file([], day=day), "channel").status_code == 302
    for form in ({}, {"bank": "sandbox", "kind": "statement", "day": "x", "file": SimpleUploadedFile("f", b"1")}):
        assert operator.post("/office/reconciliation/upload", form).status_code == 422
    supervisor = browser(town.staff("赵主管", "supervisor"))
    assert "手工导入" not in text_of(supervisor.get("/office/reconciliation/"))
    form = {"bank": "sandbox", "kind": "statement", "day": day.isoformat(), "file": SimpleUploadedFile("f", b"1")}
    assert supervisor.post("/office/reconciliation/upload", form).status_code == 403


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("statement", {"at": "0001-01-01T00:00:00+14:00"}),
        ("statement", {"at": "9999-12-31T23:59:59-12:00"}),
        ("statement", {"amount": 10**13 + 1}),
        ("statement", {"amount": 10**16}),
        ("statement", {"bank_ref": "S" * 3000}),
        ("channel", {"at": "0001-01-01T00:00:00+14:00"}),
        ("channel", {"at": "9999-12-31T23:59:59-12:00"}),
        ("channel", {"amount": 10**16}),
        ("channel", {"fee": 10**16}),
        ("channel", {"bank_ref": "S" * 3000}),
        ("channel", {"bank_ref": "S\0"}),
        ("channel", {"instruction": "x\0"}),
        ("channel", {"status": "\0"}),
        ("channel", {"last4": "１２３４"}),
    ],
)
def test_absurd_years_sums_and_signs_are_refused_with_their_line(town, browser: SignedIn, kind: str, wrong: dict) -> None:
    operator, day = browser(town.staff("钱工", "operator")), town.now.astimezone(BANK_ZONE).date()
    good = Entry(bank_ref="SX1", amount=77_00, at=town.now, instruction="x")
    entries = [good, replace(good, **{"bank_ref": "SX2", **wrong})]
    raw = papers.statement(entries, day=day) if kind == "statement" else papers.channel_file(entries, day=day)
    form = {"bank": "sandbox", "kind": kind, "day": day.isoformat(), "file": SimpleUploadedFile("f", raw)}
    answer = operator.post("/office/reconciliation/upload", form)
    assert answer.status_code == 422
    assert "第 2 行不对" in text_of(answer)
    assert not BankStatementLine.objects.exists()
    assert not ChannelFileLine.objects.exists()
    assert operator.get("/office/reconciliation/").status_code == 200


def test_a_hundred_huge_lines_are_taken_or_refused_but_never_break(town, browser: SignedIn) -> None:
    operator, day = browser(town.staff("钱工", "operator")), town.now.astimezone(BANK_ZONE).date()
    entries = [Entry(bank_ref=f"SX{n}", amount=10**13, at=town.now, instruction="x") for n in range(100)]
    for kind, raw in (
        ("statement", papers.statement(entries, day=day, opening=10**17)),
        ("channel", papers.channel_file(entries, day=day)),
    ):
        form = {"bank": "sandbox", "kind": kind, "day": day.isoformat(), "file": SimpleUploadedFile("f", raw)}
        assert operator.post("/office/reconciliation/upload", form).status_code in (302, 422)


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_day_that_cannot_be_meant_is_refused(town, browser: SignedIn, day: str) -> None:
    operator, on = browser(town.staff("钱工", "operator")), date.fromisoformat(day)
    for kind, raw in (("statement", papers.statement([], day=on)), ("channel", papers.channel_file([], day=on))):
        form = {"bank": "sandbox", "kind": kind, "day": day, "file": SimpleUploadedFile("f", raw)}
        answer = operator.post("/office/reconciliation/upload", form)
        assert (answer.status_code, "settlement.file.day_unfit" in text_of(answer)) == (422, True)


def test_only_operators_and_supervisors_come_in_and_pages_ask_little(town, browser: SignedIn, stray) -> None:
    actions.test_safeguarding(actor=SYSTEM, day=stray.date, now=town.now)
    pages = (*PAGES, f"/office/reconciliation/{stray.id}/", "/office/reconciliation/?kind=late&older=3&status=cleared")
    for who in (town.staff("陈工"), town.customer("林晓")):
        client = browser(who)
        assert {client.get(page).status_code for page in pages} == {403}
    operator = browser(town.staff("钱工", "operator"))
    for page in pages:
        operator.get(page)
        with CaptureQueriesContext(connection, ) as asked:
            answer = operator.get(page)
        assert answer.status_code == 200, page
        assert len(asked) <= 12, (page, [one["sql"][:90] for one in asked])
    assert operator.get("/office/reconciliation/?day=x").status_code == 422
    english = text_of(operator.get("/office/safeguarding/", headers={"accept-language": "en"}))
    assert "77.00" in english
    lines = operator.get("/office/safeguarding.csv").content.decode().splitlines()
    assert lines[0].startswith("date,currency,round,L10")
    assert lines[1].split(",")[11:14] == ["77.00", "77.00", "0.00"]


def test_a_nul_in_what_staff_type_breaks_nothing_and_a_secret_is_kept_nowhere(town, browser: SignedIn, stray) -> None:
    maker, checker = browser(town.staff("钱工", "operator")), browser(town.staff("赵主管", "supervisor"))
    address = f"/office/reconciliation/{stray.id}/"
    assert maker.post(f"{address}propose", {"deed": "return", "reason": "\0"}).status_code == 422
    assert maker.post(f"{address}propose", {"deed": "return", "reason": "银行\0来函"}).status_code == 302
    made = queries.break_for(SYSTEM, stray.id, now=town.now).clearances[0].id
    words = "同意\0，支付密码是 482913"
    assert checker.post(f"{address}decide", {"clearance": str(made), "decision": "approve", "words": words}).status_code == 302
    page = queries.break_for(SYSTEM, stray.id, now=town.now)
    assert page.clearances[0].reason == "银行来函"
    said = next(step for step in page.steps if step.code == "agreed").data["words"]
    assert said.startswith("同意，")
    assert "482913" not in said
    report = report_words(ref="order:x", writer_id=uuid4(), words="加微信abc12345", now=town.now)
    checker.post(f"/office/reports/{report}/decide", {"decision": "confirm", "note": "号码\0不是我们的"})
    assert Report.objects.get().note == "号码不是我们的"


def test_an_alarm_stands_on_the_pages_of_who_must_know(town, browser: SignedIn) -> None:
    town.customer("林晓", 500_00)
    day = town.now.astimezone(BANK_ZONE).date()
    leg = {"debit": books.account("A11", ""), "credit": books.account("A10", ""), "journal": Journal.SWEEP_LEG}
    lost = ledger.NewTransfer(id=uuid4(), amount=50_00, order_ref="test:1", happened_at=town.now, **leg)
    assert isinstance(ledger.post(transfers=[lost], now=town.now), ledger.Posted)
    boss = browser(town.staff("赵主管", "supervisor"))
    assert "客户资金不足" not in text_of(boss.get("/office/alarms"))
    actions.test_safeguarding(actor=SYSTEM, day=day, now=town.now)
    for path in ("/office/", "/console/"):
        assert 'hx-get="/office/alarms"' in text_of(boss.get(path)), path
    page = text_of(boss.get("/office/alarms"))
    assert "客户资金不足 ¥50.00" in page
    [alarm] = queries.alarms_for(SYSTEM, now=town.now)
    agent = browser(town.staff("李"))
    assert 'hx-get="/office/alarms"' not in text_of(agent.get("/console/"))
    assert agent.get("/office/alarms").status_code == 403
    assert boss.post(f"/office/alarms/{alarm.id}/take", {"found": ""}).status_code == 422
    assert boss.post(f"/office/alarms/{alarm.id}/take", {"found": "少划一笔，已补"}).status_code == 302
    assert boss.post(f"/office/alarms/{alarm.id}/take", {"found": "再来一次看看"}).status_code == 409
    assert "客户资金不足" not in text_of(boss.get("/office/alarms"))
