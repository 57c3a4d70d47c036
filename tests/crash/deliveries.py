"""One delivery, one failure of the network, one death of its sender; then what became of it, by the witness's word."""

import itertools
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from nestor.brands.reads import limits_as_stored
from nestor.composer.actions.files import attach_files
from nestor.inbox.models import Conversation
from nestor.media.actions import Given
from nestor.media.models import File
from nestor.networks.practice.admin import Mode
from nestor.networks.practice.limits import WRITTEN
from nestor.publisher import actions
from nestor.publisher.actions.sending import attend
from nestor.publisher.models import Delivery
from nestor.publisher.reads import due_deliveries
from nestor.publisher.rules import State
from tests.crash.killer import count_lines, fork, reap, until_frozen
from tests.crash.stage import PLACES, TOTAL_FOR, SharedClock, Stage, plant_question
from tests.desk.pictures import picture

# Every way the network can fail while something is sent to it; None is a good day.
MODES: tuple[Mode | None, ...] = (
    None,
    Mode.HANG_BEFORE,
    Mode.HANG_AFTER,
    Mode.CLOSE_BEFORE,
    Mode.CLOSE_AFTER,
    Mode.ERROR_BEFORE,
    Mode.ERROR_AFTER,
    Mode.REFUSE,
    Mode.LIMIT,
    Mode.DEAD_TOKEN,
    Mode.MALFORMED,
    Mode.ACCEPT_LATE,
    Mode.STALE,
    Mode.SKEW,
)
SETTINGS: dict[Mode, dict[str, Any]] = {
    Mode.LIMIT: {"seconds": 1},
    Mode.ACCEPT_LATE: {"seconds": TOTAL_FOR + 0.2},
    Mode.STALE: {"seconds": 1},
    Mode.SKEW: {"seconds": -300},
}
LATE = frozenset({Mode.ACCEPT_LATE, Mode.STALE})
ROUNDS = 40  # sweeps a delivery may need until it is settled or asks a person
LEAP = 75.0  # seconds that pass between two of them: more than a lease
LENGTHS: dict[tuple[str, Mode | None, bool], int] = {}  # lines sending takes, rehearsed once in a process


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one delivery."""

    seed: int
    place: str
    mode: Mode | None
    is_frozen: bool  # SIGSTOP beyond the lease, then SIGCONT; otherwise SIGKILL
    share: float  # how far into the work

    @property
    def is_pictured(self) -> bool:
        """Return whether a picture goes along: every other time, where the place takes any."""
        return bool(WRITTEN[self.place].media_types) and self.seed % 2 == 1


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of it. `verdict`: well, asked (a person had to decide), or one of the sins."""

    plan: Plan
    verdict: str
    state: str
    copies: int


def plans(count: int, seed: int) -> Iterator[Plan]:
    """Yield plans that go through every place and mode in turn; the rest is drawn from the seed."""
    luck = random.Random(seed)
    turns = itertools.cycle(itertools.product(PLACES, MODES))
    for number, (place, mode) in zip(range(count), turns, strict=False):
        yield Plan(seed * 1_000_000 + number, place, mode, luck.random() < 0.25, luck.random())


class Theatre:
    """Plays plans on a stage."""

    def __init__(self, stage: Stage, clock: SharedClock) -> None:
        self._stage = stage
        self._clock = clock

    def play(self, plan: Plan) -> Fate:
        """Play one plan to its end and judge it."""
        admin = self._stage.server.admin
        length = self._length(plan)
        delivery = self._write(plan, "the play")
        self._break(plan)
        line = 1 + int(plan.share * length)
        child = fork(lambda: attend(delivery.pk, self._clock), line, self._trigger(plan))
        if plan.is_frozen and until_frozen(child):
            # Frozen for longer than a call may live, by the wall's clock too: sockets know nothing of ours.
            time.sleep(TOTAL_FOR + 0.5)
            self._recover(plan, delivery)
            if self._judge(plan, delivery).verdict == "asked":  # a person decides while the sender still sleeps
                self._decide(plan, delivery)
            os.kill(child, signal.SIGCONT)
            reap(child)
        elif not plan.is_frozen:
            reap(child)
        self._recover(plan, delivery)
        admin.mend()
        self._recover(plan, delivery)
        fate = self._judge(plan, delivery)
        if fate.verdict != "asked":
            return fate
        self._decide(plan, delivery)
        again = self._judge(plan, delivery)
        return replace(again, verdict="asked") if again.verdict == "well" else again

    def _trigger(self, plan: Plan) -> signal.Signals:
        return signal.SIGSTOP if plan.is_frozen else signal.SIGKILL

    def _length(self, plan: Plan) -> int:
        """Return how many lines sending takes in this mode, measured once."""
        key = (plan.place, plan.mode, plan.is_pictured)
        if key not in LENGTHS:
            delivery = self._write(plan, "the rehearsal")
            self._break(plan)
            LENGTHS[key] = count_lines(lambda: attend(delivery.pk, self._clock))
            self._stage.server.admin.mend()
        return LENGTHS[key]

    def _write(self, plan: Plan, of_what: str) -> Delivery:
        conversation = plant_question(self._stage, plan.place, plan.seed)
        text = f"Réponse {plan.seed} de {of_what}."
        files = self._attach(conversation) if plan.is_pictured else ()
        done = actions.send_answer(
            self._stage.seat,
            conversation,
            text,
            self._clock(),
            key=f"{plan.seed} {of_what}",
            shown=frozenset({"same_text"}),
            files=[file.public_id for file in files],
        )
        if done.delivery is None:
            raise AssertionError(f"the guard stopped the play: {[finding.id for finding in done.findings]}")
        return done.delivery

    def _attach(self, conversation: Conversation) -> tuple[File, ...]:
        """Attach a picture, its limits as this place's connector writes them down."""
        channel = conversation.channel
        channel.limits = {conversation.kind: limits_as_stored(WRITTEN[channel.settings["place"]])}
        channel.save(update_fields=["limits"])
        done = attach_files(self._stage.seat, conversation, [Given("a.png", picture("PNG"), "La gare")], self._clock())
        if done is None or not done.kept:
            raise AssertionError("nothing was attached")
        return done.kept

    def _is_bare(self, plan: Plan, delivery: Delivery) -> bool:
        """Return whether a copy stands on the network without the picture that was to go along."""
        there = [one for one in self._stage.server.admin.items(plan.place) if one["text"] == delivery.text]
        return any(len(json.loads(one["images"])) != plan.is_pictured for one in there)

    def _break(self, plan: Plan) -> None:
        if plan.mode is None:
            return
        verb = {Mode.STALE: "read", Mode.SKEW: "any"}.get(plan.mode, "send")
        count = None if plan.mode in (Mode.STALE, Mode.SKEW) else 1
        self._stage.server.admin.break_it(
            plan.mode,
            place=plan.place,
            verb=verb,
            count=count,
            seed=plan.seed % 1_000_000,
            **SETTINGS.get(plan.mode, {}),
        )

    def _recover(self, plan: Plan, delivery: Delivery) -> None:
        """Do what the sweep of a living desk does, until the delivery is settled or asks a person."""
        tries = delivery.tries
        for _ in range(ROUNDS):
            self._clock.pass_(LEAP)
            for row_id in due_deliveries(self._clock(), 100):
                attend(row_id, self._clock)
            delivery.refresh_from_db()
            if delivery.tries != tries and plan.mode in LATE:
                tries = delivery.tries
                time.sleep(TOTAL_FOR + 0.5)  # what the network does late happens in its own time, not in ours
            is_asking = delivery.state == State.UNCONFIRMED and delivery.due_at is None
            if is_asking or delivery.state not in (State.WAITING, State.SENDING, State.UNCONFIRMED):
                return

    def _copies(self, delivery: Delivery) -> int:
        return sum(
            one.verb == "send" and one.outcome == "accepted" and one.text == delivery.text
            for one in self._stage.server.testimonies()
        )

    def _judge(self, plan: Plan, delivery: Delivery) -> Fate:
        delivery.refresh_from_db()
        copies, state = self._copies(delivery), delivery.state
        verdict = "well"
        if copies > 1:
            verdict = "twice"
        elif copies and self._is_bare(plan, delivery):
            verdict = "without its picture"
        elif state == State.SENT and copies == 0:
            verdict = "shown as sent and not there"
        elif state in (State.REFUSED, State.CANCELLED, State.LATE) and copies:
            verdict = "shown as not sent and there"
        elif state in (State.WAITING, State.SENDING):
            verdict = "lost"
        elif state == State.UNCONFIRMED:
            verdict = "asked" if delivery.due_at is None else "lost"
        return Fate(plan, verdict, state, copies)

    def _decide(self, plan: Plan, delivery: Delivery) -> None:
        """Decide as a person with the network open beside the desk does."""
        if self._copies(delivery):
            actions.declare_sent(self._stage.seat, delivery, "", self._clock())
        else:
            actions.send_again(self._stage.seat, delivery, self._clock())
            self._recover(plan, delivery)


def tally(fates: list[Fate]) -> Counter[str]:
    """Return how many came to which end."""
    return Counter(fate.verdict for fate in fates)
