"""What this room refuses."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class NotSettled(Refusal):
    code = "receipts.order.not_settled"
    status = 409
    text = _("这笔交易还没有凭证：%(why)s 没有任何改动；办结以后随时可以下载。")
    operator = "order %(no)s is %(status)s: only settled orders have a receipt"


class PeriodUnfit(Refusal):
    code = "receipts.statement.period_unfit"
    status = 422
    text = _("对账单的起止日期不对：结束不能早于开始，也不能晚于今天，一次最多 %(days)s 天。请重新选择。")
    operator = "period %(first)s to %(last)s is empty, in the future or too long"


class StatementTooLong(Refusal):
    code = "receipts.statement.too_long"
    status = 409
    text = _("这段时间的交易超过 %(most)s 笔，做成 PDF 太长。请选短一些的时间，或下载 CSV（不限笔数）。")
    operator = "statement has more than %(most)s entries"


class ProofUnfit(Refusal):
    code = "receipts.proof.unfit"
    status = 422
    text = _("请选择 1 到 %(most)s 笔已办结的交易，并说明证明的用途。没有开具任何证明。")
    operator = "a proof names no order, too many, or no known purpose"


class CheckedTooOften(Refusal):
    code = "receipts.check.too_often"
    status = 429
    text = _("查验得太频繁了，请 %(minutes)s 分钟后再试。凭证和资金都不受影响。")
    operator = "checks of one reader or one paper are paused for %(minutes)s minutes"


class UploadUnfit(Refusal):
    code = "receipts.check.upload_unfit"
    status = 422
    text = _("请上传一个 PDF 或 JSON 文件，最大 %(most)s MB。文件没有保存。")
    operator = "no file, or larger than %(most)s MB"


class NoVerifiedContact(Refusal):
    code = "receipts.sending.no_contact"
    status = 409
    text = _("这位客户没有确认过邮箱，不能用邮件发送；凭证没有发出。请发到聊天里。")
    operator = "customer has no confirmed mail address"


class PrintingFailed(Refusal):
    code = "receipts.paper.not_printed"
    status = 503
    text = _("文件暂时做不出来，已自动记录。您的交易不受影响，请稍后再试；也可以先下载 JSON。")
    operator = "PDF could not be made: %(reason)s"
