"""Who becomes a customer or a member of staff, and how each binding of a phone or address is recorded."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.ids import new_id
from kefu.core.refusal import Refusal
from kefu.identity.actions.code import read_phone
from kefu.identity.actions.email import checked_email
from kefu.identity.actions.password import hash_of_new
from kefu.identity.events import CUSTOMER_REGISTERED, topic_of
from kefu.identity.models import Consent, ContactPoint, User
from kefu.identity.queries.access import require
from kefu.identity.rules.name import merchant_login_fits, name_fault, staff_no_fits
from kefu.identity.values import Person, person_of


class NameUnusable(Refusal):
    code = "identity.name.unusable"
    status = 422
    text = _("姓名请填 1 到 40 个字，不要有换行、尖括号或网址。")
    operator = "name is empty, too long or holds characters that names do not have"


class PhoneTaken(Refusal):
    code = "identity.customer.phone_taken"
    text = _("这个手机号已经有账户了。请直接登录；没有新开账户。")
    operator = "a customer with this phone exists"


class StaffNoUnfit(Refusal):
    code = "identity.staff.no_unfit"
    status = 422
    text = _("工号不符合规定的格式，请检查后重新填写。")
    operator = "staff number does not match the brand's pattern"


class StaffNoTaken(Refusal):
    code = "identity.staff.no_taken"
    text = _("这个工号已经有人用过。工号不重复使用，请换一个。")
    operator = "staff number was given before"


class LoginUnfit(Refusal):
    code = "identity.login.unfit"
    status = 422
    text = _("商户账号用 4 到 32 个小写字母、数字或短横线，以字母开头。没有改动。")
    operator = "a merchant's login is 4 to 32 of a-z, 0-9 and -, beginning with a letter"


class LoginTaken(Refusal):
    code = "identity.login.taken"
    text = _("这个商户账号已经有人用了，请换一个。没有改动。")
    operator = "the login exists"


class LeadUnfit(Refusal):
    code = "identity.staff.lead_unfit"
    status = 422
    text = _("指定的组长不存在，或者不是在职员工。没有改动。")
    operator = "lead is not an active member of staff"


def checked_name(name: str) -> str:
    """Without the spaces around it. Refuses with `identity.name.unusable`."""
    if name_fault(name):
        raise NameUnusable()
    return name.strip()


def _bind(user: User, kind: str, value: str, *, confirmed: bool, now: datetime) -> None:
    if value:
        ContactPoint.objects.create(
            user=user, kind=kind, value=value, bound_at=now, confirmed_at=now if confirmed else None
        )


def register_customer(
    *,
    actor: Actor,
    phone: str,
    name: str,
    password: str,
    now: datetime,
    language: str = "zh-hans",
    email: str = "",
    consents: Sequence[tuple[str, str]] = (),
) -> Person:
    """Make a customer whose phone was proved by a code before. An empty password: signs in by code only.

    `consents` are (kind, version) of the texts agreed to. Refuses with `identity.phone.unreadable`,
    `identity.customer.phone_taken`, `identity.name.unusable`, `identity.email.unreadable` and
    `identity.password.*`.
    """
    phone, name, email = read_phone(phone), checked_name(name), checked_email(email)
    hashed = hash_of_new(password, person=(phone, name, email)) if password else make_password(None)
    user = User(
        id=new_id(),
        kind=User.CUSTOMER,
        login=phone,
        name=name,
        phone=phone,
        email=email,
        language=language,
        password=hashed,
        created_at=now,
    )
    with transaction.atomic():
        _insert(user, PhoneTaken)
        _bind(user, "phone", phone, confirmed=True, now=now)
        _bind(user, "email", email, confirmed=False, now=now)
        Consent.objects.bulk_create(
            Consent(user=user, kind=kind, version=version, given_at=now) for kind, version in consents
        )
        audit.record(actor=actor, action="identity.register_customer", subject=f"user:{user.id}", now=now)
        events.announce(
            kind=CUSTOMER_REGISTERED,
            key=str(user.id),
            topics=[topic_of(user.kind, user.id)],
            payload={"customer": str(user.id)},
            now=now,
        )
    return person_of(user)


def _insert(user: User, taken: type[Refusal]) -> None:
    """The unique constraint decides between two at once; in a savepoint, so that the caller lives on."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as problem:
        if User.objects.filter(login=user.login).exists():
            raise taken() from problem
        raise


def register_staff(
    *,
    actor: Actor,
    staff_no: str,
    name: str,
    alias: str,
    role: str,
    password: str,
    now: datetime,
    lead_id: UUID | None = None,
) -> Person:
    """Make a member of staff; their 工号 is how they sign in and is never used again. Operators only. The password that
    a colleague chose for them only lets them choose their own.

    Refuses with `identity.staff.*`, `identity.name.unusable`, `identity.password.*`,
    `identity.role.insufficient`.
    """
    require(actor=actor, action="identity.register_staff", now=now)
    if not staff_no_fits(staff_no, brand().staff_no_pattern):
        raise StaffNoUnfit()
    if lead_id and not User.objects.filter(pk=lead_id, kind=User.STAFF, is_active=True).exists():
        raise LeadUnfit()
    user = User(
        id=new_id(),
        kind=User.STAFF,
        login=staff_no,
        staff_no=staff_no,
        name=checked_name(name),
        alias=checked_name(alias or name),
        role=role,
        lead_id=lead_id,
        password=hash_of_new(password, person=(name, alias, staff_no)),
        password_given=actor.is_staff,
        created_at=now,
    )
    with transaction.atomic():
        _insert(user, StaffNoTaken)
        audit.record(
            actor=actor,
            action="identity.register_staff",
            subject=f"user:{user.id}",
            now=now,
            data={"staff_no": staff_no, "role": role, "lead": lead_id},
        )
    return person_of(user)


def register_merchant_login(*, actor: Actor, login: str, name: str, password: str, now: datetime) -> Person:
    """Make a login for who acts for a merchant; which one, the wallet knows. It never looks like a phone number.
    The password that one of the staff chose for it only lets its owner choose their own.

    Refuses `identity.login.unfit`, `identity.login.taken`, `identity.name.unusable`, `identity.password.*`,
    `identity.role.insufficient`.
    """
    require(actor=actor, action="wallet.register_merchant", now=now)
    known_as = login.strip().lower()
    if not merchant_login_fits(known_as):
        raise LoginUnfit()
    user = User(
        id=new_id(),
        kind=User.MERCHANT,
        login=known_as,
        name=checked_name(name),
        password=hash_of_new(password, person=(name, known_as)),
        password_given=actor.is_staff,
        created_at=now,
    )
    with transaction.atomic():
        _insert(user, LoginTaken)
        subject = f"user:{user.id}"
        audit.record(actor=actor, action="identity.register_merchant_login", subject=subject, now=now)
    return person_of(user)


def change_language(*, actor: Actor, language: str) -> None:
    """Remember in which language the person reads (`zh-hans` or `en`)."""
    User.objects.filter(pk=actor.uuid).update(language="en" if language.startswith("en") else "zh-hans")
