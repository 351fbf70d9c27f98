"""Refusals on provisional credits. Each changed nothing, and says so."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class NotDisputable(Refusal):
    code = "wallet.provisional.not_disputable"
    status = 422
    text = _("这笔订单的钱没有离开客户的余额，不能先行赔付。没有任何款项变动。")
    operator = "order of kind %(kind)s is %(status)s: nothing left the customer's balance"


class TooMuch(Refusal):
    code = "wallet.provisional.too_much"
    status = 422
    text = _("先行赔付连同已退、已赔的不能超过原订单，最多还可以赔 %(left)s。没有任何款项变动。")
    operator = "provisional credits and refunds would exceed the disputed order; %(left)s is left"


class AlreadyGiven(Refusal):
    code = "wallet.provisional.already_given"
    text = _("这笔订单已有一笔临时款还没有结论，不能再给一笔。没有任何款项变动。")
    operator = "an open provisional credit stands on this order"


class Undecided(Refusal):
    code = "wallet.provisional.undecided"
    text = _("原订单还没有结果，现在把临时款转为客户所有，原款退回或到账时就会重复。请等银行的结果。没有任何款项变动。")
    operator = "the order in dispute is still with the bank: its money may come back by itself"


class ProvisionalMoved(Refusal):
    code = "wallet.provisional.moved"
    text = _("这笔临时款已经不在这个状态，没有重复处理。请刷新页面。")
    operator = "the provisional credit has another status by now"


class WordsUnfit(Refusal):
    code = "wallet.provisional.words_unfit"
    status = 422
    text = _("请选择原因，并写给客户看的说明（最多 %(most)s 个字）。没有任何改动。")
    operator = "reason or basis unknown, or words empty or over %(most)s characters"


class NothingOwed(Refusal):
    code = "wallet.provisional.nothing_owed"
    text = _("这笔临时款没有未还的欠款，不用收回。没有任何款项变动。")
    operator = "nothing is owed on this provisional credit, or its recovery is announced already"
