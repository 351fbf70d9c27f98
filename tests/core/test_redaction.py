"""Secrets are masked however they are typed; numbers that are no secrets stay to the letter."""

import random
import time

import pytest

from kefu.core.redaction import MASK, redact

# The text, and the secrets in it as written.
SECRETS = [
    ("我的验证码是482913", ("482913",)),
    ("验证码 ４８２９１３", ("４８２９１３",)),
    ("验证码：四八二九一三", ("四八二九一三",)),
    ("验证码是4 8 2 9 1 3", ("4 8 2 9 1 3",)),
    ("验证码是48-29-13", ("48-29-13",)),
    ("短信验证码刚收到，是 482913，然后呢", ("482913",)),
    ("【支付】验证码为【482913】请勿泄露", ("482913",)),
    ("482913是我的验证码", ("482913",)),
    ("482913 验证码", ("482913",)),
    ("我密码是abc123!@#帮我改", ("abc123!@#",)),
    ("登录密码hunter22", ("hunter22",)),
    ("支付密码 135790", ("135790",)),
    ("支付密码：一三五七九〇", ("一三五七九〇",)),
    ("密碼是 qwerty99", ("qwerty99",)),
    ("密 码 是 qwerty99", ("qwerty99",)),
    ("My password is hunter2", ("hunter2",)),
    ("password: correct-horse-battery", ("correct-horse-battery",)),
    ("pwd=Tr0ub4dor&3", ("Tr0ub4dor&3",)),
    ("the otp is 482913", ("482913",)),
    ("verification code 482 913", ("482 913",)),
    ("my pin is 1234", ("1234",)),
    ("PIN码1234", ("1234",)),
    ("cvv 123", ("123",)),
    ("CVV是３２１", ("３２１",)),
    ("安全码三二一", ("三二一",)),
    ("卡背面后三位是 456", ("456",)),
    ("恢复码 ABCD-EFGH-1234", ("ABCD-EFGH-1234",)),
    ("recovery code: 9f3a-77b1-c0de", ("9f3a-77b1-c0de",)),
    ("卡号 6222020000000007", ("6222020000000007",)),
    ("卡号6222 0200 0000 0007 招行", ("6222 0200 0000 0007",)),
    ("６２２２０２００００００００07", ("６２２２０２００００００００07",)),
    ("六二二二零二零零零零零零零零零七", ("六二二二零二零零零零零零零零零七",)),
    ("6222-0200-0000-0007", ("6222-0200-0000-0007",)),
    ("6 2 2 2 0 2 0 0 0 0 0 0 0 0 0 7", ("6 2 2 2 0 2 0 0 0 0 0 0 0 0 0 7",)),
    ("我的卡是4111111111111111，充200", ("4111111111111111",)),
    ("card number 5555 5555 5555 4444", ("5555 5555 5555 4444",)),
    ("amex 3782 822463 10005", ("3782 822463 10005",)),
    ("6217.0012.3456.7890.122", ("6217.0012.3456.7890.122",)),
    ("卡\u200b号62\u200b22020000000007", ("62\u200b22020000000007",)),
    ("密\u200b码是hunter22", ("hunter22",)),
    ("金额200 6222020000000007", ("6222020000000007",)),
    ("yzm 482913", ("482913",)),
    ("mima hunter22", ("hunter22",)),
    ("密码就是我生日 900101", ("900101",)),
    ("otp:482913", ("482913",)),
    ("验证码４ ８ ２ ９ １ ３", ("４ ８ ２ ９ １ ３",)),
    ("482913", ("482913",)),
    ("动态码：②④⑥⑧①③", ("②④⑥⑧①③",)),
    ("验证碼 482913", ("482913",)),
    ("我的交易密码为 248163，余额还剩200", ("248163",)),
    ("482913 is my verification code", ("482913",)),
    ("卡号是 622202 0000 0000 07 对吗", ("622202 0000 0000 07",)),
    (
        "验证码4\ufe0f\u20e38\ufe0f\u20e32\ufe0f\u20e39\ufe0f\u20e31\ufe0f\u20e33\ufe0f\u20e3",
        ("4\ufe0f\u20e38\ufe0f\u20e32\ufe0f\u20e39\ufe0f\u20e31\ufe0f\u20e33\ufe0f\u20e3",),
    ),
    ("密码:「Passw0rd」", ("Passw0rd",)),
    ("passcode 9081 for the app", ("9081",)),
    ("支付密码是不是135790", ("135790",)),
    ("亲，我收到的验证码 是 ：593 201", ("593 201",)),
    ("验证码发你：593201", ("593201",)),
    ("刚才短信里的六位数是593201，就是那个验证码", ("593201",)),
    ("把593201这个验证码输进去还是不行", ("593201",)),
    ("code is 593201, otp from the bank", ("593201",)),
    ("Here's my OTP - 593201", ("593201",)),
    ("My one-time password: 593201.", ("593201",)),
    ("I typed password Summer2024! but it fails", ("Summer2024!",)),
    ("密码我设的是 Summer2024!", ("Summer2024!",)),
    ("密码我用的wangfang88", ("wangfang88",)),
    ("我的登陆密码：wf@1988", ("wf@1988",)),
    ("支付密码六个8，888888", ("888888",)),
    ("交易密码一直是 112233 没改过", ("112233",)),
    ("PIN: ４３２１", ("４３２１",)),
    ("银行卡密码是四个零加九九 000099", ("000099",)),
    ("取款密码贰肆陆捌壹叁", ("贰肆陆捌壹叁",)),
    ("动态口令 773301", ("773301",)),
    ("卡号4111-1111-1111-1111，cvv 737", ("4111-1111-1111-1111", "737")),
    ("5105105105105100这张卡扣了两次", ("5105105105105100",)),
    ("卡号：6222 0200 0000 00 07", ("6222 0200 0000 00 07",)),
    ("card no 4111 1111 1111 1111 exp 12/28 cvc 737", ("4111 1111 1111 1111", "737")),
    ("cvv2是七三七", ("七三七",)),
    ("后三位737", ("737",)),
    ("恢复码是 KX7P-92QD-11ZM", ("KX7P-92QD-11ZM",)),
    ("备用码 8812-7731", ("8812-7731",)),
    ("密码=a1b2c3d4", ("a1b2c3d4",)),
    ("passwd a1b2c3d4", ("a1b2c3d4",)),
    ("my password's hunter2", ("hunter2",)),
    ("password was 'letmein99'", ("letmein99",)),
    ("the password I use: letmein99", ("letmein99",)),
    ("密码是 letmein", ("letmein",)),
    ("password is iloveyou", ("iloveyou",)),
    ("4111\n1111\n1111\n1111", ("4111\n1111\n1111\n1111",)),
    ("六二二二 零二零零 零零零零 零零零七", ("六二二二 零二零零 零零零零 零零零七",)),
    ("62220200 00000007", ("62220200 00000007",)),
    ("验证码 5 9 3 2 0 1", ("5 9 3 2 0 1",)),
    ("验证码五九三二零幺", ("五九三二零幺",)),
    ("验证码593201 和手机号13812345678", ("593201",)),
    ("验证码：593201；金额200", ("593201",)),
    ("yzm：593201", ("593201",)),
    ("我把支付密码135790告诉他了", ("135790",)),
    ("他让我念验证码，我念了 593201", ("593201",)),
    ("骗子问我要验证码，我给了他593201", ("593201",)),
    ("security code 737", ("737",)),
    ("3-digit code on the back is 737", ("737",)),
    ("6位动态码０９８７６５", ("０９８７６５",)),
    ("auth code: 0042 1733", ("0042 1733",)),
]
CLEAN = [
    "充了200块一个小时了还没到账",
    "订单 T2026112014030718 到哪了",
    "订单号20261120140307182244",
    "我的手机号是13812345678",
    "手机 138 1234 5678",
    "+86 138-1234-5678",
    "转了2000元给王芳",
    "金额 4,500.00，2026-11-20 14:03",
    "2026年11月20日 14:03 充值 200.00 元",
    "忘记密码怎么办",
    "密码是什么",
    "密码输错5次被锁了24小时",
    "验证码收不到",
    "验证码收不到，我的手机号是13812345678",
    "验证码等了10分钟还没来",
    "验证码是95588发的吗",
    "密码错误3次",
    "怎么改支付密码？",
    "招商银行 (8812) 扣款成功",
    "尾号8812的卡",
    "尾号 8812 的卡密码忘了",
    "I forgot my password",
    "my password is not working",
    "reset password link",
    "How do I change my PIN?",
    "What is a CVV?",
    "please don't ask for my password",
    "the verification code never arrived",
    "wrong password 5 times",
    "输入密码后转了2000",
    "银行流水 8841207733120207",
    "记账凭证 #90213",
    "热线 95188 打不通",
    "工号 1024 的客服",
    "会话编号 K20261120140300123456",
    "余额 ¥3,468.40",
    "11-20 14:03",
    "100000",
    "2026-11-20 14:03:22 4500.00",
    "一二三四五六",
    "今天二十号",
    "一共三百五十块",
    "四五六月的账单",
    "密码是对的",
    "密码一样的",
    "我有两张卡一共四千五百六十七块",
    "验证码 6 位",
    "支付密码要6位数字",
    "请勿泄露验证码",
    "银行卡充值5000 没到",
    "密码支付付了2000",
    "password manager",
    "one time code not received in 10 minutes",
    "第1024次",
    "快递单号 SF1234567890123",
    "身份证在2031年到期",
    "退款 35.50 到招商银行卡 (8812)",
    "验证码过期了，重新发到13812345678",
    "我付了 2026 元",
    "从4月到5月 一共 6222 元",
    "订单 20261120 14030712 金额 200",
    "4000123412341234567890",
    "6222 元",
    "IP 192.168.10.24",
    "版本 2.10.4567",
    "账单 2026/11/20-2026/12/19",
    "order no. 4111-2222",
    "amount 1,234,567.89",
    "My login is 13812345678 and the code didn't arrive",
    "code 2001 error 时怎么办",
    "验证码错误代码 1003",
    "密码锁定到 2026-11-21 09:00",
    "我昨天下午3点转了 6222.00 给小周",
    "转账单号：2026112014030718 对方没收到",
    "T20261120140307182244",
    "订单T2026112014030718、T2026112014030719都没到账",
    "客服电话 95188，工号1024",
    "手机号：138-1234-5678",
    "我手机尾号5678",
    "充值 ¥200.00 ，余额 ¥3,468.40",
    "2026-11-20 14:03:07 充值200",
    "11月20日14点03分",
    "每天限额 50000 元",
    "手续费 0.1% 最低 2 元",
    "身份核验还没过",
    "密码一共要几位",
    "登录密码和支付密码有什么区别？",
    "修改支付密码需要多久",
    "我没有设密码",
    "是不是要6位密码",
    "改密码以后 24 小时内不能提现",
    "密码输错 3 次会锁 30 分钟",
    "验证码短信 1 条都没收到",
    "验证码 60 秒后才能重发",
    "验证码有效期5分钟",
    "收到106开头的短信验证码是真的吗",
    "收到10690000发的验证码是真的吗",
    "95588发来的验证码短信",
    "Is 95555 the sender of verification codes?",
    "verification code expired after 5 minutes",
    "I need a new PIN",
    "PIN pad is broken",
    "security code field is missing",
    "how long must my password be? 8 characters?",
    "8 to 64 characters password",
    "password reset email from no-reply@kefu.example",
    "What's your hotline? 400-820-8820",
    "+1 (415) 555-0132",
    "Order 4111222233334444555",
    "转给 6222 尾号 0007",
    "卡尾号0007",
    "银行卡 (0007) 扣了 200",
    "流水号 4000123412341234",
    "对账编号 5500000055555559 里",
    "第 3 次了",
    "三点二十到的",
    "一二三，木头人",
    "我有一二十张券",
    "一九九〇年生",
    "二〇二六年十一月二十日",
    "九五一八八打不通",
    "余额三千四百六十八块四",
    "退一赔三",
    "1+1=2",
    "https://kefu.example/help/a/topup-late",
    "ISO 27001",
    "version 5.2.19",
    "id 0190d5f0-7c1e-7cc3-8000-2f6d6d1f0b11",
    "账号 13812345678",
    "密码学很难",
    "口令红包怎么领",
    "口令红包 2000 元",
    "工单 C20261120001 处理了吗",
    "我的密码被盗了，钱没了 2000",
    "有人用我的密码转走了5000",
    "验证码没填，直接扣了 3000 块",
    "不需要密码就扣了1999.00",
    "支付密码没输就付了3999",
    "密码正确但余额显示 0.00",
    "code 40013 是什么错误",
    "2000",
    "88",
    "200000",
    "退 2000",
]


@pytest.mark.row("S-06")
@pytest.mark.parametrize(("text", "secrets"), SECRETS, ids=range(len(SECRETS)))
def test_a_secret_is_masked(text: str, secrets: tuple[str, ...]) -> None:
    kept = redact(text)
    assert [secret for secret in secrets if secret in kept.text] == []
    assert kept.found
    assert MASK in kept.text


@pytest.mark.row("S-06")
def test_what_is_no_secret_stays_to_the_letter() -> None:
    assert [(text, redact(text).text) for text in CLEAN if redact(text).text != text] == []


def test_masking_twice_changes_nothing_more() -> None:
    once = [redact(text).text for text, _secrets in SECRETS]
    assert [redact(text).text for text in once] == once


def test_only_the_secret_is_replaced_and_a_card_keeps_its_last_four() -> None:
    kept = redact("我的验证码是４８ ２９ １３，卡号 6222 0200 0000 0007，订单 T2026112014030718")
    assert kept.text == f"我的验证码是{MASK}，卡号 {MASK}0007，订单 T2026112014030718"
    assert kept.found == ("secret", "card")


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")


def written(dice: random.Random, digits: str, groups: list[str]) -> str:
    """The same digits as somebody may write them."""
    forms = [digits, " ".join(groups), "-".join(groups), " ".join(digits)]
    return dice.choice(forms).translate(dice.choice([{}, FULL_WIDTH, CHINESE]))


def with_check_digit(digits: str) -> str:
    total = sum(v - 9 if v > 9 else v for v in (int(c) * (2 - i % 2) for i, c in enumerate(reversed(digits))))
    return f"{digits}{-total % 10}"


@pytest.mark.row("S-06")
def test_codes_and_cards_drawn_by_lot_are_masked() -> None:
    dice = random.Random(20261120)
    missed = []
    for _ in range(1500):
        code = f"{dice.randrange(10**6):06d}"
        shown = written(dice, code, [code[:3], code[3:]])
        frame = dice.choice(
            ["验证码{}", "短信验证码：{}，怎么用", "支付密码是{}对不对", "my otp is {}", "密码 {} 登不上"]
        )
        missed += [text for text in [frame.format(shown)] if shown in redact(text).text]
        prefix = dice.choice(["62", "6217", "4", "51", "55", "35"])
        length = dice.choice([16, 19]) - len(prefix) - 1
        card = with_check_digit(prefix + "".join(dice.choices("0123456789", k=length)))
        shown = written(dice, card, [card[i : i + 4] for i in range(0, len(card), 4)])
        frame = dice.choice(["卡号{}", "{}这张卡", "card {} was charged", "扣款的卡：{}，招行", "充200到{}"])
        missed += [text for text in [frame.format(shown)] if shown in redact(text).text]
    assert missed == []


def test_numbers_of_ordinary_talk_drawn_by_lot_stay() -> None:
    dice = random.Random(20261121)
    changed = []
    for _ in range(1500):
        day, clock = (
            f"2026-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
            f"{dice.randint(0, 23):02d}:{dice.randint(0, 59):02d}",
        )
        amount = f"{dice.randint(1, 99999)}.{dice.randint(0, 99):02d}"
        phone = f"1{dice.randint(3, 9)}{dice.randrange(10**9):09d}"
        order = f"T{day.replace('-', '')}{clock.replace(':', '')}{dice.randrange(10**8):08d}"
        text = dice.choice(
            [
                f"订单 {order} 没到账", f"单号{order[1:]}", f"我 {day} {clock} 充了{amount}", f"验证码发到{phone}了吗",
                f"转了{amount}元给{phone}", f"密码输错{dice.randint(2, 9)}次，订单{order}", f"尾号{phone[-4:]}的卡",
                f"charged {amount} CNY on {day}, order {order}", f"金额{amount}，{day}，{phone}",
            ]
        )  # fmt: skip
        if redact(text).text != text:
            changed.append(text)
    assert changed == []


@pytest.mark.parametrize(
    "unit", ["密码", "1 ", "一", "password ", "6222 ", "验证码 1 ", "4111111111111111", "cvv:", "●"]
)
def test_long_nonsense_is_read_quickly(unit: str) -> None:
    began = time.process_time()
    redact((unit * 4000)[:4000])
    assert time.process_time() - began < 1.0
