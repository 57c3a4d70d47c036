"""Endpoints about where the brand is: accounts it says it has, and what its channels missed."""

from datetime import datetime
from typing import Annotated

from ninja import Status
from pydantic import BaseModel, StringConstraints

from nestor.brands.actions import forget_account, leave_unused, name_account, use_again
from nestor.brands.models import OwnAccount
from nestor.brands.reads import account_of, channels_of, places, whereabouts_of
from nestor.faces.api.v1.caller import CHANNELS, READ, ApiRequest, needs, once
from nestor.faces.api.v1.deeds import channel_row
from nestor.faces.api.v1.given import Body, Why
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.inbox.actions import read_now
from nestor.inbox.reads import channel_health
from nestor.people.rules import Permission

AT = "/accounts/{public:account}"


class AccountGiven(Body):
    """An account of the brand: where, and how it is called there."""

    network: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    handle: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AccountShape(BaseModel):
    """An account the brand says it has; blind where people speak to it and nobody at the desk hears them."""

    id: str
    network: str
    name: str
    handle: str
    is_read: bool
    is_blind: bool
    can_connect: bool
    unused_at: datetime | None
    unused_reason: str


class Accounts(BaseModel):
    """Every account the brand says it has, blind ones first."""

    items: list[AccountShape]


class BlindSpotShape(BaseModel):
    """An interval in which a channel could not be read; `found` are messages that only reading it again brought."""

    reason: str
    from_at: datetime
    until_at: datetime | None
    found: int
    closed_at: datetime | None


class BlindSpots(BaseModel):
    """The latest intervals in which a channel could not be read; those that last come first."""

    items: list[BlindSpotShape]


def account_shapes(request: ApiRequest) -> list[AccountShape]:
    """Return the accounts of the brand as they stand now."""
    brand = request.call.seat.brand
    return [
        AccountShape(
            id=one.account.public_id,
            network=one.account.network,
            name=one.name,
            handle=one.account.handle,
            is_read=one.is_read,
            is_blind=one.is_blind,
            can_connect=one.can_connect,
            unused_at=one.account.unused_at,
            unused_reason=one.account.unused_reason,
        )
        for one in whereabouts_of(brand, channels_of(brand))
    ]


def account_at(request: ApiRequest, public_id: str) -> OwnAccount:
    """Return an account of this brand; raise `Problem` for any other."""
    found = account_of(request.call.seat.brand, public_id)
    if found is None:
        raise Problem("not_found")
    needs(request, Permission.CONNECT)
    return found


@router.get("/accounts", auth=READ, response=Accounts, tags=["channels"])
def list_accounts(request: ApiRequest) -> Accounts:
    """List the accounts the brand says it has, and which of them nobody hears."""
    return Accounts(items=account_shapes(request))


@router.post("/accounts", auth=CHANNELS, response={201: AccountShape}, tags=["channels"])
def name_an_account(request: ApiRequest, given: AccountGiven) -> Status[AccountShape]:
    """Say that the brand has an account somewhere."""
    needs(request, Permission.CONNECT)
    call = request.call
    if given.network not in places():
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "network"), "type": "network"}]))

    def named() -> dict[str, str]:
        row = name_account(call.seat.brand, given.network, given.handle, call.now, actor_id=call.seat.user.pk)
        if row is None:
            raise Problem("invalid", errors=misfits_of([{"loc": ("body", "handle"), "type": "account"}]))
        return {"account": row.public_id}

    public_id = once(request, named)["account"]
    shown = next((one for one in account_shapes(request) if one.id == public_id), None)
    if shown is None:
        raise Problem("not_found")
    return Status(201, shown)


@router.post(f"{AT}/unused", auth=CHANNELS, response=Changed, tags=["channels"])
def leave_account_unused(request: ApiRequest, account: str, given: Why) -> Changed:
    """Say that the brand does not use it, and why: it is no blind spot then."""
    call, row = request.call, account_at(request, account)
    actor = call.seat.user.pk
    done = once(request, lambda: {"changed": leave_unused(row, given.reason, call.now, actor_id=actor)})
    return Changed(changed=done["changed"])


@router.post(f"{AT}/used", auth=CHANNELS, response=Changed, tags=["channels"])
def use_account_again(request: ApiRequest, account: str) -> Changed:
    """Say that the brand uses it after all."""
    call, row = request.call, account_at(request, account)
    done = once(request, lambda: {"changed": use_again(row, call.now, actor_id=call.seat.user.pk)})
    return Changed(changed=done["changed"])


@router.delete(AT, auth=CHANNELS, response=Changed, tags=["channels"])
def forget_an_account(request: ApiRequest, account: str) -> Changed:
    """Say that the brand has no such account."""
    call, row = request.call, account_at(request, account)
    return Changed(changed=forget_account(row, call.now, actor_id=call.seat.user.pk))


@router.get("/channels/{public:channel}/blind-spots", auth=READ, response=BlindSpots, tags=["channels"])
def list_blind_spots(request: ApiRequest, channel: str) -> BlindSpots:
    """List when a channel could not be read, and what reading it again brought."""
    row = channel_row(request, channel)
    health = next((one for one in channel_health(request.call.seat.brand) if one.channel.pk == row.pk), None)
    same = "reason from_at until_at found closed_at"
    spots = health.blind_spots if health is not None else ()
    return BlindSpots(items=[BlindSpotShape(**{name: getattr(one, name) for name in same.split()}) for one in spots])


@router.post("/channels/{public:channel}/read", auth=CHANNELS, response=Changed, tags=["channels"])
def read_channel_now(request: ApiRequest, channel: str) -> Changed:
    """Have a channel read at once instead of at its time."""
    call, row = request.call, channel_row(request, channel)
    return Changed(changed=once(request, lambda: {"changed": row.is_connected and read_now(row, call.now)})["changed"])
