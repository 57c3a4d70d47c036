"""What is being written, and how much room is left for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from nestor.brands.reads import limits_of
from nestor.brands.scoping import BrandQuerySet
from nestor.composer.models import Draft, DraftFile
from nestor.inbox.models import Conversation
from nestor.media.models import File
from nestor.networks.measure import count
from nestor.people.reads import Seat

KEPT_EMPTY_FOR = timedelta(hours=1)  # far longer than a request can be on its way


@dataclass(frozen=True, slots=True)
class Room:
    """How long a text is and how long it may be, in the network's own unit; `most` is None where there is no limit."""

    length: int
    most: int | None
    unit: str

    @property
    def left(self) -> int | None:
        """Return how much is left; negative when the text is too long."""
        return None if self.most is None else self.most - self.length


def begun(rows: BrandQuerySet) -> BrandQuerySet:
    """Keep the drafts that hold words or a file."""
    files = DraftFile.objects.across_brands("files of the drafts outside, whose brand is named there")
    return rows.filter(~Q(text="") | Exists(files.filter(draft=OuterRef("pk"))))


def draft_of(seat: Seat, conversation: Conversation) -> Draft | None:
    """Return what this person is writing here, None without words and files; nobody else's is ever given out."""
    rows = Draft.objects.of(seat.brand).filter(conversation=conversation, author=seat.user)
    found: Draft | None = begun(rows).first()
    return found


def drafts_of(seat: Seat) -> int:
    """Return how many drafts this person has at this brand."""
    return begun(Draft.objects.of(seat.brand).filter(author=seat.user)).count()


def files_in(seat: Seat, conversation: Conversation) -> list[File]:
    """Return what is attached to what this person is writing here, in the order it came."""
    rows = DraftFile.objects.of(seat.brand).filter(draft__conversation=conversation, draft__author=seat.user)
    return [row.file for row in rows.select_related("file").order_by("id")]


def empty_drafts(before: datetime) -> BrandQuerySet:
    """Return the rows without words or files that were put away or emptied before then, of every brand."""
    rows = Draft.objects.across_brands("upkeep of the installation")
    files = DraftFile.objects.across_brands("upkeep of the installation").filter(draft=OuterRef("pk"))
    found: BrandQuerySet = rows.filter(~Exists(files), text="", changed_at__lt=before)
    return found


def room_left(conversation: Conversation, text: str) -> Room:
    """Return the length of an answer by the network's own way of counting; no network is called."""
    limits = limits_of(conversation.channel, conversation.kind)
    if limits is None:
        return Room(len(text), None, "characters")
    return Room(count(text, limits.unit, limits.link_length), limits.text, limits.unit)
