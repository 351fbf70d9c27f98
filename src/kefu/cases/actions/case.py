"""A case from its opening to its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from kefu.cases import steps
from kefu.cases.kinds import KINDS
from kefu.cases.kinds.kind import BANK_ASKED, CHECKED, OPENED, TOLD
from kefu.cases.models import Case, Evidence, Proposal
from kefu.cases.queries import CaseView, case_for, locked_case, view_of
from kefu.cases.refusals import (
    CaseOver,
    KindUnknown,
    NoOrder,
    ProvisionalWaits,
    StillWaiting,
    SummaryMissing,
    WordsTooLong,
)
from kefu.core.actor import Actor
from kefu.core.audit import record
from kefu.core.events import announce
from kefu.core.ids import new_id
from kefu.core.redaction import redact
from kefu.core.refusal import NotFound
from kefu.core.transition import transition
from kefu.desk import actions as desk
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.rails import actions as rails
from kefu.rails.queries import AdviceView, instruction_of
from kefu.sla import actions as sla
from kefu.wallet import queries as wallet
from kefu.wallet.queries import provisional as provisionals

WORDS_MAX = 2000
GRANT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Opening:
    """What a case starts with: the matter, the customer's words, and what was checked before (codes and evidence)."""

    kind: str
    customer_id: UUID
    conversation_id: UUID | None = None
    order_id: UUID | None = None
    words: str = ""
    checked: Sequence[dict[str, Any]] = ()


@transaction.atomic
def open_case(*, actor: Actor, opening: Opening, now: datetime) -> CaseView:
    """Open a case, or return the open one of the same matter.

    Refuses an unknown kind, words over `WORDS_MAX` characters, and with NotFound an order that is not the customer's
    and staff without a grant for the customer: a case lets its opener see them, so it cannot be the way to that.
    """
    kind = KINDS.get(opening.kind)
    if kind is None:
        raise KindUnknown(kind=opening.kind[:40])
    if len(opening.words) > WORDS_MAX:
        raise WordsTooLong(most=WORDS_MAX)
    if actor.is_staff:
        people.require_grant(staff=actor, customer_id=opening.customer_id, now=now)
    if opening.order_id is not None:
        order = wallet.order_for(actor, opening.order_id)
        if opening.customer_id not in (order.customer_id, order.payee_id):
            raise NotFound()
    case = Case(
        id=new_id(),
        no=_next_number(),
        kind=kind.code,
        customer_id=opening.customer_id,
        conversation_id=opening.conversation_id,
        order_id=opening.order_id,
        words=redact(opening.words).text,
        opened_by=actor.ref,
        owner_id=actor.uuid if actor.is_staff else None,
        opened_at=now,
    )
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        return view_of(_same_matter(opening))
    steps.lay_steps(case_id=case.id, kind=kind)
    steps.do_step(actor=actor, case_id=case.id, code=OPENED, now=now)
    _write_first_evidence(actor=actor, case=case, checked=opening.checked, now=now)
    _let_staff_see(actor=actor, case=case, now=now)
    for clock in kind.clocks:
        sla.start_clock(actor=actor, ref=f"case:{case.id}", clock_id=clock, now=now)
    record(
        actor=actor, action="cases.open_case", subject=f"case:{case.id}", now=now, case_ref=case.no,
        data={"kind": kind.code, "order": str(opening.order_id or "")},
    )  # fmt: skip
    announce_case(case, now=now)
    return view_of(case)


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number')")
        return f"C-{cursor.fetchone()[0]}"


def _same_matter(opening: Opening) -> Case:
    return Case.objects.get(
        customer_id=opening.customer_id,
        conversation_id=opening.conversation_id,
        kind=opening.kind,
        order_id=opening.order_id,
        status__in=[Case.OPEN, Case.WAITING],
    )


def _write_first_evidence(
    *, actor: Actor, case: Case, checked: Sequence[dict[str, Any]], now: datetime
) -> None:
    if case.order_id is not None:
        add_evidence(actor=actor, case_id=case.id, kind="order", ref=str(case.order_id), data={}, now=now)
    for check in checked:
        add_evidence(actor=actor, case_id=case.id, kind="check", ref=str(check.get("code", "")), data=check, now=now)
    if checked:
        steps.do_step(actor=actor, case_id=case.id, code=CHECKED, now=now)


def _let_staff_see(*, actor: Actor, case: Case, now: datetime) -> None:
    if actor.is_staff:
        identity.give_grant(
            actor=actor, staff_id=actor.uuid, customer_id=case.customer_id, purpose="case", ref=case.no,
            until=now + GRANT_FOR, now=now,
        )  # fmt: skip


def add_evidence(
    *, actor: Actor, case_id: UUID, kind: str, ref: str, data: dict[str, Any], now: datetime
) -> None:
    """Attach a thing that the case rests on; evidence is never changed or taken away."""
    Evidence.objects.create(case_id=case_id, kind=kind, ref=ref, data=data, at=now, by=actor.ref)


def fit_words(actor: Actor, words: str, *, to_customer: bool = False) -> str:
    """Words as a case keeps them: not too long, secrets masked, and none asked of the customer."""
    if len(words) > WORDS_MAX:
        raise WordsTooLong(most=WORDS_MAX)
    return desk.fit_words(actor, words, to_customer=to_customer)


@transaction.atomic
def want_bank(*, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Have the bank asked about the case's order by the worker. For pages: they call nothing outside."""
    case = case_for(actor, case_id, now=now)
    if case.status in (Case.RESOLVED, Case.CLOSED):
        raise CaseOver(no=case.no)
    if case.order_id is None or instruction_of(f"order:{case.order_id}") is None:
        raise NoOrder()
    record(actor=actor, action="cases.want_bank", subject=f"case:{case.id}", now=now, case_ref=case.no)
    announce(
        kind="cases.bank_wanted", key=f"case:{case.id}", topics=[],
        payload={"case": str(case.id), "staff": actor.id}, now=now,
    )  # fmt: skip


def ask_bank(*, actor: Actor, case_id: UUID, now: datetime) -> AdviceView:
    """Ask the bank about the case's order and keep its answer as evidence. Network: from background tasks only."""
    case = case_for(actor, case_id, now=now)
    order = wallet.order_for(actor, case.order_id) if case.order_id else None
    if order is None or order.instruction_id is None:
        raise NoOrder()
    advice = rails.ask_now(actor=actor, instruction_id=order.instruction_id, now=now)
    with transaction.atomic():
        row = locked_case(case_id)
        add_evidence(
            actor=actor, case_id=row.id, kind="advice", ref=str(advice.id), now=now,
            data={"outcome": advice.outcome, "bank_ref": advice.bank_ref, "received_at": str(advice.received_at)},
        )  # fmt: skip
        steps.do_step(actor=actor, case_id=row.id, code=BANK_ASKED, now=now, ref=str(advice.id))
        record(
            actor=actor, action="cases.ask_bank", subject=f"case:{row.id}", now=now, case_ref=row.no,
            data={"advice": str(advice.id), "outcome": advice.outcome},
        )  # fmt: skip
        announce_case(row, now=now)
    return advice


@transaction.atomic
def resolve_case(*, actor: Actor, case_id: UUID, summary: str, now: datetime) -> CaseView:
    """End the case: the customer gets the summary with the agent's name and 工号. Refused while a proposal waits."""
    case_for(actor, case_id, now=now)
    case = locked_case(case_id)
    words = fit_words(actor, summary, to_customer=True)
    if not words:
        raise SummaryMissing()
    if case.proposals.filter(status=Proposal.PROPOSED).exists():
        raise StillWaiting()
    if provisionals.has_open_provisional(case.no):
        raise ProvisionalWaits()
    if not transition(Case, case.id, (Case.OPEN, Case.WAITING), Case.RESOLVED, resolved_at=now, summary=words):
        raise CaseOver(no=case.no)
    steps.do_step(actor=actor, case_id=case.id, code=TOLD, now=now)
    steps.skip_rest(actor=actor, case_id=case.id, now=now)
    sla.stop_clocks(actor=actor, ref=f"case:{case.id}", now=now)
    sentence = gettext_noop("工单 %(no)s 已处理完：%(summary)s")
    tell(actor=actor, case=case, sentence=sentence, values={"no": case.no, "summary": words}, now=now)
    record(
        actor=actor, action="cases.resolve_case", subject=f"case:{case.id}", now=now, case_ref=case.no,
        data={"summary": words},
    )  # fmt: skip
    case.refresh_from_db()
    announce_case(case, now=now)
    return view_of(case)


def tell(*, actor: Actor, case: Case, sentence: str, values: dict[str, str], now: datetime) -> None:
    """Say it in the conversation that the case came from, in the customer's language, whoever acts.

    Without a conversation, the notice alone goes out.
    """
    if case.conversation_id is None:
        return
    with translation.override(people.person(case.customer_id).language):
        body = translation.gettext(sentence) % values
    desk.add_message(
        actor=actor, conversation_id=case.conversation_id, message_id=new_id(), body=body, kind="event",
        data={"case": case.no}, now=now,
    )  # fmt: skip


def announce_case(case: Case, *, now: datetime) -> None:
    """Tell the customer's pages, the desk and the checkers that the case changed."""
    announce(
        kind="cases.case",
        key=f"case:{case.id}",
        topics=[f"customer:{case.customer_id}", "desk", "approvals"],
        payload={"case": str(case.id), "customer": str(case.customer_id)},
        now=now,
    )
