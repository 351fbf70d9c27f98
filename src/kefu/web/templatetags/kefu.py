"""How money, times, people and icons are written on every page."""

import functools
from datetime import date, datetime
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kefu.core import clock, masks
from kefu.core.brand import brand
from kefu.core.ids import new_id
from kefu.core.money import Money
from kefu.core.when import spoken_day
from kefu.identity import queries as people
from kefu.rails.queries.names import connector_text, rate_source_text
from kefu.web import words

register = template.Library()
ICONS = Path(__file__).resolve().parents[1] / "icons"


@functools.cache
def icon_shape(name: str) -> str:
    return (ICONS / f"{name}.svg").read_text("ascii").strip()


@register.simple_tag
@functools.cache
def icon(name: str, css: str = "") -> SafeString:
    """The icon `name` as inline SVG: decoration, the words beside it or an aria-label carry the meaning."""
    shape = mark_safe(icon_shape(name))  # noqa: S308 - our own file
    return format_html('<svg class="icon {}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', css, shape)


@register.simple_tag
def money(amount: Money | int, sign: str = "") -> SafeString:
    """An amount (Money, or minor units of CNY) with its currency; `sign` '+' or '-' puts one in front."""
    value = amount if isinstance(amount, Money) else Money(int(amount))
    return format_html('<span class="money">{}</span>', words.money_text(value, sign))


@register.simple_tag
def minor(amount: int, currency: str) -> SafeString:
    """Minor units of `currency`, as they stand on a paper."""
    return money(Money(amount, currency))


@register.simple_tag(takes_context=True)
def when(context: template.Context, at: datetime | None, style: str = "") -> SafeString | str:
    """A moment as people say it, exact to the second on hover. `style`: '' day and time, 'time', 'day'."""
    if at is None:
        return ""
    local = at.astimezone(brand().zone)
    zone = _("北京时间") if brand().timezone == "Asia/Shanghai" else f"{local:%Z}"
    said = words.moment(local, context.get("now") or clock.now(), style)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S} {zone}",
        said,
    )


@register.simple_tag
def day(on: date) -> str:
    """A calendar day in the reader's language."""
    return spoken_day(on)


@register.simple_tag
def fresh_key() -> str:
    """A new id for a form that must act once, however often it is sent."""
    return str(new_id())


@register.simple_tag(takes_context=True)
def lacks_pin(context: template.Context) -> bool:
    """Whether the signed-in customer has no payment PIN yet; asked only where a page wants one."""
    actor = context.get("actor")
    return actor is not None and actor.kind == "customer" and not people.person(actor.uuid).has_payment_pin


register.filter("house", connector_text)
register.filter("rate_source", rate_source_text)


@register.filter
def heard_late(step: object) -> bool:
    """Whether we learned of a step of a timeline a minute or more after it happened."""
    at, heard = getattr(step, "at", None), getattr(step, "heard_at", None)
    return bool(at and heard and (heard - at).total_seconds() >= 60)


@register.filter
def mask_phone(phone: str) -> str:
    return masks.mask_phone(phone or "")


@register.filter
def mask_name(name: str) -> str:
    return masks.mask_name(name or "")


@register.filter
def plain_amount(amount: Money) -> str:
    """`35.50`, for a field that somebody may change."""
    return f"{amount.minor / 100:.2f}"


@register.filter
def initial(name: str) -> str:
    """The letter that stands on a person's round badge."""
    return (name or "?").strip()[:1].upper()


@register.filter
def status_label(status: str) -> str:
    return words.order_status(status)[0]


@register.filter
def status_tone(status: str) -> str:
    return words.order_status(status)[1]


@register.filter
def status_icon(status: str) -> str:
    return words.order_status(status)[2]


@register.filter
def get(mapping: dict[str, object], key: str) -> object:
    return mapping.get(key, "")


@register.simple_tag
def lang_attribute() -> str:
    """The document's language as HTML wants it."""
    return "en" if (get_language() or "").startswith("en") else "zh-Hans"
