"""What happens when the customer presses a button of an answer. Each press carries its own key and acts once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kefu.assistant.conversation import ASSISTANT, PRIORITIES, PRIORITY_OTHER, want_bank
from kefu.assistant.emergency import wants_human
from kefu.cases import actions as cases
from kefu.cases.actions.case import WORDS_MAX, Opening
from kefu.cases.queries import kind_for_order
from kefu.core.actor import Actor
from kefu.core.refusal import Refusal
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.desk.queries import ConversationView
from kefu.wallet import actions as wallet
from kefu.wallet import queries as orders


class ButtonUnknown(Refusal):
    code = "assistant.button.unknown"
    status = 422
    text = gettext_lazy("这个按钮已经失效，没有做任何改动。请刷新页面，或者直接打字告诉我。")
    operator = "no button with code %(given)s, or its argument is unreadable"


@dataclass(frozen=True)
class Press:
    """One press: by whom, in which conversation, about what, under which key of the browser."""

    actor: Actor
    conversation: ConversationView
    argument: str
    key: UUID
    now: datetime


def press(*, actor: Actor, code: str, argument: str, key: UUID, now: datetime) -> None:
    """Carry out button `code` for the signed-in customer. `key` is the browser's id of this press.

    Refuses unknown buttons; what the rooms below refuse is passed on and nothing is changed.
    """
    deed = _DEEDS.get(code)
    if deed is None:
        raise ButtonUnknown(given=code[:40])
    with transaction.atomic():
        conversation = desk.open_conversation(customer_id=actor.uuid, now=now)
        with translation.override(conversation.language):
            said = deed(Press(actor, conversation, argument, key, now))
            if said:
                desk.add_message(
                    actor=ASSISTANT, conversation_id=conversation.id, message_id=uuid5(key, code), body=said,
                    kind="event", data={"button": code}, now=now,
                )  # fmt: skip


def _order_id(argument: str) -> UUID:
    try:
        return UUID(argument)
    except ValueError as bad:
        raise ButtonUnknown(given=argument[:40]) from bad


def _last_intent(pressed: Press) -> str:
    last = talk.last_answer(pressed.conversation.id)
    return str(last.data.get("intent", "")) if last else ""


def _queue(pressed: Press, *, reason: str, priority: int) -> None:
    desk.queue_conversation(
        actor=pressed.actor, conversation_id=pressed.conversation.id, reason=reason, priority=priority, now=pressed.now
    )


def _human(pressed: Press) -> str:
    intent = _last_intent(pressed)
    _queue(pressed, reason=intent or "contact_human", priority=PRIORITIES.get(intent, PRIORITY_OTHER))
    return "" if pressed.conversation.status == "BOT" else _("您已经在排队，位置为您保留。")


def _freeze(pressed: Press) -> str:
    reason = _STOP_REASONS.get(_last_intent(pressed), "other")
    wallet.stop_outflows(actor=pressed.actor, reason_code=reason, now=pressed.now)
    _queue(pressed, reason=reason, priority=0)
    return _("已停止您账户的所有转出，余额不变。同事马上来帮您看；恢复由您凭支付密码办理。")


def _check_again(pressed: Press) -> str:
    order = orders.order_for(pressed.actor, _order_id(pressed.argument))
    if order.instruction_id is None:
        raise ButtonUnknown(given="check_again")
    want_bank(
        conversation_id=pressed.conversation.id, order_id=order.id, instruction_id=order.instruction_id,
        cause=str(pressed.key), now=pressed.now,
    )  # fmt: skip
    return _("正在向银行再核实一次…")


def _open_case(pressed: Press) -> str:
    order = orders.order_for(pressed.actor, _order_id(pressed.argument)) if pressed.argument else None
    last = talk.last_answer(pressed.conversation.id)
    kind = kind_for_order(order.kind) if order else _KIND_OF_INTENT.get(_last_intent(pressed), "general")
    opening = Opening(
        kind=kind,
        customer_id=pressed.actor.uuid,
        conversation_id=pressed.conversation.id,
        order_id=order.id if order else None,
        words=_last_words(pressed.actor),
        checked=last.data.get("checks", ()) if last else (),
    )
    case = cases.open_case(actor=pressed.actor, opening=opening, now=pressed.now)
    _queue(pressed, reason=kind, priority=PRIORITIES["topup_not_arrived"])
    return _("已为您开工单 %(no)s，查过的内容都附上了。处理结果会在这里告诉您。") % {"no": case.no}


def _last_words(actor: Actor) -> str:
    own = [m.body for m in talk.timeline_for(actor, limit=20) if m.author_kind == "customer"]
    own = [text for text in own if not wants_human(text)]
    return own[-1][:WORDS_MAX] if own else ""


def _cancel(pressed: Press) -> str:
    order = wallet.cancel_transfer(actor=pressed.actor, order_id=_order_id(pressed.argument), now=pressed.now)
    return _("已撤回：%(amount)s 回到了您的可用余额。") % {"amount": order.amount.text()}


def _solved(_pressed: Press) -> str:
    return _("太好了。以后有任何问题，随时在这里找我们。")


_KIND_OF_INTENT = {
    "topup_not_arrived": "topup", "topup_failed": "topup", "transfer_failed": "transfer",
    "transfer_not_received": "transfer", "transfer_wrong_person": "transfer",
    "withdraw_pending": "withdrawal", "repay_delayed": "repayment", "payment_failed": "payment",
    "account_frozen_reason": "restriction", "account_unfreeze": "restriction",
}  # fmt: skip
_STOP_REASONS = {"unauthorized_transaction": "stolen", "scam_report": "scammed", "lost_phone": "phone_lost"}
_DEEDS = {
    "human": _human, "freeze": _freeze, "check_again": _check_again, "open_case": _open_case,
    "cancel": _cancel, "solved": _solved,
}  # fmt: skip
