"""Refusals about contactless payment. Each changed nothing, and says so."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class DevicesTooMany(Refusal):
    code = "wallet.tap.devices_too_many"
    text = _("最多在 %(most)s 台设备上开通碰一碰。没有任何改动，请先移除不用的设备。")
    operator = "the customer has as many devices as can be"


class LabelUnfit(Refusal):
    code = "wallet.tap.label_unfit"
    status = 422
    text = _("设备名称要有 1 到 %(most)s 个字，不能有控制字符。没有任何改动。")
    operator = "the device's label is empty, longer than %(most)s characters or not printable"


class DeviceMoved(Refusal):
    code = "wallet.tap.device_moved"
    text = _("这台设备的状态刚刚变了，没有重复办理。请刷新页面再看。")
    operator = "the token is in another status"


class NothingWaits(Refusal):
    code = "wallet.tap.nothing_waits"
    status = 404
    text = _("这台终端没有等待付款的金额，可能已经过时或付过了。没有扣款，请店员重新输入金额。")
    operator = "no amount waits under this terminal number"


class TapUnreadable(Refusal):
    code = "wallet.tap.unreadable"
    status = 422
    text = _("没有读清这一次碰一碰。没有扣款，请再靠近一次。")
    operator = "the tap's parts do not have the form that they must have"


class TapUnknown(Refusal):
    code = "wallet.tap.unknown"
    status = 422
    text = _("不认识这台设备。没有扣款，请换一种方式付款。")
    operator = "no token has this number"


class TapSuspended(Refusal):
    code = "wallet.tap.suspended"
    text = _("这台设备的碰一碰已经停用。没有扣款，请换一种方式付款。")
    operator = "the token is suspended or removed"


class TapReplayed(Refusal):
    code = "wallet.tap.replayed"
    text = _("这一次碰一碰已经用过，没有再次扣款。请再靠近一次。")
    operator = "the tap's counter is not above the highest seen: a replay"


class TapForged(Refusal):
    code = "wallet.tap.forged"
    status = 422
    text = _("这一次碰一碰没有通过校验。没有扣款，请再靠近一次；多次不行请换一种方式付款。")
    operator = "the cryptogram is not the device's"


class TapDoubted(Refusal):
    code = "wallet.tap.doubted"
    text = _("这台设备在这里多次没有通过校验，今天不再收它的碰一碰。没有扣款，请顾客换一种方式付款。")
    operator = "too many wrong cryptograms for this token came through this merchant"


class TapDiffers(Refusal):
    code = "wallet.tap.differs"
    status = 422
    text = _("设备确认的金额和终端的不一样。没有扣款，请店员重新输入金额，再靠近一次。")
    operator = "amount, currency or unpredictable number of the tap is not what waits at the terminal"


class TapPayerCannot(Refusal):
    code = "wallet.tap.payer_cannot"
    text = _("没有付成，没有扣款。原因只告诉了顾客：请顾客看手机里的通知，或换一种方式付款。")
    operator = "the payer's wallet refused: %(why)s"
