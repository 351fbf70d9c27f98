from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "kefu.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kefu.core.events import listen
        from kefu.identity import events as identity
        from kefu.notices.events import QUEUED

        listen(
            QUEUED,
            task="notices.send_outgoing",
            arguments=lambda p: {"outgoing": p["outgoing"]},
            lock=lambda p: f"notices:{p['outgoing']}",
        )
        listen(
            identity.SIGNED_IN,
            task="notices.tell_of_sign_in",
            arguments=lambda p: {k: p[k] for k in ("user", "session", "new_device")},
            lock=lambda p: f"notices:{p['user']}",
        )
        listen(
            identity.SECRET_CHANGED,
            task="notices.tell_of_secret",
            arguments=lambda p: {k: p[k] for k in ("user", "what", "at")},
            lock=lambda p: f"notices:{p['user']}",
        )
        listen(
            identity.EMAIL_CHANGED,
            task="notices.tell_of_email",
            arguments=lambda p: {k: p[k] for k in ("user", "contact", "before")},
            lock=lambda p: f"notices:{p['user']}",
        )
