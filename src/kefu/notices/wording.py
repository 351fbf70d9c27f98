"""The words of a message, in its reader's language. Values in, text out.

What leaves the house holds only words of the house: `OURS` are values that we or a bank made; another person's name is
cut to its first character; every other value stays in the app. So a new kind cannot carry a stranger's words out.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from kefu.core.brand import brand
from kefu.notices.kinds import SECURITY, Kind
from kefu.notices.rules import place_of
from kefu.rails.queries.names import bank_text

OURS = frozenset(
    {"amount", "fee", "owed", "taken", "no", "case", "bank", "last4", "card", "reason", "materials", "device", "email"}
    | {"staff", "limit"}
)
TRANSLATED = frozenset({"reason"})
"""Values that are words of ours in every kind, kept in the source language."""
BANK_LABELS = frozenset({"bank", "card", "account"})
"""Values that name a bank, alone or with a card's end: its name is the reader's."""
PERSONS = frozenset({"payee", "payer"})


def language_of(language: str) -> str:
    """One of the two that we write."""
    return "en" if language.startswith("en") else "zh-hans"


def local_time(iso: str, zone: ZoneInfo) -> str:
    """`2026-11-20 14:03`, in the wallet's zone."""
    return f"{datetime.fromisoformat(iso).astimezone(zone):%Y-%m-%d %H:%M}"


def shown_values(values: dict[str, str], zone: ZoneInfo) -> dict[str, str]:
    return {
        name: local_time(value, zone) if name == "at" or name.endswith("_at") else str(value)
        for name, value in values.items()
    }


def notice_words(kind: Kind, values: dict[str, str], zone: ZoneInfo) -> tuple[str, str]:
    """Title and text in the active language."""
    ours = {name: _(values[name]) for name in TRANSLATED | set(kind.words) if values.get(name)}
    if values.get("materials"):
        ours["materials"] = _("、").join(_(one) for one in values["materials"].split("、"))
    ours |= {name: bank_text(values[name]) for name in BANK_LABELS & values.keys()}
    return str(kind.title), str(kind.text) % shown_values(values | ours, zone)


def mail_values(values: Mapping[str, str]) -> dict[str, str]:
    """The values as they may leave by mail."""
    kept = {}
    for name, value in values.items():
        if name in OURS or name == "at" or name.endswith("_at"):
            kept[name] = str(value)
        elif name in PERSONS:
            kept[name] = f"{str(value).strip()[:1] or '*'}***"
        else:
            kept[name] = _("（请在应用内查看）")
    return kept


def notice_mail(kind: Kind, values: Mapping[str, str], ref: str) -> dict[str, str]:
    """Subject, text and HTML of a notice's mail in the active language. The link is to a page of our own that asks
    for sign-in.
    """
    title, text = notice_words(kind, mail_values(values), brand().zone)
    link = f"{settings.KEFU_URL.rstrip('/')}{place_of(ref)}"
    return _mail(title, text, link=link, security=kind.group == SECURITY)


def _mail(title: str, text: str, *, link: str, security: bool) -> dict[str, str]:
    language = get_language() or ""
    name = brand().localized_name(language)
    given = {
        "title": title,
        "text": text,
        "link": link,
        "security": security,
        "name": name,
        "company": brand().localized_company(language),
        "settings": f"{settings.KEFU_URL.rstrip('/')}/me/notices/settings/",
        "language": "en" if language.startswith("en") else "zh-Hans",
        "colour": brand().colour,
    }
    plain = render_to_string("notices/mail.txt", given).strip() + "\n"
    return {"subject": f"{name} · {title}", "text": plain, "html": render_to_string("notices/mail.html", given)}


def code_mail(code: str, minutes: int, language: str) -> dict[str, str]:
    """The mail that carries a code to prove an address: no link in it."""
    with override(language_of(language)):
        text = _("验证码 %(code)s，用于绑定这个邮箱，%(minutes)s 分钟内有效。") % {"code": code, "minutes": minutes}
        return _mail(_("邮箱验证码"), text + _("请勿告诉任何人，客服也不会索要。"), link="", security=True)


def code_words(code: str, purpose: str, minutes: int, language: str) -> str:
    """The text of a one-time code: what it is for, how long, and that nobody may ask for it."""
    with override(language_of(language)):
        texts = {
            "sign_up": _("验证码 %(code)s，用于注册，%(minutes)s 分钟内有效。"),
            "sign_in": _("验证码 %(code)s，用于登录，%(minutes)s 分钟内有效。"),
            "reset_password": _("验证码 %(code)s，用于重设登录密码，%(minutes)s 分钟内有效。"),
        }
        text = texts.get(purpose, _("验证码 %(code)s，%(minutes)s 分钟内有效。"))
        never = _("请勿告诉任何人，客服也不会索要。")
        return text % {"code": code, "minutes": minutes} + never
