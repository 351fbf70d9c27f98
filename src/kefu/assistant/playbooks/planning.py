"""Splits, spending and budgets, savings pots: how it stands with the customer's own, and where to press."""

import re

from django.utils.translation import gettext as _

from kefu.assistant.answer import Answer
from kefu.assistant.context import Context
from kefu.assistant.draft import Draft
from kefu.core.money import Money
from kefu.planning import queries as plans

POT_NAMED = re.compile(r"存钱罐|储蓄罐|savings? pot|piggy bank", re.IGNORECASE)
SAVING = re.compile(
    r"理财|余额宝|零钱通|存钱|攒钱|利息|收益|savings? (account|product)|invest|interest|yield", re.IGNORECASE
)
ARTICLE = "savings-pot"


def splits(context: Context) -> Answer:
    """“AA 怎么收”: what is still to come, what one still owes, and how it is done."""
    draft = Draft(context)
    source = draft.source("splits", "own", label=_("AA 分摊"))
    found = plans.splits_for(context.actor)
    owed = [one for one in found if one.mine and one.mine.status == "DUE" and one.status == "OPEN" and not one.is_maker]
    coming = [one for one in found if one.is_maker and one.state == "OPEN"]
    draft.check("splits", "ok", _("看了您的分摊"), source)
    if coming:
        draft.fact("awaited", _sum([one.awaited for one in coming]).text(), source)
        draft.say(_("您发起的分摊还有 %(awaited)s 没收到；点开能看到谁付了，可以提醒没付的人，每人每天最多一次。"))
    if owed:
        draft.fact("owed", _sum([one.mine.amount for one in owed if one.mine]).text(), source)
        draft.say(_("别人请您分摊的还有 %(owed)s 没付。不认识对方就不用付。"))
    draft.say(_("填总数和几个手机号，按份数分，一分不差；每人付自己的一份，付了马上显示。"))
    draft.button("link", _("看我的分摊"), argument="/splits/")
    draft.button("link", _("发起分摊"), argument="/splits/new/")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("几个人分一笔钱，用“AA 分摊”。"))


def _sum(amounts: list[Money]) -> Money:
    return Money(sum(amount.minor for amount in amounts))


def spending(context: Context) -> Answer:
    """“这个月花了多少”: the month's total from the books, the largest category, the budgets."""
    draft = Draft(context)
    source = draft.source("spending", f"{plans.local_day(context.now):%Y-%m}", label=_("本月消费"))
    month = plans.spending_for(context.actor, month=plans.local_day(context.now), months=1, now=context.now)
    draft.fact("total", month.total.text(), source)
    draft.check("books", "ok", _("与账目逐笔相符"), source)
    if month.categories and month.categories[0].total.minor > 0:
        draft.fact("category", str(month.categories[0].name), source)
        draft.fact("most", month.categories[0].total.text(), source)
        draft.say(_("花得最多的是“%(category)s”，%(most)s。"))
    for place, budget in enumerate(plans.budgets_for(context.actor, now=context.now)[:3]):
        names = {name: f"{name}_{place}" for name in ("name", "spent", "limit")}
        draft.fact(names["name"], str(budget.name), source)
        draft.fact(names["spent"], budget.spent.text(), source)
        draft.fact(names["limit"], budget.most.text(), source)
        words = _("预算“%(name)s”已花 %(spent)s，上限 %(limit)s。")
        for name, own in names.items():
            words = words.replace(f"%({name})s", f"%({own})s")
        draft.say(words)
    draft.say(_("用到八成和用完时各提醒一次；预算不会拦住付款。"))
    draft.button("link", _("看消费统计"), argument="/spending/")
    draft.button("link", _("设预算"), argument="/budgets/")
    draft.always_a_human()
    return draft.finish("OK_IN_TIME", _("这个月您花了 %(total)s。"))


def about_pots(text: str, *, unsure: bool) -> bool:
    """Whether the question is for the savings pots: named outright, or about saving and nothing else that we know."""
    return bool(POT_NAMED.search(text) or (unsure and SAVING.search(text)))


def pots(context: Context) -> Answer:
    """“有理财吗”: that we have none, what a pot is instead, and what is in one's own."""
    draft = Draft(context)
    draft.source("article", ARTICLE, label=_("存钱罐"))
    found = plans.pots_for(context.actor)
    if found:
        source = draft.source("pots", "own", label=_("存钱罐余额"))
        draft.fact("pots", _sum([one.balance for one in found]).text(), source)
        draft.say(_("您的存钱罐里一共有 %(pots)s。"))
    draft.say(_("存钱罐把钱和日常零用分开放，随时存入、随时转回，没有手续费，也没有利息和收益。钱一直是您自己的。"))
    draft.say(_("它不是理财，也不是银行存款。谁用我们的名义向您推荐理财、承诺收益，都不是我们。"))
    draft.button("link", _("看存钱罐"), argument="/pots/")
    draft.button("link", _("读全文"), argument=f"/help/a/{ARTICLE}/")
    draft.always_a_human()
    return draft.finish("ARTICLE", _("我们不卖理财产品；想把钱分开存，用存钱罐。"))
