from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "kefu.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kefu.core.events import listen
        from kefu.identity.events import APPROVAL_CHANGED
        from kefu.settlement import events as settlement
        from kefu.wallet.events import REFUND_ESCALATED

        listen(
            "cases.bank_wanted",
            task="cases.ask_bank",
            arguments=lambda payload: {"case": payload["case"], "staff": payload["staff"]},
            lock=lambda payload: f"case:{payload['case']}",
        )
        for kind in (settlement.BREAK_OPENED, settlement.BREAK_CLEARED):
            listen(
                kind,
                task=f"cases.{kind.removeprefix('settlement.')}",
                arguments=lambda payload: {"found": str(payload["break"]), "customer": str(payload["customer"])},
                lock=lambda payload: f"break:{payload['break']}",
            )
        listen(
            APPROVAL_CHANGED,
            task="cases.lapse_proposal",
            arguments=lambda payload: {"approval": payload["approval"], "status": payload["status"]},
            lock=lambda payload: f"approval:{payload['approval']}",
        )
        listen(
            REFUND_ESCALATED,
            task="cases.open_refund_case",
            arguments=lambda payload: {"order": payload["order"], "customer": payload["customer"]},
            lock=lambda payload: f"order:{payload['order']}",
        )
