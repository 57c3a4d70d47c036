"""What happens in the background: owe events to receivers, call whom something is due to, forget what is old."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from nestor.hooks import actions, reads
from nestor.hooks.rules import KINDS
from nestor.work.events import Happening
from nestor.work.registry import Job, Subscriber

KEPT_FOR = timedelta(days=30)


def owe(happenings: Sequence[tuple[int, Happening]], now: datetime) -> None:
    """Owe events to whoever listens for them."""
    actions.owe_calls(happenings, now)


def call(row_id: int, now: datetime) -> None:
    """Tell one receiver what is due to it."""
    actions.call_receiver(row_id, now)


def forget_old(row_id: int, now: datetime) -> None:
    """Forget calls that were settled long ago."""
    actions.forget_old_calls(now - KEPT_FOR)


def old_calls(now: datetime, most: int) -> list[int]:
    """Return one row while there is anything to forget."""
    return reads.old_calls(now - KEPT_FOR, 1)


def _snake(kind: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


JOBS = (
    Job("hooks.call", due=reads.due_receivers, look=call, every=timedelta(milliseconds=500)),
    Job("hooks.forget_old", due=old_calls, look=forget_old, every=timedelta(minutes=10)),
)
SUBSCRIBERS = tuple(
    Subscriber(f"hooks.owe_{_snake(kind)}", event=kind, serve_numbered=owe, wants=reads.is_listened_to)
    for kind in KINDS
)
