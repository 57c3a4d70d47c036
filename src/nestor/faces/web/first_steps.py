"""The ten first steps in words: what to do, with which keys, and where."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nestor.faces.web.desk import DeskRequest
from nestor.faces.web.views.inbox import address_of, query_of
from nestor.faces.web.words import LANES
from nestor.people.reads import Seat
from nestor.routing.reads.first_steps import proofs_at
from nestor.routing.rules.filters import EVERYTHING, InboxFilter
from nestor.routing.rules.first_steps import Step, is_done, needs_of, parts_done
from nestor.vocabulary import Lane

KEY = "first_steps"  # in the session: whether they are put away, and since when deeds count
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Exercise:
    """One step as the page tells it; `parts` name what shows that it is done."""

    step: Step
    title: Words
    text: Words
    parts: tuple[Words, ...]
    keys: tuple[Words, ...]
    place: Words
    where: InboxFilter | None  # the list it is done in; None: on the page of the channels

    @property
    def href(self) -> str:
        """Return where it is done."""
        return reverse("channels") if self.where is None else address_of(query_of(self.where))


def _lane(lane: Lane) -> tuple[Words, InboxFilter]:
    return LANES[lane], InboxFilter(lanes=(lane,))


EXERCISES = (
    Exercise(
        Step.TAKE,
        _("Take a conversation"),
        _("Open the inbox, walk the list, open a question, and take it. Your colleagues now see whose it is."),
        (_("A conversation was taken"),),
        ("j", "k", "o", "a"),
        *_lane(Lane.QUESTION),
    ),
    Exercise(
        Step.ANSWER,
        _("Answer somebody"),
        _(
            "Reply to what they asked, in their language, and send. For a few seconds you can still take it back;"
            " then it leaves, and the thread says when it has arrived. Here people react within a minute."
        ),
        (_("An answer was sent"),),
        ("r", _("Ctrl+Enter"), "z"),
        *_lane(Lane.QUESTION),
    ),
    Exercise(
        Step.THANKED,
        _("Resolve, and be thanked"),
        _(
            "Once you have answered, resolve the conversation: it leaves the list. When the person only says thank you,"
            " it stays resolved; when they ask something more, it comes back. Answer and resolve a few,"
            " then find them under Done."
        ),
        (_("A conversation was resolved"), _("A thank-you came, and it stayed resolved")),
        ("e",),
        *_lane(Lane.QUESTION),
    ),
    Exercise(
        Step.CORRECT,
        _("Correct a reading"),
        _(
            "The desk says how it read a message, and why. It makes mistakes: find one among the unsure, look at the"
            " reasons, and say which lane it really belongs to. The clock follows the lane."
        ),
        (_("A reading was corrected"),),
        ("y", "l"),
        _("Unsure"),
        replace(EVERYTHING, is_unsure=True),
    ),
    Exercise(
        Step.LABEL,
        _("Label, narrow, keep"),
        _(
            "Put a label on two or three conversations about one thing. Then narrow the list to that label, or to words"
            " you search for, and keep what you see as a view: it counts by itself from now on."
        ),
        (_("A label was put on a conversation"), _("A view was kept")),
        ("t", "/"),
        _("Inbox"),
        EVERYTHING,
    ),
    Exercise(
        Step.PUT_OFF,
        _("Put something off"),
        _("Not everything can be answered now. Put a conversation off until later: it leaves the list and comes back."),
        (_("A conversation was put off"),),
        ("s",),
        *_lane(Lane.COMPLAINT),
    ),
    Exercise(
        Step.HAND_OVER,
        _("Hand over, with a word"),
        _(
            "Write a note for the team that says what is known and what is promised, name a colleague in it with @,"
            " and hand the conversation over. Nobody outside ever sees a note."
            " In the evening, H hands over all you have."
        ),
        (_("A note was written"), _("A conversation was handed over")),
        ("n", "h", "H"),
        *_lane(Lane.COMPLAINT),
    ),
    Exercise(
        Step.STOPPED,
        _("Be stopped"),
        _(
            "Find somebody who is rude, and answer in kind: write “you idiot”. The guard stops it, says why, and"
            " nothing has left. You can write it again differently, put it away, or ask a second person. Ask for once;"
            " then put it away. What is put away leaves no trace, so only the asking can be seen from here."
        ),
        (_("A second reading was asked for"),),
        ("r", _("Ctrl+Enter")),
        *_lane(Lane.ABUSE),
    ),
    Exercise(
        Step.GAP,
        _("Close a gap"),
        _(
            "When a channel cannot be read, the desk says since when it is blind, and reads the gap again later."
            " Have an interval read again yourself: on a channel’s card, the last two hours."
            " Nothing comes in twice."
        ),
        (_("An interval is to be read again"), _("It was read to its end")),
        ("g c",),
        _("Channels"),
        None,
    ),
    Exercise(
        Step.MANY,
        _("Many at once, and undo"),
        _("Choose a few rows, or all that are shown, and resolve or label them together. Then undo: all is as it was."),
        (_("Many were changed at once"), _("It was undone")),
        ("x", "X", "*", "z"),
        *_lane(Lane.PRAISE),
    ),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One exercise and how far it is."""

    exercise: Exercise
    number: int
    parts: tuple[tuple[Words, bool], ...]
    is_done: bool
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """All exercises of one person."""

    shown: tuple[Shown, ...]

    @property
    def total(self) -> int:
        """Return how many there are."""
        return len(self.shown)

    @property
    def done(self) -> int:
        """Return how many are done."""
        return sum(one.is_done for one in self.shown)

    @property
    def next(self) -> Shown | None:
        """Return the first that is not done."""
        return next((one for one in self.shown if one.is_next), None)


def is_away(request: DeskRequest) -> bool:
    """Return whether whoever looks has put them away."""
    return bool((request.session.get(KEY) or {}).get("away"))


def put_away(request: DeskRequest, *, away: bool) -> None:
    """Show them on Today no more, or again."""
    request.session[KEY] = {**(request.session.get(KEY) or {}), "away": away}


def begin_again(request: DeskRequest) -> None:
    """Count what happens from now on, and nothing before."""
    request.session[KEY] = {"since": request.now.isoformat()}


def progress_of(request: DeskRequest) -> Progress:
    """Return how far the desk has come, at all brands of whoever looks; what their role does not do is left out."""
    since = parse_datetime(str((request.session.get(KEY) or {}).get("since") or ""))
    return _progress(request.seat, proofs_at(request.seats, since))


def _progress(seat: Seat, proofs: AbstractSet[str]) -> Progress:
    mine = [one for one in EXERCISES if seat.may(needs_of(one.step))]
    first = next((one.step for one in mine if not is_done(one.step, proofs)), None)
    return Progress(
        tuple(
            Shown(
                one,
                number,
                tuple(zip(one.parts, parts_done(one.step, proofs), strict=True)),
                is_done(one.step, proofs),
                is_next=one.step is first,
            )
            for number, one in enumerate(mine, 1)
        )
    )
