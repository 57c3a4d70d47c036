"""Words shared by every room: ids and the glossary's enumerations. Pure: no Django, no I/O."""

import secrets
import threading
import time
from enum import IntEnum, StrEnum

EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z
_RANDOM_BITS = 22
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_last = 0
_last_lock = threading.Lock()


def new_id() -> int:
    """Return a time-ordered positive 63-bit id: 41 bits of milliseconds since 2025, 22 random bits.

    Strictly increasing within one process, so that rows made together keep their order.
    """
    global _last
    made = ((time.time_ns() // 1_000_000 - EPOCH_MS) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    with _last_lock:
        _last = made if made > _last else _last + 1
        return _last


def new_public_id() -> str:
    """Return an opaque id for the outside: 16 characters, 80 random bits."""
    return "".join(_ALPHABET[byte & 31] for byte in secrets.token_bytes(16))


class Language(StrEnum):
    """Languages a reading can name, ISO 639-1; `unknown` is an answer."""

    FR = "fr"
    EN = "en"
    ES = "es"
    DE = "de"
    IT = "it"
    PT = "pt"
    NL = "nl"
    AR = "ar"
    UNKNOWN = "unknown"


class Tone(StrEnum):
    """How a message sounds."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Lane(StrEnum):
    """Where a message goes; one lane each."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    PRESS = "press"
    PRAISE = "praise"
    RUMOUR = "rumour"
    ABUSE = "abuse"
    THREAT = "threat"
    ALERT = "alert"
    LEAD = "lead"
    SPAM = "spam"
    CHATTER = "chatter"


class Harm(StrEnum):
    """Why a message is covered."""

    INSULT = "insult"
    HATE = "hate"
    THREAT = "threat"
    SEXUAL = "sexual"
    SELF_HARM = "self_harm"


class Urgency(IntEnum):
    """How soon someone must look: 0 can wait, 3 now."""

    CALM = 0
    SOON = 1
    TODAY = 2
    NOW = 3


class MessageKind(StrEnum):
    """What an utterance is on its network."""

    MENTION = "mention"
    COMMENT = "comment"
    DIRECT = "direct"
    MAIL = "mail"
    REVIEW = "review"


class Role(StrEnum):
    """Roles at the desk, for one brand."""

    HEAD = "head"
    AGENT = "agent"
    VIEWER = "viewer"
    SUBSTITUTE = "substitute"
