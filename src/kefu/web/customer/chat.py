"""Talking to us: the page, what is new on it, sending, attachments, and the marks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kefu.assistant import buttons
from kefu.channels import actions as channels
from kefu.channels import queries as inbox
from kefu.core import clock
from kefu.core.actor import Actor
from kefu.core.ids import new_id
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.desk.queries import ConversationView
from kefu.web import talk as lines
from kefu.web import words
from kefu.web.customer.files import keep_upload
from kefu.web.ids import read_id
from kefu.web.refusals import FieldWrong, wants_json
from kefu.web.sessions import for_customers, signed_in

SHOWN = 60
ANSWERED = (
    "intent", "confidence", "cause", "headline", "paragraphs", "sources", "facts", "buttons", "handover",
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A customer's place in the queue, in words."""

    position: int
    wait_words: str

    @property
    def ahead(self) -> int:
        return self.position - 1


def _head(conversation: ConversationView | None) -> dict[str, Any]:
    # Who waits is told their own place below; who has a person waits for nobody.
    told = conversation is not None and conversation.status in ("ASSIGNED", "WAITING")
    wait = None if told else talk.wait_now()
    return {
        "conversation": conversation,
        "wait_words": words.wait_words(wait.wait_low_s, wait.wait_high_s) if wait else "",
    }


def _state(conversation: ConversationView | None) -> dict[str, Any]:
    place = None
    if conversation is not None and conversation.status == "WAITING":
        found = talk.place_in_queue(conversation.id)
        if found:
            place = Waiting(found.position, words.wait_words(found.wait_low_s, found.wait_high_s))
    return {"conversation": conversation, "place": place}


def starters() -> list[str]:
    """First questions, one tap each."""
    return [_("充值没到账"), _("转账对方没收到"), _("查余额"), _("手续费怎么收"), _("账户被限制了")]


def talk_values(actor: Actor, now: datetime) -> dict[str, Any]:
    """Everything the chat page shows."""
    conversation = talk.current_conversation_for(actor)
    said = talk.timeline_for(actor, limit=SHOWN)
    return {
        "lines": lines.lines_of(said, viewer=lines.CUSTOMER, now=now),
        "pending": inbox.waiting(str(actor.uuid)),
        "starters": starters(),
        **_head(conversation),
        **_state(conversation),
    }


@for_customers
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The conversation so far, and where one is in the queue."""
    return render(request, "customer/chat.html", talk_values(signed_in(request), clock.now()))


@for_customers
@require_GET
def head(request: HttpRequest) -> HttpResponse:
    conversation = talk.current_conversation_for(signed_in(request))
    return render(request, "customer/chat_head.html", _head(conversation))


@for_customers
@require_GET
def state(request: HttpRequest) -> HttpResponse:
    conversation = talk.current_conversation_for(signed_in(request))
    return render(request, "customer/chat_state.html", _state(conversation))


@for_customers
def messages(request: HttpRequest) -> HttpResponse:
    """GET: bubbles after a point of a conversation, as HTML, or the last of all as JSON. POST: say something."""
    if request.method == "POST":
        return _send(request)
    return _as_data(signed_in(request)) if wants_json(request) else _what_is_new(request)


def _as_data(actor: Actor) -> HttpResponse:
    """For programs: `answer` is what the assistant computed, {} for any other message."""
    said = [
        {
            "id": one.id,
            "conversation": one.conversation_id,
            "seq": one.seq,
            "author": one.author_kind,
            "body": one.body,
            "at": one.at,
            "answer": {name: one.data[name] for name in ANSWERED if name in one.data},
        }
        for one in talk.timeline_for(actor, limit=SHOWN)
    ]
    return JsonResponse({"messages": said})


def _what_is_new(request: HttpRequest) -> HttpResponse:
    actor, given = signed_in(request), request.GET
    conversation_id, after = given.get("conversation", ""), given.get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        raise FieldWrong(fields="after")
    said = talk.messages_for(actor, read_id(conversation_id), after_seq=int(after)) if conversation_id else []
    current = talk.current_conversation_for(actor)
    if current is not None and str(current.id) != conversation_id:
        said += talk.messages_for(actor, current.id)
    values = {
        "lines": lines.lines_of(said, viewer=lines.CUSTOMER, now=clock.now(), after_date=given.get("date", "")[:10]),
        "viewer": lines.CUSTOMER,
    }
    return render(request, "parts/messages.html", values)


def _given(request: HttpRequest) -> Mapping[str, Any]:
    """The fields of a JSON body or of a form."""
    if request.content_type != "application/json":
        return {**request.POST.dict(), "files": request.POST.getlist("files")}
    try:
        given = json.loads(request.body)
    except ValueError as problem:
        raise FieldWrong(fields="body") from problem
    if not isinstance(given, dict):
        raise FieldWrong(fields="body")
    return given


def _send(request: HttpRequest) -> HttpResponse:
    actor, given, now = signed_in(request), _given(request), clock.now()
    files, body = given.get("files") or [], given.get("body") or ""
    if not isinstance(body, str) or not isinstance(files, list):
        raise FieldWrong(fields="body")
    upload = keep_upload(request, actor, now)
    file_ids = [read_id(one) for one in files] + ([upload.id] if upload else [])
    at = parse_datetime(str(given.get("at") or "")) if given.get("at") else None
    accepted = channels.accept_incoming(
        actor=actor,
        line="webchat",
        outside_id=read_id(given["id"]) if given.get("id") else new_id(),
        thread=actor.uuid,
        body=body,
        file_ids=file_ids,
        happened_at=at if at is not None and at.tzinfo else now,
        now=now,
    )
    if wants_json(request):
        answer = {"id": str(accepted.outside_id), "at": accepted.heard_at, "body": accepted.body}
        return JsonResponse(answer, status=202)
    return redirect("/chat/")


@for_customers
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """A button of an answer: acts once per id."""
    key = read_id(request.POST.get("id"))
    code, argument = request.POST.get("code", "")[:40], request.POST.get("argument", "")[:80]
    buttons.press(actor=signed_in(request), code=code, argument=argument, key=key, now=clock.now())
    return HttpResponse(status=204) if request.htmx else redirect("/chat/")  # type: ignore[attr-defined]


@for_customers
@require_POST
def human(request: HttpRequest) -> HttpResponse:
    """转人工, from anywhere, at once."""
    actor, key = signed_in(request), read_id(request.POST.get("id") or new_id())
    buttons.press(actor=actor, code="human", argument="", key=key, now=clock.now())
    if request.htmx:  # type: ignore[attr-defined]
        conversation = talk.current_conversation_for(actor)
        return render(request, "customer/chat_state.html", _state(conversation))
    return redirect("/chat/")


@for_customers
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Stop waiting for a person; the assistant goes on."""
    actor = signed_in(request)
    current = talk.current_conversation_for(actor)
    if current is not None and current.status == "WAITING":
        desk.leave_queue(actor=actor, conversation_id=current.id, now=clock.now())
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse("")
    return redirect("/chat/")


@for_customers
@require_POST
def typing(request: HttpRequest) -> HttpResponse:
    desk.say_typing(actor=signed_in(request), conversation_id=read_id(_given(request).get("conversation")))
    return HttpResponse(status=204)


@for_customers
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """What the other side said up to `seq` has been seen (`what` = delivered: has arrived)."""
    given = _given(request)
    conversation_id, seq = read_id(given.get("conversation")), given.get("seq")
    if not str(seq).isdecimal() or len(str(seq)) > 9:
        raise FieldWrong(fields="seq")
    mark = desk.mark_delivered if given.get("what") == "delivered" else desk.mark_read
    mark(actor=signed_in(request), conversation_id=conversation_id, seq=int(str(seq)), now=clock.now())
    return HttpResponse(status=204)
