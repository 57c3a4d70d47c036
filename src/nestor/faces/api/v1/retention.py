"""Endpoints about how long things are kept: chosen with a look at what would go, and confirmed."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, StrictInt, StringConstraints

from nestor.faces.api.v1.caller import RETENTION, ApiRequest, once
from nestor.faces.api.v1.given import Body, among, as_whole, enum_of
from nestor.faces.api.v1.our_brand import misfit
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.people.reads import Seat
from nestor.privacy.actions import set_retention
from nestor.privacy.reads import MOST_COUNTED, installation_limit, retention_of, spans_of, would_drop
from nestor.privacy.rules import CALL_DAYS, MONTHS, RAW_DAYS, Spans, is_same, is_shorter, raw_choices, spans_mark

Months = Annotated[int, among(MONTHS), enum_of(MONTHS)]
RawDays = Annotated[int, among(RAW_DAYS), enum_of(RAW_DAYS)]
CallDays = Annotated[int, among(CALL_DAYS), enum_of(CALL_DAYS)]


class SpansGiven(Body):
    """How long to keep messages of quiet conversations (months, null: for good), raw forms (null: as the installation
    does) and calls of webhooks (days); `version` is that of the choice they replace.
    """

    version: Annotated[StrictInt, Field(ge=0, le=2**31 - 1), BeforeValidator(as_whole)]
    message_months: Months | None
    raw_days: RawDays | None
    call_days: CallDays

    def spans(self) -> Spans:
        """Return the choice; raise `Problem` for what this installation does not keep that long."""
        if self.raw_days is not None and self.raw_days not in raw_choices(installation_limit()):
            raise misfit("raw_days", "limit")
        return Spans(self.message_months, self.raw_days, self.call_days)


class SpansKept(SpansGiven):
    """The same, with the word that says one has seen what goes; empty where nothing is kept for less long."""

    confirm: Annotated[str, StringConstraints(max_length=16)] = ""


class RetentionShape(BaseModel):
    """How long things are kept; `limit_days` is the most this installation keeps raw forms."""

    version: int
    message_months: int | None
    raw_days: int | None
    call_days: int
    limit_days: int
    is_dropping: bool
    looked_at: datetime | None


class WouldGo(BaseModel):
    """What would go by a choice, counted up to `most` of each; `confirm` is what confirms it, empty if it need not."""

    conversations: int
    messages: int
    raw: int
    calls: int
    most: int
    confirm: str


def retention_shape(seat: Seat) -> RetentionShape:
    """Return what is chosen now."""
    row = retention_of(seat.brand)
    spans = spans_of(row)
    return RetentionShape(
        version=row.version if row is not None else 0,
        message_months=spans.message_months,
        raw_days=spans.raw_days,
        call_days=spans.call_days,
        limit_days=installation_limit(),
        is_dropping=row is not None and bool(row.messages or row.conversations),
        looked_at=row.looked_at if row is not None else None,
    )


def would_go(request: ApiRequest, given: SpansGiven) -> WouldGo:
    """Return what would go if that choice held from now on."""
    brand, spans = request.call.seat.brand, given.spans()
    found = would_drop(brand, spans, request.call.now)
    needs_word = is_shorter(spans_of(retention_of(brand)), spans, installation_limit())
    return WouldGo(
        conversations=found.conversations,
        messages=found.messages,
        raw=found.raw,
        calls=found.calls,
        most=MOST_COUNTED,
        confirm=spans_mark(spans, given.version) if needs_word else "",
    )


@router.get("/retention", auth=RETENTION, response=RetentionShape, tags=["retention"])
def show_retention(request: ApiRequest) -> RetentionShape:
    """Show how long things are kept."""
    return retention_shape(request.call.seat)


@router.post("/retention/preview", auth=RETENTION, response=WouldGo, tags=["retention"])
def preview_retention(request: ApiRequest, given: SpansGiven) -> WouldGo:
    """Say what would go by a choice, and the word that confirms it; nothing is changed."""
    return would_go(request, given)


@router.put("/retention", auth=RETENTION, response=RetentionShape, tags=["retention"])
def keep_retention(request: ApiRequest, given: SpansKept) -> RetentionShape:
    """Choose how long things are kept; what is older goes in the background. Anything shorter wants `confirm`."""
    call, spans, limit = request.call, given.spans(), installation_limit()

    def kept() -> dict[str, bool]:
        row = retention_of(call.seat.brand)
        before = spans_of(row)
        if given.version != (row.version if row is not None else 0):
            raise Problem("changed")
        if is_same(before, spans, limit):
            return {"changed": False}
        if is_shorter(before, spans, limit) and given.confirm != spans_mark(spans, given.version):
            raise Problem("unconfirmed", would_go=would_go(request, given).model_dump())
        if not set_retention(call.seat, spans, given.version, call.now):
            raise Problem("changed")
        return {"changed": True}

    once(request, kept)
    return retention_shape(call.seat)
