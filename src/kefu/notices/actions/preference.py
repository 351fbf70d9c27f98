"""What a customer wants by mail, and when not."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.core.refusal import NotFound, Refusal
from kefu.notices import rules
from kefu.notices.kinds import GROUPS, SECURITY
from kefu.notices.models import Mute, QuietHours


class GroupNeverMuted(Refusal):
    code = "notices.group.never_muted"
    status = 422
    text = _("账户安全的通知不能关闭，它们能及时告诉您异常情况。没有改动。")
    operator = "security notices cannot be muted"


class QuietUnreadable(Refusal):
    code = "notices.quiet.unreadable"
    status = 422
    text = _("请填写两个不同的时间，例如 22:00 和 08:00。原来的设置没有改动。")
    operator = "quiet hours are two different times HH:MM, or none"


def set_mail(*, actor: Actor, group: str, on: bool, now: datetime) -> None:
    """Stop or resume the mails of one group; notices in the app stay.

    Refuses `notices.group.never_muted` (security) and `core.thing.not_found` (no such group).
    """
    if actor.kind != "customer" or group not in GROUPS:
        raise NotFound()
    if group == SECURITY and not on:
        raise GroupNeverMuted()
    with transaction.atomic():
        if on:
            changed = bool(Mute.objects.filter(user_id=actor.uuid, group=group).delete()[0])
        else:
            _row, changed = Mute.objects.get_or_create(user_id=actor.uuid, group=group, defaults={"since": now})
        if changed:
            data = {"group": group, "on": on}
            audit.record(actor=actor, action="notices.set_mail", subject=actor.ref, now=now, data=data)


def set_quiet_hours(*, actor: Actor, begin: str, end: str, now: datetime) -> None:
    """Keep mails that are not about security back between two local times (`22:00`, `08:00`); empty: never.

    Refuses `notices.quiet.unreadable`.
    """
    if actor.kind != "customer":
        raise NotFound()
    hours = rules.read_hours(begin, end)
    if hours is None and (begin or end):
        raise QuietUnreadable()
    with transaction.atomic():
        if hours is None:
            QuietHours.objects.filter(user_id=actor.uuid).delete()
        else:
            begin_minute, end_minute = hours
            QuietHours.objects.update_or_create(
                user_id=actor.uuid, defaults={"begin_minute": begin_minute, "end_minute": end_minute, "since": now}
            )
        data = {"begin": begin, "end": end}
        audit.record(actor=actor, action="notices.set_quiet_hours", subject=actor.ref, now=now, data=data)


def wants_mail(user_id: UUID, group: str) -> bool:
    return group == SECURITY or not Mute.objects.filter(user_id=user_id, group=group).exists()


def quiet_until(user_id: UUID, *, now: datetime) -> datetime | None:
    """When this person's quiet hours end, if `now` is in them."""
    row = QuietHours.objects.filter(user_id=user_id).first()
    return None if row is None else rules.end_of_quiet(row.begin_minute, row.end_minute, now=now, zone=brand().zone)
