"""Ways into a sitting: phone and code, phone and password, 工号 and password; and back in by a code."""

import dataclasses
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kefu.core.actor import SYSTEM
from kefu.core.refusal import Refusal
from kefu.identity.actions.attempt import Try, count_try, forgive_tries, give_back_try
from kefu.identity.actions.code import use_code
from kefu.identity.actions.password import (
    PasswordGiven,
    PasswordSame,
    hash_of_new,
    judge_password,
    known_by,
    store_password,
)
from kefu.identity.actions.person import checked_name, register_customer
from kefu.identity.actions.session import open_session
from kefu.identity.models import User
from kefu.identity.rules.attempt import PER_ACCOUNT, PER_SOURCE
from kefu.identity.rules.phone import normal_phone
from kefu.identity.values import SignedIn, actor_of

_NOBODY = make_password("compared with when there is no such account, so that both take as long")


class SignInWrong(Refusal):
    code = "identity.sign_in.wrong"
    status = 422
    text = _("账号或密码不对，请检查后再试。忘记密码可以用短信验证码登录。")
    operator = "no active account with this login and password"


@dataclasses.dataclass(frozen=True)
class Browser:
    """Where a sign-in comes from: network address, the token of the device cookie, and its user agent."""

    source: str = ""
    device_token: str = ""
    label: str = ""


def _count(login: str, browser: Browser, now: datetime) -> tuple[Try, Try]:
    account = count_try(what="password", subject=login, patience=PER_ACCOUNT, now=now)
    source = count_try(what="source", subject=browser.source, patience=PER_SOURCE, now=now)
    return account, source


def _open(user: User, method: str, browser: Browser, now: datetime) -> SignedIn:
    with transaction.atomic():
        return open_session(
            user=user,
            method=method,
            source=browser.source,
            device_token=browser.device_token,
            device_label=browser.label,
            now=now,
        )


def sign_in_with_password(
    *, login: str, password: str, kind: str, browser: Browser, now: datetime, new: str = ""
) -> SignedIn:
    """A customer by phone, a member of staff by 工号, a merchant by login (`kind` is `customer`, `staff`, `merchant`).

    A password that somebody else chose opens nothing until `new` takes its place, in the same step. Refuses with
    `identity.sign_in.wrong`, the same for an unknown account, `identity.attempt.locked`, `identity.password.given`
    (`new` is wanted) and, of `new`, `identity.password.*`.
    """
    login = (normal_phone(login) if kind == User.CUSTOMER else None) or login.strip()[:64]
    login = login.lower() if kind == User.MERCHANT else login
    account, source = _count(login, browser, now)
    user = User.objects.filter(login=login, kind=kind, is_active=True).first()
    right = check_password(password, user.password if user and user.has_usable_password() else _NOBODY)
    if user is None or not right or not user.has_usable_password():
        raise SignInWrong()
    forgive_tries(account)
    give_back_try(source)
    if user.password_given:
        return _take_over(user, password, new, browser, now)
    return _open(user, "password", browser, now)


def _take_over(user: User, given: str, new: str, browser: Browser, now: datetime) -> SignedIn:
    """The owner's own password instead of the one that they were given; then they are in."""
    if not new:
        raise PasswordGiven()
    if new == given:
        raise PasswordSame()
    hashed = hash_of_new(new, person=known_by(user))
    with transaction.atomic():
        # Of two who come with the given word at once, one finds that it has died.
        if not User.objects.filter(pk=user.pk, password_given=True).update(password_given=False):
            raise SignInWrong()
        store_password(actor=actor_of(user), user=user, hashed=hashed, keep="", now=now)
        return _open(user, "password", browser, now)


def sign_in_with_code(*, phone: str, code: str, browser: Browser, now: datetime) -> SignedIn:
    """A customer by the code that `request_code(purpose="sign_in")` sent. Refuses with
    `identity.code.wrong` (the same for an unknown phone) and `identity.attempt.locked`.
    """
    source = count_try(what="source", subject=browser.source, patience=PER_SOURCE, now=now)
    proved = use_code(phone=phone, purpose="sign_in", code=code, now=now)
    user = User.objects.filter(login=proved, kind=User.CUSTOMER, is_active=True).first()
    if user is None:
        raise SignInWrong()
    give_back_try(source)
    return _open(user, "code", browser, now)


def sign_up_with_code(
    *,
    phone: str,
    code: str,
    name: str,
    password: str,
    browser: Browser,
    now: datetime,
    language: str = "zh-hans",
) -> SignedIn:
    """A new customer, signed in. A phone that is known leads to its owner's sitting: the code proved it.

    `password` may be empty. Everything about name and password is judged before the code is used up.
    Refuses with `identity.code.wrong`, `identity.attempt.locked` and what `register_customer` refuses.
    """
    source = count_try(what="source", subject=browser.source, patience=PER_SOURCE, now=now)
    name = checked_name(name)
    if password:
        judge_password(password, person=(phone, name))
    proved = use_code(phone=phone, purpose="sign_up", code=code, now=now)
    known = User.objects.filter(login=proved, kind=User.CUSTOMER).first()
    if known is None:
        register_customer(
            actor=SYSTEM, phone=proved, name=name, password=password, now=now, language=language
        )
    elif not known.is_active:
        raise SignInWrong()
    give_back_try(source)
    user = known or User.objects.get(login=proved)
    return dataclasses.replace(_open(user, "code", browser, now), is_new_customer=known is None)


def reset_password(*, phone: str, code: str, new: str, browser: Browser, now: datetime) -> SignedIn:
    """A new password after a code sent for `reset_password`: every sitting ends, a new one begins, the
    owner is told.

    Refuses with `identity.password.*`, `identity.code.wrong` and `identity.attempt.locked`.
    """
    source = count_try(what="source", subject=browser.source, patience=PER_SOURCE, now=now)
    login = normal_phone(phone) or phone
    user = User.objects.filter(login=login, kind=User.CUSTOMER, is_active=True).first()
    hashed = hash_of_new(new, person=known_by(user) if user else (login,))
    use_code(phone=phone, purpose="reset_password", code=code, now=now)
    if user is None:
        raise SignInWrong()
    give_back_try(source)
    with transaction.atomic():
        store_password(actor=actor_of(user), user=user, hashed=hashed, keep="", now=now)
        return _open(user, "reset", browser, now)
