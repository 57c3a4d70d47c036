"""What the people room announces."""

from dataclasses import dataclass

from nestor.work.events import Happening


@dataclass(frozen=True, slots=True)
class PersonChanged(Happening):
    """Members were found to be one person, or not to be."""

    member_id: int


@dataclass(frozen=True, slots=True)
class TeamChanged(Happening):
    """Somebody joined a brand's team, left it, was suspended, or may do something else now."""

    user_id: int
