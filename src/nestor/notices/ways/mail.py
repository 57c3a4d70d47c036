"""Notices by e-mail."""

import smtplib
from datetime import timedelta
from email.utils import formatdate
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from nestor.networks.contract import Reason, Refused, TryLater, Uncertain
from nestor.notices.rules.reach import Why
from nestor.notices.ways.ping import NotPossible, Ping

AFTER = timedelta(minutes=1)


def is_possible() -> bool:
    """Return whether this installation has a mail server."""
    return not str(settings.EMAIL_BACKEND).endswith("dummy.EmailBackend")


def probe() -> None:
    """Ask the server whether it would take mails; raise `NetworkTrouble`. Nothing is sent."""
    _close(_open())


def send(to: str, ping: Ping) -> None:
    """Hand a mail to the server; return once it was accepted."""
    if not is_possible():
        raise NotPossible(Why.NO_SERVER)
    connection = _open()
    try:
        _hand_over(connection, written(to, ping, connection))
    finally:
        _close(connection)


def written(to: str, ping: Ping, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """Return the mail: plain text, with an id of its own so that a server that gets it twice keeps one."""
    host = urlsplit(settings.URL).hostname or "localhost"
    body = "\n\n".join(part for part in (ping.body or ping.title, f"{settings.URL}{ping.path}") if part)
    headers = {
        "Message-ID": f"<{ping.ref}@{host}>",
        "Date": formatdate(localtime=False),
        "Auto-Submitted": "auto-generated",
        **({"X-Priority": "1"} if ping.is_urgent else {}),
    }
    return EmailMessage(ping.title, body, settings.DEFAULT_FROM_EMAIL, [to], headers=headers, connection=connection)


def _open() -> BaseEmailBackend:
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError):
        _close(connection)
        raise Refused(Reason.SIGN_IN, "the mail server does not accept the desk") from None
    except (smtplib.SMTPException, OSError):
        _close(connection)
        raise TryLater(Reason.UNREACHABLE, AFTER, "no connection to the mail server") from None
    return connection


def _hand_over(connection: BaseEmailBackend, message: EmailMessage) -> None:
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        _judge(max((code for code, _ in error.recipients.values()), default=550))
    except smtplib.SMTPResponseException as error:  # the sender or the content
        _judge(error.smtp_code)
    except ValueError:
        raise Refused(Reason.INVALID, "an address that cannot be written") from None
    except (smtplib.SMTPException, OSError):
        raise Uncertain(Reason.OUTAGE, "the connection broke while the mail was handed over") from None


def _judge(code: int) -> None:
    if 400 <= code < 500:
        raise TryLater(Reason.LIMITED, AFTER, f"status {code}")
    raise Refused(Reason.INVALID, f"status {code}")


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):  # it was accepted or refused before
        return
