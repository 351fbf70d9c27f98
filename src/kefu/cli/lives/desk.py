"""The people who take over when the ladder of questions has ended: one proposes, another agrees, the bank decides.
And those who judge a doubted rate, of whom one errs or cheats.
"""

from uuid import UUID

from kefu.cli.lives.houses.market import Market
from kefu.cli.lives.world import PASSWORD, World
from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.queries import rates
from kefu.wallet import actions as wallet
from kefu.wallet.models import FOREIGN, MANUAL, TOPUP, Order


class Desk:
    """An agent and a supervisor. A top-up that waits for people gets a case of its own at each try. What an operator
    says of a rate is sometimes not so; the supervisor has looked.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.maker, self.checker = self._staff("1024", "agent"), self._staff("2001", "supervisor")
        self.operator = self._staff("3001", "operator")

    def _staff(self, number: str, role: str) -> Actor:
        made = identity.register_staff(
            actor=SYSTEM, staff_no=number, name=number, alias=number, role=role, password=PASSWORD, now=self.world.now
        )
        return people.actor_for_user(made.id)

    def judge(self) -> None:
        """Whoever is there says what they think of each doubted rate: of the newest, and of one that another judged."""
        doubted = {one.rate.id: one.rate for one in rates.opinions_waiting(now=self.world.now)}
        doubted |= {one.id: one for one in map(rates.newest, FOREIGN) if one is not None and one.is_waiting}
        for told in doubted.values():
            for who in (self.operator, self.checker):
                if self.world.dice.random() < 0.8:
                    self._say(who, told)

    def _say(self, who: Actor, told: rates.RateView) -> None:
        errs = who == self.operator and self.world.dice.random() < 0.2
        accept = Market.was_true(told.as_of) != errs
        try:
            self.world.attempt(
                lambda: wallet.decide_rate(
                    actor=who, rate_id=told.id, accept=accept, words="", now=self.world.now
                )
            )
        except Refusal as refused:
            self.world.counts[f"rate {refused.code}"] += 1

    def waiting(self) -> list[UUID]:
        """The top-ups that people have taken over."""
        return list(Order.objects.filter(kind=TOPUP, status=MANUAL).values_list("id", flat=True))

    def take(self, order: UUID) -> None:
        """One case, from its opening to the posting. What the bank does not confirm stays as it is."""
        self.world.attempt(lambda: self._complete(order))

    def _complete(self, order: UUID) -> None:
        opened, case = self.world.now, f"K{self.world.operations}"
        self.world.wait(minutes=1)
        instruction = outside.instruction_of(f"order:{order}")
        assert instruction is not None
        advice = rails.ask_now(actor=SYSTEM, instruction_id=instruction.id, now=self.world.now)
        if advice.outcome != "SUCCEEDED":
            return
        made = identity.propose_approval(
            actor=self.maker, action="wallet.complete_topup", needed=1, case_ref=case, reason="银行已确认",
            arguments=wallet.completion_arguments(order_id=order, advice_id=advice.id, case_ref=case),
            now=self.world.now,
        )  # fmt: skip
        identity.decide_approval(
            actor=self.checker, approval_id=made.id, approve=True, words="同意", now=self.world.now
        )
        try:
            wallet.complete_topup(
                actor=SYSTEM, order_id=order, advice_id=advice.id, case_ref=case, opened_at=opened,
                approval_id=made.id, now=self.world.now,
            )  # fmt: skip
        except Refusal as refused:
            self.world.counts[f"completion {refused.code}"] += 1
