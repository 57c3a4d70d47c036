"""Two people act on one conversation at once, in every pair of deeds: it is as if one had come after the other.

Each pair is tried three times: at once, one first, and the other first. What the first try ends in must equal what one
of the others ends in: then nobody's work was lost, and whoever came second was told what was true by then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import pytest

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Author
from nestor.people.reads import Seat
from nestor.publisher.actions import send_answer
from nestor.publisher.models import Delivery
from nestor.routing import actions
from nestor.routing.actions.labels import put_label, snooze, take_label, wake
from nestor.routing.actions.merging import merge_conversations, split_conversation
from nestor.routing.actions.views import make_label
from nestor.routing.models import ConversationLabel, Label, OpenCount, Route
from nestor.triage.actions import correct_reading
from nestor.vocabulary import Lane
from nestor.work.models import JournalEntry
from tests.desk.at_once import at_once
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
NOW = NOON + timedelta(hours=1)
LATER = NOON + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scene:
    """One conversation of two messages, another it could be joined with, and two labels, one of them on it."""

    cast: Cast
    conversation: Conversation
    other: Conversation
    on: Label
    off: Label

    def message(self, place: int) -> Message:
        """Return the first or the second message, wherever it is by now."""
        rows = Message.objects.of(self.cast.brand).select_related("conversation")
        found: Message = rows.get(network_id=f"m{self.conversation.thread_id[1:]}{'ab'[place]}")
        return found


def answers(scene: Scene, seat: Seat, key: str) -> bool:
    """Submit an answer; True if it was taken."""
    return send_answer(seat, scene.conversation, "À 8 h.", NOW, key=key).delivery is not None


Deed = Callable[[Scene, Seat, str], Any]
DEEDS: dict[str, Deed] = {
    "take": lambda scene, seat, _key: actions.take_conversation(seat, scene.conversation, NOW),
    "hand_over": lambda scene, seat, _key: actions.hand_over(seat, scene.conversation, scene.cast.alice.user, NOW),
    "give_back": lambda scene, seat, _key: actions.hand_over(seat, scene.conversation, None, NOW),
    "resolve": lambda scene, seat, _key: actions.resolve_conversation(seat, scene.conversation, NOW),
    "reopen": lambda scene, seat, _key: actions.reopen_conversation(seat, scene.conversation, NOW),
    "snooze": lambda scene, seat, _key: snooze(seat, scene.conversation, LATER, NOW),
    "wake": lambda scene, seat, _key: wake(seat, scene.conversation, NOW),
    "label": lambda scene, seat, _key: put_label(seat, scene.conversation, scene.off, NOW),
    "unlabel": lambda scene, seat, _key: take_label(seat, scene.conversation, scene.on, NOW),
    "correct": lambda scene, seat, _key: correct_reading(seat, scene.message(1), Lane.PRESS, NOW),
    "answer": answers,
    "elsewhere": lambda scene, _seat, _key: actions.record_answer(scene.conversation, NOW, NOW, is_elsewhere=True),
    "merge": lambda scene, seat, _key: merge_conversations(seat, scene.other, scene.conversation, NOW),
    "split": lambda scene, seat, _key: split_conversation(seat, scene.message(1), NOW) is not None,
}
PAIRS = list(combinations_with_replacement(sorted(DEEDS), 2))


def stage(cast: Cast, settle: Settle) -> list[Scene]:
    """Return three scenes for each pair."""
    count = len(PAIRS) * 3
    arrivals = []
    for number in range(count):
        by = Author(f"a{number}", f"@a{number}")
        for part, thread, minutes in (("a", "t", 0), ("b", "t", 5), ("c", "u", 1)):
            arrivals.append(
                said(QUESTION, by=by, minutes=minutes, network_id=f"m{number}{part}", thread_id=f"{thread}{number}")
            )
    for start in range(0, len(arrivals), 300):
        take_in(cast.channel, batch(*arrivals[start : start + 300]), NOON)
    settle()
    labels = [make_label(cast.alice, name, NOON) for name in ("Mis", "À mettre")]
    on, off = (label for label in labels if label is not None)
    rows = Conversation.objects.of(cast.brand).select_related("channel")
    by_thread = {row.thread_id: row for row in rows}
    scenes = [Scene(cast, by_thread[f"t{number}"], by_thread[f"u{number}"], on, off) for number in range(count)]
    for scene in scenes:
        assert put_label(cast.alice, scene.conversation, on, NOON)
    return scenes


def standing(scene: Scene) -> dict[str, Any]:
    """Return all that the deeds can change, in words that do not depend on which conversation it is."""
    brand = scene.cast.brand
    names = {scene.conversation.pk: "it", scene.other.pk: "other"}
    of = {"it": scene.conversation, "other": scene.other}
    found: dict[str, Any] = {}
    for name, conversation in of.items():
        row = Route.objects.of(brand).filter(conversation=conversation).select_related("assignee").first()
        labels = ConversationLabel.objects.of(brand).filter(conversation=conversation)
        found[name] = row and (
            row.assignee.name if row.assignee else "",
            (row.is_open, row.lane, row.snoozed_until, row.answered_at, row.answered_elsewhere),
            (row.clock_started_at, row.clock_stopped_at, row.resolved_at),
            sorted(row.label_ids),
        )
        found[f"{name} labels"] = sorted(labels.values_list("label_id", flat=True))
    found["messages"] = [names.get(scene.message(place).conversation_id, "fresh") for place in (0, 1)]
    deliveries = Delivery.objects.of(brand).filter(conversation__in=of.values()).order_by("made_at", "id")
    found["deliveries"] = sorted((one.author.name, one.text) for one in deliveries.select_related("author"))
    lines = JournalEntry.objects.filter(
        brand_id=brand.pk, subject="inbox.Conversation", subject_id__in=[one.pk for one in of.values()]
    )
    found["journal"] = sorted(lines.exclude(verb="put_label", at=NOON).values_list("verb", "actor_id"))
    return found


@pytest.mark.slow
def test_every_pair_of_deeds_at_once_is_one_after_the_other(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    scenes = iter(stage(cast, settle))
    tried = []
    for one, other in PAIRS:
        three = [next(scenes) for _ in range(3)]
        first = [partial(DEEDS[one], scene, cast.bob, f"1{scene.conversation.pk}") for scene in three]
        second = [partial(DEEDS[other], scene, cast.sam, f"2{scene.conversation.pk}") for scene in three]
        results = [at_once(first[0], second[0])]
        results.append([first[1](), second[1]()])
        results.append([second[2](), first[2]()][::-1])
        tried.append((one, other, three, results))
    settle()
    wrong = []
    for one, other, three, results in tried:
        ends = [(results[place], standing(three[place])) for place in range(3)]
        if ends[0] not in ends[1:]:
            wrong.append((one, other, *ends))
    assert not wrong, [(one, other, [ends[0] for ends in tries]) for one, other, *tries in wrong]
    real = Route.objects.of(cast.brand).filter(is_open=True, snoozed_until__isnull=True)
    kept = OpenCount.objects.of(cast.brand).filter(facet="lane").values_list("value", "count")
    assert {lane: count for lane, count in kept if count} == {
        lane: real.filter(lane=lane).count() for lane in {row.lane for row in real}
    }
