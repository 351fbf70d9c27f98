"""The live board: processes, queue, agents, cases, the audit trail. Figures are counted when shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kefu.cases import queries as cases
from kefu.core import trail
from kefu.desk import queries as talk
from kefu.web import health
from kefu.web.sessions import for_staff

NAMES = {"database": _("数据库"), "relay": _("事件中继"), "worker": _("后台任务"), "live": _("实时推送")}
OPERATORS = for_staff("operator", "supervisor")


def _values() -> dict[str, Any]:
    return {
        "here": "board",
        "parts": [(NAMES.get(part, part), part, up) for part, up in health.state_of_parts().items()],
        "wait": talk.wait_now(),
        "present": talk.agents_present(),
        "counts": cases.counts(),
        "trail": trail.state(),
    }


@OPERATORS
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "office/board.html", _values())


@OPERATORS
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The figures again, every few seconds."""
    return render(request, "office/figures.html", _values())
