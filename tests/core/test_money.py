"""Amounts that people type, and how they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.core.money import (
    MINOR_MAX,
    AmountNotPositive,
    AmountTooLarge,
    AmountUnreadable,
    CurrencyForeign,
    Money,
    parse_amount,
)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("200", 20000), ("1,234.5", 123450), ("¥35", 3500), ("２００．５０", 20050), (" 0.01 ", 1), ("88元", 8800)],
)
def test_reads_what_people_type(typed: str, minor: int) -> None:
    assert parse_amount(typed) == Money(minor)


@pytest.mark.parametrize("typed", ["", "abc", "1.234", "1e5", "12,34", "--5", "1/2", "0x10", "٣", "nan", "9" * 40])
def test_refuses_what_cannot_be_read(typed: str) -> None:
    with pytest.raises(AmountUnreadable) as refusal:
        parse_amount(typed)
    assert "没有任何款项变动" in refusal.value.reader_text()


@pytest.mark.parametrize("typed", ["0", "0.00", "-5", "-0.01"])
def test_refuses_nothing_and_less(typed: str) -> None:
    with pytest.raises(AmountNotPositive):
        parse_amount(typed)


def test_refuses_huge_and_foreign() -> None:
    with pytest.raises(AmountTooLarge):
        parse_amount(str(MINOR_MAX // 100 + 1))
    with pytest.raises(CurrencyForeign):
        parse_amount("5", "GBP")


@given(st.integers(min_value=1, max_value=MINOR_MAX))
def test_shown_and_read_again_is_the_same(minor: int) -> None:
    assert parse_amount(Money(minor).text()) == Money(minor)


@pytest.mark.row("W-18")
@pytest.mark.parametrize(
    ("minor", "currency", "text", "plain"),
    [
        (-123450, "USD", "-$1,234.50", "-1234.50"), (5, "EUR", "€0.05", "0.05"), (100, "HKD", "HK$1.00", "1.00"),
        (1234567, "JPY", "JP¥1,234,567", "1234567"), (-1, "JPY", "-JP¥1", "-1"), (150, "GBP", "GBP 1.50", "1.50"),
    ],
)  # fmt: skip
def test_each_currency_has_its_sign_and_digits(minor: int, currency: str, text: str, plain: str) -> None:
    assert (Money(minor, currency).text(), Money(minor, currency).plain()) == (text, plain)


def test_yen_have_no_fractions() -> None:
    assert parse_amount("1,234", "JPY") == Money(1234, "JPY")
    assert parse_amount("HK$12.3", "HKD") == Money(1230, "HKD")
    for typed in ("12.3", "12.0", "0.5"):
        with pytest.raises(AmountUnreadable):
            parse_amount(typed, "JPY")


def test_minus_stands_in_front() -> None:
    assert Money(-123450).text() == "-¥1,234.50"
