"""“为什么被限额”, “提现限额多少”: from the customer's own counters and switches, the narrowest first."""

import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.core.money import HOME
from kefu.core.when import spoken
from kefu.wallet import queries as wallet
from kefu.wallet.queries import LimitView, OutletView

# How people say it, beside the outlet's own name.
_MEANT = {
    "withdrawal": re.compile(r"提现|取现|withdraw|cash out", re.IGNORECASE),
    "exchange": re.compile(r"换汇|购汇|结汇|外币|外汇|exchange", re.IGNORECASE),
    "transfer": re.compile(r"转账|转帐|转出|转钱|转|轉|transfer|send", re.IGNORECASE),
}


def limits(context: Context) -> Answer:
    """What stands against the outlet that was named, or against paying at all; what is left, and until when."""
    draft = Draft(context)
    standing = wallet.limits_for(context.actor, now=context.now)
    draft.source("limits", str(standing.tier), label=standing.tier_name)
    meant = _meant(context.text, standing.outlets)
    shut = [outlet for outlet in meant if not outlet.allowed]
    for outlet in meant:
        state = "ok" if outlet.allowed else "block"
        draft.check("switch", state, _("%(what)s开关") % {"what": outlet.name}, f"limits:{outlet.code}")
    found = _unique(limit for outlet in meant for limit in outlet.limits)
    for place, limit in enumerate(found):
        _tell(context, draft, limit, place)
    if any(outlet.code == "withdrawal" for outlet in meant):
        draft.say(_("提现到您自己的银行卡不占用账户的付款限额，只看您自己设的限额和银行的规定。"))
    draft.button("link", _("看限额和开关"), argument="/me/limits/")
    draft.always_a_human()
    return draft.finish("LIMIT", _headline(draft, shut, found))


def _meant(text: str, outlets: Sequence[OutletView]) -> list[OutletView]:
    """The outlets that the words name; all of them when they name none."""
    said = text.casefold()
    named = {code for code, words in _MEANT.items() if words.search(text)}
    named |= {outlet.code for outlet in outlets if outlet.name.casefold() in said}
    return [outlet for outlet in outlets if outlet.code in named] or list(outlets)


def _unique(limits_: Iterable[LimitView]) -> list[LimitView]:
    """Each limit once, the one with the least left first; those in another currency after ours."""
    found = {(limit.series, limit.name): limit for limit in limits_}
    return sorted(found.values(), key=lambda limit: (limit.left.currency != HOME, limit.left.minor))


def _tell(context: Context, draft: Draft, limit: LimitView, place: int) -> None:
    source = draft.source("limit", limit.series or "own", label=limit.name)
    draft.check("limit", "ok" if limit.left.minor else "block", limit.name, source)
    draft.fact(f"name_{place}", limit.name, source)
    draft.fact(f"cap_{place}", limit.cap.text(), source)
    if not limit.is_counted:
        draft.say(_("%(name)s：%(cap)s。") % _fields(place))
        return
    draft.fact(f"used_{place}", limit.used.text(), source)
    draft.fact(f"left_{place}", limit.left.text(), source)
    draft.say(_("%(name)s：%(cap)s，已用 %(used)s，还可以付 %(left)s。") % _fields(place))
    if limit.resets_at is not None:
        draft.fact(f"resets_{place}", spoken(limit.resets_at, now=context.now), source)
        draft.say(_("它在 %(resets)s 恢复。") % _fields(place))


def _fields(place: int) -> dict[str, str]:
    """The sentence's places, numbered like the facts that fill them."""
    return {name: f"%({name}_{place})s" for name in ("name", "cap", "used", "left", "resets")}


def _headline(draft: Draft, shut: Sequence[OutletView], found: Sequence[LimitView]) -> str:
    if shut:
        draft.fact("shut", "、".join(outlet.name for outlet in shut), f"limits:{shut[0].code}")
        return _("您自己关闭了这些付款开关：%(shut)s。凭支付密码可以打开。")
    if not found:
        return _("您现在没有受到限额限制。")
    if found[0].left.minor == 0:
        return _("%(name_0)s已经用完了。")
    return _("最紧的是%(name_0)s，最多 %(cap_0)s。")
