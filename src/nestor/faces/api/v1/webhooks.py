"""Endpoints about whom the desk tells outside."""

from datetime import datetime
from typing import Annotated

from django.conf import settings
from ninja import Query, Status
from pydantic import BaseModel, Field, StringConstraints

from nestor.faces.api.v1.caller import WEBHOOKS, ApiRequest, once
from nestor.faces.api.v1.given import Body, Paged, Short, among, enum_of, place_in
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.hooks import actions, reads
from nestor.hooks.models import Call, Receiver
from nestor.hooks.rules import KINDS, MOST_ADDRESS, is_callable_address
from nestor.routing.reads import cursor_at

AT = "/webhooks/{public:webhook}"
Kind = Annotated[str, among(KINDS), enum_of(KINDS)]


class Added(Body):
    """Whom to tell, where, of what."""

    name: Short
    url: Annotated[str, StringConstraints(min_length=1, max_length=MOST_ADDRESS)]
    kinds: list[Kind] = Field(min_length=1, max_length=20)


class WebhookShape(BaseModel):
    """An address that is told what happens."""

    id: str
    name: str
    url: str
    kinds: list[str]
    is_on: bool
    trouble: str
    failing_since: datetime | None
    rest_until: datetime | None


class WithSecret(WebhookShape):
    """The same with its secret, which is shown this once."""

    secret: str


class Webhooks(BaseModel):
    """Every address that is told."""

    items: list[WebhookShape]


class CallShape(BaseModel):
    """One event owed to a webhook, and what became of it."""

    id: str
    event: str
    kind: str
    happened_at: datetime
    state: str
    tries: int
    status: int | None
    trouble: str
    due_at: datetime | None


class Calls(BaseModel):
    """A page of what a webhook was told, latest first."""

    items: list[CallShape]
    next: str | None


def webhook_shape(row: Receiver) -> WebhookShape:
    """Return a receiver without its secret."""
    same = "name url kinds is_on trouble failing_since rest_until"
    return WebhookShape(id=row.public_id, **{name: getattr(row, name) for name in same.split()})


def receiver_at(request: ApiRequest, public_id: str) -> Receiver:
    """Return a receiver of this brand; raise `Problem` for any other."""
    found = reads.receiver_for(request.call.seat.brand, public_id)
    if found is None:
        raise Problem("not_found")
    return found


@router.get("/webhooks", auth=WEBHOOKS, response=Webhooks, tags=["webhooks"])
def list_webhooks(request: ApiRequest) -> Webhooks:
    """List who is told outside."""
    return Webhooks(items=[webhook_shape(row) for row in reads.receivers_of(request.call.seat.brand)])


@router.post("/webhooks", auth=WEBHOOKS, response={201: WithSecret}, tags=["webhooks"])
def add_webhook(request: ApiRequest, given: Added) -> Status[WithSecret]:
    """Tell one more address; its secret is in this answer and in no other."""
    if not is_callable_address(given.url, allow_private=settings.NESTOR_PRIVATE_NETWORKS):
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "url"), "type": "address"}]))
    try:
        made = actions.add_receiver(request.call.seat, given.name, given.url, given.kinds, request.call.now)
    except actions.NoRoom as error:
        raise Problem("no_room") from error
    if made is None:
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "name"), "type": "name"}]))
    return Status(201, WithSecret(secret=made[1], **webhook_shape(made[0]).model_dump()))


@router.get("/webhooks/{public:webhook}", auth=WEBHOOKS, response=WebhookShape, tags=["webhooks"])
def show_webhook(request: ApiRequest, webhook: str) -> WebhookShape:
    """Show who is told, and how that goes."""
    return webhook_shape(receiver_at(request, webhook))


@router.delete("/webhooks/{public:webhook}", auth=WEBHOOKS, response=Changed, tags=["webhooks"])
def delete_webhook(request: ApiRequest, webhook: str) -> Changed:
    """Tell it nothing any more."""
    return Changed(changed=actions.delete_receiver(request.call.seat, receiver_at(request, webhook), request.call.now))


@router.post("/webhooks/{public:webhook}/secret", auth=WEBHOOKS, response=WithSecret, tags=["webhooks"])
def rotate_webhook_secret(request: ApiRequest, webhook: str) -> WithSecret:
    """Give it a new secret; the old one signs as well for a day."""
    row = receiver_at(request, webhook)
    secret = actions.rotate_secret(request.call.seat, row, request.call.now)
    if secret is None:
        raise Problem("changed")
    return WithSecret(secret=secret, **webhook_shape(row).model_dump())


@router.post("/webhooks/{public:webhook}/on", auth=WEBHOOKS, response=WebhookShape, tags=["webhooks"])
def switch_webhook_on(request: ApiRequest, webhook: str) -> WebhookShape:
    """Call it again; what waits is told."""
    actions.switch_receiver(request.call.seat, receiver_at(request, webhook), request.call.now, is_on=True)
    return webhook_shape(receiver_at(request, webhook))


@router.post("/webhooks/{public:webhook}/off", auth=WEBHOOKS, response=WebhookShape, tags=["webhooks"])
def switch_webhook_off(request: ApiRequest, webhook: str) -> WebhookShape:
    """Call it no more."""
    actions.switch_receiver(request.call.seat, receiver_at(request, webhook), request.call.now, is_on=False)
    return webhook_shape(receiver_at(request, webhook))


@router.post("/webhooks/{public:webhook}/ping", auth=WEBHOOKS, response=Changed, tags=["webhooks"])
def try_webhook(request: ApiRequest, webhook: str) -> Changed:
    """Call it with nothing to say, to see whether it hears."""
    call, row = request.call, receiver_at(request, webhook)
    return Changed(changed=once(request, lambda: {"changed": actions.ping(call.seat, row, call.now)})["changed"])


@router.get("/webhooks/{public:webhook}/calls", auth=WEBHOOKS, response=Calls, tags=["webhooks"])
def list_webhook_calls(request: ApiRequest, webhook: str, given: Query[Paged]) -> Calls:
    """List what it was told, latest first."""
    rows = reads.calls_page(receiver_at(request, webhook), place_in(given.after), given.limit + 1)
    page = rows[: given.limit]
    more = cursor_at(page[-1].happened_at, page[-1].pk) if len(rows) > len(page) else None
    return Calls(items=[call_shape(row) for row in page], next=more)


def call_shape(row: Call) -> CallShape:
    """Return one line of the log."""
    same = "kind happened_at state tries status trouble due_at"
    values = {name: getattr(row, name) for name in same.split()}
    return CallShape(id=row.public_id, event=str(row.event_id), **values)


@router.post(f"{AT}/calls/{{public:call}}/replay", auth=WEBHOOKS, response=Changed, tags=["webhooks"])
def replay_webhook_call(request: ApiRequest, webhook: str, call: str) -> Changed:
    """Tell it once more, under the same id."""
    row = reads.call_for(receiver_at(request, webhook), call)
    if row is None:
        raise Problem("not_found")
    return Changed(changed=actions.replay(request.call.seat, row, request.call.now))
