"""What this room does in the background: forget what was put away."""

from datetime import datetime, timedelta

from nestor.composer.actions import forget_empty_drafts
from nestor.composer.reads import KEPT_EMPTY_FOR, empty_drafts
from nestor.work.registry import Job


def forget_empty(row_id: int, now: datetime) -> None:
    """Forget every draft that was put away long enough ago."""
    forget_empty_drafts(now)


def long_empty(now: datetime, most: int) -> list[int]:
    """Return one row while there is anything to forget."""
    return list(empty_drafts(now - KEPT_EMPTY_FOR).values_list("pk", flat=True)[:1])


JOBS = (Job("composer.forget_empty", due=long_empty, look=forget_empty, every=timedelta(minutes=10)),)
