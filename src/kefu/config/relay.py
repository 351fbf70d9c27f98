"""The relay's process: `python -m kefu.config.relay`. Django is set up for the registry of listeners only."""

import os
import signal
import threading

import django


def main() -> None:
    """Run until SIGTERM or SIGINT; what a transaction had begun is then finished or rolled back whole."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu.config.settings")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    from django.conf import settings

    # It runs no job: without the tasks, and all that they need, it is up in a second and a third of the size.
    settings.PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
    django.setup()
    from kefu.core import clock
    from kefu.core.relay import Relay
    from kefu.core.seals import signing_key

    Relay(
        dsn=os.environ.get("DATABASE_URL", "postgresql:///kefu"),
        key=signing_key(settings.KEFU_SEAL_KEY),
        clock=clock.now,
        head=settings.KEFU_DATA / "seal_head",
    ).run(stop)


if __name__ == "__main__":
    main()
