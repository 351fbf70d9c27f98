"""Refusals of the wallet. Each changed nothing, and says so to the person who asked."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class ToOneself(Refusal):
    code = "wallet.transfer.to_oneself"
    status = 422
    text = _("不能给自己转账。没有任何款项变动，请换一个收款人。")
    operator = "payer and payee are the same customer"


class PayeeUnknown(Refusal):
    """Also for a payee who may not receive: which of the two is nobody else's business."""

    code = "wallet.transfer.payee_unknown"
    status = 422
    text = _("这个手机号现在不能收款，请向对方核对后再试。没有任何款项变动。")
    operator = "no wallet that can be paid under this phone number"


class ModeUnknown(Refusal):
    code = "wallet.transfer.mode_unknown"
    status = 422
    text = _("请选择到账方式：实时、两小时后或次日。没有任何款项变动。")
    operator = "transfer mode %(mode)s is not one of now, two_hours, next_day"


class RemarkUnfit(Refusal):
    code = "wallet.transfer.remark_unfit"
    status = 422
    text = _("附言最多 %(most)s 个字，不能有控制字符。没有任何款项变动。")
    operator = "remark is longer than %(most)s characters or not printable"


class InsufficientFunds(Refusal):
    code = "wallet.transfer.insufficient_funds"
    status = 422
    text = _("可用余额 %(available)s，不够付 %(needed)s。没有任何款项变动，请先充值或减少金额。")
    operator = "available %(available)s is less than %(needed)s"
    remedy = "/topup/"
    remedy_words = _("去充值")


class QuoteExpired(Refusal):
    code = "wallet.quote.expired"
    text = _("确认页已过有效时间，为安全已失效。没有任何款项变动，请重新填写。")
    operator = "the quote has expired"


class QuoteChanged(Refusal):
    code = "wallet.quote.changed"
    text = _("手续费和确认页上的不一样了（免费额度刚被另一笔提现用掉）。没有任何款项变动，请重新确认。")
    operator = "the fee or the free quota has changed since the quote"


class NotCancellable(Refusal):
    code = "wallet.transfer.not_cancellable"
    text = _("这笔转账现在不能取消：%(why)s")
    operator = "order is %(status)s, not HELD"


class OutflowsStopped(Refusal):
    code = "wallet.account.outflows_stopped"
    status = 403
    text = _("您的账户已停止转出，款项都还在。确认安全后，请先在“我的”里恢复转出。")
    operator = "the customer has stopped outflows"
    remedy = "/me/outflows/"
    remedy_words = _("去恢复转出")


class AccountRestricted(Refusal):
    code = "wallet.account.restricted"
    status = 403
    text = _("账户因“%(reason)s”受到限制，暂时不能办理。需要的材料：%(materials)s。款项都还在。")
    operator = "restriction %(code)s in force"


class ReasonUnknown(Refusal):
    code = "wallet.restriction.reason_unknown"
    status = 422
    text = _("请选择限制的原因和期限。没有任何改动。")
    operator = "reason, scope or end of a restriction is not one of those allowed"


class EvidenceMissing(Refusal):
    code = "wallet.topup.evidence_missing"
    text = _("补入账必须有银行的确认。这条记录不是这笔订单的银行成功确认，没有任何款项变动。")
    operator = "advice is no confirmation by the bank of this very order (%(why)s)"


class EvidenceTooOld(Refusal):
    code = "wallet.topup.evidence_too_old"
    text = _("银行确认要在服务单建立之后取得。请重新向银行查询，没有任何款项变动。")
    operator = "the confirmation was stored before the case was opened"


class AlreadyDone(Refusal):
    code = "wallet.topup.already_done"
    text = _("这笔充值已经到账，没有重复入账。")
    operator = "the order has succeeded already"


class CaseMissing(Refusal):
    code = "wallet.goodwill.case_missing"
    status = 422
    text = _("补偿必须写明服务单号。没有任何款项变动。")
    operator = "a goodwill credit needs the case that decided it"


class CardsTooMany(Refusal):
    code = "wallet.card.too_many"
    text = _("最多绑定 %(most)s 张银行卡，请先解绑不用的卡。")
    operator = "customer has the most cards allowed"
    remedy = "/me/#cards-title"
    remedy_words = _("看已绑的卡")


class PotShort(Refusal):
    code = "wallet.pot.short"
    status = 422
    text = _("存钱罐里有 %(there)s，不够转回 %(needed)s。没有任何款项变动，请减少金额。")
    operator = "pot holds %(there)s, less than %(needed)s"


class PayeeNotOffered(Refusal):
    code = "wallet.bill.payee_unknown"
    status = 422
    text = _("暂不支持向这家机构付款，请重新选择。没有任何款项变动。")
    operator = "no payee has this code"


class BillCheckOver(Refusal):
    code = "wallet.bill.check_over"
    text = _("账单查询已超过 10 分钟，金额可能变了。没有任何款项变动，请重新查询。")
    operator = "the account check is not FOUND or has run out"


class NothingDue(Refusal):
    code = "wallet.bill.nothing_due"
    text = _("这个账户现在没有欠费，不用付款。没有任何款项变动。")
    operator = "nothing is due on this account"


class BillAmountUnfit(Refusal):
    code = "wallet.bill.amount_unfit"
    status = 422
    text = _("对方不收这个金额：最多 %(most)s，一次缴清的账单只收全额。没有任何款项变动。")
    operator = "the biller does not take this amount"


class BillUnderWay(Refusal):
    code = "wallet.bill.under_way"
    text = _("请勿重复支付：同一账户、同样金额 %(amount)s 的一笔（订单号 %(no)s）还没有结果。没有再次扣款。")
    operator = "order %(order)s to the same account over the same amount is still open"


class BillPaidSince(Refusal):
    code = "wallet.bill.paid_since"
    text = _(
        "查询账单之后，这个账户已付过一笔 %(amount)s（订单号 %(no)s），欠费金额可能变了。没有再次扣款，请重新查询。"
    )
    operator = "order %(order)s to the same account was made after the biller had been asked"


class BillLate(Refusal):
    code = "wallet.bill.late"
    text = _("预计在到期日之后入账。请先勾选“我知道可能逾期”，再确认付款。没有任何款项变动。")
    operator = "it would be posted after the due date, and the customer has not accepted that"


class BooksRefused(Refusal):
    code = "wallet.books.refused"
    text = _("这一步没有办成，没有任何款项变动。请稍后再试；如果还不行，请联系我们。")
    operator = "the ledger refused: %(ledger_code)s"


_LIMITS = "/me/limits/"
_SEE_LIMITS = _("看限额和开关")


class PermissionOff(Refusal):
    code = "wallet.permission.off"
    status = 403
    text = _("您关闭了“%(outlet)s”的付款开关，所以没有办理。没有任何款项变动；要用时可以凭支付密码打开。")
    operator = "the customer has switched off outlet %(outlet)s"
    remedy = _LIMITS
    remedy_words = _SEE_LIMITS


class LimitReached(Refusal):
    """The limit that refused: `name`, `cap`, `left`, when it begins anew (`resets`), and `how` to change it."""

    code = "wallet.limit.reached"
    status = 422
    text = _("超过%(name)s %(cap)s，还可以付 %(left)s。%(resets)s%(how)s没有任何款项变动。")
    operator = "limit %(series)s of %(cap)s leaves %(left)s"
    remedy: ClassVar[str] = _LIMITS
    remedy_words: ClassVar[Any] = _SEE_LIMITS


class OrderLimit(LimitReached):
    code = "wallet.limit.order"
    text = _("超过%(name)s %(cap)s。%(how)s没有任何款项变动。")


class DailyLimit(LimitReached):
    code = "wallet.limit.daily"


class MonthlyLimit(LimitReached):
    code = "wallet.limit.monthly"


class YearlyLimit(LimitReached):
    code = "wallet.limit.yearly"


class LifetimeLimit(LimitReached):
    code = "wallet.limit.lifetime"


class PairUnknown(Refusal):
    code = "wallet.exchange.pair_unknown"
    status = 422
    text = _("请选择一种外币，与人民币互换。没有任何款项变动。")
    operator = "not one of our currency and a foreign one that is exchanged"


class PurposeMissing(Refusal):
    code = "wallet.exchange.purpose_missing"
    status = 422
    text = _("请按规定申报这笔换汇的用途或来源。没有任何款项变动。")
    operator = "no purpose, or one that is not declared for this side"


class RateStale(Refusal):
    code = "wallet.exchange.rate_stale"
    status = 503
    text = _("%(currency)s 的最新汇率正在核实，暂时不能换汇。没有任何款项变动，余额都在，请过几分钟再试。")
    operator = "no fresh and believed market rate for %(currency)s"


class RateMoved(Refusal):
    code = "wallet.exchange.rate_moved"
    text = _("汇率刚刚变了，确认页上的价格不再有效。没有任何款项变动，请按新的汇率重新确认。")
    operator = "the market moved further than the spread since the quote, or the spread changed"
    remedy = "/exchange/"
    remedy_words = _("重新报价")


class ExchangeTooLittle(Refusal):
    code = "wallet.exchange.too_little"
    status = 422
    text = _("金额太小，换不到对方货币的最小单位。没有任何款项变动，请增加金额。")
    operator = "the amount is worth less than the smallest unit of what is bought"


class ExchangeQuota(YearlyLimit):
    code = "wallet.exchange.quota"
    text = _("超过%(name)s %(cap)s（按美元折算），今年还剩 %(left)s。%(resets)s没有任何款项变动。")


class CapUnfit(Refusal):
    code = "wallet.limit.cap_unfit"
    status = 422
    text = _("限额要大于 0，最多 %(most)s；不想要自己的限额就留空。没有任何改动。")
    operator = "an own cap is not positive or too large"


class StandingUnknown(Refusal):
    code = "wallet.standing.unknown"
    status = 422
    text = _("请选择账户类别和验证强度。没有任何改动。")
    operator = "tier or proof is not one of 1, 2, 3"


class ChecksMissing(Refusal):
    code = "wallet.standing.checks_missing"
    status = 422
    text = _("%(tier)s类账户要有 %(needed)s 项不同的外部身份核验，或当面核验。没有任何改动。")
    operator = "class %(tier)s needs %(needed)s outside checks"


class TermsUnfit(Refusal):
    code = "wallet.terms.unfit"
    status = 422
    text = _("新版本的内容有误：%(why)s没有发布，现在的版本照旧。")
    operator = "the version proposed is not one that can be published"


class NoticeTooShort(Refusal):
    code = "wallet.terms.notice_too_short"
    status = 422
    text = _("对客户不利的改动要提前 %(days)s 天公布，最早 %(earliest)s 生效。没有发布，现在的版本照旧。")
    operator = "a change to the customers' disadvantage needs %(days)s days of notice"


class AboveLaw(Refusal):
    code = "wallet.terms.above_law"
    status = 422
    text = _("这一限额依法最高 %(most)s，不能更高。没有发布，现在的版本照旧。")
    operator = "the limit would be above %(most)s, which the law allows"


class TermsSettled(Refusal):
    code = "wallet.terms.settled"
    text = _("这项改动已经有了结果，不能再改。请刷新页面查看。")
    operator = "the change of terms was settled before"


class StandingWaits(Refusal):
    code = "wallet.standing.waits"
    text = _("这位客户的账户类别已有一项申请在等另一位同事同意，没有重复提交。")
    operator = "a higher standing of this customer waits for a decision"


class StandingSettled(Refusal):
    code = "wallet.standing.settled"
    text = _("这项申请已经有了结果，或超过一天没有人同意。没有改动，请刷新页面。")
    operator = "the change of standing is decided or has lapsed"


class StandingSamePerson(Refusal):
    code = "wallet.standing.same_person"
    status = 403
    text = _("提出的人和同一条上下级线上的同事不能同意，请由另一条线上的同事办理。没有改动。")
    operator = "who proposed the standing, or is in one lead chain with them, may not decide it"


class LoginWaits(Refusal):
    code = "wallet.merchant.login_waits"
    status = 403
    text = _("这个账号还在等我们另一位同事确认，确认后才能使用。没有任何改动。")
    operator = "the merchant's login is not confirmed by a second person yet"
