"""Endpoints about the team: who is on it, as what, who is invited. No token makes anybody see more than tokens do."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Status
from pydantic import BaseModel, StringConstraints

from nestor.faces.api.v1.caller import READ, TEAM, ApiRequest, once
from nestor.faces.api.v1.given import Body, Spoken
from nestor.faces.api.v1.our_brand import misfit
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed
from nestor.people.actions import team
from nestor.people.models import Invitation, User
from nestor.people.reads import Seat
from nestor.people.reads.team import invitation_for, on_team, open_invitations, team_rows
from nestor.people.rules import is_given_by_machines, matrix
from nestor.vocabulary import Role

AT = "/team/seats/{public:seat}"
GivenRole = Literal["agent", "viewer"]  # those for which `is_given_by_machines`: a test compares


class RoleGiven(Body):
    """A role; those that see what is sealed are given at the desk alone."""

    role: GivenRole


class InvitationGiven(RoleGiven):
    """Who is invited, as what, and the language of the mail."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    language: Spoken


class SeatShape(BaseModel):
    """Somebody of the team, suspended or not."""

    id: str
    name: str
    email: str
    role: str
    is_suspended: bool
    is_last_head: bool


class Seats(BaseModel):
    """Everybody of the team, by name, suspended ones last."""

    items: list[SeatShape]


class RoleShape(BaseModel):
    """What a role may do."""

    role: str
    may: list[str]


class Roles(BaseModel):
    """What each role may do."""

    items: list[RoleShape]


class InvitationShape(BaseModel):
    """An invitation nobody used yet."""

    id: str
    email: str
    role: str
    made_at: datetime
    expires_at: datetime
    mailed_at: datetime | None


class WithLink(InvitationShape):
    """The same with its link, which is shown this once: null where the key came before."""

    link: str | None


class Invitations(BaseModel):
    """Invitations nobody used yet, latest first."""

    items: list[InvitationShape]


def invitation_shape(row: Invitation) -> InvitationShape:
    """Return an invitation; nothing of what opens it."""
    same = "email role made_at expires_at mailed_at"
    return InvitationShape(id=row.public_id, **{name: getattr(row, name) for name in same.split()})


@router.get("/team/roles", auth=READ, response=Roles, tags=["team"])
def list_roles(request: ApiRequest) -> Roles:  # noqa: ARG001  ninja's signature
    """List what each role may do."""
    table = matrix()
    return Roles(
        items=[RoleShape(role=role.value, may=[what.value for what, may in table if may[role]]) for role in Role]
    )


@router.get("/team/seats", auth=TEAM, response=Seats, tags=["team"])
def list_seats(request: ApiRequest) -> Seats:
    """List everybody of the team with their role, those who are suspended among them."""
    same = "name email role is_suspended is_last_head"
    rows = team_rows(request.call.seat.brand)
    return Seats(
        items=[SeatShape(id=one.public_id, **{name: getattr(one, name) for name in same.split()}) for one in rows]
    )


def seat_at(request: ApiRequest, public_id: str) -> User:
    """Return somebody of the team, suspended or not; raise `Problem`."""
    found = on_team(request.call.seat.brand, public_id)
    if found is None:
        raise Problem("not_found")
    return found


def moved(request: ApiRequest, public_id: str, act: Callable[[Seat, User, datetime], bool]) -> Changed:
    """Do a deed to a seat once; raise `Problem` where it would leave the brand without a head."""
    call, found = request.call, seat_at(request, public_id)
    try:
        return Changed(changed=once(request, lambda: {"changed": act(call.seat, found, call.now)})["changed"])
    except team.LastHead as error:
        raise Problem("last_head") from error


@router.put(f"{AT}/role", auth=TEAM, response=Changed, tags=["team"])
def give_role(request: ApiRequest, seat: str, given: RoleGiven) -> Changed:
    """Give somebody another role, from their next click on; heads and substitutes are made at the desk."""

    def act(by: Seat, one: User, now: datetime) -> bool:
        return team.change_role(by, one, Role(given.role), now)

    return moved(request, seat, act)


@router.post(f"{AT}/suspend", auth=TEAM, response=Changed, tags=["team"])
def suspend_seat(request: ApiRequest, seat: str) -> Changed:
    """Take a seat away for now and end its sessions; what they have stays where it is."""
    return moved(request, seat, team.suspend)


@router.post(f"{AT}/resume", auth=TEAM, response=Changed, tags=["team"])
def resume_seat(request: ApiRequest, seat: str) -> Changed:
    """Give a seat back, in its role; one that sees what is sealed is given back at the desk alone."""
    found = seat_at(request, seat)
    role = next((one.role for one in team_rows(request.call.seat.brand) if one.public_id == found.public_id), None)
    if role is None or not is_given_by_machines(role):
        raise Problem("at_the_desk")
    return moved(request, seat, team.resume)


@router.delete(AT, auth=TEAM, response=Changed, tags=["team"])
def end_seat(request: ApiRequest, seat: str) -> Changed:
    """Take somebody off the team and end their sessions; what they did stays."""
    return moved(request, seat, team.remove)


@router.get("/team/invitations", auth=TEAM, response=Invitations, tags=["team"])
def list_invitations(request: ApiRequest) -> Invitations:
    """List the invitations nobody used yet."""
    return Invitations(items=[invitation_shape(row) for row in open_invitations(request.call.seat.brand)])


@router.post("/team/invitations", auth=TEAM, response={201: WithLink}, tags=["team"])
def invite(request: ApiRequest, given: InvitationGiven) -> Status[WithLink]:
    """Invite somebody; an open invitation is renewed. Its link is in this answer, and in a mail where mail works."""
    call, address = request.call, given.email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise misfit("email", "mail") from error
    links: list[str] = []

    def invited() -> dict[str, str]:
        try:
            secret = team.invite(call.seat, address, Role(given.role), call.now, language=given.language)
        except team.TooMany as error:
            raise Problem("no_room") from error
        row = next((one for one in open_invitations(call.seat.brand) if one.email == address), None)
        if secret is None or row is None:
            raise misfit("email", "on_team")
        links.append(f"{settings.URL}/join/{secret}/")
        return {"invitation": row.public_id}

    row = invitation_for(call.seat.brand, once(request, invited)["invitation"])
    if row is None:
        raise Problem("not_found")
    return Status(201, WithLink(link=links[0] if links else None, **invitation_shape(row).model_dump()))


@router.delete("/team/invitations/{public:invitation}", auth=TEAM, response=Changed, tags=["team"])
def withdraw_invitation(request: ApiRequest, invitation: str) -> Changed:
    """Take an invitation back: its link works no more."""
    call = request.call

    def withdrawn() -> dict[str, bool]:
        row = invitation_for(call.seat.brand, invitation)
        if row is None:
            raise Problem("not_found")
        return {"changed": team.withdraw_invitation(call.seat, row, call.now)}

    return Changed(changed=once(request, withdrawn)["changed"])
