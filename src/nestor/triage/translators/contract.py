"""What the desk and a translator say to each other. Version 1; pure: no Django.

A package offers a `Translator` under the entry point group `nestor.translators`. It runs in a process of its own for
one text and keeps nothing; what it needs to know it reads from variables named `NESTOR_TRANSLATOR_…`, the only ones
it is given.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

CONTRACT_VERSION = 1
MOST_NAME = 60


class Why(StrEnum):
    """Why there is no translation: a code the screens put into words."""

    LANGUAGES = "languages"  # it does not know this language, or not this pair
    LIMITED = "limited"  # a rate or a quota
    SIGN_IN = "sign_in"  # the service does not accept the key
    UNREACHABLE = "unreachable"
    # What follows is said by the desk, never by a translator.
    BROKEN = "broken"  # it raised, ended or answered what makes no sense
    TOO_LATE = "too_late"
    BUSY = "busy"  # as many texts as may be are being translated
    UNSAFE = "unsafe"  # it called elsewhere than it says
    GONE = "gone"  # it is not installed any more
    MOVED = "moved"  # it names another host than the one that was chosen
    SEALED = "sealed"  # what is sealed does not leave this machine


SAID_BY_TRANSLATORS = (Why.LANGUAGES, Why.LIMITED, Why.SIGN_IN, Why.UNREACHABLE)


class CannotTranslate(Exception):
    """There is no translation. `detail` is for the operator: never a text that was to be translated."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why.value}: {detail}" if detail else why.value)
        self.why = why
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Described:
    """What a translator says of itself. `host` is where it sends texts, "" where they stay on this machine."""

    key: str
    name: str
    host: str


@runtime_checkable
class Translator(Protocol):
    """Translates one text at a time."""

    @property
    def contract(self) -> int:
        """`CONTRACT_VERSION` as it was when this translator was written."""
        ...

    @property
    def key(self) -> str:
        """The name of its entry point: letters, digits and _, at most 40."""
        ...

    @property
    def name(self) -> str:
        """What people read; a proper noun, at most 60 characters."""
        ...

    @property
    def host(self) -> str:
        """The one host its texts are sent to, "" where they stay on this machine; no other can be called."""
        ...

    def translate(self, text: str, source: str, target: str) -> str:
        """Return the text in language `target`; languages are ISO 639-1, `source` is "" where nobody knows it.

        Raise `CannotTranslate` with one of `SAID_BY_TRANSLATORS`.
        """
        ...
