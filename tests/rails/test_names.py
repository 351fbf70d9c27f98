"""What the houses outside are called, in both languages, and what is not known as it came."""

import pytest
from django.utils.translation import override

from kefu.rails.queries.names import BANKS, bank_text, banks_called, connector_text, rate_source_text
from kefu_sandbox.pans import ISSUERS


@pytest.mark.parametrize(
    ("label", "english"),
    [
        ("招商银行", "China Merchants Bank"),
        ("招商银行 (8812)", "China Merchants Bank (8812)"),
        ("青禾村镇银行 (8812)", "青禾村镇银行 (8812)"),
        ("", ""),
    ],
)
def test_a_bank_has_its_english_name_on_english_pages_alone(label: str, english: str) -> None:
    with override("zh-hans"):
        assert bank_text(label) == label
    with override("en"):
        assert bank_text(label) == english


def test_every_bank_of_the_demo_has_one_and_is_found_by_it() -> None:
    assert {issuer.name for issuer in ISSUERS} <= set(BANKS)
    assert all(name.isascii() for name in BANKS.values())
    with override("en"):
        assert banks_called("china merchants") == ["招商银行"]
        assert banks_called("of") == []
    with override("zh-hans"):
        assert banks_called("china merchants") == []


def test_connectors_and_sources_of_rates_have_names_for_people(settings: object) -> None:
    settings.RATE_SOURCE = "kefu.rails.connectors.market.SandboxMarket"
    for language, bank, market in (("zh-hans", "演示银行", "演示外汇市场"), ("en", "Demo bank", "Demo currency market")):
        with override(language):
            assert (connector_text("sandbox"), rate_source_text("sandbox-market")) == (bank, market)
            assert (connector_text("gone"), rate_source_text("another")) == ("gone", "another")
    settings.RATE_SOURCE = "kefu.rails.gone.Source"
    assert rate_source_text("sandbox-market") == "sandbox-market"
    settings.RATE_SOURCE = ""
    assert rate_source_text("sandbox-market") == "sandbox-market"
