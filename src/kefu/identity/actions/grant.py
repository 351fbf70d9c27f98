"""Rights of one member of staff to see one customer: given and ended by desk and cases."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.identity.models import Grant, User
from kefu.identity.values import GrantView


class GrantUnfit(Refusal):
    code = "identity.grant.unfit"
    status = 422
    text = _("只有在职的客服人员才能查看客户资料，并且要写明期限。没有改动。")
    operator = "grant names somebody who is not active staff, not a customer, or ends before it begins"


def give_grant(
    *,
    actor: Actor,
    staff_id: UUID,
    customer_id: UUID,
    purpose: str,
    ref: str,
    until: datetime,
    now: datetime,
) -> GrantView:
    """Let `staff_id` see `customer_id` until `until`, because of `ref` (a conversation, a case).

    An open grant for the same ref is prolonged. Refuses with `identity.grant.unfit`.
    """
    people = dict(
        User.objects.filter(pk__in=[staff_id, customer_id], is_active=True).values_list("pk", "kind")
    )
    if people != {staff_id: User.STAFF, customer_id: User.CUSTOMER} or until <= now:
        raise GrantUnfit()
    with transaction.atomic():
        grant = _open_grant(staff_id, customer_id, ref) or _new_grant(
            Grant(
                staff_id=staff_id,
                customer_id=customer_id,
                purpose=purpose,
                ref=ref,
                given_at=now,
                until=until,
            )
        )
        if grant.until < until:
            Grant.objects.filter(pk=grant.pk, until__lt=until).update(until=until)
            grant.until = until
        audit.record(
            actor=actor,
            action="identity.give_grant",
            subject=f"customer:{customer_id}",
            now=now,
            case_ref=ref,
            data={"staff": staff_id, "purpose": purpose, "until": grant.until},
        )
    return GrantView(grant.id, staff_id, customer_id, grant.purpose, ref, grant.until)


def _open_grant(staff_id: UUID, customer_id: UUID, ref: str) -> Grant | None:
    return Grant.objects.filter(staff_id=staff_id, customer_id=customer_id, ref=ref, ended_at=None).first()


def _new_grant(grant: Grant) -> Grant:
    """Of two at once the constraint lets one in; the other takes that one."""
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
            return grant
    except IntegrityError:
        return Grant.objects.get(
            staff_id=grant.staff_id, customer_id=grant.customer_id, ref=grant.ref, ended_at=None
        )


def end_grant(*, actor: Actor, staff_id: UUID, customer_id: UUID, ref: str, now: datetime) -> bool:
    """Take the right back. True when there was one to end."""
    with transaction.atomic():
        ended = Grant.objects.filter(
            staff_id=staff_id, customer_id=customer_id, ref=ref, ended_at=None
        ).update(ended_at=now)
        if ended:
            audit.record(
                actor=actor,
                action="identity.end_grant",
                subject=f"customer:{customer_id}",
                now=now,
                case_ref=ref,
                data={"staff": staff_id},
            )
    return bool(ended)
