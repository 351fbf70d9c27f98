"""How to reach people, as public pages show it: hours, open now, the wait right now; for machines too."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from kefu.core import clock
from kefu.core.brand import brand
from kefu.desk import queries as desk
from kefu.web.words import open_until, wait_words

_SCRIPT_SAFE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def reach_values() -> dict[str, Any]:
    """For `parts/reach.html`."""
    is_open, changes_at = open_until(clock.now())
    wait = desk.wait_now()
    return {
        "is_open": is_open,
        "changes_at": changes_at,
        "wait": wait_words(wait.wait_low_s, wait.wait_high_s),
    }


def contact_markup(request: HttpRequest) -> SafeString:
    """schema.org Organization with its contact point, as JSON-LD."""
    house = brand()
    closes = "23:59" if house.hours_close == "24:00" else house.hours_close
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    body = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": house.name,
        "alternateName": house.name_en,
        "legalName": house.company,
        "url": request.build_absolute_uri("/"),
        "email": house.mail,
        "contactPoint": {
            "@type": "ContactPoint",
            "contactType": "customer service",
            "telephone": house.hotline,
            "email": house.mail,
            "availableLanguage": ["zh-Hans", "en"],
            "hoursAvailable": {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": days,
                "opens": house.hours_open,
                "closes": closes,
            },
        },
    }
    text = json.dumps(body, ensure_ascii=False).translate(_SCRIPT_SAFE)
    return mark_safe(text)  # noqa: S308 - nothing in it can close the script element
