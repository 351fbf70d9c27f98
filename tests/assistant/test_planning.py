"""Questions about splitting, spending and saving are answered from one's own plans."""

from uuid import uuid4

import pytest
from tests.assistant.test_answers import ask, assert_grounded
from tests.wallet.town import Town

from kefu.core.money import Money
from kefu.planning import actions

pytestmark = pytest.mark.django_db


def links(said) -> set[str]:
    return {button.argument for button in said.buttons}


@pytest.mark.row("W-10")
@pytest.mark.parametrize("text", ["你们有理财产品吗", "余额有利息吗，想买理财", "存钱罐是什么", "what is a savings pot"])
def test_questions_about_investing_get_what_a_pot_is_and_is_not(town: Town, text: str) -> None:
    lin = town.customer("林晓", 500_00)
    pot = actions.open_pot(actor=lin, name="旅行", now=town.now)
    actions.move_pot(actor=lin, key=uuid4(), pot_id=pot.id, amount=Money(120_00), from_pot=False, now=town.now)
    said = ask(town, lin, text)
    assert "不是理财，也不是银行存款" in said.text
    assert "¥120.00" in said.text
    assert {"/pots/", "/help/a/savings-pot/"} <= links(said)
    assert_grounded(said)


def test_a_fee_or_a_scam_is_no_question_about_pots(town: Town) -> None:
    lin = town.customer("林晓")
    assert "存钱罐" not in ask(town, lin, "转账手续费多少").text
    assert "存钱罐" not in ask(town, lin, "我被理财诈骗了").headline


@pytest.mark.row("W-19")
def test_a_question_about_splitting_names_what_is_to_come(town: Town) -> None:
    lin, wang = town.customer("林晓"), town.customer("王芳")
    asked = actions.Asked(title="饭", others=[(town.phone(wang), 1)], own_weight=1, total=Money(80_00))
    actions.create_split(actor=lin, key=uuid4(), asked=asked, now=town.now)
    mine, theirs = ask(town, lin, "AA收款怎么发起"), ask(town, wang, "AA收款怎么发起")
    assert "还有 ¥40.00 没收到" in mine.text
    assert "还有 ¥40.00 没付" in theirs.text
    assert "/splits/" in links(mine)
    for said in (mine, theirs):
        assert_grounded(said)


@pytest.mark.row("W-20")
@pytest.mark.row("W-21")
def test_a_question_about_spending_has_the_months_figures(town: Town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    town.send(lin, wang, 85_00)
    actions.set_budget(actor=lin, category="", most=Money(100_00), now=town.now)
    said = ask(town, lin, "这个月消费统计和预算在哪里看")
    for words in ("您花了 ¥85.00", "“转账给人”，¥85.00", "“本月全部”已花 ¥85.00，上限 ¥100.00"):
        assert words in said.text
    assert {"/spending/", "/budgets/"} <= links(said)
    assert_grounded(said)
