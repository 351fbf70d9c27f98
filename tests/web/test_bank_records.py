"""At a case an agent looks whether the bank's files hold what the customer says they paid."""

import pytest
from tests.rails import papers
from tests.rails.papers import Entry
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of

from kefu.core.actor import SYSTEM
from kefu.core.models import AuditEntry
from kefu.rails import actions as rails
from kefu.rails import queries as outside
from kefu.rails.rules import BANK_ZONE

pytestmark = [pytest.mark.row("F-10")]


@pytest.fixture
def filed(town: Town, desk: Desk):
    """林's and 周's top-ups and one that nobody asked for stand in the bank's file; 林's case is 陈's."""
    lin, zhou = town.customer("林晓"), town.customer("周明")
    own, other = town.top_up(lin, 200_00), town.top_up(zhou, 200_00)
    refs = [str(outside.instruction_of(one.order_ref).id) for one in (own, other)]
    entries = [Entry(bank_ref=f"SB-{n}", instruction=ref, amount=200_00, at=town.now) for n, ref in enumerate(refs)]
    entries.append(Entry(bank_ref="SB-stray", amount=200_00, at=town.now))
    day = town.now.astimezone(BANK_ZONE).date()
    raw = papers.channel_file(entries, day=day)
    rails.import_channel_file(actor=SYSTEM, connector_code="sandbox", day=day, raw=raw, now=town.now)
    return desk.case(lin, desk.chen), day, own, other


def test_the_banks_record_is_found_at_the_case_and_says_nothing_of_others(town, desk, browser: SignedIn, filed) -> None:
    case, day, own, other = filed
    agent = browser(desk.chen)
    place = f"/console/case/{case.id}/records/"
    assert place in text_of(agent.get(f"/console/case/{case.id}/"))
    asked = f"{place}?amount=200&day={day}&last4=8812"
    page = text_of(agent.get(asked))
    for words in ("SB-0", "SB-1", "SB-stray", own.no, "已经对应另一位客户的订单", "没有对应我们的任何订单"):
        assert words in page, words
    assert other.no not in page
    [kept] = AuditEntry.objects.filter(action="settlement.find_bank_record")
    assert (kept.actor, kept.case_ref, kept.data["found"]) == (desk.chen.ref, case.no, 3)
    by_number = text_of(agent.get(f"{place}?amount=200.00&day={day}&bank_ref=SB-0"))
    assert ("SB-0" in by_number, "SB-stray" in by_number) == (True, False)
    assert "银行的文件里没有这笔" in text_of(agent.get(f"{place}?amount=200.01&day={day}&last4=8812"))
    assert queries_of(agent, asked) <= QUERIES_MOST


def test_who_may_not_look_and_what_is_too_little(town, desk, browser: SignedIn, filed) -> None:
    case, day, _own, _other = filed
    place = f"/console/case/{case.id}/records/"
    agent = browser(desk.chen)
    for wrong in ("amount=200", f"amount=x&day={day}&last4=8812", f"amount=200&day={day}", f"amount=200&day={day}&last4=88x2",
                  "amount=200&day=2026-13-40&last4=8812", f"amount=-1&day={day}&last4=8812"):  # fmt: skip
        assert agent.get(f"{place}?{wrong}").status_code == 422, wrong
    assert not AuditEntry.objects.filter(action="settlement.find_bank_record").exists()
    for stranger in (desk.li, desk.sun):  # without a grant for the customer
        assert browser(stranger).get(place).status_code == 404
    assert browser(desk.qian).get(place).status_code in (302, 403)
