"""What one of the staff alone must not do: raise an account's class, let a held merchant sell, make a merchant's login."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.wallet.mall import PASSWORD, Mall
from tests.wallet.test_race import at_once

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions as identity
from kefu.identity import queries as people
from kefu.identity.actions import Browser
from kefu.identity.models import Session
from kefu.notices.models import Notice
from kefu.wallet import actions
from kefu.wallet.models import Merchant, StandingChange, Wallet
from kefu.wallet.queries.limits.standing_change import standing_changes_for
from kefu.wallet.queries.shop.merchant import logins_waiting_for, merchant_id_of, own_merchant

OWN = "a quiet pond at night"


def refused_with(code: str):
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


def standing(who) -> tuple[int, int]:
    row = Wallet.objects.get(pk=who.uuid)
    return row.tier, row.proof


def raise_to(town, who, by, tier=3, proof=3) -> None:
    actions.set_standing(
        actor=by, customer_id=who.uuid, tier=tier, proof=proof, checks=["in_person"], now=town.now
    )


@pytest.mark.row("S-10")
def test_a_higher_class_takes_another_person(town) -> None:
    lin, lead = town.customer("林晓", tier=1, proof=1), town.staff("吴", "supervisor")
    maker, boss = town.staff("钱", "operator", lead), town.staff("赵", "supervisor")
    raise_to(town, lin, maker)
    assert (standing(lin), Notice.objects.filter(user_id=lin.uuid, kind="standing_changed").count()) == ((1, 1), 0)
    with refused_with("wallet.standing.waits"):
        raise_to(town, lin, town.staff("孙", "operator"))
    [seen] = standing_changes_for(boss, now=town.now)
    assert (seen.customer_masked, seen.checks, seen.may_decide) == ("林*", ("in_person",), True)
    assert not standing_changes_for(maker, now=town.now)[0].may_decide
    for other in (maker, lead):
        with refused_with("wallet.standing.same_person"):
            actions.decide_standing(actor=other, change_id=seen.id, approve=True, now=town.now)
    with refused_with("identity.role.insufficient"):
        actions.decide_standing(actor=town.staff("陈"), change_id=seen.id, approve=True, now=town.now)
    with pytest.raises(NotFound):
        actions.decide_standing(actor=lin, change_id=seen.id, approve=True, now=town.now)
    assert standing(lin) == (1, 1)
    assert actions.decide_standing(actor=boss, change_id=seen.id, approve=True, now=town.now)
    assert standing(lin) == (3, 3)
    assert AuditEntry.objects.filter(action="wallet.set_standing").latest("id").data["tier"] == 3
    assert Notice.objects.filter(user_id=lin.uuid, kind="standing_changed").count() == 1
    with refused_with("wallet.standing.settled"):
        actions.decide_standing(actor=boss, change_id=seen.id, approve=False, now=town.now)


def test_a_no_a_lapse_and_a_lower_class(town) -> None:
    lin, maker, boss = town.customer("林晓", tier=2, proof=2), town.staff("钱", "operator"), town.staff("赵", "supervisor")
    raise_to(town, lin, maker, tier=1, proof=3)  # one up, one down: still a raise
    first = StandingChange.objects.get()
    assert not actions.decide_standing(actor=boss, change_id=first.id, approve=False, now=town.now)
    raise_to(town, lin, maker)
    late = StandingChange.objects.get(status="PROPOSED")
    town.now += timedelta(hours=24)
    with refused_with("wallet.standing.settled"):
        actions.decide_standing(actor=boss, change_id=late.id, approve=True, now=town.now)
    assert standing_changes_for(boss, now=town.now) == []
    raise_to(town, lin, maker)
    assert list(StandingChange.objects.order_by("proposed_at").values_list("status", flat=True)) == [
        "REJECTED", "LAPSED", "PROPOSED",
    ]  # fmt: skip
    assert standing(lin) == (2, 2)
    raise_to(town, lin, maker, tier=1, proof=1)
    assert standing(lin) == (1, 1)
    with pytest.raises(NotFound):
        actions.decide_standing(actor=boss, change_id=uuid4(), approve=True, now=town.now)


def test_two_who_decide_at_once_decide_once(committed_town) -> None:
    town = committed_town
    lin, maker = town.customer("林晓", tier=1, proof=1), town.staff("钱", "operator")
    raise_to(town, lin, maker)
    change = StandingChange.objects.get()
    yes, no = town.staff("赵", "supervisor"), town.staff("孙", "supervisor")
    answers = at_once(
        lambda: actions.decide_standing(actor=yes, change_id=change.id, approve=True, now=town.now),
        lambda: actions.decide_standing(actor=no, change_id=change.id, approve=False, now=town.now),
    )
    refusals = [one for one in answers if isinstance(one, Refusal)]
    assert [one.code for one in refusals] == ["wallet.standing.settled"]
    status = StandingChange.objects.get().status
    assert standing(lin) == ((3, 3) if status == "APPROVED" else (1, 1))


@pytest.mark.row("S-10")
def test_a_held_merchant_sells_again_by_two_people(town) -> None:
    shop, lead = Mall(town).shop(), town.staff("吴", "supervisor")
    maker, boss = town.staff("钱", "operator", lead), town.staff("赵", "supervisor")
    with refused_with("wallet.merchant.moved"):
        actions.ask_reopen(actor=maker, merchant_id=shop.id, now=town.now)
    actions.hold_merchant(actor=maker, merchant_id=shop.id, reason="office", now=town.now)
    with refused_with("wallet.merchant.not_asked"):
        actions.reopen_merchant(actor=boss, merchant_id=shop.id, now=town.now)
    actions.ask_reopen(actor=maker, merchant_id=shop.id, now=town.now)
    for other in (maker, lead):
        with refused_with("wallet.merchant.same_person"):
            actions.reopen_merchant(actor=other, merchant_id=shop.id, now=town.now)
    assert Merchant.objects.get().status == "HELD"
    assert actions.reopen_merchant(actor=boss, merchant_id=shop.id, now=town.now).status == "OPEN"
    actions.hold_merchant(actor=boss, merchant_id=shop.id, reason="office", now=town.now)
    with refused_with("wallet.merchant.not_asked"):  # what was asked before does not count
        actions.reopen_merchant(actor=boss, merchant_id=shop.id, now=town.now)


@pytest.mark.row("S-10")
def test_a_login_made_by_one_does_nothing_until_another_confirms_it(town) -> None:
    shop, maker, boss = Mall(town).shop(), town.staff("钱", "operator"), town.staff("赵", "supervisor")
    made = actions.add_merchant_staff(
        actor=maker, merchant_id=shop.id, login="inside-1", name="自己人", password=PASSWORD, now=town.now
    )
    seller = people.actor_for_user(made.id)
    with refused_with("wallet.merchant.login_waits"):
        own_merchant(seller, now=town.now)
    assert merchant_id_of(seller) is None
    assert logins_waiting_for(boss, now=town.now) == [(made.id, shop.id, "自己人")]
    with refused_with("wallet.merchant.same_person"):
        actions.confirm_merchant_staff(actor=maker, user_id=made.id, now=town.now)
    with refused_with("identity.role.insufficient"):
        actions.confirm_merchant_staff(actor=town.staff("陈"), user_id=made.id, now=town.now)
    actions.confirm_merchant_staff(actor=boss, user_id=made.id, now=town.now)
    with refused_with("wallet.merchant.moved"):
        actions.confirm_merchant_staff(actor=boss, user_id=made.id, now=town.now)
    assert own_merchant(seller, now=town.now) == shop.id
    assert logins_waiting_for(SYSTEM, now=town.now) == []


@pytest.mark.row("S-10")
def test_whoever_made_a_login_does_not_know_its_password_for_long(town) -> None:
    shop, maker, boss = Mall(town).shop(), town.staff("钱", "operator"), town.staff("赵", "supervisor")
    made = actions.add_merchant_staff(
        actor=maker, merchant_id=shop.id, login="bakery-x", name="店长", password=PASSWORD, now=town.now
    )
    actions.confirm_merchant_staff(actor=boss, user_id=made.id, now=town.now)

    def sign_in(password: str, new: str = ""):
        return identity.sign_in_with_password(
            login="bakery-x", password=password, kind="merchant", browser=Browser(), now=town.now, new=new
        )

    for new, code in (
        ("", "identity.password.given"), (PASSWORD, "identity.password.same"), ("short", "identity.password.too_short"),
        ("bakery-x-bakery-x", "identity.password.about_you"),
    ):  # fmt: skip
        with refused_with(code):
            sign_in(PASSWORD, new)
    with refused_with("identity.sign_in.wrong"):
        sign_in("not the given one", OWN)
    assert not Session.objects.filter(user_id=made.id).exists()
    assert sign_in(PASSWORD, OWN).user_id == made.id
    for dead in ("", OWN, "another pond at night"):
        with refused_with("identity.sign_in.wrong"):
            sign_in(PASSWORD, dead)
    assert sign_in(OWN).user_id == made.id
    assert AuditEntry.objects.filter(action="identity.change_password", subject=f"user:{made.id}").count() == 1


@pytest.mark.row("S-10")
def test_a_colleagues_first_password_opens_nothing_either(town) -> None:
    person = identity.register_staff(
        actor=town.staff("钱", "operator"), staff_no="2001", name="孙", alias="孙", role="supervisor", password=PASSWORD,
        now=town.now,
    )  # fmt: skip
    given = {"login": "2001", "kind": "staff", "browser": Browser(), "now": town.now}
    with refused_with("identity.password.given"):
        identity.sign_in_with_password(password=PASSWORD, **given)
    assert identity.sign_in_with_password(password=PASSWORD, new=OWN, **given).user_id == person.id
    assert identity.sign_in_with_password(password=OWN, **given).user_id == person.id
