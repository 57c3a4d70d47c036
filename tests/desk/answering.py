"""Answering a question on the practice network, and letting the desk attend to it."""

from datetime import datetime

from nestor.inbox.models import Conversation
from nestor.people.reads import Seat
from nestor.publisher.actions import Answered, send_answer
from nestor.publisher.actions.sending import attend
from nestor.publisher.models import Delivery
from nestor.publisher.reads import due_deliveries
from tests.desk.conftest import Clock

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
ANSWER = "Bonjour, la gare ouvre à 8 h."
REPLY = {
    "name": "Guichet",
    "language": "fr",
    "shortcut": "guichet",
    "text": "Bonjour {membre}, ouvert à 6 h.",
}


def answer(
    seat: Seat,
    conversation: Conversation,
    text: str,
    now: datetime,
    *,
    key: str = "k",
    shown: frozenset[str] = frozenset(),
) -> Answered:
    return send_answer(seat, conversation, text, now, key=key, shown=shown)


def sent(seat: Seat, conversation: Conversation, now: datetime, *, key: str = "k", text: str = ANSWER) -> Delivery:
    done = answer(seat, conversation, text, now, key=key)
    assert done.delivery is not None, [finding.id for finding in done.findings]
    return done.delivery


def attend_due(clock: Clock) -> None:
    for row_id in list(due_deliveries(clock(), 10)):
        attend(row_id, clock)


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state
