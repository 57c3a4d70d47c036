"""What this room does in the background: drop what was kept long enough, some at a time."""

from datetime import datetime, timedelta

from nestor.privacy import actions, reads
from nestor.work.registry import Job


def drop_old(row_id: int, now: datetime) -> None:
    """Drop some more of what one brand has kept long enough."""
    actions.drop_old(row_id, now)


JOBS = (Job("privacy.drop_old", due=reads.due_retentions, look=drop_old, every=timedelta(seconds=1)),)
