"""Provisional credits: whose money it is now, what may become of it and until when, from the customer's own."""

import re

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.pick import pick
from kefu.assistant.playbooks.choose import which_one
from kefu.wallet.queries.provisional import ProvisionalView

NAMED = re.compile(r"临时款|臨時款|先行赔付|先行賠付|临时赔付|垫付|墊付|provisional credit|temporary credit", re.I)
ARTICLE = "/help/a/provisional-credit/"
_OPEN = frozenset({"HELD"})


def about_provisional(text: str) -> bool:
    """Whether a provisional credit is named."""
    return bool(NAMED.search(text))


def provisional(context: Context) -> Answer:
    """“临时款会收回吗”: the credit that is meant, its state, and the date that binds."""
    draft = Draft(context)
    found = pick(context, context.orders_of("provisional"), _OPEN)
    draft.button("link", _("什么是临时款"), argument=ARTICLE)
    draft.always_a_human()
    if not found:
        draft.check("order_found", "warn", _("您的账户里没有临时款"))
        draft.say(_("临时款是核实争议期间先垫付到余额的钱：成立就归您，不成立会先通知您再收回。"))
        draft.say(_("对哪一笔订单有争议，请告诉我订单号，或请人工来开工单。"))
        return draft.finish("NEED_EVIDENCE", _("您的账户里现在没有临时款。"))
    if len(found) > 1:
        return which_one(draft, found)
    ref = draft.about_order(found[0])
    given = draft.order.provisional if draft.order else None
    draft.check("order_found", "ok", draft.fill(_("找到临时款 %(no)s")), ref)
    draft.button("order", _("看这笔临时款"), argument=str(found[0].id))
    return _by_state(draft, given, ref) if given else draft.finish("HANDOFF", _("请人工来核对这笔临时款 %(no)s。"))


def _by_state(draft: Draft, given: ProvisionalView, ref: str) -> Answer:
    draft.moment("decide", given.decide_by, ref)
    draft.moment("back", given.withdraw_at, ref)
    draft.fact("reason", given.reason_text, ref)
    if given.status == "GIVEN":
        draft.check("decision", "unknown", _("争议还在核实"), ref)
        draft.say(_("最迟 %(decide)s 给出结论。争议成立就归您所有；不成立会先通知您，写明理由和日期，然后才收回。"))
        return draft.finish("UNKNOWN_WAIT", _("临时款 %(amount)s 现在就能用，还没有最终结论。"))
    if given.status == "ANNOUNCED":
        draft.check("decision", "block", given.reason_text, ref)
        draft.say(_("那之前您仍可使用。收回时余额不够，少的部分记为欠款，余额不会变成负数。"))
        draft.say(_("不同意，请在那之前转人工，说明理由。"))
        return draft.finish("NOT_ALLOWED", _("临时款 %(amount)s 将在 %(back)s 收回：%(reason)s。"))
    if given.status == "FINAL":
        draft.check("decision", "ok", _("争议成立"), ref)
        return draft.finish("OK_IN_TIME", _("争议成立，临时款 %(amount)s 归您所有，不会再收回。"))
    draft.check("decision", "block", given.reason_text, ref)
    if given.owed.minor:
        draft.fact("owed", given.owed.text(), ref)
        draft.moment("debt", given.recover_at, ref)
        if given.recover_at:
            draft.fact("basis", given.basis_text, ref)
            draft.say(_("还欠 %(owed)s：依据%(basis)s，从 %(debt)s 起从余额收回。"))
        else:
            draft.say(_("还欠 %(owed)s；没有法律依据和事先通知，我们不会从余额里扣。"))
    return draft.finish("NOT_ALLOWED", _("临时款 %(amount)s 已收回：%(reason)s。"))
