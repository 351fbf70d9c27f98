"""Why an account is restricted, what is needed, and how to have it reviewed (反电信网络诈骗法 art. 32)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.wallet.queries import StopView

_SCOPES = {"out": gettext_lazy("转出"), "in": gettext_lazy("转入"), "all": gettext_lazy("转入和转出")}


def why_restricted(context: Context) -> Answer:
    """Each restriction in force with reason, papers and the way to appeal; or that there is none."""
    draft = Draft(context)
    if context.stop is not None:
        return _own_stop(draft, context.stop)
    if not context.restrictions:
        draft.check("restrictions", "ok", _("账户没有任何限制"))
        draft.say(_("如果某个操作被拒绝，请把提示文字发给我，我来查原因。"))
        draft.always_a_human()
        return draft.finish("OK_IN_TIME", _("查过了：您的账户现在没有被冻结或限制。"))
    first = context.restrictions[0]
    for restriction in context.restrictions:
        source = draft.source("restriction", str(restriction.id), label=restriction.reason)
        draft.check("restrictions", "block", restriction.reason, source)
    source = f"restriction:{first.id}"
    draft.fact("reason", first.reason, source)
    draft.fact("scope", _SCOPES[first.scope], source)
    draft.moment("since", first.since, source)
    draft.say(_("限制范围：%(scope)s，从 %(since)s 开始。您的钱一分不少。"))
    draft.fact("materials", "、".join(first.materials), source)
    draft.say(_("解除需要：%(materials)s。提交后由另一位同事审核，审核通过马上解除。"))
    draft.button("open_case", _("提交申诉"))
    draft.always_a_human()
    return draft.finish("RESTRICTED", _("您的账户现在受到限制，原因：%(reason)s。"))


def _own_stop(draft: Draft, stop: StopView) -> Answer:
    source = draft.source("restriction", str(stop.id), label=stop.reason)
    draft.check("restrictions", "block", stop.reason, source)
    draft.moment("since", stop.since, source)
    draft.say(_("这是您自己按下的，%(since)s 起生效。余额一分不少，只是转不出去。"))
    draft.say(_("确认安全后，凭支付密码可以恢复。"))
    draft.button("link", _("去恢复"), argument="/sos/", level="V2")
    draft.always_a_human()
    return draft.finish("RESTRICTED", _("您的账户正处于紧急停止转出的状态。"))
