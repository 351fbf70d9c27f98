"""Asking a withdrawal back for its customer, on the case: no money moves by it, so one person is enough."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from kefu.cases import steps
from kefu.cases.actions.case import add_evidence, announce_case, tell
from kefu.cases.actions.proposal import open_case_of
from kefu.cases.kinds import KINDS
from kefu.cases.kinds.kind import CHECKED
from kefu.cases.refusals import ProposalNotAllowed
from kefu.core.actor import Actor
from kefu.core.audit import record
from kefu.wallet import actions as wallet
from kefu.wallet.queries import OrderView


@transaction.atomic
def ask_recall(*, actor: Actor, case_id: UUID, reason: str, now: datetime) -> OrderView:
    """Have the case's withdrawal asked back, once for ever; one that the bank was not told of is cancelled.

    Refuses `core.thing.not_found`, `cases.case.over`, `cases.proposal.not_allowed` (no case about a withdrawal), and
    what `wallet.recall_withdrawal` refuses.
    """
    case = open_case_of(actor, case_id, now)
    if case.order_id is None or not KINDS[case.kind].recalls:
        raise ProposalNotAllowed(kind=case.kind, action="recall")
    order = wallet.recall_withdrawal(actor=actor, order_id=case.order_id, reason=reason, case_ref=case.no, now=now)
    data = {"reason": reason, "asked_of_bank": order.recall is not None}
    add_evidence(actor=actor, case_id=case.id, kind="recall", ref=str(order.id), data=data, now=now)
    steps.do_step(actor=actor, case_id=case.id, code=CHECKED, now=now)
    if order.recall is not None:
        sentence = gettext_noop("已请银行追回 %(amount)s（%(no)s）。对方可能不同意；钱回来之前不算追回。")
    else:
        sentence = gettext_noop("提现 %(amount)s（%(no)s）已撤回，款项在您的余额里。")
    tell(actor=actor, case=case, sentence=sentence, values={"amount": order.amount.text(), "no": order.no}, now=now)
    record(
        actor=actor, action="cases.ask_recall", subject=f"case:{case.id}", now=now, case_ref=case.no, data=data
    )
    announce_case(case, now=now)
    return order
