"""On call: the week as a picture, its slots and swaps, and what the head of the desk chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.notice_words import WAYS
from nestor.faces.web.rota_picture import gaps_in, ranks_used, week_rows
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.weekdays import weekday_names
from nestor.notices import reads
from nestor.notices.actions import rota as acts
from nestor.notices.models import Shift
from nestor.notices.rules.reach import Way
from nestor.notices.rules.rota import RANKS, on_duty
from nestor.people.models import User
from nestor.people.reads import colleague, team_of
from nestor.people.rules import Permission, may

FURTHEST = timedelta(weeks=60)


class SlotForm(forms.Form):
    """A slot of each week."""

    whose = forms.CharField(max_length=16)
    rank = forms.TypedChoiceField(choices=[(one, one) for one in RANKS], coerce=int)
    days = forms.TypedMultipleChoiceField(choices=[(day, day) for day in range(7)], coerce=int)
    starts_at = forms.TimeField()
    ends_at = forms.TimeField()


class SwapForm(forms.Form):
    """For once, somebody else."""

    whose = forms.CharField(max_length=16, required=False)
    rank = forms.TypedChoiceField(choices=[(one, one) for one in RANKS], coerce=int)
    starts_at = forms.DateTimeField()
    ends_at = forms.DateTimeField()


class PolicyForm(forms.Form):
    """How the team may be reached."""

    next_after = forms.IntegerField(min_value=1, max_value=240)
    services = forms.CharField(required=False, max_length=8000)


@dataclass(frozen=True, slots=True)
class Slots:
    """The same hours of the same person, on several days."""

    shifts: list[Shift]

    @property
    def first(self) -> Shift:
        """Return the one of the first day."""
        return self.shifts[0]

    @property
    def days(self) -> str:
        """Return the days, one after another."""
        names = dict(weekday_names())
        return " ".join(names[one.weekday] for one in self.shifts)


def slots_of(shifts: Iterable[Shift]) -> list[Slots]:
    """Return slots that differ in their day alone as one, in the order of the week and of who is told first."""
    found: dict[tuple[int, int, time, time], list[Shift]] = {}
    for one in shifts:
        found.setdefault((one.rank, one.user_id, one.starts_at, one.ends_at), []).append(one)
    return [Slots(group) for _key, group in sorted(found.items(), key=lambda item: item[0][0])]


def wanted_week(request: DeskRequest) -> datetime:
    """Return a moment in the week that is asked for; this week for anything senseless."""
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return request.now
    wanted = datetime.combine(day, time(12), ZoneInfo(request.seat.brand.zone))
    return wanted if abs(wanted - request.now) < FURTHEST else request.now


def page_context(request: DeskRequest) -> dict[str, Any]:
    """Return what the page shows."""
    brand, now = request.seat.brand, request.now
    team = team_of(brand)
    names = {user.pk: user.name for user, _role in team}
    start, end = reads.week_of(wanted_week(request), brand.zone)
    rota = reads.rota_of(brand, min(start, now), team)
    rows = week_rows(rota, start, end, names, now)
    policy = reads.policy_of(brand)
    return settings_context(request.seat, "rota") | {
        "rows": rows,
        "gap": ceil(gaps_in(rows) / timedelta(hours=1)),
        "has_rota": bool(rota.slots),
        "on_call": [[names.get(one, "?") for one in rank] for rank in on_duty(rota, now)],
        "heads": [] if rota.slots else [user.name for user in reads.on_call(team, sees_sealed=False)],
        "ranks": ranks_used(rota),
        "monday": start,
        "sunday": end - timedelta(hours=12),
        "earlier": (start - timedelta(days=3)).astimezone(ZoneInfo(brand.zone)).date(),
        "later": (end + timedelta(days=3)).astimezone(ZoneInfo(brand.zone)).date(),
        "is_this_week": start <= now < end,
        "slots": slots_of(reads.shifts_of(brand)),
        "swaps": reads.swaps_of(brand, now),
        "weekdays": weekday_names(),
        "all_ranks": RANKS,
        "may_head": request.seat.may(Permission.HEAD),
        "callable": [user for user, role in team if may(role, Permission.ROUTE)],
        "policy": policy,
        "policy_lines": "\n".join(policy.services),
        "ways": [(way.value, WAYS[way.value], way.value in policy.ways) for way in Way],
        "zone": brand.zone,
        "now": now,
    }


@seated()
def show_rota(request: DeskRequest) -> HttpResponse:
    """Who is on call when: everybody of the team may look."""
    with timezone.override(ZoneInfo(request.seat.brand.zone)):
        template = "web/parts/rota.html" if request.htmx else "web/rota.html"
        return render(request, template, page_context(request))


def _back(place: str = "") -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('rota')}{f'#{place}' if place else ''}")


def _colleague(request: DeskRequest, public_id: str) -> User | None:
    found = colleague(request.seat.brand, public_id)
    return found if found is not None and acts.may_be_on_call(request.seat, found) else None


@require_POST
@seated(Permission.HEAD)
def add_slots(request: DeskRequest) -> HttpResponse:
    """Put somebody on call at some days of each week."""
    form = SlotForm(request.POST)
    given = form.cleaned_data if form.is_valid() else None
    found = _colleague(request, given["whose"]) if given else None
    if given is None or found is None:
        messages.warning(request, _("Choose somebody, at least one day, and both times: nothing was changed."))
        return _back("slots")
    times = (given["starts_at"], given["ends_at"])
    done = acts.add_shifts(request.seat, found, given["days"], times, request.now, rank=given["rank"])
    messages.info(request, _("On call.") if done else _("That was there already, or there are too many."))
    return _back("slots")


@require_POST
@seated(Permission.HEAD)
def remove_slots(request: DeskRequest) -> HttpResponse:
    """Take slots off the week."""
    done = [acts.remove_shift(request.seat, one, request.now) for one in request.POST.getlist("slot")[:7]]
    return _back("slots") if any(done) else show_error(request, 404)


@require_POST
@seated(Permission.HEAD)
def add_swap(request: DeskRequest) -> HttpResponse:
    """For once, have somebody else on call, or nobody."""
    with timezone.override(ZoneInfo(request.seat.brand.zone)):
        form = SwapForm(request.POST)
        given = form.cleaned_data if form.is_valid() else None
    wanted = given["whose"] if given else ""
    found = _colleague(request, wanted) if wanted else None
    is_sensible = given is not None and (found is not None or not wanted)
    if given is None or not is_sensible:
        messages.warning(request, _("Choose a beginning and an end after it: nothing was changed."))
        return _back("swaps")
    interval = (given["starts_at"], given["ends_at"])
    done = acts.swap_duty(request.seat, found, interval, request.now, rank=given["rank"])
    says = _("Swapped.") if done else _("Choose a beginning and an end after it: nothing was changed.")
    messages.info(request, says)
    return _back("swaps")


@require_POST
@seated(Permission.HEAD)
def remove_swap(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take a swap back."""
    if not acts.remove_swap(request.seat, public_id, request.now):
        return show_error(request, 404)
    return _back("swaps")


@require_POST
@seated(Permission.HEAD)
def set_policy(request: DeskRequest) -> HttpResponse:
    """Choose which ways notices may take."""
    form = PolicyForm(request.POST)
    given = form.cleaned_data if form.is_valid() else None
    done = given is not None and acts.set_policy(
        request.seat, request.POST.getlist("ways"), given["services"].splitlines(), given["next_after"], request.now
    )
    wrong = _("A service is a word such as “tgram”, or with its host “ntfys://ntfy.example.org”. Nothing was changed.")
    messages.info(request, _("Kept.") if done else wrong)
    return _back("policy")
