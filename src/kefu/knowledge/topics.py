"""The shelves of the help centre, in the order of its page."""

from django.utils.translation import gettext_lazy as _

TOPICS = {
    "emergency": _("紧急情况"),
    "topup": _("充值"),
    "transfer": _("转账"),
    "withdraw": _("提现"),
    "planning": _("分摊、预算与存钱"),
    "bills": _("缴费与还款"),
    "merchant": _("付款与退款"),
    "account": _("账户与登录"),
    "restriction": _("冻结与限制"),
    "money": _("余额、费用与限额"),
    "safety": _("安全与隐私"),
    "contact": _("联系我们"),
    "basics": _("认识钱包"),
}
