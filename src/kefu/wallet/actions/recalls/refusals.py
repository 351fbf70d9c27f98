"""What is refused of getting a withdrawal back."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class NotRecallable(Refusal):
    code = "wallet.recall.not_recallable"
    text = _("这笔现在不能申请追回，没有任何改动。请看订单上的最新状态。")
    operator = "an order of kind %(kind)s in status %(status)s cannot be recalled"


class RecallAsked(Refusal):
    code = "wallet.recall.asked"
    text = _("这笔已经申请过追回；一笔款只能请银行追回一次。进度写在订单上，有消息会通知您。")
    operator = "one recall an order: it has one already"


class RecallCaseMissing(Refusal):
    code = "wallet.recall.case_missing"
    status = 422
    text = _("代客户申请追回要写明工单号，没有提交。")
    operator = "staff ask for a recall on a case only"


class RecallReasonUnfit(Refusal):
    code = "wallet.recall.reason_unfit"
    status = 422
    text = _("请选择一个追回的原因。还没有提交。")
    operator = "no such reason for a recall, or not one for this actor"
