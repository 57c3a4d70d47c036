"""Pages without a list of their own to page through, taken along as files: channels, the team, one's brands."""

from collections.abc import Iterator

from django.http import HttpResponseBase

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.exports import download
from nestor.faces.web.views.today import absence_of
from nestor.inbox.reads import ChannelHealth, channel_health
from nestor.people.reads.team import team_rows
from nestor.people.rules import Permission
from nestor.routing.reads.home import glances

CHANNELS = (
    "channel network handle connected trouble trouble_since read_at blind_from blind_until blind_why found closed_at"
)
TEAM = "name email role suspended"
BRANDS = "brand role late soon nobody open arrived"


@seated()
def export_channels(request: DeskRequest, form: str) -> HttpResponseBase:
    """Every channel with how it does now, a line for each time it could not be read."""
    health = channel_health(request.seat.brand)
    return download(form, "channels", CHANNELS.split(), (row for one in health for row in _channel_rows(one)))


def _channel_rows(health: ChannelHealth) -> Iterator[dict[str, object]]:
    channel = health.channel
    row: dict[str, object] = {
        "channel": channel.name,
        "network": channel.network,
        "handle": channel.handle,
        "connected": channel.is_connected,
        "trouble": channel.trouble,
        "trouble_since": channel.trouble_since,
        "read_at": health.read_at,
    }
    for spot in health.blind_spots:
        yield row | {
            "blind_from": spot.from_at,
            "blind_until": spot.until_at,
            "blind_why": spot.reason,
            "found": spot.found,
            "closed_at": spot.closed_at,
        }
    if not health.blind_spots:
        yield row


@seated()
def export_team(request: DeskRequest, form: str) -> HttpResponseBase:
    """Who is on the team, with what the page shows: addresses are for the head."""
    sees_mail = request.seat.may(Permission.HEAD)
    rows = (
        {
            "name": one.name,
            "email": one.email if sees_mail else "",
            "role": one.role.value,
            "suspended": one.is_suspended,
        }
        for one in team_rows(request.seat.brand)
    )
    return download(form, "team", TEAM.split(), rows)


@seated()
def export_brands(request: DeskRequest, form: str) -> HttpResponseBase:
    """One's brands with their figures, as the page shows them."""
    shown = glances(request.seats, absence_of(request).left_at, request.now)
    names = BRANDS.split()[2:]
    rows = (
        {"brand": one.seat.brand.name, "role": one.seat.role.value} | {name: getattr(one, name) for name in names}
        for one in shown
    )
    return download(form, "brands", BRANDS.split(), rows)
