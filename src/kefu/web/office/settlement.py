"""Reconciliation at the operator's place: days, breaks with their evidence, money in suspense, safeguarding."""

import csv
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.money import CURRENCIES, HOME, Money
from kefu.core.refusal import Refusal
from kefu.identity import queries as people
from kefu.settlement import actions, queries
from kefu.settlement.values import AGES, SafeguardingView
from kefu.wallet.queries.recall import recalls_for
from kefu.web.ids import read_id
from kefu.web.office.chart import chart_of
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

OFFICE = for_staff("operator", "supervisor")
FILE_BYTES_MAX = 64 * 1024 * 1024
KINDS: dict[str, Any] = {
    "channel_only": _("长款：银行有，我们没有"),
    "ledger_only": _("短款：我们有，银行没有"),
    "amount_diff": _("金额不符"),
    "status_diff": _("状态不符"),
    "duplicate": _("重复"),
    "fee_diff": _("手续费不符"),
    "late": _("迟到"),
}
DEEDS: dict[str, Any] = {
    "credit": _("入给找到的客户"),
    "return": _("退还银行"),
    "offset": _("与一笔长款对冲"),
    "write_off": _("核销为运营损失"),
    "explain": _("查明原因，无需动账"),
    "arrived": _("银行后来入账，自动平账"),
}
STEPS: dict[str, Any] = {
    "opened": _("发现差异"),
    "taken": _("有人负责"),
    "case": _("已为客户建立服务单"),
    "proposed": _("提出处理办法"),
    "agreed": _("复核同意"),
    "rejected": _("复核不同意"),
    "lapsed": _("申请过期"),
    "cleared": _("处理完"),
}
VERDICTS: dict[str, tuple[Any, str]] = {
    "ok": (_("足额"), "ok"),
    "excess": (_("多出，已划回自有"), "ok"),
    "shortfall": (_("不足，已补足"), "bad"),
    "unexplained": (_("与银行余额不符"), "bad"),
}
FLOWS: dict[str, Any] = {
    "debit": _("充值扣款"), "payout": _("付款"), "return": _("退回"), "credit": _("主动汇入"),
}  # fmt: skip


@OFFICE
@require_GET
def days(request: HttpRequest) -> HttpResponse:
    """The days compared, open breaks by age, suspense, and the upload of a file."""
    actor, now = signed_in(request), clock.now()
    return render(request, "office/reconciliation.html", _page_of_days(request, refusal=None) | {
        "breaks": [_row(one) for one in _breaks(request)],
        "suspense": queries.suspense_for(actor, now=now),
    })  # fmt: skip


def _breaks(request: HttpRequest) -> list[queries.BreakView]:
    older = request.GET.get("older", "")
    return queries.breaks_for(
        signed_in(request),
        now=clock.now(),
        status="CLEARED" if request.GET.get("status") == "cleared" else "OPEN",
        kind=request.GET.get("kind", ""),
        older_days=int(older) if older in [str(age) for age in AGES] else 0,
        day=_day(request.GET["day"]) if request.GET.get("day") else None,
    )


def _row(found: queries.BreakView) -> dict[str, Any]:
    return {"found": found, "kind": KINDS[found.kind], "flow": FLOWS.get(found.flow, found.flow)}


def _page_of_days(request: HttpRequest, *, refusal: Refusal | None) -> dict[str, Any]:
    actor, now = signed_in(request), clock.now()
    return {
        "here": "reconciliation", "days": queries.days_for(actor, now=now), "kinds": KINDS, "ages": AGES,
        "refused": queries.refused_for(actor, now=now), "strange": queries.strange_for(actor, now=now),
        "recalls": recalls_for(actor, now=now), "refusal": refusal, "banks": list(settings.RAILS_CONNECTORS),
        "may_import": actor.role == "operator", "asked": request.GET, "yesterday": actions.yesterday(now).isoformat(),
    }  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise FieldWrong(fields="day") from problem


@OFFICE
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """A bank's file by hand. What does not hold is refused here, with its line."""
    given = request.FILES.get("file")
    if given is None or (given.size or 0) > FILE_BYTES_MAX:
        raise FieldWrong(fields="file")
    try:
        actions.import_file(
            actor=signed_in(request), connector=request.POST.get("bank", ""), kind=request.POST.get("kind", ""),
            day=_day(request.POST.get("day", "")), raw=given.read(), now=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        if not refusal.code.startswith("rails."):
            raise
        actor, now = signed_in(request), clock.now()
        values = _page_of_days(request, refusal=refusal) | {
            "breaks": [_row(one) for one in queries.breaks_for(actor, now=now)],
            "suspense": queries.suspense_for(actor, now=now),
        }
        return render(request, "office/reconciliation.html", values, status=refusal.status)
    return redirect("/office/reconciliation/")


@OFFICE
@require_GET
def difference(request: HttpRequest, break_id: UUID) -> HttpResponse:
    """One break: its facts, its evidence, what may be done, and what was decided."""
    actor, now = signed_in(request), clock.now()
    page = queries.break_for(actor, break_id, now=now)
    waiting = next((one for one in page.clearances if one.status == "PROPOSED"), None)
    approval = people.approval_for(actor=actor, approval_id=waiting.approval_id, now=now) if waiting else None
    values = _row(page.found) | {
        "here": "reconciliation", "page": page, "waiting": waiting, "approval": approval,
        "deeds": [(deed, DEEDS[deed]) for deed in page.found.deeds], "how": DEEDS.get(page.found.how, ""),
        "steps": [(STEPS.get(step.code, step.code), step) for step in page.steps],
        "asked_deed": DEEDS.get(waiting.deed, "") if waiting else "", "mine": page.found.owner_id == actor.uuid,
    }  # fmt: skip
    return render(request, "office/break.html", values)


@OFFICE
@require_POST
def take(request: HttpRequest, break_id: UUID) -> HttpResponse:
    actions.take_break(actor=signed_in(request), break_id=break_id, now=clock.now())
    return redirect(f"/office/reconciliation/{break_id}/")


@OFFICE
@require_POST
def propose(request: HttpRequest, break_id: UUID) -> HttpResponse:
    """Ask another person to agree. A customer is named by phone number."""
    phone = request.POST.get("phone", "").strip()
    owner = people.find_customer_by_phone(phone) if phone else None
    wish = actions.Wish(
        deed=request.POST.get("deed", ""), reason=request.POST.get("reason", ""),
        customer_id=owner.id if owner else None, other=request.POST.get("other", ""),
    )  # fmt: skip
    actions.propose_clearance(actor=signed_in(request), break_id=break_id, wish=wish, now=clock.now())
    return redirect(f"/office/reconciliation/{break_id}/")


@for_staff("supervisor")
@require_POST
def decide(request: HttpRequest, break_id: UUID) -> HttpResponse:
    decision = request.POST.get("decision")
    if decision not in ("approve", "reject"):
        raise FieldWrong(fields="decision")
    actions.decide_clearance(
        actor=signed_in(request), clearance_id=read_id(request.POST.get("clearance", "")),
        approve=decision == "approve", words=request.POST.get("words", ""), now=clock.now(),
    )  # fmt: skip
    return redirect(f"/office/reconciliation/{break_id}/")


@OFFICE
@require_GET
def safeguarding(request: HttpRequest) -> HttpResponse:
    """The last test of each day: our currency as a chart, and every currency as figures, never summed."""
    actor, now = signed_in(request), clock.now()
    found = queries.safeguarding_for(actor, now=now, limit=60 * len(CURRENCIES))
    ours = [one for one in found if one.currency == HOME][:60]
    rows = [{"day": one, "verdict": VERDICTS[one.verdict][0], "tone": VERDICTS[one.verdict][1]} for one in found]
    values = {"here": "safeguarding", "rows": rows, "chart": chart_of(ours), "last": ours[0] if ours else None}
    return render(request, "office/safeguarding.html", values)


HEADING = (
    "date", "currency", "round", "L10", "L11", "L12", "L20", "L30", "L31", "L40", "L41", "requirement", "A10", "A20",
    "bank_closing", "own_money_moving", "in_breaks", "difference", "moved", "verdict", "tested_at",
)  # fmt: skip


@OFFICE
@require_GET
def safeguarding_csv(request: HttpRequest) -> HttpResponse:
    """The same as a file; amounts with the digits of their currency."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="safeguarding.csv"'
    answer["Cache-Control"] = "no-store"
    writer = csv.writer(answer)
    writer.writerow(HEADING)
    for one in queries.safeguarding_for(signed_in(request), now=clock.now(), limit=400):
        writer.writerow(_cells(one))
    return answer


def _cells(one: SafeguardingView) -> list[str]:
    def plain(minor: int | None) -> str:
        return "" if minor is None else Money(minor, one.currency).plain()

    codes = ("L10", "L11", "L12", "L20", "L30", "L31", "L40", "L41")
    owed = [plain(one.owed.get(code, 0)) for code in codes]
    money = (one.requirement, one.bank, one.receivable, one.closing, one.own_moving, one.in_breaks, one.difference)
    figures = [plain(minor) for minor in (*money, one.moved)]
    return [one.date.isoformat(), one.currency, str(one.round), *owed, *figures, one.verdict, one.tested_at.isoformat()]
