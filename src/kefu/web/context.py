"""What every template knows: whose wallet this is, which language and look, and where the live stream is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from kefu.core import clock
from kefu.core.brand import brand
from kefu.web.colours import accents
from kefu.web.look import look_of


def house(request: HttpRequest) -> dict[str, Any]:
    """The brand, the demo flag and its bank, the language switch, the look, the actor, `now` and the live address."""
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    light, dark = accents(brand().colour)
    return {
        "brand": brand(),
        "brand_name": brand().localized_name(language),
        "company": brand().localized_company(language),
        "accent_light": light,
        "accent_dark": dark,
        "demo": settings.KEFU_MODE == "demo",
        "bank_url": settings.SANDBOX_BANK_URL if settings.KEFU_MODE == "demo" else "",
        "language": language,
        "other_language_url": _with_language(request, "zh-hans" if language == "en" else "en"),
        "look": look_of(request),
        "actor": getattr(request, "actor", None),
        "live_url": settings.KEFU_LIVE_URL,
        "nonce": getattr(request, "csp_nonce", ""),
        "now": clock.now(),
    }


def _with_language(request: HttpRequest, language: str) -> str:
    query = request.GET.copy()
    query["lang"] = language
    path = request.path if request.method == "GET" else "/"
    return f"{path}?{query.urlencode()}"
