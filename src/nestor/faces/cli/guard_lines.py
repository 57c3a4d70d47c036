"""From one JSON line to a text about to go out, and from findings to one JSON line: the format in `docs/guard.md`."""

from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _
from typing import Any

from nestor.faces.cli.json_lines import BadLine, object_in
from nestor.guard.rules.catalogue import RULES
from nestor.guard.rules.contract import (
    AnsweredMessage,
    BrandSettings,
    Finding,
    Level,
    Outgoing,
    Verdict,
    check,
    verdict,
)
from nestor.guard.rules.known_limits import KNOWN_LIMITS
from nestor.guard.wording import msgid_of
from nestor.vocabulary import MessageKind

_TONES = ("brand", "institution", "person")
_READ_HERE = frozenset(
    (
        *("reply_to", "account_tone", "public_numbers", "public_addresses", "image", "now"),
        *("subject", "language", "kind", "earlier_answers", "brand"),
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One line: its id, the text, and the parts of the context that no rule reads yet."""

    id: str | int | None
    outgoing: Outgoing
    unread: tuple[str, ...] = ()


def asked_in(raw: bytes | None, own_numbers: tuple[str, ...] = (), own_addresses: tuple[str, ...] = ()) -> Asked:
    """Return what one line asks; BadLine with a code when it cannot be read."""
    row = object_in(raw)
    if not isinstance(row.get("text"), str):
        raise BadLine("no_text")
    name = row.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int | None):
        raise BadLine("bad_id")
    network = row.get("network") or "none"
    if not isinstance(network, str) or (network != "none" and network not in KNOWN_LIMITS):
        raise BadLine("bad_network")
    context = row.get("context")
    if not isinstance(context, dict | None):
        raise BadLine("bad_context")
    context = context or {}
    outgoing = _outgoing(row["text"], network, context)
    outgoing = replace(
        outgoing,
        own_numbers=outgoing.own_numbers + own_numbers,
        own_addresses=outgoing.own_addresses + own_addresses,
    )
    return Asked(name, outgoing, tuple(sorted(key for key in context if key not in _READ_HERE)))


def _outgoing(text: str, network: str, context: dict[str, Any]) -> Outgoing:
    reply_to = _answered(context.get("reply_to"))
    tone = _text(context, "account_tone") or "brand"
    if tone not in _TONES:
        raise BadLine("bad_account_tone")
    return Outgoing(
        text=text,
        network="" if network == "none" else network,
        kind=_kind(context, network),
        is_post=reply_to is None and network != "email" and "kind" not in context,
        subject=_text(context, "subject"),
        limits=KNOWN_LIMITS.get(network),
        reply_to=reply_to,
        account_tone="institution" if tone == "institution" else "person" if tone == "person" else "brand",
        own_numbers=_texts(context, "public_numbers"),
        own_addresses=_texts(context, "public_addresses"),
        image_alts=_alts(context.get("image")),
        language=_text(context, "language"),
        earlier_answers=_texts(context, "earlier_answers"),
        now=_moment(context),
    )


def _text(context: dict[str, Any], key: str) -> str:
    value = context.get(key)
    if value is not None and not isinstance(value, str):
        raise BadLine(f"bad_{key}")
    return value or ""


def _texts(context: dict[str, Any], key: str) -> tuple[str, ...]:
    value = context.get(key)
    if isinstance(value, str):
        value = [value]
    if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise BadLine(f"bad_{key}")
    return tuple(value or ())


def _kind(context: dict[str, Any], network: str) -> MessageKind:
    value = _text(context, "kind")
    try:
        return MessageKind(value) if value else MessageKind.MAIL if network == "email" else MessageKind.COMMENT
    except ValueError:
        raise BadLine("bad_kind") from None


def _answered(value: Any) -> AnsweredMessage | None:
    """Return the message answered: a text, or an object with `text` and `author`."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return AnsweredMessage(value)
    if not isinstance(value, dict):
        raise BadLine("bad_reply_to")
    return AnsweredMessage(_text(value, "text"), _text(value, "author"))


def _alts(value: Any) -> tuple[str, ...]:
    images = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(image, dict) for image in images):
        raise BadLine("bad_image")
    return tuple(_text(image, "alt") for image in images)


def _moment(context: dict[str, Any]) -> datetime | None:
    value = _text(context, "now")
    try:
        return datetime.fromisoformat(value) if value else None
    except ValueError:
        raise BadLine("bad_now") from None


def judged(asked: Asked, settings: BrandSettings) -> dict[str, Any]:
    """Return what is written for one line: id, verdict (absolute is a stop), findings, and what no rule read."""
    findings = check(asked.outgoing, RULES, settings)
    final = verdict(findings)
    row: dict[str, Any] = {
        "id": asked.id,
        "verdict": Verdict.STOP.value if final is Verdict.ABSOLUTE else final.value,
        "findings": [_shown(finding, asked.outgoing) for finding in findings],
    }
    return row | ({"unread": list(asked.unread)} if asked.unread else {})


def _shown(finding: Finding, outgoing: Outgoing) -> dict[str, Any]:
    part = _part(finding.where, outgoing)
    return {
        "id": finding.id,
        "rule": finding.rule,
        "family": finding.family.value,
        "level": finding.level.value,
        "can_be_cleared": finding.level is not Level.ABSOLUTE,
        "where": finding.where,
        "spans": [list(span) for span in finding.spans],
        "words": [part[start:end] for start, end in finding.spans],
        "reason": _(msgid_of(finding.id, finding.family)).format(**finding.params),
        "fix": [[one.start, one.end, one.text] for one in finding.fix] if finding.fix is not None else None,
        "source": finding.source,
    }


def _part(where: str, outgoing: Outgoing) -> str:
    if where == "subject":
        return outgoing.subject
    return outgoing.image_alts[int(where.removeprefix("alt"))] if where.startswith("alt") else outgoing.text
