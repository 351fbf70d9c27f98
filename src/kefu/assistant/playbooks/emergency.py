"""Money is being lost: the stop button first, then one short sentence at a time, and a person always."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.core.brand import brand


def stolen(context: Context) -> Answer:
    """盗刷: stop what can still go out, then look at each payment together."""
    return _stop_first(context, _("先停止付款，再慢慢查。点下面的红色按钮，您账户的所有转出马上停止。"))


def scam(context: Context) -> Answer:
    """被骗: stop, hang up, call the police; do not blame."""
    return _stop_first(
        context, _("请立即停止转账，关闭屏幕共享。点下面的红色按钮，您账户的所有转出马上停止。"), police=True
    )


def lost_phone(context: Context) -> Answer:
    """手机丢了: whoever holds the phone can no longer send anything."""
    return _stop_first(context, _("先锁住钱。点下面的红色按钮，捡到手机的人也转不走您的钱。"))


def _stop_first(context: Context, headline: str, *, police: bool = False) -> Answer:
    draft = Draft(context)
    draft.fact("hotline", brand().hotline, draft.source("setting", "brand.hotline", label=_("官方热线")))
    if context.stop is not None:
        draft.check("outflows", "ok", _("转出已经停止"), draft.source("restriction", str(context.stop.id)))
        headline = _("您账户的所有转出已经停止，没有人能再转走钱。")
    else:
        draft.button("freeze", _("停止所有转出"), tone="danger")
    if police:
        draft.say(_("马上拨打 110 或 96110 报警，并保留聊天和转账记录。"))
    draft.say(_("停止只影响转出，余额不变；恢复由您凭支付密码办理。"))
    draft.say(_("也可以打官方热线 %(hotline)s。我们不会向您要密码或验证码。"))
    draft.button("human", _("马上转人工"), tone="main")
    draft.button("link", _("看最近的交易"), argument="/activity/")
    return draft.finish("P0_STOP", headline)
