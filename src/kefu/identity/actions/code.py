"""One-time codes: six digits, ten minutes, once, for one phone or mail address and one purpose."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kefu.core.ids import new_id
from kefu.core.refusal import Refusal
from kefu.identity.actions.attempt import count_try, forgive_tries
from kefu.identity.models import OneTimeCode, User
from kefu.identity.rules import attempt as limits
from kefu.identity.rules.phone import normal_phone

Purpose = Literal["sign_up", "sign_in", "reset_password"]


class PhoneUnreadable(Refusal):
    code = "identity.phone.unreadable"
    status = 422
    text = _("这个手机号看起来不对，请检查后重新填写。")
    operator = "not a phone number"


class CodeTooSoon(Refusal):
    code = "identity.code.too_soon"
    status = 429
    text = _("验证码刚刚发出，请等 %(seconds)s 秒再重新获取。")
    operator = "another code may be asked for in %(seconds)s seconds"


class CodeTooMany(Refusal):
    code = "identity.code.too_many"
    status = 429
    text = _("获取验证码的次数太多，请过一会儿再试，或联系人工客服。您的账户不受影响。")
    operator = "too many codes for this phone or source"


class CodeWrong(Refusal):
    code = "identity.code.wrong"
    status = 422
    text = _("验证码不对，或者已经失效。请核对短信里最新的 6 位数字，或重新获取。")
    operator = "code is wrong, used, replaced or expired"


def read_phone(given: str) -> str:
    """E.164, or the refusal `identity.phone.unreadable`."""
    phone = normal_phone(given)
    if phone is None:
        raise PhoneUnreadable()
    return phone


def digest_of(code_id: UUID, purpose: str, address: str, code: str) -> bytes:
    """Keyed, so that a copy of the table does not give up a million-to-one code in a second."""
    key = hashlib.sha256(b"identity.code:" + settings.SECRET_KEY.encode()).digest()
    return hmac.digest(key, f"{code_id}:{purpose}:{address}:{code}".encode(), hashlib.sha256)


def check_pace(address: str, source: str, now: datetime) -> None:
    """Refuses `identity.code.too_soon` and `identity.code.too_many`."""
    hour, day = now - timedelta(hours=1), now - timedelta(days=1)
    made = list(
        OneTimeCode.objects.filter(address=address, created_at__gt=day)
        .order_by("-created_at")
        .values_list("created_at", flat=True)
    )
    if made and made[0] > now - limits.CODE_PAUSE:
        raise CodeTooSoon(seconds=int((made[0] + limits.CODE_PAUSE - now).total_seconds()) or 1)
    by_hour = sum(at > hour for at in made)
    by_source = OneTimeCode.objects.filter(source=source, created_at__gt=hour).count() if source else 0
    if (
        by_hour >= limits.CODES_PER_PHONE_HOUR
        or len(made) >= limits.CODES_PER_PHONE_DAY
        or by_source >= limits.CODES_PER_SOURCE_HOUR
    ):
        raise CodeTooMany()


def request_code(*, phone: str, purpose: Purpose, now: datetime, source: str = "", language: str = "") -> int:
    """Have a code sent to `phone`; it replaces an earlier one. Returns for how many seconds it is good.

    A code to sign in or to reset a password leaves only when there is such a customer; the answer, the limits
    and the rows written are the same either way. Refuses with `identity.phone.unreadable`,
    `identity.code.too_soon` and `identity.code.too_many`.
    """
    phone = read_phone(phone)
    code = f"{secrets.randbelow(1_000_000):06d}"
    code_id = new_id()
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two requests at once must not both find the pause over.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"code:{phone}"])
        check_pace(phone, source, now)
        customer = User.objects.filter(login=phone, kind=User.CUSTOMER, is_active=True).first()
        OneTimeCode.objects.filter(address=phone, purpose=purpose, ended_at=None).update(ended_at=now)
        leaves = purpose == "sign_up" or customer is not None
        OneTimeCode.objects.create(
            id=code_id,
            address=phone,
            purpose=purpose,
            digest=digest_of(code_id, purpose, phone, code) if leaves else secrets.token_bytes(32),
            source=source,
            created_at=now,
            expires_at=now + limits.CODE_LASTS,
        )
        if leaves:
            send_code = import_string(settings.IDENTITY_SEND_CODE)
            spoken = customer.language if customer else language
            send_code(phone=phone, code=code, now=now, purpose=purpose, language=spoken)
    return int(limits.CODE_LASTS.total_seconds())


def use_code(*, phone: str, purpose: Purpose, code: str, now: datetime) -> str:
    """Use the code up; returns the phone in E.164 as proof. Refuses with `identity.code.wrong` or
    `identity.attempt.locked`.

    Each call counts a try before it compares, and one statement uses the code up: of two right ones in
    parallel one wins. To be called outside the caller's transaction.
    """
    phone = read_phone(phone)
    tried = count_try(what=f"code:{purpose}", subject=phone, patience=limits.PER_ACCOUNT, now=now)
    row = (
        OneTimeCode.objects.filter(address=phone, purpose=purpose, ended_at=None, expires_at__gt=now)
        .order_by("-created_at")
        .first()
    )
    if row is None:
        raise CodeWrong()
    redeem(row, code, now=now)
    forgive_tries(tried)
    return phone


def redeem(row: OneTimeCode, code: str, *, now: datetime) -> None:
    """Use up this very code, or `identity.code.wrong`. The row counts its tries itself."""
    open_row = OneTimeCode.objects.filter(pk=row.pk, ended_at=None, tries__lt=limits.CODE_TRIES)
    if not open_row.update(tries=F("tries") + 1):
        raise CodeWrong()
    right = hmac.compare_digest(bytes(row.digest), digest_of(row.id, row.purpose, row.address, code.strip()))
    if not right or not OneTimeCode.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now):
        raise CodeWrong()
