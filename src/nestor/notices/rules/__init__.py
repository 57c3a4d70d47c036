"""What people of the team are told about. Pure."""

from datetime import timedelta
from enum import StrEnum


class Occasion(StrEnum):
    """Why somebody is told: a code the screens and mails put into words."""

    MENTIONED = "mentioned"  # named in a note
    ASSIGNED = "assigned"  # a conversation was handed to them
    HANDED_MANY = "handed_many"  # several were handed to them at once
    CLOCK_SOON = "clock_soon"  # an answer is due soon
    CLOCK_LATE = "clock_late"  # an answer is late
    ESCALATED = "escalated"  # nobody answered whoever was told first
    SECOND_READING = "second_reading"  # a consent is asked of them
    SECOND_READ = "second_read"  # a consent they asked for was given or refused
    SEALED = "sealed"  # a suspected alert or threat waits to be read
    CHANNEL_BLIND = "channel_blind"  # a channel cannot be read
    FORWARD_ANSWERED = "forward_answered"  # a colleague without an account answered
    DELIVERY_ASKS = "delivery_asks"  # an answer needs a person: refused, late or unconfirmed
    SNOOZE_OVER = "snooze_over"  # a conversation put off came back
    RELIEF = "relief"  # a colleague hands over what they have, or took over what one offered
    RECEIVER_OFF = "receiver_off"  # a webhook failed for so long that it is called no more
    BULK_DONE = "bulk_done"  # a deed to many conversations is done
    DIGEST = "digest"  # the day in figures


class Topic(StrEnum):
    """What occasions have in common for whoever chooses how to be reached."""

    CALL = "call"  # concerns nobody in particular: whoever is on call is told until somebody takes it
    ASKS = "asks"  # somebody, or an answer of theirs, waits for them
    CLOCKS = "clocks"
    INFO = "info"


TOPIC_OF: dict[Occasion, Topic] = {
    Occasion.MENTIONED: Topic.ASKS,
    Occasion.ASSIGNED: Topic.ASKS,
    Occasion.HANDED_MANY: Topic.ASKS,
    Occasion.SECOND_READING: Topic.ASKS,
    Occasion.SECOND_READ: Topic.ASKS,
    Occasion.DELIVERY_ASKS: Topic.ASKS,
    Occasion.RELIEF: Topic.ASKS,
    Occasion.RECEIVER_OFF: Topic.ASKS,
    Occasion.CLOCK_SOON: Topic.CLOCKS,
    Occasion.CLOCK_LATE: Topic.CLOCKS,
    Occasion.ESCALATED: Topic.CALL,
    Occasion.SEALED: Topic.CALL,
    Occasion.CHANNEL_BLIND: Topic.CALL,
    Occasion.FORWARD_ANSWERED: Topic.INFO,
    Occasion.SNOOZE_OVER: Topic.INFO,
    Occasion.BULK_DONE: Topic.INFO,
    Occasion.DIGEST: Topic.INFO,
}

# Troubles of a channel that only a person ends are told at once; the others mostly pass by themselves.
NEEDS_SOMEBODY = ("sign_in", "forbidden", "secret_lost", "unusable", "unsafe")
PASSES_WITHIN = timedelta(minutes=10)
