"""New versions of fees and limits: by two people, for the future, with notice when they cost customers something."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.wallet.test_race import at_once

from kefu.core.brand import brand
from kefu.core.models import AuditEntry
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import queries as people
from kefu.wallet import actions, queries
from kefu.wallet.models import FeeSchedule, Limit, TermsChange
from kefu.wallet.queries.limits.terms import changes_for

SAME = {"free_up_to": 1_000_00, "rate_ppm": 1000, "least": 10, "most": 25_00}


class House:
    """钱 the operator proposes, 赵 the supervisor decides."""

    def __init__(self, town) -> None:
        self.town = town
        self.qian, self.zhao = town.staff("钱", "operator"), town.staff("赵", "supervisor")

    def fee(self, *, days: float = 31, by=None, reason: str = "成本变化", **terms):
        fee = actions.FeeTerms(kind="transfer", mode="now", **{**SAME, **terms})
        # In the wallet's zone, as a form gives it: what the checker agrees to is the same instant.
        at = (self.town.now + timedelta(days=days)).astimezone(brand().zone)
        return actions.propose_fee(
            actor=by or self.qian, fee=fee, effective_from=at, reason=reason, now=self.town.now
        )

    def limit(self, cap, *, series: str = "proof_2_day", days: float = 31):
        at = self.town.now + timedelta(days=days)
        return actions.propose_limit(
            actor=self.qian, series=series, cap=cap, effective_from=at, reason="风险变化", now=self.town.now
        )

    def decide(self, change, *, approve: bool = True, by=None):
        return actions.decide_terms(
            actor=by or self.zhao, change_id=change.id, approve=approve, words="同意", now=self.town.now
        )


@pytest.fixture
def house(town) -> House:
    return House(town)


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value.code


@pytest.mark.row("W-17")
def test_a_payer_is_never_charged_for_paying_a_merchant(town, house) -> None:
    at = town.now + timedelta(days=40)
    for terms in ({"rate_ppm": 1000, "most": 5_00}, {"tiers": ((100_00, 500),), "most": 5_00}, {"least": 1, "most": 5}):
        fee = actions.FeeTerms(kind="payment", mode="now", **terms)
        with pytest.raises(Refusal) as caught:
            actions.propose_fee(actor=house.qian, fee=fee, effective_from=at, reason="成本", now=town.now)
        assert (caught.value.code, "商户的费率在它的条款里" in caught.value.reader_text()) == ("wallet.terms.unfit", True)
    assert not TermsChange.objects.exists()
    free = actions.FeeTerms(kind="payment", mode="now")
    change = actions.propose_fee(actor=house.qian, fee=free, effective_from=at, reason="重申", now=town.now)
    assert house.decide(change).status == "PUBLISHED"


@pytest.mark.row("W-17")
def test_a_rise_is_announced_thirty_days_before_and_then_charged(town, house) -> None:
    lin, zhou = town.customer("林晓", 9_000_00), town.customer("周明")
    change = house.fee(rate_ppm=2000, tiers=((3_000_00, 1000),))
    assert change.status == "PROPOSED"
    assert FeeSchedule.objects.filter(kind="transfer", mode="now").count() == 1
    assert house.decide(change).status == "PUBLISHED"
    now, coming = [view for view in queries.fee_versions(now=town.now) if (view.kind, view.mode) == ("transfer", "now")]
    assert (now.version, now.is_coming, coming.version, coming.is_coming) == (1, False, 2, True)
    assert town.quote(lin, zhou, 5_000_00).fee.minor == 4_00
    town.wait(days=31, seconds=1)
    assert town.quote(lin, zhou, 5_000_00).fee.minor == 7_00
    entry = AuditEntry.objects.get(action="wallet.publish_terms")
    assert (entry.actor, entry.data["version"], entry.data["rate_ppm"]) == (house.zhao.ref, 2, 2000)
    assert AuditEntry.objects.get(action="wallet.propose_terms").actor == house.qian.ref


@pytest.mark.row("W-17")
@pytest.mark.parametrize(
    ("terms", "days", "code"),
    [
        ({"rate_ppm": 1001}, 29.9, "wallet.terms.notice_too_short"),
        ({"least": 11}, 29, "wallet.terms.notice_too_short"),
        ({"most": 25_01}, 29, "wallet.terms.notice_too_short"),
        ({"free_up_to": 999_99}, 29, "wallet.terms.notice_too_short"),
        ({"tiers": ((5_00, 1001),)}, 29, "wallet.terms.notice_too_short"),
        ({"charged_to": "payee"}, 29, "wallet.terms.notice_too_short"),
        ({"rate_ppm": 900}, -1, "wallet.terms.unfit"),
        ({"rate_ppm": 1_000_000}, 40, "wallet.terms.unfit"),
        ({"rate_ppm": -1}, 40, "wallet.terms.unfit"),
        ({"least": 26_00}, 40, "wallet.terms.unfit"),
        ({"tiers": ((0, 10),)}, 40, "wallet.terms.unfit"),
        ({"tiers": ((10, 10), (9, 5))}, 40, "wallet.terms.unfit"),
        ({"free_quota": 5}, 40, "wallet.terms.unfit"),
        ({"window": "week", "free_quota": 5}, 40, "wallet.terms.unfit"),
        ({"charged_to": "us"}, 40, "wallet.terms.unfit"),
        ({"most": 10**18}, 40, "wallet.terms.unfit"),
    ],
)
def test_what_cannot_be_published_is_refused_before_anybody_reads_it(house, terms, days, code) -> None:
    assert code_of(house.fee, days=days, **terms) == code
    assert not TermsChange.objects.exists()


def test_a_fee_that_falls_may_begin_at_once(town, house) -> None:
    house.decide(house.fee(days=0.01, rate_ppm=900, free_up_to=1_000_00))
    town.wait(days=1)
    house.decide(house.fee(days=0.01, rate_ppm=0, least=0, most=0))
    assert FeeSchedule.objects.filter(kind="transfer", mode="now").count() == 3


@pytest.mark.row("W-17")
def test_maker_and_checker_are_two(town, house) -> None:
    change = house.fee()
    assert code_of(house.decide, change, by=house.qian) == "identity.role.insufficient"
    assert code_of(house.decide, change, by=town.staff("陈")) == "identity.role.insufficient"
    under = town.staff("孙", "supervisor", lead=house.qian)
    assert code_of(house.decide, change, by=under) == "identity.approval.not_yours"
    for stranger in (town.staff("陈"), house.zhao, town.customer("林晓")):
        assert code_of(house.fee, by=stranger).startswith("identity.")
    assert FeeSchedule.objects.filter(kind="transfer", mode="now").count() == 1
    house.decide(change)
    assert code_of(house.decide, change) == "wallet.terms.settled"
    assert FeeSchedule.objects.filter(kind="transfer", mode="now").count() == 2


def test_a_no_ends_it_and_silence_lapses(town, house) -> None:
    assert house.decide(house.fee(), approve=False).status == "REJECTED"
    slow = house.fee(days=40)
    town.wait(hours=25)
    assert code_of(house.decide, slow) == "identity.approval.expired"
    seen = {view.status: view.may_decide for view in changes_for(house.zhao, "fee", now=town.now)}
    assert seen == {"LAPSED": False, "REJECTED": False}
    assert code_of(house.fee, reason=" ") == "identity.approval.reason_missing"


def test_a_slow_yes_does_not_shorten_the_notice(town, house) -> None:
    change = house.fee(days=30.5, rate_ppm=2000)
    town.wait(hours=13)
    assert code_of(house.decide, change) == "wallet.terms.notice_too_short"
    assert TermsChange.objects.get().status == "PROPOSED"
    assert people.approval_for(actor=house.zhao, approval_id=TermsChange.objects.get().approval_id).status == "PROPOSED"


def test_versions_follow_one_another_in_time(town, house) -> None:
    first, second = house.fee(days=50), house.fee(days=40)
    house.decide(first)
    assert code_of(house.decide, second) == "wallet.terms.unfit"


def test_two_publications_at_once_are_two_versions(committed_town) -> None:
    house = House(committed_town)
    changes = [house.limit(4_000_00 - step, days=31 + step) for step in range(2)]
    other = committed_town.staff("孙", "supervisor")
    answers = at_once(
        lambda: house.decide(changes[0]),
        lambda: house.decide(changes[1], by=other),
    )
    codes = [getattr(answer, "code", "passed") for answer in answers]
    assert codes.count("passed") >= 1
    assert set(codes) <= {"passed", "wallet.terms.unfit"}
    versions = list(Limit.objects.filter(series="proof_2_day").order_by("version").values_list("version", flat=True))
    assert versions == list(range(1, 2 + codes.count("passed")))


@pytest.mark.row("W-26")
def test_a_limit_falls_with_notice_rises_at_once_and_never_above_the_law(town, house) -> None:
    lin, zhou = town.customer("林晓", 9_000_00, proof=2), town.customer("周明")
    assert code_of(house.limit, 4_000_00, days=29) == "wallet.terms.notice_too_short"
    assert code_of(house.limit, 5_000_01) == "wallet.terms.above_law"
    assert code_of(house.limit, None) == "wallet.terms.above_law"
    assert code_of(house.limit, 0) == "wallet.terms.unfit"
    assert code_of(house.limit, 5, series="no_such") == "wallet.terms.unfit"
    house.decide(house.limit(2_000_00))
    assert town.quote(lin, zhou, 3_000_00)
    town.wait(days=31, seconds=1)
    assert code_of(town.quote, lin, zhou, 3_000_00) == "wallet.limit.daily"
    house.decide(house.limit(5_000_00, days=0.01))
    town.wait(days=1)
    assert town.quote(lin, zhou, 3_000_00)
    versions = queries.limit_versions(now=town.now, history=True)
    assert [view.cap.minor for view in versions if view.series == "proof_2_day" and view.cap] == [
        5_000_00, 2_000_00, 5_000_00,
    ]  # fmt: skip


def test_what_is_not_there_or_not_theirs(town, house) -> None:
    with pytest.raises(NotFound):
        actions.decide_terms(actor=house.zhao, change_id=uuid4(), approve=True, words="", now=town.now)
    with pytest.raises(NotFound):
        changes_for(town.customer("林晓"), "fee")
    assert code_of(changes_for, town.staff("陈"), "fee") == "identity.role.insufficient"
