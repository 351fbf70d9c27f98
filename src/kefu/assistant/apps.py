from django.apps import AppConfig


class AssistantConfig(AppConfig):
    name = "kefu.assistant"
    label = "assistant"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kefu.core.events import listen

        listen(
            "channels.incoming",
            task="assistant.drain_thread",
            arguments=lambda payload: {"thread": payload["thread"]},
            lock=lambda payload: f"thread:{payload['thread']}",
            priority=10,
        )
        listen(
            "assistant.bank_wanted",
            task="assistant.ask_bank",
            arguments=lambda payload: dict(payload),
            lock=lambda payload: f"bank:{payload['conversation_id']}",
        )
