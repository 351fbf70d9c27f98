"""An English page names banks, the company and where rates come from in English; a Chinese one in Chinese."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils.translation import override
from tests.wallet.market import tell_rates
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of

from kefu.core.actor import SYSTEM
from kefu.core.brand import brand
from kefu.notices.kinds import KINDS
from kefu.notices.models import Notice
from kefu.notices.queries import notices_for
from kefu.notices.wording import notice_mail
from kefu.wallet.actions import restrict
from kefu.wallet.queries import order_for

ENGLISH, CHINESE = "China Merchants Bank", "招商银行"


def seen(page: str) -> str:
    """The words of a page, without the link to its other language."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_english_pages_name_the_bank_and_the_company_in_english(town: Town, browser: SignedIn) -> None:
    ScriptedBank.outcome = "SUCCEEDED"
    lin = town.customer("林一", money=5_000_00)
    order = town.withdraw(lin, 2_000_00)
    client = browser(lin)
    pages = ["/", "/activity/", f"/orders/{order.id}/", "/me/", "/withdraw/", "/topup/", "/spending/", "/me/notices/"]
    for path in pages:
        chinese, english = (seen(text_of(client.get(path, {"lang": one}, follow=True))) for one in ("zh-hans", "en"))
        assert (CHINESE in chinese) == (ENGLISH in english), path
        assert (CHINESE in english, ENGLISH in chinese) == (False, False), path
        assert brand().company_en in english, path
        assert brand().company in chinese, path
    assert ENGLISH in seen(text_of(client.get(f"/orders/{order.id}/")))
    for words in ("china merchants", CHINESE):
        assert f"/orders/{order.id}/" in text_of(client.get(f"/activity/?q={quote(words)}")), words
    assert f"/orders/{order.id}/" not in text_of(client.get("/activity/?q=icbc"))


def test_what_is_kept_of_an_order_does_not_hang_on_who_reads(town: Town, browser: SignedIn) -> None:
    """The label stays as the bank told it; a mail says it in its reader's language."""
    lin = town.customer("林一", money=500_00)
    order = town.withdraw(lin, 100_00)
    client = browser(lin)
    client.get("/", {"lang": "en"})
    assert order_for(lin, order.id).other_side.startswith(CHINESE)
    values = {"amount": "¥100.00", "card": order.other_side, "no": order.no}
    for language, bank, company in (("zh-hans", CHINESE, brand().company), ("en", ENGLISH, brand().company_en)):
        with override(language):
            mail = notice_mail(KINDS["withdrawal_done"], values, f"order:{order.id}")
        assert f"{bank} (0012)" in mail["text"]
        assert company in mail["text"]
        assert company in mail["html"]


@pytest.mark.row("W-20")
@pytest.mark.parametrize("told_in", ["zh-hans", "en"])
def test_why_an_order_failed_is_said_in_the_language_of_who_reads(town: Town, told_in: str) -> None:
    """Whatever language was spoken when it failed, or by who restricted the account."""
    lin = town.customer("林一", money=5_000_00)
    with override(told_in):
        ScriptedBank.outcome, ScriptedBank.reason = "FAILED", "card_closed"
        order = town.withdraw(lin, 100_00)
        town.ask_bank(lin, order)
        town.pump.run()
        restrict(
            actor=SYSTEM, customer_id=lin.uuid, scope="out", reason_code="suspected_fraud",
            until=town.now + timedelta(days=3), now=town.now,
        )  # fmt: skip
    rows = {row.kind: row.values for row in Notice.objects.filter(user_id=lin.uuid)}
    assert rows["withdrawal_failed"]["reason"] == "银行卡已注销"
    seen_in = {}
    for language in ("zh-hans", "en"):
        with override(language):
            seen_in[language] = {one.kind: one.text for one in notices_for(lin)}
            mailed = notice_mail(KINDS["withdrawal_failed"], rows["withdrawal_failed"], f"order:{order.id}")["text"]
            assert seen_in[language]["withdrawal_failed"] in mailed
    assert "银行卡已注销" in seen_in["zh-hans"]["withdrawal_failed"]
    for kind in ("withdrawal_failed", "restricted"):
        assert not re.search(r"[\u4e00-\u9fff]", seen_in["en"][kind]), seen_in["en"][kind]


def test_the_exchange_page_names_its_source_for_people(town: Town, browser: SignedIn, settings: object) -> None:
    settings.RATE_SOURCE = "kefu.rails.connectors.market.SandboxMarket"
    tell_rates(town.now, source="sandbox-market")
    client = browser(town.customer("林一", money=500_00))
    for language, words in (("zh-hans", "中间价来自 演示外汇市场"), ("en", "Demo currency market")):
        for path in ("/exchange/", "/exchange/preview?side=buy&currency=USD&amount=70"):
            page = seen(text_of(client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", follow=True)))
            assert words in page, (language, path)
            assert "sandbox-market" not in page
