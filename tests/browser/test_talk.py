"""The conversation under strain: reloads, cuts, double presses, two agents, another language, no script."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.browser.windows import CUSTOMER_PASSWORD, Window

from kefu.cli.server.server_user import CHECKOUT
from kefu.cli.throwaway import Installation

pytestmark = [pytest.mark.browser]

Opener = Callable[..., Window]


@pytest.mark.row("C-01", page="/chat/")
def test_reload_in_the_middle_keeps_the_conversation_and_goes_on(open_window: Opener) -> None:
    lin = open_window().sign_up("林晓").go("/chat/")
    lin.say("手续费怎么收")
    expect(lin.page.locator("#talk .said.answer")).to_have_count(1)
    before = lin.page.locator("#talk .said").count()
    lin.page.reload()
    expect(lin.page.locator("#talk .said")).to_have_count(before)
    lin.say("余额还有多少")
    expect(lin.page.locator("#talk .said.answer")).to_have_count(2)
    expect(lin.said("余额还有多少")).to_have_count(1)


@pytest.mark.row("C-01", page="/chat/")
def test_message_typed_while_the_network_is_cut_is_delivered_once(open_window: Opener) -> None:
    lin = open_window().sign_up("周航").go("/chat/")
    expect(lin.page.locator("html[data-live=on]")).to_have_count(1)
    lin.page.context.set_offline(True)
    lin.say("断网时写的一句话")
    expect(lin.said("断网时写的一句话")).to_have_count(1)
    expect(lin.page.locator("#chat-offline")).to_be_visible()
    lin.page.context.set_offline(False)
    expect(lin.page.locator("#talk .said.answer")).to_have_count(1)
    expect(lin.said("断网时写的一句话")).to_have_count(1)
    lin.page.reload()
    expect(lin.said("断网时写的一句话")).to_have_count(1)
    assert lin.stored("断网时写的一句话") == 1


@pytest.mark.row("C-01", page="/chat/")
def test_message_kept_in_the_browser_survives_a_reload_while_the_server_is_down(open_window: Opener) -> None:
    lin = open_window().sign_up("何川").go("/chat/")
    lin.page.route("**/chat/messages", lambda route: route.abort())
    lin.say("服务器不在时写的")
    expect(lin.said("服务器不在时写的")).to_have_count(1)
    lin.page.reload()
    expect(lin.said("服务器不在时写的")).to_have_count(1)
    lin.page.unroute("**/chat/messages")
    expect(lin.page.locator("#talk .said.answer")).to_have_count(1, timeout=25_000)
    assert lin.stored("服务器不在时写的") == 1


@pytest.mark.row("C-03", page="/chat/")
def test_same_button_pressed_twice_acts_once(open_window: Opener) -> None:
    lin = open_window().sign_up("苏敏").go("/chat/")
    lin.say("转错人了怎么办")
    expect(lin.page.locator("#talk .said.answer")).to_have_count(1)
    lin.page.locator("header").get_by_role("button", name="转人工").dblclick()
    lin.sees(re.compile("下一位就是您|前面还有"))
    lin.page.wait_for_timeout(500)
    assert lin.stored("已为您转人工") == 1


@pytest.mark.row("A-02", page="/console/")
def test_two_agents_who_take_at_once_never_both_have_it(open_window: Opener) -> None:
    lin = open_window().sign_up("王芳").go("/chat/")
    lin.say("我想找人工客服")
    lin.sees(re.compile("下一位就是您|前面还有"))
    agents = [open_window().sign_in_staff(number).be_online() for number in ("1024", "1031")]
    for agent in agents:
        agent.go(f"/console/c/{lin.conversation()}/")
        expect(agent.page.locator("#head").get_by_role("button", name=re.compile("接入"))).to_be_visible()
    for agent in agents:
        # Both are on their way before either is answered.
        form = agent.page.locator("#head form[action$='/take']")
        form.evaluate("form => setTimeout(() => form.requestSubmit(), 100)")
    lin.sees(re.compile("（工号 (1024|1031)）"))
    holds = []
    for agent in agents:
        told = agent.page.get_by_text(re.compile("先接入了这个会话|正在接待，您可以看"))
        expect(agent.page.locator("#reply").or_(told).first).to_be_visible()
        holds.append(agent.page.locator("#reply").count())
    assert sorted(holds) == [0, 1]
    agents[holds.index(1)].close_talk("已经说明白了。")


@pytest.mark.row("S-06", page="/chat/")
def test_secret_is_masked_before_anybody_sees_it(town: Installation, open_window: Opener) -> None:
    lin = open_window().sign_up("林晓").go("/chat/")
    lin.say("我的登录密码是 hunter2-lion，验证码 482913")
    expect(lin.page.locator("#talk .said.answer").first).to_be_visible()
    lin.page.reload()
    expect(lin.page.locator("#talk")).not_to_contain_text("482913")
    assert town.query("SELECT count(*) FROM desk_message WHERE body LIKE %s", "%482913%") == [(0,)]
    assert town.query("SELECT count(*) FROM channels_incoming WHERE body LIKE %s", "%482913%") == [(0,)]


def test_english_reader_is_answered_in_english(open_window: Opener) -> None:
    amy = open_window().sign_up("Amy Lin").go("/chat/?lang=en")
    amy.page.locator("#compose textarea").fill("what fees do you charge for a transfer")
    amy.page.locator("#compose button.main").click()
    expect(amy.page.locator("#talk .said.answer").first).to_be_visible()
    for path in ("/chat/", "/", "/help/", "/topup/", "/transfer/", "/withdraw/", "/me/"):
        amy.go(path)
        shown = amy.main().inner_text()
        assert not re.search("[一-鿿]", re.sub("语言|中文", "", shown)), f"{path}: {shown}"


def test_talking_works_without_javascript(open_window: Opener) -> None:
    lin = open_window().sign_up("林晓")
    plain = open_window(java_script_enabled=False)
    plain.go("/signin/")
    plain.page.get_by_label("手机号").fill(lin.phone)
    plain.page.get_by_label("登录密码").fill(CUSTOMER_PASSWORD)
    plain.page.get_by_role("main").get_by_role("button", name="登录", exact=True).click()
    plain.go("/chat/")
    plain.page.locator("#compose textarea").fill("没有脚本也能说话")
    plain.page.locator("#compose button.main").click()
    expect(plain.said("没有脚本也能说话")).to_have_count(1)
    for _ in range(20):
        plain.page.reload()
        if plain.page.locator("#talk .said.answer").count():
            break
        plain.page.wait_for_timeout(300)
    expect(plain.page.locator("#talk .said.answer")).to_have_count(1)
    plain.page.locator("header").get_by_role("button", name="转人工").click()
    plain.sees(re.compile("下一位就是您|前面还有"))


def test_question_by_command_over_http_is_answered_as_in_the_chat(town: Installation, open_window: Opener) -> None:
    lin = open_window().sign_up("林晓")
    told = {**os.environ, "KEFU_PASSWORD": CUSTOMER_PASSWORD, "PYTHONPATH": str(CHECKOUT / "src")}
    command = [sys.executable, "-m", "kefu.cli", "ask", "--url", town.url, "--as", lin.phone, "我的余额是多少", "--json"]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["intent"] == "balance_transactions_query"
    assert "0.00" in said["answer"]
    assert said["sources"]
    lin.go("/chat/").sees(said["answer"].splitlines()[0])
    wrong = subprocess.run(command, env=told | {"KEFU_PASSWORD": "x"}, capture_output=True, text=True, check=False)
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (1, 1)
