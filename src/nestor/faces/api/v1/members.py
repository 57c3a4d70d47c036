"""Endpoints that say that two people outside are one, or two after all."""

from nestor.faces.api.v1.caller import ORGANISE, ApiRequest, once
from nestor.faces.api.v1.given import Other
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.shapes import MemberShape, member_shape
from nestor.inbox.reads.members import member_for
from nestor.people.actions.members import merge_members, unmerge_member
from nestor.people.models import Member
from nestor.routing.reads.members import rows_for

AT = "/members/{public:member}"


def person_at(request: ApiRequest, public_id: str) -> Member:
    """Return the person a member is; raise `Problem` for one this token may not see."""
    found = member_for(request.call.seat, public_id)
    if found is None:
        raise Problem("not_found")
    return found


def shown(request: ApiRequest, public_id: str) -> MemberShape:
    """Return how that person stands now."""
    (row,) = rows_for(request.call.seat, [person_at(request, public_id)])
    return member_shape(row)


@router.post(f"{AT}/join", auth=ORGANISE, response=MemberShape, tags=["members"])
def join_members(request: ApiRequest, member: str, given: Other) -> MemberShape:
    """Say that another member is the same person; they can be parted again."""
    call = request.call
    kept, other = person_at(request, member), person_at(request, given.other)

    def joined() -> dict[str, bool]:
        if not merge_members(call.seat, kept, other, call.now):
            raise Problem("changed")
        return {"changed": True}

    once(request, joined)
    return shown(request, member)


@router.post(f"{AT}/part", auth=ORGANISE, response=MemberShape, tags=["members"])
def part_members(request: ApiRequest, member: str, given: Other) -> MemberShape:
    """Take back that a member is this person; each has their own accounts and conversations again."""
    call, kept = request.call, person_at(request, member)

    def parted() -> dict[str, bool]:
        other = Member.objects.of(call.seat.brand).filter(public_id=given.other, person=kept).first()
        if other is None or unmerge_member(call.seat, other, call.now) is None:
            raise Problem("changed")
        return {"changed": True}

    once(request, parted)
    return shown(request, member)
