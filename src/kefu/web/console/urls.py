"""Addresses of the agents' place."""

from django.urls import path

from kefu.web.console import approval, case, conversation, desk, provisional, receipts, records, refund

urlpatterns = [
    path("", desk.page, name="console"),
    path("queue", desk.queue, name="console_queue"),
    path("next", desk.take_next, name="console_next"),
    path("presence", desk.presence, name="console_presence"),
    path("beat", desk.beat, name="console_beat"),
    path("c/<uuid:conversation_id>/", desk.page, name="console_conversation"),
    path("c/<uuid:conversation_id>/head", conversation.head, name="console_head"),
    path("c/<uuid:conversation_id>/messages", conversation.messages, name="console_messages"),
    path("c/<uuid:conversation_id>/panel", conversation.panel, name="console_panel"),
    path("c/<uuid:conversation_id>/story", conversation.story, name="console_story"),
    path("c/<uuid:conversation_id>/take", conversation.take, name="console_take"),
    path("c/<uuid:conversation_id>/note", conversation.note, name="console_note"),
    path("c/<uuid:conversation_id>/handover", conversation.hand_over, name="console_handover"),
    path("c/<uuid:conversation_id>/close", conversation.close, name="console_close"),
    path("c/<uuid:conversation_id>/read", conversation.read, name="console_read"),
    path("c/<uuid:conversation_id>/typing", conversation.typing, name="console_typing"),
    path("c/<uuid:conversation_id>/case", case.open_case, name="console_open_case"),
    path("c/<uuid:conversation_id>/receipts", receipts.find, name="console_receipts"),
    path("c/<uuid:conversation_id>/receipts/send", receipts.send, name="console_receipt_send"),
    path("case/<uuid:case_id>/", case.page, name="console_case"),
    path("case/<uuid:case_id>/goodwill", case.goodwill, name="console_goodwill"),
    path("case/<uuid:case_id>/completion", case.completion, name="console_completion"),
    path("case/<uuid:case_id>/bank", case.bank, name="console_bank"),
    path("case/<uuid:case_id>/records/", records.find, name="console_records"),
    path("case/<uuid:case_id>/recall", case.recall, name="console_recall"),
    path("case/<uuid:case_id>/resolve", case.resolve, name="console_resolve"),
    path("case/<uuid:case_id>/take", refund.take, name="console_take_case"),
    path("case/<uuid:case_id>/refund", refund.propose, name="console_refund"),
    path("case/<uuid:case_id>/decline", refund.decline, name="console_decline"),
    path("case/<uuid:case_id>/provisional", provisional.give, name="console_provisional"),
    path(
        "case/<uuid:case_id>/provisional/<uuid:order_id>/<slug:deed>",
        provisional.step,
        name="console_provisional_step",
    ),
    path("refunds/", refund.page, name="console_refunds"),
    path("approvals/", approval.waiting, name="console_approvals"),
    path("approvals/<uuid:proposal_id>/", approval.card, name="console_approval"),
    path("approvals/<uuid:proposal_id>/decide", approval.decide, name="console_decide"),
]
