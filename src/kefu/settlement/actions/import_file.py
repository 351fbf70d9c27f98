"""A bank's file given by hand, when the bank's own delivery failed."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from kefu.core.actor import Actor
from kefu.core.refusal import NotFound
from kefu.identity import queries as people
from kefu.rails import actions as rails

TAKERS = {"statement": rails.import_statement, "channel": rails.import_channel_file}


def import_file(*, actor: Actor, connector: str, kind: str, day: date, raw: bytes, now: datetime) -> UUID:
    """Take a statement or channel file in; the comparison follows by itself. What it says of open orders is asked of
    the bank and settles nothing: one person alone cannot credit a customer by a file.

    Refuses `identity.role.insufficient`, `rails.statement.wrong`, `rails.channel_file.wrong`.
    """
    people.require(actor=actor, action="settlement.import_file", now=now)
    if connector not in settings.RAILS_CONNECTORS or kind not in TAKERS:
        raise NotFound()
    return TAKERS[kind](actor=actor, connector_code=connector, day=day, raw=raw, now=now)
