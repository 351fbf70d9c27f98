"""From paying to the paper in a stranger's hands."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.windows import Window

from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]


@pytest.mark.row("W-24", "F-25", page="/receipts/")
def test_pay_take_the_receipt_and_have_it_verified(town: Installation, open_window: Callable[..., Window]) -> None:
    town.mood("sunny", settle_s=0)
    payee = open_window().sign_up("周航")
    payer = open_window(viewport={"width": 390, "height": 844}).sign_up("林晓").link_card()
    payer.top_up("300")
    payer.sees("已到账")
    payer.transfer(payee.phone, "25.80")
    payer.page.get_by_role("button", name=re.compile("^转给")).click()
    payer.page.wait_for_url("**/orders/*/")
    payer.page.get_by_role("link", name="交易凭证").click()
    payer.sees("带数字签名")
    with payer.page.expect_download() as saving:
        payer.page.get_by_role("link", name="下载 PDF").click()
    pdf = saving.value.path()
    assert saving.value.suggested_filename.startswith("PZ-T")
    assert pdf.read_bytes().startswith(b"%PDF-")
    address = payer.page.get_by_role("link", name="打开查验页").get_attribute("href")
    assert address is not None and "/verify/" in address

    stranger = open_window()
    stranger.page.goto(address)
    expect(stranger.main()).to_contain_text("是真的")
    expect(stranger.main()).to_contain_text("25.80")
    assert "林" not in stranger.main().inner_text() and "周" not in stranger.main().inner_text()
    stranger.page.get_by_label("原始 PDF 或 JSON 文件").set_input_files(pdf)
    stranger.page.get_by_role("button", name="查验").click()
    expect(stranger.main()).to_contain_text("一模一样")
    bent = bytearray(pdf.read_bytes())
    bent[len(bent) // 2] ^= 1
    stranger.page.get_by_label("原始 PDF 或 JSON 文件").set_input_files(
        {"name": "bent.pdf", "mimeType": "application/pdf", "buffer": bytes(bent)}
    )
    stranger.page.get_by_role("button", name="查验").click()
    expect(stranger.main()).to_contain_text("改动过")

    payer.go("/receipts/")
    payer.page.get_by_label("说说是哪一笔").fill("今天转给老周 二十多")
    expect(payer.page.locator("#found li").first).to_contain_text("25.80")
