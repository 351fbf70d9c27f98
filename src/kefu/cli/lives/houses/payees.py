"""A biller and a lender: they take a payment on before they book it, and may give back what they had booked."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from kefu.cli.lives.houses.house import FAILED, PROCESSING, SUCCEEDED, LyingHouse, Movement
from kefu.core import clock
from kefu.rails import rules
from kefu.rails.connectors.base import AccountAnswer, Payee, PermanentError

CUTOFF = time(16, 0)


@dataclass(frozen=True)
class Due:
    """What is owed on an account in minor units, and whether less is taken too."""

    amount: int
    partial: bool
    on: date


class LyingPayee(LyingHouse, Payee):
    """`dues`: what is owed, by the account's token."""

    refusal = "account_closed"
    words = (*LyingHouse.words, rules.ACKNOWLEDGED)
    dues: ClassVar[dict[str, Due]] = {}

    def decide(self, known: Movement) -> None:
        chance = self.dice.random()
        if known.status == PROCESSING and chance < 0.15:
            known.become(FAILED)
        elif known.status == PROCESSING:
            known.become(rules.ACKNOWLEDGED)
        elif known.status == rules.ACKNOWLEDGED:
            known.become(SUCCEEDED if chance < 0.85 else FAILED)

    def bill(self, token: str, amount: int, *, partial: bool, late: bool) -> None:
        """A bill comes out, of today or of a day that is over: from now on the account owes this."""
        on = clock.now().date() + timedelta(days=-2 if late else 10)
        self.dues[token] = Due(amount, partial, on)

    @staticmethod
    def token(payee: str, number: str) -> str:
        """How the house knows an account."""
        return f"{payee}/{number}"

    def check_account(self, *, payee: str, number: str, token: str, at: datetime | None) -> AccountAnswer:
        self.lose(0.12, "no answer")
        token = token or self.token(payee, number)
        due = self.dues.get(token)
        if due is None or self.lies(0.04):
            raise PermanentError("account_unknown")
        return AccountAnswer(
            token=token, kind="account", number_masked=f"****{token[-4:]}", holder_masked="客*", currency="CNY",
            period=f"{clock.now():%Y-%m}", amount_due=due.amount, minimum=0, partial=due.partial, amounts=(),
            due_on=due.on, cutoff=CUTOFF, days=0,
        )  # fmt: skip


class LyingBiller(LyingPayee):
    code = "biller"
    account = "SANDBOX-BILLER-CNY"


class LyingLender(LyingPayee):
    code = "lender"
    account = "SANDBOX-LENDER-CNY"

