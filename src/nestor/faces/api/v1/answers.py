"""Endpoints that answer: check a text, keep a draft, send through the guard, and what becomes of what was sent."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from ninja import Status

from nestor.composer.actions import put_away_draft, replace_draft
from nestor.composer.reads import draft_of, files_in, room_left
from nestor.faces.api.v1.caller import ANSWER, READ, ApiRequest, conversation_at, key_of, once
from nestor.faces.api.v1.files import file_shapes
from nestor.faces.api.v1.given import Answer, Declared, Written
from nestor.faces.api.v1.problems import Problem
from nestor.faces.api.v1.routes import router
from nestor.faces.api.v1.told import (
    Changed,
    CheckedShape,
    ClearanceShape,
    Deliveries,
    DeliveryShape,
    DraftShape,
    FindingShape,
)
from nestor.faces.shapes import link
from nestor.guard import reads as guard
from nestor.guard.actions import withdraw_clearance
from nestor.guard.models import Clearance
from nestor.guard.rules.contract import Finding
from nestor.guard.wording import msgid_of
from nestor.inbox.models import Conversation
from nestor.media.reads import file_row
from nestor.people.reads import Seat
from nestor.publisher.actions import (
    FilesMoved,
    ask_second_person,
    declare_sent,
    dismiss,
    give_up,
    send_again,
    send_answer,
    take_back,
)
from nestor.publisher.models import Delivery
from nestor.publisher.reads import DeliveryRow, deliveries_of, delivery_for, delivery_row
from nestor.work.actions import KeyReused

AT = "/conversations/{public:conversation}"


def finding_shapes(findings: Iterable[Finding]) -> list[FindingShape]:
    """Return findings in words, heaviest first, as they come."""
    return [
        FindingShape(
            id=one.id,
            level=one.level.value,
            family=one.family.value,
            says=_(msgid_of(one.id, one.family)).format(**one.params),
            spans=[list(span) for span in one.spans],
        )
        for one in findings
    ]


def objection(findings: Iterable[Finding]) -> Problem:
    """Return the problem of a text that did not go out."""
    return Problem("objection", findings=[one.model_dump() for one in finding_shapes(findings)])


@router.post(f"{AT}/check", auth=ANSWER, response=CheckedShape, tags=["answers"])
def check(request: ApiRequest, conversation: str, given: Written) -> CheckedShape:
    """Ask the guard about a text; nothing is kept, nothing is sent."""
    found = conversation_at(request, conversation)
    findings, room = guard.findings_on(found, given.text, request.call.now), room_left(found, given.text)
    heavy = guard.absolutes(findings) | guard.stops(findings)
    return CheckedShape(
        may_go=not heavy, length=room.length, most=room.most, unit=room.unit, findings=finding_shapes(findings)
    )


@router.get(f"{AT}/draft", auth=ANSWER, response=DraftShape, tags=["answers"])
def show_draft(request: ApiRequest, conversation: str) -> DraftShape:
    """Show what the person behind the token is writing here."""
    return _draft(request.call.seat, conversation_at(request, conversation))


def _draft(seat: Seat, conversation: Conversation) -> DraftShape:
    row = draft_of(seat, conversation)
    files = file_shapes(file_row(file) for file in files_in(seat, conversation)) if row else []
    return DraftShape(text=row.text if row else "", changed_at=row.changed_at if row else None, files=files)


@router.put(f"{AT}/draft", auth=ANSWER, response=DraftShape, tags=["answers"])
def keep_draft(request: ApiRequest, conversation: str, given: Written) -> DraftShape:
    """Keep a text as the draft of the person behind the token, in the place of what they had begun."""
    call, found = request.call, conversation_at(request, conversation)
    if replace_draft(call.seat, found, given.text, call.now) is None:
        raise Problem("changed")
    return _draft(call.seat, found)


@router.delete(f"{AT}/draft", auth=ANSWER, response=Changed, tags=["answers"])
def put_away(request: ApiRequest, conversation: str) -> Changed:
    """Put the draft away: nothing of it stays."""
    call, found = request.call, conversation_at(request, conversation)
    withdraw_clearance(call.seat, found, call.now)
    return Changed(changed=put_away_draft(call.seat, found, call.now))


@router.post(f"{AT}/answers", auth=ANSWER, response={202: DeliveryShape}, tags=["answers"])
def answer(request: ApiRequest, conversation: str, given: Answer) -> Status[DeliveryShape]:
    """Send an answer, as a page does: the guard reads it first, and it can be taken back for some seconds."""
    call, found = request.call, conversation_at(request, conversation)
    key = f"api:{key_of(request, is_needed=True)}"
    if not given.text.strip():
        raise objection(guard.findings_on(found, given.text, call.now))
    try:
        outcome = send_answer(
            call.seat, found, given.text, call.now, key=key, shown=frozenset(given.shown), files=given.files
        )
    except FilesMoved as error:
        raise Problem("changed") from error
    except KeyReused as error:
        raise Problem("key_reused") from error
    if outcome.delivery is None:
        raise objection(outcome.findings)
    return Status(202, delivery_shape(delivery_row(outcome.delivery, call.seat)))


@router.post(f"{AT}/second-readings", auth=ANSWER, response={201: ClearanceShape}, tags=["answers"])
def ask(request: ApiRequest, conversation: str, given: Written) -> Status[ClearanceShape]:
    """Ask a second person about a text the guard stops; consenting is for people, at their desk."""
    call, found = request.call, conversation_at(request, conversation)
    row = ask_second_person(call.seat, found, given.text, call.now)
    if row is None:
        raise objection(guard.findings_on(found, given.text, call.now))
    return Status(201, clearance_shape(row))


@router.get("/second-readings/{public:reading}", auth=ANSWER, response=ClearanceShape, tags=["answers"])
def show_second_reading(request: ApiRequest, reading: str) -> ClearanceShape:
    """Show what became of a second reading the person behind the token asked for."""
    row = guard.clearance_asked(request.call.seat, reading)
    if row is None:
        raise Problem("not_found")
    conversation_at(request, row.conversation.public_id)
    return clearance_shape(row)


def clearance_shape(row: Clearance) -> ClearanceShape:
    """Return a consent that was asked for; not who was to give it."""
    return ClearanceShape(id=row.public_id, state=row.state, reason=row.reason, judged_at=row.judged_at)


@router.get(f"{AT}/deliveries", auth=READ, response=Deliveries, tags=["answers"])
def list_deliveries(request: ApiRequest, conversation: str) -> Deliveries:
    """List what was sent in a conversation, oldest first."""
    rows = deliveries_of(conversation_at(request, conversation), request.call.seat)
    return Deliveries(items=[delivery_shape(row) for row in rows])


def delivery_shape(row: DeliveryRow) -> DeliveryShape:
    """Return a delivery; not whose it was."""
    same = "state text channel conversation made_at due_at settled_at reason"
    values = {name: getattr(row, name) for name in same.split()}
    return DeliveryShape(id=row.public_id, url=link(row.receipt_url), files=file_shapes(row.files), **values)


def delivery_at(request: ApiRequest, public_id: str) -> Delivery:
    """Return a delivery this token may see; raise `Problem` for any other."""
    found = delivery_for(request.call.seat, public_id)
    if found is None:
        raise Problem("not_found")
    return found


@router.get("/deliveries/{public:delivery}", auth=READ, response=DeliveryShape, tags=["answers"])
def show_delivery(request: ApiRequest, delivery: str) -> DeliveryShape:
    """Show what became of an answer."""
    return delivery_shape(delivery_row(delivery_at(request, delivery), request.call.seat))


def decided(request: ApiRequest, public_id: str, deed: Callable[[Delivery], bool]) -> DeliveryShape:
    """Decide about a delivery once; raise `Problem` where it is too late for that."""
    row = delivery_at(request, public_id)
    if not once(request, lambda: {"changed": deed(row)})["changed"]:
        raise Problem("changed")
    return delivery_shape(delivery_row(delivery_at(request, public_id), request.call.seat))


@router.post("/deliveries/{public:delivery}/take-back", auth=ANSWER, response=DeliveryShape, tags=["answers"])
def take_it_back(request: ApiRequest, delivery: str) -> DeliveryShape:
    """Take an answer back before it leaves."""
    return decided(request, delivery, lambda row: take_back(request.call.seat, row, request.call.now))


@router.post("/deliveries/{public:delivery}/send-again", auth=ANSWER, response=DeliveryShape, tags=["answers"])
def send_it_again(request: ApiRequest, delivery: str) -> DeliveryShape:
    """Decide that an unconfirmed answer did not arrive: it is sent again."""
    return decided(request, delivery, lambda row: send_again(request.call.seat, row, request.call.now))


@router.post("/deliveries/{public:delivery}/declare-sent", auth=ANSWER, response=DeliveryShape, tags=["answers"])
def declare_it_sent(request: ApiRequest, delivery: str, given: Declared) -> DeliveryShape:
    """Decide that an unconfirmed answer is there: somebody has seen it on the network."""
    return decided(request, delivery, lambda row: declare_sent(request.call.seat, row, given.url, request.call.now))


@router.post("/deliveries/{public:delivery}/give-up", auth=ANSWER, response=DeliveryShape, tags=["answers"])
def give_it_up(request: ApiRequest, delivery: str) -> DeliveryShape:
    """Decide that an unconfirmed answer is not to be sent any more."""
    return decided(request, delivery, lambda row: give_up(request.call.seat, row, request.call.now))


@router.post("/deliveries/{public:delivery}/dismiss", auth=ANSWER, response=DeliveryShape, tags=["answers"])
def dismiss_it(request: ApiRequest, delivery: str) -> DeliveryShape:
    """Say that one has seen what became of it."""
    return decided(request, delivery, lambda row: dismiss(request.call.seat, row, request.call.now))
