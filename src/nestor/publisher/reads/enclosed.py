"""Files that go out with answers, and who may see a file at all."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, F, Q, TextField, Value
from django.db.models.functions import Cast

from nestor.brands.models import Brand
from nestor.composer.models import DraftFile
from nestor.guard.models import Clearance
from nestor.inbox.models import Conversation
from nestor.media.models import File
from nestor.media.reads import FileRow, bytes_of, file_row, unheld
from nestor.networks.contract import Enclosure
from nestor.people.reads import Seat
from nestor.people.rules import Permission
from nestor.publisher.models import Delivery, DeliveryFile
from nestor.routing.models import NoteFile
from nestor.routing.reads import visible_routes


def files_of(delivery: Delivery) -> list[File]:
    """Return what goes out with a delivery, in the order it was attached."""
    rows = DeliveryFile.objects.of(delivery.brand_id).filter(delivery=delivery)
    return [row.file for row in rows.select_related("file").order_by("file_id")]


def files_of_all(brand: Brand | int, deliveries: Iterable[Delivery]) -> dict[int, list[FileRow]]:
    """Return what goes out with deliveries, by their ids. One query."""
    found: dict[int, list[FileRow]] = {}
    rows = DeliveryFile.objects.of(brand).filter(delivery__in=list(deliveries)).select_related("file")
    for row in rows.order_by("file_id"):
        found.setdefault(row.delivery_id, []).append(file_row(row.file))
    return found


def enclosures_of(delivery: Delivery) -> tuple[Enclosure, ...]:
    """Return what the network is given with a delivery; raise `FileLost` where bytes are gone."""
    return tuple(
        Enclosure(file.name, file.media_type, bytes_of(file), file.alt, file.width, file.height)
        for file in files_of(delivery)
    )


def file_for(seat: Seat, public_id: str) -> File | None:
    """Return one file of the brand, if this person may see what it belongs to: a seal on that is a seal on it."""
    found: File | None = File.objects.of(seat.brand).filter(public_id=public_id).first()
    if found is None:
        return None
    visible = visible_routes(seat).values("conversation_id")
    is_on_its_way = Q(delivery__message__isnull=True) & _in("delivery", visible)
    became = _in("delivery__message", visible)  # a message goes where it is moved, and so does its file
    sent = DeliveryFile.objects.of(seat.brand).filter(is_on_its_way | became, file=found)
    noted = NoteFile.objects.of(seat.brand).filter(_in("note", visible), file=found)
    written = DraftFile.objects.of(seat.brand).filter(_in("draft", visible), file=found)
    loose = unheld(File.objects.of(seat.brand).filter(pk=found.pk, uploader=seat.user))
    may = sent.exists() or noted.exists() or written.filter(_may_read(seat)).exists() or loose.exists()
    return found if may else None


def _in(holder: str, visible: Any) -> Q:
    """Return the condition that what a file hangs on is in one of these conversations, or in one joined to them."""
    here = f"{holder}__conversation"
    return Q(**{f"{here}__in": visible}) | Q(**{f"{here}__merged_into__in": visible})


def _may_read(seat: Seat) -> Q:
    """Return whose drafts this person may look into: their own, and those they are asked to judge."""
    own = Q(draft__author=seat.user)
    if not seat.may(Permission.CLEAR):
        return own
    asked = Clearance.objects.of(seat.brand).filter(state=Clearance.ASKED)
    pairs = list(asked.values_list("author_id", "conversation_id"))
    for author_id, conversation_id in pairs:
        own |= Q(draft__author_id=author_id, draft__conversation_id=conversation_id)
    return own


def files_hanging_on(brand_id: int, conversation_id: int) -> list[int]:
    """Return the ids of all files of a conversation: of drafts, notes and answers in it, whoever's they are."""
    sent = DeliveryFile.objects.of(brand_id).filter(delivery__conversation_id=conversation_id)
    noted = NoteFile.objects.of(brand_id).filter(note__conversation_id=conversation_id)
    written = DraftFile.objects.of(brand_id).filter(draft__conversation_id=conversation_id)
    every = sent.values_list("file_id").union(noted.values_list("file_id"), written.values_list("file_id"))
    return [file_id for (file_id,) in every]


def file_columns(conversation: Conversation, seat: Seat, message_ids: Collection[int]) -> Iterator[Any]:
    """Yield what hangs on this person's draft, on notes, and on answers on their way or among these messages.

    Each is a query in the columns of deliveries.
    """
    sent = Q(delivery__message_id__in=message_ids) | Q(delivery__message__isnull=True)
    sent &= Q(delivery__conversation=conversation) | Q(delivery__conversation__merged_into=conversation)
    sent |= Q(delivery__message_id__in=message_ids, delivery__message__conversation=conversation)
    noted = Q(note__conversation=conversation) | Q(note__conversation__merged_into=conversation)
    drafted = Q(draft__conversation=conversation, draft__author=seat.user)
    yield _columns(DeliveryFile.objects.of(seat.brand).filter(sent), "sent", F("delivery__public_id"))
    yield _columns(NoteFile.objects.of(seat.brand).filter(noted), "note", F("note__public_id"))
    yield _columns(DraftFile.objects.of(seat.brand).filter(drafted), "draft", Value("", CharField()))


# In the order of a delivery's columns: id what public_id said state due_at reason link author_id author__name made_at
# settled_at message_id where.
_PLACES = (
    "file_id what file__public_id said file__media_type at1 none name id1 nobody file__made_at at2 id2 where"
).split()


def _columns(rows: Any, what: str, where: Any) -> Any:
    known = {"what": Value(what, CharField()), "said": Cast("file__alt", TextField()), "where": where}
    known |= {name: Value(None, DateTimeField()) for name in ("at1", "at2")}
    known |= {name: Value(None, BigIntegerField()) for name in ("id1", "id2")}
    known |= {"none": Value("", CharField()), "nobody": Value(None, CharField()), "name": F("file__name")}
    return rows.annotate(**known).values_list(*_PLACES)


def files_by_holder(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[FileRow]]:
    """Return files by what they hang on (`sent:…`, `note:…` with its public id, `draft:`), in the order they came."""
    found: dict[str, list[FileRow]] = {}
    for row in sorted(rows, key=itemgetter("id")):
        if row["what"] in ("sent", "note", "draft"):
            file = FileRow(row["public_id"], row["link"], row["said"], row["state"])
            found.setdefault(f"{row['what']}:{row['where']}", []).append(file)
    return found
