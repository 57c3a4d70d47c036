"""What went wrong, as RFC 9457 wants it said, in the caller's language."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:nestor:problem:"
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, what it is called, and what to do about it."""

    status: int
    title: Words
    detail: Words


KINDS: dict[str, Kind] = {
    "malformed": Kind(
        400, gettext_lazy("The request could not be read."), gettext_lazy("Send JSON, as the description says.")
    ),
    "key_missing": Kind(
        400,
        gettext_lazy("A key is missing."),
        gettext_lazy("Send an Idempotency-Key with what goes out, so that nothing goes out twice."),
    ),
    "unknown_caller": Kind(
        401,
        gettext_lazy("The desk does not know you."),
        gettext_lazy("Send a Bearer token that is neither over nor revoked."),
    ),
    "scope": Kind(
        403, gettext_lazy("This token may not do that."), gettext_lazy("Make one with the scope that is named here.")
    ),
    "role": Kind(
        403,
        gettext_lazy("Whoever made this token may not do that."),
        gettext_lazy("A token can do no more than the person it acts for."),
    ),
    "at_the_desk": Kind(
        403,
        gettext_lazy("This is done at the desk alone."),
        gettext_lazy("Whoever may see more than a token does is given it by a person, on the team page."),
    ),
    "not_found": Kind(
        404,
        gettext_lazy("There is nothing here."),
        gettext_lazy("It may be gone, belong to another brand, or not be open to you."),
    ),
    "method": Kind(405, gettext_lazy("That cannot be done here."), gettext_lazy("The Allow header says what can.")),
    "changed": Kind(
        409,
        gettext_lazy("Somebody was faster: this has changed meanwhile."),
        gettext_lazy("Nothing was changed. Read it again, then decide."),
    ),
    "no_room": Kind(409, gettext_lazy("There is no room for more."), gettext_lazy("Delete one first.")),
    "last_head": Kind(
        409,
        gettext_lazy("The brand would have no head left."),
        gettext_lazy("Nothing was changed. Make somebody else head first, at the desk."),
    ),
    "other_account": Kind(
        409,
        gettext_lazy("This access belongs to another account."),
        gettext_lazy("Nothing was changed. Connect that one as a channel of its own."),
    ),
    "no_translation": Kind(
        409,
        gettext_lazy("There is no translation."),
        gettext_lazy("Nothing was changed. The reason says why not."),
    ),
    "too_big": Kind(
        413, gettext_lazy("That was more than the desk takes in one go."), gettext_lazy("Nothing of it was stored.")
    ),
    "key_reused": Kind(
        422,
        gettext_lazy("This key came before, with something else."),
        gettext_lazy("Nothing was done. Use a new key for a new request."),
    ),
    "invalid": Kind(
        422, gettext_lazy("Some of this does not fit."), gettext_lazy("Nothing was done. Each error says where.")
    ),
    "objection": Kind(
        422,
        gettext_lazy("The guard objects to this text."),
        gettext_lazy("Nothing was sent. Change the words; name the warnings you have seen; or ask a second person."),
    ),
    "unconfirmed": Kind(
        422,
        gettext_lazy("Something would go for good."),
        gettext_lazy("Nothing was changed. Look at what would go, then send its “confirm” along."),
    ),
    "no_access": Kind(
        422,
        gettext_lazy("The network does not accept this access."),
        gettext_lazy("Nothing was changed. The reason says what the network objects to."),
    ),
    "file": Kind(422, gettext_lazy("This file was not taken."), gettext_lazy("Nothing of it was stored. It says why.")),
    "too_many": Kind(
        429, gettext_lazy("Too many requests."), gettext_lazy("Wait as long as Retry-After says, then go on.")
    ),
    "broken": Kind(
        500,
        gettext_lazy("The desk made a mistake."),
        gettext_lazy("Try again with the same key; if it goes on, tell whoever runs the desk."),
    ),
}
BY_STATUS = {400: "malformed", 401: "unknown_caller", 403: "role", 404: "not_found", 405: "method", 409: "changed"}
BY_STATUS |= {413: "too_big", 422: "invalid", 429: "too_many"}


class Problem(Exception):
    """Ends a request with this kind of problem; `more` are further members of the answer."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


def answer_of(
    code: str, more: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return the answer that says so."""
    kind = KINDS[code]
    body = {
        "type": f"{PREFIX}{code}",
        "title": str(kind.title),
        "status": kind.status,
        "detail": str(kind.detail),
        "code": code,
        **(more or {}),
    }
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=kind.status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


MISFITS: dict[str, Words] = {
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": gettext_lazy("The desk does not know this."),
    "json_invalid": gettext_lazy("This is not JSON."),
    "enum": gettext_lazy("This must be one of the values the description names."),
    "literal_error": gettext_lazy("This must be one of the values the description names."),
    "string_type": gettext_lazy("This must be text."),
    "string_too_short": gettext_lazy("This is too short."),
    "string_too_long": gettext_lazy("This is too long."),
    "string_pattern_mismatch": gettext_lazy("This does not look as it should."),
    "string_unicode": gettext_lazy("This holds characters that are none."),
    "int_type": gettext_lazy("This must be a whole number."),
    "int_parsing": gettext_lazy("This must be a whole number."),
    "int_from_float": gettext_lazy("This must be a whole number."),
    "bool_type": gettext_lazy("This must be true or false."),
    "bool_parsing": gettext_lazy("This must be true or false."),
    "less_than_equal": gettext_lazy("This is too much."),
    "greater_than_equal": gettext_lazy("This is too little."),
    "timezone_aware": gettext_lazy("This moment must say its offset from UTC."),
    "list_type": gettext_lazy("This must be a list."),
    "too_long": gettext_lazy("This list is too long."),
    "too_short": gettext_lazy("This list is too short."),
    "less_than": gettext_lazy("This is too much."),
    "too_short_or_long": gettext_lazy("Too short or too long."),
    "shortcut": gettext_lazy("A shortcut is one word of at most 20 letters, figures or hyphens."),
    "shortcut_taken": gettext_lazy("Another saved reply in this language has that shortcut."),
    "braces": gettext_lazy("Something stands in braces that the desk does not know."),
    "label": gettext_lazy("It needs a name that no other label has."),
    "network": gettext_lazy("The desk knows no network of that name."),
    "account": gettext_lazy("It is on the list already, or names nothing."),
    "hours": gettext_lazy("Two periods of a day overlap, there are more than six, or one is empty."),
    "year": gettext_lazy("Give a day between 2000 and 2100."),
    "target": gettext_lazy("That cannot be chosen here."),
    "mail": gettext_lazy("This is no mail address."),
    "on_team": gettext_lazy("Somebody with this address is on the team already."),
    "clock": gettext_lazy("This place of the table comes twice, or its lane is owed no answer."),
    "duty": gettext_lazy("Choose a beginning and an end after it, not in the past."),
    "service": gettext_lazy("A service is a word such as “tgram”, or with its host “ntfys://ntfy.example.org”."),
    "translator": gettext_lazy("That translator is not there as you name it."),
    "field": gettext_lazy("The network asks for no such thing; `/access` says what it asks for."),
    "limit": gettext_lazy("This installation does not keep it that long: leave it to the installation."),
    "zone": gettext_lazy("This is no time zone the desk knows, like Europe/Paris."),
}


def misfits_of(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what does not fit, each with its place and a sentence; nothing of what was sent is repeated."""
    found = []
    for error in errors:
        place = [str(part) for part in error.get("loc", ())]
        kind = str(error.get("type", ""))
        says = MISFITS.get(kind)
        if says is None and kind.startswith(("date", "time")):
            says = gettext_lazy("This must be a day or a moment as ISO 8601 writes them.")
        where = place[0] if place else "body"
        pointer = "/".join(part for part in place[1:] if part not in ("given", "query"))
        found.append({"in": where, "at": pointer, "code": kind, "detail": str(says or _("This does not fit."))})
    return found
