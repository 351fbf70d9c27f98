"""The relay's process: `python -m kefu.config.relay`. Django is set up for its listeners and tasks only."""

import logging
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
    django.setup()
    from django.conf import settings
    from procrastinate.contrib.django import app

    from kefu.core import clock
    from kefu.core.events import listened_tasks
    from kefu.core.relay import Relay, Route
    from kefu.core.seals import signing_key

    known = {name: Route(task.queue, task.priority) for name, task in app.tasks.items()}
    for name in listened_tasks() - known.keys():
        logging.getLogger(__name__).error("a listener names the task %s, which no room declares", name)
    Relay(
        dsn=os.environ.get("DATABASE_URL", "postgresql:///kefu"),
        key=signing_key(settings.KEFU_SEAL_KEY),
        routes=lambda task: known.get(task, Route()),
        clock=clock.now,
        head=settings.KEFU_DATA / "seal_head",
    ).run(stop)


if __name__ == "__main__":
    main()
