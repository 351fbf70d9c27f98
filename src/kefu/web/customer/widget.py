"""The chat on somebody else's page: a script that opens a frame, and the page inside the frame."""

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt

from kefu.core import clock
from kefu.core.brand import brand
from kefu.web.customer.chat import talk_values
from kefu.web.help.reach import reach_values
from kefu.web.sessions import customer_of, private

_HOUR = 3600


def frame_ancestors() -> list[str]:
    """Who may show the frame: the brand's own domains, over TLS; this machine's names also without."""
    allowed = ["'self'"]
    for name in brand().domains:
        if "." in name and not name.replace(".", "").isdigit():
            allowed += [f"https://{name}", f"https://*.{name}"]
        else:
            allowed += [f"http://{name}:*", f"https://{name}:*"]
    return allowed


@cache_control(public=True, max_age=_HOUR)
def widget_script(request: HttpRequest) -> HttpResponse:
    """`<script src="…/widget.js" defer></script>` puts a button on the page that opens the chat."""
    values = {"origin": request.build_absolute_uri("/").rstrip("/")}
    return render(request, "customer/widget.js", values, content_type="text/javascript; charset=utf-8")


@private
@xframe_options_exempt
@csp_replace({"frame-ancestors": frame_ancestors()})
def widget_frame(request: HttpRequest) -> HttpResponse:
    """The chat for a signed-in customer; for others the ways to us, and a link to sign in on our own page."""
    actor = customer_of(request)
    if actor is None:
        return render(request, "customer/widget_door.html", reach_values())
    values = {**talk_values(actor, clock.now()), "framed": True}
    return render(request, "customer/chat.html", values)
