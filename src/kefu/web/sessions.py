"""Who is asking: the signed-in user of this browser becomes `request.actor`; doors that want one say so."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from kefu.core.actor import Actor
from kefu.web.refusals import SignedOut, WrongPlace, wants_json

KEPT = "kefu_actor"
View = Callable[..., HttpResponse]


class ActorMiddleware:
    """Sets `request.actor` to the Actor of the session, or None; a stranger costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self._actor(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _actor(self, request: HttpRequest) -> Actor | None:
        kept = request.session.get(KEPT)
        return Actor(**kept) if kept else None


def actor_of(request: HttpRequest) -> Actor | None:
    """The signed-in user, or None."""
    return cast("Actor | None", getattr(request, "actor", None))


def signed_in(request: HttpRequest) -> Actor:
    """The signed-in user. Refuses `web.session.signed_out`."""
    actor = actor_of(request)
    if actor is None:
        raise SignedOut()
    return actor


def private(view: View) -> View:
    """Pages about a person are kept by no cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["Cache-Control"] = "no-store, private"
        return response

    return guarded


def _sent_to_sign_in(request: HttpRequest, door: str) -> HttpResponse:
    if wants_json(request):
        raise SignedOut()
    here = request.get_full_path() if request.method == "GET" else "/"
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = f"{door}?{urlencode({'next': '/'})}"
        return response
    return redirect(f"{door}?{urlencode({'next': here})}")


def for_customers(view: View) -> View:
    """The view is for a signed-in customer; others are sent to sign in, staff to their own place."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        if actor is None:
            return _sent_to_sign_in(request, "/signin/")
        if actor.kind != "customer":
            raise WrongPlace()
        return view(request, *args, **kwargs)

    return private(guarded)


def for_staff(*roles: str) -> Callable[[View], View]:
    """The view is for signed-in staff (with one of `roles`, when given)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = actor_of(request)
            if actor is None:
                return _sent_to_sign_in(request, "/staff/signin/")
            if actor.kind != "staff" or (roles and actor.role not in roles):
                raise WrongPlace()
            return view(request, *args, **kwargs)

        return private(guarded)

    return decorate
