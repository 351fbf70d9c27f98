"""Cases at the desk: open one from the conversation, ask the bank, propose the fix, end it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.assistant.emergency import wants_human
from kefu.cases import actions
from kefu.cases import queries as cases
from kefu.cases.actions.case import WORDS_MAX, Opening
from kefu.cases.kinds import KINDS
from kefu.cases.queries import CaseView
from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.money import parse_amount
from kefu.core.refusal import NotFound
from kefu.desk import queries as talk
from kefu.desk.queries import ConversationView
from kefu.wallet import queries as wallet
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.recall import REASONS as RECALL_REASONS
from kefu.wallet.queries.shop import refund as refunds
from kefu.web.ids import read_id
from kefu.web.sessions import for_staff, signed_in

AGENTS = for_staff("agent", "supervisor")


@AGENTS
@require_POST
def open_case(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Open a case from the conversation; what the assistant checked goes along as evidence."""
    actor = signed_in(request)
    conversation = talk.conversation_for(actor, conversation_id)
    order = read_id(request.POST["order"]) if request.POST.get("order") else None
    last = talk.last_answer(conversation_id)
    case = actions.open_case(
        actor=actor,
        opening=Opening(
            kind=cases.kind_for_order(request.POST.get("kind", "general")),
            customer_id=conversation.customer_id,
            conversation_id=conversation_id,
            order_id=order,
            words=_last_words(actor, conversation),
            checked=last.data.get("checks", ()) if last else (),
        ),
        now=clock.now(),
    )
    return redirect(f"/console/case/{case.id}/")


def _last_words(actor: Actor, conversation: ConversationView) -> str:
    """What the customer said last in this conversation, but for their call for a person."""
    said = talk.timeline_for(actor, customer_id=conversation.customer_id)
    own = [m.body for m in said if m.conversation_id == conversation.id and m.author_kind == "customer"]
    words = [text for text in own if not wants_human(text)]
    return words[-1][:WORDS_MAX] if words else ""


def _order_of(actor: Actor, case: CaseView) -> OrderView | None:
    """The case's order, for who holds a grant: a supervisor may see the case without one."""
    try:
        return wallet.order_for(actor, case.order_id) if case.order_id else None
    except NotFound:
        return None


@AGENTS
@require_GET
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case whole: steps, evidence, proposals, and what may be proposed."""
    actor, now = signed_in(request), clock.now()
    case = cases.case_view_for(actor, case_id, now=now)
    order = _order_of(actor, case)
    confirmation = cases.confirmation_since(order_id=order.id, opened_at=case.opened_at) if order else None
    values = {
        "case": case,
        "order": order,
        "confirmation": confirmation,
        "refund": refunds.refund_for(actor, order.id, now=now) if order and order.kind == "refund" else None,
        "over": case.status in ("RESOLVED", "CLOSED"),
        "kinds": KINDS,
        "recall_reasons": RECALL_REASONS,
    }
    return render(request, "console/case.html", values)


@AGENTS
@require_POST
def goodwill(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actions.propose_goodwill(
        actor=signed_in(request), case_id=case_id, amount=parse_amount(request.POST.get("amount", "")),
        reason=request.POST.get("reason", ""), key=read_id(request.POST.get("key")), now=clock.now(),
    )  # fmt: skip
    return redirect(f"/console/case/{case_id}/")


@AGENTS
@require_POST
def completion(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actions.propose_completion(
        actor=signed_in(request), case_id=case_id, reason=request.POST.get("reason", ""), now=clock.now()
    )
    return redirect(f"/console/case/{case_id}/")


@AGENTS
@require_POST
def bank(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Have the bank asked; its answer arrives on the page by itself."""
    actions.want_bank(actor=signed_in(request), case_id=case_id, now=clock.now())
    return redirect(f"/console/case/{case_id}/")


@AGENTS
@require_POST
def recall(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Have the case's withdrawal asked back of the bank."""
    reason = request.POST.get("reason", "")
    actions.ask_recall(actor=signed_in(request), case_id=case_id, reason=reason, now=clock.now())
    return redirect(f"/console/case/{case_id}/")


@AGENTS
@require_POST
def resolve(request: HttpRequest, case_id: UUID) -> HttpResponse:
    actions.resolve_case(
        actor=signed_in(request), case_id=case_id, summary=request.POST.get("summary", ""), now=clock.now()
    )
    return redirect(f"/console/case/{case_id}/")
