"""Refusals about codes to pay and to be paid with. Each changed nothing, and says so."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class CodeAltered(Refusal):
    code = "wallet.code.altered"
    status = 422
    text = _("这不是有效的付款码：可能输错了、扫错了或被改动过。没有任何款项变动，请再扫一次，或请顾客刷新付款码。")
    operator = "not a pay code of ours: length, beginning or check digits are wrong"


class CodeUnknown(Refusal):
    code = "wallet.code.unknown"
    status = 422
    text = _("没有找到这个付款码，可能早已失效。没有任何款项变动，请顾客刷新付款码再试。")
    operator = "no pay code has this digest"


class CodeExpired(Refusal):
    code = "wallet.code.expired"
    text = _("这个付款码已经过期。没有任何款项变动，请顾客刷新付款码再试。")
    operator = "the pay code has run out"


class CodeUsed(Refusal):
    code = "wallet.code.used"
    text = _("这个付款码已经用过，没有再次扣款。要再收一笔，请顾客刷新付款码。")
    operator = "the pay code has been used: a replay"


class CodePayerCannot(Refusal):
    code = "wallet.code.payer_cannot"
    text = _("没有付成，没有任何款项变动。原因只告诉了顾客：请顾客看手机里的通知，或换一种方式付款。")
    operator = "the payer's wallet refused: %(why)s"


class ReceiveCodeAltered(Refusal):
    code = "wallet.receive_code.altered"
    status = 404
    text = _("这个收款码无效，可能没有扫完整或被改动过。没有任何款项变动，请对方重新出示收款码。")
    operator = "a receive code that is not signed by us"


class ReceiveCodeExpired(Refusal):
    code = "wallet.receive_code.expired"
    text = _("这个收款码已经过期。没有任何款项变动，请对方重新出示收款码。")
    operator = "the receive code has run out"


class NoteUnfit(Refusal):
    code = "wallet.receive_code.note_unfit"
    status = 422
    text = _("备注最多 %(most)s 个字，不能有控制字符。没有任何改动。")
    operator = "the note is longer than %(most)s characters or not printable"
