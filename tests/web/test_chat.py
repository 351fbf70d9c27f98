"""The chat over HTTP: what is sent once is there once, and another's conversation looks like none."""

import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of

from kefu.channels import queries as inbox
from kefu.core.actor import Actor
from kefu.desk import actions as desk
from kefu.desk import queries as talk
from kefu.wallet import queries as wallet

ASSISTANT = Actor(kind="system", id="assistant", label="AI")
JSON = {"accept": "application/json"}


def say(client: Client, body: str, **given: Any) -> Any:
    """What chat.js sends."""
    message = {"id": str(uuid4()), "body": body, "files": [], **given}
    return client.post("/chat/messages", json.dumps(message), content_type="application/json", headers=JSON)


def png() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    file.seek(0)
    file.name = "截图.png"
    return file


@pytest.fixture
def lin(town: Town) -> Actor:
    return town.customer("林一")


@pytest.mark.row("C-01")
def test_a_message_is_taken_in_once_however_often_it_is_sent(lin: Actor, browser: SignedIn) -> None:
    client, message_id = browser(lin), str(uuid4())
    first, again = (say(client, "充值没到账", id=message_id) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert [one.body for one in inbox.waiting(lin.id)] == ["充值没到账"]
    assert say(client, "别的话", id=message_id).status_code == 409


def test_what_waits_to_be_handled_is_shown_after_a_reload(lin: Actor, browser: SignedIn) -> None:
    client = browser(lin)
    answer = say(client, "我的钱呢")
    page = text_of(client.get("/chat/"))
    assert "我的钱呢" in page
    assert f'data-id="{answer.json()["id"]}" data-pending="1"' in page


def test_a_plain_form_sends_words_and_a_file(lin: Actor, browser: SignedIn) -> None:
    client = browser(lin)
    answer = client.post("/chat/messages", {"id": str(uuid4()), "body": "请看截图", "file": png()})
    assert answer["Location"] == "/chat/"
    (waiting,) = inbox.waiting(lin.id)
    assert waiting.body == "请看截图"
    assert len(waiting.file_ids) == 1


def test_secrets_are_masked_before_they_are_kept(lin: Actor, browser: SignedIn) -> None:
    answer = say(browser(lin), "密码是 abc12345")
    assert "abc12345" not in answer.content.decode()
    assert "abc12345" not in inbox.waiting(lin.id)[0].body


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"body": ""}, 422),
        ({"body": "长" * 4001}, 422),
        ({"body": "a\0b"}, 422),
        ({"body": 7}, 422),
        ({"body": "x", "files": "no list"}, 422),
        ({"body": "x", "files": [str(uuid4())]}, 404),
        ({"body": "x", "id": "not an id"}, 422),
    ],
)
def test_what_is_no_message_is_refused_in_words(
    lin: Actor, browser: SignedIn, given: dict[str, Any], status: int
) -> None:
    answer = say(browser(lin), **{"body": "x", **given})
    assert answer.status_code == status
    assert answer.json()["refusal"]["text"]
    assert inbox.waiting(lin.id) == []


def test_scripts_in_a_message_stay_words(lin: Actor, town: Town, browser: SignedIn) -> None:
    conversation = desk.open_conversation(customer_id=lin.uuid, now=town.now)
    body = "<script>alert(1)</script>"
    desk.add_message(actor=lin, conversation_id=conversation.id, message_id=uuid4(), body=body, now=town.now)
    page = text_of(browser(lin).get("/chat/"))
    assert body not in page
    assert "&lt;script&gt;" in page


def test_an_image_is_kept_privately_and_shown_to_its_owner(lin: Actor, town: Town, browser: SignedIn) -> None:
    client = browser(lin)
    stored = client.post("/chat/files", {"file": png()}, headers=JSON)
    assert stored.status_code == 201
    place = f"/chat/files/{stored.json()['id']}"
    shown = client.get(place)
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in shown["Cache-Control"]
    assert browser(town.customer("周正")).get(place).status_code == 404
    assert Client().get(place).status_code == 401


def test_a_file_that_is_none_of_ours_is_refused(lin: Actor, browser: SignedIn) -> None:
    fake = io.BytesIO(b"MZ\x90\x00 not an image at all")
    fake.name = "receipt.png"
    answer = browser(lin).post("/chat/files", {"file": fake}, headers=JSON)
    assert answer.status_code == 415
    assert "图片" in answer.json()["refusal"]["text"]


def test_new_bubbles_come_as_html_after_a_point(lin: Actor, town: Town, browser: SignedIn) -> None:
    conversation = desk.open_conversation(customer_id=lin.uuid, now=town.now)
    for n in range(3):
        desk.add_message(actor=lin, conversation_id=conversation.id, message_id=uuid4(), body=f"第{n}句", now=town.now)
    client = browser(lin)
    new = text_of(client.get(f"/chat/messages?conversation={conversation.id}&after=2"))
    assert "第2句" in new
    assert "第1句" not in new
    assert text_of(client.get(f"/chat/messages?conversation={conversation.id}&after=3")).count("<li") == 0
    assert client.get("/chat/messages?after=x").status_code == 422


def test_anothers_conversation_looks_like_none(lin: Actor, town: Town, browser: SignedIn) -> None:
    conversation = desk.open_conversation(customer_id=lin.uuid, now=town.now)
    stranger = browser(town.customer("周正"))
    assert stranger.get(f"/chat/messages?conversation={conversation.id}&after=0").status_code == 404
    given = json.dumps({"conversation": str(conversation.id), "seq": 1})
    for door in ("typing", "read"):
        answer = stranger.post(f"/chat/{door}", given, content_type="application/json", headers=JSON)
        assert answer.status_code == 404


@pytest.mark.row("C-03")
def test_a_person_is_one_button_away_and_the_place_is_told(lin: Actor, browser: SignedIn) -> None:
    client = browser(lin)
    assert "转人工" in text_of(client.get("/chat/"))
    state = client.post("/chat/human", {"id": str(uuid4())}, headers={"hx-request": "true"})
    assert "下一位就是您" in text_of(state)
    assert "下一位就是您" in text_of(client.get("/chat/"))
    client.post("/chat/leave")
    assert "下一位就是您" not in text_of(client.get("/chat/"))


def test_an_agent_is_named_with_their_number(lin: Actor, town: Town, browser: SignedIn) -> None:
    chen = town.staff("陈工")
    conversation = desk.open_conversation(customer_id=lin.uuid, now=town.now)
    desk.take_conversation(actor=chen, conversation_id=conversation.id, now=town.now)
    desk.add_message(actor=chen, conversation_id=conversation.id, message_id=uuid4(), body="您好", now=town.now)
    desk.add_note(actor=chen, conversation_id=conversation.id, message_id=uuid4(), body="只给同事看", now=town.now)
    page = text_of(browser(lin).get("/chat/"))
    assert f"工号 {chen.staff_no}" in page
    assert "只给同事看" not in page


def test_an_answer_shows_sources_timeline_and_buttons(lin: Actor, town: Town, browser: SignedIn) -> None:
    order = uuid4()
    data = {
        "headline": "钱没有丢。",
        "paragraphs": ["已经到账。"],
        "timeline": [{"label": "已提交", "at": town.now.isoformat(), "state": "done"}],
        "sources": [
            {"kind": "order", "id": str(order), "version": "", "label": "C2026"},
            {"kind": "article", "id": "topup-not-arrived", "version": "4", "label": "充值未到账怎么办"},
        ],
        "buttons": [
            {"code": "freeze", "label": "停止所有转出", "argument": "", "level": "V1", "tone": "danger"},
            {"code": "choose", "label": "转账没到", "argument": "转账没到", "level": "V1", "tone": ""},
            {"code": "order", "label": "看这笔订单", "argument": str(order), "level": "V1", "tone": ""},
        ],
    }
    conversation = desk.open_conversation(customer_id=lin.uuid, now=town.now)
    desk.add_message(
        actor=ASSISTANT,
        conversation_id=conversation.id,
        message_id=uuid4(),
        body="钱没有丢。",
        kind="answer",
        data=data,
        now=town.now,
    )
    page = text_of(browser(lin).get("/chat/"))
    assert ">AI<" in page
    assert f'<a href="/orders/{order}/">订单 C2026</a>' in page
    assert "《充值未到账怎么办》第 4 版" in page
    assert 'name="code" value="freeze"' in page
    assert 'name="body" value="转账没到"' in page


def test_the_stop_button_of_an_answer_stops_at_once_and_once(lin: Actor, browser: SignedIn) -> None:
    client, key = browser(lin), str(uuid4())
    for _ in range(2):
        answer = client.post("/chat/act", {"code": "freeze", "argument": "", "id": key}, headers={"hx-request": "true"})
        assert answer.status_code == 204
    assert wallet.balance_for(lin).debits_stopped
    said = talk.timeline_for(lin)
    assert len([one for one in said if one.data.get("button") == "freeze"]) == 1
    refused = client.post("/chat/act", {"code": "nothing", "id": str(uuid4())}, headers=JSON)
    assert refused.json()["refusal"]["code"] == "assistant.button.unknown"


def test_the_widget_frame_may_stand_on_our_own_sites_only(lin: Actor, browser: SignedIn) -> None:
    script = Client().get("/widget.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert "/widget/" in text_of(script)
    stranger = Client(headers={"accept-language": "zh-CN"}).get("/widget/")
    assert "登录后聊" in text_of(stranger)
    assert "https://*.qinghe.example" in stranger["Content-Security-Policy"]
    assert "X-Frame-Options" not in stranger
    assert 'id="talk"' in text_of(browser(lin).get("/widget/"))
    assert "frame-ancestors 'none'" in Client().get("/")["Content-Security-Policy"]


def test_the_pass_to_the_stream_carries_only_ones_own_topics(lin: Actor, town: Town, browser: SignedIn) -> None:
    from django.conf import settings

    from kefu.core import live_token

    client = browser(lin)
    answer = client.post("/live/pass")
    given = live_token.read(answer.cookies["kefu_live"].value, key=settings.KEFU_LIVE_KEY, now=town.now)
    assert given is not None
    assert given.topics == (f"customer:{lin.id}",)
    assert answer.cookies["kefu_live"]["path"] == "/live"
    other = desk.open_conversation(customer_id=town.customer("周正").uuid, now=town.now)
    assert client.post("/live/pass", {"conversation": str(other.id)}).status_code == 404
    assert Client().post("/live/pass").status_code == 401
