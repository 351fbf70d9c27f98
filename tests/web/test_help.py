"""The public place, urgent help, languages and looks."""

import json

import pytest
from django.test import Client
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of

from kefu.core import clock
from kefu.core.actor import SYSTEM
from kefu.core.brand import brand
from kefu.knowledge import actions as knowledge
from kefu.wallet import queries as wallet


@pytest.fixture
def visitor(db: None) -> Client:
    return Client(headers={"accept-language": "zh-CN"})


@pytest.fixture
def articles(db: None) -> None:
    knowledge.import_shipped(actor=SYSTEM, now=clock.now())


@pytest.mark.row("Q-19")
def test_search_finds_and_opens_an_article(articles: None, visitor: Client) -> None:
    page = text_of(visitor.get("/help/search?q=充值没到账"))
    assert 'role="search"' in page
    part = text_of(visitor.get("/help/search?q=充值没到账", headers={"hx-request": "true"}))
    assert "<html" not in part
    slug = part.split("/help/a/")[1].split("/")[0]
    article = visitor.get(f"/help/a/{slug}/")
    assert article.status_code == 200
    assert "我们绝不会问您要" in text_of(article)
    assert "{{" not in text_of(article)
    assert "没有找到相关的文章" in text_of(visitor.get("/help/search?q=zzzqqq"))
    assert visitor.get("/help/a/no-such-text/").status_code == 404


def test_a_full_shelf_shows_its_first_articles_and_has_a_page_of_its_own(
    articles: None, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kefu.knowledge import queries

    monkeypatch.setattr(queries.topics, "__kwdefaults__", {"each": 1})
    front = text_of(visitor.get("/help/"))
    assert "/help/a/scam/" not in front
    assert 'href="/help/t/emergency/"' in front
    assert "/help/a/scam/" in text_of(visitor.get("/help/t/emergency/"))
    assert visitor.get("/help/t/no-such-shelf/").status_code == 404


def test_every_article_reads_in_both_languages(articles: None, visitor: Client) -> None:
    from kefu.knowledge import queries

    slugs = [link.slug for topic in queries.topics("zh-hans") for link in topic.articles]
    assert len(slugs) >= 20
    for slug in slugs:
        for language in ("zh-hans", "en"):
            page = text_of(visitor.get(f"/help/a/{slug}/?lang={language}"))
            assert "{{" not in page, (slug, language)


@pytest.mark.row("C-11")
@pytest.mark.row("C-16")
def test_the_contact_page_shows_the_registry_and_tells_machines(visitor: Client) -> None:
    page = text_of(visitor.get("/help/contact/"))
    assert f'href="tel:{brand().hotline}"' in page
    assert brand().mail in page
    assert brand().hours in page
    markup = json.loads(page.split("application/ld+json")[1].split(">", 1)[1].split("</script>")[0])
    assert markup["contactPoint"]["telephone"] == brand().hotline


@pytest.mark.row("W-17")
def test_the_fee_page_is_the_table_of_the_quotes(visitor: Client) -> None:
    page = text_of(visitor.get("/help/fees/"))
    assert "收费标准" in page
    fees, _limits = page.split('id="limits"')
    assert fees.count('scope="row"') == len(wallet.fees())


@pytest.mark.row("C-12")
def test_help_and_urgent_help_are_on_every_page(town: Town, browser: SignedIn, visitor: Client) -> None:
    for path in (
        "/",
        "/help/",
        "/help/contact/",
        "/help/fees/",
        "/signin/",
        "/signup/",
        "/staff/signin/",
        "/no-such",
    ):
        assert 'href="/sos/"' in text_of(visitor.get(path)), path
    client = browser(town.customer("林一"))
    for path in ("/", "/activity/", "/chat/", "/transfer/", "/me/", "/me/notices/", "/cards/new/"):
        page = text_of(client.get(path))
        assert 'href="/sos/"' in page, path
        assert "演示 · 非真实资金" in page, path


@pytest.mark.row("F-23")
@pytest.mark.row("Q-12")
def test_one_tap_stops_outflows_of_the_signed_in(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一", money=50_00)
    client = browser(lin)
    page = text_of(client.get("/sos/"))
    for words in ("钱被转走了", "手机丢了", "有人让我转账"):
        assert words in page
    assert client.post("/sos/stop", {"reason": "stolen"})["Location"] == "/sos/done/?reason=stolen"
    assert wallet.balance_for(lin).debits_stopped
    assert "转出已停止" in text_of(client.get("/sos/done/?reason=stolen"))
    assert "转出已停止" in text_of(client.get("/"))


def test_lifting_the_stop_takes_the_pin(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一")
    client = browser(lin)
    client.post("/sos/stop", {"reason": "other"})
    assert "先设支付密码" in text_of(client.get("/me/outflows/"))
    town.prove(lin, "anything")
    assert client.post("/me/outflows/", {"pin": "111333"}).status_code == 422
    assert wallet.balance_for(lin).debits_stopped
    assert client.post("/me/outflows/", {"pin": "482913"}).status_code == 302
    assert not wallet.balance_for(lin).debits_stopped


def test_a_stranger_on_a_borrowed_phone_stops_with_number_and_code(
    town: Town, codes: list[str], visitor: Client
) -> None:
    lin = town.customer("林一")
    phone = town.phone(lin)
    assert "您的手机号" in text_of(visitor.post("/sos/phone/", {"reason": "phone_lost"}))
    visitor.post("/sos/phone/", {"reason": "phone_lost", "phone": phone, "send": "1"})
    wrong = visitor.post("/sos/phone/", {"reason": "phone_lost", "phone": phone, "code": "000000"})
    assert wrong.status_code == 422
    assert not wallet.balance_for(lin).debits_stopped
    done = visitor.post("/sos/phone/", {"reason": "phone_lost", "phone": phone, "code": codes[-1]})
    assert done["Location"] == "/sos/done/?reason=phone_lost"
    assert wallet.balance_for(lin).debits_stopped
    assert "挂失手机卡" in text_of(visitor.get(done["Location"]))


def test_language_follows_choice_then_cookie_then_browser(visitor: Client) -> None:
    assert 'lang="zh-Hans"' in text_of(visitor.get("/help/"))
    english = Client(headers={"accept-language": "en-GB,en;q=0.9,zh;q=0.5"})
    assert '<html lang="en"' in text_of(english.get("/help/"))
    assert '<html lang="en"' in text_of(visitor.get("/help/?lang=en"))
    assert '<html lang="en"' in text_of(visitor.get("/help/fees/"))
    assert 'lang="zh-Hans"' in text_of(visitor.get("/help/fees/?lang=zh"))
    assert visitor.get("/help/?lang=xx").status_code == 200


def test_large_print_and_dark_pages_need_no_script(visitor: Client) -> None:
    visitor.post("/look", {"print": "large", "next": "/help/"})
    answer = visitor.post("/look", {"theme": "dark", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    page = text_of(visitor.get("/help/"))
    assert 'data-theme="dark" data-print="large"' in page
    visitor.post("/look", {"theme": "'><script>", "next": "/"})
    assert 'data-theme="dark"' in text_of(visitor.get("/help/"))


def test_the_brand_is_nowhere_but_in_its_file(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    other = dataclasses.replace(brand(), name="云杉测试", name_en="Spruce", company="云杉公司", colour="#7a1fa2")
    for place in ("kefu.web.context", "kefu.web.brand_files", "kefu.web.help.reach"):
        monkeypatch.setattr(f"{place}.brand", lambda: other)
    for path in ("/", "/help/", "/help/contact/", "/signin/", "/sos/", "/app.webmanifest", "/mark.svg"):
        page = text_of(visitor.get(path))
        assert "青禾" not in page.replace("qinghe.example", ""), path
    assert "#7a1fa2" in text_of(visitor.get("/mark.svg"))


def test_notices_are_listed_and_marked_read(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一", money=50_00)
    town.pump.run()
    client = browser(lin)
    assert "充值到账" in text_of(client.get("/me/notices/"))
    assert 'class="chip info">新' in text_of(client.get("/me/notices/"))
    client.post("/me/notices/")
    assert 'class="chip info">新' not in text_of(client.get("/me/notices/"))


def test_pin_and_password_are_set_on_their_pages(town: Town, browser: SignedIn) -> None:
    from tests.web.conftest import PASSWORD

    lin = town.customer("林一")
    client = browser(lin)
    assert client.post("/me/pin/", {"pin": "123456"}).status_code == 422
    assert client.post("/me/pin/", {"pin": "482913"}).status_code == 302
    assert client.post("/me/pin/", {"old": "000111", "pin": "593824"}).status_code == 422
    assert client.post("/me/pin/", {"old": "482913", "pin": "593824"}).status_code == 302
    new = "麦田里的13只白鹭 quietly"
    assert client.post("/me/password/", {"old": "wrong one here", "new": new}).status_code == 422
    assert client.post("/me/password/", {"old": PASSWORD, "new": new}).status_code == 302
    assert client.post("/me/language", {"language": "en"})["Location"] == "/me/"
    assert '<html lang="en"' in text_of(client.get("/me/"))
