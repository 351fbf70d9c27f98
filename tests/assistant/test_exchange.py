"""Questions about currencies are answered with the rates of this moment and the customer's own figures."""

import re
from uuid import uuid4

import pytest
from tests.assistant.test_answers import ask
from tests.wallet.market import tell_rates
from tests.wallet.town import Town

from kefu.core.money import Money
from kefu.wallet import actions

pytestmark = [pytest.mark.django_db, pytest.mark.row("W-18")]


@pytest.fixture
def lin(town: Town):
    tell_rates(town.now)
    who = town.customer("林晓", 2_000_00)
    quote = actions.quote_exchange(actor=who, amount=Money(714_00), into="USD", purpose="travel", now=town.now)
    town.prove(who, f"quote:{quote.id}")
    actions.create_exchange(actor=who, key=uuid4(), quote_id=quote.id, now=town.now)
    return who


@pytest.mark.parametrize("text", ["今天的汇率是多少", "怎么换外币", "购汇"])
def test_rates_balance_and_quota_with_sources(town: Town, lin, text: str) -> None:
    said = ask(town, lin, text)
    for words in ("1 USD = 7.1213 CNY", "1 USD = 7.0787 CNY", "$100.26", "$49,899.74"):
        assert words in said.text, words
    assert {"/exchange/", "/help/a/exchange/"} <= {button.argument for button in said.buttons}
    known = " ".join(fact.value for fact in said.facts.values())
    for figure in re.findall(r"\$[\d,.]+\d|[\d.]+ [A-Z]{3}", said.text):
        assert figure in known, figure


def test_the_currency_that_is_named_is_told(town: Town, lin) -> None:
    said = ask(town, lin, "日元汇率是多少")
    assert "100 JPY = 4.5728 CNY" in said.text
    assert "7.1213" not in said.text


def test_without_a_rate_it_says_so(town: Town) -> None:
    assert "正在核实" in ask(town, town.customer("林晓"), "今天的汇率是多少").text


def test_the_balance_names_every_currency(town: Town, lin) -> None:
    said = ask(town, lin, "我的余额是多少")
    assert "¥1,285.29" in said.text
    assert "$100.26" in said.text
