"""A message translated by what the head of the desk chose, whether a page asks or a program."""

from nestor.inbox.models import Conversation, Message
from nestor.routing.reads.standings import is_any_sealed
from nestor.triage.models import Reading
from nestor.triage.rules.translation import MOST_TEXT, source_of
from nestor.triage.translators.asking import translate
from nestor.triage.translators.contract import CannotTranslate, Described, Why


def translated(conversation: Conversation, message: Message, reading: Reading, chosen: Described, language: str) -> str:
    """Return the translation; raise `CannotTranslate`. What is sealed, and all around it, stays on this machine."""
    if chosen.host and is_any_sealed(conversation):
        raise CannotTranslate(Why.SEALED)
    return translate(chosen, message.text[:MOST_TEXT], source_of(reading.language), language)
