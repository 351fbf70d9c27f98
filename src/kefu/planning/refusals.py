"""Refusals of planning. Each changed nothing, and says so to the person who asked."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class NameUnfit(Refusal):
    code = "planning.name.unfit"
    status = 422
    text = _("名称要有 1 到 %(most)s 个字，不能有控制字符。没有任何改动。")
    operator = "a name is empty, longer than %(most)s or not printable"


class PersonUnknown(Refusal):
    """Also for who may not receive: which of the two is nobody else's business."""

    code = "planning.split.person_unknown"
    status = 422
    text = _("“%(given)s”不是能参加分摊的手机号，请核对。没有发起，也没有任何款项变动。")
    operator = "no other active customer under a given phone number"


class PeopleCount(Refusal):
    code = "planning.split.people_count"
    status = 422
    text = _("分摊要有 2 到 %(most)s 个人（含您自己），每人只写一次。没有发起。")
    operator = "a split needs 2 to %(most)s different people"


class WeightsUnfit(Refusal):
    code = "planning.split.weights_unfit"
    status = 422
    text = _("份数要是 1 到 %(most)s 的整数，而且每个人至少分到 ¥0.01。没有发起。")
    operator = "weights are not whole numbers from 1 to %(most)s, or a share would be nothing"


class OrderNotDivisible(Refusal):
    code = "planning.split.order_not_divisible"
    status = 422
    text = _("只有您自己付成功、没有全部退款、还没有发起过分摊的订单可以分摊。没有发起。")
    operator = "not an outgoing settled order of the customer, refunded in full, or divided already"


class TooManySplits(Refusal):
    code = "planning.split.too_many"
    text = _("您还有 %(most)s 个没收齐的分摊，请先收齐或取消一些。没有发起。")
    operator = "customer has the most open splits allowed"


class SplitClosed(Refusal):
    code = "planning.split.closed"
    text = _("这一份现在不用付了：分摊已取消，或者已经付过。没有任何款项变动。")
    operator = "the split is cancelled or the share is not due"


class RemindedToday(Refusal):
    code = "planning.split.reminded_today"
    text = _("还没付的人今天都提醒过了，每人每天最多提醒一次。请明天再试。")
    operator = "everybody who owes was reminded today"


class CategoryUnknown(Refusal):
    code = "planning.category.unknown"
    status = 422
    text = _("请从列出的分类里选一个。没有任何改动。")
    operator = "no such category"


class PotsTooMany(Refusal):
    code = "planning.pot.too_many"
    text = _("最多开 %(most)s 个存钱罐，请先关掉不用的。没有任何改动。")
    operator = "customer has the most pots allowed"


class PotNameTaken(Refusal):
    code = "planning.pot.name_taken"
    status = 422
    text = _("您已有一个同名的存钱罐，请换个名字。没有任何改动。")
    operator = "another open pot of the customer has this name"


class TargetUnfit(Refusal):
    code = "planning.pot.target_unfit"
    status = 422
    text = _("目标日期要在今天以后、%(years)s 年以内。没有任何改动。")
    operator = "target date is not within the coming %(years)s years"


class PotNotEmpty(Refusal):
    code = "planning.pot.not_empty"
    text = _("存钱罐里还有 %(there)s，请先转回余额再关。没有任何改动。")
    operator = "pot holds %(there)s"


class ScheduleUnfit(Refusal):
    code = "planning.schedule.unfit"
    status = 422
    text = _("请选一次或每月，日期要从明天起、一年以内。没有任何改动。")
    operator = "rhythm or first day of a schedule is not allowed"


class SchedulesTooMany(Refusal):
    code = "planning.schedule.too_many"
    text = _("最多有 %(most)s 个定时付款，请先取消不用的。没有任何改动。")
    operator = "customer has the most schedules allowed"


class ScheduleNotOpen(Refusal):
    code = "planning.schedule.not_open"
    text = _("这个定时付款现在的状态不能这样改，请刷新页面查看。没有任何款项变动。")
    operator = "schedule is %(status)s"


class NoUseToTryAgain(Refusal):
    """What would be refused at noon just as well: it is told at once, while there is time to pay by hand."""

    code = "planning.bill.no_use"
    text = _("这一次没有付，再试也一样。没有任何款项变动，请自己付款。")
    operator = "a planned bill cannot be paid as agreed"


class OverMost(NoUseToTryAgain):
    code = "planning.bill.over_most"
    text = _("账单 %(due)s 超过了您设的上限，没有付。没有任何款项变动，请自己付款。")
    operator = "the bill of %(due)s is above what the customer agreed to"


class BillMoved(NoUseToTryAgain):
    code = "planning.bill.moved"
    text = _("账单的到期日提前了，现在付会逾期，没有付。没有任何款项变动，请自己决定。")
    operator = "paid now it would be posted after the due date"


class NothingToPay(Refusal):
    code = "planning.bill.nothing_to_pay"
    text = _("账单已缴清，不用付款。没有任何款项变动。")
    operator = "nothing is due on the planned bill"


class BillUnreachable(Refusal):
    code = "planning.bill.unreachable"
    text = _("查不到账单，这一次没有付。没有任何款项变动。")
    operator = "the biller refused the question, or gave no answer in time"


class TooLateDay(Refusal):
    code = "planning.bill.too_late"
    status = 422
    text = _("那天早上九点付，要 %(posts)s 才入账，晚于到期日 %(due)s，会逾期。最晚的一天是 %(safe)s。没有安排。")
    operator = "paid on that day it would be posted after the due date"


class NoSafeDay(Refusal):
    code = "planning.bill.no_safe_day"
    text = _("明天起自动付都会在到期日 %(due)s 之后入账。请现在就付，%(safe_at)s 前付款才赶得上。没有安排。")
    operator = "every day that could be planned would be late"


class BillWishUnfit(Refusal):
    code = "planning.bill.unfit"
    status = 422
    text = _("请选付全部或最低还款额，上限不少于现在应付的 %(least)s，日期从明天起。没有安排。")
    operator = "choice, limit or day of a planned bill is not allowed"
