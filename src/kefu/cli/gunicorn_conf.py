"""How gunicorn serves the pages: what no flag of its command line can say."""

import signal
from typing import Any

from kefu.cli.children import die_with_parent


def post_fork(_server: Any, worker: Any) -> None:
    """A worker dies with its master, even a killed one, so that the port is free for the next."""
    die_with_parent(signal.SIGKILL, parent=worker.ppid)()
