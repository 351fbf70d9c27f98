"""Background entries: drain one customer's thread; ask the bank and answer again."""

from uuid import UUID

from procrastinate.contrib.django import app

from kefu.assistant import conversation
from kefu.core import clock


@app.task(name="assistant.drain_thread", queue="talk")
def drain_thread(thread: str) -> None:
    """Turn what came in from `thread` into messages, in order, and answer each. Safe to repeat."""
    conversation.drain(thread=thread, now=clock.now())


@app.task(name="assistant.ask_bank", queue="talk")
def ask_bank(conversation_id: str, order: str, instruction: str, cause: str) -> None:
    """Ask the bank about an order and tell the customer what it said. Network; safe to repeat."""
    conversation.follow_up(
        conversation_id=UUID(conversation_id), order_id=UUID(order), instruction_id=UUID(instruction), cause=cause,
        now=clock.now,
    )  # fmt: skip
