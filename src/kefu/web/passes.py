"""The pass to the event stream: a short-lived signed cookie that says what this browser may hear."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kefu.core import clock, live_token
from kefu.core.actor import Actor
from kefu.desk import queries as talk
from kefu.wallet.queries.shop.merchant import merchant_id_of
from kefu.web.refusals import FieldWrong
from kefu.web.sessions import private, signed_in

MINUTES = 10
MOST_CONVERSATIONS = 20


def topics_of(actor: Actor) -> list[str]:
    """What this actor hears in any case."""
    if actor.kind == "customer":
        return [f"customer:{actor.id}"]
    if actor.kind == "merchant":
        return [f"merchant:{merchant_id_of(actor)}"]
    own = [f"staff:{actor.id}"]
    if actor.role in ("agent", "supervisor"):
        own.append("desk")
    return [*own, "approvals"] if actor.role in ("supervisor", "operator") else own


def _conversations(request: HttpRequest, actor: Actor) -> list[str]:
    """The conversations that the page has open, each one allowed. Refuses what the actor may not know of."""
    try:
        ids = [UUID(given) for given in request.POST.getlist("conversation")[:MOST_CONVERSATIONS]]
    except ValueError as problem:
        raise FieldWrong(fields="conversation") from problem
    return [f"conversation:{talk.conversation_for(actor, one).id}" for one in ids]


# Without a CSRF token on purpose: it sets a cookie about the caller's own sitting, and a page elsewhere can
# neither send that sitting's cookie along (SameSite) nor read the answer.
@csrf_exempt
@require_POST
@private
def renew_pass(request: HttpRequest) -> HttpResponse:
    """Set `kefu_live` for ten minutes; JSON says where the stream is. Refuses `web.session.signed_out`.

    `conversation` (repeatable) adds conversations that a member of staff has open.
    """
    actor = signed_in(request)
    token = live_token.mint(
        principal=f"{actor.ref}/{actor.session}" if actor.session else actor.ref,
        topics=[*topics_of(actor), *_conversations(request, actor)],
        key=settings.KEFU_LIVE_KEY,
        now=clock.now(),
        minutes=MINUTES,
    )
    response = JsonResponse({"url": f"{settings.KEFU_LIVE_URL}/live/stream", "minutes": MINUTES})
    response.set_cookie(
        live_token.COOKIE,
        token,
        max_age=MINUTES * 60,
        path="/live",
        samesite="Strict",
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
    )
    return response
