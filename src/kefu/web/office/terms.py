"""Fees and limits in the operator's place: every version, what was proposed, and a form for the next one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.identity import queries as people
from kefu.wallet import actions as wallet
from kefu.wallet import queries as money
from kefu.wallet.queries.limits.standing_change import standing_changes_for
from kefu.wallet.queries.limits.terms import TermsChangeView, changes_for
from kefu.web.help.fees import how_words, what_words
from kefu.web.office.forms import FeeTermsForm, LimitTermsForm, StandingForm
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

OPERATORS = for_staff("operator", "supervisor")


@OPERATORS
def fees(request: HttpRequest) -> HttpResponse:
    """GET: versions and proposals. POST: propose the next version of a fee."""
    actor, now = signed_in(request), clock.now()
    versions = money.fee_versions(now=now, history=True)
    names = {f"{fee.kind}/{fee.mode}": " · ".join(filter(None, (what_words(fee), how_words(fee)))) for fee in versions}
    # What a payer confirms is what the merchant asked: there is no fee of theirs to propose.
    open_names = {fee: name for fee, name in names.items() if not fee.startswith("payment/")}
    form = FeeTermsForm(request.POST or None, names=open_names)
    if request.method == "POST" and form.is_valid():
        kind, _slash, mode = form.cleaned_data["fee"].partition("/")
        terms = wallet.FeeTerms(kind=kind, mode=mode, **form.terms())
        made = _proposed(form, lambda at, why: wallet.propose_fee(
            actor=actor, fee=terms, effective_from=at, reason=why, now=now
        ))  # fmt: skip
        if made:
            messages.success(request, _("已提交，等另一位主管复核。"), "ok")
            return redirect("office_fees")
    lines = [(names[f"{fee.kind}/{fee.mode}"], fee) for fee in versions]
    changes = [(_fee_name(names, view), view) for view in changes_for(actor, "fee", now=now)]
    return _page(request, "office/fees.html", form, here="fees", lines=lines, changes=changes, actor=actor)


def _fee_name(names: dict[str, str], view: TermsChangeView) -> str:
    return names.get(f"{view.fee.kind}/{view.fee.mode}", "") if view.fee else ""


@OPERATORS
def limits(request: HttpRequest) -> HttpResponse:
    """GET: versions and proposals. POST: propose the next version of a limit."""
    actor, now = signed_in(request), clock.now()
    versions = money.limit_versions(now=now, history=True)
    names = {version.series: version.name for version in versions}
    form = LimitTermsForm(request.POST or None, names=names)
    if request.method == "POST" and form.is_valid():
        series, cap = form.cleaned_data["series"], form.cap()
        made = _proposed(form, lambda at, why: wallet.propose_limit(
            actor=actor, series=series, cap=cap, effective_from=at, reason=why, now=now
        ))  # fmt: skip
        if made:
            messages.success(request, _("已提交，等另一位主管复核。"), "ok")
            return redirect("office_limits")
    changes = [(names.get(view.series, view.series), view) for view in changes_for(actor, "limit", now=now)]
    values = {"lines": versions, "changes": changes, "standing_form": StandingForm()}
    values["standings"] = standing_changes_for(actor, now=now)
    return _page(request, "office/limits.html", form, here="limits", actor=actor, **values)


def _proposed(form: Any, propose: Any) -> bool:
    """Whether it was taken; else the form says why not."""
    at: datetime = form.cleaned_data["effective_from"]
    try:
        propose(at, form.cleaned_data["reason"])
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True


def _page(request: HttpRequest, template: str, form: Any, *, actor: Actor, **values: Any) -> HttpResponse:
    wrong = form.is_bound and (form.errors or form.refusal)
    values |= {"form": form, "may_propose": actor.role == "operator"}
    return render(request, template, values, status=form.status if wrong else 200)


@OPERATORS
@require_POST
def decide(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """A supervisor's yes publishes, a no ends it. Refuses what `decide_terms` does."""
    decision = request.POST.get("decision")
    if decision not in ("approve", "reject"):
        raise FieldWrong(fields="decision")
    done = wallet.decide_terms(
        actor=signed_in(request),
        change_id=change_id,
        approve=decision == "approve",
        words=request.POST.get("words", "")[:500],
        now=clock.now(),
    )
    said = _("已发布，到时间自动生效。") if done.status == "PUBLISHED" else _("已退回，现在的版本照旧。")
    messages.success(request, said, "ok")
    return redirect({"fee": "office_fees", "spread": "office_rates"}.get(done.what, "office_limits"))


@OPERATORS
@require_POST
def standing(request: HttpRequest) -> HttpResponse:
    """Put a customer's account into a class, by phone number, on the checks that are named."""
    form = StandingForm(request.POST)
    if not form.is_valid():
        raise FieldWrong(fields=", ".join(form.errors))
    given = form.cleaned_data
    person = people.find_customer_by_phone(given["phone"])
    if person is None:
        messages.error(request, _("没有这个手机号的客户，没有任何改动。"), "bad")
        return redirect("office_limits")
    wallet.set_standing(
        actor=signed_in(request),
        customer_id=person.id,
        tier=int(given["tier"]),
        proof=int(given["proof"]),
        checks=form.checks(),
        now=clock.now(),
    )
    said = _("%(name)s 的账户类别：调低的已生效，调高的已提交，等另一位同事同意。")
    messages.success(request, said % {"name": person.masked_name}, "ok")
    return redirect("office_limits")


@OPERATORS
@require_POST
def decide_standing(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Another person's yes or no to a higher standing."""
    decision = request.POST.get("decision")
    if decision not in ("approve", "reject"):
        raise FieldWrong(fields="decision")
    stands = wallet.decide_standing(
        actor=signed_in(request), change_id=change_id, approve=decision == "approve", now=clock.now()
    )
    messages.success(request, _("账户类别已生效，客户已收到通知。") if stands else _("已退回，账户类别照旧。"), "ok")
    return redirect("office_limits")
