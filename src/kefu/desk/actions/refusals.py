"""What the desk refuses, and how it says so."""

from django.utils.translation import gettext_lazy as _

from kefu.core.refusal import Refusal


class NotYours(Refusal):
    code = "desk.conversation.not_yours"
    text = _("这个会话正由%(label)s（工号 %(staff_no)s）接待，您的内容没有发出。需要接手请先请对方转交。")
    operator = "the conversation is with %(label)s (%(staff_no)s)"


class NotTaken(Refusal):
    code = "desk.conversation.not_taken"
    text = _("这个会话还没有人接待，您的内容没有发出。请先接入再回复。")
    operator = "nobody has taken the conversation yet"


class AlreadyTaken(Refusal):
    code = "desk.conversation.already_taken"
    text = _("%(label)s（工号 %(staff_no)s）先接入了这个会话，您这边没有接入。")
    operator = "the conversation was taken by %(label)s (%(staff_no)s)"


class Closed(Refusal):
    code = "desk.conversation.closed"
    text = _("这个会话已经结束，没有改动。客户再次来信会自动重新打开。")
    operator = "the conversation is closed"


class NotWaiting(Refusal):
    code = "desk.conversation.not_waiting"
    text = _("这个会话不在排队，没有改动。请刷新列表。")
    operator = "the conversation does not wait in the queue"


class AgentFull(Refusal):
    code = "desk.agent.full"
    text = _("同时接待的会话已到上限（%(most)s 个），没有接入。请先结束或转交一个。")
    operator = "already %(most)s conversations open"


class AgentAway(Refusal):
    code = "desk.agent.away"
    text = _("%(label)s（工号 %(staff_no)s）现在不在席，会话没有转交。可以转回排队或另选同事。")
    operator = "%(label)s (%(staff_no)s) is not at the desk"


class SummaryMissing(Refusal):
    code = "desk.conversation.summary_missing"
    status = 422
    text = _("请写一句给客户的总结再结束会话；会话还开着。")
    operator = "a conversation that a person had closes with a summary"


class ReasonMissing(Refusal):
    code = "desk.handover.reason_missing"
    status = 422
    text = _("请给接手的同事交代一句；会话没有转交，还在您这里。")
    operator = "a member of staff hands over with a word to whom takes it"


class AsksForSecret(Refusal):
    code = "desk.message.asks_for_secret"
    status = 422
    text = _("内容像是在向客户索要“%(secret)s”，没有发出。我们从不索要密码、验证码或完整卡号，请改写。")
    operator = "the text asks the customer for a secret (%(secret)s)"


class MessageUnfit(Refusal):
    code = "desk.message.unfit"
    status = 422
    text = _("消息是空的、太长（最多 %(most)s 字）或含有无法显示的字符，没有发出。请改一下再发。")
    operator = "empty, longer than %(most)s characters, or not text"


class MessageIdReused(Refusal):
    code = "desk.message.id_reused"
    text = _("这条消息的编号已用于另一条消息，没有再次保存。请刷新页面后重发。")
    operator = "message id was used before for something else"


class AssistantSilent(Refusal):
    code = "desk.message.assistant_silent"
    text = _("会话已由人工接待，自动回复没有发出。")
    operator = "the assistant does not talk while a person has the conversation"
