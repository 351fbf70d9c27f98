"""The brand file: what is wrong with it is said in one line."""

from pathlib import Path

import pytest

from kefu.core.brand import SHIPPED, BrandInvalid, load_brand


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "brand.toml"
    text = SHIPPED.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path


def test_the_shipped_brand_is_valid() -> None:
    brand = load_brand(SHIPPED)
    assert brand.hours == "08:00–24:00"
    assert brand.localized_name("en-gb") == brand.name_en


def test_a_company_without_an_english_name_keeps_its_own(tmp_path: Path) -> None:
    brand = load_brand(SHIPPED)
    assert brand.localized_company("en") == "Qinghe Payments Demo Co., Ltd."
    assert brand.localized_company("zh-hans") == brand.company == "青禾支付演示有限公司"
    older = load_brand(changed(tmp_path, 'company_en = "Qinghe Payments Demo Co., Ltd."\n', ""))
    assert older.localized_company("en") == "青禾支付演示有限公司"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('colour = "#0a6b4c"', 'colour = "green"', "colour"),
        ('hotline = "400-000-2026"', 'hotline = "call us"', "hotline"),
        ('timezone = "Asia/Shanghai"', 'timezone = "Mars/Base"', "timezone"),
        ('staff_no_pattern = "^[0-9]{4}$"', 'staff_no_pattern = "("', "staff_no_pattern"),
        ('logo = "leaf"', 'logo = "skull"', "logo"),
        ('company = "青禾支付演示有限公司"', "", "`company` is missing"),
        ('logo = "leaf"', 'logo = "leaf"\nslogan = "x"', "`slogan` is not known"),
        ('name = "青禾钱包"', 'name = ""', "name"),
        ('name = "青禾钱包"', "name = 5", "name"),
        ('name = "青禾钱包"', "name = ", "brand.toml"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, old: str, new: str, word: str) -> None:
    with pytest.raises(BrandInvalid, match=word):
        load_brand(changed(tmp_path, old, new))
