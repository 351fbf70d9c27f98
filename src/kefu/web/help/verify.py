"""Anybody may check a paper: by the code on it, or by the file itself. Nobody's name or balance is shown."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kefu.core import clock
from kefu.core.refusal import NotFound
from kefu.receipts import actions
from kefu.receipts import queries as papers
from kefu.receipts.queries import CheckView
from kefu.receipts.refusals import UploadUnfit
from kefu.wallet.queries.limits.standing import StandingView
from kefu.web.browsers import source_of
from kefu.web.orders import kind_words
from kefu.web.sessions import private

UPLOAD_MB = 4
PDF_MOST, JSON_MOST = UPLOAD_MB * 1024 * 1024, 1024 * 1024


@dataclass(frozen=True)
class OrderLine:
    """One order of a genuine paper as it stands now, in the reader's language."""

    standing: StandingView
    kind_words: str
    words: str
    tone: str


def _lines(view: CheckView) -> list[OrderLine]:
    known = {
        "settled": (_("已办结"), "ok"), "returned": (_("已退回"), "bad"),
        "refunded_part": (_("部分退款"), "wait"), "refunded": (_("已全额退款"), "bad"),
    }  # fmt: skip
    return [OrderLine(one, kind_words(one.kind), *known[one.standing]) for one in view.orders]


def _page(request: HttpRequest, outcome: str = "", view: CheckView | None = None, **more: Any) -> HttpResponse:
    values = {"outcome": outcome, "view": view, "orders": _lines(view) if view else [], "most": UPLOAD_MB, **more}
    answer = render(request, "help/verify.html", values, status=more.get("status", 200))
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@private
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the verdict on a file, of which nothing is kept."""
    if request.method != "POST":
        return _page(request)
    given = request.FILES.get("file")
    if given is None or given.size is None or given.size > PDF_MOST:
        return _page(request, refusal=UploadUnfit(most=UPLOAD_MB), status=UploadUnfit.status)
    content = given.read(PDF_MOST + 1)
    if not content.startswith(b"%PDF-") and len(content) > JSON_MOST:
        return _page(request, refusal=UploadUnfit(most=UPLOAD_MB), status=UploadUnfit.status)
    verdict = actions.check_upload(source=source_of(request), content=content, now=clock.now())
    return _page(request, verdict.outcome, verdict.paper, uploaded=True)


@private
@require_GET
def by_code(request: HttpRequest, token: str) -> HttpResponse:
    """What the code on a paper leads to. An unknown code says so, with 404, and nothing else."""
    try:
        view = actions.check_token(source=source_of(request), token=token[:80], now=clock.now())
    except NotFound:
        return _page(request, papers.UNKNOWN, status=404)
    return _page(request, papers.GENUINE, view)


@require_GET
def keys(_request: HttpRequest) -> JsonResponse:
    """The certificates and public keys of every seal so far, for those who verify by themselves."""
    return JsonResponse({"keys": papers.public_keys()}, json_dumps_params={"ensure_ascii": False})
