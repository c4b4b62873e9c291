"""How does gunicorn run the portal?"""

from __future__ import annotations

import gc
import os
from typing import Any

from portal.processes import LINUX, die_with_parent

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Loaded once and forked: the first answer comes sooner, and the workers share the code's memory.
preload_app = True
gc.disable()  # nothing of what is loaded is garbage, and looking for it takes an eighth of a start

timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190

control_socket_disable = True
worker_tmp_dir = "/dev/shm" if LINUX and os.access("/dev/shm", os.W_OK) else None  # noqa: S108
accesslog = None  # the application's own log says more, and no personal data
errorlog = "-"
loglevel = "warning"


def when_ready(server: Any) -> None:
    """Leave what has been loaded out of garbage collection, so that the workers share it."""
    gc.freeze()
    gc.enable()


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker die with the process that forked it, so that none is left after ``kill -9``."""
    die_with_parent(server.pid)
