"""Channel files: taken in whole or not at all; a final word in them settles what callback and questions missed."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kefu.core import audit, events
from kefu.core.actor import Actor
from kefu.core.bulk import copy_in
from kefu.rails import events as facts
from kefu.rails import rules
from kefu.rails.actions import advice, files
from kefu.rails.actions.asking import ask_instead
from kefu.rails.channel_file import ChannelFileRead, FileLine, parse
from kefu.rails.connectors import Answer, PermanentError, TemporaryError, connector
from kefu.rails.models import Advice, ChannelFile, Instruction, RefusedFile
from kefu.rails.refusals import ChannelFileWrong, StatementUnavailable
from kefu.rails.statements import DEBIT, RETURN, StatementUnreadableError

COLUMNS = (
    *("file_id", "number", "connector", "bank_ref", "instruction_ref", "kind", "amount", "fee", "status", "last4"),
    *("happened_at", "instruction_id"),
)


def fetch_channel_file(*, actor: Actor, connector_code: str, day: date, now: datetime) -> UUID:
    """*Network.* Fetch what the bank carried out on `day` and take it in.

    Refuses `rails.statement.unavailable` and what `import_channel_file` refuses.
    """
    try:
        raw = connector(connector_code).fetch_channel_file(day)
    except (TemporaryError, PermanentError) as failure:
        raise StatementUnavailable(date=day, problem=str(failure)) from failure
    return import_channel_file(actor=actor, connector_code=connector_code, day=day, raw=raw, now=now)


def import_channel_file(*, actor: Actor, connector_code: str, day: date, raw: bytes, now: datetime) -> UUID:
    """Take a channel file in, prove its trailer, and let what it says of open instructions settle them; one that a
    person gives settles nothing, the bank is asked instead.

    The same bytes again give the first import; a later version of the day adds only what is new.
    Refuses `rails.channel_file.wrong`: nothing is taken in, the line is named, the bytes are kept with the verdict.
    """
    came = files.Came(actor=actor, connector=connector_code, kind=RefusedFile.CHANNEL, day=day, raw=raw)
    try:
        read = parse(raw, day=day)
    except StatementUnreadableError as wrong:
        files.keep_refused(came, wrong, now=now)
        raise ChannelFileWrong(date=day, line=wrong.line, problem=wrong.problem) from wrong
    digest = files.digest_of(raw)
    with transaction.atomic():
        row, new = files.keep_once(ChannelFile, came, digest=digest, now=now, final=read.final, total=read.total)
        if new:
            taken = _take_lines(row, read, actor=actor, now=now)
            data = {"connector": connector_code, "date": day, "digest": digest, "lines": taken}
            subject = f"channel_file:{row.id}"
            audit.record(actor=actor, action="rails.import_channel_file", subject=subject, now=now, data=data)
            kind, payload = facts.CHANNEL_FILE_IMPORTED, {"file": row.id}
            events.announce(kind=kind, key=str(row.id), topics=[], payload=payload, now=now)
    return row.id


def _take_lines(row: ChannelFile, read: ChannelFileRead, *, actor: Actor, now: datetime) -> int:
    known = files.known_refs("rails_channelfileline", row.connector, [line.bank_ref for line in read.lines])
    fresh = [line for line in read.lines if line.bank_ref not in known]
    states = files.states_of([line.instruction_id for line in fresh if line.instruction_id])
    news = [line for line in fresh if _is_news(line, states)]
    rows = Instruction.objects.select_for_update().filter(pk__in=[line.instruction_id for line in news])
    ours = {found.id: found for found in rows.order_by("pk")}
    by_hand = ask_instead(actor=actor, news=[line.instruction_id for line in news], now=now)
    for line in news:
        if line.instruction_id and not by_hand:
            advice.write(ours[line.instruction_id], _answer(line, ours[line.instruction_id]), kind=Advice.FILE, now=now)
    return copy_in(
        "rails_channelfileline",
        COLUMNS,
        (
            (
                *(row.id, line.number, row.connector, line.bank_ref, line.instruction, line.kind, line.amount),
                *(line.fee, line.status, line.last4, line.at),
                line.instruction_id if line.instruction_id in states else None,
            )
            for line in fresh
        ),
    )


def _outcome(line: FileLine) -> str:
    return rules.RETURNED if line.kind == RETURN else line.status


def _is_news(line: FileLine, states: dict[UUID, files.State]) -> bool:
    state = states.get(line.instruction_id) if line.instruction_id else None
    return state is not None and state.status not in (_outcome(line), rules.RETURNED)


def _answer(line: FileLine, found: Instruction) -> Answer:
    right_way = (line.kind == DEBIT) is (found.direction == rules.IN)
    return Answer(
        outcome=_outcome(line),
        raw=line.as_given,
        bank_ref=line.bank_ref,
        reason="bank_file" if line.status == rules.FAILED else "",
        amount=line.amount if right_way else None,
        currency="CNY",
        happened_at=line.at,
    )
