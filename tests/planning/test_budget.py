"""Budgets: what is spent beside what was meant, and one word at 80 % and at 100 %."""

import pytest
from django.utils.translation import override
from tests.wallet.test_race import at_once, unexpected

from kefu.core.money import AmountNotPositive, AmountTooLarge, Money
from kefu.identity import actions as identity
from kefu.notices.models import Notice
from kefu.notices.queries import notices_for
from kefu.planning import actions, queries
from kefu.planning.refusals import CategoryUnknown


def alerts(who) -> list[str]:
    rows = Notice.objects.filter(user_id=who.uuid, kind__startswith="budget_").order_by("at", "id")
    return list(rows.values_list("kind", flat=True))


def budget(town, who, most, category=""):
    actions.set_budget(actor=who, category=category, most=Money(most), now=town.now)


@pytest.mark.row("W-20")
def test_told_at_80_and_at_100_percent_once_each_a_month(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    budget(town, lin, 100_00)
    for amount, expected in (
        (79_99, []),
        (1, ["budget_80"]),
        (19_99, ["budget_80"]),
        (1, ["budget_80", "budget_100"]),
        (50_00, ["budget_80", "budget_100"]),
    ):
        town.send(lin, wang, amount)
        town.pump.run()
        assert alerts(lin) == expected
    actions.check_budgets(customer_id=lin.uuid, now=town.now)
    assert alerts(lin) == ["budget_80", "budget_100"]
    view = queries.budgets_for(lin, now=town.now)[0]
    assert (view.percent, view.left.minor, view.over.minor, view.tone) == (150, 0, 50_00, "bad")
    values = Notice.objects.get(user_id=lin.uuid, kind="budget_80").values
    assert values == {"name": "本月全部", "spent": "¥80.00", "most": "¥100.00"}


@pytest.mark.row("W-20")
@pytest.mark.parametrize("told_in", ["zh-hans", "en"])
def test_its_words_are_in_the_language_of_who_reads_on_the_day_that_they_read(town, told_in: str) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    identity.change_language(actor=lin, language=told_in)
    with override(told_in):
        budget(town, lin, 10_00)
        budget(town, lin, 10_00, "people")
        town.send(lin, wang, 10_00)
        town.pump.run()
    for language, words in (("zh-hans", {"本月全部", "转账给人"}), ("en", {"Everything this month", "Transfers to people"})):
        with override(language):
            texts = [one.text for one in notices_for(lin) if one.kind == "budget_100"]
            assert {word for word in words if any(word in text for text in texts)} == words, texts


@pytest.mark.row("W-20")
def test_next_month_is_told_anew(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    budget(town, lin, 10_00)
    town.send(lin, wang, 10_00)
    town.pump.run()
    assert alerts(lin) == ["budget_100"]
    town.wait(days=32)
    assert queries.budgets_for(lin, now=town.now)[0].percent == 0
    town.send(lin, wang, 8_50)
    actions.check_budgets(customer_id=lin.uuid, now=town.now)
    assert alerts(lin) == ["budget_100", "budget_80"]


def test_one_stroke_past_both_is_one_word_and_never_an_80_afterwards(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    town.send(lin, wang, 120_00)
    budget(town, lin, 100_00)
    assert alerts(lin) == ["budget_100"]
    budget(town, lin, 140_00)
    assert alerts(lin) == ["budget_100"]


@pytest.mark.row("W-20")
def test_category_counts_its_own_and_follows_a_recategorising(town) -> None:
    lin, wang, zhou = town.customer("林晓", 500_00), town.customer("王芳"), town.customer("周明")
    budget(town, lin, 100_00, "food")
    order = town.send(lin, wang, 85_00)
    town.send(lin, zhou, 90_00)
    town.pump.run()
    assert alerts(lin) == []
    actions.recategorise(actor=lin, order_id=order.id, category="food", always=True, now=town.now)
    assert alerts(lin) == ["budget_80"]
    assert [(one.category, one.spent.minor) for one in queries.budgets_for(lin, now=town.now)] == [("food", 85_00)]


@pytest.mark.row("W-20")
def test_parallel_orders_alert_once(committed_town) -> None:
    town = committed_town
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    budget(town, lin, 100_00)
    town.send(lin, wang, 85_00)
    answers = at_once(*[lambda: actions.check_budgets(customer_id=lin.uuid, now=town.now) for _ in range(6)])
    assert unexpected(answers) == []
    assert sum(answers) == 1
    assert alerts(lin) == ["budget_80"]


def test_bad_budgets_are_refused_and_removed_ones_are_silent(town) -> None:
    lin, wang = town.customer("林晓", 500_00), town.customer("王芳")
    for most, category, refusal in (
        (0, "", AmountNotPositive),
        (-1, "", AmountNotPositive),
        (1_000_000_01, "", AmountTooLarge),
        (5, "yacht", CategoryUnknown),
    ):
        with pytest.raises(refusal):
            budget(town, lin, most, category)
    budget(town, lin, 10_00)
    for _again in range(2):
        actions.remove_budget(actor=lin, category="", now=town.now)
    town.send(lin, wang, 20_00)
    town.pump.run()
    assert (alerts(lin), queries.budgets_for(lin, now=town.now)) == ([], [])
