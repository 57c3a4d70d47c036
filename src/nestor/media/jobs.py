"""What this room does in the background: drop files that nothing needs, and bytes that no row names."""

from datetime import datetime, timedelta

from nestor.media import actions, reads
from nestor.work.registry import Job


def drop_loose(row_id: int, now: datetime) -> None:
    """Drop one file that nothing points at."""
    actions.drop_loose(row_id)


def drop_strays(row_id: int, now: datetime) -> None:
    """Drop all bytes that no row names."""
    actions.drop_strays()


JOBS = (
    Job("media.drop_loose", due=reads.loose_files, look=drop_loose, every=timedelta(minutes=1)),
    Job("media.drop_strays", due=reads.has_strays, look=drop_strays, every=timedelta(minutes=10)),
)
