"""Words that cannot wait: someone is losing money now. Read before, and apart from, the trained understanding."""

import re
from dataclasses import dataclass

STOLEN, SCAM, LOST_PHONE = "unauthorized_transaction", "scam_report", "lost_phone"

# One line a way of saying it. A false alarm costs one button on the screen; a miss costs the customer's money.
_WAYS: dict[str, tuple[str, ...]] = {
    STOLEN: (
        r"盗刷|被盗[了用转]|账[户号]被盗|钱(都)?被(人)?(转|刷|偷|划)走|被人(转|刷|划)(走|了)",
        r"不是(我|本人)(自己)?(付|转|刷|买|操作|弄|消费|做)的|(没|没有)(操作|付|转|消费)过.{0,8}(扣|转|付)",
        r"^(?!.*\b(phone|sim)\b).*\b(stolen|hacked)\b|unauthori[sz]ed",
        r"(didn'?t|did not|never) (make|do|authori[sz]e|send) (this|that|these|the)",
        r"someone (else )?(took|used|spent|moved|emptied|transferred)",
    ),
    SCAM: (
        r"(被|遭|遇到?|上了?).{0,4}(骗|诈骗)|骗(走|了|我)|诈骗|杀猪盘|安全账户|屏幕共享|共享屏幕|假(的)?客服.{0,6}(转|付)|刷单",
        r"有人(让|叫|要)我(转账|汇款|打款|付款)",
        r"\bscam(med|mer)?\b|\bfraud(ster)?\b|tricked|conned|safe account|shar(e|ing) my screen",
    ),
    LOST_PHONE: (
        r"(手机|电话卡|sim卡?).{0,4}(丢|掉|没了|不见|被偷|被抢|遗失|找不到)|(丢|掉|偷|抢)了.{0,3}手机|挂失",
        r"(lost|stole|stolen|missing).{0,12}(phone|sim)|(phone|sim)( card)?.{0,14}(lost|stolen|missing|gone)",
    ),
}
_COMPILED = {kind: re.compile("|".join(ways), re.IGNORECASE) for kind, ways in _WAYS.items()}
_ASKING_ONLY = re.compile(
    r"(怎么|如何|怎样)(防|避免|预防)|(会不会|如果|万一|要是).{0,8}(被|丢)|how (to|do i) (avoid|prevent)", re.IGNORECASE
)


@dataclass(frozen=True)
class Emergency:
    """`kind` is the intent; `asking_only` when the words are about prevention, not about something that happened."""

    kind: str
    asking_only: bool


def detect_emergency(text: str) -> Emergency | None:
    """The emergency that `text` tells of, the gravest first; None when there is none."""
    for kind, pattern in _COMPILED.items():
        if pattern.search(text):
            return Emergency(kind, asking_only=bool(_ASKING_ONLY.search(text)))
    return None


_HUMAN = re.compile(
    r"转人工|人工(客服|服务)?[！!。.]?$|找(个)?(真人|人工)|叫真人|要真人|接客服|^客服$|"
    r"\b((talk|speak|chat|connect me) (to|with) (an? )?(real )?(agent|person|someone|human)|"
    r"real (person|human)|live agent|human (agent|please)|^(human|agent)$)\b",
    re.IGNORECASE,
)


def wants_human(text: str) -> bool:
    """A plain wish for a person, met at once whatever else the text says."""
    return bool(_HUMAN.search(text))
