"""The carrier for several hosts: Dramatiq on RabbitMQ, pointers only, no retries of its own."""

import threading

import dramatiq
from django.conf import settings
from django.db import close_old_connections, connections
from dramatiq.broker import MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import AgeLimit, Middleware, ShutdownNotifications

from nestor.work.jobs import Sweep, look, wall_clock
from nestor.work.rules import Pointer

FORGET_AFTER_MS = 60_000  # an old pointer is worthless: the sweep has carried a fresh one since


class FreshConnections(Middleware):
    """Gives each look a usable database connection."""

    def before_process_message(self, broker: dramatiq.Broker, message: MessageProxy) -> None:
        """Drop connections that went stale while the thread waited."""
        close_old_connections()

    def before_worker_thread_shutdown(self, broker: dramatiq.Broker, thread: threading.Thread) -> None:
        """Give the thread's connections back."""
        connections.close_all()


class RabbitCarrier:
    """A sweep and workers around one durable queue; any number of hosts may run one."""

    def __init__(self) -> None:
        self._broker = RabbitmqBroker(
            url=settings.NESTOR_RABBITMQ,
            middleware=[AgeLimit(max_age=FORGET_AFTER_MS), ShutdownNotifications(), FreshConnections()],
        )
        declare = dramatiq.actor(actor_name="look", queue_name=settings.NESTOR_RABBITMQ_QUEUE, broker=self._broker)
        self._look = declare(self._look_at)
        self._sweep = Sweep(self._carry)

    def _carry(self, pointer: Pointer) -> None:
        self._look.send(pointer.job, str(pointer.row_id))

    def _look_at(self, job: str, row_id: str) -> None:
        pointer = Pointer(job, int(row_id))
        look(pointer, wall_clock())
        self._sweep.done(pointer)

    def run(self, stop: threading.Event, threads: int) -> None:
        """Sweep in this thread, consume in `threads` others."""
        worker = dramatiq.Worker(self._broker, worker_threads=threads, worker_timeout=200)
        worker.start()
        try:
            self._sweep.run(stop)
        finally:
            worker.stop(timeout=10_000)
            self._broker.close()
            connections.close_all()
