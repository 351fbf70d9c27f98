"""An English page names banks, the company and where rates come from in English; a Chinese one in Chinese."""

import re
from urllib.parse import quote

from django.utils.translation import override
from tests.wallet.market import tell_rates
from tests.wallet.scripted import ScriptedBank
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of

from kefu.core.brand import brand
from kefu.notices.kinds import KINDS
from kefu.notices.wording import notice_mail
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


def test_the_exchange_page_names_its_source_for_people(town: Town, browser: SignedIn, settings: object) -> None:
    settings.RATE_SOURCE = "kefu.rails.connectors.market.SandboxMarket"
    tell_rates(town.now, source="sandbox-market")
    client = browser(town.customer("林一", money=500_00))
    for language, words in (("zh-hans", "中间价来自 演示外汇市场"), ("en", "Demo currency market")):
        for path in ("/exchange/", "/exchange/preview?side=buy&currency=USD&amount=70"):
            page = seen(text_of(client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", follow=True)))
            assert words in page, (language, path)
            assert "sandbox-market" not in page
