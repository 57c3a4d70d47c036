"""The reader of this installation, what it is given, and who translates for a brand."""

import gc
from collections.abc import Sequence
from functools import lru_cache

from nestor.brands.models import Brand
from nestor.inbox.models import Message
from nestor.triage.models import Reading
from nestor.triage.rules.contract import MessageText, Reader
from nestor.triage.rules.reader import OwnReader
from nestor.triage.translators.contract import Described
from nestor.vocabulary import MessageKind

# What triage looks at: a message has many more columns.
READ = "brand conversation channel kind subject text has_picture in_reply_to edited_at".split()


@lru_cache(maxsize=1)
def reader() -> Reader:
    """Return the reader, loaded once per process.

    What is loaded by then lives as long as the process: the garbage collector, which spent a twelfth of intake going
    through it, is told to leave it alone.
    """
    loaded = OwnReader.load()
    gc.collect()
    gc.freeze()
    return loaded


def texts_of(messages: Sequence[Message]) -> list[MessageText]:
    """Return messages as a reader sees them, each with what it replies to. One query."""
    wanted = {(one.channel_id, one.in_reply_to) for one in messages if one.in_reply_to}
    known: dict[tuple[int, str], str] = {}
    if wanted:
        rows = Message.objects.of(messages[0].brand_id).filter(
            channel_id__in={channel for channel, _ in wanted}, network_id__in={network_id for _, network_id in wanted}
        )
        known = {(row[0], row[1]): row[2] for row in rows.values_list("channel_id", "network_id", "text")}
    return [
        MessageText(
            text=f"{one.subject}\n{one.text}" if one.subject else one.text,
            kind=MessageKind(one.kind),
            has_picture=one.has_picture,
            in_reply_to_text=known.get((one.channel_id, one.in_reply_to), ""),
        )
        for one in messages
    ]


def reading_of(message: Message) -> Reading | None:
    """Return what is believed of a message."""
    found: Reading | None = Reading.objects.of(message.brand_id).filter(message=message).first()
    return found


def translator_of(brand: Brand) -> Described | None:
    """Return who may translate what this brand receives, as the head of the desk chose; None for nobody."""
    if not brand.translator:
        return None
    return Described(brand.translator, brand.translator_name, brand.translator_host)
