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


class Plot:
    """A world as it stands at the beginning: what comes before what, and what the desk has answered by then."""

    def __init__(self, world: World, start: int) -> None:
        self.world = world
        self.start = start
        self.messages = world.messages()
        self._by_id = {said.id: said for said in self.messages}
        self._answers: dict[str, list[int]] = {}  # message → when the desk answered it, or a later one of its author
        for story in world.stories:
            self._note_answers(story.messages)

    def _note_answers(self, messages: Sequence[Said]) -> None:
        for answer in messages:
            asked = self._by_id.get(answer.to) if answer.is_by_brand else None
            if asked is None:
                continue
            for said in messages:
                is_earlier = said.by == asked.by and said.place == asked.place and said.at <= asked.at
                if is_earlier and not said.is_by_brand:
                    self._answers.setdefault(said.id, []).append(answer.at)

    def ref(self, own_id: str) -> str:
        """Return the name of a line among all worlds."""
        return f"{self.world.key}/{own_id}" if own_id else ""

    def parent(self, said: Said) -> Said | None:
        """Return the message this one answers; None for a publication or nothing."""
        return self._by_id.get(said.to)

    def is_answered(self, said: Said, until: int) -> bool:
        """Say whether the desk had answered by then, in the script."""
        return any(said.at <= at <= until for at in self._answers.get(said.id, ()))

    def hangs_on_answer(self, said: Said) -> bool:
        """Say whether a message replies, directly or not, to something of the desk that will not be posted."""
        parent = self.parent(said)
        if parent is None or parent.at <= self.start:
            return False
        return (parent.is_by_brand and self.parent(parent) is not None) or self.hangs_on_answer(parent)

    def steps(self) -> list[Step]:
        """Return what the script says happens at a time, in order; what hangs on the desk's own answers is left out."""
        steps = [Step(post.at - self.start, 0, "say", self.ref(post.id)) for post in self.world.posts]
        for said in self.messages:
            if said.at <= self.start or not (said.is_by_brand or self.hangs_on_answer(said)):
                steps += self._steps_of(said)
        return sorted(steps, key=_when)

    def _steps_of(self, said: Said) -> list[Step]:
        ref = self.ref(said.id)
        steps = [Step(said.at - self.start, 1, "say", ref)]
        steps += [Step(at - self.start, 2, "edit", ref, text) for at, text in said.edited]
        if said.deleted is not None:
            steps.append(Step(said.deleted - self.start, 3, "remove", ref))
        for number, reaction in enumerate(said.when_silent):
            at = said.at + reaction.at
            if at <= self.start and not self.is_answered(said, at):
                steps.append(Step(at - self.start, 1, "say", f"{ref}~s{number}"))
        return steps


def stock(network: PracticeNetwork, worlds: Sequence[World], beginning: Beginning, speed: float) -> None:
    """Tell the past and lay out the future; does nothing where it was done before."""
    if network.store.fact("worlds"):
        return
    with network.store.changing():
        network.store.keep_fact("worlds", json.dumps([world.key for world in worlds]))
        network.store.keep_fact("speed", str(speed))
        future: list[Step] = []
        for world in worlds:
            plot = Plot(world, beginning.minute(world))
            _people_join(network, world)
            _write_script(network, plot)
            steps = plot.steps()
            for step in steps:
                if step.minutes <= 0:
                    _tell(network, step, beginning.moment(world, step.minutes))
            future += [step for step in steps if step.minutes > 0]
            _lay_out_silences(network, plot, beginning.now)
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


def _write_script(network: PracticeNetwork, plot: Plot) -> None:
    for post in plot.world.posts:
        _write_line(network, plot, plot.ref(post.id), _line_of_post(post))
    for said in plot.messages:
        ref = plot.ref(said.id)
        line = _line(said) | {"place": said.place, "kind": said.kind, "subject": said.subject}
        _write_line(network, plot, ref, line | {"to": plot.ref(said.to)})
        if not plot.is_answered(said, plot.start):
            _write_reactions(network, plot, ref, said, said.place)
        if said.at > plot.start and not said.is_by_brand and plot.hangs_on_answer(said):
            _write_condition(network, plot, said)


def _line_of_post(post: Post) -> dict[str, Any]:
    content = {"place": post.place, "lang": post.lang, "text": post.text, "image": post.alt}
    return content | {"by": "brand", "kind": "post", "to": "", "subject": ""}


def _line(said: Said) -> dict[str, Any]:
    return {"by": said.by, "lang": said.lang, "text": said.text, "image": said.image, "kind": "", "subject": ""}


def _write_line(network: PracticeNetwork, plot: Plot, ref: str, line: dict[str, Any], of_ref: str = "") -> None:
    network.store.run(
        "INSERT INTO script (ref, world, node, of_ref) VALUES (?, ?, ?, ?)",
        *(ref, plot.world.key, json.dumps(line), of_ref),
    )


def _write_reactions(network: PracticeNetwork, plot: Plot, ref: str, said: Said, place: str) -> None:
    for letter, reason, reactions in (("a", "answered", said.when_answered), ("s", "silent", said.when_silent)):
        for number, reaction in enumerate(reactions):
            own_ref = f"{ref}~{letter}{number}"
            _write_line(network, plot, own_ref, _line(reaction) | {"place": place, "to": ref}, of_ref=ref)
            network.replay.wait(ref, reason, own_ref, reaction.at)
            _write_reactions(network, plot, own_ref, reaction, place)


def _write_condition(network: PracticeNetwork, plot: Plot, said: Said) -> None:
    """Let a message that replies to an answer of the desk wait until the desk has really answered."""
    parent = plot.parent(said)
    if parent is None:
        return
    asked = plot.parent(parent) if parent.is_by_brand else None
    on, reason = (asked, "answered") if asked is not None else (parent, "posted")
    network.replay.wait(plot.ref(on.id), reason, plot.ref(said.id), max(0, said.at - parent.at))


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


def _lay_out_silences(network: PracticeNetwork, plot: Plot, now: datetime) -> None:
    """Let those who wait for an answer since before the beginning lose patience in their turn."""
    for said in plot.messages:
        if said.when_silent and said.at <= plot.start:
            network.replay.follow_up(plot.ref(said.id), now)


def _lay_out(network: PracticeNetwork, steps: Sequence[Step], now: datetime, speed: float) -> None:
    due_at, minutes, longest = now, 0, FIRST_AFTER
    for step in steps:
        due_at += timedelta(seconds=min((step.minutes - minutes) * 60 / speed, longest))
        minutes, longest = step.minutes, LONGEST_PAUSE
        network.replay.plan(due_at, step.action, step.ref, text=step.text)
