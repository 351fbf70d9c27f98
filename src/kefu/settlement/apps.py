from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "kefu.settlement"
    label = "settlement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kefu.settlement import listeners

        listeners.register()
