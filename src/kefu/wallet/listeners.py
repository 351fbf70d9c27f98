"""What the wallet does on facts from below. Every task is safe to repeat and to run in any order."""

from kefu.core.events import Payload, listen
from kefu.identity.events import CUSTOMER_REGISTERED, SECRET_CHANGED
from kefu.rails import events as rails


def _order_ref(payload: Payload) -> dict[str, str]:
    return {"order_ref": str(payload["order_ref"])}


def _one_after_another(payload: Payload) -> str:
    return str(payload["order_ref"])


def register() -> None:
    for kind in (rails.STATUS_CHANGED, rails.OUTCOME_KNOWN, rails.LADDER_ENDED):
        listen(kind, task="wallet.follow_instruction", arguments=_order_ref, lock=_one_after_another)
    listen(
        rails.CONTRADICTED,
        task="wallet.note_contradiction",
        arguments=lambda payload: {**_order_ref(payload), "advice": str(payload["advice"])},
        lock=_one_after_another,
    )
    listen(rails.RECALL_CHANGED, task="wallet.follow_recall", arguments=_order_ref, lock=_one_after_another)
    listen(
        rails.STATEMENT_IMPORTED,
        task="wallet.clear_orders",
        arguments=lambda payload: {"statement": str(payload["statement"])},
        lock=lambda payload: f"statement:{payload['statement']}",
    )
    listen(
        rails.CARD_CHECK_CHANGED,
        task="wallet.take_card",
        arguments=lambda payload: {"check": str(payload["check"])},
        lock=lambda payload: str(payload["owner_ref"]),
    )
    listen(
        CUSTOMER_REGISTERED,
        task="wallet.open_wallet",
        arguments=lambda payload: {"customer": str(payload["customer"])},
        lock=lambda payload: f"wallet:{payload['customer']}",
    )
    listen(
        SECRET_CHANGED,
        task="wallet.suspend_unproved",
        arguments=lambda payload: {name: str(payload[name]) for name in ("user", "what", "at")},
        lock=lambda payload: f"wallet:{payload['user']}",
    )
