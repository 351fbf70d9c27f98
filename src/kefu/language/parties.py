"""Who and what a text names: order numbers, phones, tails of phones and cards, people."""

import re

_ORDER = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]\d{17,24})(?![A-Za-z0-9])")
_PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_MASKED_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[*×xX•]{4,5}(\d{4})(?!\d)")
_TAIL = re.compile(
    r"(?P<before>[一-鿿A-Za-z ]{0,12}?)"
    r"(?:尾号|末四位|后四位|尾数|\bend(?:s|ing)?(?: (?:in|with))?|\blast (?:four|4)(?: digits)?)"
    r"(?:是|为|号码|(?:\s(?:is|are|of)))?[\s:*]*(?P<tail>\d{4})(?!\d)(?P<after>[一-鿿A-Za-z ]{0,8})",
    re.I,
)
_CARD_WORDS = re.compile(r"卡|银行|\b(?:card|bank|visa|debit|credit)\b", re.I)
_PHONE_WORDS = re.compile(
    r"手机|电话|号码|手机号|账号|用户|好友|\b(?:phone|mobile|number|user)\b|(?:给|转给|打给)$", re.I
)

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温庞樊兰殷施洪"
    "翟安颜倪牛俞章鲁葛毕聂焦庄柳齐梅耿管祝左涂谷舒纪欧"
)  # fmt: skip
_STOPS = (
    "的了没不一二两三四五六七八九十百千万几半多钱块元账帐已是在到还怎为什么呢吗啊吧呀我你他她它们这那说讲转打付发"
    "汇退收过来去要就都也和跟与把被昨今前上下刚才可能从对又再给充提银卡号码微信支宝"
)  # fmt: skip
_GIVEN = rf"(?:(?![{_STOPS}])[一-鿿])"
_TITLE = r"先生|女士|小姐|老师|师傅|老板|经理|总|哥|姐|工|叔|阿姨|医生"
_PERSON = (
    rf"(?:欧阳|司马|上官|诸葛|慕容|司徒)(?:{_TITLE}|{_GIVEN}{{1,2}})|[{_SURNAMES}](?:{_TITLE}|{_GIVEN}{{1,2}})|[小老阿]{_GIVEN}{{1,2}}"
)  # fmt: skip
_TO = re.compile(
    rf"(?:转账?给|打给|付给|发给|汇给|还给|退给|给|收款人(?:是|为|叫|:)?|户名(?:是|为|:)?|对方(?:叫|是|姓名)|名叫|叫)\s?(?:一个|那个|叫)*(?P<name>{_PERSON})"
)
_FROM = re.compile(
    rf"(?<![一-鿿])(?P<name>{_PERSON})(?=(?:昨天|今天|前天|刚才|刚刚|之前|上午|下午)?(?:转给我|转我|给我转|打给我|发给我|给我打|付给我|"
    rf"说?(?:还|一直|都)?没(?:有)?收到|收不到|转来|转过来))"
)
_SENT_BY = re.compile(rf"(?:收到|没收到|是|和|跟)(?P<name>{_PERSON})(?=(?:给我|的?转|打|发|付)|的钱|的红包)")
_NO_NAMES = frozenset({
    "小时", "小额", "小号", "小数", "小程序", "小心", "老是", "老人", "老家", "老公", "老婆", "老板",
    "老师", "老妈", "老爸", "老弟", "老妹", "老头", "老样子", "老乡", "阿姨", "高级", "高额", "安全",
    "安卓", "金额", "金融", "方便", "方式", "万一", "许多", "应该", "任何", "任意", "于是", "余额",
    "向别人", "高中", "马上", "毛钱", "白条", "石沉", "田里", "白白", "平台", "商家", "钱包", "黄牛",
    "白天", "时候", "于他", "江湖", "章程", "管理", "左右", "武汉", "安装", "严重", "龙卡", "金卡", "温馨",
    "史上", "钱款", "钱财", "范围", "程序", "叶子", "何时", "何处", "何种", "齐全",
})  # fmt: skip
_ENGLISH = re.compile(
    r"\b(?:to|from|named|called|recipient|payee)\s+(?:is\s+|was\s+|:\s*)?(?P<name>[A-Z][a-z]+(?:\s[A-Z][a-z]+){0,2})\b"
)
_NO_ENGLISH = frozenset({
    "My", "The", "This", "That", "Him", "Her", "Them", "Someone", "Another", "Bank", "Alipay", "Wechat",
    "Paypal", "China", "Hong", "Card", "Wallet", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
    "Saturday", "Sunday", "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December", "Account", "Support", "Customer", "Human", "Agent",
    "English", "Chinese", "Visa", "Mastercard", "Unionpay", "Apple", "Google", "Send", "Get", "Pay",
    "Transfer", "Top", "Withdraw", "Yesterday", "Today", "Add", "Use", "Make", "Beijing", "Shanghai",
    "Shenzhen", "Kefu",
})  # fmt: skip


def order_numbers(text: str) -> list[tuple[str, int, int]]:
    """Our order numbers, a letter and 17 to 24 digits, in capitals, with where they stand."""
    return [(found[1].upper(), found.start(1), found.end(1)) for found in _ORDER.finditer(text)]


def phones(text: str) -> list[tuple[str, int, int]]:
    """Mainland mobile numbers as +86…, with where they stand."""
    return [(f"+86{m[1]}{m[2]}{m[3]}", m.start(), m.end()) for m in _PHONE.finditer(text)]


def tails(text: str) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
    """The last four digits of phones, and of cards. A tail that says of neither counts as both."""
    of_phones = [(found[1], found.start(), found.end()) for found in _MASKED_PHONE.finditer(text)]
    of_cards: list[tuple[str, int, int]] = []
    for found in _TAIL.finditer(text):
        kept = (found["tail"], found.start("tail"), found.end("tail"))
        card = bool(_CARD_WORDS.search(found["before"]) or _CARD_WORDS.search(found["after"]))
        phone = bool(_PHONE_WORDS.search(found["before"]))
        if card or not phone:
            of_cards.append(kept)
        if phone or not card:
            of_phones.append(kept)
    return of_phones, of_cards


def people(text: str) -> list[str]:
    """The names of those whom money went to or came from. Pronouns and kin (他, 我妈, 朋友) are no names."""
    found: list[str] = []
    for pattern in (_TO, _FROM, _SENT_BY):
        found += [m["name"] for m in pattern.finditer(text) if not _is_common(m["name"])]
    found += [m["name"] for m in _ENGLISH.finditer(text) if not set(m["name"].split()) & _NO_ENGLISH]
    return list(dict.fromkeys(found))


def _is_common(name: str) -> bool:
    return name in _NO_NAMES or name[:2] in _NO_NAMES
