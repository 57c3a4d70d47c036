"""Messages that arrive while people work: so many a second, taken in as a channel's reading takes them in.

`python -m bench.inbox.arrivals MESSAGES RATE` takes them in at that rate; RATE 0 takes them in at once, reads and
routes them in this one process, and tells how long each stage took. Says JSON at the end.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
django.setup()

from django.utils import timezone  # noqa: E402  settings come from the environment the parent made

from nestor.brands.models import Channel  # noqa: E402
from nestor.config.places import CORPORA  # noqa: E402
from nestor.inbox.actions import take_in  # noqa: E402
from nestor.networks.contract import Arrival, Author, Batch  # noqa: E402
from nestor.triage.models import Reading  # noqa: E402
from nestor.triage.reads import reader  # noqa: E402
from nestor.triage.training.corpus import read_rows  # noqa: E402
from nestor.vocabulary import Language, MessageKind, new_public_id  # noqa: E402
from nestor.work.jobs import Sweep, look, work_until_idle  # noqa: E402
from nestor.work.rules import Pointer  # noqa: E402

BATCH = 500  # messages of one reading of a channel
PER_SECOND = 10  # batches, when they trickle
_BENCH = "a bench: there is one brand"


def arrivals(many: int) -> Iterator[Arrival]:
    """Yield messages nobody has seen: written texts, five to a thread, people who write again."""
    luck, run, now = random.Random(5), new_public_id(), timezone.now()
    texts = [row.message.text for language in (Language.FR, Language.EN) for row in read_rows(CORPORA, language)]
    for number in range(many):
        person = luck.randrange(max(1, many // 8))
        yield Arrival(
            network_id=f"{run}-{number}",
            kind=MessageKind.COMMENT,
            thread_id=f"{run}-t{luck.randrange(max(1, many // 5))}",
            author=Author(f"p{person}", f"@p{person}", f"Personne {person}"),
            text=f"{luck.choice(texts)} CMD-{luck.randrange(10**7):07d}",
            published_at=now - timedelta(seconds=(many - number) / 100),
            payload="{}",
        )


def at_once(channel: Channel, coming: list[Arrival]) -> dict[str, Any]:
    """Take everything in, reading and routing beside it; return messages a second, by the clock and the processor.

    The sweep asks each job as often as it does in the life of a desk; whatever is left at the end is done at once.
    """
    reader()  # loaded once in the life of a process
    pointers: list[Pointer] = []
    sweep = Sweep(pointers.append)
    before = Reading.objects.across_brands(_BENCH).count()
    wall, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(coming), BATCH):
        take_in(channel, Batch(arrivals=tuple(coming[start : start + BATCH])), timezone.now())
        sweep.once()
        while pointers:
            pointer = pointers.pop()
            look(pointer, timezone.now())
            sweep.done(pointer)
    work_until_idle()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    read = Reading.objects.across_brands(_BENCH).count() - before
    return {"wall": round(len(coming) / wall), "cpu": round(len(coming) / cpu), "read": read, "messages": len(coming)}


def trickling(channel: Channel, coming: list[Arrival], rate: int) -> dict[str, Any]:
    """Take so many in a second; return how many, and how late the last one was."""
    size, begun = max(1, rate // PER_SECOND), time.monotonic()
    for start in range(0, len(coming), size):
        ahead = begun + start / rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        take_in(channel, Batch(arrivals=tuple(coming[start : start + size])), timezone.now())
    return {"messages": len(coming), "late": round(time.monotonic() - begun - len(coming) / rate, 1)}


def main() -> None:
    """Take in."""
    many, rate = int(sys.argv[1]), int(sys.argv[2])
    channel = Channel.objects.across_brands(_BENCH).order_by("id")[0]
    coming = list(arrivals(many))
    print(json.dumps(trickling(channel, coming, rate) if rate else at_once(channel, coming)), flush=True)


if __name__ == "__main__":
    main()
