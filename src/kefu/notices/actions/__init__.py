"""Every write of this room: the door that others import."""

from kefu.notices.actions.notice import mark_read, tell
from kefu.notices.actions.outgoing import due_outgoing, lapse_outgoing, send_code, send_mail_code, send_outgoing
from kefu.notices.actions.preference import set_mail, set_quiet_hours

__all__ = [
    "due_outgoing",
    "lapse_outgoing",
    "mark_read",
    "send_code",
    "send_mail_code",
    "send_outgoing",
    "set_mail",
    "set_quiet_hours",
    "tell",
]
