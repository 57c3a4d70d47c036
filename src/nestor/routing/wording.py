"""The mail that brings a link to a colleague without an account: neutral sentences, never what somebody wrote."""

import smtplib
from email.utils import formatdate
from urllib.parse import urlsplit

from babel.dates import format_date
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from nestor.routing.models import Forward
from nestor.routing.reads.forwarding import link_for


def can_mail() -> bool:
    """Return whether this installation has a mail server."""
    return not str(settings.EMAIL_BACKEND).endswith("dummy.EmailBackend")


def mail_of(row: Forward) -> str:
    """Hand the mail over; return "" once it was accepted, else why not: `no_server`, `busy` or `refused`."""
    if not can_mail():
        return "no_server"
    try:
        written(row).send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        return "busy" if codes and all(400 <= code < 500 for code in codes) else "refused"
    except smtplib.SMTPResponseException as error:
        return "busy" if 400 <= error.smtp_code < 500 else "refused"
    except ValueError:
        return "refused"
    except (smtplib.SMTPException, OSError):
        return "busy"
    return ""


def written(row: Forward) -> EmailMessage:
    """Return the mail in the colleague's language; an id of its own lets a server that gets it twice keep one."""
    host = urlsplit(settings.URL).hostname or "localhost"
    with translation.override(row.language):
        locale = "fr" if row.language == "fr" else "en_GB"
        ends = format_date(timezone.localtime(row.expires_at), "long", locale=locale)
        asker = row.author.name if row.author is not None else row.brand.name
        words = {"name": row.name, "asker": asker, "brand": row.brand.name, "day": ends, "link": link_for(row)}
        title = _("%(asker)s (%(brand)s) asks for your help") % words
        body = _(
            "Hello %(name)s,\n\n%(asker)s, who answers for %(brand)s, would like your view on a conversation.\n"
            "You need no account: this link shows it and takes one answer, until %(day)s.\n\n%(link)s\n\n"
            "It is meant for you alone: please do not pass it on. If you expected nothing, you can leave it unanswered."
        )
        headers = {
            "Message-ID": f"<forward-{row.public_id}@{host}>",
            "Date": formatdate(localtime=False),
            "Auto-Submitted": "auto-generated",
        }
        subject = " ".join(title.split())
        return EmailMessage(subject, body % words, settings.DEFAULT_FROM_EMAIL, [row.email], headers=headers)
