"""One conversation at the desk: what was said, who the customer is, and what an agent can do with it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.cases import queries as cases
from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.files import STAFF, store_file
from kefu.core.ids import new_id
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.desk.queries import ConversationView, PresenceView
from kefu.identity import queries as people
from kefu.wallet import queries as wallet
from kefu.wallet.queries import OrderView
from kefu.wallet.queries.exchange import balances_for
from kefu.web import talk as lines
from kefu.web.ids import read_id
from kefu.web.refusals import FieldWrong, wants_json
from kefu.web.sessions import for_staff, signed_in

AGENTS = for_staff("agent", "supervisor")
SHOWN, MOST_SHOWN, ORDERS_SHOWN = 30, 2_000, 5


def conversation_values(
    actor: Actor, conversation_id: UUID, *, present: Sequence[PresenceView], now: datetime, earlier: int | None = None
) -> dict[str, Any]:
    """The middle pane: the last messages, or those after number `earlier`. The right one asks for itself: who the
    customer is, and the story of the order.
    """
    conversation = talk.conversation_for(actor, conversation_id)
    after = max(0, conversation.last_seq - SHOWN if earlier is None else earlier)
    said = talk.messages_for(actor, conversation_id, after_seq=after, limit=MOST_SHOWN)
    return {
        "earlier": {"count": after, "from": max(0, after - SHOWN)} if after else None,
        "lines": lines.lines_of(said, viewer=lines.STAFF, now=now),
        "viewer": lines.STAFF,
        "last_seq": conversation.last_seq,
        **head_values(actor, conversation, present),
    }


def head_values(actor: Actor, conversation: ConversationView, present: Sequence[PresenceView]) -> dict[str, Any]:
    """`present`: who is at the desk, of whom the others can be handed to."""
    mine = conversation.status == "ASSIGNED" and str(conversation.staff_id) == actor.id
    colleagues = [one for one in present if str(one.staff_id) != actor.id] if mine else []
    return {"conversation": conversation, "mine": mine, "colleagues": colleagues}


def panel_values(actor: Actor, conversation: ConversationView, *, now: datetime) -> dict[str, Any]:
    """Who the customer is, for a member of staff who holds a grant; nothing otherwise."""
    customer = conversation.customer_id
    held = people.grant_between(staff_id=actor.uuid, customer_id=customer, now=now)
    if held is None:
        return {"card": None}
    balances = balances_for(actor, customer_id=customer, held=held)
    return {
        "card": people.customer_card_for(staff=actor, customer_id=customer, now=now, held=held),
        "balance": balances[0],
        "others": [one for one in balances[1:] if one.posted.minor],
        "orders": wallet.orders_for(actor, customer_id=customer, limit=ORDERS_SHOWN, held=held),
        "restrictions": wallet.restrictions_for(actor, customer_id=customer, held=held),
        "cases": cases.cases_for(actor, customer_id=customer, now=now, limit=5, held=held),
        "past": [c for c in talk.conversations_of(actor, customer, limit=6) if c.id != conversation.id],
    }


def _focus(actor: Actor, conversation: ConversationView, *, now: datetime) -> OrderView | None:
    """The order that the talk is about, whole: that of the last answer, else the newest that is not settled."""
    customer = conversation.customer_id
    held = people.grant_between(staff_id=actor.uuid, customer_id=customer, now=now)
    if held is None:
        return None
    last = talk.last_answer(conversation.id)
    about = last.data.get("order") if last else None
    order = UUID(about) if about else wallet.pressing_order(actor, customer_id=customer, now=now, held=held)
    return wallet.order_for(actor, order, now=now, held=held) if order else None


@AGENTS
@require_GET
def story(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The order that the talk is about, with its timeline and the button that opens a case for it."""
    actor = signed_in(request)
    conversation = talk.conversation_for(actor, conversation_id)
    values = {"conversation": conversation, "focus": _focus(actor, conversation, now=clock.now())}
    return render(request, "console/story.html", values)


@AGENTS
@require_GET
def head(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    actor = signed_in(request)
    values = head_values(actor, talk.conversation_for(actor, conversation_id), talk.agents_present())
    return render(request, "console/head.html", values)


@AGENTS
@require_GET
def panel(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    actor = signed_in(request)
    conversation = talk.conversation_for(actor, conversation_id)
    values = {"conversation": conversation, **panel_values(actor, conversation, now=clock.now())}
    return render(request, "console/panel.html", values)


@AGENTS
def messages(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """GET: bubbles after a point, as HTML. POST: reply."""
    if request.method == "POST":
        return _reply(request, conversation_id)
    after = request.GET.get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        raise FieldWrong(fields="after")
    said = talk.messages_for(signed_in(request), conversation_id, after_seq=int(after))
    date = request.GET.get("date", "")[:10]
    shown = lines.lines_of(said, viewer=lines.STAFF, now=clock.now(), after_date=date)
    return render(request, "parts/messages.html", {"lines": shown, "viewer": lines.STAFF})


def _reply(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    actor, now = signed_in(request), clock.now()
    given = read_id(request.POST["id"]) if request.POST.get("id") else new_id()
    files = [
        store_file(
            owner_ref=actor.ref, name=one.name or "", content=one.read(), purpose="chat", now=now, quota=STAFF
        ).id
        for one in request.FILES.getlist("file")
    ]
    said = desk.add_message(
        actor=actor, conversation_id=conversation_id, message_id=given, body=request.POST.get("body", ""),
        file_ids=files, now=now,
    )  # fmt: skip
    return _done(request, conversation_id, {"id": str(said.id), "seq": said.seq})


def _done(request: HttpRequest, conversation_id: UUID, answer: dict[str, Any]) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(answer)
    return redirect(f"/console/c/{conversation_id}/")


def _posted(deed: Callable[[HttpRequest, Actor, UUID], Any]) -> Any:
    """A button of the conversation's head: does it and comes back to the conversation."""

    @AGENTS
    @require_POST
    def view(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        deed(request, signed_in(request), conversation_id)
        return _done(request, conversation_id, {})

    return view


@_posted
def take(_request: HttpRequest, actor: Actor, conversation_id: UUID) -> None:
    desk.take_conversation(actor=actor, conversation_id=conversation_id, now=clock.now())


@_posted
def note(request: HttpRequest, actor: Actor, conversation_id: UUID) -> None:
    given = read_id(request.POST["id"]) if request.POST.get("id") else new_id()
    desk.add_note(
        actor=actor, conversation_id=conversation_id, message_id=given, body=request.POST.get("body", ""),
        now=clock.now(),
    )  # fmt: skip


@_posted
def hand_over(request: HttpRequest, actor: Actor, conversation_id: UUID) -> None:
    to = request.POST.get("to", "")
    desk.hand_over(
        actor=actor, conversation_id=conversation_id, to_staff_id=read_id(to) if to else None,
        reason=request.POST.get("reason", ""), now=clock.now(),
    )  # fmt: skip


@_posted
def close(request: HttpRequest, actor: Actor, conversation_id: UUID) -> None:
    desk.close_conversation(
        actor=actor, conversation_id=conversation_id, summary=request.POST.get("summary", ""), now=clock.now()
    )


@AGENTS
@require_POST
def read(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    seq = request.POST.get("seq", "0")
    if not seq.isdecimal() or len(seq) > 9:
        raise FieldWrong(fields="seq")
    desk.mark_read(actor=signed_in(request), conversation_id=conversation_id, seq=int(seq), now=clock.now())
    return HttpResponse(status=204)


@AGENTS
@require_POST
def typing(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    desk.say_typing(actor=signed_in(request), conversation_id=conversation_id)
    return HttpResponse(status=204)
