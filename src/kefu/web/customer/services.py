"""Everything that a customer can do with the wallet, by group: the menu behind the purse."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kefu.web.sessions import for_customers


@dataclass(frozen=True)
class Service:
    """One entry of the menu."""

    name: Any
    icon: str
    url: str


SERVICES: tuple[tuple[Any, tuple[Service, ...]], ...] = (
    (
        _("收付款"),
        (
            Service(_("充值"), "arrow-down-to-line", "/topup/"),
            Service(_("转账"), "arrow-left-right", "/transfer/"),
            Service(_("付款码"), "qr-code", "/codes/pay/"),
            Service(_("碰一碰"), "nfc", "/tap/"),
            Service(_("收款码"), "scan-qr-code", "/codes/receive/"),
            Service(_("提现"), "arrow-up-from-line", "/withdraw/"),
            Service(_("换汇"), "coins", "/exchange/"),
            Service(_("代金券"), "ticket", "/vouchers/"),
        ),
    ),
    (
        _("生活"),
        (
            Service(_("生活缴费"), "lightbulb", "/bills/"),
            Service(_("还款"), "landmark", "/repay/"),
        ),
    ),
    (
        _("账目"),
        (
            Service(_("账单"), "receipt-text", "/activity/"),
            Service(_("凭证与对账单"), "file-badge", "/receipts/"),
        ),
    ),
    (
        _("打理"),
        (
            Service(_("AA 分摊"), "users", "/splits/"),
            Service(_("消费统计"), "chart-pie", "/spending/"),
            Service(_("预算"), "target", "/budgets/"),
            Service(_("存钱罐"), "piggy-bank", "/pots/"),
            Service(_("定时付款"), "calendar-clock", "/schedules/"),
        ),
    ),
    (
        _("安全与帮助"),
        (
            Service(_("停止转出"), "shield", "/me/outflows/"),
            Service(_("支付限额"), "gauge", "/me/limits/"),
            Service(_("银行卡"), "credit-card", "/me/#cards-title"),
            Service(_("收费标准"), "receipt-text", "/help/fees/"),
            Service(_("问客服"), "message-circle", "/chat/"),
        ),
    ),
)


@for_customers
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    return render(request, "customer/services.html", {"groups": SERVICES})
