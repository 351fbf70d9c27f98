"""What people fill in at the doors."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kefu.identity.queries import PASSWORD_LEAST
from kefu.web.forms import Doorway, code_field, filled, password_field, phone_field, text_field

_LEAST = {"least": PASSWORD_LEAST}
_FAULTS = {
    "identity.phone": "phone",
    "identity.code.wrong": "code",
    "identity.name": "name",
    "identity.password": "password",
}


class PhoneForm(Doorway):
    """To which phone a code goes."""

    faults = _FAULTS
    phone = phone_field()


class SignUpForm(Doorway):
    faults = _FAULTS
    phone = forms.CharField(max_length=32, widget=forms.HiddenInput)
    code = code_field()
    name = text_field(_("姓名"), most=80, hint=_("转账给您的人会看到打码后的姓名"), autocomplete="name")
    password = password_field(
        _("登录密码"),
        autocomplete="new-password",
        hint=filled(_("至少 %(least)s 个字符，几个不相关的词连起来最好记；可以粘贴"), _LEAST),
    )


class CodeForm(Doorway):
    """The code alone: it was sent to a phone that is known by now."""

    faults = _FAULTS
    phone = forms.CharField(max_length=32, widget=forms.HiddenInput)
    code = code_field()


class PasswordForm(Doorway):
    faults = _FAULTS
    phone = phone_field()
    password = password_field(_("登录密码"), autocomplete="current-password")


class ResetForm(Doorway):
    faults = _FAULTS
    phone = forms.CharField(max_length=32, widget=forms.HiddenInput)
    code = code_field()
    password = password_field(
        _("新密码"),
        autocomplete="new-password",
        hint=filled(_("至少 %(least)s 个字符；改好后其他设备会退出登录"), _LEAST),
    )


class StaffForm(Doorway):
    faults = {"identity.password": "password"}
    login = text_field(_("工号"), most=20, autocomplete="username", inputmode="numeric")
    password = password_field(_("密码"), autocomplete="current-password")


class MerchantForm(Doorway):
    faults = {"identity.password": "password"}
    login = text_field(_("商户账号"), most=32, autocomplete="username", autocapitalize="none")
    password = password_field(_("密码"), autocomplete="current-password")


class FirstForm(Doorway):
    """The first sign-in with a password that somebody else chose: one's own takes its place."""

    faults = {"identity.password": "new"}
    login = forms.CharField(max_length=32, widget=forms.HiddenInput)
    password = password_field(_("初始密码"), autocomplete="current-password")
    new = password_field(
        _("新密码"),
        autocomplete="new-password",
        hint=filled(_("至少 %(least)s 个字符，几个不相关的词连起来最好记；可以粘贴"), _LEAST),
    )
