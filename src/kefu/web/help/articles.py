"""Search first, then the shelves, then one article at a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kefu.core.refusal import NotFound
from kefu.knowledge import queries as knowledge
from kefu.web.help.fees import fee_values
from kefu.web.help.reach import contact_markup, reach_values

FOUND = 8


def _language() -> str:
    return get_language() or "zh-hans"


def index(request: HttpRequest) -> HttpResponse:
    """The front page of help."""
    values = {
        "topics": knowledge.topics(_language()),
        "hot": [_("充值没到账"), _("转错人了"), _("账户被冻结"), _("忘记密码"), _("手续费")],
        "markup": contact_markup(request),
        **reach_values(),
        **_found(request.GET.get("q", "")),
    }
    return render(request, "help/index.html", values)


def _found(text: str) -> dict[str, Any]:
    asked = text.strip()[:200]
    hits = knowledge.search(asked, language=_language(), limit=FOUND) if asked else []
    return {"asked": asked, "hits": hits}


def search(request: HttpRequest) -> HttpResponse:
    """What was found: a fragment for htmx, else the front page with it."""
    if not getattr(request, "htmx", False):
        return index(request)
    return render(request, "help/found.html", _found(request.GET.get("q", "")))


def topic(request: HttpRequest, code: str) -> HttpResponse:
    """One whole shelf. Refuses `core.thing.not_found`."""
    shelf = knowledge.topic(code, _language())
    if shelf is None:
        raise NotFound()
    return render(request, "help/topic.html", {"topic": shelf})


def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One reviewed text. Refuses `core.thing.not_found`."""
    found = knowledge.article(slug, _language(), values=fee_values())
    if found is None:
        raise NotFound()
    return render(request, "help/article.html", {"article": found, **reach_values()})
