"""Channels: can they be read, what was missed, what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.brands.actions import connect_channel, disconnect_channel, hold_channel, lift_hold
from nestor.brands.models import Channel
from nestor.brands.reads import channel_of, places, reason_of, whereabouts_of
from nestor.faces.connecting import OtherAccount, load_network, try_access
from nestor.faces.web.charts import Bar, blind_bars, day_lines
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.forms import ConnectForm, IntervalForm, ReasonForm
from nestor.faces.web.replies import too_late
from nestor.faces.web.words import TROUBLES, WHAT_TO_DO, word
from nestor.inbox.actions import ask_backfill, fill_again, open_cursor, read_now
from nestor.inbox.models import BlindSpot
from nestor.inbox.reads import ChannelHealth, channel_health
from nestor.inbox.rules import ARCHIVE
from nestor.networks.contract import Account, Network, NetworkTrouble
from nestor.people.rules import Permission
from nestor.publisher.reads import waiting_by_channel


@dataclass(frozen=True, slots=True)
class ShownChannel:
    """One channel with everything its card shows."""

    health: ChannelHealth
    bars: list[Bar]
    open_gaps: int
    can_reconnect: bool
    can_disconnect: bool
    waiting: int  # answers that have not left
    form: ConnectForm | None

    @property
    def channel(self) -> Channel:
        """Return the channel itself."""
        return self.health.channel


def shown(
    health: Sequence[ChannelHealth],
    now: datetime,
    form: tuple[int, ConnectForm] | None = None,
    waiting: Mapping[int, int] | None = None,
) -> list[ShownChannel]:
    """Return every channel as its card shows it; `form` is the one that was sent and found wrong."""
    found = []
    for one in health:
        network = load_network(one.channel.network)
        own = form[1] if form and form[0] == one.channel.pk else None
        if own is None and network is not None and network.fields:
            channel = one.channel
            own = ConnectForm(network, channel.settings, prefix=channel.public_id, is_stored=channel.is_connected)
        gaps = [spot for spot in one.blind_spots if spot.closed_at is None]
        found.append(
            ShownChannel(
                health=one,
                bars=blind_bars(one.blind_spots, now),
                open_gaps=len(gaps),
                can_reconnect=network is not None,
                can_disconnect=one.channel.is_connected and one.channel.network != ARCHIVE,
                waiting=(waiting or {}).get(one.channel.pk, 0),
                form=own,
            )
        )
    return found


def page_context(request: DeskRequest, form: tuple[int, ConnectForm] | None = None) -> dict[str, Any]:
    """Return what the page shows."""
    health = channel_health(request.seat.brand)
    return {
        "whereabouts": whereabouts_of(request.seat.brand, [one.channel for one in health]),
        "places": sorted(places().items(), key=lambda one: one[1].casefold()),
        "channels": shown(health, request.now, form, waiting_by_channel(request.seat.brand)),
        "days": day_lines(request.now, timezone.localtime(request.now)),
        "may_connect": request.seat.may(Permission.CONNECT),
        "may_hold": request.seat.may(Permission.HOLD),
        "failed_form": form[0] if form else 0,
        "now": request.now,
    }


@seated()
def show_channels(request: DeskRequest) -> HttpResponse:
    """Every channel of the brand."""
    template = "web/parts/channels.html" if request.htmx else "web/channels.html"
    return render(request, template, page_context(request))


def open_channel(request: DeskRequest, public_id: str) -> Channel:
    """Return one channel of the brand; raise `Http404`."""
    try:
        return channel_of(request.seat.brand, public_id)
    except Channel.DoesNotExist as error:
        raise Http404 from error


def _back(channel: Channel) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('channels')}#c-{channel.public_id}")


@require_POST
@seated(Permission.ROUTE)
def read_channel_now(request: DeskRequest, public_id: str) -> HttpResponse:
    """Read it at once instead of at its time."""
    channel = open_channel(request, public_id)
    done = channel.is_connected and read_now(channel, request.now)
    messages.info(request, _("It is being read now.") if done else _("It is not connected."))
    return _back(channel)


@require_POST
@seated(Permission.HOLD)
def hold(request: DeskRequest, public_id: str) -> HttpResponse:
    """Hold what is to leave by this channel, or lift the hold; both want a reason."""
    channel, form = open_channel(request, public_id), ReasonForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Give a reason: whoever comes after you will want it."))
        return _back(channel)
    reason, actor = form.cleaned_data["reason"], request.user.pk
    if request.POST.get("do") == "lift":
        done = lift_hold(channel, reason, request.now, actor_id=actor)
        says = _("The hold is lifted: what waited leaves now.")
    else:
        done = hold_channel(channel, reason, request.now, actor_id=actor)
        says = _("Held: nothing leaves by this channel until the hold is lifted.")
    messages.info(request, says if done else too_late())
    return _back(channel)


@require_POST
@seated(Permission.CONNECT)
def backfill(request: DeskRequest, public_id: str) -> HttpResponse:
    """Read an interval again: a blind spot (`spot`: its beginning), or one chosen by hand."""
    channel = open_channel(request, public_id)
    if not channel.is_connected:
        messages.info(request, _("It is not connected."))
        return _back(channel)
    wanted = request.POST.get("spot", "")
    if wanted:
        spot = _spot(request, channel, wanted)
        if spot is None:
            return show_error(request, 404)
        done = fill_again(spot, request.now, actor_id=request.user.pk)
        messages.info(
            request, _("It is being read again.") if done else _("The channel is still blind: reconnect it first.")
        )
        return _back(channel)
    form = IntervalForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose a beginning before the end, in the past, at most three months long."))
        return _back(channel)
    ask_backfill(channel, form.cleaned_data["start"], form.cleaned_data["end"], request.now, actor_id=request.user.pk)
    messages.info(request, _("It is being read again."))
    return _back(channel)


def _spot(request: DeskRequest, channel: Channel, wanted: str) -> BlindSpot | None:
    health = next((one for one in channel_health(request.seat.brand) if one.channel.pk == channel.pk), None)
    spots = health.blind_spots if health else ()
    return next((spot for spot in spots if spot.from_at.isoformat() == wanted), None)


@require_POST
@seated(Permission.CONNECT)
def reconnect(request: DeskRequest, public_id: str) -> HttpResponse:
    """Try new access and keep it if the network accepts it; the same account keeps its channel and its past."""
    channel = open_channel(request, public_id)
    network = load_network(channel.network)
    if network is None:
        return show_error(request, 404)
    form = ConnectForm(
        network, channel.settings, request.POST, prefix=channel.public_id, is_stored=channel.is_connected
    )
    if form.is_valid():
        settings_given = {**channel.settings, **form.given(kind_is_secret=False)}
        account = _try(channel, network, settings_given, form)
        if account is not None:
            secrets = form.given(kind_is_secret=True)
            again = connect_channel(
                request.seat.brand,
                channel.network,
                account,
                request.now,
                settings=settings_given,
                secrets=secrets,
                name=channel.name,
                actor_id=request.user.pk,
            )
            open_cursor(again, request.now)
            messages.info(request, _("Connected again. What was missed is being read."))
            return _back(again)
    return render(request, "web/channels.html", page_context(request, (channel.pk, form)), status=422)


@require_POST
@seated(Permission.CONNECT)
def disconnect(request: DeskRequest, public_id: str) -> HttpResponse:
    """Read and send no more by this channel; the page has said what ends and what stays."""
    channel = open_channel(request, public_id)
    done = disconnect_channel(channel, request.now, actor_id=request.user.pk)
    says = _("Disconnected. What was said stays; whoever had an answer waiting is told.")
    messages.info(request, says if done else _("Nothing was changed: that is so already."))
    return _back(channel)


def _try(channel: Channel, network: Network, given: dict[str, str], form: ConnectForm) -> Account | None:
    """Ask the network who we are with what was given; its no is written into the form."""
    try:
        return try_access(channel, network, given, form.given(kind_is_secret=True))
    except NetworkTrouble as trouble:
        code = reason_of(trouble).value
        form.add_error(None, f"{word(TROUBLES, code)} {word(WHAT_TO_DO, code)}")
    except OtherAccount:
        form.add_error(None, _("This access belongs to another account. Connect that one as a channel of its own."))
    return None
