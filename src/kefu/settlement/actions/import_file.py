"""A bank's file given by hand, when the bank's own delivery failed."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings

from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.rails import actions as rails
from kefu.settlement.refusals import FileDayUnfit

DAYS_BACK = 3 * 366
TAKERS = {
    "statement": rails.import_statement,
    "channel": rails.import_channel_file,
    "status": rails.import_status_report,
}


def import_file(*, actor: Actor, connector: str, kind: str, day: date, raw: bytes, now: datetime) -> UUID:
    """Take a statement, channel file or status report in; the comparison follows by itself. What it says of open orders
    is asked of the bank and settles nothing: one person alone cannot credit a customer by a file.

    Refuses `identity.role.insufficient`, `settlement.file.day_unfit` (no day of the last three years),
    `rails.statement.wrong`, `rails.channel_file.wrong`, `rails.status_report.wrong`.
    """
    people.require(actor=actor, action="settlement.import_file", now=now)
    if connector not in settings.RAILS_CONNECTORS or kind not in TAKERS:
        raise NotFound()
    if not now - timedelta(days=DAYS_BACK) <= datetime.combine(day, time(), UTC) <= now + timedelta(days=1):
        raise FileDayUnfit()
    return TAKERS[kind](actor=actor, connector_code=connector, day=day, raw=raw, now=now)
