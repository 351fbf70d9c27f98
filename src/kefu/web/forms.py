"""Forms as all places use them: parsed by Django, refused by the room, said at the field it concerns."""

from typing import Any, ClassVar

from django import forms
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


def _filled(text: Any, values: dict[str, Any]) -> str:
    return str(text) % values


filled = lazy(_filled, str)
"""A lazy text with its `%(name)s` filled in when it is read, in the reader's language."""


def _with_remedy(refusal: Refusal) -> str:
    """The sentence, and the link to where the reader can change what stood in the way."""
    if not refusal.remedy:
        return refusal.reader_text()
    return format_html('{} <a href="{}">{}</a>', refusal.reader_text(), refusal.remedy, refusal.remedy_words)


class Doorway(forms.Form):
    """A form whose domain call may refuse. `faults` maps the beginning of a refusal's code to a field."""

    faults: ClassVar[dict[str, str]] = {}
    refusal: Refusal | None = None

    def refuse(self, refusal: Refusal) -> None:
        """Show the refusal at the field that it concerns, else above the form."""
        for beginning, field in self.faults.items():
            if refusal.code.startswith(beginning) and field in self.fields:
                self.add_error(field, _with_remedy(refusal))
                return
        self.refusal = refusal

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form again."""
        return self.refusal.status if self.refusal else 422


def text_field(label: Any, *, most: int, hint: Any = "", required: bool = True, **attrs: Any) -> forms.CharField:
    """A one-line text with a hard upper length; `attrs` go to the input (autocomplete, inputmode …)."""
    return forms.CharField(
        label=label,
        max_length=most,
        help_text=hint,
        required=required,
        widget=forms.TextInput(attrs=attrs),
    )


def phone_field(hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("手机号"),
        max_length=32,
        help_text=hint,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )


def password_field(label: Any, *, autocomplete: str, hint: Any = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=256,
        strip=False,
        required=required,
        help_text=hint,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def code_field(label: Any = None, hint: Any = "") -> forms.CharField:
    """Six digits from an SMS; browsers offer to fill it in."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "digits"}
    return forms.CharField(
        label=label or _("短信验证码"), max_length=12, help_text=hint, widget=forms.TextInput(attrs=attrs)
    )


def pin_field(label: Any = None, hint: Any = "") -> forms.CharField:
    attrs = {"autocomplete": "off", "inputmode": "numeric", "maxlength": "6", "class": "digits"}
    return forms.CharField(
        label=label or _("支付密码"), max_length=12, help_text=hint, widget=forms.PasswordInput(attrs=attrs)
    )
