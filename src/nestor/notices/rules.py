"""What people of the team are told about. Pure."""

from enum import StrEnum


class Occasion(StrEnum):
    """Why somebody is told: a code the screens and mails put into words."""

    MENTIONED = "mentioned"  # named in a note
    ASSIGNED = "assigned"  # a conversation was handed to them
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
    BULK_DONE = "bulk_done"  # a deed to many conversations is done
