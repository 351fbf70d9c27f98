"""How a refusal reaches its reader: a page, an htmx fragment or JSON; and the calm page for the rest."""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import NotFound, Refusal

_NOT_ALLOWED = 405
_LOG = logging.getLogger(__name__)
DATABASE_AWAY = (OperationalError, InterfaceError)


class SignedOut(Refusal):
    code = "web.session.signed_out"
    status = 401
    text = _("您还没有登录，或登录已过期。请重新登录，刚才填写的内容没有提交。")
    operator = "no signed-in user for this page"


class WrongPlace(Refusal):
    code = "web.session.wrong_place"
    status = 403
    text = _("这个页面不属于您的账号。请用相应的账号登录。")
    operator = "the signed-in user is of another kind than this place serves"


class FormExpired(Refusal):
    code = "web.form.expired"
    status = 403
    text = _("这个页面放得太久了，为了安全没有提交。没有任何变动；请刷新页面后再试一次。")
    operator = "CSRF check failed"


class FieldWrong(Refusal):
    code = "web.form.field_wrong"
    status = 422
    text = _("填写的内容有误，没有提交。请检查后再试。")
    operator = "request parameters could not be read: %(fields)s"


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a script: asks for JSON, or sends it."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept or (request.content_type == "application/json" and "text/html" not in accept)


def _reads(request: HttpRequest) -> bool:
    """Whether somebody opens a page: not a script, and not a part of a page."""
    page = "text/html" in request.headers.get("Accept", "") and not request.headers.get("HX-Request")
    return page and request.method == "GET"


def page_of(path: str) -> str:
    """The page on which the form stands that is sent to `path`: a browser that goes back or reloads opens it."""
    return path.rstrip("/").rpartition("/")[0] + "/"


def answer_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal in the form that the caller reads, with its status."""
    if wants_json(request):
        body = {"refusal": {"code": refusal.code, "text": refusal.reader_text()}}
        response: HttpResponse = JsonResponse(body, status=refusal.status, json_dumps_params={"ensure_ascii": False})
    elif getattr(request, "htmx", False):
        response = render(request, "parts/toast.html", {"refusal": refusal}, status=refusal.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    else:
        response = render(request, "refusals/refused.html", {"refusal": refusal}, status=refusal.status)
    response["Cache-Control"] = "no-store"
    return response


class RefusalMiddleware:
    """Turns refusals that views raise into answers; the unexpected goes on to the log and the 500 page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return redirect(page_of(request.path)) if response.status_code == _NOT_ALLOWED and _reads(request) else response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, Http404):
            problem = NotFound()
        if isinstance(problem, DATABASE_AWAY):
            return _calm_page(request, 503)
        if not isinstance(problem, Refusal):
            return None
        _LOG.info("refused %s: %s", problem.code, problem.operator_text())
        return answer_refusal(request, problem)


def not_found(request: HttpRequest, _exception: Exception | None = None, **_more: Exception) -> HttpResponse:
    """handler404: an unknown address looks like a thing that is not the reader's."""
    return answer_refusal(request, NotFound())


def form_expired(request: HttpRequest, **_reason: str) -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    return answer_refusal(request, FormExpired())


def broken(request: HttpRequest) -> HttpResponse:
    """handler500: needs no database and no session. While the database is away it says so, with 503."""
    return _calm_page(request, 503 if isinstance(sys.exc_info()[1], DATABASE_AWAY) else 500)


def _calm_page(request: HttpRequest, status: int) -> HttpResponse:
    if wants_json(request):
        code = "web.server.resting" if status == 503 else "web.server.broken"
        body: dict[str, Any] = {"refusal": {"code": code, "text": str(CALM_TEXT[status])}}
        response: HttpResponse = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    elif request.headers.get("HX-Request"):
        page = render_to_string("parts/toast.html", {"tone": "bad", "text": CALM_TEXT[status]})
        response = HttpResponse(page, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    else:
        response = HttpResponse(_standalone(request, status), status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = "5"
    return response


CALM_TEXT = {
    500: _("我们这边出了点问题，刚才的操作没有完成，也没有任何款项变动。已自动记录，请稍后再试。"),
    503: _("系统正在恢复，通常几秒钟就好。您的钱和消息都在，没有任何变动。"),
}


def _standalone(request: HttpRequest, status: int) -> str:
    from kefu.web.context import house

    values = {
        **house(request),
        "actor": None,
        "text": CALM_TEXT[status],
        "status": status,
        "request": request,
    }
    return render_to_string("refusals/broken.html", values)
