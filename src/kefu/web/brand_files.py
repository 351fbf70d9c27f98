"""Files drawn from the brand: the mark in its colour, and the card by which a phone installs the pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control

from kefu.core.brand import brand
from kefu.web.templatetags.kefu import icon_shape

_DAY = 24 * 3600


@cache_control(public=True, max_age=_DAY)
def mark(_request: HttpRequest) -> HttpResponse:
    """The brand's mark as SVG, for tabs and home screens."""
    drawing = format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        '<rect width="48" height="48" rx="13" fill="{}"/>'
        '<g transform="translate(12 12)" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" '
        'stroke-linejoin="round">{}</g></svg>',
        brand().colour,
        mark_safe(icon_shape(brand().logo)),  # noqa: S308 - our own file
    )
    return HttpResponse(drawing, content_type="image/svg+xml")


@cache_control(public=True, max_age=_DAY)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest."""
    name = brand().localized_name(getattr(request, "LANGUAGE_CODE", ""))
    body = {
        "name": name,
        "short_name": name,
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f4f6f3",
        "theme_color": brand().colour,
        "icons": [{"src": "/mark.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(body, content_type="application/manifest+json")
