"""What this room holds of a member: answers to them."""

from typing import Any

from django.db.models import Q

from nestor.people.models import Member
from nestor.people.reads.members import same_person
from nestor.publisher.actions.enclosing import let_go_of
from nestor.publisher.models import Delivery
from nestor.publisher.reads.enclosed import files_of_all

PERSONAL = {"publisher.Delivery": ("text", "receipt_id", "receipt_url"), "publisher.Moderation": ("rule",)}


def _answers(member: Member) -> Any:
    members = same_person(member)
    is_theirs = Q(conversation__member__in=members) | Q(answers__identity__member__in=members)
    return Delivery.objects.of(member.brand_id).filter(is_theirs)


def export_member(member: Member) -> dict[str, Any]:
    """Return what was answered to the member, as plain values."""
    rows = list(_answers(member).filter(state="sent").order_by("made_at", "id"))
    files = files_of_all(member.brand_id, rows)
    told = [{"at": row.made_at.isoformat(), "text": row.text, "url": row.receipt_url} for row in rows]
    for row, answer in zip(rows, told, strict=True):
        if row.pk in files:
            answer["files"] = [{"name": file.name, "alt": file.alt} for file in files[row.pk]]
    return {"answers": told}


def forget_member(member: Member) -> int:
    """Empty what was answered to the member; that something was answered stays, for the counts."""
    ids = list(_answers(member).values_list("pk", flat=True))
    rows = Delivery.objects.of(member.brand_id).filter(pk__in=ids)
    rows.filter(state="waiting").update(state="cancelled", due_at=None, reason="forgotten")  # nobody is left to read it
    let_go_of(member.brand_id, ids)
    count: int = rows.update(text="", receipt_id="", receipt_url="")
    return count
