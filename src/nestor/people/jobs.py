"""What the people room does in the background: mail invitations."""

from datetime import datetime, timedelta

from nestor.people.actions.team import mail_invitation
from nestor.people.reads.team import due_invitations
from nestor.work.registry import Job


def mail(row_id: int, now: datetime) -> None:
    """Mail one invitation."""
    mail_invitation(row_id, now)


JOBS = (Job("people.mail_invitation", due=due_invitations, look=mail, every=timedelta(seconds=1)),)
