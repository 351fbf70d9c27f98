"""The words of a message, in its reader's language. Pure: values in, text out."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from kefu.notices.kinds import Kind


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
    return str(kind.title), str(kind.text) % shown_values(values, zone)


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
