"""Staff see a customer only while they hold a grant, masked, and it is written down."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from kefu.core.actor import SYSTEM, Actor
from kefu.core.models import AuditEntry
from kefu.core.refusal import NotFound, Refusal
from kefu.identity import actions, queries

pytestmark = pytest.mark.django_db
Make = Callable[..., Actor]


def give(
    staff: Actor, customer: Actor, now: datetime, *, ref: str = "conversation:1", hours: int = 1
) -> None:
    actions.give_grant(
        actor=SYSTEM, staff_id=staff.uuid, customer_id=customer.uuid, purpose="对话", ref=ref,
        until=now + timedelta(hours=hours), now=now,
    )  # fmt: skip


@pytest.mark.row("A-01")
def test_the_card_is_masked_and_the_look_is_recorded(customer: Make, staff: Make, now: datetime) -> None:
    lin, chen = customer(), staff("1024")
    give(chen, lin, now)
    card = queries.customer_card_for(staff=chen, customer_id=lin.uuid, now=now)
    assert (card.masked_name, card.masked_phone, card.level) == ("林**", "138****1001", "V0")
    assert "林小雨" not in repr(card)
    assert "13800001001" not in repr(card)
    entry = AuditEntry.objects.get(action="identity.see_customer")
    assert (entry.actor, entry.subject, entry.case_ref) == (chen.ref, lin.ref, "conversation:1")


def test_without_a_grant_the_customer_is_not_there(customer: Make, staff: Make, now: datetime) -> None:
    lin, chen, li = customer(), staff("1024"), staff("1031")
    give(chen, lin, now)
    for actor, moment in ((li, now), (lin, now), (chen, now + timedelta(hours=1))):
        with pytest.raises(NotFound):
            queries.customer_card_for(staff=actor, customer_id=lin.uuid, now=moment)
    assert actions.end_grant(
        actor=SYSTEM, staff_id=chen.uuid, customer_id=lin.uuid, ref="conversation:1", now=now
    )
    assert not actions.end_grant(
        actor=SYSTEM, staff_id=chen.uuid, customer_id=lin.uuid, ref="conversation:1", now=now
    )
    assert queries.grant_between(staff_id=chen.uuid, customer_id=lin.uuid, now=now) is None


def test_a_second_grant_for_the_same_thing_prolongs_the_first(
    customer: Make, staff: Make, now: datetime
) -> None:
    lin, chen = customer(), staff("1024")
    give(chen, lin, now)
    give(chen, lin, now, hours=3)
    give(chen, lin, now, hours=2)
    [grant] = queries.grants_of(customer_id=lin.uuid, now=now)
    assert grant.until == now + timedelta(hours=3)
    give(chen, lin, now, ref="case:7", hours=8)
    longest = queries.grant_between(staff_id=chen.uuid, customer_id=lin.uuid, now=now)
    assert longest is not None
    assert longest.ref == "case:7"


def test_grants_are_for_staff_over_customers_and_end_after_they_begin(
    customer: Make, staff: Make, now: datetime
) -> None:
    lin, chen = customer(), staff("1024")
    zhou = customer(phone="+8613800001002", name="周明")
    for who, whom, hours in ((zhou, lin, 1), (chen, chen, 1), (lin, chen, 1), (chen, lin, 0)):
        with pytest.raises(Refusal) as refused:
            give(who, whom, now, hours=hours)
        assert refused.value.code == "identity.grant.unfit"
