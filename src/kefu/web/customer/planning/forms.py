"""What customers fill in to plan."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kefu.core.money import Money
from kefu.planning.queries import CATEGORIES
from kefu.web.customer.forms import amount_field
from kefu.web.forms import Doorway, phone_field, pin_field, text_field

GROUPED = re.compile(r"(\+?86[ -]?)?1\d{2}[ -]?\d{4}[ -]?\d{4}")
RHYTHMS = (("monthly", _("每月")), ("once", _("一次")))


def _choices(*first: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [*first, *CATEGORIES.items()]


def day_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget)


def plain(amount: Money | None) -> str:
    """An amount as a person would type it."""
    return f"{amount.minor // 100}.{amount.minor % 100:02d}" if amount else ""


class SplitForm(Doorway):
    faults = {
        "core.amount": "amount",
        "planning.name": "title",
        "planning.split.person": "people",
        "planning.split.people": "people",
        "planning.split.weights": "people",
    }
    title = text_field(_("分摊什么"), most=30, autocomplete="off", placeholder=_("聚餐、车费、礼物…"))
    amount = amount_field(_("一共多少钱"))
    people = forms.CharField(
        label=_("还有谁"),
        max_length=800,
        help_text=_("一行一个手机号；要多分的，在后面空一格写份数，例如 13800000002 2"),
        widget=forms.Textarea(attrs={"rows": "4", "inputmode": "text", "autocomplete": "off"}),
    )
    own = forms.IntegerField(
        label=_("我自己占几份"), min_value=0, max_value=1000, initial=1, help_text=_("不参加分摊就写 0")
    )

    def others(self) -> list[tuple[str, int]]:
        """(phone, weight) a line; a weight that is no whole number is 0 and refused by the room.

        A phone may be written in groups, as telephones show it.
        """
        found = []
        for line in self.cleaned_data["people"].replace("，", "\n").replace(",", "\n").splitlines():
            phone, _space, weight = line.strip().rpartition(" ")
            if GROUPED.fullmatch(line.strip()) or not phone:
                phone, weight = line.strip(), ""
            if phone:
                found.append((phone, _whole(weight) if weight else 1))
        return found


def _whole(given: str) -> int:
    text = given.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


class BudgetForm(Doorway):
    faults = {"core.amount": "amount", "planning.category": "category"}
    category = forms.ChoiceField(label=_("哪一类"), required=False, choices=lambda: _choices(("", _("本月全部"))))
    amount = amount_field(_("每月最多花"))


class PotForm(Doorway):
    faults = {
        "planning.name": "name",
        "planning.pot.name": "name",
        "core.amount": "target",
        "planning.pot.target": "day",
    }
    name = text_field(_("名字"), most=30, autocomplete="off", placeholder=_("旅行、应急、学费…"))
    target = forms.CharField(
        label=_("想存多少（选填）"),
        max_length=24,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": "0.00"}),
    )
    day = day_field(_("想在哪天前存到（选填）"), required=False)


class MoveForm(Doorway):
    faults = {"core.amount": "amount", "wallet.transfer.insufficient": "amount", "wallet.pot.short": "amount"}
    amount = amount_field(_("金额"))


class ScheduleForm(Doorway):
    faults = {
        "wallet.transfer.to_oneself": "phone",
        "wallet.transfer.payee": "phone",
        "wallet.transfer.remark": "remark",
        "core.amount": "amount",
        "planning.schedule.unfit": "first_on",
    }
    phone = phone_field(hint=_("收款人在这里登记的手机号"))
    amount = amount_field(_("每次转多少"))
    rhythm = forms.ChoiceField(label=_("多久一次"), choices=RHYTHMS, widget=forms.RadioSelect, initial="monthly")
    first_on = day_field(_("第一次在哪天"), hint=_("每月的，以后都在这个日子；没有这一天的月份在月底最后一天"))
    working_days = forms.BooleanField(label=_("遇到周末和节假日，顺延到下一个工作日"), required=False)
    remark = text_field(_("附言（选填）"), most=50, required=False, autocomplete="off")


class ScheduleProofForm(ScheduleForm):
    """The same wish once more, with the payment PIN for it."""

    faults = {"identity.pin": "pin", "identity.attempt": "pin", "identity.level": "pin"}
    pin = pin_field()
