"""Endpoints that open and close a channel: what its network asks for, connecting it again, disconnecting it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from nestor.brands.actions import connect_channel, disconnect_channel
from nestor.brands.models import Channel
from nestor.brands.reads import reason_of
from nestor.faces.api.v1.caller import CHANNELS, ApiRequest, needs, once
from nestor.faces.api.v1.deeds import channel_row
from nestor.faces.api.v1.given import Body, Moment
from nestor.faces.api.v1.looking import channel_at
from nestor.faces.api.v1.our_brand import misfit
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.faces.connecting import OtherAccount, load_network, try_access
from nestor.faces.shapes import ChannelShape
from nestor.inbox.actions import fill_again, open_cursor
from nestor.inbox.reads import channel_health
from nestor.networks.contract import Account, Network, NetworkTrouble
from nestor.people.rules import Permission

AT = "/channels/{public:channel}"
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=60)]
FieldText = Annotated[str, StringConstraints(max_length=2000)]


class AccessGiven(Body):
    """What the network asks for, by the names of its fields; what is left out, or empty, stays as it is stored."""

    settings: dict[FieldName, FieldText] = Field(default_factory=dict, max_length=40)
    secrets: dict[FieldName, FieldText] = Field(default_factory=dict, max_length=40)


class SpotGiven(Body):
    """Which blind spot: its beginning."""

    from_at: Moment


class FieldShape(BaseModel):
    """One thing a network asks for; `now` is what is stored, never of a secret."""

    name: str
    kind: str
    is_required: bool
    choices: list[str]
    now: str


class AccessShape(BaseModel):
    """What a channel's network asks for."""

    network: str
    fields: list[FieldShape]


def network_at(request: ApiRequest, public_id: str) -> tuple[Channel, Network]:
    """Return a channel of this brand with its network; raise `Problem`."""
    row = channel_row(request, public_id)
    needs(request, Permission.CONNECT)
    network = load_network(row.network)
    if network is None:
        raise Problem("not_found")
    return row, network


@router.get(f"{AT}/access", auth=CHANNELS, response=AccessShape, tags=["channels"])
def show_access(request: ApiRequest, channel: str) -> AccessShape:
    """Show what a channel's network asks for, and what of it is stored; no secret."""
    row, network = network_at(request, channel)
    fields = [
        FieldShape(
            name=one.name,
            kind=one.kind,
            is_required=one.required,
            choices=list(one.choices),
            now="" if one.kind == "secret" else row.settings.get(one.name, one.default),
        )
        for one in network.fields
    ]
    return AccessShape(network=network.key, fields=fields)


@router.post(f"{AT}/reconnect", auth=CHANNELS, response=ChannelShape, tags=["channels"])
def reconnect(request: ApiRequest, channel: str, given: AccessGiven) -> ChannelShape:
    """Try new access and keep it if the network accepts it; the channel keeps its past and what was missed is read."""
    call, (row, network) = request.call, network_at(request, channel)
    chosen = {**row.settings, **_fitting(network, given.settings, are_secret=False)}
    secrets = _fitting(network, given.secrets, are_secret=True)
    account = _tried(row, network, chosen, secrets)  # outside of any transaction, as all that calls a network

    def kept() -> dict[str, bool]:
        again = connect_channel(
            call.seat.brand,
            row.network,
            account,
            call.now,
            settings=chosen,
            secrets=secrets,
            name=row.name,
            actor_id=call.seat.user.pk,
        )
        open_cursor(again, call.now)
        return {"changed": True}

    once(request, kept)
    return channel_at(request, channel)


def _fitting(network: Network, given: Mapping[str, str], *, are_secret: bool) -> dict[str, str]:
    """Return what says something; raise `Problem` for a field the network does not have, or has not as that."""
    known = {one.name: one for one in network.fields if (one.kind == "secret") is are_secret}
    place = "secrets" if are_secret else "settings"
    for name, text in given.items():
        if name not in known:
            raise misfit(place, "field")
        if text and known[name].choices and text not in known[name].choices:
            raise misfit(place, "field")
    return {name: text.strip() for name, text in given.items() if text.strip()}


def _tried(row: Channel, network: Network, chosen: Mapping[str, str], secrets: Mapping[str, str]) -> Account:
    try:
        return try_access(row, network, chosen, secrets)
    except NetworkTrouble as trouble:
        raise Problem("no_access", reason=reason_of(trouble).value) from trouble
    except OtherAccount as error:
        raise Problem("other_account") from error


@router.post(f"{AT}/disconnect", auth=CHANNELS, response=ChannelShape, tags=["channels"])
def disconnect(request: ApiRequest, channel: str) -> ChannelShape:
    """Read and send no more by a channel; what was said stays, and whoever had an answer waiting is told."""
    call, row = request.call, channel_row(request, channel)
    needs(request, Permission.CONNECT)
    once(request, lambda: {"changed": disconnect_channel(row, call.now, actor_id=call.seat.user.pk)})
    return channel_at(request, channel)


@router.post(f"{AT}/blind-spots/read-again", auth=CHANNELS, response=Changed, tags=["channels"])
def fill_blind_spot(request: ApiRequest, channel: str, given: SpotGiven) -> Changed:
    """Have a blind spot read again; nothing changes while the channel is still blind."""
    call, row = request.call, channel_row(request, channel)
    needs(request, Permission.CONNECT)
    health = next((one for one in channel_health(call.seat.brand) if one.channel.pk == row.pk), None)
    spots = health.blind_spots if health is not None else ()
    spot = next((one for one in spots if one.from_at == given.from_at), None)
    if spot is None:
        raise Problem("not_found")
    if not row.is_connected:
        raise Problem("changed")
    done = once(request, lambda: {"changed": fill_again(spot, call.now, actor_id=call.seat.user.pk)})
    return Changed(changed=done["changed"])
