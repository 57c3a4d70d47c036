"""How a check says what is wrong: one sentence, never a secret, never a message's text."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from nestor.networks.contract import NetworkTrouble

Answer = TypeVar("Answer")
Trouble = TypeVar("Trouble", bound=NetworkTrouble)


class NotConforming(AssertionError):
    """The connector does not keep the contract; the message says what was expected."""


def expect(is_kept: bool, expectation: str) -> None:  # noqa: FBT001 — reads as a sentence
    """Raise `NotConforming` with the expectation when it is not kept."""
    if not is_kept:
        raise NotConforming(expectation)


def expect_trouble(call: Callable[[], object], *wanted: type[Trouble], when: str) -> Trouble:
    """Return the trouble the call raised; it must be one of those wanted, exactly by contract."""
    names = " or ".join(kind.__name__ for kind in wanted)
    try:
        call()
    except wanted as trouble:
        return trouble
    except NetworkTrouble as trouble:
        raise NotConforming(f"{when}: {names} expected, {type(trouble).__name__} raised") from trouble
    except Exception as defect:
        raise NotConforming(f"{when}: {names} expected, {type(defect).__name__} escaped") from defect
    raise NotConforming(f"{when}: {names} expected, nothing raised")


def only_trouble(call: Callable[[], Answer], *, when: str) -> Answer | None:
    """Return what the call returns, None after a NetworkTrouble; anything else raised is a defect."""
    try:
        return call()
    except NetworkTrouble:
        return None
    except Exception as defect:
        raise NotConforming(f"{when}: {type(defect).__name__} left the connector, only NetworkTrouble may") from defect


def expect_no_secret(texts: Iterable[str], secrets: tuple[str, ...], *, where: str) -> None:
    """None of the secrets may be readable in any of the texts."""
    for text in texts:
        for secret in secrets:
            expect(secret not in text, f"a secret is readable in {where}")
