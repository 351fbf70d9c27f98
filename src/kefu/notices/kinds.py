"""Every kind of notice: its words, and whether it may be muted. Money in the values is text with its sign."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """`text` takes the values by name; a value whose name ends in `_at` is an ISO instant and is shown as
    local time.

    Security kinds always go out, by mail too where an address is confirmed.
    """

    title: Any
    text: Any
    security: bool = False
    mail: bool = True


KINDS: dict[str, Kind] = {
    "new_device": Kind(
        _("新设备登录"),
        _("%(at)s 有一台新设备登录了您的账户（%(device)s）。如果不是您本人，请马上停止转出并修改密码。"),
        security=True,
    ),
    "password_changed": Kind(
        _("登录密码已修改"),
        _("您的登录密码已在 %(at)s 修改，其他设备都已退出。如果不是您本人，请马上停止转出并联系我们。"),
        security=True,
    ),
    "pin_changed": Kind(
        _("支付密码已设置"),
        _("您的支付密码已在 %(at)s 设置或修改。如果不是您本人，请马上停止转出并联系我们。"),
        security=True,
    ),
    "outflows_stopped": Kind(
        _("已停止转出"),
        _("应您的要求，账户已停止一切转出。转入不受影响；确认安全后可以自己恢复。"),
        security=True,
    ),
    "outflows_allowed": Kind(
        _("已恢复转出"), _("账户已恢复转出。如果不是您本人操作，请马上联系我们。"), security=True
    ),
    "restricted": Kind(
        _("账户受到限制"),
        _("账户受到限制：%(reason)s。需要的材料：%(materials)s。您可以在“我的”里查看并申诉。"),
        security=True,
    ),
    "restriction_lifted": Kind(_("限制已解除"), _("账户的限制已经解除，可以正常使用。"), security=True),
    "card_linked": Kind(_("已绑定银行卡"), _("已绑定%(bank)s（尾号 %(last4)s）。"), security=True),
    "topup_done": Kind(_("充值到账"), _("充值 %(amount)s 已到账。订单号 %(no)s。")),
    "topup_failed": Kind(
        _("充值未成功"), _("充值 %(amount)s 未成功：%(reason)s。如果银行先扣了款，会由银行退回原卡。订单号 %(no)s。")
    ),
    "topup_completed": Kind(
        _("充值已补入账"), _("已核实银行成功，%(amount)s 已补入账。订单号 %(no)s。由 %(staff)s 办理。")
    ),
    "transfer_sent": Kind(_("转账成功"), _("已转给%(payee)s %(amount)s。订单号 %(no)s。")),
    "transfer_received": Kind(_("收到转账"), _("收到%(payer)s转来的 %(amount)s。")),
    "transfer_cancelled": Kind(
        _("转账已取消"), _("转给%(payee)s的 %(amount)s 已取消，款项已退回余额。订单号 %(no)s。")
    ),
    "transfer_failed": Kind(
        _("转账未成功"), _("转给%(payee)s的 %(amount)s 未成功：%(reason)s。款项已退回余额。订单号 %(no)s。")
    ),
    "withdrawal_done": Kind(_("提现成功"), _("提现 %(amount)s 已由银行付到%(card)s。订单号 %(no)s。")),
    "withdrawal_failed": Kind(
        _("提现未成功"),
        _("提现 %(amount)s 到%(card)s未成功：%(reason)s。款项和手续费 %(fee)s 已退回余额。订单号 %(no)s。"),
    ),
    "withdrawal_returned": Kind(
        _("提现被退回"),
        _("提现 %(amount)s 到%(card)s被银行退回：%(reason)s。款项和手续费 %(fee)s 已回到余额。订单号 %(no)s。"),
    ),
    "receipt_sent": Kind(
        _("交易凭证已备好"),
        _("您要的交易凭证 %(number)s（%(amount)s，订单号 %(no)s）已备好，登录后在“凭证与对账单”里下载。"),
    ),
    "bill_done": Kind(_("缴费已入账"), _("缴费 %(amount)s 已入账：%(payee)s。订单号 %(no)s。")),
    "bill_failed": Kind(
        _("缴费未成功"),
        _("缴费 %(amount)s 未成功（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已退回余额。订单号 %(no)s。"),
    ),
    "bill_returned": Kind(
        _("缴费被退回"),
        _("缴费 %(amount)s 被退回（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已回到余额。订单号 %(no)s。"),
    ),
    "repayment_done": Kind(_("还款已入账"), _("还款 %(amount)s 已入账：%(payee)s。订单号 %(no)s。")),
    "repayment_failed": Kind(
        _("还款未成功"),
        _("还款 %(amount)s 未成功（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已退回余额。订单号 %(no)s。"),
    ),
    "repayment_returned": Kind(
        _("还款被退回"),
        _("还款 %(amount)s 被退回（%(payee)s）：%(reason)s。款项和手续费 %(fee)s 已回到余额。订单号 %(no)s。"),
    ),
    "goodwill_paid": Kind(_("收到补偿"), _("补偿 %(amount)s 已存入您的余额。服务单号 %(case)s。")),
    "case_opened": Kind(_("已为您建立服务单"), _("服务单 %(case)s 已建立，我们会在 %(due_at)s 前给您答复。")),
    "case_closed": Kind(
        _("服务单已办结"), _("服务单 %(case)s 已办结：%(summary)s。为您服务的是 %(staff)s。")
    ),
    "conversation_closed": Kind(
        _("对话已结束"), _("对话 %(no)s 已结束：%(summary)s。为您服务的是 %(staff)s。"), mail=False
    ),
}
