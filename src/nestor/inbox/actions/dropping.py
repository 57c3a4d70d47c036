"""Conversations and raw forms that were kept long enough. Each joins the caller's transaction."""

from datetime import datetime

from django.db.models import F, Q

from nestor.inbox.models import Conversation, GoneMessage, Message, Post
from nestor.inbox.reads.gone import raw_before
from nestor.inbox.rules import digest_of


def hold_quiet(brand_id: int, conversation_id: int, before: datetime) -> bool:
    """Hold a conversation in which nobody spoke since then; False where somebody has, or it is gone."""
    rows = Conversation.objects.of(brand_id).filter(pk=conversation_id, last_at__lte=before)
    return bool(rows.update(last_at=F("last_at")) == 1)


def drop_said(brand_id: int, conversation_id: int, most: int, people: set[int]) -> tuple[int, bool]:
    """Delete what was said there, oldest first, with files, versions, raw forms, readings and search words.

    Return how many messages went and whether those were all; `people` gets the members who said them.
    """
    rows = Message.objects.of(brand_id).filter(conversation_id=conversation_id).order_by("published_at", "id")
    said = list(rows.values_list("pk", "channel_id", "network_id", "identity__member_id")[: most + 1])
    some = said[:most]
    gone = [GoneMessage(brand_id=brand_id, channel_id=row[1], number=digest_of(row[2])) for row in some]
    GoneMessage.objects.bulk_create(gone, ignore_conflicts=True)
    people.update(row[3] for row in some if row[3] is not None)
    Message.objects.of(brand_id).filter(pk__in=[row[0] for row in some]).delete()
    return len(some), len(said) <= most


def drop_conversation(brand_id: int, conversation_id: int, people: set[int]) -> None:
    """Delete a conversation nothing is left of, those merged into it, and somebody's post when nothing hangs on it."""
    mine = Conversation.objects.of(brand_id).filter(Q(pk=conversation_id) | Q(merged_into=conversation_id))
    found = list(mine.values_list("pk", "post_id", "member_id"))
    people.update(row[2] for row in found if row[2] is not None)
    Conversation.objects.of(brand_id).filter(pk__in=[row[0] for row in found]).delete()
    posts = {row[1] for row in found if row[1] is not None}
    hung_on = Conversation.objects.of(brand_id).filter(post_id__in=posts).values("post_id")
    Post.objects.of(brand_id).filter(pk__in=posts, is_ours=False).exclude(pk__in=hung_on).delete()


def drop_raw(brand_id: int, before: datetime, most: int) -> int:
    """Delete a brand's raw forms that came by then, and what is left of webhook calls as old; return how many."""
    count = 0
    for model, rows in raw_before(brand_id, before):
        old = list(rows.values_list("pk", flat=True)[:most])
        count += model.objects.of(brand_id).filter(pk__in=old).delete()[0]
    return count
