"""A desk full of messages: written texts in Zipf's order of people and threads, read and routed as the desk would."""

import json
import os
import random
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nestor.config.settings")
django.setup()

from django.utils import timezone  # noqa: E402  settings come from the environment the parent made

from nestor.brands.actions import connect_channel, found_brand  # noqa: E402
from nestor.brands.models import Brand, Channel  # noqa: E402
from nestor.config.places import CORPORA  # noqa: E402
from nestor.config.prepare import prepare  # noqa: E402
from nestor.inbox.models import Conversation, Message  # noqa: E402
from nestor.networks.contract import Account  # noqa: E402
from nestor.people.actions import add_user, give_role  # noqa: E402
from nestor.people.models import Identity, Member  # noqa: E402
from nestor.routing.actions.standing import recount  # noqa: E402
from nestor.routing.models import Route  # noqa: E402
from nestor.routing.reads.views import facts_of  # noqa: E402
from nestor.routing.rules import OWED  # noqa: E402
from nestor.triage.models import Reading  # noqa: E402
from nestor.triage.reads import reader  # noqa: E402
from nestor.triage.rules.contract import MessageText  # noqa: E402
from nestor.triage.training.corpus import read_rows  # noqa: E402
from nestor.vocabulary import Lane, Language, Role, new_id, new_public_id  # noqa: E402
from nestor.work.actions.many import write_rows  # noqa: E402
from nestor.work.rules.words import search_text  # noqa: E402

PASSWORD = "correct horse battery staple"
PER_CONVERSATION = 5
CHANNELS = 6
OPEN_SHARE = 0.02  # of conversations; a desk that answers keeps few open
CHUNK = 2000
DAYS = 365


@dataclass(frozen=True, slots=True)
class Written:
    """One conversation as rows to write."""

    conversation: dict[str, Any]
    messages: list[dict[str, Any]]
    readings: list[dict[str, Any]]
    route: dict[str, Any]


def texts() -> list[tuple[str, dict[str, Any]]]:
    """Return the corpora's messages, each with its reading as columns."""
    rows = [row.message.text for language in (Language.FR, Language.EN) for row in read_rows(CORPORA, language)]
    found = []
    for text, reading in zip(rows, reader().read_many(map(MessageText, rows)), strict=True):
        columns = {
            "language": reading.language.value,
            "lane": reading.lane.value,
            "lanes": {lane.value: round(share, 4) for lane, share in reading.lanes.items()},
            "tone": reading.tone.value,
            "harm_level": reading.harm_level,
            "urgency": int(reading.urgency),
            "is_unsure": reading.unsure,
            "model": reading.model,
        }
        found.append((text, columns))
    return found


def found_desk(now: datetime) -> tuple[Brand, list[Channel]]:
    """Found a brand with its team and channels."""
    brand = found_brand("Banc d’essai", "bench", now - timedelta(days=DAYS + 10))
    for name, role in (("Alice", Role.HEAD), ("Bob", Role.AGENT)):
        give_role(brand, add_user(f"{name.lower()}@nestor.example", name, PASSWORD, now), role, now, actor_id=None)
    channels = [
        connect_channel(
            brand,
            "practice",
            Account(f"desk-{number}", f"@desk{number}", f"Compte {number}"),
            now - timedelta(days=DAYS + 10),
            settings={"url": "http://127.0.0.1:1", "place": "square"},
            secrets={"token": "none"},
        )
        for number in range(CHANNELS)
    ]
    Channel.objects.of(brand).update(is_connected=False)
    return brand, channels


class Stocker:
    """Writes conversations in chunks, oldest first."""

    def __init__(self, brand: Brand, channels: list[Channel], messages: int, now: datetime) -> None:
        self._brand, self._channels, self._now = brand, channels, now
        self._messages = messages
        self._luck = random.Random(7)
        self._texts = texts()
        self._people: list[tuple[int, int]] = []  # member, identity
        self._openers = max(1, messages // 8)

    def run(self) -> None:
        """Write everything."""
        self._write_people()
        conversations = self._messages // PER_CONVERSATION
        step = timedelta(days=DAYS) / max(1, conversations)
        for start in range(0, conversations, CHUNK // PER_CONVERSATION):
            stop = min(conversations, start + CHUNK // PER_CONVERSATION)
            self._write(start, stop, step)
            if sys.stderr.isatty() or start % 20_000 == 0:
                print(f"{stop * PER_CONVERSATION:>9,} of {self._messages:,} messages", file=sys.stderr, flush=True)

    def _write_people(self) -> None:
        for start in range(0, self._openers, CHUNK):
            numbers = range(start, min(self._openers, start + CHUNK))
            members = [
                {
                    "id": new_id(),
                    "brand_id": self._brand.pk,
                    "name": f"Personne {number}",
                    "first_seen_at": self._now,
                    "last_seen_at": self._now,
                    "heard_at": self._now,
                    "search_text": f"personne {number}",
                }
                for number in numbers
            ]
            identities = [
                {
                    "id": new_id(),
                    "brand_id": self._brand.pk,
                    "member_id": member["id"],
                    "network": "practice",
                    "network_id": f"p{number}",
                    "handle": f"@p{number}",
                    "name": member["name"],
                }
                for number, member in zip(numbers, members, strict=True)
            ]
            write_rows(Member, members)
            write_rows(Identity, identities)
            self._people += [(one["member_id"], one["id"]) for one in identities]

    def _write(self, start: int, stop: int, step: timedelta) -> None:
        conversations, messages, readings, routes = [], [], [], []
        for number in range(start, stop):
            at = self._now - timedelta(days=DAYS) + step * number
            made = self._conversation(number, at)
            conversations.append(made.conversation)
            messages += made.messages
            readings += made.readings
            routes.append(made.route)
        write_rows(Conversation, conversations)
        write_rows(Message, messages)
        write_rows(Reading, readings)
        write_rows(Route, routes)
        recount(self._brand.pk, [(None, facts_of(row)) for row in routes])

    def _conversation(self, number: int, at: datetime) -> Written:
        luck, fixed = self._luck, {"brand_id": self._brand.pk}
        member, identity = self._people[min(len(self._people) - 1, int(luck.paretovariate(0.6)) - 1)]
        channel = self._channels[min(CHANNELS - 1, int(luck.paretovariate(1.0)) - 1)]
        conversation_id = new_id()
        placed = fixed | {"channel_id": channel.pk, "kind": "comment"}
        said, read = [], []
        for turn in range(PER_CONVERSATION):
            text, reading = luck.choice(self._texts)
            said.append(
                placed
                | {"id": new_id(), "conversation_id": conversation_id, "network_id": f"m{number}-{turn}"}
                | self._words(f"{text} CMD-{luck.randrange(10**7):07d}", at + timedelta(minutes=7 * turn))
                | {"is_ours": turn in (1, 3), "identity_id": None if turn in (1, 3) else identity}
            )
            if turn not in (1, 3):
                read.append(reading | fixed | {"message_id": said[-1]["id"], "read_at": said[-1]["published_at"]})
        route = placed | {"id": new_id(), "conversation_id": conversation_id, "label_ids": [], "assignee_id": None}
        route |= self._standing(read[-1], said[-1])
        conversation = placed | {
            "id": conversation_id,
            "public_id": new_public_id(),
            "thread_id": f"t{number}",
            "member_id": member,
            "started_at": at,
            "last_at": said[-1]["published_at"],
        }
        return Written(conversation, said, read, route)

    def _words(self, text: str, at: datetime) -> dict[str, Any]:
        return {"text": text, "published_at": at, "arrived_at": at, "shown_at": at, "search_text": search_text(text)}

    def _standing(self, read: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
        is_open, at = self._luck.random() < OPEN_SHARE, last["published_at"]
        is_owed = Lane(read["lane"]) in OWED
        kept = ("language", "lane", "tone", "urgency", "harm_level", "is_unsure")
        return {name: read[name] for name in kept} | {
            "is_sealed": False,
            "is_open": is_open,
            "snoozed_until": None,
            "last_message_id": last["id"],
            "last_at": at,
            "clock_started_at": at if is_owed else None,
            "clock_due_at": at + timedelta(hours=4) if is_owed else None,
            "clock_stopped_at": None if is_open else at,
        }


def main() -> None:
    """Stock one desk: `python -m bench.inbox.stock MESSAGES`; prints what the other parts need as JSON."""
    prepare()
    now = timezone.now()
    brand, channels = found_desk(now)
    Stocker(brand, channels, int(sys.argv[1]), now).run()
    print(json.dumps({"brand": brand.pk}))


if __name__ == "__main__":
    main()
