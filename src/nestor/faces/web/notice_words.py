"""Notices as pages show them: where each leads, and how it left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nestor.faces.web.words import LANES, TROUBLES, URGENCIES, Words, word
from nestor.notices.models import Notice, Sending
from nestor.notices.rules import Occasion, Topic
from nestor.notices.rules.reach import ROWS, State, Way, Why
from nestor.notices.wording import sentence_of

WAYS: Words = {
    Way.MAIL.value: _("Mail"),
    Way.PUSH.value: _("Browser"),
    Way.PHONE.value: _("Telephone or chat"),
}
STATES: Words = {
    State.WAITING.value: _("on its way"),
    State.SENDING.value: _("on its way"),
    State.SENT.value: _("it has left"),
    State.FAILED.value: _("could not be sent"),
    State.UNCONFIRMED.value: _("perhaps sent"),
}
REASONS: Words = {
    Why.NO_SERVER.value: _("This desk has no mail server: tell whoever runs it."),
    Why.NOT_CHOSEN.value: _("The head of the desk did not choose this way, or not this service."),
    Why.SENDER_DIED.value: _("The desk was interrupted: nobody knows whether it left."),
    Why.SECRET_LOST.value: _("The address can no longer be read: add it again."),
    Why.NO_WAY.value: _("The address was removed meanwhile."),
    "gone": _("The browser no longer takes notices: allow them there again."),
    "sign_in": _("The service does not accept the desk’s access."),
    "forbidden": _("The service does not let the desk send there."),
    "invalid": _("The service refused it: check the address."),
    "limited": _("The service asks the desk to slow down: it tries again by itself."),
    "outage": _("The connection broke: nobody knows whether it left."),
    "unreachable": _("The service cannot be reached: the desk tries again by itself."),
    "unsafe": TROUBLES["unsafe"],
    "malformed": _("The service’s answer made no sense."),
}
TOPICS: Words = {
    Topic.CALL.value: _("You are on call and nobody has taken it"),
    Topic.ASKS.value: _("Somebody, or an answer of yours, waits for you"),
    Topic.CLOCKS.value: _("An answer is due soon, or late"),
    Topic.INFO.value: _("For your information"),
}
ICONS: dict[str, str] = {
    Occasion.MENTIONED: "pen",
    Occasion.ASSIGNED: "hand",
    Occasion.HANDED_MANY: "hand",
    Occasion.CLOCK_SOON: "clock",
    Occasion.CLOCK_LATE: "clock",
    Occasion.ESCALATED: "trouble",
    Occasion.SECOND_READING: "why",
    Occasion.SECOND_READ: "check",
    Occasion.SEALED: "alert",
    Occasion.CHANNEL_BLIND: "blind",
    Occasion.FORWARD_ANSWERED: "back",
    Occasion.DELIVERY_ASKS: "unsure",
    Occasion.SNOOZE_OVER: "clock",
    Occasion.RELIEF: "hand",
    Occasion.RECEIVER_OFF: "trouble",
    Occasion.BULK_DONE: "check",
    Occasion.DIGEST: "today",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """How a notice left by one way."""

    way: str
    name: str
    state: str
    words: str
    why: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """One notice with everything its line shows."""

    notice: Notice
    sentence: str
    icon: str
    traces: list[Trace]

    @property
    def is_open_call(self) -> bool:
        """Return whether somebody has to take it."""
        return self.notice.call is not None and self.notice.call.over_at is None


def where_to(notice: Notice) -> str:
    """Return the page a notice is about."""
    occasion = Occasion(notice.occasion)
    if occasion is Occasion.CHANNEL_BLIND:
        return f"{reverse('channels')}#c-{notice.about}"
    if occasion is Occasion.SECOND_READING or not notice.about or occasion is Occasion.DIGEST:
        return f"{reverse('today')}#clearances" if occasion is Occasion.SECOND_READING else reverse("today")
    if occasion is Occasion.HANDED_MANY:
        return f"{reverse('inbox')}?whose=me"
    if occasion is Occasion.RELIEF:
        return reverse("relief")
    if occasion is Occasion.RECEIVER_OFF:
        return reverse("webhook", args=[notice.about])
    return reverse("bulk" if occasion is Occasion.BULK_DONE else "conversation", args=[notice.about])


def shown(notices: Sequence[Notice], sendings: dict[int, list[Sending]]) -> list[ShownNotice]:
    """Return notices as their list shows them."""
    return [
        ShownNotice(one, sentence_of(one), ICONS[Occasion(one.occasion)], traces_of(sendings.get(one.pk, ())))
        for one in notices
    ]


def traces_of(sendings: Iterable[Sending]) -> list[Trace]:
    """Return how a notice left, way by way."""
    return [
        Trace(
            row.way,
            row.address.name if row.address is not None else "",
            row.state,
            word(STATES, row.state),
            reason_words(row.reason) if row.reason else "",
            row.due_at if row.state == State.WAITING else row.settled_at,
        )
        for row in sendings
    ]


def reason_words(code: str) -> str:
    """Return why a notice did not leave."""
    return word(REASONS, code)


@dataclass(frozen=True, slots=True)
class WishRow:
    """One row of the choice of ways."""

    code: str
    name: str
    chosen: frozenset[str]


def wish_rows(wishes: dict[str, frozenset[Way]]) -> dict[str, list[WishRow]]:
    """Return the rows by their kind: topic, urgency, lane."""
    found: dict[str, list[WishRow]] = {}
    for code in ROWS:
        kind, _colon, value = code.partition(":")
        names = {"topic": TOPICS, "urgency": URGENCIES, "lane": LANES}[kind]
        chosen = frozenset(way.value for way in wishes[code])
        found.setdefault(kind, []).append(WishRow(code, word(names, value), chosen))
    return found
