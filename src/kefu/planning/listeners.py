"""What planning does on facts from below. Every task is safe to repeat and to run in any order."""

from kefu.core.events import listen
from kefu.wallet.events import ORDER_CHANGED


def register() -> None:
    listen(
        ORDER_CHANGED,
        task="planning.follow_order",
        arguments=lambda payload: {"order": str(payload["order"]), "customer": str(payload["customer"])},
        lock=lambda payload: f"planning:{payload['customer']}",
    )
