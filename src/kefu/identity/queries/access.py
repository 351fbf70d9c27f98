"""May this actor do this now? One table answers, and the grants that staff hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, clock
from kefu.core.actor import Actor
from kefu.core.masks import mask_email
from kefu.core.refusal import NotFound, Refusal
from kefu.identity.models import ContactPoint, Grant, RiskSignal, Session, StepUp, User
from kefu.identity.rules.level import LEVELS, MERCHANT, ROLES
from kefu.identity.values import CustomerCard, GrantView, person_of

_HOW = {
    "V1": _("请先登录。"),
    "V2": _("请输入 6 位支付密码确认，五分钟内有效。"),
    "V3": _("还需要重新核验身份，这一步目前不能在线上完成；请联系人工客服，由专人核验后为您办理。"),
}


class LevelInsufficient(Refusal):
    code = "identity.level.insufficient"
    status = 403
    text = _("为了保护您的账户，这一步要先确认是您本人。%(how)s没有任何改动。")
    operator = "%(action)s needs %(needed)s for %(ref)s"


class RoleInsufficient(Refusal):
    code = "identity.role.insufficient"
    status = 403
    text = _("您的岗位不能办理这一项。没有任何改动，请交给有权限的同事。")
    operator = "role %(role)s may not %(action)s"


def insufficient(needed: str, action: str, ref: str) -> LevelInsufficient:
    """The refusal that says which proof is wanted."""
    return LevelInsufficient(needed=needed, how=_HOW[needed], action=action, ref=ref)


def require(*, actor: Actor, action: str, ref: str = "", now: datetime) -> None:
    """Refuse unless the actor may do `action` (a row of `rules.level`) now.

    Customers by level: V2 is a payment PIN given in this sitting for exactly this `ref` within five
    minutes; V3 is met by nothing yet. Staff by role, merchants by their list. The system itself may. Refuses with
    `identity.level.insufficient` (data `needed`, `how`) and `identity.role.insufficient`; an action missing
    from the table is refused to everybody.
    """
    if actor.kind == "system":
        return
    if actor.kind == "staff":
        if actor.role not in ROLES.get(action, frozenset()):
            raise RoleInsufficient(role=actor.role, action=action)
        return
    if actor.kind == "merchant":
        if action not in MERCHANT:
            raise RoleInsufficient(role=actor.kind, action=action)
        return
    needed = LEVELS.get(action, "V3")
    if needed == "V0":
        return
    if actor.kind != "customer":
        raise insufficient("V1", action, ref)
    if needed == "V1":
        return
    if not stepped_up(actor=actor, ref=ref, now=now):
        raise insufficient("V2", action, ref)
    if needed == "V3":
        raise insufficient("V3", action, ref)


def stepped_up(*, actor: Actor, ref: str, now: datetime) -> bool:
    """Whether a second proof for exactly `ref` was given in this sitting and still holds."""
    if not ref:
        return False
    return StepUp.objects.filter(
        user_id=actor.uuid, session=actor.session, ref=ref, proved_at__lte=now, until__gt=now
    ).exists()


def grant_between(*, staff_id: UUID, customer_id: UUID, now: datetime) -> GrantView | None:
    """The open right of this member of staff to see this customer, the longest one; None when there is
    none.
    """
    grant = (
        Grant.objects.filter(
            staff_id=staff_id, customer_id=customer_id, ended_at=None, until__gt=now, staff__is_active=True
        )
        .order_by("-until")
        .first()
    )
    return (
        None
        if grant is None
        else GrantView(grant.id, staff_id, customer_id, grant.purpose, grant.ref, grant.until)
    )


def has_grant(*, staff_id: UUID, customer_id: UUID, now: datetime | None = None) -> bool:
    """Whether this member of staff may see this customer at the moment. A page may leave `now` out."""
    moment = now or clock.now()
    return grant_between(staff_id=staff_id, customer_id=customer_id, now=moment) is not None


def require_grant(*, staff: Actor, customer_id: UUID, now: datetime, held: GrantView | None = None) -> GrantView:
    """The grant, or `core.thing.not_found`: whom one may not see looks as if not there.

    `held` is one that this request was given a moment ago: it is judged here, not asked for again.
    """
    if held and staff.is_staff and (held.staff_id, held.customer_id) == (staff.uuid, customer_id) and held.until > now:
        return held
    grant = grant_between(staff_id=staff.uuid, customer_id=customer_id, now=now) if staff.is_staff else None
    if grant is None:
        raise NotFound()
    return grant


def grants_of(*, customer_id: UUID, now: datetime) -> list[GrantView]:
    """Who may see this customer at the moment."""
    rows = Grant.objects.filter(customer_id=customer_id, ended_at=None, until__gt=now).order_by("given_at")
    return [GrantView(g.id, g.staff_id, g.customer_id, g.purpose, g.ref, g.until) for g in rows]


def customer_card_for(
    *, staff: Actor, customer_id: UUID, now: datetime, held: GrantView | None = None
) -> CustomerCard:
    """Who this customer is, masked, for staff with a grant; the look is written into the audit trail.

    Refuses with `core.thing.not_found`.
    """
    grant = require_grant(staff=staff, customer_id=customer_id, now=now, held=held)
    user = _with_signs(now).get(pk=customer_id, kind=User.CUSTOMER)
    person = person_of(user)
    audit.record(
        actor=staff,
        action="identity.see_customer",
        subject=f"customer:{customer_id}",
        now=now,
        case_ref=grant.ref,
        data={"purpose": grant.purpose},
    )
    return CustomerCard(
        id=user.id,
        masked_name=person.masked_name,
        masked_phone=person.masked_phone,
        masked_email=_masked_email(user),
        email_bounced=user.email_bounced,
        language=user.language,
        customer_since=user.created_at,
        level="V2" if user.stepped else "V1" if user.open_sessions else "V0",
        phone_confirmed_at=user.phone_confirmed_at,
        last_sign_in_at=user.last_sign_in_at,
        open_sessions=user.open_sessions or 0,
        has_payment_pin=person.has_payment_pin,
        is_active=user.is_active,
        risks=tuple(dict.fromkeys(user.risks)),
        grant_purpose=grant.purpose,
        grant_until=grant.until,
    )


def _with_signs(now: datetime) -> QuerySet[Any]:
    """People with what tells how sure one can be of them, in one query."""
    sittings = Session.objects.filter(user=OuterRef("pk"))
    phones = ContactPoint.objects.filter(
        user=OuterRef("pk"), kind="phone", value=OuterRef("phone"), ended_at=None
    )
    bounced = ContactPoint.objects.filter(user=OuterRef("pk"), kind="email", ended_at=None, bounced_at__isnull=False)
    return User.objects.annotate(
        email_bounced=Exists(bounced),
        stepped=Exists(StepUp.objects.filter(user=OuterRef("pk"), method="pin", proved_at__lte=now, until__gt=now)),
        phone_confirmed_at=Subquery(phones.values("confirmed_at")[:1]),
        last_sign_in_at=Subquery(sittings.order_by("-began_at").values("began_at")[:1]),
        open_sessions=Subquery(
            sittings.filter(ended_at=None).order_by().values("user").annotate(n=Count("*")).values("n")
        ),
        risks=ArraySubquery(_signals(OuterRef("pk"), now).values("kind")),
    )


def _signals(customer_id: Any, now: datetime) -> QuerySet[RiskSignal]:
    """Those in force, in the order they arose."""
    return RiskSignal.objects.filter(customer_id=customer_id, since__lte=now, until__gt=now).order_by("since")


def _masked_email(user: User) -> str:
    return mask_email(user.email) if user.email else ""


def risks_of(*, customer_id: UUID, now: datetime) -> list[str]:
    """Kinds of the signals in force, each once, in the order they arose."""
    return list(dict.fromkeys(_signals(customer_id, now).values_list("kind", flat=True)))
