"""Every write of this room: clocks are started, paused where policy allows, stopped, warned about,
breached.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.refusal import NotFound, Refusal
from kefu.core.transition import transition
from kefu.sla import rules
from kefu.sla.events import BREACHED, DUE_SOON
from kefu.sla.models import Deadline
from kefu.sla.queries import ClockView, view_of

PAUSE_REASONS = ("waiting_customer", "waiting_bank", "waiting_police")
_OPEN = (Deadline.RUNNING, Deadline.PAUSED)


class ClockUnknown(Refusal):
    code = "sla.clock.unknown"
    status = 422
    text = _("没有编号为 %(clock)s 的时限规则。没有改动。")
    operator = "no row %(clock)s in the policy pack"


class ClockNotPausable(Refusal):
    code = "sla.clock.not_pausable"
    text = _("这个时限不能暂停。请按期答复，或说明原因申请延期。")
    operator = "policy does not let %(clock)s pause, or the reason is not one of the allowed"


def _row(clock_id: str) -> rules.ClockRow:
    row = rules.pack_cn().get(clock_id)
    if row is None:
        raise ClockUnknown(clock=clock_id[:40])
    return row


def _open_deadline(ref: str, clock_id: str) -> Deadline | None:
    return Deadline.objects.filter(ref=ref, clock_id=clock_id, status__in=_OPEN).first()


def _record(actor: Actor, action: str, deadline: Deadline, now: datetime, **data: Any) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject=f"deadline:{deadline.id}",
        now=now,
        case_ref=deadline.ref,
        data={"clock": deadline.clock_id, "version": deadline.version, "due_at": deadline.due_at, **data},
    )


def start_clock(
    *,
    actor: Actor,
    ref: str,
    clock_id: str,
    now: datetime,
    anchor: datetime | None = None,
    agreed: datetime | None = None,
) -> ClockView:
    """Start the clock `clock_id` on `ref` (a case, say) from `anchor`, when it was received; now when not
    given. `agreed`: due then, as was agreed with whom it binds, in place of the row's own length.

    One that runs already is returned as it is. Refuses with `sla.clock.unknown`.
    """
    row = _row(clock_id)
    started = _open_deadline(ref, clock_id)
    if started is not None:
        return view_of(started, now)
    since = anchor or now
    deadline = Deadline(
        ref=ref,
        clock_id=clock_id,
        version=row.version,
        anchor_at=since,
        due_at=agreed or rules.due_at(row=row, anchor=since, calendar=rules.calendar_cn()),
        started_at=now,
    )
    try:
        with transaction.atomic():
            deadline.save(force_insert=True)
            _record(actor, "sla.start_clock", deadline, now)
    except IntegrityError:
        # Another start was first: its clock is the one that runs.
        return view_of(Deadline.objects.get(ref=ref, clock_id=clock_id, status__in=_OPEN), now)
    return view_of(deadline, now)


def stop_clock(*, actor: Actor, ref: str, clock_id: str, now: datetime) -> ClockView | None:
    """The duty is done. A late stop marks the breach, too. None when no such clock runs."""
    with transaction.atomic():
        deadline = _open_deadline(ref, clock_id)
        if deadline is None:
            return None
        late = deadline.status == Deadline.RUNNING and now > deadline.due_at and deadline.breached_at is None
        changes: dict[str, Any] = {"stopped_at": now}
        if late:
            changes["breached_at"] = deadline.due_at
        if not transition(Deadline, deadline.pk, _OPEN, Deadline.STOPPED, **changes):
            return None
        deadline.refresh_from_db()
        _record(actor, "sla.stop_clock", deadline, now, breached=deadline.breached_at is not None)
    return view_of(deadline, now)


def stop_clocks(*, actor: Actor, ref: str, now: datetime) -> int:
    """All clocks on `ref`; returns how many ran."""
    ids = Deadline.objects.filter(ref=ref, status__in=_OPEN).values_list("clock_id", flat=True)
    return sum(stop_clock(actor=actor, ref=ref, clock_id=c, now=now) is not None for c in list(ids))


def pause_clock(*, actor: Actor, ref: str, clock_id: str, reason: str, now: datetime) -> ClockView:
    """Wait for somebody else; `reason` is one of `PAUSE_REASONS`. Clocks of law do not pause.

    Refuses with `sla.clock.not_pausable` and `core.thing.not_found`.
    """
    deadline = _open_deadline(ref, clock_id)
    if deadline is None:
        raise NotFound()
    if not _row(clock_id).pausable or reason not in PAUSE_REASONS:
        raise ClockNotPausable(clock=clock_id)
    with transaction.atomic():
        changes: dict[str, Any] = {"paused_at": now, "pause_reason": reason}
        if transition(Deadline, deadline.pk, Deadline.RUNNING, Deadline.PAUSED, **changes):
            deadline.refresh_from_db()
            _record(actor, "sla.pause_clock", deadline, now, reason=reason)
    return view_of(deadline, now)


def resume_clock(*, actor: Actor, ref: str, clock_id: str, now: datetime) -> ClockView:
    """Go on; the due time moves by as long as the clock stood. Refuses with `core.thing.not_found`."""
    deadline = _open_deadline(ref, clock_id)
    if deadline is None:
        raise NotFound()
    if deadline.status == Deadline.RUNNING or deadline.paused_at is None:
        return view_of(deadline, now)
    stood = now - deadline.paused_at
    with transaction.atomic():
        changes: dict[str, Any] = {
            "due_at": deadline.due_at + stood,
            "paused_seconds": deadline.paused_seconds + int(stood.total_seconds()),
            "paused_at": None,
            "pause_reason": "",
        }
        if transition(Deadline, deadline.pk, Deadline.PAUSED, Deadline.RUNNING, **changes):
            deadline.refresh_from_db()
            _record(actor, "sla.resume_clock", deadline, now, stood_seconds=int(stood.total_seconds()))
    return view_of(deadline, now)


def rebase_clock(*, actor: Actor, deadline_id: UUID, reason: str, now: datetime) -> ClockView:
    """Compute a running clock anew by the policy now in force; nothing else lets a later pack move it."""
    with transaction.atomic():
        deadline = (
            Deadline.objects.select_for_update().filter(pk=deadline_id, status=Deadline.RUNNING).first()
        )
        if deadline is None:
            raise NotFound()
        row, before = _row(deadline.clock_id), deadline.due_at
        deadline.due_at = rules.due_at(row=row, anchor=deadline.anchor_at, calendar=rules.calendar_cn())
        deadline.version = row.version
        Deadline.objects.filter(pk=deadline_id).update(due_at=deadline.due_at, version=row.version)
        _record(actor, "sla.rebase_clock", deadline, now, before=before, reason=reason)
    return view_of(deadline, now)


def _announce(kind: str, deadline: Deadline, now: datetime) -> None:
    payload = {"deadline": str(deadline.id), "ref": deadline.ref, "clock": deadline.clock_id}
    events.announce(kind=kind, key=deadline.ref, topics=["desk"], payload=payload, now=now)


def sweep_clocks(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Warn of what comes due, mark what is over; returns how many of each. Called each minute."""
    breached = 0
    over = Deadline.objects.filter(status=Deadline.RUNNING, due_at__lt=now, breached_at=None)
    for deadline in over[:200]:
        with transaction.atomic():
            # Compare-and-set on the empty mark: of two sweeps one tells.
            rows = Deadline.objects.filter(pk=deadline.pk, breached_at=None, status=Deadline.RUNNING)
            if rows.update(breached_at=deadline.due_at):
                _record(actor, "sla.breach", deadline, now)
                _announce(BREACHED, deadline, now)
                breached += 1
    return _warn(now), breached


def _warn(now: datetime) -> int:
    told = 0
    pack = rules.pack_cn()
    for deadline in Deadline.objects.filter(status=Deadline.RUNNING, due_at__gte=now).order_by("due_at")[
        :500
    ]:
        row = pack.get(deadline.clock_id)
        span = (deadline.due_at - deadline.anchor_at).total_seconds()
        gone = (now - deadline.anchor_at).total_seconds() / span if span else 1.0
        passed = sum(gone >= share for share in row.warn_at) if row else 0
        if passed <= deadline.warned:
            continue
        with transaction.atomic():
            rows = Deadline.objects.filter(pk=deadline.pk, warned__lt=passed, status=Deadline.RUNNING)
            if rows.update(warned=passed):
                _announce(DUE_SOON, deadline, now)
                told += 1
    return told
