"""Where banks call us: rails decides everything, this door only hands the request over as it came."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kefu.core import clock
from kefu.rails import actions as rails


# Signed by the bank instead of a CSRF token: there is no browser and no cookie in it.
@csrf_exempt
@require_POST
def bank_advice(request: HttpRequest, connector: str) -> HttpResponse:
    """Written down first, confirmed by asking, applied once; a forged one is recorded and answered 401."""
    receipt = rails.receive_callback(
        connector_code=connector,
        method=str(request.method),
        path=request.get_full_path(),
        headers=request.headers,
        body=request.body,
        now=clock.now(),
    )
    return HttpResponse(status=receipt.http_status)
