"""Writes of files that go out with answers: from the draft to the delivery, and back."""

from collections.abc import Iterable
from datetime import datetime

from nestor.composer.actions.files import adopt_files
from nestor.composer.models import DraftFile
from nestor.inbox.models import Conversation
from nestor.media.actions import copy_file, let_go
from nestor.media.models import File
from nestor.people.reads import Seat
from nestor.publisher.models import Delivery, DeliveryFile
from nestor.publisher.reads.enclosed import files_of


def enclose(seat: Seat, delivery: Delivery, files: Iterable[File]) -> None:
    """Move files from the author's draft to the delivery. Joins the caller's transaction."""
    found = list(files)
    for file in found:
        DeliveryFile.objects.create(brand_id=delivery.brand_id, delivery=delivery, file=file)
    DraftFile.objects.of(seat.brand).filter(file__in=found).delete()


def give_back(seat: Seat, delivery: Delivery, conversation: Conversation, now: datetime) -> None:
    """Move a delivery's files back into a draft. Joins the caller's transaction."""
    files = files_of(delivery)
    if files and adopt_files(seat, conversation, files, now):
        DeliveryFile.objects.of(delivery.brand_id).filter(delivery=delivery).delete()


def give_again(seat: Seat, delivery: Delivery, conversation: Conversation, now: datetime) -> None:
    """Put the same files into a draft once more; the delivery keeps its own. Joins the caller's transaction."""
    adopt_files(seat, conversation, [copy_file(file, now) for file in files_of(delivery)], now)


def let_go_of(brand_id: int, delivery_ids: Iterable[int]) -> int:
    """Forget what went out with deliveries; return how many files. Joins the caller's transaction."""
    links = DeliveryFile.objects.of(brand_id).filter(delivery_id__in=list(delivery_ids))
    files = list(links.values_list("file_id", flat=True))
    links.delete()
    let_go(brand_id, files)
    return len(files)
