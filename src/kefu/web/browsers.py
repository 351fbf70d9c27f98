"""Where a request comes from: network address, device cookie, and the browser's name as people say it."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kefu.identity.actions import Browser

DEVICE_COOKIE = "kefu_device"
_YEAR = 365 * 24 * 3600
_BROWSERS = (
    (r"MicroMessenger", "微信"),
    (r"Edg", "Edge"),
    (r"OPR|Opera", "Opera"),
    (r"Firefox|FxiOS", "Firefox"),
    (r"Chrome|CriOS|Chromium", "Chrome"),
    (r"Safari", "Safari"),
)
_SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"HarmonyOS|OpenHarmony", "HarmonyOS"),
    (r"Android", "Android"),
    (r"Windows", "Windows"),
    (r"Macintosh", "Mac"),
    (r"Linux", "Linux"),
)


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for form, name in table if re.search(form, text)), "")


def browser_name(agent: str) -> str:
    """`Chrome · Android`, or '' for what is none of the known ones."""
    agent = agent[:400]
    return " · ".join(filter(None, (_first(_BROWSERS, agent), _first(_SYSTEMS, agent))))


def source_of(request: HttpRequest) -> str:
    """The caller's network address; behind our TLS proxy the one that the proxy saw."""
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        seen = request.headers.get("X-Forwarded-For", seen).split(",")[-1].strip()
    return str(seen)[:64]


def browser_of(request: HttpRequest) -> Browser:
    return Browser(
        source=source_of(request),
        device_token=request.COOKIES.get(DEVICE_COOKIE, "")[:128],
        label=browser_name(request.headers.get("User-Agent", "")),
    )


def keep_device(response: HttpResponse, token: str) -> None:
    """Have the browser show the same device at its next sign-in."""
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(DEVICE_COOKIE, token, max_age=_YEAR, samesite="Lax", secure=secure, httponly=True)
