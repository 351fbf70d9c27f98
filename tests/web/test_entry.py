"""Coming in: sign-up, sign-in by password and by code, a new password, sign-out."""

import pytest
from django.test import Client
from tests.wallet.town import Town
from tests.web.conftest import PASSWORD, SignedIn, text_of

PHONE = "138 0000 7788"


@pytest.fixture
def client(db: None) -> Client:
    return Client(headers={"accept-language": "zh-CN"})


@pytest.mark.row("W-01")
def test_a_stranger_signs_up_and_finds_an_empty_wallet(client: Client, codes: list[str]) -> None:
    assert "免费开通" in text_of(client.get("/"))
    assert "验证码已发往 138****7788" in text_of(client.post("/signup/", {"phone": PHONE, "send": "1"}))
    given = {"phone": PHONE, "code": codes[-1], "name": "林小满", "password": "麦田里的13只白鹭 quietly"}
    assert client.post("/signup/", given)["Location"] == "/"
    home = text_of(client.get("/"))
    assert "林小满" in home
    assert "¥0.00" in home


@pytest.mark.row("W-01")
def test_a_known_phone_leads_to_its_owners_wallet(town: Town, codes: list[str], client: Client) -> None:
    lin = town.customer("林一")
    client.post("/signup/", {"phone": town.phone(lin), "send": "1"})
    given = {"phone": town.phone(lin), "code": codes[-1], "name": "别的名字", "password": ""}
    given["password"] = "麦田里的13只白鹭 quietly"
    assert client.post("/signup/", given).status_code == 302
    home = text_of(client.get("/"))
    assert "林一" in home
    assert "这个手机号早就有钱包，已为您登录" in home  # the password just typed is not theirs


def test_what_is_wrong_is_said_at_its_field(client: Client, codes: list[str]) -> None:
    client.post("/signup/", {"phone": PHONE, "send": "1"})
    given = {"phone": PHONE, "code": codes[-1], "name": "林小满", "password": "short"}
    answer = client.post("/signup/", given)
    assert answer.status_code == 422
    assert 'id="id_password_error"' in text_of(answer)
    assert 'aria-invalid="true"' in text_of(answer)
    assert client.post("/signup/", {"phone": "12", "send": "1"}).status_code == 422


@pytest.mark.row("W-02")
def test_sign_in_says_the_same_for_wrong_phone_and_wrong_password(town: Town, client: Client) -> None:
    lin = town.customer("林一")
    wrong = client.post("/signin/", {"phone": town.phone(lin), "password": "not this one at all"})
    nobody = client.post("/signin/", {"phone": "13877776666", "password": "not this one at all"})
    sentence = "账号或密码不对"
    assert wrong.status_code == nobody.status_code == 422
    assert sentence in text_of(wrong)
    assert sentence in text_of(nobody)


def test_sign_in_leads_back_only_to_this_site(town: Town, client: Client) -> None:
    lin = town.customer("林一")
    given = {"phone": town.phone(lin), "password": PASSWORD}
    assert client.post("/signin/", {**given, "next": "/activity/"})["Location"] == "/activity/"
    client.post("/signout/")
    assert client.post("/signin/", {**given, "next": "https://evil.example/"})["Location"] == "/"


def test_a_code_signs_in_and_a_new_password_is_set(town: Town, codes: list[str], client: Client) -> None:
    lin = town.customer("林一")
    phone = town.phone(lin)
    client.post("/signin/reset/", {"phone": phone, "send": "1"})
    new = "麦田里的13只白鹭 quietly"
    assert client.post("/signin/reset/", {"phone": phone, "code": codes[-1], "password": new}).status_code == 302
    client.post("/signout/")
    assert client.post("/signin/", {"phone": phone, "password": PASSWORD}).status_code == 422
    assert client.post("/signin/", {"phone": phone, "password": new}).status_code == 302


def test_sign_out_ends_the_sitting_everywhere_it_counts(town: Town, browser: SignedIn) -> None:
    client = browser(town.customer("林一"))
    assert client.get("/activity/").status_code == 200
    cookie = client.cookies["sessionid"].value
    client.post("/signout/")
    client.cookies["sessionid"] = cookie
    assert client.get("/activity/")["Location"].startswith("/signin/?next=")


def test_a_sitting_ended_elsewhere_is_over_here(town: Town, browser: SignedIn) -> None:
    lin = town.customer("林一")
    here, there = browser(lin), browser(lin)
    assert here.post("/me/sittings/end-others").status_code == 302
    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


def test_staff_and_customers_stay_in_their_places(town: Town, browser: SignedIn) -> None:
    chen, lin = town.staff("陈工"), town.customer("林一")
    desk = Client()
    assert desk.post("/staff/signin/", {"login": chen.staff_no, "password": PASSWORD})["Location"] == "/console/"
    assert desk.get("/activity/").status_code == 403
    assert browser(lin).get("/console/").status_code == 403
