"""The first operator of an installation: invited on its machine, enrolled on the console by a one-time
link.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import Refusal
from kefu.identity.actions.person import register_staff
from kefu.identity.models import Enrolment, User
from kefu.identity.values import Person

LASTS = timedelta(hours=24)


class OperatorThere(Refusal):
    code = "identity.enrolment.operator_there"
    text = _("已经有运营人员了。请由现有的运营人员添加同事。")
    operator = "there is an operator already; they register their colleagues"


class EnrolmentSpent(Refusal):
    code = "identity.enrolment.spent"
    status = 410
    text = _("这个链接已经用过或过期。请在服务器上运行 ./kefu enrol 重新生成。")
    operator = "enrolment link is unknown, used, replaced or expired"


@dataclass(frozen=True)
class Invitation:
    """The path of the one-time page and until when it works. The token is nowhere else in clear."""

    path: str
    until: datetime


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _operator_there() -> bool:
    return User.objects.filter(role=User.OPERATOR, is_active=True).exists()


def invite_first_operator(*, actor: Actor, now: datetime) -> Invitation:
    """Make the link, good for 24 hours and once; an earlier one ends. Refuses
    `identity.enrolment.operator_there`.
    """
    if _operator_there():
        raise OperatorThere()
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Enrolment.objects.filter(used_at=None).update(used_at=now)
        row = Enrolment.objects.create(digest=_digest(token), made_at=now, until=now + LASTS)
        audit.record(
            actor=actor, action="identity.invite_first_operator", subject=f"enrolment:{row.id}", now=now
        )
    return Invitation(f"/console/enrol/{token}/", now + LASTS)


def check_enrolment(*, token: str, now: datetime) -> None:
    """For the page that the link opens. Refuses with `identity.enrolment.spent` or `.operator_there`."""
    if _operator_there():
        raise OperatorThere()
    if not Enrolment.objects.filter(digest=_digest(token), used_at=None, until__gt=now).exists():
        raise EnrolmentSpent()


def enrol_first_operator(
    *, token: str, staff_no: str, name: str, alias: str, password: str, now: datetime
) -> Person:
    """Make the operator. Of two that use the link at once one wins; a refused form leaves it usable.

    Refuses with `identity.enrolment.*` and what `register_staff` refuses.
    """
    check_enrolment(token=token, now=now)
    with transaction.atomic():
        if not Enrolment.objects.filter(digest=_digest(token), used_at=None, until__gt=now).update(
            used_at=now
        ):
            raise EnrolmentSpent()
        person = register_staff(
            actor=SYSTEM,
            staff_no=staff_no,
            name=name,
            alias=alias,
            role=User.OPERATOR,
            password=password,
            now=now,
        )
        Enrolment.objects.filter(digest=_digest(token)).update(user_id=person.id)
    return person
