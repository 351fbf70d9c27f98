from django.apps import AppConfig

from kefu.rails import listeners


class RailsConfig(AppConfig):
    name = "kefu.rails"
    label = "rails"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        listeners.register()
