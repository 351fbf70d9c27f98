"""At a case: whether the banks' files hold a record of what the customer says, by amount, day and card or number."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kefu.cases import queries as cases
from kefu.cases.queries import CaseView
from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.money import Money, parse_amount
from kefu.core.refusal import Refusal
from kefu.identity import queries as people
from kefu.identity.values import GrantView
from kefu.settlement.queries import BankRecord, find_bank_record
from kefu.wallet import queries as wallet
from kefu.wallet.queries import OrderView
from kefu.web.forms import Doorway, text_field
from kefu.web.sessions import for_staff, signed_in

AGENTS = for_staff("agent", "supervisor")
NOON = time(12)
"""A record within a day of a day's noon lies on it, or half a day beside it: banks and people name days differently."""


class RecordForm(Doorway):
    faults = {"core.amount": "amount", "settlement.record": "last4"}
    amount = text_field(_("金额（元）"), most=12, inputmode="decimal", autocomplete="off")
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    last4 = forms.RegexField(r"^[0-9]{4}$", label=_("银行卡后四位"), required=False, max_length=4)
    bank_ref = text_field(_("或银行流水号"), most=64, required=False, autocomplete="off")


@AGENTS
@require_GET
def find(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The form, and what was found. For who holds a grant for the case's customer; each look is in the audit."""
    actor, now = signed_in(request), clock.now()
    case = cases.case_view_for(actor, case_id, now=now)
    held = people.require_grant(staff=actor, customer_id=case.customer_id, now=now)
    form, found = RecordForm(request.GET or None), None
    if form.is_bound and form.is_valid():
        try:
            found = _found(actor, case, form.cleaned_data, held=held, now=now)
        except Refusal as refusal:
            form.refuse(refusal)
    wrong = form.is_bound and found is None
    values = {"case": case, "form": form, "found": found}
    return render(request, "console/records.html", values, status=form.status if wrong else 200)


Found = list[tuple[BankRecord, Money, OrderView | None]]


def _found(actor: Actor, case: CaseView, given: dict[str, Any], *, held: GrantView, now: datetime) -> Found:
    """Each record with the order that it is of, when it is this customer's: of another's nothing is said but that there
    is one.
    """
    amount = parse_amount(given["amount"])
    around = datetime.combine(given["day"], NOON, tzinfo=brand().zone)
    card, number = given["last4"], given["bank_ref"].strip()
    records = find_bank_record(
        actor, amount=amount.minor, around=around, last4=card, bank_ref=number, case_ref=case.no, now=now
    )
    if not records:
        return []
    orders = wallet.orders_for(
        actor, customer_id=case.customer_id, held=held, now=now, amount_min=amount.minor, amount_max=amount.minor
    )
    own = {order.order_ref: order for order in orders}
    return [(record, amount, own.get(record.order_ref)) for record in records]
