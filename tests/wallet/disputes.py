"""A customer in dispute over an order, and every step on a provisional credit with an approval of its own."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.money import Money
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.wallet import actions
from kefu.wallet.models import Provisional
from kefu.wallet.queries import OrderView

CASE = "C-1"
WORDS = "商户提供了送达证明"


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


class Dispute:
    """A customer who paid somebody, and what is done about it; every step with an approval of its own."""

    def __init__(self, town: Town, who: Actor, disputed: OrderView) -> None:
        self.town, self.who, self.disputed = town, who, disputed
        self.given: UUID | None = None

    def give(self, amount: int, *, case: str = CASE) -> OrderView:
        asked = {"customer_id": self.who.uuid, "order_id": self.disputed.id, "amount": Money(amount), "case_ref": case}
        approval = self._approved("wallet.give_provisional", actions.give_arguments(**asked))
        made = actions.give_provisional(actor=SYSTEM, approval_id=approval, now=self.town.now, **asked)
        self.given = made.id
        return made

    def finalise(self) -> OrderView:
        asked = {"order_id": self.given, "case_ref": CASE}
        approval = self._approved("wallet.finalise_provisional", actions.final_arguments(**asked))
        return actions.finalise_provisional(actor=SYSTEM, approval_id=approval, now=self.town.now, **asked)

    def announce(self) -> Provisional:
        asked = {"order_id": self.given, "reason": "not_upheld", "words": WORDS, "case_ref": CASE}
        approval = self._approved("wallet.announce_provisional", actions.notice_arguments(**asked))
        actions.announce_provisional(actor=SYSTEM, approval_id=approval, now=self.town.now, **asked)
        return self.row()

    def announce_recovery(self) -> Provisional:
        asked = {"order_id": self.given, "basis": "judgment", "words": "判决书（2026）沪01民终1号", "case_ref": CASE}
        approval = self._approved("wallet.recover_provisional", actions.recovery_arguments(**asked))
        actions.announce_recovery(actor=SYSTEM, approval_id=approval, now=self.town.now, **asked)
        return self.row()

    def when_due(self) -> None:
        self.town.now = self.row().withdraw_at + timedelta(seconds=1)

    def row(self) -> Provisional:
        return Provisional.objects.get(pk=self.given)

    def debt(self) -> int:
        return books.balance(f"customer:{self.who.id}", code="A31").posted

    def _approved(self, action: str, arguments: dict[str, object]) -> UUID:
        return self.town.approved(action, arguments, case=CASE)


def safe_and_owed() -> tuple[int, int]:
    seen = books.safeguarding("CNY")
    return seen.resource, seen.requirement
