"""Articles: shipped whole in both languages, versioned, rendered clean, with values that nobody typed."""

import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from kefu.core.actor import SYSTEM
from kefu.core.brand import Brand, brand
from kefu.core.models import AuditEntry
from kefu.knowledge import actions, queries
from kefu.knowledge.models import Revision
from kefu.knowledge.rules import page
from kefu.knowledge.rules.source import LANGUAGES, Source, SourceError, read_folder, read_source
from kefu.knowledge.topics import TOPICS
from kefu.knowledge.values import GIVEN_NAMES, house_values

pytestmark = pytest.mark.django_db
SOURCES = read_folder(actions.SHIPPED)
QUESTIONS = {
    "topup_how", "topup_not_arrived", "topup_failed", "transfer_how", "transfer_failed",
    "transfer_not_received", "transfer_wrong_person", "balance_transactions_query", "fees_general",
    "transaction_limit",
    "account_frozen_reason", "account_unfreeze", "account_appeal", "unauthorized_transaction", "scam_report",
    "lost_phone", "official_check", "security_tips", "contact_human", "hotline_number", "service_hours",
    "contact_channels", "queue_wait", "complaint_feedback", "escalate_unresolved", "forgot_login_password",
    "otp_not_received", "bind_card", "what_is_wallet", "wallet_vs_bank", "privacy", "register_account",
    "login_failed", "account_locked", "payment_password",
}  # fmt: skip


def test_every_question_has_its_article_in_both_languages(shipped: int) -> None:
    for intent in QUESTIONS:
        for language in ("zh-hans", "en"):
            view = queries.article_for_intent(intent, language)
            assert view is not None, intent
            assert view.language == language[:2]
    assert queries.article_for_intent("nothing_like_it", "en") is None
    assert shipped == len(SOURCES) >= 44


@pytest.mark.parametrize("source", SOURCES, ids=[f"{s.slug}.{s.language}" for s in SOURCES])
def test_shipped_texts_are_well_made(source: Source) -> None:
    slugs = {(s.slug, s.language) for s in SOURCES}
    assert {(source.slug, language) for language in LANGUAGES} <= slugs
    assert source.topic in TOPICS
    assert len(source.words) >= 4
    assert all((slug, source.language) in slugs for slug in source.related)
    answer = page.short_answer(source.body)
    assert 0 < len(answer) <= (140 if source.language == "zh" else 320), (
        "the short answer comes first, and is short"
    )
    assert "safety" in page.part_names(source.body)
    assert len(source.body) < (1400 if source.language == "zh" else 2600), "at most a page"
    known = set(house_values(source.language))
    assert page.value_names(source.body) <= known
    assert not re.search(r"[¥$]\s?\d|\d+(\.\d+)?\s?%|\d{3,4}-\d{3,4}|\d{1,2}:\d{2}", source.body), (
        "typed figure"
    )


@pytest.mark.row("C-13")
def test_numbers_come_from_the_registry(shipped: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = queries.article("hotline-and-hours", "zh")
    assert before is not None
    assert brand().hotline in before.body_html
    fields = {
        **{f: getattr(brand(), f) for f in Brand.__dataclass_fields__},
        "hotline": "95511",
        "name": "新名字",
    }
    monkeypatch.setattr("kefu.knowledge.values.brand", lambda: Brand(**fields))
    for slug in {s.slug for s in SOURCES}:
        view = queries.article(slug, "zh")
        assert view is not None
        assert brand().hotline not in view.body_html
        assert brand().name not in view.body_html
    after = queries.article("hotline-and-hours", "zh")
    assert after is not None
    assert "95511" in after.body_html


@pytest.mark.row("C-11")
def test_no_text_names_the_wallet_or_its_number() -> None:
    for path in actions.SHIPPED.glob("*.md"):
        text = path.read_text("utf-8")
        assert brand().name not in text
        assert brand().name_en not in text
        assert brand().hotline not in text
        assert brand().mail not in text


@pytest.mark.row("Q-08")
def test_fees_are_the_callers(shipped: int) -> None:
    view = queries.article("fees", "zh")
    assert view is not None
    values = {name: f"<{name}>" for name in GIVEN_NAMES}
    html = queries.render(view, values)
    assert all(f"&lt;{name}&gt;" in html for name in GIVEN_NAMES)
    assert "{{" not in view.body_html


def test_the_short_answer_for_a_chat(shipped: int) -> None:
    view = queries.article("topup-not-arrived", "zh")
    assert view is not None
    lines = queries.summary(view, {})
    assert len(lines) == 1
    assert lines[0].startswith("先别再充一次。")


def test_importing_again_changes_nothing_and_a_changed_text_is_a_new_version(
    tmp_path: Path, shipped: int, now: datetime
) -> None:
    assert actions.import_shipped(actor=SYSTEM, now=now) == 0
    for path in actions.SHIPPED.glob("*.md"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    changed = tmp_path / "fees.zh.md"
    changed.write_text(changed.read_text("utf-8").replace("没有的费用", "不存在的费用"), "utf-8")
    (tmp_path / "privacy.en.md").unlink()
    assert actions.import_shipped(actor=SYSTEM, now=now, folder=tmp_path) == 1
    view, english = queries.article("fees", "zh"), queries.article("fees", "en")
    assert view is not None
    assert english is not None
    assert (view.version, english.version) == (2, 1)
    assert "不存在的费用" in view.body_html
    old = queries.article_version("fees", "zh", 1)
    assert old is not None
    assert "没有的费用" in old.body_html
    left = queries.article("privacy", "en")
    assert left is not None
    assert left.language == "zh", "where one language is gone the other is shown"
    assert AuditEntry.objects.filter(action="knowledge.retire").count() == 1
    assert actions.import_shipped(actor=SYSTEM, now=now) == 2
    again = queries.article("fees", "zh")
    assert again is not None
    assert again.version == 3


def test_versions_cannot_be_deleted_by_the_application(shipped: int) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM knowledge_revision")


def test_shelves(shipped: int) -> None:
    shelves = queries.topics("en")
    assert [shelf.code for shelf in shelves] == list(TOPICS)
    assert [link.slug for link in shelves[0].articles] == ["money-stolen", "scam", "lost-phone"]
    assert sum(len(shelf.articles) for shelf in shelves) == Revision.objects.filter(language="en").count()
    assert queries.article("no-such-thing", "zh") is None


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    '<img src=x onerror="alert(1)">',
    "[x](data:text/html,hi)",
    "![x](https://example.org/x.png)",
    "[x](https://example.org 'a\" onclick=\"b')",
    '<https://example.org/"onload=x>',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_rendering_lets_nothing_harmful_through(text: str) -> None:
    seen: list[tuple[str, str, str]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, "", ""))
            seen.extend((tag, name, value or "") for name, value in attrs)

    Reader().feed(page.to_html(text, parts={}, values={}))
    assert {tag for tag, _name, _value in seen} <= {"p", "a"}
    assert {name for _tag, name, _value in seen} <= {"", "href", "title"}
    assert all(value.startswith("https:") for _tag, name, value in seen if name == "href")


def test_values_are_escaped_and_parts_boxed() -> None:
    html = page.to_html("a {{x}}\n\n{{> safety}}\n\n{{y}}", parts={"safety": "**b**"}, values={"x": "<i>&"})
    assert "a &lt;i&gt;&amp;" in html
    assert '<aside class="box box-safety"><p><strong>b</strong></p>' in html
    assert "{{" not in html


@pytest.mark.parametrize(
    "text", ["", "title: x\n", "---\ntitle: x\n---\n\nb", "---\nwhat: x\ntitle: a\ntopic: b\n---\n\nb"]
)
def test_a_file_that_is_no_article_is_named(text: str) -> None:
    with pytest.raises(SourceError, match=r"x\.zh"):
        read_source(text, slug="x", language="zh")
