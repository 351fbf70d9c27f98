"""How a reader wants pages to look: light or dark, normal or large print; kept in a cookie."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "kefu_look"
THEMES = ("auto", "light", "dark")
PRINTS = ("normal", "large")
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Look:
    """`theme`: auto follows the device. `print`: large is a quarter bigger."""

    theme: str = "auto"
    print: str = "normal"


def look_of(request: HttpRequest) -> Look:
    theme, _dot, size = request.COOKIES.get(COOKIE, "").partition(".")
    return Look(theme if theme in THEMES else "auto", size if size in PRINTS else "normal")


def back_to(request: HttpRequest, given: str, otherwise: str = "/") -> str:
    """`given` when it leads to a page of this site, else `otherwise`."""
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if given and safe else otherwise


@require_POST
def change_look(request: HttpRequest) -> HttpResponse:
    """Keep the chosen look and go back to where the reader was."""
    old = look_of(request)
    theme, size = request.POST.get("theme", old.theme), request.POST.get("print", old.print)
    response = redirect(back_to(request, request.POST.get("next", "")))
    if theme in THEMES and size in PRINTS:
        secure = bool(settings.SESSION_COOKIE_SECURE)
        response.set_cookie(COOKIE, f"{theme}.{size}", max_age=_YEAR, samesite="Lax", secure=secure, httponly=True)
    return response
