"""Refusals about merchants' pay-outs. Each changed nothing, and says so."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class NothingDue(Refusal):
    code = "wallet.disbursement.nothing_due"
    text = _("现在没有可结算的款项（至少 %(least)s）。没有任何改动；待结算的款到期后会自动付出。")
    operator = "less than the least is due to the merchant"


class AccountMissing(Refusal):
    code = "wallet.disbursement.account_missing"
    text = _("还没有核实过的结算账户。没有付出，款项仍在您的可结算里；请先绑定账户。")
    operator = "the merchant has no active bank account"


class AccountPaused(Refusal):
    code = "wallet.disbursement.account_paused"
    text = _("结算账户刚更换，%(until)s 以前暂停结算。没有付出，款项仍在您的可结算里。")
    operator = "the merchant's account was changed less than the pause ago"


class ShopHeld(Refusal):
    code = "wallet.disbursement.shop_held"
    text = _("收款已暂停，结算也暂停。没有付出，款项仍在您名下；请联系我们核实后恢复。")
    operator = "the merchant is held or not approved"


class AccountMoved(Refusal):
    code = "wallet.merchant_account.moved"
    text = _("这个结算账户刚刚有人处理过，没有重复办理。请刷新页面再看。")
    operator = "the merchant's account is not in a status that this applies to"


class SameHands(Refusal):
    code = "wallet.merchant_account.same_hands"
    status = 403
    text = _("登记这个商户或开过它的账号的人，以及和他同一条线的人，不能核实它的结算账户。没有任何改动，请换一位同事。")
    operator = "registrar, giver of a login, or in one line with them"


class HolderDiffers(Refusal):
    code = "wallet.merchant_account.holder_differs"
    status = 422
    text = _("这个账户的户名和商户名称不一样。没有启用：请核实两者的关系，把依据写清楚再确认，依据会留在审计记录里。")
    operator = "the holder is not named as the merchant is, and no reason was given"
