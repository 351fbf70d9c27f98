"""Refusals about merchants, their sales, payments and refunds. Each changed nothing, and says so."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class MerchantUnfit(Refusal):
    code = "wallet.merchant.unfit"
    status = 422
    text = _("请检查商户名称（2 到 40 个字）、类别和各项条件。没有登记。")
    operator = "name, category or terms of a merchant are out of bounds"


class MerchantTaken(Refusal):
    code = "wallet.merchant.taken"
    text = _("这个商户名称已经登记过了，没有重复登记。")
    operator = "a merchant of this name exists"


class SamePerson(Refusal):
    code = "wallet.merchant.same_person"
    status = 403
    text = _("提出这一步的人和同一条上下级线上的同事不能批准，请由另一条线上的同事审核。没有改动。")
    operator = "who did the first half, or is in one lead chain with them, may not do the second"


class NotAsked(Refusal):
    code = "wallet.merchant.not_asked"
    text = _("恢复收款要由一位同事提出、另一位同意。还没有人提出，没有改动。")
    operator = "nobody has asked to reopen the merchant"


class MerchantMoved(Refusal):
    code = "wallet.merchant.moved"
    text = _("这个商户的状态刚刚变了，没有改动。请刷新页面。")
    operator = "the merchant is not in the status that this step starts from"


class MerchantClosed(Refusal):
    code = "wallet.merchant.closed"
    text = _("这个商户现在不能收款。没有任何款项变动；如果您已经在别处付过，请联系客服。")
    operator = "the merchant is pending or held"


class SaleUnfit(Refusal):
    code = "wallet.sale.unfit"
    status = 422
    text = _("请检查订单号（1 到 40 个字母、数字、- 或 _）、商品名称（1 到 50 个字）和付款时限。没有建立订单。")
    operator = "number, subject or minutes of a sale are out of bounds"


class SaleNoTaken(Refusal):
    code = "wallet.sale.no_taken"
    text = _("这个订单号已经用过，内容不同，没有重复建立。请换一个订单号。")
    operator = "the merchant used this number for another sale"


class SalePaid(Refusal):
    code = "wallet.sale.paid"
    text = _("这笔订单已经付过了，没有重复扣款。")
    operator = "the sale is paid or authorised"


class SaleClosed(Refusal):
    code = "wallet.sale.closed"
    text = _("这笔订单已经关闭或超过付款时限，没有任何款项变动。请让商户重新发一个付款链接。")
    operator = "the sale is closed or has expired"


class NotCapturable(Refusal):
    code = "wallet.payment.not_capturable"
    text = _("这笔付款不在预授权中，或金额超过授权金额。没有任何款项变动。")
    operator = "payment is not held, or more is captured than was authorised"


class PayerStopped(Refusal):
    code = "wallet.payment.payer_stopped"
    text = _("付款人的账户现在不能转出，预授权的款项还在。请稍后再试，或者释放预授权。")
    operator = "the payer has stopped outflows"


class OverRefund(Refusal):
    code = "wallet.refund.too_much"
    status = 422
    text = _("这笔付款最多还能退 %(left)s，没有任何款项变动。")
    operator = "more would be refunded than was captured; %(left)s is left"


class MadeGood(Refusal):
    code = "wallet.refund.made_good"
    status = 422
    text = _("平台已经为这笔付款赔付了付款人，最多还能退 %(left)s，再退就重复了。没有任何款项变动。")
    operator = "the payer was made good by a provisional credit that is final; %(left)s is left"


class NotRefundable(Refusal):
    code = "wallet.refund.not_refundable"
    status = 422
    text = _("这笔订单不能申请退款：%(why)s没有任何改动。")
    operator = "not refundable: %(code)s"


class RefundOpen(Refusal):
    code = "wallet.refund.open"
    text = _("这笔付款已经有一个退款申请在处理，没有重复提交。")
    operator = "the payment has an open refund request"


class RefundMoved(Refusal):
    code = "wallet.refund.moved"
    text = _("这个退款申请的状态刚刚变了，没有改动。请刷新页面。")
    operator = "the refund is not in a status that this step starts from"


class RefundWordsUnfit(Refusal):
    code = "wallet.refund.words_unfit"
    status = 422
    text = _("请写明说明（最多 %(most)s 个字），附件最多 %(files)s 个。没有提交。")
    operator = "words are missing or longer than %(most)s characters, or more than %(files)s files"


class CardNotTaken(Refusal):
    code = "wallet.payment.card_not_taken"
    status = 422
    text = _("这笔订单先预留、后收款，只能用余额付。没有任何款项变动。")
    operator = "a sale that is captured later cannot be charged to a card"


class SalePaying(Refusal):
    code = "wallet.sale.paying"
    text = _("这笔订单正在用银行卡付款，银行还没有答复，没有重复扣款。请等结果。")
    operator = "a card is being charged for the sale"


class RouteTaken(Refusal):
    code = "wallet.refund.route_taken"
    text = _("这笔退款已经有去向，没有重复转出。请刷新页面。")
    operator = "the refund is on its way, has arrived, or was rerouted before"


class RouteInDoubt(Refusal):
    code = "wallet.refund.route_in_doubt"
    text = _("银行先说这笔退款没有付出，后来又说付了，正在人工核对。钱还为您保管着，最迟 %(until)s 就可以改退。")
    operator = "the bank contradicted itself about this refund: it may have reached the card"


class RouteUnfit(Refusal):
    code = "wallet.refund.route_unfit"
    status = 422
    text = _("请选另一张您自己绑定的银行卡，或者退到余额。款项还为您保管着。")
    operator = "the chosen card is the one that could not take the refund, or not the customer's"


class VoucherUnfit(Refusal):
    code = "wallet.voucher.unfit"
    status = 422
    text = _("这张代金券不能用在这笔付款上：%(why)s没有任何款项变动，券还是您的。")
    operator = "the voucher does not fit: %(code)s"


class VoucherGone(Refusal):
    code = "wallet.voucher.gone"
    text = _("代金券已经领完或活动已经结束，没有领取。")
    operator = "no voucher of this campaign is left, or it is not open now"


class CampaignUnfit(Refusal):
    code = "wallet.campaign.unfit"
    status = 422
    text = _("请检查名称、面额、最低消费（要高于面额）、张数和起止时间。没有提交。")
    operator = "name, amount, least spend, count, merchant or times of a campaign are out of bounds"


class CampaignMoved(Refusal):
    code = "wallet.campaign.moved"
    text = _("这个活动的状态刚刚变了，没有改动。请刷新页面。")
    operator = "the campaign is not in the status that this step starts from"
