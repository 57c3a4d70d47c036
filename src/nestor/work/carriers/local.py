"""The carrier of one process: a queue and threads."""

import queue
import threading

from django.db import close_old_connections, connections

from nestor.work.jobs import Sweep, look, wall_clock
from nestor.work.rules import Pointer


class LocalCarrier:
    """Threads of this process do the work; nothing outlives it and nothing needs to."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Pointer | None] = queue.Queue()
        self._sweep = Sweep(self._queue.put)

    def run(self, stop: threading.Event, threads: int) -> None:
        """Sweep in this thread, look in `threads` others."""
        workers = [threading.Thread(target=self._work, name=f"work-{n}") for n in range(threads)]
        for worker in workers:
            worker.start()
        self._sweep.run(stop)
        for _ in workers:
            self._queue.put(None)
        for worker in workers:
            worker.join()
        connections.close_all()

    def _work(self) -> None:
        while (pointer := self._queue.get()) is not None:
            close_old_connections()
            look(pointer, wall_clock())
            self._sweep.done(pointer)
        connections.close_all()
