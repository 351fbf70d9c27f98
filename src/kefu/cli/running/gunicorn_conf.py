"""How gunicorn serves the pages: what no flag of its command line can say."""

import signal
from typing import Any

from kefu.cli.children import die_with_parent


def post_fork(_server: Any, worker: Any) -> None:
    """A worker dies with its master, even a killed one, so that the port is free for the next."""
    die_with_parent(signal.SIGKILL, parent=worker.ppid)()


def when_ready(_server: Any) -> None:
    """Load all pages once, before the workers are forked: they share them, and one that is broken is seen
    now.
    """
    from django.urls import get_resolver

    if not get_resolver().url_patterns:
        raise RuntimeError("there are no pages")
