"""Endpoints that read: conversations, messages, members, channels, labels, the team, the journal."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ninja import Query

from nestor.faces.api.v1.caller import JOURNAL, READ, ApiRequest, Bearer, conversation_at
from nestor.faces.api.v1.given import JournalAsked, Listed, MembersAsked, Paged, Searched, place_in
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import (
    Channels,
    Conversations,
    Labels,
    Lines,
    LineShape,
    Members,
    Messages,
    Team,
    TokenShape,
    plain,
)
from nestor.faces.journal import Asked, Line, read_journal, subjects_of
from nestor.faces.shapes import (
    ChannelShape,
    ConversationShape,
    MemberShape,
    MessageShape,
    ReadingShape,
    channel_shape,
    conversation_shape,
    label_shapes,
    member_shape,
    message_shape,
    person_shape,
    reading_shape,
)
from nestor.inbox.models import Message
from nestor.inbox.reads import channel_health, message_for
from nestor.inbox.reads.members import member_for
from nestor.inbox.reads.paging import attachments_of, places_of, thread_page
from nestor.people.reads import Seat, team_of
from nestor.routing.reads import InboxPage, cursor_at, inbox_page, row_of
from nestor.routing.reads.beside import beside
from nestor.routing.reads.members import members_page, rows_for
from nestor.routing.reads.search import search_page
from nestor.routing.reads.views import labels_of
from nestor.routing.rules.filters import InboxFilter, State
from nestor.triage.reads import reading_of

CODES = frozenset({"lane", "was", "deed", "role", "network", "state", "reason", "until"})


@router.get("/token", auth=Bearer(), response=TokenShape, tags=["token"])
def show_token(request: ApiRequest) -> TokenShape:
    """Say what this token is."""
    token = request.call.token
    return TokenShape(
        name=token.name, brand=request.call.seat.brand.slug, scopes=token.scopes, expires_at=token.expires_at
    )


@router.get("/conversations", auth=READ, response=Conversations, tags=["conversations"])
def list_conversations(request: ApiRequest, given: Query[Listed]) -> Conversations:
    """List conversations, narrowed as the inbox is."""
    call = request.call
    return shown(call.seat, inbox_page(call.seat, given.wanted(), call.now, given.after, given.limit))


@router.get("/search", auth=READ, response=Conversations, tags=["conversations"])
def search(request: ApiRequest, given: Query[Searched]) -> Conversations:
    """Find conversations in which words were said, each with its best or latest hit."""
    call = request.call
    return shown(call.seat, search_page(call.seat, given.wanted(), call.now, given.after, given.limit))


def shown(seat: Seat, page: InboxPage) -> Conversations:
    """Return a page of the list; what is sealed is not on it."""
    rows = [row for row in page.rows if not row.is_sealed]
    places = places_of(seat, [row.public_id for row in rows])
    return Conversations(items=[conversation_shape(row, places) for row in rows], next=page.after or None)


def standing(request: ApiRequest, conversation_id: int) -> ConversationShape:
    """Return how one conversation stands now; raise `Problem`."""
    row = row_of(request.call.seat, conversation_id, request.call.now)
    if row is None or row.is_sealed:
        raise Problem("not_found")
    return conversation_shape(row, places_of(request.call.seat, [row.public_id]))


@router.get("/conversations/{public:conversation}", auth=READ, response=ConversationShape, tags=["conversations"])
def show_conversation(request: ApiRequest, conversation: str) -> ConversationShape:
    """Show how a conversation stands."""
    return standing(request, conversation_at(request, conversation).pk)


@router.get("/conversations/{public:conversation}/beside", auth=READ, response=Conversations, tags=["conversations"])
def list_beside(request: ApiRequest, conversation: str) -> Conversations:
    """List what a conversation could be joined with: the same person's, and those below the same post."""
    call, found = request.call, conversation_at(request, conversation)
    rows = [row for row in beside(call.seat, found, call.now) if not row.is_sealed]
    places = places_of(call.seat, [row.public_id for row in rows])
    return Conversations(items=[conversation_shape(row, places) for row in rows], next=None)


@router.get("/conversations/{public:conversation}/messages", auth=READ, response=Messages, tags=["messages"])
def list_messages(request: ApiRequest, conversation: str, given: Query[Paged]) -> Messages:
    """List the messages of a conversation, oldest first."""
    seat, found = request.call.seat, conversation_at(request, conversation)
    rows = thread_page(seat, found, place_in(given.after), given.limit + 1)
    page = rows[: given.limit]
    more = cursor_at(page[-1].published_at, page[-1].pk) if len(rows) > len(page) else None
    files = attachments_of(seat, page)
    return Messages(items=[message_shape(row, files.get(row.pk, ())) for row in page], next=more)


def message_at(request: ApiRequest, public_id: str) -> Message:
    """Return a message this token may see; raise `Problem` for any other."""
    found = message_for(request.call.seat, public_id)
    if found is None:
        raise Problem("not_found")
    conversation_at(request, found.conversation.public_id)
    return found


@router.get("/messages/{public:message}", auth=READ, response=MessageShape, tags=["messages"])
def show_message(request: ApiRequest, message: str) -> MessageShape:
    """Show one message."""
    found = message_at(request, message)
    return message_shape(found, attachments_of(request.call.seat, [found]).get(found.pk, ()))


@router.get("/messages/{public:message}/reading", auth=READ, response=ReadingShape, tags=["messages"])
def show_reading(request: ApiRequest, message: str) -> ReadingShape:
    """Show what the desk believes of a message, and why."""
    reading = reading_of(message_at(request, message))
    if reading is None:
        raise Problem("not_found")
    return reading_shape(reading)


@router.get("/members", auth=READ, response=Members, tags=["members"])
def list_members(request: ApiRequest, given: Query[MembersAsked]) -> Members:
    """List the people outside, narrowed as the page is, latest heard first."""
    page = members_page(request.call.seat, given.wanted(), given.after, given.limit)
    return Members(items=[member_shape(row) for row in page.rows], next=page.after or None)


@router.get("/members/{public:member}", auth=READ, response=MemberShape, tags=["members"])
def show_member(request: ApiRequest, member: str) -> MemberShape:
    """Show somebody outside, with their accounts."""
    found = member_for(request.call.seat, member)
    if found is None:
        raise Problem("not_found")
    (row,) = rows_for(request.call.seat, [found])
    return member_shape(row)


@router.get("/members/{public:member}/conversations", auth=READ, response=Conversations, tags=["members"])
def list_conversations_with(request: ApiRequest, member: str, given: Query[Paged]) -> Conversations:
    """List every conversation with somebody outside, latest first."""
    call = request.call
    if member_for(call.seat, member) is None:
        raise Problem("not_found")
    wanted = InboxFilter(member=member, state=State.ANY)
    return shown(call.seat, inbox_page(call.seat, wanted, call.now, given.after, given.limit))


@router.get("/channels", auth=READ, response=Channels, tags=["channels"])
def list_channels(request: ApiRequest) -> Channels:
    """List the brand's channels, and how well each can be read."""
    return Channels(items=[channel_shape(one) for one in channel_health(request.call.seat.brand)])


@router.get("/channels/{public:channel}", auth=READ, response=ChannelShape, tags=["channels"])
def show_channel(request: ApiRequest, channel: str) -> ChannelShape:
    """Show one channel."""
    return channel_at(request, channel)


def channel_at(request: ApiRequest, public_id: str) -> ChannelShape:
    """Return a channel of this brand; raise `Problem` for any other."""
    health = channel_health(request.call.seat.brand)
    found = next((one for one in health if one.channel.public_id == public_id), None)
    if found is None:
        raise Problem("not_found")
    return channel_shape(found)


@router.get("/labels", auth=READ, response=Labels, tags=["labels"])
def list_labels(request: ApiRequest) -> Labels:
    """List the team's labels."""
    return Labels(items=label_shapes(labels_of(request.call.seat.brand)))


@router.get("/team", auth=READ, response=Team, tags=["team"])
def list_team(request: ApiRequest) -> Team:
    """List whom a conversation can be handed to."""
    return Team(items=[person_shape(user, role) for user, role in team_of(request.call.seat.brand)])


@router.get("/journal", auth=JOURNAL, response=Lines, tags=["journal"])
def list_journal(request: ApiRequest, given: Query[JournalAsked]) -> Lines:
    """Read the journal, latest first: what was done, when and why, never by whom."""
    seat, zone = request.call.seat, ZoneInfo(request.call.seat.brand.zone)
    before = place_in(given.after)
    if before is None and given.until is not None:
        before = _midnight(given.until, zone, days=1), 0
    subjects = subjects_of(
        seat, conversation=given.conversation or "", channel=given.channel or "", member=given.member or ""
    )
    asked = Asked(
        verbs=frozenset(given.verb),
        since=_midnight(given.since, zone) if given.since is not None else None,
        network=given.network or "",
        subjects=subjects,
    )
    page = read_journal(seat, asked, before, given.limit)
    return Lines(items=_lines(page.lines), next=cursor_at(*page.after) if page.after is not None else None)


def _midnight(day: date, zone: ZoneInfo, days: int = 0) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=days), time.min, zone).astimezone(UTC)
    except OverflowError:  # the first or the last day there is
        return datetime.combine(day, time.min, UTC)


def _lines(lines: Sequence[Line]) -> list[LineShape]:
    return [
        LineShape(
            at=one.entry.at,
            verb=one.entry.verb,
            reason=one.entry.reason,
            conversation=one.conversation or None,
            channel=one.channel or None,
            facts=plain(one.entry.facts, CODES),
        )
        for one in lines
    ]
