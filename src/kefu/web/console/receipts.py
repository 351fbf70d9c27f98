"""Receipts at the desk: find by the customer's words, send to the customer's own verified contact."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.ids import new_id
from kefu.desk import queries as talk
from kefu.identity import queries as people
from kefu.receipts import actions
from kefu.receipts import queries as papers
from kefu.web.customer.receipts import candidates
from kefu.web.ids import read_id
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

AGENTS = for_staff("agent", "supervisor")
LINES = ((actions.CHAT, _("发到聊天")), (actions.MAIL, _("发到邮箱")))


@AGENTS
@require_GET
def find(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Candidates for what the customer remembers, for who holds a grant; the look is recorded."""
    actor, now = signed_in(request), clock.now()
    conversation = talk.conversation_for(actor, conversation_id)
    held = people.require_grant(staff=actor, customer_id=conversation.customer_id, now=now)
    asked = request.GET.get("q", "")[:200]
    found = papers.find_orders_for(actor, text=asked, now=now, customer_id=conversation.customer_id, held=held)
    has_mail = bool(people.contact_of(conversation.customer_id).email)
    values = {
        "conversation": conversation,
        "asked": asked.strip(),
        "found": [(one, new_id()) for one in candidates(found, now)],
        "lines": [line for line in LINES if has_mail or line[0] != actions.MAIL],
        "mine": conversation.status == "ASSIGNED" and str(conversation.staff_id) == actor.id,
    }
    part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, "console/receipts_found.html" if part else "console/receipts.html", values)


@AGENTS
@require_POST
def send(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    line = request.POST.get("line", "")
    if line not in (actions.CHAT, actions.MAIL):
        raise FieldWrong(fields="line")
    actions.send_receipt(
        actor=signed_in(request), conversation_id=conversation_id, order_id=read_id(request.POST.get("order")),
        line=line, key=read_id(request.POST.get("key")), now=clock.now(),
    )  # fmt: skip
    return redirect(f"/console/c/{conversation_id}/")
