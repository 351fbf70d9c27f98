"""Choosing and changing the sign-in password."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, brand, events
from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.identity.actions.attempt import count_try, forgive_tries
from kefu.identity.actions.session import end_sessions
from kefu.identity.events import SECRET_CHANGED, topic_of
from kefu.identity.models import User
from kefu.identity.rules.attempt import PER_ACCOUNT
from kefu.identity.rules.password import ALONE_MIN, MOST, Fault, password_fault


class PasswordTooShort(Refusal):
    code = "identity.password.too_short"
    status = 422
    text = _("密码至少要 %(least)s 个字符。可以用几个不相关的词连起来，好记又安全。")
    operator = "password is shorter than %(least)s characters"


class PasswordTooLong(Refusal):
    code = "identity.password.too_long"
    status = 422
    text = _("密码最多 %(most)s 个字符，请缩短一些。")
    operator = "password is longer than %(most)s characters"


class PasswordTooCommon(Refusal):
    code = "identity.password.too_common"
    status = 422
    text = _("这个密码太常见，容易被猜到，请换一个。")
    operator = "password is on the list of common ones"


class PasswordTooRegular(Refusal):
    code = "identity.password.too_regular"
    status = 422
    text = _("这个密码有明显规律（重复或连续的字符），请换一个。")
    operator = "password is repetitive or a keyboard run"


class PasswordAboutYou(Refusal):
    code = "identity.password.about_you"
    status = 422
    text = _("密码里不要用您的手机号、姓名、生日或邮箱，请换一个。")
    operator = "password contains what its owner is known by"


class PasswordAboutUs(Refusal):
    code = "identity.password.about_us"
    status = 422
    text = _("密码里不要用钱包的名字，请换一个。")
    operator = "password is built on the wallet's name"


class PasswordWrong(Refusal):
    code = "identity.password.wrong"
    status = 422
    text = _("原密码不对，密码没有改动。请再试一次，或用短信验证码重新设置。")
    operator = "old password does not match"


class PasswordGiven(Refusal):
    code = "identity.password.given"
    status = 403
    text = _("这个初始密码是同事为您设的，只能用来换成您自己的密码。请在下面设新密码；换好以前什么都不能办。")
    operator = "the password was chosen by somebody else and has not been replaced yet"


class PasswordSame(Refusal):
    code = "identity.password.same"
    status = 422
    text = _("新密码不能和初始密码一样，请换一个只有您知道的。")
    operator = "the new password is the given one"


_FAULTS: dict[Fault, type[Refusal]] = {
    "too_short": PasswordTooShort,
    "too_long": PasswordTooLong,
    "too_common": PasswordTooCommon,
    "too_regular": PasswordTooRegular,
    "about_you": PasswordAboutYou,
    "about_us": PasswordAboutUs,
}


def judge_password(password: str, *, person: Sequence[str]) -> None:
    """Refuses with `identity.password.*` what does not keep the rules."""
    house = brand.brand()
    names = [house.name, house.name_en, house.company, house.mail.split("@")[1].split(".")[0]]
    words = [*names, *house.name_en.split(), house.name.removesuffix("钱包")]
    fault = password_fault(password, person=person, house=words)
    if fault:
        raise _FAULTS[fault](least=ALONE_MIN, most=MOST)


def hash_of_new(password: str, *, person: Sequence[str]) -> str:
    """The hash to keep of a password that keeps the rules. Refuses with `identity.password.*`.

    Takes tens of milliseconds on purpose, so it comes before the transaction.
    """
    judge_password(password, person=person)
    return make_password(password)


def known_by(user: User) -> tuple[str, ...]:
    """What a password may not be built on."""
    return (user.phone, user.name, user.email, user.staff_no, user.login)


def store_password(*, actor: Actor, user: User, hashed: str, keep: str, now: datetime) -> None:
    """Within the caller's transaction: set the hash, end every other sitting, tell."""
    User.objects.filter(pk=user.pk).update(password=hashed, password_given=False)
    end_sessions(actor=actor, user_id=user.id, keep=keep, reason="password", now=now)
    audit.record(actor=actor, action="identity.change_password", subject=f"user:{user.id}", now=now)
    events.announce(
        kind=SECRET_CHANGED,
        key=str(user.id),
        topics=[topic_of(user.kind, user.id)],
        payload={"user": str(user.id), "what": "password", "at": now.isoformat()},
        now=now,
    )


def change_password(*, actor: Actor, old: str, new: str, now: datetime) -> None:
    """Replace the password by one's own wish; every other sitting ends, the owner is told.

    Refuses with `identity.password.*`, and `identity.attempt.locked` after wrong old ones.
    """
    user = User.objects.get(pk=actor.uuid, is_active=True)
    tried = count_try(what="password", subject=user.login, patience=PER_ACCOUNT, now=now)
    if not check_password(old, user.password):
        raise PasswordWrong()
    forgive_tries(tried)
    hashed = hash_of_new(new, person=known_by(user))
    with transaction.atomic():
        store_password(actor=actor, user=user, hashed=hashed, keep=actor.session, now=now)
