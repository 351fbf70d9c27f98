"""Status reports (pacs.002): taken in whole or not at all; a final word in them settles what nothing else told."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit
from kefu.core.actor import Actor
from kefu.rails import rules
from kefu.rails.actions import advice, files
from kefu.rails.actions.asking import ask_instead, ask_soon
from kefu.rails.connectors import Answer, PermanentError, TemporaryError, bank
from kefu.rails.messages.status_report import PaymentStatus, parse
from kefu.rails.messages.status_report import StatusReport as Report
from kefu.rails.models import Advice, Instruction, RefusedFile, StatusReport
from kefu.rails.refusals import StatementUnavailable, StatusReportWrong
from kefu.rails.statements import StatementUnreadableError


def fetch_status_report(*, actor: Actor, connector_code: str, day: date, now: datetime) -> UUID:
    """*Network.* Fetch what the bank says of our payouts of `day` and take it in.

    Refuses `rails.statement.unavailable` and what `import_status_report` refuses.
    """
    try:
        raw = bank(connector_code).fetch_status_report(day)
    except (TemporaryError, PermanentError) as failure:
        raise StatementUnavailable(date=day, problem=str(failure)) from failure
    return import_status_report(actor=actor, connector_code=connector_code, day=day, raw=raw, now=now)


def import_status_report(*, actor: Actor, connector_code: str, day: date, raw: bytes, now: datetime) -> UUID:
    """Take a status report (pacs.002) in, and let what it says of each payout be its bank's word; one that a person
    gives settles nothing, the bank is asked instead.

    The same bytes again give the first import. What is about no payout of ours is kept as strange; of a final word
    without its amount the bank is asked.
    Refuses `rails.status_report.wrong`, also for an id that the bank has used before for other bytes: nothing is taken
    in, the line is named, the bytes are kept with the verdict.
    """
    came = files.Came(actor=actor, connector=connector_code, kind=RefusedFile.STATUS, day=day, raw=raw)
    digest = files.digest_of(raw)
    try:
        report = parse(raw, day=day)
        used = StatusReport.objects.filter(connector=connector_code, message_id=report.message_id)
        if used.exclude(digest=digest).exists():
            raise StatementUnreadableError(0, f"MsgId {report.message_id} stood on another report before")
    except StatementUnreadableError as wrong:
        files.keep_refused(came, wrong, now=now)
        raise StatusReportWrong(date=day, line=wrong.line, problem=wrong.problem) from wrong
    with transaction.atomic():
        row, new = files.keep_once(
            StatusReport, came, digest=digest, now=now, message_id=report.message_id, payments=len(report.payments)
        )
        if new:
            _take(row, report, actor=actor, now=now)
            data = {"connector": connector_code, "date": day, "digest": digest, "payments": len(report.payments)}
            subject = f"status_report:{row.id}"
            audit.record(actor=actor, action="rails.import_status_report", subject=subject, now=now, data=data)
    return row.id


def _take(row: StatusReport, report: Report, *, actor: Actor, now: datetime) -> None:
    named = [payment.instruction_id for payment in report.payments if payment.instruction_id]
    # One order of locks over the whole import, as for the other files.
    rows = Instruction.objects.select_for_update().filter(pk__in=named, connector=row.connector).order_by("pk")
    ours = {found.id: found for found in rows}
    news = [one for one in report.payments if _is_news(one, ours)]
    by_hand = ask_instead(actor=actor, news=[payment.instruction_id for payment in news], now=now)
    for payment in report.payments:
        found = ours.get(payment.instruction_id) if payment.instruction_id else None
        if found is None:
            _keep_strange(row, payment, now=now)
        elif by_hand or payment not in news:
            continue
        elif payment.outcome in rules.FINAL and payment.amount is None:
            ask_soon(actor=actor, instruction_id=found.id, now=now)
        else:
            advice.write(found, _answer(payment, found), kind=Advice.FILE, now=now)


def _is_news(payment: PaymentStatus, ours: dict[UUID, Instruction]) -> bool:
    """A word that we do not have, and that is no older than what we know; a payout that came back was paid before."""
    found = ours.get(payment.instruction_id) if payment.instruction_id else None
    if found is None or found.status in (payment.outcome, rules.RETURNED):
        return False
    return payment.outcome in rules.FINAL or found.status not in rules.FINAL


def _answer(payment: PaymentStatus, found: Instruction) -> Answer:
    return Answer(
        outcome=payment.outcome,
        raw=payment.as_given,
        bank_ref=payment.bank_ref,
        reason=payment.reason,
        amount=payment.amount if found.direction == rules.OUT else None,
        currency="CNY",
        happened_at=payment.at,
    )


def _keep_strange(row: StatusReport, payment: PaymentStatus, *, now: datetime) -> None:
    """About nothing of ours: an operator sees it among what does not match."""
    Advice.objects.create(
        connector=row.connector, kind=Advice.FILE, raw=payment.as_given, signature_ok=True, verdict=rules.STRANGE,
        outcome=payment.outcome, bank_ref=payment.bank_ref, reason=payment.reason, amount=payment.amount,
        currency="CNY", outside_id=payment.instruction[:64], happened_at=payment.at, received_at=now,
    )  # fmt: skip
