"""The case of a break (settlement): opened before the customer asks, ended with the proof."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from kefu.cases import steps
from kefu.cases.actions.case import Opening, add_evidence, open_case, resolve_case
from kefu.cases.kinds.kind import CHECKED, POSTED
from kefu.cases.models import Case, Evidence
from kefu.core.actor import SYSTEM
from kefu.identity import queries as people
from kefu.settlement import actions as settlement
from kefu.settlement import queries as differences

QUIET = ("fee_diff", "late")
"""Kinds of break that change nothing for the customer."""


@transaction.atomic
def open_for_break(*, break_id: UUID, now: datetime) -> None:
    """Open a general case for the break's customer, once, with the break as evidence; settlement keeps its number."""
    found = differences.break_facts(break_id, now=now)
    if found.customer_id is None or found.kind in QUIET or found.status != "OPEN" or found.case_ref:
        return
    with translation.override(people.person(found.customer_id).language):
        words = gettext("系统对账发现订单 %(no)s 与银行记录不一致。") % {"no": found.order_no or found.no}
    opening = Opening(kind="general", customer_id=found.customer_id, order_id=found.order_id, words=words)
    case = open_case(actor=SYSTEM, opening=opening, now=now)
    data = {"no": found.no, "kind": found.kind, "expected": found.expected, "seen": found.seen}
    add_evidence(actor=SYSTEM, case_id=case.id, kind="break", ref=str(found.id), data=data, now=now)
    steps.do_step(actor=SYSTEM, case_id=case.id, code=CHECKED, now=now, ref=found.no)
    settlement.link_case(break_id=break_id, case_no=case.no, now=now)


@transaction.atomic
def close_for_break(*, break_id: UUID, now: datetime) -> None:
    """Keep how the break ended as evidence of its case. A case that nobody has taken ends with it; an agent's own stays
    for the agent to end.
    """
    found = differences.break_facts(break_id, now=now)
    case = Case.objects.select_for_update().filter(no=found.case_ref).first() if found.case_ref else None
    done = Evidence.objects.filter(case=case, kind="break", ref=str(break_id), data__has_key="how")
    if case is None or found.status != "CLEARED" or done.exists():
        return
    transfer = differences.proof_of(break_id)
    data = {"no": found.no, "how": found.how, "transfer": transfer}
    add_evidence(actor=SYSTEM, case_id=case.id, kind="break", ref=str(break_id), data=data, now=now)
    if transfer:
        add_evidence(actor=SYSTEM, case_id=case.id, kind="transfer", ref=transfer, data={"break": found.no}, now=now)
        steps.do_step(actor=SYSTEM, case_id=case.id, code=POSTED, now=now, ref=transfer)
    if case.owner_id is None and case.status in (Case.OPEN, Case.WAITING):
        with translation.override(people.person(case.customer_id).language):
            summary = gettext("已与银行核对清楚，您的余额和订单没有问题。") if found.how != "credit" else gettext(
                "已与银行核对清楚，款项已存入您的余额。"
            )
        resolve_case(actor=SYSTEM, case_id=case.id, summary=summary, now=now)
