"""What this room holds of a member: where their conversations stand, counters that count them, the team's notes."""

from typing import Any

from nestor.inbox.forget import conversations_of_nobody_else, conversations_with
from nestor.people.models import Member
from nestor.routing.actions.notes import let_go_of
from nestor.routing.actions.standing import recount
from nestor.routing.models import ElsewhereAnswer, Forward, Note, Route
from nestor.routing.reads.notes import files_of_notes
from nestor.routing.reads.views import facts_of

PERSONAL = {
    "routing.Note": ("text", "from_name"),
    "routing.ElsewhereAnswer": ("detail",),
    "routing.Forward": ("name", "email", "question"),
}  # else lanes, clocks and codes; the words are the inbox's
TEAM = {"routing.Label": ("name", "folded"), "routing.SavedView": ("name", "asked")}  # the team's own words


def export_member(member: Member) -> dict[str, Any]:
    """Return what the team noted where the member speaks with nobody else: the rest is about other people too."""
    rows = Note.objects.of(member.brand_id).filter(conversation_id__in=conversations_of_nobody_else(member))
    notes = list(rows.order_by("made_at", "id"))
    files = files_of_notes(member.brand_id, notes)
    told: list[dict[str, Any]] = [{"at": row.made_at.isoformat(), "text": row.text} for row in notes]
    for row, note in zip(notes, told, strict=True):
        if row.pk in files:
            note["files"] = [{"name": file.name, "alt": file.alt} for file in files[row.pk]]
    return {"notes": told}


def forget_member(member: Member) -> int:
    """Take conversations that go with the member out of the list and its counters, and notes wherever they spoke.

    Call it before the inbox's.
    """
    spoken_in = list(conversations_with(member).values_list("pk", flat=True))
    notes = Note.objects.of(member.brand_id).filter(conversation_id__in=spoken_in)
    let_go_of(member.brand_id, list(notes.values_list("pk", flat=True)))
    notes.delete()
    Forward.objects.of(member.brand_id).filter(conversation_id__in=spoken_in).delete()
    ElsewhereAnswer.objects.of(member.brand_id).filter(conversation_id__in=spoken_in).update(detail="")
    gone = conversations_of_nobody_else(member)
    rows = list(Route.objects.of(member.brand_id).filter(conversation_id__in=gone))
    kept = [row for row in rows if Route.objects.of(member.brand_id).filter(pk=row.pk).delete()[0]]
    recount(member.brand_id, [(facts_of(vars(row)), None) for row in kept])
    return len(rows)
