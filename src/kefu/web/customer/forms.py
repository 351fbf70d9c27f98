"""What customers fill in, once they are signed in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kefu.identity.queries import PASSWORD_LEAST
from kefu.web.forms import Doorway, code_field, filled, password_field, phone_field, pin_field, text_field

MODES = (("now", _("实时到账")), ("two_hours", _("2 小时后到账")), ("next_day", _("次日到账")))


def amount_field(label: Any) -> forms.CharField:
    attrs = {"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.00"}
    return forms.CharField(label=label, max_length=24, widget=forms.TextInput(attrs=attrs))


class PinForm(Doorway):
    faults = {"identity.pin.wrong": "old", "identity.attempt": "old", "identity.pin": "pin"}
    old = pin_field(_("现在的支付密码"))
    pin = pin_field(_("新的支付密码"), hint=_("6 位数字，不要用生日、连号或手机号里的数字"))

    def __init__(self, *args: Any, has_one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_one:
            del self.fields["old"]


class PasswordChangeForm(Doorway):
    faults = {"identity.password.wrong": "old", "identity.attempt": "old", "identity.password": "new"}
    old = password_field(_("现在的密码"), autocomplete="current-password")
    new = password_field(
        _("新密码"),
        autocomplete="new-password",
        hint=filled(_("至少 %(least)s 个字符；改好后其他设备会退出登录"), {"least": PASSWORD_LEAST}),
    )


class EmailForm(Doorway):
    """`pin` only when a confirmed address is to be replaced."""

    faults = {
        "identity.email": "email",
        "identity.code": "email",
        "identity.pin": "pin",
        "identity.attempt": "pin",
        "identity.level": "pin",
    }
    email = forms.CharField(
        label=_("邮箱地址"),
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email", "inputmode": "email"}),
    )
    pin = pin_field(hint=_("换邮箱要确认是您本人"))

    def __init__(self, *args: Any, has_one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_one:
            del self.fields["pin"]


class EmailCodeForm(Doorway):
    faults = {"identity.code": "code", "identity.attempt": "code"}
    code = code_field(_("邮件里的验证码"))


def time_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=5, widget=forms.TextInput(attrs={"type": "time"}))


class QuietForm(Doorway):
    faults = {"notices.quiet": "begin"}
    begin = time_field(_("从"))
    end = time_field(_("到"))


class CardForm(Doorway):
    faults = {"rails.card.number": "pan", "rails.card.holder": "holder", "identity.phone": "phone"}
    holder = text_field(_("持卡人姓名"), most=80, autocomplete="cc-name")
    pan = text_field(
        _("银行卡号"),
        most=40,
        hint=_("只用来向银行核对，不会保存；以后只显示后四位"),
        autocomplete="cc-number",
        inputmode="numeric",
    )
    phone = phone_field(hint=_("在银行预留的手机号，用来收验证码"))


class CardCodeForm(Doorway):
    faults = {"rails.card": "code"}
    code = code_field(_("银行发来的验证码"))


class TopUpForm(Doorway):
    faults = {"core.amount": "amount", "wallet.card": "card"}
    card = forms.CharField(max_length=40)
    amount = amount_field(_("充值金额"))


class WithdrawForm(Doorway):
    faults = {"core.amount": "amount", "wallet.transfer.insufficient": "amount", "wallet.card": "card"}
    card = forms.CharField(max_length=40)
    amount = amount_field(_("提现金额"))


class BillAccountForm(Doorway):
    faults = {"rails.account": "number", "wallet.bill.payee": "payee"}
    payee = forms.CharField(max_length=40, error_messages={"required": _("请选择要付给哪一家。")})
    number = text_field(_("户号、手机号或卡号"), most=30, autocomplete="off", inputmode="numeric")


class BillAmountForm(Doorway):
    faults = {"core.amount": "amount", "wallet.transfer.insufficient": "amount", "wallet.bill.amount": "amount"}
    choice = forms.CharField(max_length=24)
    amount = amount_field(_("其他金额"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].required = False


class TransferForm(Doorway):
    faults = {
        "wallet.transfer.to_oneself": "phone",
        "wallet.transfer.payee": "phone",
        "identity.phone": "phone",
        "core.amount": "amount",
        "wallet.transfer.insufficient": "amount",
        "wallet.transfer.mode": "mode",
        "wallet.transfer.remark": "remark",
    }
    phone = phone_field(hint=_("收款人在这里登记的手机号"))
    amount = amount_field(_("转账金额"))
    mode = forms.ChoiceField(label=_("到账方式"), choices=MODES, widget=forms.RadioSelect, initial="now")
    remark = text_field(_("附言（选填）"), most=50, required=False, autocomplete="off")


class OwnLimitForm(Doorway):
    """A switch, three caps that may stay empty, and the payment PIN for what widens."""

    faults = {"identity.pin": "pin", "identity.attempt": "pin", "identity.level.insufficient": "pin"}
    allowed = forms.BooleanField(required=False)
    order_cap = amount_field(_("单笔最多（元）"))
    day_cap = amount_field(_("每天最多（元）"))
    month_cap = amount_field(_("每月最多（元）"))
    pin = pin_field(hint=_("只在调高、取消限额或打开时要填"))

    def __init__(self, *args: Any, has_pin: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("order_cap", "day_cap", "month_cap", "pin"):
            self.fields[name].required = False
        if not has_pin:
            del self.fields["pin"]


class StepUpForm(Doorway):
    """The payment PIN for one named thing."""

    faults = {"identity.pin": "pin", "identity.attempt": "pin"}
    pin = pin_field()
