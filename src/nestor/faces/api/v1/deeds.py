"""Endpoints that order the work: take, hand over, resolve, reopen, put off, label, correct; hold a channel."""

from collections.abc import Callable
from datetime import timedelta

from ninja import Status

from nestor.brands.actions import hold_channel, lift_hold
from nestor.brands.models import Channel
from nestor.brands.reads import channel_of
from nestor.faces.api.v1.caller import CHANNELS, MODERATE, ORGANISE, ApiRequest, conversation_at, needs, once
from nestor.faces.api.v1.given import Corrected, HandOver, Interval, Moderated, Named, PutOff, Tinted, Why
from nestor.faces.api.v1.looking import channel_at, message_at, standing
from nestor.faces.api.v1.problems import Problem, misfits_of
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import Changed, Done
from nestor.faces.shapes import ChannelShape, LabelShape, ReadingShape, label_shapes, reading_shape
from nestor.inbox.actions.blindness import ask_backfill
from nestor.inbox.models import Conversation
from nestor.people.reads import colleague
from nestor.people.rules import Permission
from nestor.publisher.actions.moderation import ask_deed
from nestor.routing import actions as routing
from nestor.routing.actions import Contended
from nestor.routing.actions.labels import delete_label, put_label, snooze, take_label, wake
from nestor.routing.actions.views import NoRoom, make_label, rename_label
from nestor.routing.models import Label
from nestor.routing.reads.views import label_for
from nestor.triage.actions import correct_reading
from nestor.triage.reads import reading_of

MOST_BACK = timedelta(days=92)  # a longer one is an import
AT = "/conversations/{public:conversation}"


def done(request: ApiRequest, public_id: str, deed: Callable[[Conversation], bool]) -> Done:
    """Do a deed to a conversation once, and say how it stands."""
    conversation = conversation_at(request, public_id)
    try:
        result = once(request, lambda: {"changed": deed(conversation)})
    except Contended as error:
        raise Problem("changed") from error
    return Done(changed=result["changed"], conversation=standing(request, conversation.pk))


@router.post(f"{AT}/take", auth=ORGANISE, response=Done, tags=["conversations"])
def take(request: ApiRequest, conversation: str) -> Done:
    """Make it the person's behind the token."""
    call = request.call
    return done(request, conversation, lambda found: routing.take_conversation(call.seat, found, call.now))


@router.post(f"{AT}/hand-over", auth=ORGANISE, response=Done, tags=["conversations"])
def hand_over(request: ApiRequest, conversation: str, given: HandOver) -> Done:
    """Give it to somebody of the team, or back to everybody."""
    call = request.call
    found = conversation_at(request, conversation)
    to = colleague(call.seat.brand, given.to) if given.to else None
    if given.to and to is None:
        raise Problem("not_found")
    return done(request, found.public_id, lambda one: routing.hand_over(call.seat, one, to, call.now))


@router.post(f"{AT}/resolve", auth=ORGANISE, response=Done, tags=["conversations"])
def resolve(request: ApiRequest, conversation: str) -> Done:
    """Say that nothing more is owed."""
    call = request.call
    return done(request, conversation, lambda found: routing.resolve_conversation(call.seat, found, call.now))


@router.post(f"{AT}/reopen", auth=ORGANISE, response=Done, tags=["conversations"])
def reopen(request: ApiRequest, conversation: str) -> Done:
    """Put it back into the inbox."""
    call = request.call
    return done(request, conversation, lambda found: routing.reopen_conversation(call.seat, found, call.now))


@router.post(f"{AT}/snooze", auth=ORGANISE, response=Done, tags=["conversations"])
def put_off(request: ApiRequest, conversation: str, given: PutOff) -> Done:
    """Put it off until later; a new message brings it back at once."""
    call = request.call
    return done(request, conversation, lambda found: snooze(call.seat, found, given.until, call.now))


@router.post(f"{AT}/wake", auth=ORGANISE, response=Done, tags=["conversations"])
def bring_back(request: ApiRequest, conversation: str) -> Done:
    """Bring back what was put off."""
    call = request.call
    return done(request, conversation, lambda found: wake(call.seat, found, call.now))


def label_at(request: ApiRequest, public_id: str) -> Label:
    """Return a label of this brand; raise `Problem` for any other."""
    found = label_for(request.call.seat.brand, public_id)
    if found is None:
        raise Problem("not_found")
    return found


@router.put(f"{AT}/labels/{{public:label}}", auth=ORGANISE, response=Done, tags=["labels"])
def label(request: ApiRequest, conversation: str, label: str) -> Done:
    """Put a label on it."""
    call, wanted = request.call, label_at(request, label)
    return done(request, conversation, lambda found: put_label(call.seat, found, wanted, call.now))


@router.delete(f"{AT}/labels/{{public:label}}", auth=ORGANISE, response=Done, tags=["labels"])
def unlabel(request: ApiRequest, conversation: str, label: str) -> Done:
    """Take a label off it."""
    call, wanted = request.call, label_at(request, label)
    return done(request, conversation, lambda found: take_label(call.seat, found, wanted, call.now))


@router.post("/labels", auth=ORGANISE, response={201: LabelShape}, tags=["labels"])
def add_label(request: ApiRequest, given: Named) -> Status[LabelShape]:
    """Make a label, or find the one of that name."""
    call = request.call

    def made() -> dict[str, str]:
        try:
            row = make_label(call.seat, given.name, call.now)
        except NoRoom as error:
            raise Problem("no_room") from error
        if row is None:
            raise Problem("invalid", errors=[])
        return {"label": row.public_id}

    (shown,) = label_shapes([label_at(request, once(request, made)["label"])])
    return Status(201, shown)


@router.put("/labels/{public:label}", auth=ORGANISE, response=LabelShape, tags=["labels"])
def change_label(request: ApiRequest, label: str, given: Tinted) -> LabelShape:
    """Give a label another name or tint; two labels never share a name."""
    seat, wanted = request.call.seat, label_at(request, label)
    if not once(request, lambda: {"changed": rename_label(seat, wanted, given.name, tint=given.tint)})["changed"]:
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "name"), "type": "label"}]))
    (shown,) = label_shapes([label_at(request, label)])
    return shown


@router.delete("/labels/{public:label}", auth=ORGANISE, response=Changed, tags=["labels"])
def forget_label(request: ApiRequest, label: str) -> Changed:
    """Take a label off everything and forget it."""
    call, wanted = request.call, label_at(request, label)
    return Changed(changed=delete_label(call.seat, wanted, call.now))


@router.put("/messages/{public:message}/reading", auth=ORGANISE, response=ReadingShape, tags=["messages"])
def correct(request: ApiRequest, message: str, given: Corrected) -> ReadingShape:
    """Say which lane a message really belongs to; the desk learns from it."""
    call, found = request.call, message_at(request, message)
    once(request, lambda: {"changed": correct_reading(call.seat, found, given.lane, call.now)})
    reading = reading_of(message_at(request, message))  # corrected to an alert, it is sealed from here on
    if reading is None:
        raise Problem("not_found")
    return reading_shape(reading)


def channel_row(request: ApiRequest, public_id: str) -> Channel:
    """Return a channel of this brand; raise `Problem` for any other."""
    try:
        return channel_of(request.call.seat.brand, public_id)
    except Channel.DoesNotExist as error:
        raise Problem("not_found") from error


@router.post("/channels/{public:channel}/hold", auth=CHANNELS, response=ChannelShape, tags=["channels"])
def hold(request: ApiRequest, channel: str, given: Why) -> ChannelShape:
    """Hold what is to leave by a channel."""
    call, row = request.call, channel_row(request, channel)
    actor = call.seat.user.pk
    once(request, lambda: {"changed": hold_channel(row, given.reason, call.now, actor_id=actor)})
    return channel_at(request, channel)


@router.post("/channels/{public:channel}/lift", auth=CHANNELS, response=ChannelShape, tags=["channels"])
def lift(request: ApiRequest, channel: str, given: Why) -> ChannelShape:
    """Lift the hold of a channel."""
    call, row = request.call, channel_row(request, channel)
    actor = call.seat.user.pk
    once(request, lambda: {"changed": lift_hold(row, given.reason, call.now, actor_id=actor)})
    return channel_at(request, channel)


@router.post("/channels/{public:channel}/backfill", auth=CHANNELS, response=Changed, tags=["channels"])
def read_again(request: ApiRequest, channel: str, given: Interval) -> Changed:
    """Have an interval of a channel read again."""
    call, row = request.call, channel_row(request, channel)
    needs(request, Permission.CONNECT)
    if not row.is_connected:
        raise Problem("changed")
    if not given.start < given.end <= call.now or given.end - given.start > MOST_BACK:
        raise Problem("invalid", errors=misfits_of([{"loc": ("body", "start"), "type": "interval"}]))
    actor = call.seat.user.pk

    def asked() -> dict[str, bool]:
        ask_backfill(row, given.start, given.end, call.now, actor_id=actor)
        return {"changed": True}

    return Changed(changed=once(request, asked)["changed"])


@router.post("/messages/{public:message}/moderate", auth=MODERATE, response=Changed, tags=["messages"])
def moderate(request: ApiRequest, message: str, given: Moderated) -> Changed:
    """Do a deed to a message on its network; what takes a voice away names the rule of the charter it breaks."""
    call, found = request.call, message_at(request, message)

    def asked() -> dict[str, bool]:
        return {"changed": ask_deed(call.seat, found, given.deed, given.rule, call.now) is not None}

    return Changed(changed=once(request, asked)["changed"])
