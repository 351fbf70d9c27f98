"""What the conversation itself says when it moves on, in its customer's language."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop, override

from kefu.core.actor import SYSTEM
from kefu.core.events import announce
from kefu.core.ids import new_id
from kefu.core.relay import wake_relay
from kefu.desk import events
from kefu.desk.actions.message import parties_of, write_message
from kefu.desk.models import Conversation, Message

SENTENCES = {
    "queued": gettext_noop("已为您转人工，不用再说一遍：接待的客服能看到以上内容。"),
    "unqueued": gettext_noop("已取消排队，您可以继续提问。"),
    "taken": gettext_noop("%(label)s（工号 %(staff_no)s）已接入。"),
    "handed_over": gettext_noop("会话已转给%(label)s（工号 %(staff_no)s），不用再说一遍。"),
    "handed_back": gettext_noop("正在为您换一位客服，原来的排队位置为您保留，不用再说一遍。"),
    "reopened": gettext_noop("会话已重新打开。"),
    "closed": gettext_noop("本次服务已结束。%(summary)s 接待客服：%(label)s（工号 %(staff_no)s），会话编号 %(no)s。"),
    "closed_by_house": gettext_noop("本次会话已结束，会话编号 %(no)s。再次留言即可继续。"),
}


def tell_event(row: Conversation, code: str, *, now: datetime, **values: Any) -> None:
    """Write what happened into the conversation, as words and as a code, under its lock."""
    with override(row.language):
        body = gettext(SENTENCES[code]) % values
    write_message(
        row,
        actor=SYSTEM,
        message_id=new_id(),
        kind=Message.EVENT,
        body=body,
        data={"event": code, **values},
        now=now,
    )


def announce_state(row: Conversation, *, status: str, now: datetime) -> None:
    announce(
        kind=events.CONVERSATION,
        key=str(row.pk),
        topics=[*parties_of(row), "desk"],
        payload={"conversation": str(row.pk), "status": status},
        now=now,
    )
    wake_relay()
