"""When the desk is open: a line a weekday, the days it is closed, and the public holidays of a country."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from babel import Locale
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from nestor.brands.actions import set_opening_hours
from nestor.brands.models import Brand
from nestor.brands.reads import closures_of, opening_hours, periods_of
from nestor.brands.rules import hours_mark, is_open
from nestor.faces.closures import Closed, closures_text, holiday_countries, public_holidays, read_closures
from nestor.faces.hours import BadHours, day_text, read_day
from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.settings_pages import settings_context
from nestor.faces.web.weekdays import weekday_names
from nestor.people.rules import Permission

YEARS = 2  # of holidays: this one and the next
MOST_TYPED = 60_000  # characters of closed days
DAY = 24 * 60  # minutes


@dataclass(slots=True)
class DayLine:
    """One weekday as it is typed, with what is wrong with it, and the minutes of the day it is open."""

    number: int
    name: str
    text: str
    error: str = ""
    periods: tuple[tuple[time, time], ...] = ()
    open_from_to: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Typed:
    """The page as it was typed."""

    days: list[DayLine]
    closures: str
    closed: list[Closed]
    error: str = ""

    @property
    def is_wrong(self) -> bool:
        """Return whether anything of it makes no sense."""
        return bool(self.error) or any(day.error for day in self.days)

    def periods(self) -> list[tuple[int, time, time]]:
        """Return the week's periods."""
        return [(day.number, start, end) for day in self.days for start, end in day.periods]


def _kept(brand: Brand) -> Typed:
    week: dict[int, list[tuple[time, time]]] = {}
    for day, start, end in periods_of(brand):
        week.setdefault(day, []).append((start, end))
    days = [
        DayLine(number, name, day_text(week.get(number, [])), periods=tuple(week.get(number, [])))
        for number, name in weekday_names("wide")
    ]
    closed = closures_of(brand)
    return Typed(days, closures_text(closed), closed)


def _typed(given: dict[str, str]) -> Typed:
    days = []
    for number, name in weekday_names("wide"):
        line = DayLine(number, name, given.get(f"day-{number}", "")[:200])
        try:
            line.periods = tuple(read_day(line.text))
        except BadHours:
            line.error = _("Write for instance 09:00–12:30, 14:00–18:00; nothing where it is closed; 24 h for all day.")
        days.append(line)
    closures = given.get("closures", "")
    typed = Typed(days, closures[:MOST_TYPED], [])
    try:
        typed.closed = read_closures(typed.closures)
    except BadHours as wrong:
        says = _("“%(line)s” is no day. One a line, for instance 25/12/2026 Christmas; at most 400 days.")
        typed.error = says % {"line": wrong}
    if len(closures) > MOST_TYPED:
        typed.error = _("That is too long.")
    return typed


def _draw(days: list[DayLine]) -> None:
    """Say for each day which minutes it is open; what runs past midnight goes on in the next row."""
    drawn: dict[int, list[tuple[int, int]]] = {day.number: [] for day in days}
    for day in days:
        for start, end in day.periods:
            begins, ends = (one.hour * 60 + one.minute for one in (start, end))
            drawn[day.number].append((begins, (ends if ends > begins else DAY) - begins))
            if 0 < ends < begins:
                drawn[(day.number + 1) % 7].append((0, ends))
    for day in days:
        day.open_from_to = tuple(sorted(drawn[day.number]))


def _context(request: DeskRequest, typed: Typed, mark: str) -> dict[str, Any]:
    brand = request.seat.brand
    _draw(typed.days)
    names = Locale.parse((get_language() or "en").replace("-", "_")).territories
    countries = sorted(((code, names.get(code, code)) for code in holiday_countries()), key=lambda one: one[1])
    return settings_context(request.seat, "opening_hours") | {
        "typed": typed,
        "mark": mark,
        "zone": brand.zone.replace("_", " "),
        "is_open": is_open(opening_hours(brand), request.now),
        "countries": countries,
        "country": request.POST.get("country") or ("FR" if brand.language == "fr" else "GB"),
        "never_closes": not typed.periods() and not typed.is_wrong,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@seated(Permission.HEAD)
def show_hours(request: DeskRequest) -> HttpResponse:
    """The week and the closed days; sent, they are kept, or given a country's holidays to look at first."""
    brand = request.seat.brand
    now_kept = hours_mark(periods_of(brand), closures_of(brand))
    if request.method != "POST":
        return _page(request, _kept(brand), now_kept)
    typed, mark = _typed(request.POST.dict()), request.POST.get("mark", "")
    if typed.is_wrong:
        return _page(request, typed, mark, status=422)
    if request.POST.get("do") == "holidays":
        return _page(request, typed, mark, says=_add_holidays(request, typed))
    if set_opening_hours(brand, typed.periods(), typed.closed, request.now, actor_id=request.user.pk, seen=mark):
        messages.info(request, _("Kept. The clocks that run follow now."))
        return HttpResponseRedirect(request.path)
    says = _("Somebody changed the hours meanwhile. Below is what you typed; keeping it replaces theirs.")
    return _page(request, typed, now_kept, says=says, status=409)


def _page(request: DeskRequest, typed: Typed, mark: str, *, says: str = "", status: int = 200) -> HttpResponse:
    return render(request, "web/opening_hours.html", _context(request, typed, mark) | {"says": says}, status=status)


def _add_holidays(request: DeskRequest, typed: Typed) -> str:
    """Put a country's public holidays among the closed days that are shown; nothing is kept yet."""
    year = request.now.year
    try:
        found = public_holidays(request.POST.get("country", ""), request.seat.brand.language, range(year, year + YEARS))
    except KeyError:
        return _("No public holidays are known for it.")
    known = {day for day, _name in typed.closed}
    new = [(day, name) for day, name in found if day not in known]
    typed.closed = sorted([*typed.closed, *new])
    typed.closures = closures_text(typed.closed)
    says = ngettext(
        "%(n)s day added below: look, then keep.",
        "%(n)s days added below: look, then keep.",
        len(new),
    )
    return says % {"n": len(new)}
