"""Receipts over HTTP: from the order to the file, found by words, checked by a stranger, sent by an agent."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.wallet.town import Town
from tests.web.conftest import SignedIn, text_of
from tests.web.staff import QUERIES_MOST, Desk, queries_of

from kefu.identity import actions as identity
from kefu.receipts.models import Paper, PaperFile
from kefu.wallet import actions as wallet

PIN = "482913"


def receipt_of(client: Client, order_id: object) -> tuple[Paper, bytes]:
    """The paper and its PDF, by the buttons of the pages."""
    assert f"/receipts/order/{order_id}/" in text_of(client.get(f"/orders/{order_id}/"))
    page = client.get(f"/receipts/order/{order_id}/")
    assert page.status_code == 200
    paper = Paper.objects.order_by("-issued_at", "-id")[0]
    answer = client.get(f"/receipts/{paper.id}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert paper.number in answer["Content-Disposition"]
    return paper, answer.content


def verdict(client: Client, content: bytes, name: str = "x.pdf") -> str:
    page = text_of(client.post("/verify/", {"file": SimpleUploadedFile(name, content)}))
    return page.split('data-outcome="')[1].split('"')[0]


@pytest.mark.row("W-24")
def test_a_receipt_is_saved_and_checked_by_a_stranger(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 66_00)
    client, stranger = browser(lin), Client(headers={"accept-language": "zh-CN"})
    paper, pdf = receipt_of(client, order.id)
    assert client.get(f"/receipts/{paper.id}.pdf").content == pdf
    assert PaperFile.objects.count() == 1

    page = text_of(stranger.get(f"/verify/{paper.token}"))
    assert "是真的" in page and "¥66.00" in page and "已办结" in page and paper.number in page
    for secret in ("林", "王", "芳", "934.00"):
        assert secret not in page.replace("登录", "")
    assert verdict(stranger, pdf) == "genuine"
    flipped = bytearray(pdf)
    flipped[len(pdf) // 2] ^= 1
    assert verdict(stranger, bytes(flipped)) == "altered"
    assert verdict(stranger, b"%PDF-1.7 something else") == "unknown"
    signed = client.get(f"/receipts/{paper.id}.json").content
    assert verdict(stranger, signed, "x.json") == "genuine"
    assert verdict(stranger, signed.replace(b"6600", b"9900"), "x.json") == "altered"
    assert json.loads(signed)["content"]["order"]["amount"] == 66_00
    keys = stranger.get("/verify/keys.json").json()["keys"]
    assert [key["id"] for key in keys] == [json.loads(signed)["signature"]["key"]]


def test_an_unknown_code_says_nothing_and_readers_are_paced(town: Town) -> None:
    stranger = Client(headers={"accept-language": "zh-CN"})
    answer = stranger.get("/verify/" + "A" * 27)
    assert answer.status_code == 404
    assert "不是我们开的" in text_of(answer)
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    statuses = [stranger.get("/verify/" + f"{number:027d}").status_code for number in range(60)]
    assert statuses[:50] == [404] * 50
    assert statuses[-1] == 429


def test_one_paper_is_paced_whoever_asks(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 66_00)
    browser(lin).get(f"/receipts/order/{order.id}/")
    paper = Paper.objects.get()
    readers = [Client(REMOTE_ADDR=f"192.0.2.{number}") for number in range(32)]
    statuses = [reader.get(f"/verify/{paper.token}").status_code for reader in readers]
    assert statuses[:30] == [200] * 30
    assert statuses[30:] == [429] * 2


def test_uploads_are_limited(town: Town) -> None:
    stranger = Client(headers={"accept-language": "zh-CN"})
    for content, name in ((b"%PDF-" + bytes(4 * 1024 * 1024), "x.pdf"), (b"{" + b" " * 1024 * 1024, "x.json")):
        answer = stranger.post("/verify/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422
        assert "最大 4 MB" in text_of(answer)
    assert stranger.post("/verify/", {}).status_code == 422
    assert verdict(stranger, b"[" * 50_000, "x.json") == "unknown"


def test_what_is_not_settled_or_not_ones_own_has_no_receipt(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    waiting = town.send(lin, wang, 10_00, mode="two_hours")
    done = town.send(lin, wang, 20_00)
    client = browser(lin)
    assert "/receipts/order/" not in text_of(client.get(f"/orders/{waiting.id}/"))
    refused = client.get(f"/receipts/order/{waiting.id}/")
    assert refused.status_code == 409
    assert "仍然可以取消" in text_of(refused)
    other = browser(town.customer("周航"))
    assert other.get(f"/receipts/order/{done.id}/").status_code == 404
    client.get(f"/receipts/order/{done.id}/")
    paper = Paper.objects.get()
    for end in ("/", ".pdf", ".json"):
        assert other.get(f"/receipts/{paper.id}{end}").status_code == 404
    assert Client().get(f"/receipts/{paper.id}.pdf").status_code == 302


@pytest.mark.row("F-25")
def test_found_by_rough_words_and_pages_are_light(town: Town, browser: SignedIn) -> None:
    lin, wang, zhou = town.customer("林晓雨", 5_000_00), town.customer("王芳"), town.customer("周航")
    town.send(lin, zhou, 35_00)
    wanted = town.send(lin, wang, 210_00)
    client = browser(lin)
    page = text_of(client.get("/receipts/", {"q": "今天转给老王两百左右"}))
    assert page.index(f"/receipts/order/{wanted.id}/") == page.index("/receipts/order/")
    part = text_of(client.get("/receipts/", {"q": "三万五"}, headers={"hx-request": "true"}))
    assert "没有找到这样一笔" in part and "<html" not in part
    assert "凭证与对账单" in text_of(client.get("/services/"))
    for path in ("/receipts/", f"/receipts/order/{wanted.id}/", "/receipts/proof"):
        assert queries_of(client, path) <= QUERIES_MOST
    assert "没有交易" not in text_of(client.get("/receipts/", {"q": "\0' OR 1=1 -- 🜁" * 40}))


@pytest.mark.row("W-15")
def test_statements_as_pdf_and_csv(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    quote = town.quote(lin, wang, 66_00, remark="=cmd|' /C calc'!A0")


    wallet.create_transfer(actor=lin, key=uuid4(), quote_id=quote.id, now=town.now)
    client = browser(lin)
    day = town.now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    given = {"first": (day - timedelta(days=365)).isoformat(), "last": day.isoformat()}
    answer = client.get("/receipts/statement", given | {"as": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:2] == ["时间", "摘要"]
    assert rows[1][1:] == ["期初余额", "", "", "0.00", "CNY"]
    assert [row[3] for row in rows[2:-1]] == ["1000.00", "-66.00"]
    assert rows[-1][4] == "934.00"
    made = client.get("/receipts/statement", given | {"as": "pdf"})
    page = text_of(client.get(made["Location"]))
    assert "对账单" in page and "¥934.00" in page
    assert client.get(made["Location"].rstrip("/") + ".pdf").content.startswith(b"%PDF-")
    for wrong in ({"first": "", "last": ""}, {"first": given["last"], "last": given["first"]},
                  {"first": "2020-01-01", "last": given["last"]}, {"first": "2020-13-01", "last": "x"},
                  {"first": given["last"], "last": "2099-01-01"}):  # fmt: skip
        for form in ("csv", "pdf"):
            assert client.get("/receipts/statement", wrong | {"as": form}).status_code == 422


def test_a_proof_needs_the_pin_and_is_made_once(town: Town, browser: SignedIn) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 66_00)
    identity.set_payment_pin(actor=lin, pin=PIN, now=town.now)
    client = browser(lin)
    page = text_of(client.get("/receipts/proof"))
    key = page.split('name="key" value="')[1].split('"')[0]
    given = {"order": str(order.id), "purpose": "court", "key": key}
    assert client.post("/receipts/proof", given).status_code in (403, 422)
    wrong = client.post("/receipts/proof", given | {"pin": "111222"})
    assert wrong.status_code == 422 and "支付密码不对" in text_of(wrong)
    assert not Paper.objects.exists()
    made = client.post("/receipts/proof", given | {"pin": PIN})
    again = client.post("/receipts/proof", given | {"pin": PIN})
    assert made.status_code == 302 and made["Location"] == again["Location"]
    paper = Paper.objects.get()
    assert paper.content["holder"] == "林晓雨" and paper.content["purpose"]["zh"] == "提交法院或仲裁机构"
    checked = text_of(Client(headers={"accept-language": "zh-CN"}).get(f"/verify/{paper.token}"))
    assert "林晓雨" not in checked and "¥66.00" in checked
    assert client.post("/receipts/proof", given | {"purpose": "fun", "pin": PIN}).status_code == 422


@pytest.mark.row("F-25")
def test_an_agent_finds_and_sends_to_the_customer_only(town: Town, browser: SignedIn, desk: Desk) -> None:
    lin, wang = town.customer("林晓雨", 1_000_00), town.customer("王芳")
    order = town.send(lin, wang, 126_00)
    talk = desk.taken(lin, desk.chen)
    client, other = browser(desk.chen), browser(desk.li)
    assert other.get(f"/console/c/{talk}/receipts", {"q": "一百多"}).status_code == 404
    assert "昨天下午一百多" in text_of(client.get(f"/console/c/{talk}/panel"))
    page = text_of(client.get(f"/console/c/{talk}/receipts", {"q": "今天一百多"}))
    assert order.no in page and "发到邮箱" not in page
    key = page.split('name="key" value="')[1].split('"')[0]
    given = {"order": str(order.id), "line": "chat", "key": key}
    assert other.post(f"/console/c/{talk}/receipts/send", given).status_code in (403, 404)
    assert client.post(f"/console/c/{talk}/receipts/send", given | {"line": "fax"}).status_code == 422
    assert client.post(f"/console/c/{talk}/receipts/send", given | {"line": "mail", "key": str(uuid4())}).status_code == 409
    for _twice in range(2):
        assert client.post(f"/console/c/{talk}/receipts/send", given).status_code == 302
    said = text_of(client.get(f"/console/c/{talk}/messages", {"after": "0"}))
    assert said.count("这是您要的交易凭证") == 1
    assert said.count("已发送凭证 PZ-") == 1
    mine = browser(lin)
    chat = text_of(mine.get("/chat/messages", {"after": "0"})) + text_of(mine.get("/chat/"))
    assert "这是您要的交易凭证" in chat and "已发送凭证" not in chat
    file = chat.split("/chat/files/")[1].split('"')[0]
    assert verdict(Client(), mine.get(f"/chat/files/{file}").content) == "genuine"
