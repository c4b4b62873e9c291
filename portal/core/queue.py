"""How does the worker hear at once that a delivery waits?"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def make_queue(url: str, deliver: Callable[[int], None]) -> tuple[Any, Callable[[int], None]]:
    """Return the huey instance at ``url`` and the function that nudges it with a delivery's id.

    ``sqlite:///path``, ``redis://…`` or ``postgresql://…``. The queue carries only ids, so that
    losing one is harmless.
    """
    if url.startswith("redis"):
        from huey import RedisHuey

        queue: Any = RedisHuey("quayside", url=url, results=False)
    elif url.startswith("postgresql"):
        from huey import PostgresHuey

        queue = PostgresHuey("quayside", dsn=url.replace("+psycopg", ""), results=False)
    else:
        queue = _open_file(Path(url.removeprefix("sqlite:///")))
    task = queue.task(name="deliver")(deliver)

    def nudge(delivery_id: int) -> None:
        task(delivery_id)

    return queue, nudge


def _open_file(path: Path) -> Any:
    from huey import SqliteHuey

    path.parent.mkdir(parents=True, exist_ok=True)
    open_queue = partial(SqliteHuey, "quayside", filename=str(path), results=False, fsync=False)
    try:
        return open_queue()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # busy or out of reach, not broken
            raise
        # It is never synced, so a power cut can break it; what was in it, the sweep finds.
        log.warning("the queue at %s was broken and is begun anew: %s", path, error)
        for ending in ("", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        return open_queue()


def run_worker(
    queue: Any, sweep: Callable[[Callable[[], bool]], object], every: float, threads: int
) -> None:
    """Consume nudges with ``threads`` threads and call ``sweep`` now and every ``every`` seconds.

    ``sweep`` is given a question: must it stop? Returns when the process was told to stop and
    what it had begun is done, so that a restart repeats no mail.
    """
    stop = threading.Event()

    def sweep_forever() -> None:
        while not stop.is_set():
            try:
                sweep(stop.is_set)
            except Exception:
                log.exception("a sweep failed; the next one tries again")
            stop.wait(every)

    sweeper = threading.Thread(target=sweep_forever, name="sweep", daemon=True)
    sweeper.start()
    consumer = queue.create_consumer(
        workers=threads, worker_type="thread", periodic=False, initial_delay=0.05, max_delay=0.5
    )
    try:
        consumer.run()
    finally:
        stop.set()
        consumer.stop(graceful=True)
        sweeper.join()
