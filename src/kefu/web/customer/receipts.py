"""Receipts, statements and proofs: found by one's own words, seen, saved, and handed to whoever asks for them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.ids import new_id
from kefu.core.money import CURRENCIES, HOME
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.receipts import actions
from kefu.receipts import queries as papers
from kefu.receipts.queries import FileView, PaperView
from kefu.wallet.queries.exchange import foreign_balances_for
from kefu.wallet.queries.statement import opened_on
from kefu.web.customer.confirm import ASKED_AGAIN
from kefu.web.customer.export import stream_statement
from kefu.web.customer.forms import StepUpForm
from kefu.web.ids import read_id
from kefu.web.orders import OrderCard, card_of
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_customers, signed_in

MONTHS_MOST, PROOFS_SHOWN = 24, 5


@dataclass(frozen=True)
class Candidate:
    """A found order: its receipt's page, or why there is none."""

    card: OrderCard
    why_not: str


@dataclass(frozen=True)
class Month:
    """A calendar month to take a statement of; the one that runs ends today."""

    label: str
    first: date
    last: date
    runs: bool


def candidates(found: list[papers.Found], now: datetime) -> list[Candidate]:
    """Found orders ready for a page."""
    return [
        Candidate(card_of(one.order, now=now), "" if papers.has_receipt(one.order) else papers.why_not(one.order))
        for one in found
    ]


def months_of(since: datetime, now: datetime) -> list[Month]:
    """The months of the wallet's life, the latest first, two years back at most."""
    today, born = now.astimezone(brand().zone).date(), since.astimezone(brand().zone).date()
    months: list[Month] = []
    year, month = today.year, today.month
    while len(months) < MONTHS_MOST and (year, month) >= (born.year, born.month):
        last = date(year, month, monthrange(year, month)[1])
        label = _("%(year)s 年 %(month)s 月") % {"year": year, "month": month}
        months.append(Month(label, date(year, month, 1), min(last, today), last >= today))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return months


@for_customers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Search by words; the newest orders while nothing is asked; statements by month; proofs made before."""
    actor, now = signed_in(request), clock.now()
    asked = request.GET.get("q", "")[:200]
    values: dict[str, Any] = {
        "here": "receipts",
        "asked": asked.strip(),
        "found": candidates(papers.find_orders_for(actor, text=asked, now=now), now),
    }
    if getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]
        return render(request, "customer/receipts_found.html", values)
    months = months_of(opened_on(actor), now)
    values |= {
        "months": months,
        "today": now.astimezone(brand().zone).date().isoformat(),
        "proofs": papers.papers_for(actor, kinds=["proof"], limit=PROOFS_SHOWN),
        "days_most": actions.DAYS_MOST,
        "currencies": [CURRENCIES[HOME], *(CURRENCIES[one.currency] for one in foreign_balances_for(actor))],
    }
    return render(request, "customer/receipts.html", values)


@for_customers
@require_GET
def of_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The receipt of one's own settled order: made now if nobody asked before."""
    paper = actions.issue_receipt(actor=signed_in(request), order_id=order_id, now=clock.now())
    return _shown(request, paper)


@for_customers
@require_GET
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    return _shown(request, papers.paper_for(signed_in(request), paper_id))


def _shown(request: HttpRequest, paper: PaperView) -> HttpResponse:
    values = {
        "here": "receipts",
        "paper": paper,
        "content": paper.content,
        "order": paper.content.get("order"),
        "english": (request.LANGUAGE_CODE or "").startswith("en"),
    }
    return render(request, "customer/paper.html", values)


@for_customers
@require_GET
def pdf(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    return send_file(actions.print_paper(actor=signed_in(request), paper_id=paper_id, now=clock.now()))


@for_customers
@require_GET
def machine(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """The same as signed JSON."""
    return send_file(actions.export_paper(actor=signed_in(request), paper_id=paper_id, now=clock.now()))


def send_file(file: FileView) -> HttpResponse:
    answer = HttpResponse(file.content, content_type=file.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _period(request: HttpRequest) -> tuple[date, date]:
    days = []
    for name in ("first", "last"):
        try:
            day = parse_date(request.GET.get(name, ""))
        except ValueError:
            day = None
        if day is None:
            raise FieldWrong(fields=name)
        days.append(day)
    return days[0], days[1]


@for_customers
@require_GET
def statement(request: HttpRequest) -> HttpResponseBase:
    """A period's statement: CSV at once, of any length; PDF as a paper that can be checked."""
    actor, now = signed_in(request), clock.now()
    first, last = _period(request)
    currency = request.GET.get("currency") or HOME
    if request.GET.get("as") == "csv":
        actions.check_period(first, last, now=now)
        return stream_statement(actor, first=first, last=last, currency=currency, now=now)
    identity.count_look_up(actor=actor, what=identity.STATEMENT, now=now)
    made = actions.issue_statement(actor=actor, first=first, last=last, currency=currency, now=now)
    return redirect("paper", made.id)


@for_customers
def proof(request: HttpRequest) -> HttpResponse:
    """GET: which orders, for what. POST with the payment PIN: the stamped proof, once for each key."""
    actor, now = signed_in(request), clock.now()
    given = request.POST if request.method == "POST" else request.GET
    chosen = [read_id(one) for one in given.getlist("order")[: actions.PROOF_ORDERS_MOST + 1]]
    purpose = given.get("purpose", "court")
    form = StepUpForm(request.POST or None)
    if request.method == "POST":
        try:
            if given.get("pin"):
                ref = actions.proof_ref(chosen, purpose)
                identity.prove_step_up(actor=actor, pin=given["pin"][:12], ref=ref, now=now)
            made = actions.issue_proof(
                actor=actor, order_ids=chosen, purpose=purpose, key=read_id(given.get("key")), now=now
            )
            return redirect("paper", made.id)
        except Refusal as refusal:
            if not refusal.code.startswith(ASKED_AGAIN):
                raise
            form.is_valid()
            form.refuse(refusal)
    return render(request, "customer/proof.html", _proof_values(actor, chosen, purpose, form, given, now),
                  status=form.status if form.is_bound else 200)  # fmt: skip


def _proof_values(
    actor: Actor, chosen: list[UUID], purpose: str, form: StepUpForm, given: Any, now: datetime
) -> dict[str, Any]:
    found = papers.find_orders_for(actor, text=given.get("q", "")[:200], now=now)
    listed = {one.order.id: one.order for one in found if papers.has_receipt(one.order)}
    if chosen:
        listed = {one.id: one for one in actions.settled_orders(actor, chosen, now=now)} | listed
    return {
        "here": "receipts",
        "cards": [card_of(order, now=now) for order in listed.values()],
        "chosen": set(chosen),
        "purposes": actions.PURPOSES.items(),
        "purpose": purpose,
        "form": form,
        "key": given.get("key") if form.is_bound else new_id(),
        "most": actions.PROOF_ORDERS_MOST,
    }
