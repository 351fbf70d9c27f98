"""The conversation at the desk: its last messages, and the parts beside it, each in few queries."""

import pytest
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of

from kefu.core.ids import new_id
from kefu.desk import actions as desk_actions

pytestmark = pytest.mark.django_db


def test_long_conversation_shows_its_last_messages_and_leads_to_the_earlier_ones(
    town: Town, browser: SignedIn, desk: Desk
) -> None:
    lin = town.customer("林一")
    talk = desk.taken(lin, desk.chen)
    for number in range(45):
        desk_actions.add_message(
            actor=desk.chen, conversation_id=talk, message_id=new_id(), body=f"第{number}句。", now=town.now
        )
    agent = browser(desk.chen)
    page = text_of(agent.get(f"/console/c/{talk}/"))
    assert "第44句。" in page
    assert "第3句。" not in page
    start = int(page.split('class="chip" href="?from=')[1].split('"')[0])
    whole = text_of(agent.get(f"/console/c/{talk}/?from={start}"))
    assert "第44句。" in whole
    assert "第3句。" in whole
    assert "第44句。" in text_of(agent.get(f"/console/c/{talk}/?from=-1"))


def test_each_part_asks_little_however_much_the_customer_did(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin, zhou = town.customer("林一", 500_00), town.customer("周航")
    stuck = desk.stuck(lin)
    for _ in range(4):
        town.send(lin, zhou, 1_00)
    desk.case(lin, desk.chen, kind="topup", order=stuck.id)
    talk = desk.waiting(lin)
    agent = browser(desk.chen)
    parts = {part: queries_of(agent, f"/console/c/{talk}/{part}") for part in ("", "panel", "story", "head", "messages")}
    assert max(parts.values()) <= QUERIES_MOST, parts
    assert stuck.no in text_of(agent.get(f"/console/c/{talk}/story"))
    panel = text_of(agent.get(f"/console/c/{talk}/panel"))
    assert "余额" in panel
    assert "林一" not in panel


def test_without_a_grant_neither_part_tells_anything(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin = town.customer("林一", 500_00)
    stuck = desk.stuck(lin)
    talk = desk.waiting(lin)
    colleague = browser(desk.li)
    assert stuck.no not in text_of(colleague.get(f"/console/c/{talk}/story"))
    panel = text_of(colleague.get(f"/console/c/{talk}/panel"))
    assert "接入后才能看客户资料" in panel
    assert "500" not in panel
