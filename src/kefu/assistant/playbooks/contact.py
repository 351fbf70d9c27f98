"""How to reach us: a person, the hotline, the hours, the wait; all from the one registry and the live queue."""

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.core.brand import brand
from kefu.desk import queries as desk


def human(context: Context) -> Answer:
    """A person: handed over at once; the page shows the place and the wait."""
    words = _("好的，正在为您转人工。您不用再说一遍，客服能看到以上内容。")
    return Draft(context).finish("HANDOFF", words, handover=True)


def hotline(context: Context) -> Answer:
    draft = _with_registry(context)
    draft.say(_("人工服务时间 %(hours)s，紧急情况 24 小时有人接。我们不会主动索要密码或验证码。"))
    draft.always_a_human()
    draft.button("link", _("全部联系方式"), argument="/help/contact/")
    return draft.finish("OK_IN_TIME", _("官方热线是 %(hotline)s。"))


def hours(context: Context) -> Answer:
    draft = _with_registry(context)
    draft.say(_("智能客服 24 小时在线；紧急停止转出随时可用，不用等人。"))
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("人工服务时间是每天 %(hours)s。"))


def channels(context: Context) -> Answer:
    draft = _with_registry(context)
    draft.say(_("热线 %(hotline)s（%(hours)s）；邮件 %(mail)s；或者就在这里转人工。"))
    draft.say(_("联系前请准备好：大概的金额、时间，以及订单号（如果有）。不用准备密码，谁要都别给。"))
    draft.always_a_human()
    draft.button("link", _("全部联系方式"), argument="/help/contact/")
    return draft.finish("OK_IN_TIME", _("在这里、打电话、发邮件都可以找到我们。"))


def wait(context: Context) -> Answer:
    draft = _with_registry(context)
    wait_now = desk.wait_now()
    source = draft.source("queue", "now", label=_("此刻的排队"))
    if wait_now.wait_low_s is None or wait_now.wait_high_s is None:
        draft.say(_("您可以先留言，我们上线后第一时间回复。人工服务时间 %(hours)s。"))
        headline = _("现在没有人工客服在线。")
    else:
        draft.fact("low", max(1, wait_now.wait_low_s // 60), source)
        draft.fact("high", max(1, -(-wait_now.wait_high_s // 60)), source)
        headline = _("现在转人工大约要等 %(low)s 到 %(high)s 分钟。")
        draft.say(_("排队时可以离开这一页，位置会为您保留。"))
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", headline)


def _with_registry(context: Context) -> Draft:
    draft, ours = Draft(context), brand()
    source = draft.source("setting", "brand", label=_("官方联系方式"))
    draft.fact("hotline", ours.hotline, source)
    draft.fact("hours", ours.hours, source)
    draft.fact("mail", ours.mail, source)
    return draft
