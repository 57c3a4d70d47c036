"""Endpoints about the brand itself: how it is called and speaks, and when its desk is open."""

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, StrictBool, StringConstraints

from nestor.brands.actions import change_brand, set_opening_hours
from nestor.brands.models import Brand
from nestor.brands.reads import brand_by_slug, closures_of, opening_hours, periods_of
from nestor.brands.rules import hours_mark, is_open
from nestor.faces.api.v1.caller import BRAND, ApiRequest, once
from nestor.faces.api.v1.given import Body, Day, Spoken, Tint
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.brand_traits import MOST_CONTACTS, brand_name, contacts_in, zones_for
from nestor.faces.closures import MOST_CLOSED, MOST_NAME, YEARS
from nestor.faces.hours import MOST_PERIODS, BadHours, day_text, read_day

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Period(Body):
    """An opening of a weekday, in the brand's zone; what ends at or before it begins ends on the day after."""

    day: Weekday
    opens_at: TimeOfDay
    closes_at: TimeOfDay


class ClosedDay(Body):
    """A day on which the desk stays closed, and why."""

    day: Day
    name: Annotated[str, StringConstraints(max_length=MOST_NAME)] = ""


class Hours(Body):
    """All opening hours; without any period the desk never closes. `mark` is that of the hours they replace."""

    mark: Annotated[str, StringConstraints(max_length=16)]
    week: list[Period] = Field(max_length=MOST_PERIODS * len(WEEK))
    closed: list[ClosedDay] = Field(max_length=MOST_CLOSED)


class PeriodShape(BaseModel):
    """An opening of a weekday, in the brand's zone."""

    day: Weekday
    opens_at: str
    closes_at: str


class ClosedDayShape(BaseModel):
    """A day on which the desk stays closed, and why."""

    day: date
    name: str


class HoursShape(BaseModel):
    """When the desk is open, and whether it is now; `mark` tells these hours from others."""

    mark: str
    zone: str
    is_open: bool
    week: list[PeriodShape]
    closed: list[ClosedDayShape]


class BrandGiven(Body):
    """How the brand is called and speaks; public contacts may stand in answers."""

    name: Title
    tint: Tint
    language: Spoken
    zone: Annotated[str, StringConstraints(max_length=60)] = Field(description="As the IANA names it: Europe/Paris.")
    is_institution: StrictBool
    own_contacts: list[Annotated[str, StringConstraints(max_length=200)]] = Field(max_length=MOST_CONTACTS)


class BrandShape(BaseModel):
    """How the brand is called and speaks."""

    slug: str
    name: str
    tint: int
    language: str
    zone: str
    is_institution: bool
    own_contacts: list[str]


def hours_shape(request: ApiRequest) -> HoursShape:
    """Return the opening hours as they are kept now."""
    brand = request.call.seat.brand
    week, closed = periods_of(brand), closures_of(brand)
    return HoursShape(
        mark=hours_mark(week, closed),
        zone=brand.zone,
        is_open=is_open(opening_hours(brand), request.call.now),
        week=[PeriodShape(day=WEEK[day], opens_at=f"{a:%H:%M}", closes_at=f"{b:%H:%M}") for day, a, b in week],
        closed=[ClosedDayShape(day=day, name=name) for day, name in closed],
    )


def misfit(at: str, code: str) -> Problem:
    """Return the problem of one member that does not fit."""
    return Problem("invalid", errors=misfits_of([{"loc": ("body", at), "type": code}]))


def periods_in(given: Iterable[Period]) -> list[tuple[int, time, time]]:
    """Return the week's periods as the page would read them; raise `Problem`."""
    week: dict[int, list[tuple[time, time]]] = {}
    for one in given:
        span = time.fromisoformat(one.opens_at), time.fromisoformat(one.closes_at)
        week.setdefault(WEEK.index(one.day), []).append(span)
    try:
        return [(day, *span) for day, spans in sorted(week.items()) for span in read_day(day_text(spans))]
    except BadHours as error:
        raise misfit("week", "hours") from error


def closures_in(given: Iterable[ClosedDay]) -> list[tuple[date, str]]:
    """Return the closed days, each once, in order; raise `Problem`."""
    found: dict[date, str] = {}
    for one in given:
        name = " ".join(one.name.split())
        if not name.isprintable():
            raise misfit("closed", "name")
        if one.day.year not in YEARS:
            raise misfit("closed", "year")
        found[one.day] = name
    return sorted(found.items())


@router.get("/hours", auth=BRAND, response=HoursShape, tags=["brand"])
def show_hours(request: ApiRequest) -> HoursShape:
    """Show when the desk is open, and on which days it is closed."""
    return hours_shape(request)


@router.put("/hours", auth=BRAND, response=HoursShape, tags=["brand"])
def set_hours(request: ApiRequest, given: Hours) -> HoursShape:
    """Replace the opening hours that were seen; where there are others by now, nothing is changed."""
    call = request.call
    week, closed = periods_in(given.week), closures_in(given.closed)

    def kept() -> dict[str, bool]:
        actor = call.seat.user.pk
        if not set_opening_hours(call.seat.brand, week, closed, call.now, actor_id=actor, seen=given.mark):
            raise Problem("changed")
        return {"changed": True}

    once(request, kept)
    return hours_shape(request)


def brand_shape(row: Brand) -> BrandShape:
    """Return a brand."""
    return BrandShape(**{name: getattr(row, name) for name in BrandShape.model_fields})


def traits_in(brand: Brand, given: BrandGiven) -> dict[str, Any]:
    """Return what is to be kept of a brand, as its page keeps it; raise `Problem`."""
    name = brand_name(given.name)
    if not name:
        raise misfit("name", "name")
    if given.zone not in zones_for(brand):
        raise misfit("zone", "zone")
    return given.dict() | {"name": name, "own_contacts": contacts_in(given.own_contacts)}


@router.get("/brand", auth=BRAND, response=BrandShape, tags=["brand"])
def show_brand(request: ApiRequest) -> BrandShape:
    """Show how the brand is called and speaks."""
    return brand_shape(request.call.seat.brand)


@router.put("/brand", auth=BRAND, response=BrandShape, tags=["brand"])
def set_brand(request: ApiRequest, given: BrandGiven) -> BrandShape:
    """Say how the brand is called and speaks; in another zone its clocks are counted anew."""
    call = request.call
    traits = traits_in(call.seat.brand, given)
    once(
        request,
        lambda: {"changed": change_brand(call.seat.brand, call.now, actor_id=call.seat.user.pk, **traits)},
    )
    return brand_shape(brand_by_slug(call.seat.brand.slug))
