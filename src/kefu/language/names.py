"""Names of products and manners of speech that hide what a question is about.

A wallet's name says nothing about the intent and is left out; a credit product, a fund or a bank becomes
the most common word of its kind, so that one example speaks for all of them. Written as
`segment.normalise` leaves them.
"""

WALLETS = (
    "支付宝", "微信支付", "微信钱包", "财付通", "云闪付", "翼支付", "京东支付", "京东钱包", "百度钱包",
    "度小满钱包", "抖音支付", "抖音钱包", "美团支付", "拼多多钱包", "华为钱包", "小米钱包",
    "数字人民币钱包", "数字钱包", "电子钱包", "钱包app", "alipay", "wechat pay", "weixin pay", "paypal",
    "cash app", "cashapp", "venmo", "google pay", "google wallet", "apple pay", "apple wallet",
    "samsung pay", "revolut", "gcash", "grabpay", "paytm", "phonepe",
)  # fmt: skip

KINDS: dict[str, tuple[str, ...]] = {
    "花呗": (
        "蚂蚁花呗", "花贝", "花被", "京东白条", "白条", "抖音月付", "美团月付", "微信分付",
        "拿去花", "信用购", "放心花", "任性付",
    ),
    "借呗": (
        "蚂蚁借呗", "借贝", "微粒贷", "京东金条", "有钱花", "放心借", "美团借钱", "美团生活费",
        "分期乐", "安逸花", "网商贷", "360借条", "来分期", "桔多多", "任性贷", "滴水贷", "网贷",
    ),
    "余额宝": ("零钱通", "余利宝", "小荷包", "京东小金库", "朝朝宝"),
    "银行": (
        "工商银行", "建设银行", "农业银行", "中国银行", "交通银行", "招商银行", "邮政储蓄银行", "邮储银行",
        "民生银行", "浦发银行", "兴业银行", "光大银行", "平安银行", "中信银行", "广发银行", "华夏银行",
        "农商银行", "网商银行", "微众银行", "工行", "建行", "农行", "中行", "交行", "招行", "邮储",
        "农信社", "信用社",
    ),
}  # fmt: skip

MANNERS = (
    "请问一下", "请问", "你好", "您好", "我想问一下", "我想问下", "想问一下", "想问下", "想请问",
    "麻烦问下", "问一下", "咨询一下", "麻烦", "hello", "hi there", "hi", "hey", "dear support",
    "good morning", "good afternoon", "excuse me", "quick question", "just wondering",
)  # fmt: skip
