"""The fee is a pure function, and the charge is the quote."""

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wallet.town import Town

from kefu.cli.prove.fees import check_rule, random_amount, random_terms
from kefu.cli.prove.fees_door import FIELDS
from kefu.core.refusal import NotFound
from kefu.wallet import actions, queries
from kefu.wallet.models import FeeSchedule
from kefu.wallet.queries.limits.fee import schedule_at
from kefu.wallet.rules.fee import FeeRule, costs_no_more, fee, tiers_fit, window_end, window_start

ROOT = Path(__file__).resolve().parents[2]

NOW = FeeRule(free_up_to=1_000_00, rate_ppm=1000, least=10, most=25_00)


@pytest.mark.row("W-17")
@pytest.mark.parametrize(
    ("amount", "cost"),
    [
        (1, 0),
        (1_000_00, 0),
        (1_000_01, 10),
        (1_100_00, 10),
        (1_104_99, 10),
        (1_105_00, 11),
        (5_000_00, 4_00),
        (26_000_00, 25_00),
        (50_000_00, 25_00),
    ],
)
def test_vectors(amount: int, cost: int) -> None:
    assert fee(NOW, amount) == cost


@pytest.mark.row("W-17")
@pytest.mark.parametrize(
    ("amount", "left", "cost"),
    [(5_000_00, 1_000_00, 4_00), (5_000_00, 0, 5_00), (1_000_00, 1_000_00, 0), (1_000_01, 1_000_00, 10), (1, 0, 10)],
)
def test_vectors_with_a_free_quota(amount: int, left: int, cost: int) -> None:
    """Published vectors of 0.1 %, a free ¥1,000 of a person's life and at least ¥0.10."""
    assert fee(FeeRule(free_up_to=0, rate_ppm=1000, least=10, most=25_00), amount, quota_left=left) == cost


@pytest.mark.row("W-17")
@pytest.mark.parametrize(
    ("window", "since"),
    [
        ("day", "2026-11-01T00:00+08:00"),
        ("month", "2026-11-01T00:00+08:00"),
        ("year", "2026-01-01T00:00+08:00"),
        ("lifetime", None),
    ],
)
def test_a_window_counts_from_its_local_beginning(window: str, since: str | None) -> None:
    # It is November in Shanghai already, and still October in London.
    now = datetime.fromisoformat("2026-10-31T16:30+00:00")
    found = window_start(window, now=now, zone=ZoneInfo("Asia/Shanghai"))
    assert found == (datetime.fromisoformat(since) if since else None)


@pytest.mark.parametrize(
    ("window", "until"),
    [("day", "2027-01-01"), ("month", "2027-01-01"), ("year", "2027-01-01"), ("lifetime", None), ("order", None)],
)
def test_a_window_begins_anew_at_the_next_local_midnight_of_its_kind(window: str, until: str | None) -> None:
    now = datetime.fromisoformat("2026-12-31T23:30+08:00")
    found = window_end(window, now=now, zone=ZoneInfo("Asia/Shanghai"))
    assert found == (datetime.fromisoformat(f"{until}T00:00+08:00") if until else None)


TIERED = FeeRule(free_up_to=0, rate_ppm=6000, tiers=((1_000_00, 4000), (10_000_00, 0)), least=1, most=100_00)


@pytest.mark.row("W-17")
@pytest.mark.parametrize(
    ("amount", "cost"),
    [(1, 1), (99, 1), (1_000_00, 6_00), (1_001_24, 6_00), (1_001_25, 6_01), (10_000_00, 42_00), (50_000_00, 42_00)],
)
def test_each_portion_pays_its_own_rate_and_is_rounded_once_at_the_end(amount: int, cost: int) -> None:
    assert fee(TIERED, amount) == cost


def test_a_portion_without_a_rate_has_no_least() -> None:
    rule = FeeRule(free_up_to=0, rate_ppm=0, tiers=((100_00, 1000),), least=5_00, most=9_00)
    assert [fee(rule, amount) for amount in (1, 100_00, 100_01, 20_000_00)] == [0, 0, 5_00, 9_00]


@pytest.mark.row("W-17")
def test_random_and_published_fees_against_fractions(db: None) -> None:
    """`./kefu prove fees` runs 100,000 of these, and orders through the real actions."""
    dice = random.Random(20)
    published = [{name: getattr(row, name) for name in FIELDS} for row in FeeSchedule.objects.all()]
    assert len(published) >= 5
    wrong = []
    for place in range(3_000):
        terms = published[place % len(published)] if place % 2 else random_terms(dice)
        left = dice.choice([0, terms["free_quota"], dice.randrange(0, terms["free_quota"] + 1)])
        wrong.append(check_rule(terms, random_amount(dice, terms), left))
    assert [line for line in wrong if line] == []


def test_the_proof_notices_a_fee_that_is_a_fen_off(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = {**vars(NOW), "tiers": []}
    assert check_rule(terms, 5_000_00, 0) == ""
    monkeypatch.setattr("kefu.wallet.rules.fee.PPM", 998_000)
    assert "exactly 400" in check_rule(terms, 5_000_00, 0)


@pytest.mark.row("W-17")
def test_the_proof_as_a_command() -> None:
    place = ["--server", os.environ["KEFU_TEST_ADMIN_DSN"], "--template", os.environ["KEFU_TEST_TEMPLATE"]]
    done = subprocess.run(
        [sys.executable, "-m", "kefu.cli", "prove", "fees", "--size", "small", "--json", *place],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["operations"], said["orders"], said["violations"]) == (2_000, 12, [])


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_what_is_judged_no_dearer_never_costs_more(seed: int) -> None:
    dice = random.Random(seed)
    old = random_terms(dice)
    new = {**old, **{name: random_terms(dice)[name] for name in dice.sample(FIELDS[:-1], dice.randrange(1, 4))}}
    if not tiers_fit(new["tiers"]) or new["least"] > new["most"] or (new["window"] == "") != (new["free_quota"] == 0):
        return
    before, after = rule_of(old), rule_of(new)
    assert costs_no_more(before, before)
    if not costs_no_more(after, before):
        return
    for _ in range(30):
        amount, used = random_amount(dice, new), dice.randrange(0, 90_000_00)
        left = {rule: max(0, rule.free_quota - used) for rule in (before, after)}
        assert fee(after, amount, quota_left=left[after]) <= fee(before, amount, quota_left=left[before])


def rule_of(terms: dict[str, Any]) -> FeeRule:
    tiers = tuple((bound, rate) for bound, rate in terms["tiers"])
    return FeeRule(tiers=tiers, **{name: terms[name] for name in FIELDS if name not in ("tiers", "charged_to")})


@pytest.mark.parametrize(
    "bad",
    [
        {"tiers": [[0, 100]]},
        {"tiers": [[5, 1], [5, 2]]},
        {"tiers": [[9, 1], [5, 2]]},
        {"tiers": [[5, 1_000_000]]},
        {"tiers": [[5, -1]]},
        {"tiers": [[5.5, 1]]},
        {"tiers": [["5", 1]]},
        {"tiers": [[5]]},
        {"tiers": {"5": 1}},
        {"charged_to": "nobody"},
        {"charged_to": "payee", "free_quota": 5, "window": "year"},
    ],
)
def test_the_database_refuses_a_fee_that_makes_no_sense(db: None, bad: dict[str, Any]) -> None:
    from django.db import IntegrityError, transaction

    values = {"kind": "transfer", "mode": "now", "version": 9, "effective_from": datetime.now(UTC), "most": 5}
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeSchedule.objects.create(**values, **bad)


def publish(town: Town, kind: str, **terms: Any) -> FeeSchedule:
    """The next version, in force from the town's now on."""
    last = FeeSchedule.objects.filter(kind=kind, mode="now").order_by("-version")[0]
    return FeeSchedule.objects.create(
        kind=kind, mode="now", version=last.version + 1, effective_from=town.now, **terms
    )


@pytest.mark.row("W-17")
def test_the_price_quoted_holds_when_a_new_version_begins_before_the_confirmation(town: Town) -> None:
    lin, zhou = town.customer("林晓", 9_000_00), town.customer("周明")
    quote = town.quote(lin, zhou, 4_000_00)
    town.wait(minutes=1)
    version = publish(town, "transfer", rate_ppm=10_000, most=900_00).version
    done = actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    assert (quote.fee.minor, done.fee.minor) == (3_00, 3_00)
    assert town.money(lin) == (9_000_00 - 4_003_00, 0)
    fresh = town.quote(lin, zhou, 4_000_00)
    assert (fresh.fee.minor, fresh.fee_version) == (40_00, version)
    story = queries.fee_story_for(lin, done.id)
    assert story is not None
    assert (story.schedule.version, story.formula) == (1, "(¥4,000.00 - ¥1,000.00) × 0.1% = ¥3.00")


@pytest.mark.row("W-17")
@pytest.mark.row("F-26")
def test_why_a_withdrawal_cost_what_it_cost_with_the_quota_before_and_after(town: Town) -> None:
    lin, wang = town.customer("林晓", 9_000_00), town.customer("王芳")
    first, second = town.withdraw(lin, 300_00), town.withdraw(lin, 800_00)
    third = town.withdraw(lin, 2_000_00)
    said = [queries.fee_story_for(lin, order.id) for order in (first, second, third)]
    assert [(s.quota_before.minor, s.quota_used.minor, s.quota_after.minor) for s in said if s] == [
        (1_000_00, 300_00, 700_00),
        (700_00, 700_00, 0),
        (0, 0, 0),
    ]
    assert [s.formula for s in said if s] == [
        "¥300.00 都在免费部分之内，不收手续费",
        "(¥800.00 - ¥700.00) × 0.1% = ¥0.10",
        "¥2,000.00 × 0.1% = ¥2.00",
    ]
    assert [s.sum.fee for s in said if s] == [order.fee.minor for order in (first, second, third)]
    with pytest.raises(NotFound):
        queries.fee_story_for(wang, first.id)


def test_the_ends_and_the_tiers_are_said(town: Town) -> None:
    lin, zhou = town.customer("林晓", 50_000_00), town.customer("周明")
    town.top_up(lin, 20_000_00)
    publish(town, "transfer", rate_ppm=1000, tiers=[[10_000_00, 500]], least=20, most=25_00)

    def why(amount: int) -> str:
        quote = town.quote(lin, zhou, amount)
        town.prove(lin, f"quote:{quote.id}")
        made = actions.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
        story = queries.fee_story_for(lin, made.id)
        assert story is not None
        assert story.sum.fee == made.fee.minor
        return story.formula

    assert why(1_00) == "¥1.00 × 0.1% = ¥0.00，不足最低，收 ¥0.20"
    assert why(12_000_00) == "¥10,000.00 × 0.1% + ¥2,000.00 × 0.05% = ¥11.00"
    assert why(45_000_00) == "¥10,000.00 × 0.1% + ¥35,000.00 × 0.05% = ¥27.50，超过最高，收 ¥25.00"


def test_what_the_payee_is_charged_costs_the_payer_nothing(town: Town) -> None:
    lin, zhou = town.customer("林晓", 900_00), town.customer("周明")
    row = publish(town, "transfer", rate_ppm=6000, most=900_00, charged_to="payee")
    assert town.quote(lin, zhou, 100_00).fee.minor == 0
    schedule = schedule_at(kind="transfer", mode="now", now=town.now)
    assert (schedule.id, schedule.payee_charge(100_00), schedule.charge(100_00)) == (row.id, 60, 0)
    done = town.send(lin, zhou, 100_00)
    story = queries.fee_story_for(lin, done.id)
    assert story is not None
    assert "收款方付" in story.formula
