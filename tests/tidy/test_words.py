"""Words that do not belong in the tree, each with what to write in its place."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# pattern, what to do in its place, a line that must be caught
BANNED = [
    (r"\b(TODO|FIXME|XXX|HACK)\b", "do it, or open an issue", "# TO" + "DO: later"),
    (r"\bfor now\b|\bsimplified version\b", "build the real thing, or say what is left out in the docs", "ok for" + " now"),
    (r"\bNotImplementedError\b", "leave the function out until it exists", "raise NotImplemented" + "Error"),
    (r"@receiver\(|\.connect\(receiver|post_save|pre_save", "call the action by name", "@rece" + "iver(user_logged_in)"),
    (r"\bdef save\(self", "write a named action", "    def save(" + "self):"),
    (r"datetime\.utcnow|timezone\.now\(\)", "take `now` as an argument", "x = timezone" + ".now()"),
    (r"except( Exception| BaseException)?:\s*pass", "name the error and act on it", "except Exception: " + "pass"),
    (r"index-url|https?://[a-z0-9.-]+/simple\b", "leave package indexes to the machine's settings", "--index" + "-url x"),
]
NAMES = re.compile(r"^(utils?|helpers?|misc|common|stuff|manager)\.py$")


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    kinds = {".py", ".sh", ".toml", ".html", ".js", ".css", ".md", ".in"}
    files = [ROOT / line for line in listing.splitlines()]
    return [f for f in files if f.suffix in kinds and f.exists() and f != Path(__file__)]


def caught(text: str) -> list[str]:
    """The advice for each banned word in `text`."""
    return [advice for pattern, advice, _sample in BANNED if re.search(pattern, text)]


def test_no_banned_words() -> None:
    complaints = []
    for path in tracked():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            complaints += [f"{path.relative_to(ROOT)}:{number}: {advice}" for advice in caught(line)]
    assert complaints == []


TAGS = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{% blocktranslate.*?endblocktranslate %\}|\{%.*?%\}", re.S)
# What a template may say in Chinese to readers of both languages: the name of the language, and a default in `_()`.
OWN_NAME = re.compile(r'>中文|_\("[^"]*"\)')


def chinese_outside(template: str) -> list[str]:
    """What of Chinese, its commas included, stands where no translation reaches it."""
    bare = OWN_NAME.sub("", TAGS.sub("", template))
    return re.findall(r"[\u3000-\u9fff\uff00-\uffef]+", bare)


def test_english_pages_have_no_chinese_between_their_words() -> None:
    found = [(path.name, chinese_outside(path.read_text("utf-8"))) for path in tracked() if path.suffix == ".html"]
    assert [one for one in found if one[1]] == []
    assert chinese_outside('{% translate "手续费" %}：{{ fee }}') == ["："]


def test_no_drawers_for_everything() -> None:
    assert [str(p.relative_to(ROOT)) for p in tracked() if NAMES.match(p.name)] == []


@pytest.mark.parametrize(("pattern", "advice", "sample"), BANNED)
def test_each_rule_catches_its_sample(pattern: str, advice: str, sample: str) -> None:
    assert advice in caught(sample)
    assert caught("a calm line of ordinary code") == []
