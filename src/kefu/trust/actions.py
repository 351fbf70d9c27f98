"""Every write of this room."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kefu.core import audit, events
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import NotFound, Refusal
from kefu.core.transition import transition
from kefu.trust.events import REPORT_CHANGED
from kefu.trust.models import Report
from kefu.trust.queries import ReportView, may_decide, see, shown

NOTE_MOST = 500


class ReportDecided(Refusal):
    code = "trust.report.decided"
    text = _("这条举报已经有了结论，没有改动。请刷新页面查看。")
    operator = "report is decided"


class NoteMissing(Refusal):
    code = "trust.report.note_missing"
    status = 422
    text = _("请用一两句话写明依据，最多 %(most)s 个字。没有改动。")
    operator = "a decision says why, in at most %(most)s characters"


def report_words(
    *, ref: str, writer_id: UUID, words: str, now: datetime, reader_id: UUID | None = None
) -> UUID | None:
    """Open a report when `words` name a number, link or handle that is not ours; None when they do not.

    Within the caller's transaction; once for each `ref`. The words are kept as they stand in the order.
    """
    found = shown(words).foreign
    if not found:
        return None
    with transaction.atomic():
        given = {
            "writer_id": writer_id,
            "reader_id": reader_id,
            "words": words,
            "found": list(found),
            "opened_at": now,
        }
        row, new = Report.objects.get_or_create(ref=ref, defaults=given)
        if new:
            data = {"report": row.id, "found": list(found)}
            audit.record(actor=SYSTEM, action="trust.report_words", subject=ref, now=now, data=data)
            _announce(row, now=now)
    return row.id


def decide_report(*, actor: Actor, report_id: UUID, confirmed: bool, note: str, now: datetime) -> ReportView:
    """Say whether it was an attempt to pose as us. Supervisors and operators only.

    Refuses `core.thing.not_found`, `trust.report.decided`, `trust.report.note_missing`.
    """
    if not may_decide(actor):
        raise NotFound()
    why = note.replace("\0", "").strip()
    if not why or len(why) > NOTE_MOST:
        raise NoteMissing(most=NOTE_MOST)
    with transaction.atomic():
        to = Report.CONFIRMED if confirmed else Report.DISMISSED
        moved = transition(Report, report_id, Report.OPEN, to, decided_at=now, decided_by=actor.ref, note=why)
        row = Report.objects.filter(pk=report_id).first()
        if row is None:
            raise NotFound()
        if not moved:
            raise ReportDecided()
        data = {"report": row.id, "status": to}
        audit.record(actor=actor, action="trust.decide_report", subject=row.ref, now=now, data=data)
        _announce(row, now=now)
    return see(row)


def _announce(row: Report, *, now: datetime) -> None:
    payload = {"report": row.id, "status": row.status}
    events.announce(kind=REPORT_CHANGED, key=str(row.id), topics=[], payload=payload, now=now)
