"""A whole worker killed at any line, with either carrier, while messages arrive and answers leave."""

import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import connections
from django.utils import timezone

from nestor.inbox.models import Message
from nestor.publisher import actions
from nestor.publisher.models import Delivery
from nestor.publisher.rules import State
from nestor.routing.models import OpenCount, Route
from nestor.triage.models import Reading
from nestor.work.carriers import carrier
from nestor.work.models import Wakeup
from tests.crash.killer import NEVER, fork, reap
from tests.crash.stage import PLACES, SharedClock, Stage, plant_question

LINES = 60_000  # a worker's life, in lines of our own code: about a dozen messages and answers
LEAP = 75.0
RESTING = 10  # looks that show no change: then what is left waits for its time
PATIENCE = 900.0  # seconds until a worker that is left alone has done everything; a machine may be busy


@dataclass
class Ledger:
    """What went in, to be found again at the end."""

    said: list[str] = field(default_factory=list)
    deliveries: list[int] = field(default_factory=list)
    kills: int = 0


class Workshop:
    """Workers of one carrier that die and are replaced."""

    def __init__(self, stage: Stage, clock: SharedClock, seed: int) -> None:
        self._stage = stage
        self._clock = clock
        self._luck = random.Random(f"workshop {seed}")
        self._seed = seed
        self.ledger = Ledger()

    def kill_many(self, kills: int) -> None:
        """Let that many workers die at work, then one live until nothing is left to do."""
        for number in range(kills):
            self._give_work(number)
            child = fork(self._work, self._luck.randrange(1, LINES), signal.SIGKILL)
            reap(child, within=20)
            self.ledger.kills += 1
            self._clock.pass_(LEAP)
        self._finish()

    def _give_work(self, number: int) -> None:
        for place in PLACES:
            unique = self._seed * 100_000 + number
            account = self._stage.accounts[place]
            text = f"Bonjour, question {unique} : à quelle heure part le train ?"
            self.ledger.said.append(
                self._stage.server.admin.say(place, text, by=f"eve-{unique}", to=account.account_id)
            )
            conversation = plant_question(self._stage, place, unique)
            key, answer = f"workshop {unique} {place}", f"Réponse {unique} de l’atelier."
            shown = frozenset({"same_text"})
            done = actions.send_answer(self._stage.seat, conversation, answer, self._clock(), key=key, shown=shown)
            if done.delivery is None:
                raise AssertionError([finding.id for finding in done.findings])
            self.ledger.deliveries.append(done.delivery.pk)

    def _work(self, stop: threading.Event | None = None) -> None:
        timezone.now = self._clock
        carrier().run(stop or threading.Event(), threads=2)

    def _finish(self) -> None:
        """Let a last worker live until everything is done or its time is over."""
        child = fork(self._work, NEVER)
        deadline, before, unchanged = time.monotonic() + PATIENCE, self.sins(), 0
        while before and time.monotonic() < deadline:
            # A lease must stay longer than its work takes on a busy machine; what is put off for minutes is come to.
            self._clock.pass_(1 if unchanged < RESTING else LEAP)
            time.sleep(0.3)
            now = self.sins()
            before, unchanged = now, (unchanged + 1 if now == before else 0)
        connections.close_all()
        reap(child, within=0)

    def sins(self) -> Counter[str]:
        """Return what is lost or doubled, by kind; empty is innocence."""
        brand, found = self._stage.brand, Counter[str]()
        known = set(Message.objects.of(brand).filter(is_ours=False).values_list("network_id", flat=True))
        found["messages lost"] = len(set(self.ledger.said) - known)
        outside = Message.objects.of(brand).filter(is_ours=False)
        found["messages not read"] = outside.filter(network_id__in=self.ledger.said, shown_at__isnull=True).count()
        read = Reading.objects.of(brand).filter(message__network_id__in=self.ledger.said).count()
        found["readings missing"] = len(self.ledger.said) - read
        routed = Route.objects.of(brand).filter(conversation__thread_id__in=self.ledger.said).count()
        found["not routed"] = len(self.ledger.said) - routed
        found["events owed"] = Wakeup.objects.count()
        counted = sum(OpenCount.objects.of(brand).filter(facet="lane").values_list("count", flat=True))
        found["counters wrong"] = abs(counted - Route.objects.of(brand).filter(is_open=True).count())
        found.update(self._delivery_sins())
        return +found

    def _delivery_sins(self) -> Counter[str]:
        found = Counter[str]()
        accepted = Counter(
            one.text
            for one in self._stage.server.testimonies()
            if one.verb == "send" and one.outcome == "accepted" and one.text.startswith("Réponse")
        )
        per_text = Counter[str]()
        for row in Delivery.objects.of(self._stage.brand).filter(pk__in=self.ledger.deliveries):
            per_text[row.text] += 1
            asks = row.state == State.UNCONFIRMED and row.due_at is None
            found["deliveries not settled"] += row.state != State.SENT and not asks
        for text, wanted in per_text.items():
            found["sent twice"] += max(0, accepted[text] - wanted)
        return found
