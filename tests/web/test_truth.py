"""Nothing says success before it is one: every kind in every status, for both sides, in both languages."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from kefu.assistant.context import Context
from kefu.assistant.playbooks import PLAYBOOKS
from kefu.core.actor import Actor
from kefu.language.slots import Slots
from kefu.language.understand import Understanding
from kefu.notices.kinds import KINDS as NOTICES
from kefu.wallet import models as m
from kefu.wallet.models import Order
from kefu.wallet.queries.order import seen_by
from kefu.wallet.queries.values import OrderView, StepView
from kefu.wallet.rules.timeline import expected, label_to_come
from kefu.web.customer.export import _cells
from kefu.web.orders import card_of

NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)
PAYER, PAYEE = uuid4(), uuid4()
NOT_SUCCESS = tuple(status for status in m.STATUSES if status != m.SUCCEEDED)
# What denies success, or speaks of a success to come, holds the word and not the claim.
DENIED = {
    "zh-hans": re.compile(r"未成功|没有成功|没有扣款成功|(?:不|未|没|没有|尚未|还没有?|才|马上|以后|后|未能|银行先|一有结果马上)(?:收到|到账|入账|付款|付出)|到账(?:时间|方式|后|前)|待到账"),
    "en": re.compile(
        r"(?:not|never|nothing was|nothing|no|un|before it is|until it is|once it is|as soon as it is|will be|to be|when it is)[ -]?(?:been |yet )?"
        r"(?:success\w*|arriv\w*|receiv\w*|credit\w*|complet\w*)|credited (?:at once|as soon)",
        re.I,
    ),
}
SUCCESS = {
    "zh-hans": re.compile(r"成功|已到账|到账了|已入账|已收到|收到(?:转账|补偿|付款|了)|已付款|已转入|已转给|已完成|付款完成"),
    "en": re.compile(r"\b(?:success\w*|succeeded|arrived|received|credited|completed)\b", re.I),
}


def claims(text: str, language: str) -> list[str]:
    plain = re.sub(r"<[^>]+>", " ", text)
    return SUCCESS[language].findall(DENIED[language].sub(" ", plain))


def test_the_judge_judges() -> None:
    for words in ("转账成功", "已到账", "款项已入账", "您已收到 5 元"):
        assert claims(words, "zh-hans"), words
    for words in ("未成功", "对方尚未收到", "等待到账时间", "2 小时后到账"):
        assert not claims(words, "zh-hans"), words
    for words in ("Transfer successful", "The money has arrived", "Payment received"):
        assert claims(words, "en"), words
    for words in ("Not successful", "not received yet", "Unsuccessful"):
        assert not claims(words, "en"), words


def order_of(kind: str, status: str) -> Order:
    ended = status in (m.SUCCEEDED, m.RETURNED)
    return Order(
        id=uuid4(), no="T1", kind=kind, customer_id=PAYER, payee_id=PAYEE, payer_label="林*", payee_label="周*",
        amount=100_00, fee=1_00, currency="CNY", mode="two_hours", status=status,
        previous=m.HELD if status in (m.CANCELLED, m.FAILED) else m.CREATED, remark="饭钱",
        reason="risk" if status in (m.FAILED, m.RETURNED) else "", created_at=NOW, release_at=NOW + timedelta(hours=2),
        settled_at=NOW if ended else None, returned_at=NOW if status == m.RETURNED else None,
    )  # fmt: skip


def view_of(kind: str, status: str, side: str, *, paused: bool = False) -> OrderView:
    row = order_of(kind, status)
    row.paused_at = NOW if paused else None
    view = seen_by(row, PAYER if side == "payer" else PAYEE)
    steps = expected(kind=kind, status=status, paused=paused)
    coming = tuple(StepView(code=code, label=label_to_come(kind, code), at=None, heard_at=None, state="next") for code in steps)
    return replace(view, steps=coming)


CASES = [
    (kind, status, side, language)
    for kind in m.KINDS
    for status in NOT_SUCCESS
    for side in ("payer", "payee")
    for language in ("zh-hans", "en")
]


@pytest.mark.row("W-16", "W-23")
@pytest.mark.parametrize(("kind", "status", "side", "language"), CASES)
def test_no_page_list_or_export_claims_success(kind: str, status: str, side: str, language: str) -> None:
    for paused in (False, True) if status == m.HELD else (False,):
        with override(language):
            view = view_of(kind, status, side, paused=paused)
            card = card_of(view, now=NOW)
            given = {"card": card, "order": view, "now": NOW, "language": language, "pending": [card], "restrictions": []}
            pages = [
                render_to_string(f"customer/{name}.html", given) for name in ("order_body", "order_row", "pending")
            ]
            for words in (*pages, " ".join(_cells(view)), view.title):
                assert not claims(words, language), (claims(words, language), re.sub(r"\s+", " ", words)[:900])


@pytest.mark.row("W-23")
@pytest.mark.parametrize(("side", "words"), [("payer", "对方尚未收到，付款人可在今天 16:03前撤回"), ("payee", "您尚未收到，付款人可在今天 16:03前撤回")])
def test_a_held_transfer_says_so_in_the_largest_line(side: str, words: str) -> None:
    with override("zh-hans"):
        view = view_of(m.TRANSFER, m.HELD, side)
        page = render_to_string("customer/order_body.html", {"card": card_of(view, now=NOW), "order": view, "now": NOW})
    assert f'<h1 class="sum">{words}</h1>' in page
    assert page.count('class="sum"') == 1
    assert ("+¥" in page) is False


SAID_BY = {m.TOPUP: "topup_not_arrived", m.WITHDRAWAL: "withdraw_pending", m.TRANSFER: "transfer_not_received"}


@pytest.mark.row("W-23")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("side", ["payer", "payee"])
@pytest.mark.parametrize("status", NOT_SUCCESS)
@pytest.mark.parametrize("kind", sorted(SAID_BY))
def test_no_answer_in_the_chat_claims_success(kind: str, status: str, side: str, language: str) -> None:
    actor = Actor(kind="customer", id=str(PAYER if side == "payer" else PAYEE))
    reading = Understanding(SAID_BY[kind], 1.0, ((SAID_BY[kind], 1.0),), False, "answer", language, 1.0)
    context = Context(actor, "", language, NOW, reading, Slots(), bank_asked=True)
    view = view_of(kind, status, side)
    money: Any = SimpleNamespace(available=view.amount, held=view.fee, posted=view.amount, debits_stopped=False)
    context.__dict__.update(orders=[view], balance=money, restrictions=[], stop=None)
    context.whole = lambda order: order  # type: ignore[method-assign]
    with override(language):
        said = PLAYBOOKS[SAID_BY[kind]](context)
    checks = " ".join(check.label for check in said.checks)
    steps = " ".join(str(step.label) for step in said.timeline)
    assert not claims(f"{said.text} {checks} {steps}", language), said.text


UNSETTLED = re.compile(r"_(?:failed|returned|cancelled|held|coming|pending|submitted|unknown|refused|requested|accepted|unanswered)$")


@pytest.mark.row("W-27")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_notice_of_what_is_open_or_came_back_claims_success(language: str) -> None:
    kinds = [code for code in NOTICES if UNSETTLED.search(code)]
    assert {"transfer_held", "transfer_coming", "withdrawal_held", "topup_failed", "withdrawal_returned"} <= set(kinds)
    with override(language):
        for code in kinds:
            words = f"{NOTICES[code].title} {NOTICES[code].text}"
            assert not claims(words, language), words
