"""What rails does on its own facts, after commit: everything that needs the network."""

from kefu.core.events import Payload, listen
from kefu.rails import events as facts


def _instruction(payload: Payload) -> dict[str, str]:
    return {"instruction": str(payload["instruction"])}


def _check(payload: Payload) -> dict[str, str]:
    return {"check": str(payload["check"])}


def register() -> None:
    for kind, task in (
        (facts.INSTRUCTION_CREATED, "rails.submit_instruction"),
        (facts.ADVICE_WRITTEN, "rails.ask_bank"),
        (facts.ASK_WANTED, "rails.ask_bank"),
    ):
        listen(kind, task=task, arguments=_instruction, lock=lambda payload: f"rails:{payload['instruction']}")
    for kind in (facts.RECALL_WANTED, facts.RECALL_ADVISED):
        listen(
            kind,
            task="rails.carry_recall",
            arguments=lambda payload: {"recall": str(payload["recall"])},
            lock=lambda payload: f"recall:{payload['recall']}",
        )
    for kind in (facts.CARD_CHECK_OPENED, facts.CARD_CODE_GIVEN):
        listen(
            kind,
            task="rails.carry_card_check",
            arguments=_check,
            lock=lambda payload: f"card:{payload['check']}",
        )
    listen(
        facts.ACCOUNT_CHECK_OPENED,
        task="rails.carry_account_check",
        arguments=_check,
        lock=lambda payload: f"account:{payload['check']}",
    )
