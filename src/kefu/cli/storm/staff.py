"""Agents and supervisors: they take, answer, hand on, propose, approve, and close."""

import re
from uuid import uuid4

from kefu.cli.storm.browser import Answer, NothingKnownError
from kefu.cli.storm.journal import GOODWILL, Wish, Words
from kefu.cli.storm.people import UUID_FORM, Client, Storm
from kefu.cli.throwaway import PASSWORD

CONVERSATION = re.compile(rf"/console/c/({UUID_FORM})/")
CASE = re.compile(rf"/console/case/({UUID_FORM})/")
PROPOSAL = re.compile(rf"/console/approvals/({UUID_FORM})/")
MOST_OPEN = 3


class Staff(Client):
    """Somebody with a 工号, signed in at the desk."""

    def __init__(self, storm: Storm, staff_no: str) -> None:
        super().__init__(storm, f"staff {staff_no}")
        self.staff_no = staff_no

    def begin(self) -> None:
        while self.get("/console/").status != 200:
            self.get("/staff/signin/")
            self.post("/staff/signin/", {"login": self.staff_no, "password": PASSWORD, "next": ""})

    def scripted(self, path: str, fields: dict[str, str]) -> Answer:
        """As the desk's own script sends: a form that wants JSON back."""
        return self.browser.patiently(lambda: self.browser.post_form(path, fields))


class Agent(Staff):
    """Takes conversations, answers them, proposes credits and closes."""

    def __init__(self, storm: Storm, staff_no: str) -> None:
        super().__init__(storm, staff_no)
        storm.agents.append(self.thread)
        self.mine: list[str] = []
        self.cases: dict[str, Wish | None] = {}

    def begin(self) -> None:
        super().begin()
        self.post("/console/presence", {"status": "online", "next": "/console/"})

    def act(self) -> None:
        self.scripted("/console/beat", {})
        roll = self.dice.random()
        if roll < 0.25 or not self.mine:
            self.take()
        elif roll < 0.6:
            self.reply()
        elif roll < 0.85:
            self.propose()
        else:
            self.close()

    def take(self) -> None:
        """Half the time the next in order, else whatever stands in the list: two agents want the same one."""
        if len(self.mine) >= MOST_OPEN:
            return
        if self.dice.random() < 0.5:
            taken = CONVERSATION.match(self.post("/console/next", {}).location)
            self._have(taken[1] if taken else "")
            return
        seen = list(dict.fromkeys(CONVERSATION.findall(self.get("/console/queue").text)))
        if seen:
            chosen = self.dice.choice(seen)
            answer = self.scripted(f"/console/c/{chosen}/take", {})
            self._have(chosen if answer.status == 200 else "")

    def _have(self, conversation: str) -> None:
        if conversation and conversation not in self.mine:
            self.mine.append(conversation)

    def reply(self) -> None:
        conversation = self.dice.choice(self.mine)
        words = self.journal.say(Words(self.storm.token(), self.name, str(uuid4())))
        fields = {"id": words.message_id, "body": f"我来看一下 {words.token}"}
        for _ in range(2 if self.dice.random() < 0.2 else 1):
            answer = self.scripted(f"/console/c/{conversation}/messages", fields)
            if answer.status == 200 and answer.json().get("id") == words.message_id:
                words.told = True
            elif answer.status in (403, 404, 409):
                self._lose(conversation)
                return

    def _lose(self, conversation: str) -> None:
        if conversation in self.mine:
            self.mine.remove(conversation)

    def propose(self) -> None:
        """Open a case and propose a credit on it; after no answer, look at the case before trying again."""
        conversation = self.dice.choice(self.mine)
        opened = self.post(f"/console/c/{conversation}/case", {"kind": "general", "order": ""})
        found = CASE.match(opened.location)
        if opened.status != 302 or not found:
            self._lose(conversation)
            return
        case = found[1]
        if self.cases.get(case):
            return
        number = self.storm.number()
        wish = self.journal.wish(Wish(GOODWILL, self.name, 300 + number, f"耽误您了 {self.storm.token()}"))
        self.cases[case] = wish
        amount = f"{wish.amount // 100}.{wish.amount % 100:02d}"
        fields = {"amount": amount, "reason": wish.key, "key": str(uuid4())}
        while wish.key not in self.get(f"/console/case/{case}/").text:
            answer = self.once(f"/console/case/{case}/goodwill", fields)
            if answer and answer.status >= 400:
                wish.told_refused = str(answer.status)
                return

    def close(self) -> None:
        conversation = self.dice.choice(self.mine)
        self.post(f"/console/c/{conversation}/close", {"summary": "已经为您处理好了"})
        self._lose(conversation)

    def finish(self) -> None:
        """Look what became of every proposal, end the cases, close what is open."""
        for case, wish in self.cases.items():
            for _ in range(40):
                page = self.get(f"/console/case/{case}/").text
                if wish is None or wish.told_refused or "待复核" not in page:
                    break
                self.pause(0.5)
            self.post(f"/console/case/{case}/resolve", {"summary": "已经处理好"})
        for conversation in list(self.mine):
            self.post(f"/console/c/{conversation}/close", {"summary": "已经为您处理好了"})


class Supervisor(Staff):
    """Decides what others proposed; at the end also ends the cases that nobody has in hand."""

    def act(self) -> None:
        self.decide_all()
        self.pause(0.6)

    def decide_all(self) -> None:
        waiting = dict.fromkeys(PROPOSAL.findall(self.get("/console/approvals/").text))
        for proposal in waiting:
            self.decide(proposal)

    def decide(self, proposal: str) -> None:
        """Approve, again until the card itself says that it is posted; told is what the card says."""
        path = f"/console/approvals/{proposal}/"
        for _ in range(60):
            card = self.get(path)
            if card.status != 200:
                self.journal.complain(f"{path} answered {card.status} to the supervisor")
                return
            if "已入账" in card.text:
                self._told(card)
                return
            try:
                self.browser.post(f"{path}decide", {"decision": "approve", "words": "同意"})
            except NothingKnownError:
                self.pause(0.4)
        self.journal.complain(f"{path} is not decided after sixty tries")

    def _told(self, card: Answer) -> None:
        for wish in self.journal.of(GOODWILL):
            if wish.key in card.text:
                wish.told = True

    def finish(self) -> None:
        """Until the agents have gone home: there may be one more proposal."""
        while any(agent.is_alive() for agent in self.storm.agents):
            self.decide_all()
            self.pause(0.5)
        self.decide_all()
