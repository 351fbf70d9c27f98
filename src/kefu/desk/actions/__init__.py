"""Every write of the desk."""

from kefu.desk.actions.conversation import (
    close_conversation,
    hand_over,
    leave_queue,
    open_conversation,
    queue_conversation,
    take_conversation,
    take_next,
)
from kefu.desk.actions.message import (
    add_message,
    add_note,
    fit_words,
    mark_delivered,
    mark_read,
    say_typing,
    say_viewing,
)
from kefu.desk.actions.presence import beat_presence, set_presence, sweep_presence

__all__ = [
    "add_message",
    "add_note",
    "beat_presence",
    "close_conversation",
    "fit_words",
    "hand_over",
    "leave_queue",
    "mark_delivered",
    "mark_read",
    "open_conversation",
    "queue_conversation",
    "say_typing",
    "say_viewing",
    "set_presence",
    "sweep_presence",
    "take_conversation",
    "take_next",
]
