"""The desk itself: who waits, who has whom, and whether one takes conversations now."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.desk import actions
from kefu.desk import queries as talk
from kefu.web.console.conversation import conversation_values
from kefu.web.ids import read_id
from kefu.web.look import back_to
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import for_staff, signed_in

AGENTS = for_staff("agent", "supervisor")
STATUSES = ("online", "away", "offline")


def queue_values(actor: Actor, *, selected: UUID | None = None) -> dict[str, Any]:
    """The lists on the left, and how the desk stands."""
    lists = talk.queue_for(actor)
    return {
        "lists": lists,
        "selected": selected,
        "present": talk.agents_present(),
        "presence": talk.presence_of(actor),
        "statuses": STATUSES,
    }


@for_staff()
@require_GET
def page(request: HttpRequest, conversation_id: UUID | None = None) -> HttpResponse:
    """Three panes; without a conversation the middle says what to do. Operators have a place of their own."""
    actor = signed_in(request)
    if actor.role == "operator":
        return redirect("/office/")
    values = queue_values(actor, selected=conversation_id)
    if conversation_id is not None:
        earlier = request.GET.get("from", "")
        start = int(earlier) if earlier.isdecimal() and len(earlier) < 10 else None
        values |= conversation_values(
            actor, conversation_id, present=values["present"], now=clock.now(), earlier=start
        )
    return render(request, "console/desk.html", values)


@AGENTS
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The lists again, after something changed; `c` is the conversation that is open on the page."""
    selected = request.GET.get("c", "")
    values = queue_values(signed_in(request), selected=read_id(selected) if selected else None)
    return render(request, "console/queue.html", values)


@AGENTS
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take whoever is next in the fair order."""
    taken = actions.take_next(actor=signed_in(request), now=clock.now())
    return redirect(f"/console/c/{taken.id}/" if taken else "/console/")


@AGENTS
@require_POST
def presence(request: HttpRequest) -> HttpResponse:
    status = request.POST.get("status", "")
    if status not in STATUSES:
        raise FieldWrong(fields="status")
    actions.set_presence(actor=signed_in(request), status=status, now=clock.now())
    return redirect(back_to(request, request.POST.get("next", ""), "/console/"))


@AGENTS
@require_POST
def beat(request: HttpRequest) -> HttpResponse:
    """The page's sign of life."""
    return JsonResponse({"status": actions.beat_presence(actor=signed_in(request), now=clock.now())})
