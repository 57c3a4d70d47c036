"""Members outside: the list, the page of one, and saying that two of them are one person."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nestor.faces.web.desk import DeskRequest, seated
from nestor.faces.web.errors import show_error
from nestor.faces.web.exports import download, paged
from nestor.faces.web.pasted import other_in
from nestor.faces.web.words import LANE_ORDER
from nestor.inbox.reads.members import member_for
from nestor.people.actions.members import merge_members, unmerge_member
from nestor.people.models import Member
from nestor.people.rules import Permission
from nestor.people.rules.members import MemberFilter, as_asked, members_wanted
from nestor.routing.reads import BadCursor
from nestor.routing.reads.members import MemberRow, members_page, sheet_of
from nestor.routing.reads.views import labels_of
from nestor.work.rules.words import as_typed

PAGE, EXPORT_PAGE, CANDIDATES = 50, 500, 12
COLUMNS = "member name accounts networks conversations open first_seen_at heard_at looks_like mixes_alphabets".split()


def wanted_by(request: DeskRequest) -> MemberFilter:
    """Return what the address narrows the list to."""
    return members_wanted(request.GET.dict())


@seated()
def show_members(request: DeskRequest) -> HttpResponse:
    """The list, last heard first."""
    wanted = wanted_by(request)
    try:
        page = members_page(request.seat, _as_typed(wanted), request.GET.get("after", "")[:200], PAGE)
    except BadCursor:
        return show_error(request, 400)
    context = {
        "page": page,
        "wanted": wanted,
        "query": urlencode(as_asked(wanted)),
        "after": request.GET.get("after", ""),
        "networks": sorted({channel.network for channel in page.channels}),
        "labels": labels_of(request.seat.brand),
    }
    return render(request, "web/members.html", context)


def _as_typed(wanted: MemberFilter) -> MemberFilter:
    """Return the filter with its last word taken as the beginning of one: names are rarely typed to their end."""
    return members_wanted(as_asked(wanted) | {"q": as_typed(wanted.words)}) if wanted.words else wanted


@seated()
def export_members(request: DeskRequest, form: str) -> HttpResponseBase:
    """Take the list along as it is narrowed now."""
    wanted = _as_typed(wanted_by(request))

    def rows() -> Iterator[dict[str, object]]:
        for row in paged(lambda after: members_page(request.seat, wanted, after, EXPORT_PAGE)):
            yield _exported(row)

    return download(form, "members", COLUMNS, rows())


def _exported(row: MemberRow) -> dict[str, object]:
    found: dict[str, object] = {name: getattr(row, name, None) for name in COLUMNS}
    accounts = [f"{one.network}: {one.handle or one.name or one.network_id}" for one in row.accounts]
    alike = [row.posing_as] if row.posing_as else []
    return found | {
        "member": row.public_id,
        "accounts": accounts,
        "networks": list(row.networks),
        "looks_like": [*alike, *(one.name for one in row.alike)],
        "mixes_alphabets": list(row.alphabets),
    }


def open_member(request: DeskRequest, public_id: str) -> Member:
    """Return the person; raise `Http404`."""
    found = member_for(request.seat, public_id)
    if found is None:
        raise Http404
    return found


@seated()
def show_member(request: DeskRequest, public_id: str) -> HttpResponse:
    """The page of one person: accounts, conversations, who they might be, too."""
    member = open_member(request, public_id)
    if member.public_id != public_id:
        return HttpResponseRedirect(reverse("member", args=[member.public_id]))
    sheet = sheet_of(request.seat, member, request.now)
    context: dict[str, Any] = {
        "member": member,
        "sheet": sheet,
        "row": sheet.row,
        "lanes": [(code, sheet.lanes[code]) for code in LANE_ORDER if sheet.lanes.get(code)],
        "may_join": request.seat.may(Permission.ROUTE),
        "export_query": urlencode({"member": member.public_id, "state": "any"}),
        "now": request.now,
    }
    return render(request, "web/member.html", context)


@seated(Permission.ROUTE)
def show_join(request: DeskRequest, public_id: str) -> HttpResponse:
    """Whom this one could be the same person as: looked for by name."""
    member = open_member(request, public_id)
    words = request.GET.get("q", member.name).strip()[:100]
    found = members_page(request.seat, MemberFilter(words=as_typed(words)), most=CANDIDATES + 1).rows if words else ()
    others = [row for row in found if row.public_id != member.public_id][:CANDIDATES]
    return render(request, "web/member_join.html", {"member": member, "others": others, "words": words})


@require_POST
@seated(Permission.ROUTE)
def join(request: DeskRequest, public_id: str) -> HttpResponse:
    """Say that another member is this person."""
    member = open_member(request, public_id)
    other = member_for(request.seat, other_in(request))
    if other is None:
        messages.info(request, _("No member of this brand has that address. Nothing was changed."))
    elif merge_members(request.seat, member, other, request.now):
        says = _("%(name)s is the same person from now on. You can part them again at any time, below.")
        messages.info(request, says % {"name": other.name})
    else:
        messages.info(
            request, _("Nothing was changed: one of the two was joined or parted meanwhile, or is the other.")
        )
    return HttpResponseRedirect(reverse("member", args=[(member_for(request.seat, public_id) or member).public_id]))


@require_POST
@seated(Permission.ROUTE)
def part(request: DeskRequest, public_id: str) -> HttpResponse:
    """Take back that a member is this person."""
    member = open_member(request, public_id)
    rows = Member.objects.of(request.seat.brand).filter(person=member)
    other = rows.filter(public_id=request.POST.get("other", "")[:16]).first()
    if other is not None and unmerge_member(request.seat, other, request.now):
        messages.info(request, _("Parted again, each with their own accounts and conversations."))
    else:
        messages.info(request, _("Nothing was changed: somebody was faster and parted them already."))
    return HttpResponseRedirect(reverse("member", args=[member.public_id]))
