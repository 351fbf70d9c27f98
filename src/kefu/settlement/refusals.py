"""Refusals of settlement."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class FilesMissing(Refusal):
    code = "settlement.day.files_missing"
    text = _("%(day)s 的银行对账单和渠道文件还没有到齐，暂时不能对账。没有任何改动。")
    operator = "final statement or channel file of %(day)s is missing"


class AlarmSettled(Refusal):
    code = "settlement.alarm.settled"
    text = _("这条警报已经有人处理，没有重复记录。请刷新页面查看。")
    operator = "the alarm was taken already"


class AlarmWordsMissing(Refusal):
    code = "settlement.alarm.words_missing"
    status = 422
    text = _("请写明查到了什么、做了什么（至少四个字）。警报还在，没有改动。")
    operator = "an alarm ends with what was found"


class RecordTooLittle(Refusal):
    code = "settlement.record.too_little"
    status = 422
    text = _("请再填银行卡后四位或银行流水号：只凭金额和日期会看到别人的记录。没有查询。")
    operator = "a bank's record is looked for by its card or number beside amount and day"


class BreakCleared(Refusal):
    code = "settlement.break.cleared"
    text = _("这笔差异已经处理完，没有重复处理。请刷新页面查看。")
    operator = "break %(no)s is cleared"


class DeedWrong(Refusal):
    code = "settlement.break.deed_wrong"
    status = 422
    text = _("这笔差异不能这样处理，没有任何款项变动。请选择页面上列出的办法。")
    operator = "deed %(deed)s does not fit break %(no)s"


class PartnerWrong(Refusal):
    code = "settlement.break.partner_wrong"
    status = 422
    text = _("没有找到可以对冲的长款：金额要相同，且还没有处理。没有任何款项变动。")
    operator = "no open surplus of the same amount: %(other)s"


class OwnerWrong(Refusal):
    code = "settlement.break.owner_wrong"
    status = 422
    text = _("没有找到这位客户，请核对手机号或订单号。没有任何款项变动。")
    operator = "no such customer"


class ClearanceWaiting(Refusal):
    code = "settlement.clearance.waiting"
    text = _("这笔差异已有一项申请等待复核，请先等它有结果。")
    operator = "another clearance of this break waits"


class ClearanceSettled(Refusal):
    code = "settlement.clearance.settled"
    text = _("这项申请已经有了结果，请刷新页面查看。没有重复执行。")
    operator = "clearance is settled"


class ReasonMissing(Refusal):
    code = "settlement.clearance.reason_missing"
    status = 422
    text = _("请写明依据，复核人要看。没有提交。")
    operator = "reason is empty"


class BooksRefused(Refusal):
    code = "settlement.books.refused"
    text = _("账目没有记成，没有任何款项变动。请稍后再试。")
    operator = "the ledger refused: %(ledger_code)s"


class FileDayUnfit(Refusal):
    code = "settlement.file.day_unfit"
    status = 422
    text = _("文件的日期要在近三年内、不晚于今天。没有收下，请核对后重新选择。")
    operator = "the day of a file given by hand is in the future, or more than three years ago"
