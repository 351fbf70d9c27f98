"""What people call the houses outside, in the active language: banks, our connectors, sources of rates.

A name that is not known here is shown as it came, so that nothing is ever left out.
"""

import functools
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import get_language

BANKS = {
    "工商银行": "ICBC",
    "中国工商银行": "Industrial and Commercial Bank of China",
    "建设银行": "China Construction Bank",
    "中国建设银行": "China Construction Bank",
    "农业银行": "Agricultural Bank of China",
    "中国农业银行": "Agricultural Bank of China",
    "中国银行": "Bank of China",
    "交通银行": "Bank of Communications",
    "邮储银行": "Postal Savings Bank of China",
    "邮政储蓄银行": "Postal Savings Bank of China",
    "中国邮政储蓄银行": "Postal Savings Bank of China",
    "招商银行": "China Merchants Bank",
    "中信银行": "China CITIC Bank",
    "光大银行": "China Everbright Bank",
    "中国光大银行": "China Everbright Bank",
    "华夏银行": "Hua Xia Bank",
    "民生银行": "China Minsheng Bank",
    "中国民生银行": "China Minsheng Bank",
    "广发银行": "China Guangfa Bank",
    "平安银行": "Ping An Bank",
    "兴业银行": "Industrial Bank",
    "浦发银行": "Shanghai Pudong Development Bank",
    "上海浦东发展银行": "Shanghai Pudong Development Bank",
    "浙商银行": "China Zheshang Bank",
    "渤海银行": "China Bohai Bank",
    "恒丰银行": "Hengfeng Bank",
    "北京银行": "Bank of Beijing",
    "上海银行": "Bank of Shanghai",
    "江苏银行": "Bank of Jiangsu",
    "南京银行": "Bank of Nanjing",
    "宁波银行": "Bank of Ningbo",
    "杭州银行": "Bank of Hangzhou",
}
"""The names that banks give themselves in English, by the Chinese ones that they tell us."""


def bank_text(label: str) -> str:
    """`招商银行`, alone or before a card's end (`招商银行 (8812)`), in the active language."""
    name, gap, end = label.partition(" (")
    if not (get_language() or "").startswith("en") or name not in BANKS:
        return label
    return f"{BANKS[name]}{gap}{end}"


def banks_called(text: str) -> list[str]:
    """The stored names of the banks whose name in the active language holds `text`, for a search."""
    wanted = text.strip().lower()
    return [name for name in BANKS if len(wanted) > 2 and wanted in bank_text(name).lower()]


def connector_text(code: str) -> str:
    """What the house behind a connector is called."""
    return str(_shown(settings.RAILS_CONNECTORS.get(code, "")) or code)


def rate_source_text(told: str) -> str:
    """What a source of rates is called that gave itself the name `told`."""
    names = getattr(_made(settings.RATE_SOURCE), "names", {})
    return str(names.get(told, told))


def _shown(path: str) -> Any:
    return getattr(_made(path), "shown", "")


@functools.cache
def _made(path: str) -> Any:
    """The class at a dotted path; None for none, and for one that is no longer there."""
    try:
        return import_string(path) if path else None
    except ImportError:
        return None
