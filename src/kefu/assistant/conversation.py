"""The assistant's part in a conversation: intake and answer are one step, so that nothing is answered twice."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

from django.db import transaction

from kefu.assistant.actions import Turn, answer
from kefu.assistant.answer import Answer
from kefu.channels import actions as channels
from kefu.channels import queries as inbox
from kefu.channels.queries import IncomingView
from kefu.core.actor import Actor
from kefu.core.events import announce
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.desk.actions.refusals import AssistantSilent, Closed, MessageIdReused
from kefu.desk.queries import ConversationView
from kefu.identity import queries as people
from kefu.language.detect import language_of
from kefu.rails import actions as rails
from kefu.wallet import actions as wallet

ASSISTANT = Actor(kind="system", id="assistant", label="AI")
PRIORITIES = {
    "unauthorized_transaction": 0, "scam_report": 0, "lost_phone": 0, "official_check": 0,
    "account_frozen_reason": 1, "account_unfreeze": 1, "account_locked": 1,
    "topup_not_arrived": 2, "topup_failed": 2, "transfer_failed": 2, "transfer_not_received": 2,
    "transfer_wrong_person": 2, "duplicate_charge": 2, "refund_delayed": 2, "withdraw_pending": 2, "repay_delayed": 2,
}  # fmt: skip
PRIORITY_OTHER = 3


def drain(*, thread: str, now: datetime) -> None:
    """Handle each waiting Incoming of the thread, oldest first, each in one transaction of its own."""
    for incoming in inbox.waiting(thread):
        with transaction.atomic():
            if channels.mark_handled(incoming_id=incoming.id, now=now):
                _take_in(incoming, now=now)


def _take_in(incoming: IncomingView, *, now: datetime) -> None:
    customer = people.actor_for_user(UUID(incoming.thread))
    open_one = desk.open_conversation(customer_id=customer.uuid, now=now)
    desk.add_message(
        actor=customer, conversation_id=open_one.id, message_id=incoming.outside_id, body=incoming.body, kind="text",
        data={"masked": list(incoming.found)} if incoming.found else {}, file_ids=incoming.file_ids, now=now,
    )  # fmt: skip
    if open_one.status != "ASSIGNED":
        _reply(customer, open_one, incoming, now=now)


def _reply(customer: Actor, conversation: ConversationView, incoming: IncomingView, *, now: datetime) -> None:
    language, turn = _language(incoming.body, conversation), _turn(conversation.id)
    said = answer(customer=customer, text=incoming.body, language=language, now=now, turn=turn)
    if said.handover and conversation.status == "BOT":
        # The desk itself says it, with the place in the queue.
        desk.queue_conversation(
            actor=customer, conversation_id=conversation.id, reason=said.intent,
            priority=PRIORITIES.get(turn.last_intent, PRIORITY_OTHER), now=now,
        )  # fmt: skip
        return
    post(conversation.id, said, message_id=uuid5(incoming.outside_id, "answer"), now=now)
    if said.ask_bank is not None and said.order_id is not None:
        want_bank(
            conversation_id=conversation.id, order_id=said.order_id, instruction_id=said.ask_bank,
            cause=f"{incoming.outside_id}", now=now,
        )  # fmt: skip


def _language(text: str, conversation: ConversationView) -> str:
    """The language of the words; digits and emoji alone follow the conversation."""
    if not any(character.isalpha() for character in text):
        return conversation.language
    return "en" if language_of(text) == "en" else "zh-hans"


def _turn(conversation_id: UUID) -> Turn:
    """The matter at hand: the last answer that was about an order or a playbook, not a hand-over."""
    last = talk.last_answer(conversation_id)
    if last is None:
        return Turn()
    order = last.data.get("order")
    return Turn(
        last_intent=last.data.get("intent", ""),
        about=UUID(order) if order else None,
        asked=last.data.get("cause") in ("which_order", "NEED_EVIDENCE"),
    )


def post(conversation_id: UUID, said: Answer, *, message_id: UUID, now: datetime) -> None:
    """Say it in the conversation, with all that it rests on; once a person has it or it is closed, as a plain
    event. Safe to repeat: what was said before a worker was killed stands, also when time has changed its words.
    """
    say = partial(
        desk.add_message,
        actor=ASSISTANT, conversation_id=conversation_id, message_id=message_id, body=said.text,
        data=said.data(), now=now,
    )  # fmt: skip
    with suppress(MessageIdReused):
        try:
            say(kind="event" if said.handover else "answer")
        except (AssistantSilent, Closed):
            say(kind="event")


def want_bank(*, conversation_id: UUID, order_id: UUID, instruction_id: UUID, cause: str, now: datetime) -> None:
    """Have the bank asked after this transaction; `cause` makes the follow-up's message id, so it is said once."""
    announce(
        kind="assistant.bank_wanted",
        key=f"conversation:{conversation_id}",
        topics=[],
        payload={
            "conversation_id": str(conversation_id),
            "order": str(order_id),
            "instruction": str(instruction_id),
            "cause": cause,
        },
        now=now,
    )


def follow_up(
    *, conversation_id: UUID, order_id: UUID, instruction_id: UUID, cause: str, now: Callable[[], datetime]
) -> None:
    """Ask the bank, apply its word to the order once, and answer again; a silent bank is told as such."""
    conversation = talk.conversation_for(ASSISTANT, conversation_id)
    customer = people.actor_for_user(conversation.customer_id)
    advice = rails.ask_now(actor=ASSISTANT, instruction_id=instruction_id, now=now())
    if advice.outcome in ("SUCCEEDED", "FAILED"):
        wallet.follow_instruction(order_id=order_id, now=now())
    last = talk.last_answer(conversation_id)
    intent = last.data.get("intent", "topup_not_arrived") if last else "topup_not_arrived"
    # In the language of the question, which need not be the one that the customer once chose.
    language = _language(last.body, conversation) if last else conversation.language
    said = answer(
        customer=customer, text="", language=language, now=now(),
        turn=Turn(last_intent=intent, about=order_id, bank_asked=True),
    )  # fmt: skip
    post(conversation_id, said, message_id=uuid5(UUID(cause), "after-bank"), now=now())
