from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "kefu.planning"
    label = "planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kefu.planning import listeners

        listeners.register()
