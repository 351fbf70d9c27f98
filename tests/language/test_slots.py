"""Amounts, times, orders, people, phones and cards read from a text."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kefu.language.slots import MOST, Slots, read_slots

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 14, 3, tzinfo=SHANGHAI)  # a Friday


def local(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


EXACT = [
    ("充了200块没到", 200_00),
    ("¥1,234.50", 1234_50),
    ("￥1,234.50的那笔", 1234_50),
    ("１００元", 100_00),
    ("充了3万", 30_000_00),
    ("1.5万元", 15_000_00),
    ("转了2w", 20_000_00),
    ("转了5k给他", 5_000_00),
    ("两百", 200_00),
    ("一百五", 150_00),
    ("兩百塊", 200_00),
    ("两千五百块", 2_500_00),
    ("一千零五十", 1_050_00),
    ("1万2", 12_000_00),
    ("十五块", 15_00),
    ("三块五", 3_50),
    ("3块8毛5", 3_85),
    ("5毛", 50),
    ("扣了我一分钱", 1),
    ("扣了我19.9", 19_90),
    ("我在柜台取了2000", 2_000_00),
    ("转了100块钱给李雷的", 100_00),
    ("退我35.50", 35_50),
    ("人民币500", 500_00),
    ("fifty yuan", 50_00),
    ("I topped up 200 an hour ago", 200_00),
    ("paid two hundred and fifty yuan", 250_00),
    ("RMB 1,000 never arrived", 1_000_00),
    ("I was charged 19.90 twice", 19_90),
    ("send 2k to my mum", 2_000_00),
    ("my 300 yuan top-up", 300_00),
    ("充了两百一直没到账", 200_00),
    ("充了3万一直没到账", 30_000_00),
    ("充了五块三一直没到账", 5_30),
    ("提现一千一直没到", 1_000_00),
    ("提现1000多久到账", 1_000_00),
    ("提现200多少手续费", 200_00),
    ("提现一万二", 12_000_00),
    ("withdrew one hundred", 100_00),
    ("paid one yuan", 1_00),
]

RANGES = [
    ("昨天下午那笔一百多的", 100_00, 199_99),
    ("200多块", 200_00, 299_99),
    ("两千多", 2_000_00, 2_999_99),
    ("一百五十多块", 150_00, 159_99),
    ("几百块", 200_00, 999_99),
    ("好几百", 300_00, 999_99),
    ("十几块", 11_00, 19_99),
    ("几十块", 20_00, 99_99),
    ("上千块", 1_000_00, 9_999_99),
    ("大概200", 180_00, 220_00),
    ("200左右", 180_00, 220_00),
    ("一百来块", 90_00, 110_00),
    ("不到两百", 0, 200_00),
    ("超过1000", 1_000_00, MOST),
    ("100块以上", 100_00, MOST),
    ("100到200块", 100_00, 200_00),
    ("一两百", 100_00, 200_00),
    ("三四百块", 300_00, 499_99),
    ("about 200", 180_00, 220_00),
    ("over 500 yuan", 500_00, MOST),
    ("between 100 and 200 yuan", 100_00, 200_00),
    ("a hundred something", 100_00, 199_99),
    ("less than 50 yuan", 0, 50_00),
]

NO_AMOUNT = [
    "打95188", "我有三个问题", "提现到账要3天", "还有3张卡", "万一丢了怎么办", "千万别告诉别人", "我要投诉工号1024",
    "客服24小时在线吗", "12315", "一个小时了还没到", "3号扣的", "前天晚上8点", "I have 2 cards", "waiting for 3 days",
    "call me at 8", "sent it 3 times", "卡号尾号8812", "转给13812345678", "一天最多能转多少", "第一百次了", "输错5次密码",
    "提现一直没到账", "充值一直没到账", "退款一直没收到", "转账一般多久到", "提现一整天了还没到", "转了一会了没到",
    "提现一半到了一半没到", "转账一下子就没了", "充值十足慢", "提现两边都没到", "提现三番五次失败",
    "I withdrew one yesterday and it has not arrived",
]  # fmt: skip

TIMES = [
    ("昨天下午那笔", "11-19 12:00", "11-19 18:00"),
    ("刚才充的", "11-20 13:03", "11-20 14:04"),
    ("充了200块一个小时了还没到账", "11-20 12:03", "11-20 13:33"),
    ("一个小时前", "11-20 12:33", "11-20 13:33"),
    ("半小时前", "11-20 13:18", "11-20 13:48"),
    ("前天晚上8点", "11-18 19:50", "11-18 21:00"),
    ("昨晚10点", "11-19 21:50", "11-19 23:00"),
    ("今早", "11-20 05:00", "11-20 11:00"),
    ("凌晨2点", "11-20 01:50", "11-20 03:00"),
    ("下午3点20", "11-19 15:10", "11-19 15:30"),
    ("15:30那笔", "11-19 15:20", "11-19 15:40"),
    ("十二点半", "11-20 12:20", "11-20 12:40"),
    ("11月3号", "11-03 00:00", "11-04 00:00"),
    ("十一月三号", "11-03 00:00", "11-04 00:00"),
    ("11月3日下午3点半", "11-03 15:20", "11-03 15:40"),
    ("2026-11-03", "11-03 00:00", "11-04 00:00"),
    ("2026年10月1日", "10-01 00:00", "10-02 00:00"),
    ("3号扣的", "11-03 00:00", "11-04 00:00"),
    ("上个月15号", "10-15 00:00", "10-16 00:00"),
    ("上周三", "11-11 00:00", "11-12 00:00"),
    ("周二", "11-17 00:00", "11-18 00:00"),
    ("星期天晚上", "11-15 18:00", "11-16 00:00"),
    ("上星期", "11-09 00:00", "11-16 00:00"),
    ("上个月", "10-01 00:00", "11-01 00:00"),
    ("三天前", "11-17 00:00", "11-18 00:00"),
    ("两天了还没到", "11-17 00:00", "11-20 00:00"),
    ("大前天", "11-17 00:00", "11-18 00:00"),
    ("昨日下午", "11-19 12:00", "11-19 18:00"),
    ("yesterday afternoon", "11-19 12:00", "11-19 18:00"),
    ("an hour ago", "11-20 12:33", "11-20 13:33"),
    ("last Tuesday", "11-17 00:00", "11-18 00:00"),
    ("last night", "11-19 18:00", "11-20 00:00"),
    ("this morning", "11-20 05:00", "11-20 12:00"),
    ("the day before yesterday", "11-18 00:00", "11-19 00:00"),
    ("two days ago", "11-18 00:00", "11-19 00:00"),
    ("Nov 3", "11-03 00:00", "11-04 00:00"),
    ("3rd November at 8pm", "11-03 19:50", "11-03 21:00"),
    ("at 8:30 pm yesterday", "11-19 20:20", "11-19 20:40"),
    ("last week", "11-09 00:00", "11-16 00:00"),
    ("just now", "11-20 13:03", "11-20 14:04"),
]


@pytest.mark.parametrize(("text", "minor"), EXACT)
def test_exact_amounts(text: str, minor: int) -> None:
    amounts = read_slots(text, now=NOW).amounts
    assert [(a.low, a.high, a.currency) for a in amounts] == [(minor, minor, "CNY")]


@pytest.mark.parametrize(("text", "low", "high"), RANGES)
def test_ranges_of_amounts(text: str, low: int, high: int) -> None:
    assert [(a.low, a.high) for a in read_slots(text, now=NOW).amounts] == [(low, high)]


@pytest.mark.parametrize("text", NO_AMOUNT)
def test_numbers_that_count_something_else(text: str) -> None:
    assert read_slots(text, now=NOW).amounts == ()


@pytest.mark.parametrize(("text", "start", "end"), TIMES)
def test_times(text: str, start: str, end: str) -> None:
    times = read_slots(text, now=NOW).times
    assert [(t.start, t.end) for t in times] == [(local(start), local(end))]
    assert times[0].start.tzinfo == UTC


@pytest.mark.parametrize(
    "text", ["客服几点上班", "早点处理", "网点在哪", "提现多久到账", "点击没反应", "when can I call"]
)
def test_texts_without_a_time(text: str) -> None:
    assert read_slots(text, now=NOW).times == ()


def test_other_currencies() -> None:
    assert [(a.low, a.currency) for a in read_slots("paid $50 and 20美元", now=NOW).amounts] == [
        (50_00, "USD"),
        (20_00, "USD"),
    ]


def test_the_sentence_of_the_road() -> None:
    found = read_slots("昨天下午给小周转的那笔一百多的没到", now=NOW)
    assert (found.amounts[0].low, found.amounts[0].high) == (100_00, 199_99)
    assert found.times[0].start == local("11-19 12:00")
    assert found.names == ("小周",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("给王芳转了两百", ("王芳",)),
        ("转了五百给小周,他没收到", ("小周",)),
        ("钱转给李明明了", ("李明明",)),
        ("王先生说没收到", ("王先生",)),
        ("I sent 300 to Wang Fang yesterday", ("Wang Fang",)),
        ("money from John Smith", ("John Smith",)),
        ("给我妈转了500", ()),
        ("转给对方的钱没到", ()),
        ("给老婆转钱", ()),
        ("send it to my bank", ()),
        ("transfer to Bank of China", ()),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    assert read_slots(text, now=NOW).names == names


def test_order_numbers_are_read_whole_and_are_no_amounts() -> None:
    found = read_slots("订单t20261121140307182734还有P2026112114030718273 怎么没到", now=NOW)
    assert found.order_numbers == ("T20261121140307182734", "P2026112114030718273")
    assert found.amounts == found.phones == ()


@pytest.mark.parametrize(
    ("text", "phones", "phone_tails", "card_tails"),
    [
        ("转给13812345678", ("+8613812345678",), (), ()),
        ("转给+86 138-1234-5678了", ("+8613812345678",), (), ()),
        ("138****5678没收到", (), ("5678",), ()),
        ("手机尾号8812", (), ("8812",), ()),
        ("尾号8812的卡", (), (), ("8812",)),
        ("招行尾号是8812的银行卡", (), (), ("8812",)),
        ("尾号1234", (), ("1234",), ("1234",)),
        ("my card ending in 4321", (), (), ("4321",)),
    ],
)
def test_phones_and_tails(
    text: str, phones: tuple[str, ...], phone_tails: tuple[str, ...], card_tails: tuple[str, ...]
) -> None:
    found = read_slots(text, now=NOW)
    assert (found.phones, found.phone_tails, found.card_tails) == (phones, phone_tails, card_tails)
    assert found.amounts == ()


def test_a_text_that_names_nothing_is_empty() -> None:
    assert read_slots("你好", now=NOW) == Slots()
    assert not read_slots("", now=NOW)


def test_a_date_that_is_still_to_come_is_last_years() -> None:
    moment = read_slots("12月25号", now=NOW).times[0]
    assert moment.start == datetime(2025, 12, 25, tzinfo=SHANGHAI)


def test_the_zone_of_the_reader_counts() -> None:
    midnight = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # already the 21st in Shanghai
    assert read_slots("今天", now=midnight).times[0].start == local("11-21 00:00")
    assert read_slots("today", now=midnight, tz="UTC").times[0].start == datetime(2026, 11, 20, tzinfo=UTC)


@given(st.integers(1, 99_999_999))
def test_every_amount_is_read_back(minor: int) -> None:
    text = f"转了¥{minor // 100:,}.{minor % 100:02d}没到"
    assert [(a.low, a.high) for a in read_slots(text, now=NOW).amounts] == [(minor, minor)]


@given(st.integers(0, 400))
def test_every_day_is_read_back(back: int) -> None:
    day = (NOW - timedelta(days=back)).date()
    start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    for text in (f"{day.year}年{day.month}月{day.day}号", day.isoformat()):
        assert [(t.start, t.end) for t in read_slots(text, now=NOW).times] == [(start, start + timedelta(days=1))]


_WORDS = st.sampled_from(
    [
        "昨",
        "前",
        "天",
        "上",
        "周",
        "月",
        "号",
        "点",
        "半",
        "3",
        "11",
        "31",
        "99",
        "百",
        "千",
        "万",
        "多",
        "几",
        "块",
        "元",
        "到",
        "给",
        "王",
        "小",
        "ago",
        "last",
        "at",
        "pm",
        "¥",
        ".",
        ",",
        ":",
        "-",
    ]
)


@given(st.one_of(st.text(), st.lists(_WORDS, max_size=12).map("".join)))
@example("0£0天")
def test_no_text_is_refused(text: str) -> None:
    found = read_slots(text, now=NOW)
    assert all(0 <= a.low <= a.high <= MOST for a in found.amounts)
    assert all(t.start < t.end for t in found.times)
