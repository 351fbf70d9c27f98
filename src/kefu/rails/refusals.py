"""Refusals of money outside."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class StatementWrong(Refusal):
    code = "rails.statement.wrong"
    status = 422
    text = _("银行对账单第 %(line)s 行不对，整份没有收下。请向银行重新索取。")
    operator = "statement %(date)s refused whole, line %(line)s: %(problem)s"


class ChannelFileWrong(Refusal):
    code = "rails.channel_file.wrong"
    status = 422
    text = _("渠道文件第 %(line)s 行不对，整份没有收下。请向银行重新索取。")
    operator = "channel file %(date)s refused whole, line %(line)s: %(problem)s"


class StatusReportWrong(Refusal):
    code = "rails.status_report.wrong"
    status = 422
    text = _("支付状态报告第 %(line)s 行不对，整份没有收下。请向银行重新索取。")
    operator = "status report %(date)s refused whole, line %(line)s: %(problem)s"


class StatementUnavailable(Refusal):
    code = "rails.statement.unavailable"
    status = 503
    text = _("银行暂时没有给出对账单，请稍后再试。")
    operator = "the bank gave no statement for %(date)s: %(problem)s"


class InstructionExists(Refusal):
    code = "rails.instruction.exists"
    text = _("这笔订单已经交给银行，不会再交第二次。")
    operator = "order %(order_ref)s has an instruction already; a second one could pay twice"


class RecallExists(Refusal):
    code = "rails.recall.exists"
    text = _("这笔款已经请银行追回过一次，不会再发第二次。请看订单上的进度。")
    operator = "one recall a payment: the instruction has one already"


class RecallUnfit(Refusal):
    code = "rails.recall.unfit"
    text = _("这笔款现在不能请银行追回，没有任何改动。请刷新页面查看最新状态。")
    operator = "the instruction cannot be recalled: %(status)s"


class AccountNumberWrong(Refusal):
    code = "rails.account.number_wrong"
    status = 422
    text = _("号码是 4 到 20 位数字，请照要付的那一家的说明核对后重新填写。没有任何款项变动。")
    operator = "the account number is not 4 to 20 digits"


class CardNumberWrong(Refusal):
    code = "rails.card.number_wrong"
    status = 422
    text = _("卡号不对，请核对后重新填写。卡号没有被保存。")
    operator = "card number fails its check digit or length"


class CardHolderMissing(Refusal):
    code = "rails.card.holder_missing"
    status = 422
    text = _("请填写持卡人姓名和银行预留手机号。")
    operator = "holder or phone is missing or malformed"


class CardCodeWrong(Refusal):
    code = "rails.card.code_wrong"
    status = 422
    text = _("验证码是 6 位数字，请重新填写。")
    operator = "the code is not six digits"


class CardCheckOver(Refusal):
    code = "rails.card.check_over"
    text = _("这次绑卡已经结束，请重新开始。")
    operator = "card check %(check)s does not wait for a code"


class RatesUnfit(Refusal):
    code = "rails.rates.unfit"
    status = 422
    text = _("汇率的时间在将来，没有收下，现在的汇率照旧。")
    operator = "the source dates its rates %(as_of)s, ahead of our clock"


class RateSettled(Refusal):
    code = "rails.rates.settled"
    text = _("这个汇率已经有了结论，或者已有更新的汇率。请刷新页面查看。")
    operator = "the rate was decided, has grown stale, or a believed one has come since"


class RateSaid(Refusal):
    code = "rails.rates.said"
    text = _("您已经对这个汇率说过意见，没有改动。要由另一位同事看过同意才算数。")
    operator = "one person says one word on a rate; the second is another's"
