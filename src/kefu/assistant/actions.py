"""Answering: what was asked, what is checked, what is said; and what a pressed button does."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from kefu.assistant.answer import UNKNOWN, Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.assistant.emergency import detect_emergency, wants_human
from kefu.assistant.playbooks import PLAYBOOKS, planning
from kefu.assistant.playbooks.fees import asks_why_a_fee
from kefu.assistant.playbooks.provisional import about_provisional, provisional
from kefu.assistant.playbooks.receipts import asks_for_paper
from kefu.assistant.values import article_values
from kefu.core.actor import Actor
from kefu.core.brand import brand
from kefu.knowledge import queries as knowledge
from kefu.language.detect import language_of
from kefu.language.examples import intents
from kefu.language.slots import Slots, read_slots
from kefu.language.understand import Understanding, understand


@dataclass(frozen=True)
class Turn:
    """What the conversation was about before this message, so that “昨天那笔” is understood. `asked`: we asked back."""

    last_intent: str = ""
    about: UUID | None = None
    asked: bool = False
    bank_asked: bool = False


def answer(*, customer: Actor, text: str, language: str, now: datetime, turn: Turn = Turn()) -> Answer:
    """The answer to `text` from the customer's own data, in `language` (zh-hans or en). Reads only.

    `Answer.ask_bank` names an instruction whose outcome only the bank knows; the task asks it and answers again.
    """
    with translation.override(language):
        slots = read_slots(text, now=now)
        reading = _read(text, slots, turn)
        context = Context(
            actor=customer,
            text=text,
            language=language,
            now=now,
            understanding=reading,
            slots=slots,
            bank_asked=turn.bank_asked,
            about=turn.about,
            last_intent=turn.last_intent,
        )
        return _respond(context)


def _read(text: str, slots: Slots, turn: Turn) -> Understanding:
    """Emergencies and the wish for a person come first; a bare “昨天那笔两百的” continues the matter at hand."""
    if not text and turn.last_intent:
        return _certain(turn.last_intent, text)
    if wants_human(text):
        return _certain("contact_human", text)
    emergency = detect_emergency(text)
    if emergency and not emergency.asking_only:
        return _certain(emergency.kind, text)
    reading = understand(text, names=(brand().name, brand().name_en))
    if slots and turn.last_intent in PLAYBOOKS and _continues(reading, turn):
        return _certain(turn.last_intent, text)
    if asks_for_paper(text) and (reading.decision != "answer" or reading.intent == "balance_transactions_query"):
        return _certain("voucher_receipt", text)
    if asks_why_a_fee(text) and reading.intent != "withdraw_fee":
        return _certain("fees_general", text)
    return reading


def _continues(reading: Understanding, turn: Turn) -> bool:
    """Whether words that name an amount, a time or an order go on with the matter at hand.

    After we asked “which one?”, a bare “300块那笔” is the reply, though alone it would be a question for records.
    """
    return reading.decision != "answer" or (turn.asked and reading.intent == "balance_transactions_query")


def _certain(intent: str, text: str) -> Understanding:
    return Understanding(
        intent=intent, confidence=1.0, top3=((intent, 1.0),), out_of_scope=False, decision="answer",
        language=language_of(text), scope=1.0,
    )


def _respond(context: Context) -> Answer:
    reading = context.understanding
    if planning.about_pots(context.text, unsure=reading.decision != "answer"):
        return planning.pots(context)
    if about_provisional(context.text):
        return provisional(context)
    if reading.decision == "oos":
        return _out_of_scope(context)
    if reading.decision in ("choose", "human"):
        return _ask_back(context)
    playbook = PLAYBOOKS.get(reading.intent)
    if playbook is not None:
        return playbook(context)
    return _from_article(context)


def _from_article(context: Context) -> Answer:
    """A general question: the reviewed article, named with its version; no article, no claim."""
    draft = Draft(context)
    article = knowledge.article_for_intent(context.understanding.intent, context.language)
    if article is None:
        return _out_of_scope(context)
    draft.source("article", article.slug, version=str(article.version), label=article.title)
    for paragraph in knowledge.summary(article, article_values(context.language)):
        draft.paragraphs.append(paragraph)
    draft.button("link", _("读全文"), argument=f"/help/a/{article.slug}/")
    draft.button("solved", _("解决了"))
    draft.always_a_human()
    return draft.finish("ARTICLE", article.title.replace("%", "%%"))


def _ask_back(context: Context) -> Answer:
    draft = Draft(context)
    for intent, _score in context.understanding.top3:
        name = intents()[intent].name(context.language)
        draft.button("choose", name, argument=name)
    draft.always_a_human()
    return draft.finish("which_matter", _("我想先弄清楚：您要问的是哪一件？"))


def _out_of_scope(context: Context) -> Answer:
    draft = Draft(context)
    draft.say(_("我能查您的充值、转账、余额、手续费和账户限制；别的事请让人工来答。"))
    draft.button("link", _("搜索帮助中心"), argument="/help/")
    draft.always_a_human()
    return draft.finish(UNKNOWN, _("这个问题我答不了，不想给您一个没有依据的答案。"))
