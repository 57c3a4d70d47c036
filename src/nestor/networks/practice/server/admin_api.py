"""The other side of the stage: make accounts, speak as anybody, change manners, break things, hear the witness."""

import hmac
import sqlite3
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from nestor.networks.practice.server.failures import VERBS, Mode
from nestor.networks.practice.server.network import PracticeNetwork
from nestor.networks.practice.server.places import PLACES, BadManners, as_stored
from nestor.networks.practice.server.society import No, Utterance
from nestor.networks.practice.server.wire import Answer, Fields, Request, as_json
from nestor.networks.practice.server.witness import heard


@dataclass(frozen=True, slots=True)
class Stage:
    """The network, and what is asked of it."""

    network: PracticeNetwork
    fields: Fields


Act = Callable[[Stage], Any]


def pass_through(network: PracticeNetwork, request: Request) -> Answer:
    """Answer one call of the admin API; every call is a POST with a JSON object and the admin token."""
    given = request.headers.get("x-practice-admin", "")
    if not hmac.compare_digest(given.encode(), network.store.fact("admin_token").encode()):
        raise No(401, "sign_in", "not the admin of this network")
    act = _ACTS.get(request.path.removeprefix("/admin/"))
    if act is None or request.method != "POST":
        raise No(404, "gone", "no such address")
    return as_json(act(Stage(network, request.fields())))


def _place(fields: Fields, otherwise: str | None = None) -> str:
    place = fields.text("place", otherwise)
    if place not in PLACES and place != otherwise:
        raise No(422, "invalid", f"place: one of {', '.join(PLACES)} is expected")
    return place


def join(stage: Stage) -> dict[str, str]:
    """Make an account, or find it again; an account of a desk gets a token."""
    ref, is_desk = stage.fields.text("ref"), stage.fields.is_set("is_desk")
    handle = stage.fields.text("handle", f"@{ref}")
    account_id = stage.network.society.join(
        _place(stage.fields), ref, handle, stage.fields.text("name", ref), is_desk=is_desk
    )
    return {"account_id": account_id, "token": stage.network.society.issue_token(account_id) if is_desk else ""}


def accounts(stage: Stage) -> list[dict[str, Any]]:
    """Return the accounts desks connect to, each with its newest living token."""
    rows = stage.network.store.all(
        "SELECT account.*, (SELECT token FROM token WHERE account_id = account.id AND revoked_at IS NULL"
        " ORDER BY made_at DESC LIMIT 1) AS token FROM account WHERE is_desk ORDER BY rowid"
    )
    return [dict(row) for row in rows]


def issue(stage: Stage) -> dict[str, str]:
    """Give an account one more token."""
    return {
        "token": stage.network.society.issue_token(
            str(stage.network.society.account(stage.fields.text("account_id"))["id"])
        )
    }


def revoke(stage: Stage) -> dict[str, int]:
    """Kill an account's tokens."""
    return {"revoked": stage.network.society.revoke_tokens(stage.fields.text("account_id"))}


def say(stage: Stage) -> dict[str, str]:
    """Speak as anybody, limits ignored: a visitor, or a desk's account in the network's own app."""
    place = _place(stage.fields)
    author_id = stage.fields.text("author_id", "")
    if not author_id:
        ref = stage.fields.text("by", "visitor")
        author_id = stage.network.society.join(
            place, ref, stage.fields.text("handle", f"@{ref}"), stage.fields.text("name", ref)
        )
    author = stage.network.society.account(author_id)
    reply_to = stage.fields.text("reply_to", "")
    if reply_to:
        stage.network.society.item(reply_to)
    said = Utterance(
        place=place,
        author_id=author_id,
        text=stage.fields.text("text"),
        kind=stage.fields.text("kind", ""),
        reply_to=reply_to,
        partner_id=stage.fields.text("to", ""),
        subject=stage.fields.text("subject", ""),
        html=stage.fields.text("html", ""),
        images=stage.fields.texts("images"),
        origin="app" if author["is_desk"] else "visitor",
        published_at=stage.fields.moment("published_at"),
    )
    if said.kind not in {"", "post", "mention", "comment", "direct", "mail", "review"}:
        raise No(422, "invalid", "kind: unknown")
    with stage.network.store.changing():
        made = stage.network.society.say(said)
        if author["is_desk"] and reply_to:
            stage.network.replay.answered(reply_to, made, stage.network.clock())
    return {"id": made}


def rewrite(stage: Stage) -> dict[str, str]:
    """Let an author edit."""
    stage.network.society.edit(stage.fields.text("id"), stage.fields.text("text"))
    return {"id": stage.fields.text("id")}


def remove(stage: Stage) -> dict[str, str]:
    """Let an author delete."""
    stage.network.society.remove(stage.fields.text("id"))
    return {"id": stage.fields.text("id")}


def items(stage: Stage) -> list[dict[str, Any]]:
    """Return everything anybody said after a number, gone messages included, oldest first."""
    place, after = _place(stage.fields, ""), stage.fields.whole("after") or 0
    rows = stage.network.store.all(
        "SELECT * FROM item WHERE number > ? AND (? = '' OR place = ?) ORDER BY number", after, place, place
    )
    return [dict(row) for row in rows]


def manners(stage: Stage) -> dict[str, Any]:
    """Change how a place behaves, and return how it does."""
    try:
        return as_stored(stage.network.store.change_manners(_place(stage.fields), stage.fields.mapping("changes")))
    except BadManners as wrong:
        raise No(422, "invalid", str(wrong)) from None


def fail(stage: Stage) -> dict[str, int]:
    """Let calls fail from now on."""
    mode, verb = stage.fields.text("mode"), stage.fields.text("verb", "any")
    if mode not in set(Mode):
        raise No(422, "invalid", "mode: unknown")
    if verb not in VERBS:
        raise No(422, "invalid", "verb: unknown")
    made = stage.network.failures.plant(
        Mode(mode),
        place=_place(stage.fields, ""),
        account_id=stage.fields.text("account_id", ""),
        verb=verb,
        count=stage.fields.whole("count"),
        chance=stage.fields.number("chance", 1.0),
        seed=stage.fields.whole("seed") or 0,
        settings=stage.fields.mapping("settings"),
    )
    return {"id": made}


def mend(stage: Stage) -> dict[str, int]:
    """Forget one failure, or all."""
    return {"cleared": stage.network.failures.clear(stage.fields.whole("id"))}


def failures(stage: Stage) -> list[dict[str, Any]]:
    """Return the failures, with how often each struck."""
    return stage.network.failures.planted()


def witness(stage: Stage) -> list[dict[str, Any]]:
    """Return every write that reached the stage.network."""
    told = heard(
        stage.network.store,
        after=stage.fields.whole("after") or 0,
        place=_place(stage.fields, ""),
        mark=stage.fields.text("mark", ""),
    )
    return [asdict(testimony) for testimony in told]


def hook(stage: Stage) -> dict[str, str]:
    """Call an address about everything an account can newly see; "" stops it."""
    account_id = str(stage.network.society.account(stage.fields.text("account_id"))["id"])
    return {
        "secret": stage.network.hooks.subscribe(account_id, stage.fields.text("url"), stage.fields.text("secret", ""))
    }


def genuine_call(stage: Stage) -> dict[str, Any]:
    """Return the signed webhook call about the newest change of a message, made or not."""
    row: sqlite3.Row | None = stage.network.store.one(
        "SELECT 0 AS number, 'evt_shown' AS id, change.account_id, change.seq, 0 AS garbled, hook.url, hook.secret"
        " FROM change JOIN hook USING (account_id) WHERE item_id = ? AND account_id = ? ORDER BY seq DESC LIMIT 1",
        stage.fields.text("id"),
        stage.fields.text("account_id"),
    )
    if row is None:
        raise No(404, "gone", "nothing to call about, or nobody to call")
    call = stage.network.hooks.prepared(row, stage.network.clock())
    return {"headers": dict(call.headers), "body": call.body.decode()}


def events(stage: Stage) -> list[dict[str, Any]]:
    """Return the webhook calls, with how each went."""
    return [dict(row) for row in stage.network.store.all("SELECT * FROM event ORDER BY number")]


def replay(stage: Stage) -> dict[str, Any]:
    """Return how far the script is; `ahead_seconds` lets its next part happen that much earlier."""
    ahead = stage.fields.number("ahead_seconds", 0)
    if ahead:
        stage.network.replay.hurry(ahead)
        stage.network.replay.tick(stage.network.clock())
    return stage.network.replay.progress()


_ACTS: dict[str, Act] = {
    act.__name__.replace("_", "-"): act
    for act in (
        *(join, accounts, issue, revoke, say, rewrite, remove, items, manners),
        *(fail, mend, failures, witness, hook, genuine_call, events, replay),
    )
}
