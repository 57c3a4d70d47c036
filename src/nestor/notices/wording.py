"""The neutral sentences of notices: what is the case, never what somebody wrote, nor who.

Of what is sealed, one and the same sentence leaves the desk, whatever it is about and for whichever brand.
"""

from collections.abc import Mapping
from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nestor.notices import reads
from nestor.notices.models import Notice, Sending
from nestor.notices.rules import Occasion
from nestor.notices.ways.ping import Ping
from nestor.people.reads import seats_of
from nestor.vocabulary import Urgency

Words = Mapping[str, "str | Promise"]
OCCASIONS: Words = {
    Occasion.MENTIONED: gettext_lazy("You are named in a note."),
    Occasion.ASSIGNED: gettext_lazy("A conversation was handed to you."),
    Occasion.HANDED_MANY: gettext_lazy("Conversations were handed to you."),
    Occasion.CLOCK_SOON: gettext_lazy("An answer is due soon."),
    Occasion.CLOCK_LATE: gettext_lazy("An answer is late."),
    Occasion.ESCALATED: gettext_lazy("Nobody has answered yet: it comes to you."),
    Occasion.SECOND_READING: gettext_lazy("A second reading is asked of you."),
    Occasion.SECOND_READ: gettext_lazy("The second reading you asked for is done."),
    Occasion.SEALED: gettext_lazy("Something reserved waits to be read."),
    Occasion.CHANNEL_BLIND: gettext_lazy("A channel can no longer be read."),
    Occasion.FORWARD_ANSWERED: gettext_lazy("A colleague you asked has answered."),
    Occasion.DELIVERY_ASKS: gettext_lazy("An answer did not go out as meant: it needs you."),
    Occasion.SNOOZE_OVER: gettext_lazy("A conversation you put off is back."),
    Occasion.RELIEF: gettext_lazy("A handing over waits for you, or was settled."),
    Occasion.RECEIVER_OFF: gettext_lazy("A webhook failed for so long that it is called no more."),
    Occasion.BULK_DONE: gettext_lazy("What you asked for many conversations is done."),
    Occasion.DIGEST: gettext_lazy("Your day in figures"),
}
SEALED = gettext_lazy("Something reserved waits for you on the desk.")
FIGURES: Words = {
    "open": gettext_lazy("open conversations"),
    "nobody": gettext_lazy("that nobody has taken"),
    "mine": gettext_lazy("that are yours"),
    "late": gettext_lazy("late answers"),
    "arrived": gettext_lazy("that came in since yesterday"),
    "unsettled": gettext_lazy("answers that need you"),
    "blind": gettext_lazy("channels in trouble"),
}


def sentence_of(notice: Notice) -> str:
    """Return what a notice says on the page of whoever it is for."""
    said = str(OCCASIONS[notice.occasion])
    is_said_again = notice.rung > 1 and notice.occasion != Occasion.ESCALATED.value
    return _("Nobody has taken it yet: %(what)s") % {"what": said} if is_said_again else said


def ping_of(row: Sending, now: datetime) -> Ping:
    """Return what leaves the desk for one notice, in the language of whoever it is for."""
    notice: Notice = row.notice
    with translation.override(notice.user.language or translation.get_language()):
        if notice.occasion == Occasion.DIGEST.value:
            return digest_ping(notice, now)
        said = str(SEALED) if notice.is_sealed else _sentence_outside(notice)
        path = f"/notices/{notice.public_id}/"
        return Ping(said, "", path, _ref(row), is_urgent=notice.call_id is not None or notice.urgency >= Urgency.NOW)


def _sentence_outside(notice: Notice) -> str:
    return _("%(brand)s: %(what)s") % {"brand": notice.brand.name, "what": sentence_of(notice)}


def _ref(row: Sending) -> str:
    return f"{row.notice.public_id}-{row.place or 'mail'}"


def trial_ping(language: str, ref: str) -> Ping:
    """Return what a test sends."""
    with translation.override(language or translation.get_language()):
        return Ping(_("Nestor reaches you here: this is the test you asked for."), "", "/me/reached/", ref)


def digest_ping(notice: Notice, now: datetime) -> Ping:
    """Return a person's day: counts and links, brand by brand; nobody is named, nothing is quoted."""
    lines: list[str] = []
    for seat in seats_of(notice.user):
        figures = reads.figures_for(seat, now)
        if figures:
            lines += ["", seat.brand.name]
            lines += [f"  {one.count:>5}  {FIGURES[one.code]}  {reads.address_of(one.path)}" for one in figures]
    unseen = reads.unseen_count(notice.user)
    if unseen:
        says = ngettext("%(n)s notice you have not seen", "%(n)s notices you have not seen", unseen) % {"n": unseen}
        lines += ["", f"{says}  {reads.address_of('/notices/')}"]
    body = "\n".join(lines).strip() or _("Nothing waits for you.")
    title = f"Nestor · {OCCASIONS[Occasion.DIGEST]}"
    return Ping(title, body, "/", f"digest-{notice.public_id}")
