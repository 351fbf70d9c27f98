"""A real bank a module, its address in the settings, and a pump for what is announced."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from tests.rails.bank_process import PATH, SECRET, Bank, Request
from tests.rails.pump import Pump

from kefu.core.actor import SYSTEM
from kefu.rails import actions
from kefu.rails.queries import InstructionView


@pytest.fixture(scope="module")
def bank_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    one = Bank(tmp_path_factory.mktemp("bank"))
    yield one
    one.close()


@pytest.fixture
def bank(bank_of_module: Bank, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    """The module's bank, in a sunny mood, as the one that the product talks to."""
    monkeypatch.setattr(settings, "SANDBOX_BANK_URL", bank_of_module.url)
    monkeypatch.setattr(settings, "SANDBOX_BANK_SECRET", SECRET)
    monkeypatch.setattr(settings, "KEFU_FIELD_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    monkeypatch.setattr(settings, "RAILS_LADDER_SECONDS", [5, 15, 60, 300, 900, 3600, 14400])
    bank_of_module.mood("sunny")
    yield bank_of_module
    bank_of_module.mood(None)


@pytest.fixture(scope="module")
def card(bank_of_module: Bank) -> str:
    return bank_of_module.link()


@pytest.fixture
def pump() -> Pump:
    return Pump("rails")


@pytest.fixture
def start() -> datetime:
    """The real present: the bank has a clock of its own."""
    return datetime.now(UTC)


@pytest.fixture
def instruct(card: str, start: datetime) -> Callable[..., InstructionView]:
    """Makes an instruction for ¥200.00, into our account or out of it, not sent yet."""

    def make(amount: int = 200_00, now: datetime | None = None, direction: str = "in") -> InstructionView:
        return actions.create_instruction(
            actor=SYSTEM,
            order_ref=f"order:{uuid4()}",
            direction=direction,
            amount=amount,
            currency="CNY",
            instrument_token=card,
            now=now or start,
        )

    return make


@pytest.fixture
def hand_over() -> Callable[..., actions.CallbackReceipt]:
    """Gives a callback to the product as the web process would."""

    def give(request: Request, *, now: datetime | None = None) -> actions.CallbackReceipt:
        return actions.receive_callback(
            connector_code=named if (named := request.path.rsplit("/", 1)[-1]) in ("biller", "lender") else "sandbox",
            method="POST",
            path=request.path or PATH,
            headers=request.headers,
            body=request.body,
            now=now or datetime.now(UTC),
        )

    return give


@pytest.fixture
def climb_until() -> Callable[..., int]:
    """Lets time pass on the ladder alone: works off every rung due until `seconds` later; how many."""

    def climb(instruction: UUID, *, start: datetime, seconds: float) -> int:
        from kefu.rails.models import Instruction

        rungs = 0
        while True:
            due = Instruction.objects.get(pk=instruction).next_query_at
            if due is None or due > start + timedelta(seconds=seconds):
                return rungs
            assert instruction in actions.claim_due(now=due)
            actions.climb(instruction_id=instruction, now=due)
            rungs += 1

    return climb
