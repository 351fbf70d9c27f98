"""Who lives in the demo town. Names, phones and sums are invented; the town is always the same one."""

from dataclasses import dataclass

PASSWORD = "demo-town-2026-only"
FIRST_WORD = "demo-town-first-word"
PIN = "246810"


@dataclass(frozen=True)
class Customer:
    """`key` names them in the stories; `opening` is topped up first (yuan).

    `tier` and `proof`: the class of the account and how strongly payments are proved (1 to 3).
    """

    key: str
    name: str
    phone: str
    bank: str
    last4: str
    opening: str
    language: str = "zh-hans"
    trouble: str = ""
    tier: int = 3
    proof: int = 2


@dataclass(frozen=True)
class Staff:
    staff_no: str
    name: str
    alias: str
    role: str
    lead: str = ""


CUSTOMERS = (
    Customer("lin", "林晓雨", "13800000001", "cmb", "8812", "3268.40", trouble="充值 200 元，银行扣了，通知丢了"),
    Customer("gao", "高建国", "13800000002", "icbc", "3301", "420.00", trouble="转账失败，不知道为什么"),
    Customer("zhou", "周敏", "13800000003", "ccb", "7720", "2600.00", trouble="转错了人，还来得及撤回"),
    Customer("zheng", "郑凯", "13800000004", "abc", "1184", "980.00", trouble="账户被限制转出"),
    Customer("sun", "孙丽", "13800000005", "cmb", "6650", "1500.00", trouble="同一个人付了两次"),
    Customer("sarah", "Sarah Miller", "13800000006", "boc", "9043", "800.00", "en", "充值失败，退款慢"),
    Customer("wang", "王芳", "13800000007", "icbc", "2218", "560.00", trouble="信用卡还款，扣了款，隔天才入账"),
    Customer("liu", "刘洋", "13800000008", "ccb", "5106", "1200.00", trouble="电费没缴成，对方说已销户"),
    Customer(
        "chenxi", "陈曦", "13800000009", "cmb", "4477", "310.50", tier=2, proof=1,
        trouble="蛋糕压坏了，商户还没答复退款",
    ),
    Customer(
        "huang", "黄志强", "13800000010", "abc", "8039", "2050.00", trouble="退款要退到的卡已注销，等本人选去向"
    ),
    Customer("xu", "徐静", "13800000011", "boc", "6621", "75.80", tier=1, trouble="提现提错了卡，追回被拒绝"),
    Customer("ma", "马腾", "13800000012", "icbc", "9910", "640.00", trouble="提现到的卡已注销，被银行退回"),
)

@dataclass(frozen=True)
class Merchant:
    """`login` is how who sells there signs in at /shop/signin/."""

    key: str
    name: str
    category: str
    login: str
    seller: str
    trouble: str = ""


MERCHANTS = (
    Merchant("bakery", "晨光面包店", "food", "chenguang-01", "白露", trouble="蛋糕压坏了，顾客要退款，还没有答复"),
    Merchant("books", "南窗书店", "retail", "nanchuang-01", "苏文"),
)

STAFF = (
    Staff("3001", "钱进", "钱运营", "operator"),
    Staff("2001", "赵敏", "赵主管", "supervisor"),
    Staff("1001", "吴涛", "吴组长", "agent"),
    Staff("1024", "陈明", "陈工", "agent", lead="1001"),
    Staff("1031", "李娜", "小李", "agent", lead="1001"),
    Staff("1042", "何伟", "小何", "agent", lead="1001"),
)
