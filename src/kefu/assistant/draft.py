"""An answer in the making: every figure enters as a fact with its source, and only then the words."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer, Button, Check, Fact, Source, TimelineStep
from kefu.assistant.context import Context
from kefu.core.when import spoken
from kefu.wallet.queries import OrderView


@dataclass
class Draft:
    """Collects facts, sources, checks and buttons; `say` fills a sentence from the facts and nothing else.

    Words are made plain strings here, while the reader's language is active.
    """

    context: Context
    facts: dict[str, Fact] = field(default_factory=dict)
    sources: dict[tuple[str, str], Source] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    timeline: tuple[TimelineStep, ...] = ()
    order: OrderView | None = None

    def source(self, kind: str, id_: str, *, version: str = "", label: str = "") -> str:
        """Name a source once; returns its reference for facts."""
        self.sources.setdefault((kind, id_), Source(kind, id_, version, str(label)))
        return f"{kind}:{id_}"

    def fact(self, name: str, value: object, source: str) -> None:
        self.facts[name] = Fact(str(value), source)

    def moment(self, name: str, at: datetime | None, source: str) -> None:
        """A time as people say it; left out when it is not known."""
        if at is not None:
            self.fact(name, spoken(at, now=self.context.now), source)

    def check(self, code: str, state: str, label: str, evidence: str = "") -> None:
        self.checks.append(Check(code, state, str(label), evidence))

    def fill(self, sentence: str) -> str:
        return sentence % {name: fact.value for name, fact in self.facts.items()}

    def say(self, sentence: str) -> None:
        self.paragraphs.append(self.fill(sentence))

    def button(self, code: str, label: str, *, argument: str = "", level: str = "V1", tone: str = "") -> None:
        self.buttons.append(Button(code, str(label), argument, level, tone))

    def about_order(self, listed: OrderView) -> str:
        """Take the order as the matter: its facts, its source, its timeline."""
        self.order = order = self.context.whole(listed)
        ref = self.source("order", str(order.id), version=order.status, label=order.no)
        self.fact("no", order.no, ref)
        self.fact("amount", order.amount.text(), ref)
        self.fact("fee", order.fee.text(), ref)
        self.fact("other", order.counterparty_masked, ref)
        self.moment("created", order.created_at, ref)
        self.moment("settled", order.settled_at, ref)
        self.moment("release", order.release_at, ref)
        self.timeline = tuple(TimelineStep(str(step.label), step.at, step.state) for step in order.steps)
        for transfer in order.transfers:
            self.source("entry", str(transfer), label=str(transfer)[-12:])
        if order.bank_ref:
            self.fact("bank_ref", order.bank_ref, self.source("advice", order.bank_ref, label=order.bank_ref))
        return ref

    def always_a_human(self) -> None:
        self.button("human", _("转人工"))

    def finish(
        self, cause: str, headline: str, *, handover: bool = False, ask_bank: UUID | None = None
    ) -> Answer:
        """The answer, with the headline filled from the facts."""
        reading = self.context.understanding
        return Answer(
            intent=reading.intent,
            confidence=reading.confidence,
            cause=cause,
            headline=self.fill(headline),
            paragraphs=tuple(self.paragraphs),
            timeline=self.timeline,
            sources=tuple(self.sources.values()),
            facts=dict(self.facts),
            buttons=tuple(self.buttons),
            checks=tuple(self.checks),
            handover=handover,
            order_id=self.order.id if self.order else None,
            ask_bank=ask_bank,
        )
