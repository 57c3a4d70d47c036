"""The demo's community as a set to measure with, never to teach from: others wrote it, for another purpose."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from nestor.triage.rules.contract import MessageText
from nestor.triage.training.corpus import Labelled
from nestor.vocabulary import Harm, Lane, Language, MessageKind, Tone

_LATER = ("when_answered", "when_silent")
_HURTFUL = frozenset(map(str, Harm))


def community_rows(corpora: Path) -> Iterator[Labelled]:
    """Yield every message of every story that carries a lane, what people say later included."""
    for path in sorted((corpora / "community").glob("*/stories/*.yaml")):
        story = yaml.safe_load(path.read_text(encoding="utf-8"))
        for message in story.get("messages", ()):
            yield from _with_later(message, path.parent.parent.name)


def _with_later(message: dict[str, Any], world: str, kind: str = "mention") -> Iterator[Labelled]:
    kind = message.get("kind") or kind
    if message.get("lane") and message.get("by") != "brand":
        yield _labelled(message, world, kind)
    for key in _LATER:
        for later in message.get(key) or ():
            yield from _with_later(later, world, kind)


def _labelled(message: dict[str, Any], world: str, kind: str) -> Labelled:
    also = frozenset(map(str, message.get("also") or ()))
    kinds = frozenset(Harm(name) for name in also & _HURTFUL)
    has_picture = bool(message.get("image"))
    subject, text = message.get("subject") or "", message.get("text") or ""
    return Labelled(
        id=str(message.get("id", world)),
        message=MessageText(f"{subject}\n{text}".strip(), MessageKind(kind), has_picture=has_picture),
        language=Language(message["lang"]) if message.get("lang") in set(Language) else Language.UNKNOWN,
        sector=world,
        lane=Lane(message["lane"]),
        tone=Tone(message["tone"]) if message.get("tone") else None,
        harm_level=1 if kinds else 0,
        harm_kinds=kinds,
        urgency=int(message.get("urgency") or 0),
        also=also,
    )
