"""How gunicorn serves the application; it reads this file, and `web.serve` starts it."""

import gc
import os
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from web.metrics import DIRECTORY_VARIABLE
from web.settings import settings_from_environment

_settings = settings_from_environment()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads
# A till's next customer comes within the minute; a new connection for each would cost more than the payment.
keepalive = 75
timeout = 60
# On SIGTERM, requests under way are answered; then the workers end.
graceful_timeout = 30
backlog = 512
# Nobody steers it but by signals.
control_socket_disable = True
# The application writes a line a request itself, without addresses and without what was searched for.
accesslog = None
errorlog = "-"
loglevel = "warning"


def post_worker_init(_worker: Any) -> None:
    """Take what is there for good out of the sight of the collector, which would look through it again and again."""
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that ended."""
    if DIRECTORY_VARIABLE in os.environ:
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the package types all but this
