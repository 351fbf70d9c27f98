"""Who is asking: the signed-in user of this browser becomes `request.actor`; doors that want one say so."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from kefu.core import clock
from kefu.core.actor import Actor
from kefu.identity import actions as identity
from kefu.identity.values import SignedIn
from kefu.web.browsers import keep_device
from kefu.web.refusals import SignedOut, WrongPlace, wants_json

SITTING = "kefu_sitting"
View = Callable[..., HttpResponseBase]


class ActorMiddleware:
    """Sets `request.actor` to the Actor of the sitting, or None; a stranger costs no query.

    A sitting that ended elsewhere (signed out there, password changed, idle) is over at the next request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = _actor_in(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor_in(request: HttpRequest) -> Actor | None:
    sitting = request.session.get(SITTING)
    if not sitting:
        return None
    actor = identity.see_session(session_id=UUID(sitting), now=clock.now())
    if actor is None:
        request.session.flush()
    return actor


def begin_sitting(request: HttpRequest, signed: SignedIn, response: HttpResponse) -> None:
    """Bind this browser to the sitting that identity opened: fresh session key, fresh CSRF token."""
    request.session.flush()
    request.session[SITTING] = str(signed.session_id)
    rotate_token(request)
    keep_device(response, signed.device_token)


def end_sitting(request: HttpRequest) -> None:
    """Sign out: the sitting ends in identity and this browser forgets it."""
    actor = actor_of(request)
    if actor is not None:
        identity.sign_out(actor=actor, now=clock.now())
    request.session.flush()


def actor_of(request: HttpRequest) -> Actor | None:
    """The signed-in user, or None."""
    return cast("Actor | None", getattr(request, "actor", None))


def signed_in(request: HttpRequest) -> Actor:
    """The signed-in user. Refuses `web.session.signed_out`."""
    actor = actor_of(request)
    if actor is None:
        raise SignedOut()
    return actor


def customer_of(request: HttpRequest) -> Actor | None:
    """The signed-in customer, or None: for pages that strangers may see, too."""
    actor = actor_of(request)
    return actor if actor is not None and actor.kind == "customer" else None


def private(view: View) -> View:
    """Pages about a person are kept by no cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["Cache-Control"] = "no-store, private"
        return response

    return guarded


def _sent_to_sign_in(request: HttpRequest, door: str) -> HttpResponse:
    if wants_json(request):
        raise SignedOut()
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = f"{door}?{urlencode({'next': request.htmx.current_url_abs_path or '/'})}"  # type: ignore[attr-defined]
        return response
    here = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{door}?{urlencode({'next': here})}")


def for_customers(view: View) -> View:
    """The view is for a signed-in customer; others are sent to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if actor is None:
            return _sent_to_sign_in(request, "/signin/")
        if actor.kind != "customer":
            raise WrongPlace()
        return view(request, *args, **kwargs)

    return private(guarded)


def for_merchants(view: View) -> View:
    """The view is for who acts for a merchant and is signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if actor is None:
            return _sent_to_sign_in(request, "/shop/signin/")
        if actor.kind != "merchant":
            raise WrongPlace()
        return view(request, *args, **kwargs)

    return private(guarded)


def for_staff(*roles: str) -> Callable[[View], View]:
    """The view is for signed-in staff (with one of `roles`, when given)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if actor is None:
                return _sent_to_sign_in(request, "/staff/signin/")
            if actor.kind != "staff" or (roles and actor.role not in roles):
                raise WrongPlace()
            return view(request, *args, **kwargs)

        return private(guarded)

    return decorate
