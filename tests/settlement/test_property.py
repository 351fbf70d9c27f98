"""Random days with planted breaks: exactly the planted ones are found, and the books hold."""

from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rails.papers import Entry

from kefu.core.actor import SYSTEM
from kefu.ledger import queries as books
from kefu.settlement import actions
from kefu.settlement.models import Break

pytestmark = pytest.mark.django_db
HARM = ("none", "none", "gone", "less", "more", "twice", "fee", "stray")
PLANTED = {"gone": "ledger_only", "less": "amount_diff", "more": "amount_diff", "twice": "duplicate", "fee": "fee_diff"}


@given(harms=st.lists(st.sampled_from(HARM), min_size=1, max_size=5))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exactly_what_was_planted_is_found(town, bank, harms) -> None:
    sid = transaction.savepoint()
    start, closing = town.now, bank.closing
    try:
        lin = town.customer("林晓")
        orders = [town.top_up(lin, 100_00 + number) for number in range(len(harms))]
        assert {order.status for order in orders} == {"SUCCEEDED"}
        shown, filed, planted = [], [], []
        for entry, harm in zip(sorted(bank.carried(), key=lambda one: one.amount), harms, strict=True):
            filed.append(replace(entry, fee=5) if harm == "fee" else entry)
            if harm != "gone":
                shown.append(replace(entry, amount=entry.amount + {"less": -7, "more": 9}.get(harm, 0)))
            if harm == "twice":
                shown.append(replace(entry, bank_ref=f"{entry.bank_ref}X"))
            if harm == "stray":
                shown.append(Entry(bank_ref=f"{entry.bank_ref}S", kind="credit", amount=3_00, at=town.now))
            planted += [{**PLANTED, "stray": "channel_only"}[harm]] if harm != "none" else []
        filed = [one for one, harm in zip(filed, harms, strict=True) if harm != "gone"]
        bank.give(shown, filed=filed)
        town.wait(days=1)
        bank.give([], days=1)
        assert sorted(Break.objects.values_list("kind", flat=True)) == sorted(planted)
        assert books.check_books() == []
        assert books.safeguarding().excess == 0
        found = actions.test_safeguarding(actor=SYSTEM, day=bank.today, now=town.now)
        assert found.difference == 0
    finally:
        transaction.savepoint_rollback(sid)
        town.now, bank.closing = start, closing
        town.pump.last = 0
