"""What operators fill in."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kefu.core.brand import brand
from kefu.core.money import parse_amount
from kefu.core.refusal import Refusal
from kefu.wallet.queries import IN_PERSON, NOTICE_DAYS, PROOF_NAMES, TIER_NAMES
from kefu.web.forms import Doorway, filled, phone_field, text_field

PERCENT = re.compile(r"[0-9]{1,2}(\.[0-9]{1,4})?")
WINDOWS = (("", _("没有")), ("lifetime", _("一生")), ("year", _("每年")), ("month", _("每月")))
PAYERS = (("payer", _("付款方付")), ("payee", _("收款方付")))


def yuan(text: str) -> int:
    """Minor units of an amount that may be nothing. Refuses `core.amount.*` as a field's error."""
    plain = text.strip()
    if not plain or not plain.strip("0."):
        return 0
    try:
        return parse_amount(plain).minor
    except Refusal as refusal:
        raise ValidationError(refusal.reader_text()) from refusal


def ppm(text: str) -> int:
    """Millionths of a percentage as people write it: `0.1` or `0.1%`."""
    plain = text.strip().removesuffix("%").strip() or "0"
    if not PERCENT.fullmatch(plain):
        raise ValidationError(_("费率写成百分数，例如 0.1，最多四位小数。"))
    whole, _dot, part = plain.partition(".")
    return int(whole) * 10_000 + int(part.ljust(4, "0") or "0")


class YuanField(forms.CharField):
    def clean(self, value: Any) -> int:
        return yuan(super().clean(value))


class PercentField(forms.CharField):
    def clean(self, value: Any) -> int:
        return ppm(super().clean(value))


class TiersField(forms.CharField):
    """One tier a line: from which charged amount (yuan), and its percentage."""

    def clean(self, value: Any) -> tuple[tuple[int, int], ...]:
        lines = [line.split() for line in super().clean(value).splitlines() if line.strip()]
        if any(len(line) != 2 for line in lines):
            raise ValidationError(_("每行写两个数：从多少元起，费率百分数。"))
        return tuple((yuan(bound), ppm(rate)) for bound, rate in lines)


def _amount(label: Any, hint: Any = "") -> YuanField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "0"})
    return YuanField(label=label, max_length=24, required=False, help_text=hint, widget=widget)


class TermsForm(Doorway):
    """When the version begins, in the wallet's zone, and why."""

    effective_from = forms.CharField(
        label=_("生效时间（北京时间）"),
        max_length=32,
        help_text=filled(_("涨价或调低限额要提前 %(days)s 天公布"), {"days": NOTICE_DAYS}),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reason = text_field(_("理由"), most=500, hint=_("复核人会看到"))
    faults = {"wallet.terms.notice": "effective_from", "identity.approval.reason": "reason"}

    def clean_effective_from(self) -> datetime:
        try:
            given = datetime.fromisoformat(self.cleaned_data["effective_from"])
        except ValueError as unreadable:
            raise ValidationError(_("看不懂这个时间，请重新选择。")) from unreadable
        return given if given.tzinfo else given.replace(tzinfo=brand().zone)


class FeeTermsForm(TermsForm):
    fee = forms.ChoiceField(label=_("收费项目"))
    free_up_to = _amount(_("每笔免费部分（元）"))
    free_quota = _amount(_("个人免费额度（元）"))
    window = forms.ChoiceField(label=_("额度周期"), choices=WINDOWS, required=False)
    rate_ppm = PercentField(label=_("费率（%）"), max_length=12, required=False)
    tiers = TiersField(
        label=_("分档（可不填）"),
        max_length=2000,
        required=False,
        help_text=_("每行：从收费部分多少元起，费率百分数。例如 10000 0.05"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    least = _amount(_("最低（元）"))
    most = _amount(_("最高（元）"))
    charged_to = forms.ChoiceField(label=_("谁付"), choices=PAYERS)
    field_order = ["fee", "free_up_to", "free_quota", "window", "rate_ppm", "tiers", "least", "most", "charged_to"]

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fee"].choices = list(names.items())  # type: ignore[attr-defined]

    def terms(self) -> dict[str, Any]:
        """The version's values in minor units and millionths."""
        names = ("free_up_to", "free_quota", "window", "rate_ppm", "tiers", "least", "most", "charged_to")
        return {name: self.cleaned_data[name] for name in names}


class LimitTermsForm(TermsForm):
    series = forms.ChoiceField(label=_("限额"))
    amount = _amount(_("最多（元）"), hint=_("留空就是取消这项限额"))
    faults = {**TermsForm.faults, "wallet.terms.above_law": "amount"}
    field_order = ["series", "amount"]

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].choices = list(names.items())  # type: ignore[attr-defined]

    def cap(self) -> int | None:
        return self.cleaned_data["amount"] or None


class StandingForm(Doorway):
    """Which class, proved how, resting on which outside checks (one a line)."""

    phone = phone_field()
    tier = forms.ChoiceField(label=_("账户类别"), choices=[(str(tier), name) for tier, name in TIER_NAMES.items()])
    proof = forms.ChoiceField(label=_("付款验证"), choices=[(str(proof), name) for proof, name in PROOF_NAMES.items()])
    in_person = forms.BooleanField(label=_("已当面核验身份"), required=False)
    named = forms.CharField(
        label=_("外部核验渠道（每行一个）"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def checks(self) -> list[str]:
        return [*self.cleaned_data["named"].splitlines(), *([IN_PERSON] if self.cleaned_data["in_person"] else [])]
