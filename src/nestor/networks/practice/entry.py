"""Takes values out of one YAML mapping by type, and notes every fault instead of stopping at the first."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

DAY = 24 * 60  # minutes
_DAY_AND_TIME = re.compile(r"d(\d\d) (\d\d):(\d\d)")
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m?)?")


class Faults:
    """What is wrong, in the order it was found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, where: str, fault: str) -> None:
        """Note one fault."""
        self.found.append(f"{where}: {fault}")


class Entry:
    """One mapping of a file. A missing or wrong value is noted and replaced by an empty one."""

    def __init__(self, content: Any, where: str, faults: Faults) -> None:
        self.where = where
        self._faults = faults
        self._content: Mapping[Any, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            faults.add(where, "a mapping is expected")
        elif "id" in self._content:
            self.where = f"{where} ({self._content['id']})"

    def fault(self, name: str, fault: str) -> None:
        """Note a fault of one field."""
        self._faults.add(self.where, f"{name}: {fault}")

    def has(self, name: str) -> bool:
        """Say whether the field is there."""
        return self._content.get(name) is not None

    def text(self, name: str, *, needed: bool = True) -> str:
        """Return a string."""
        value = self._content.get(name)
        if value is None or value == "":
            if needed:
                self.fault(name, "is missing")
            return ""
        if not isinstance(value, str):
            self.fault(name, f"a text is expected, not {type(value).__name__}; put it in quotes")
            return ""
        return value

    def texts(self, name: str, *, needed: bool = True) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self._content.get(name)
        if value is None:
            if needed:
                self.fault(name, "is missing")
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            self.fault(name, "a list of texts is expected")
            return ()
        return tuple(value)

    def choice(self, name: str, allowed: Iterable[str], *, otherwise: str = "") -> str:
        """Return one of the allowed words."""
        value = self.text(name, needed=not otherwise) or otherwise
        if value and value not in set(allowed):
            self.fault(name, f"{value} is none of {', '.join(sorted(allowed))}")
        return value

    def choices(self, name: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Return a list of allowed words, empty where the field is absent."""
        values = self.texts(name, needed=False)
        for value in values:
            if value not in set(allowed):
                self.fault(name, f"{value} is none of {', '.join(sorted(allowed))}")
        return values

    def whole(self, name: str, lowest: int, highest: int) -> int:
        """Return a whole number within bounds, the lowest where the field is absent."""
        value = self._content.get(name, lowest)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.fault(name, f"a whole number from {lowest} to {highest} is expected")
            return lowest
        return value

    def day(self, name: str, *, last: int) -> int:
        """Return the minutes since day 01, 00:00, of a time like `d03 07:42`."""
        text = self.text(name)
        matched = _DAY_AND_TIME.fullmatch(text)
        if not matched:
            if text:
                self.fault(name, f"a day and time like d03 07:42 is expected, not {text}")
            return 0
        day, hour, minute = map(int, matched.groups())
        if not 1 <= day <= last or hour > 23 or minute > 59:
            self.fault(name, f"{text} does not exist (days 01 to {last:02})")
        return (day - 1) * DAY + hour * 60 + minute

    def span(self, name: str) -> int:
        """Return the minutes of a span like `4m`, `2h`, `1h30` or `1d`."""
        text = self.text(name)
        matched = _SPAN.fullmatch(text)
        if not text or not matched:
            if text:
                self.fault(name, f"a span like 4m, 2h, 1h30 or 1d is expected, not {text}")
            return 0
        days, hours, minutes = (int(part or 0) for part in matched.groups())
        return days * DAY + hours * 60 + minutes

    def entry(self, name: str) -> "Entry":
        """Return a mapping inside this one."""
        return Entry(self._content.get(name), f"{self.where}: {name}", self._faults)

    def entries(self, name: str, *, needed: bool = True) -> list["Entry"]:
        """Return the mappings of a list inside this one."""
        value = self._content.get(name)
        if value is None and not needed:
            return []
        if not isinstance(value, list):
            self.fault(name, "a list is expected")
            return []
        return [Entry(entry, f"{self.where}: {name} {number}", self._faults) for number, entry in enumerate(value, 1)]

    def forbid(self, *names: str, reason: str) -> None:
        """Note a fault for each of these fields that is there."""
        for name in names:
            if self.has(name):
                self.fault(name, reason)

    def finish(self, *known: str) -> None:
        """Note a fault for every field that nobody knows."""
        for name in self._content:
            if name not in known:
                self.fault(str(name), "unknown field")
