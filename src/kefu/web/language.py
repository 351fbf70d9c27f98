"""Which language a page speaks: what was chosen here, else the cookie, else what the browser asks for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

COOKIE = "kefu_lang"
_YEAR = 365 * 24 * 3600
_SPELLINGS = {"zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans", "en": "en"}


def known_language(given: str) -> str:
    """The language of ours that `given` spells, or '' when it is none of them."""
    return _SPELLINGS.get(given.lower(), "")


def keep_language(response: HttpResponse, language: str) -> None:
    """Have the browser ask for `language` from now on."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(COOKIE, language, max_age=_YEAR, samesite="Lax", secure=secure, httponly=True)


class LanguageMiddleware:
    """Activates the language of the request and says so in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = known_language(request.GET.get("lang", ""))
        language = chosen or known_language(request.COOKIES.get(COOKIE, "")) or _asked_for(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if chosen:
            keep_language(response, chosen)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response


def _asked_for(request: HttpRequest) -> str:
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        spelled = part.split(";")[0].strip().lower()
        language = known_language(spelled) or known_language(spelled.split("-")[0])
        if language:
            return language
    return settings.LANGUAGE_CODE
