"""What settlement does on facts from below. Every task is safe to repeat and to run in any order."""

from kefu.core.events import Payload, listen
from kefu.identity.events import APPROVAL_CHANGED
from kefu.rails import events as rails


def _file(payload: Payload) -> dict[str, str]:
    return {"file": str(payload.get("statement") or payload["file"])}


def _one_queue(_payload: Payload) -> str:
    return "settlement"


def register() -> None:
    for kind in (rails.STATEMENT_IMPORTED, rails.CHANNEL_FILE_IMPORTED):
        # After the wallet has booked what it can; what is still on its way waits for the day after anyhow.
        listen(kind, task="settlement.compare", arguments=_file, lock=_one_queue, priority=-1)
    listen(
        APPROVAL_CHANGED,
        task="settlement.lapse_clearance",
        arguments=lambda payload: {"approval": payload["approval"], "status": payload["status"]},
        lock=lambda payload: f"approval:{payload['approval']}",
    )
