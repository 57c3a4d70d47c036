"""`nestor triage`: what the desk makes of messages, JSON Lines in, JSON Lines out. Needs no database."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from nestor.config.environment import Environment
from nestor.faces.cli.errors import CommandFailed, Exit
from nestor.triage.rules.contract import MessageText, Reading, Span
from nestor.triage.rules.reader import OwnReader
from nestor.vocabulary import Language, MessageKind

LONGEST_LINE = 16 * 1024 * 1024
_BATCH = 512
_TOLD_EVERY = 5_000
Word = TypeVar("Word", Language, MessageKind)
_BRAND = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class BadLine(Exception):
    """A line that cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """One line: its number, its id, and the message, or the code of what is wrong with it."""

    line: int
    id: str | int | None
    message: MessageText | None
    error: str = ""


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield line numbers from 1 and lines; None where one is longer than LONGEST_LINE bytes."""
    number = 0
    while raw := source.readline(LONGEST_LINE):
        number += 1
        cut = len(raw) == LONGEST_LINE and not raw.endswith(b"\n")
        while cut and (rest := source.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            continue
        yield number, None if cut else raw


def _text_of(row: dict[str, Any], key: str, code: str) -> str:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise BadLine(code)
    return value or ""


def _one_of(row: dict[str, Any], key: str, words: type[Word], code: str) -> Word | None:
    value = _text_of(row, key, code)
    try:
        return words(value) if value else None
    except ValueError:
        raise BadLine(code) from None


def parsed(raw: bytes | None) -> tuple[str | int | None, MessageText]:
    """Return id and message of one line; BadLine with a code when it is not a message."""
    if raw is None:
        raise BadLine("too_long")
    try:
        row = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadLine("not_utf8") from None
    except (ValueError, RecursionError):
        raise BadLine("not_json") from None
    if not isinstance(row, dict):
        raise BadLine("not_an_object")
    if not isinstance(row.get("text"), str):
        raise BadLine("no_text")
    name = row.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int | None):
        raise BadLine("bad_id")
    kind = _one_of(row, "kind", MessageKind, "bad_kind") or MessageKind.MENTION
    language = _one_of(row, "lang", Language, "bad_lang")
    reply_to = _text_of(row, "reply_to", "bad_reply_to")
    return name, MessageText(row["text"], kind, in_reply_to_text=reply_to, language=language)


def _asked(source: BinaryIO) -> Iterator[Asked]:
    for number, raw in _lines(source):
        if raw is not None and not raw.strip():
            continue
        try:
            name, message = parsed(raw)
        except BadLine as bad:
            yield Asked(number, None, None, bad.code)
        else:
            yield Asked(number, name, message)


def _reason(span: Span, text: str, *, explain: bool) -> dict[str, Any]:
    shown = {"label": span.label, "start": span.start, "end": span.end, "weight": round(span.weight, 4)}
    return {**shown, "code": span.code, **({"text": text[span.start : span.end]} if explain else {})}


def answer(asked: Asked, reading: Reading, *, explain: bool) -> dict[str, Any]:
    """Return what is written for one message; `explain` adds the words themselves and what is not in them."""
    text = asked.message.text if asked.message else ""
    reasons = [span for span in reading.reasons if explain or span.code != "base"]
    return {
        "id": asked.id,
        "language": reading.language,
        "lane": reading.lane,
        "lanes": {lane: round(share, 4) for lane, share in reading.lanes.items()},
        "tone": reading.tone,
        "harm": {"level": reading.harm_level, "kinds": sorted(reading.harm_kinds)},
        "urgency": int(reading.urgency),
        "flags": sorted(reading.flags),
        "unsure": reading.unsure,
        "suspected": reading.suspected,
        "reasons": [_reason(span, text, explain=explain) for span in reasons],
        "model": reading.model,
    }


def _write(row: dict[str, Any]) -> None:
    # A lone surrogate cannot be written as UTF-8; its escape is the same string in JSON.
    click.echo(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def _answer_all(source: BinaryIO, reader: OwnReader, *, explain: bool) -> tuple[int, int]:
    """Write one answer per line, in order, and return how many messages and how many bad lines there were."""
    waiting, good, bad = _asked(source), 0, 0
    while batch := list(islice(waiting, _BATCH)):
        readings = reader.read_many([asked.message for asked in batch if asked.message is not None])
        for asked in batch:
            if asked.message is None:
                bad += 1
                click.echo(_("line {line}: {code}").format(line=asked.line, code=asked.error), err=True)
                _write({"line": asked.line, "error": asked.error})
            else:
                good += 1
                _write(answer(asked, next(readings), explain=explain))
        if (good + bad) % _TOLD_EVERY < _BATCH and good + bad >= _TOLD_EVERY:
            click.echo(_("{count} read").format(count=good + bad), err=True)
    return good, bad


def model_of(brand: str | None) -> Path | None:
    """Return the folder of a brand's own model where it has one, else None: the shipped one."""
    if brand is None:
        return None
    if not _BRAND.fullmatch(brand):
        raise click.BadParameter(_("a brand's short name has small letters, digits and hyphens"))
    folder = Environment().folder("NESTOR_HOME") / "models" / brand
    return folder if folder.is_dir() else None


@click.command("triage", help=_("Say what the desk makes of messages. FILE holds JSON Lines; - is standard input."))
@click.argument("source", metavar="[FILE|-]", type=click.File("rb"), default="-")
@click.option("--brand", help=_("Use the model this brand has learned, where there is one."))
@click.option("--explain", is_flag=True, help=_("Quote the words that decided, and what is not in the words."))
def command(source: BinaryIO, brand: str | None, explain: bool) -> int:
    """Return 1 when a line was bad."""
    try:
        reader = OwnReader.load(model_of(brand))
    except (ValueError, KeyError):
        raise CommandFailed(_("The model cannot be read; train it again with `nestor train`.")) from None
    good, bad = _answer_all(source, reader, explain=explain)
    click.echo(_("{good} messages read, {bad} bad lines").format(good=good, bad=bad), err=True)
    return Exit.FOUND if bad else Exit.OK
