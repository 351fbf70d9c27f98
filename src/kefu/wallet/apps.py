from django.apps import AppConfig


class WalletConfig(AppConfig):
    name = "kefu.wallet"
    label = "wallet"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kefu.wallet import listeners

        listeners.register()
