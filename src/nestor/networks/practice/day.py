"""A busy day: what a written world says in thirty days is said within one. Pure; nothing is invented or said twice.

A story keeps its order and its hours: its messages take the hours it has, sorted, so that the day has the rhythm of the
month, an answer never comes before its question, and what was said at night is there in the morning.
"""

from dataclasses import replace
from itertools import pairwise

from nestor.networks.practice.community import DAY, DAYS, Said, World

BEGINS = (DAYS - 1) * DAY  # minutes: the last day of the script
OPENS = 7  # o'clock: what was said before is the night's
SPEED = 12.0  # script seconds a second: the seventeen hours from seven to midnight pass in 85 minutes
_LATEST_CHANGE = 60  # minutes after which a message is edited or taken back, at most


def busy_day(world: World) -> World:
    """Return the world with its publications told before the day, and everything else on that day."""
    posts = tuple(replace(post, at=min(post.at, BEGINS - 1)) for post in world.posts)
    at = _moments(world)
    stories = tuple(
        replace(story, messages=tuple(_moved(said, at[said.id]) for said in story.messages)) for story in world.stories
    )
    return replace(world, posts=posts, stories=stories)


def _moments(world: World) -> dict[str, int]:
    """Return when each message is said: after what it answers, and after what its story said before."""
    hour_of: dict[str, int] = {}
    told_before: dict[str, str] = {}
    for story in world.stories:
        told = sorted(story.messages, key=lambda said: said.at)
        hour_of |= dict(zip((said.id for said in told), sorted(said.at % DAY for said in told), strict=True))
        told_before |= {later.id: earlier.id for earlier, later in pairwise(told)}
    at: dict[str, int] = {}
    for said in sorted((said for story in world.stories for said in story.messages), key=lambda said: said.at):
        earlier = [at[name] + 1 for name in (told_before.get(said.id, ""), said.to) if name in at]
        at[said.id] = max(BEGINS + hour_of[said.id], *earlier, 0)
    return at


def _moved(said: Said, at: int) -> Said:
    def later(moment: int) -> int:
        return at + min(moment - said.at, _LATEST_CHANGE)

    edited = tuple((later(moment), text) for moment, text in said.edited)
    return replace(said, at=at, edited=edited, deleted=None if said.deleted is None else later(said.deleted))
