"""One contract for every house outside: the bank taking in and paying out, the biller and the lender.

Whatever the house, an instruction has one number for ever, is confirmed by our own question, and nothing that a house says
is lost or believed twice.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from tests.rails.bank_process import SECRET, Bank, Request
from tests.rails.pump import Pump

from kefu.core.actor import SYSTEM
from kefu.rails import actions, queries, rules
from kefu.rails.connectors import Order, Payee, PermanentError, connector
from kefu.rails.models import Advice, Instruction
from kefu.rails.queries import InstructionView

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-07"), pytest.mark.row("W-09")]
HOUSES = {
    "bank-in": ("sandbox", "in", ""),
    "bank-out": ("sandbox", "out", ""),
    "biller": ("biller", "out", "river_power"),
    "lender": ("lender", "out", "qinghe_loan"),
}
_seeds = itertools.count(1)


@dataclass
class House:
    """One connector with a running house behind it."""

    bank: Bank
    code: str
    direction: str
    payee: str
    pump: Pump = field(default_factory=lambda: Pump("rails"))

    @property
    def key(self) -> str:
        return "" if self.code == "sandbox" else self.code

    @property
    def acknowledged(self) -> str:
        """The status of an instruction that the house has taken on."""
        return "ACKNOWLEDGED" if self.payee else "SUBMITTED"

    def mood(self, scenario: str | None, **params: object) -> None:
        self.bank.mood(scenario, house=self.key, **params)

    def settle(self, instruction: object, status: str) -> None:
        self.bank.settle(instruction, status, house=self.key)

    def instruct(self, now: datetime | None = None) -> InstructionView:
        """A fresh instruction to an account of its own, not sent yet."""
        token, amount = (self.bank.link(), 200_00) if not self.payee else self.account()
        return actions.create_instruction(
            actor=SYSTEM,
            order_ref=f"order:{uuid4()}",
            direction=self.direction,
            amount=amount,
            currency="CNY",
            instrument_token=token,
            now=now or datetime.now(UTC),
            connector_code=self.code,
        )

    def account(self) -> tuple[str, int]:
        told = self.bank.account(self.code, self.payee, seed=next(_seeds))
        return told["account_token"], told["amount_due"]

    def order(self, made: InstructionView) -> Order:
        row = Instruction.objects.get(pk=made.id)
        return Order(
            instruction=row.id,
            direction=row.direction,
            instrument_token=row.instrument_token,
            amount=row.amount,
            currency=row.currency,
            happened_at=None,
        )

    def taken(self, made: InstructionView) -> int:
        """How often the money of this instruction stands on the house's statement."""
        today = datetime.now(UTC).astimezone(rules.BANK_ZONE).date()
        raw = bytes(self.bank.call("GET", f"/v1/statement?date={today}", house=self.key))
        return raw.count(f"<EndToEndId>{made.id.hex}</EndToEndId>".encode())


def status(made: InstructionView) -> str:
    found = queries.instruction_of(made.order_ref)
    assert found is not None
    return found.status


@pytest.fixture(params=list(HOUSES))
def house(request: pytest.FixtureRequest, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    code, direction, payee = HOUSES[request.param]
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    one = House(bank, code, direction, payee)
    one.mood("sunny")
    yield one
    one.mood(None)


def test_submitting_twice_under_one_number_takes_once_and_answers_the_same(house: House) -> None:
    made = house.instruct()
    first = connector(house.code).submit(house.order(made))
    again = connector(house.code).submit(house.order(made))
    assert (first.outcome, first.bank_ref) == (again.outcome, again.bank_ref)
    assert first.bank_ref
    house.bank.mailbox.of(made.id)
    assert house.taken(made) == 1


def test_same_number_with_another_amount_is_never_a_second_movement(house: House) -> None:
    made = house.instruct()
    connector(house.code).submit(house.order(made))
    other = Order(**{**vars(house.order(made)), "amount": 1})
    with pytest.raises(PermanentError, match="instruction_conflict"):
        connector(house.code).submit(other)


def test_yes_is_confirmed_by_our_question_and_callbacks_move_nothing(house: House, hand_over) -> None:
    house.mood("slow")
    made = house.instruct()
    house.pump.run()
    assert status(made) == house.acknowledged
    house.settle(made.id, "SUCCEEDED")
    heard = house.bank.mailbox.of(made.id)[-1]
    assert hand_over(heard).verdict == "accepted"
    assert status(made) == house.acknowledged
    house.pump.run()
    assert status(made) == "SUCCEEDED"
    settled = queries.settling_advice_of(made.order_ref)
    assert settled is not None
    assert (settled.kind, settled.outcome, settled.amount) == ("query", "SUCCEEDED", made.amount)


def test_lost_callback_is_made_up_for_by_the_ladder(house: House, climb_until: Callable[..., int]) -> None:
    house.mood("lost_callback")
    made = house.instruct()
    house.pump.run()
    climb_until(made.id, start=datetime.now(UTC), seconds=30)
    assert status(made) == "SUCCEEDED"


def test_time_out_is_unknown_and_never_assumed(house: House, climb_until: Callable[..., int]) -> None:
    house.mood("timeout_drops", drops=1, hang_s=0.1, settle_s=0)
    made = house.instruct()
    house.pump.run()
    assert status(made) == "UNKNOWN"
    # It does not know the number: after twenty seconds the same one is sent again, and taken once.
    climb_until(made.id, start=datetime.now(UTC), seconds=120)
    assert (status(made), house.taken(made)) == ("SUCCEEDED", 1)
    kept = Advice.objects.filter(instruction_id=made.id).values_list("outcome", flat=True)
    assert {"UNREACHABLE", "NOT_FOUND", "SUCCEEDED"} <= set(kept)


def test_time_out_that_was_taken_on_is_found_by_asking(house: House, climb_until: Callable[..., int]) -> None:
    house.mood("timeout_accepts", hang_s=6, settle_s=0)
    made = house.instruct()
    house.pump.run()
    assert status(made) == "UNKNOWN"
    house.mood("sunny")
    climb_until(made.id, start=datetime.now(UTC), seconds=60)
    assert (status(made), house.taken(made)) == ("SUCCEEDED", 1)
    assert Instruction.objects.get(pk=made.id).attempts == 1


def test_house_that_is_down_is_unknown_and_asked_again(house: House, climb_until: Callable[..., int]) -> None:
    made = house.instruct()
    house.mood("query_down", settle_s=None)
    house.pump.run()
    assert status(made) == "SUBMITTED", "what nothing has confirmed is not taken on"
    climb_until(made.id, start=datetime.now(UTC), seconds=12)
    # A payee says at once that it has the payment on: of that we have asked once before the ladder did.
    assert status(made) == ("UNKNOWN" if house.payee else "SUBMITTED")
    failures = Advice.objects.filter(instruction_id=made.id, verdict="no_answer")
    assert failures.exists()


def test_refusal_settles_as_failed_with_the_houses_word(house: House) -> None:
    house.mood("bank_denies")
    made = house.instruct()
    house.pump.run()
    found = queries.instruction_of(made.order_ref)
    assert found is not None
    assert (found.status, bool(found.reason), house.taken(made)) == ("FAILED", True, 0)


def test_refused_after_it_was_taken_on(house: House, hand_over) -> None:
    house.mood("slow")
    made = house.instruct()
    house.pump.run()
    house.settle(made.id, "FAILED")
    hand_over(house.bank.mailbox.of(made.id)[-1])
    house.pump.run()
    assert (status(made), house.taken(made)) == ("FAILED", 0)


def test_told_three_times_settles_once(house: House, hand_over) -> None:
    house.mood("repeats", settle_s=0.05)
    made = house.instruct()
    house.pump.run()
    verdicts = [hand_over(heard).verdict for heard in house.bank.mailbox.of(made.id, at_least=3)]
    house.pump.run()
    assert (verdicts[0], set(verdicts[1:])) == ("accepted", {"repeated"})
    assert Advice.objects.filter(instruction_id=made.id, verdict="confirmed").count() == 1


def test_forgeries_are_kept_with_their_verdict_and_move_nothing(house: House, hand_over) -> None:
    house.mood("forges", settle_s=0.05, callback_delay_s=0.6)
    made = house.instruct()
    house.pump.run()
    heard = house.bank.mailbox.of(made.id, at_least=5)
    verdicts = [hand_over(one).verdict for one in heard]
    house.pump.run()
    assert status(made) == "SUCCEEDED"
    assert {"forged", "stale", "mismatched", "accepted"} <= set(verdicts)
    kept = [bytes(raw) for raw in Advice.objects.filter(kind="callback").values_list("raw", flat=True)]
    assert sorted(kept) == sorted(one.body for one in heard)


def test_callback_of_one_house_is_a_forgery_at_another(house: House) -> None:
    house.mood("slow")
    made = house.instruct()
    house.pump.run()
    house.settle(made.id, "SUCCEEDED")
    heard = house.bank.mailbox.of(made.id)[-1]
    other = "lender" if house.code == "biller" else "biller"
    receipt = actions.receive_callback(
        connector_code=other,
        method="POST",
        path=heard.path,
        headers=heard.headers,
        body=heard.body,
        now=datetime.now(UTC),
    )
    assert (receipt.verdict, receipt.http_status) == ("forged", 401)


def test_unreadable_but_rightly_signed_is_kept_and_refused(house: House, hand_over) -> None:
    from kefu.rails.connectors.signing import signed_headers

    path, body = f"/rails/advice/{house.code}", json.dumps({"event": "x", "status": "WHO KNOWS"}).encode()
    secret = connector(house.code)._secret()  # type: ignore[attr-defined]
    headers = signed_headers(secret, method="POST", path=path, body=body, now=datetime.now(UTC))
    assert hand_over(Request(path, headers, body)).verdict == "unreadable"
    assert bytes(Advice.objects.get(verdict="unreadable").raw) == body


def test_statement_settles_what_no_callback_told(house: House) -> None:
    house.mood("lost_callback")
    made = house.instruct()
    house.pump.run()
    now = datetime.now(UTC) + timedelta(seconds=1)
    day = now.astimezone(rules.BANK_ZONE).date()
    statement = actions.fetch_statement(actor=SYSTEM, connector_code=house.code, day=day, now=now)
    lines = [line for line in queries.settled_lines(statement) if line.order_ref == made.order_ref]
    assert [line.amount for line in lines] == [made.amount]
    assert status(made) == "SUCCEEDED"


def test_no_after_yes_is_for_people(house: House) -> None:
    made = house.instruct()
    house.pump.run()
    row = Instruction.objects.get(pk=made.id)
    told = {"direction": house.direction, "fits": True}
    assert rules.verdict_on(status="SUCCEEDED", outcome="FAILED", **told) == "contradicted"
    late = rules.verdict_on(status="FAILED", outcome="SUCCEEDED", **told)
    assert late == ("confirmed" if row.direction == "in" else "contradicted")
    other = rules.verdict_on(status="SUBMITTED", outcome="SUCCEEDED", direction=house.direction, fits=False)
    assert other == "mismatched"


@pytest.mark.parametrize(("code", "payee"), [("biller", "river_water"), ("lender", "cmb_card")])
def test_account_is_asked_for_by_number_and_then_by_its_token(bank: Bank, code: str, payee: str) -> None:
    told = bank.account(code, payee, seed=77)
    found = connector(code)
    assert isinstance(found, Payee)
    by_number = found.check_account(payee=payee, number=told["number"], token="", at=None)
    by_token = found.check_account(payee=payee, number="", token=by_number.token, at=None)
    assert by_number == by_token
    assert told["number"] not in (by_number.token, *([by_number.number_masked] if code == "biller" else []))
    assert by_number.amount_due >= by_number.minimum > 0
    with pytest.raises(PermanentError, match="account_unknown"):
        found.check_account(payee=payee, number="10000", token="", at=None)


def test_check_of_an_account_forgets_its_number(bank: Bank) -> None:
    told = bank.account("biller", "river_gas", seed=5)
    pump, now = Pump("rails"), datetime.now(UTC)
    asked = actions.open_account_check(
        actor=SYSTEM,
        owner_ref="customer:x",
        connector_code="biller",
        payee_code="river_gas",
        number=told["number"],
        now=now,
    )
    assert asked.status == "ASKED"
    assert "rails.account_check_changed" in pump.run()
    found = queries.account_check(asked.id)
    assert (found.status, found.amount_due, found.due_on is not None) == ("FOUND", told["amount_due"], True)
    from kefu.rails.models import AccountCheck

    row = AccountCheck.objects.get(pk=asked.id)
    assert row.sealed is None
    assert told["number"] not in json.dumps({name: str(value) for name, value in vars(row).items()})


def test_check_gives_up_on_a_house_that_is_down_after_a_minute(bank: Bank) -> None:
    bank.mood("down", house="biller")
    now = datetime.now(UTC)
    asked = actions.open_account_check(
        actor=SYSTEM, owner_ref="c", connector_code="biller", payee_code="river_gas", number="12345", now=now
    )
    assert actions.carry_account_check(check_id=asked.id, now=now).status == "ASKED"
    assert asked.id in actions.claim_account_checks(now=now + timedelta(seconds=6))
    after = actions.carry_account_check(check_id=asked.id, now=now + timedelta(seconds=61))
    bank.mood(None, house="biller")
    assert (after.status, after.reason) == ("REFUSED", "unreachable")
