"""Stands in for relay and worker within one test: hears what was announced and runs the tasks that listen."""

from procrastinate.contrib.django import app

from kefu.core.events import listeners_of
from kefu.core.models import OutboxEvent


class Pump:
    """Remembers how far it has heard. `run` works until nothing new is announced, for `rooms` alone."""

    def __init__(self, *rooms: str) -> None:
        self.rooms = rooms
        self.last = 0
        self.heard: list[str] = []

    def run(self, *, rounds: int = 50) -> list[str]:
        """The kinds of events heard in this run, in order."""
        before = len(self.heard)
        for _ in range(rounds):
            events = list(OutboxEvent.objects.filter(id__gt=self.last).order_by("id"))
            if not events:
                return self.heard[before:]
            for event in events:
                self.last = event.id
                self.heard.append(event.kind)
                for listener in listeners_of(event.kind):
                    if listener.task.split(".")[0] in self.rooms:
                        app.tasks[listener.task](**listener.arguments(event.payload))
        raise AssertionError("events go round in circles")

    def skip(self) -> None:
        """Let what was announced until now go unheard: a dead relay."""
        self.last = OutboxEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
