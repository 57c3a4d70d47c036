"""Fills an empty network with written worlds: the past is told at once, the future is laid out for the replay."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nestor.networks.practice.community import DAY, Post, Said, World
from nestor.networks.practice.server.network import PracticeNetwork

LONGEST_PAUSE = 60.0  # seconds without anything new, however quiet the script: nights are cut short
FIRST_AFTER = 12.0  # seconds at most until the first new message


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens in the script. `minutes` after its beginning (negative: in the past)."""

    minutes: int
    order: int
    action: str  # say | edit | remove
    ref: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the script stands when the network is first started."""

    now: datetime
    start_day: int
    start_minute: int | None = None  # of that day; None: the same wall-clock time as now

    def minute(self, world: World) -> int:
        """Return the script minute that is now."""
        local = self.now.astimezone(ZoneInfo(world.zone))
        of_day = local.hour * 60 + local.minute if self.start_minute is None else self.start_minute
        return (self.start_day - 1) * DAY + of_day

    def moment(self, world: World, minutes: int) -> datetime:
        """Return the real time so many minutes from now on the world's wall clock."""
        zone = ZoneInfo(world.zone)
        local = self.now.astimezone(zone).replace(tzinfo=None) + timedelta(minutes=minutes)
        return min(local.replace(tzinfo=zone).astimezone(UTC), self.now)


def stock(network: PracticeNetwork, worlds: Sequence[World], beginning: Beginning, speed: float) -> None:
    """Tell the past and lay out the future; does nothing where it was done before."""
    if network.store.fact("worlds"):
        return
    with network.store.changing():
        network.store.keep_fact("worlds", json.dumps([world.key for world in worlds]))
        network.store.keep_fact("speed", str(speed))
        future: list[Step] = []
        for world in worlds:
            _people_join(network, world)
            steps = _steps(world, beginning.minute(world))
            _write_script(network, world, beginning.minute(world))
            for step in steps:
                if step.minutes <= 0:
                    _tell(network, step, beginning.moment(world, step.minutes))
            future += [step for step in steps if step.minutes > 0]
            _lay_out_silences(network, world, beginning)
        _lay_out(network, sorted(future, key=_when), beginning.now, speed)


def _when(step: Step) -> tuple[int, int, str]:
    return step.minutes, step.order, step.ref


def _people_join(network: PracticeNetwork, world: World) -> None:
    for place, account in world.accounts.items():
        account_id = network.society.join(
            place, f"{world.key}/brand", account.handle, account.name, is_desk=True, about=world.about
        )
        network.society.issue_token(account_id)
        for person in world.people.values():
            handle = person.mail if place == "mail" else person.handle
            if handle:
                network.society.join(place, f"{world.key}/{person.key}", handle, person.name, about=person.about)


def _ref(world: World, own_id: str) -> str:
    return f"{world.key}/{own_id}" if own_id else ""


def _steps(world: World, start: int) -> list[Step]:
    """Return everything the script says happens at a time, in order. Left out: what hangs on the desk's own answers."""
    steps = [Step(post.at - start, 0, "say", _ref(world, post.id)) for post in world.posts]
    for said in world.messages():
        if said.at > start and (said.is_by_brand or _hangs_on_answer(world, said, start)):
            continue
        ref = _ref(world, said.id)
        steps.append(Step(said.at - start, 1, "say", ref))
        steps += [Step(at - start, 2, "edit", ref, text) for at, text in said.edited]
        if said.deleted is not None:
            steps.append(Step(said.deleted - start, 3, "remove", ref))
    for said in world.messages():
        steps += [
            Step(said.at + reaction.at - start, 1, "say", f"{_ref(world, said.id)}~s{number}")
            for number, reaction in enumerate(said.when_silent)
            if said.at + reaction.at <= start and not _answered_by(world, said, said.at + reaction.at)
        ]
    return sorted(steps, key=_when)


def _parent(world: World, said: Said) -> Said | None:
    return next((other for other in world.messages() if other.id == said.to), None) if said.to else None


def _hangs_on_answer(world: World, said: Said, start: int) -> bool:
    """Say whether a future message answers, directly or not, something of the desk that will not be posted."""
    parent = _parent(world, said)
    if parent is None or parent.at <= start:
        return False
    if parent.is_by_brand and _parent(world, parent) is not None:
        return True
    return _hangs_on_answer(world, parent, start)


def _answered_by(world: World, said: Said, until: int) -> bool:
    """Say whether the desk had answered this message by then, in the script."""
    return any(other.is_by_brand and other.to == said.id and said.at <= other.at <= until for other in world.messages())


def _node(said: Said | Post, of: Said | None = None) -> str:
    """Return a line as the replay reads it; a reaction takes its place and thread from the message it is about."""
    if isinstance(said, Post):
        content: dict[str, Any] = {"by": "brand", "kind": "post", "to": "", "subject": "", "image": said.alt}
        return json.dumps({**content, "place": said.place, "lang": said.lang, "text": said.text})
    content = {name: getattr(said, name) for name in ("by", "lang", "text", "image", "lane", "also", "urgency", "tone")}
    source = of or said
    content |= {"place": source.place, "subject": "" if of else said.subject, "to": said.to}
    return json.dumps({**content, "kind": "" if of else said.kind})


def _write_script(network: PracticeNetwork, world: World, start: int) -> None:
    for post in world.posts:
        _write_line(network, world, _ref(world, post.id), _node(post))
    for said in world.messages():
        ref = _ref(world, said.id)
        _write_line(network, world, ref, _node(said))
        if not _answered_by(world, said, start):
            _write_reactions(network, world, ref, said, said.place)
        if said.at > start and not said.is_by_brand and _hangs_on_answer(world, said, start):
            _write_condition(network, world, said)


def _write_line(network: PracticeNetwork, world: World, ref: str, node: str, of_ref: str = "") -> None:
    content = json.loads(node)
    content["to"] = content["to"] if of_ref else _ref(world, content["to"])
    network.store.run(
        "INSERT INTO script (ref, world, node, of_ref) VALUES (?, ?, ?, ?)", ref, world.key, json.dumps(content), of_ref
    )


def _write_reactions(network: PracticeNetwork, world: World, ref: str, said: Said, place: str) -> None:
    for letter, reason, reactions in (("a", "answered", said.when_answered), ("s", "silent", said.when_silent)):
        for number, reaction in enumerate(reactions):
            own_ref = f"{ref}~{letter}{number}"
            node = json.loads(_node(reaction, said)) | {"place": place, "to": ref}
            _write_line(network, world, own_ref, json.dumps(node), of_ref=ref)
            network.replay.wait(ref, reason, own_ref, reaction.at)
            _write_reactions(network, world, own_ref, reaction, place)


def _write_condition(network: PracticeNetwork, world: World, said: Said) -> None:
    """Let a message that replies to an answer of the desk wait until the desk has really answered."""
    parent = _parent(world, said)
    if parent is None:
        return
    asked = _parent(world, parent) if parent.is_by_brand else None
    if asked is not None:
        network.replay.wait(_ref(world, asked.id), "answered", _ref(world, said.id), max(0, said.at - parent.at))
    else:
        network.replay.wait(_ref(world, parent.id), "posted", _ref(world, said.id), max(0, said.at - parent.at))


def _tell(network: PracticeNetwork, step: Step, at: datetime) -> None:
    script = network.store.one("SELECT * FROM script WHERE ref = ?", step.ref)
    if script is None:
        return
    if step.action == "say":
        said = network.replay.utterance(script, published_at=at)
        network.replay.note_said(step.ref, network.society.say(said))
        network.store.run("DELETE FROM waiting WHERE ref = ?", step.ref)
    elif step.action == "edit":
        network.society.edit(script["item_id"], step.text, at=at)
    else:
        network.society.remove(script["item_id"], at=at)


def _lay_out_silences(network: PracticeNetwork, world: World, beginning: Beginning) -> None:
    """Let those who wait for an answer since before the beginning lose patience in their turn."""
    for said in world.messages():
        if said.when_silent and said.at <= beginning.minute(world):
            network.replay.follow_up(_ref(world, said.id), beginning.now)


def _lay_out(network: PracticeNetwork, steps: Sequence[Step], now: datetime, speed: float) -> None:
    due_at, minutes, longest = now, 0, FIRST_AFTER
    for step in steps:
        due_at += timedelta(seconds=min((step.minutes - minutes) * 60 / speed, longest))
        minutes, longest = step.minutes, LONGEST_PAUSE
        network.replay.plan(due_at, step.action, step.ref, text=step.text)
