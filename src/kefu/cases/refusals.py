"""What cases refuse, and why."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class CaseOver(Refusal):
    code = "cases.case.over"
    text = _("工单 %(no)s 已经结束，没有做任何改动。需要时请重新开一张工单。")
    operator = "case %(no)s is resolved or closed"


class KindUnknown(Refusal):
    code = "cases.case.kind_unknown"
    status = 422
    text = _("没有这一类工单，没有做任何改动。请重新选择。")
    operator = "no kind of case named %(kind)s"


class NoOrder(Refusal):
    code = "cases.case.no_order"
    status = 422
    text = _("这张工单没有关联银行订单，没有可以向银行核实的内容。")
    operator = "the case has no order that a bank knows"


class WordsTooLong(Refusal):
    code = "cases.words.too_long"
    status = 422
    text = _("说明太长（最多 %(most)s 个字），没有提交。请写短一些。")
    operator = "the words exceed %(most)s characters"


class SummaryMissing(Refusal):
    code = "cases.case.summary_missing"
    status = 422
    text = _("请写一句处理结果再结束工单，客户会看到。工单还开着。")
    operator = "a case ends with a summary for the customer"


class ReasonMissing(Refusal):
    code = "cases.proposal.reason_missing"
    status = 422
    text = _("请写明理由，让复核的同事看得懂。还没有提交。")
    operator = "a proposal needs the maker's reason"


class ProposalNotAllowed(Refusal):
    code = "cases.proposal.not_allowed"
    status = 422
    text = _("这类工单不能提出这种处理，没有做任何改动。")
    operator = "kind %(kind)s allows no %(action)s"


class ProposalWaiting(Refusal):
    code = "cases.proposal.waiting"
    text = _("这张工单已有一笔同样的申请在等复核，没有重复提交。")
    operator = "an equal proposal is still open on the case"


class ProposalSettled(Refusal):
    code = "cases.proposal.settled"
    text = _("这笔申请已经有结果了，没有重复处理。请刷新页面。")
    operator = "the proposal is no longer open"


class EvidenceMissing(Refusal):
    code = "cases.completion.evidence_missing"
    text = _("还没有开单之后的银行确认，不能补入账。请先“向银行核实”，有了银行的答复再提。没有任何款项变动。")
    operator = "no SUCCEEDED query or statement advice stored after the case was opened"


class StillWaiting(Refusal):
    code = "cases.case.still_waiting"
    text = _("还有申请在等复核，工单不能结束。请先等复核结果。")
    operator = "an open proposal keeps the case open"


class GaveIt(Refusal):
    code = "cases.proposal.gave_it"
    status = 403
    text = _("这笔临时款是您或您同一条上下级线上的同事提出给的，不能再由您复核。没有任何改动，请由其他主管处理。")
    operator = "the checker, or one of their lead chain, proposed giving this provisional credit"


class ProvisionalWaits(Refusal):
    code = "cases.case.provisional_waits"
    text = _("这张工单的临时款还没有结论，工单不能结束。请先定为归客户所有，或告知后收回。")
    operator = "an open provisional credit keeps the case open"
