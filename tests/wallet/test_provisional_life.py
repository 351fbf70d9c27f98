"""Provisional credits under races and in random lives: one end each, books that hold, no negative wallet."""


from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.wallet.disputes import CASE, Dispute, safe_and_owed
from tests.wallet.test_race import at_once
from tests.wallet.town import Town

from kefu.core.actor import SYSTEM, Actor
from kefu.core.refusal import Refusal
from kefu.ledger import queries as books
from kefu.wallet import actions
from kefu.wallet.queries import provisional as provisionals


def test_made_final_and_taken_back_in_the_same_second_exactly_one_happens(committed_town: Town) -> None:
    town = committed_town
    ends = []
    for _round in range(6):
        lin, zhou = town.customer("林晓", 100_00), town.customer("周明")
        one = Dispute(town, lin, town.send(lin, zhou, 60_00))
        one.give(60_00)
        one.announce()
        one.when_due()
        asked = {"order_id": one.given, "case_ref": CASE}
        approval = town.approved("wallet.finalise_provisional", actions.final_arguments(**asked), case=CASE)

        def final(asked=asked, approval=approval) -> str:
            try:
                return actions.finalise_provisional(actor=SYSTEM, approval_id=approval, now=town.now, **asked).status
            except Refusal as refusal:
                return refusal.code

        def back(one=one) -> str:
            return actions.withdraw_provisional(order_id=one.given, now=town.now)

        answers = at_once(final, back)
        status = one.row().status
        if status == "FINAL":
            assert answers == ["SUCCEEDED", "FINAL"]
            assert town.money(lin) == (100_00, 0)
        else:
            assert (status, answers) == ("WITHDRAWN", ["wallet.provisional.moved", "WITHDRAWN"])
            assert town.money(lin) == (40_00, 0)
        assert len([t for t in books.transfers_of(one.given) if t.journal == "PROVISIONAL"]) == 2
        ends.append(status)
    assert books.check_books() == []
    assert set(ends) <= {"FINAL", "WITHDRAWN"}


STEPS = st.lists(
    st.tuples(st.sampled_from(["give", "final", "announce", "due", "spend", "add", "basis", "recover"]), st.integers(1, 90_00)),
    min_size=3, max_size=12,
)  # fmt: skip


class Model:
    """What her balance and her debt must be, told without orders, holds or SQL."""

    def __init__(self, free: int) -> None:
        self.free, self.status, self.amount, self.owed, self.lost = free, "", 0, 0, 0

    def take_back(self) -> None:
        taken = min(self.free, self.amount)
        self.free, self.owed, self.status = self.free - taken, self.owed + self.amount - taken, "WITHDRAWN"


def play(one: Dispute, model: Model, what: str, amount: int, friend: Actor) -> None:
    town = one.town
    if what == "give" and model.status not in ("GIVEN", "ANNOUNCED") and not model.owed:
        amount = min(amount, 60_00)
        left = provisionals.left_to_give(one.disputed.id)
        if left is not None and left.minor >= amount:
            one.give(amount)
            model.free, model.status, model.amount = model.free + amount, "GIVEN", amount
    elif what == "final" and model.status in ("GIVEN", "ANNOUNCED"):
        one.finalise()
        model.status, model.lost = "FINAL", model.lost + model.amount
    elif what == "announce" and model.status == "GIVEN":
        one.announce()
        model.status = "ANNOUNCED"
    elif what == "due" and model.status == "ANNOUNCED":
        one.when_due()
        assert actions.withdraw_due(now=town.now) == 1
        model.take_back()
    elif what == "spend" and 0 < amount <= model.free:
        town.send(one.who, friend, amount)
        model.free -= amount
    elif what == "add":
        assert town.top_up(one.who, amount).status == "SUCCEEDED"
        model.free += amount
    elif what == "basis" and model.owed and one.row().recover_at is None:
        one.announce_recovery()
    elif what == "recover" and model.owed and one.row().recover_at:
        town.now = max(town.now, one.row().recover_at)
        back = min(model.free, model.owed)
        assert actions.recover_provisionals(now=town.now) == back
        model.free, model.owed = model.free - back, model.owed - back


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_the_books_hold_and_no_wallet_is_negative(town: Town, steps: list[tuple[str, int]]) -> None:
    lin, friend = town.customer("林晓", 100_00), town.customer("周明")
    before = SimpleNamespace(loss=town.house("E12"))
    one, model = Dispute(town, lin, town.send(lin, friend, 60_00)), Model(40_00)
    for what, amount in steps:
        play(one, model, what, amount, friend)
        assert town.money(lin) == (model.free, 0)
        assert model.free >= 0
        resource, requirement = safe_and_owed()
        assert resource >= requirement
    assert town.house("E12") - before.loss == model.lost
    if model.owed:
        assert one.debt() == model.owed
    assert books.check_books() == []
