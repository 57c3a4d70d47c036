"""Walking a site's comments by id, although WordPress only offers pages: nothing is skipped when rows come and go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from nestor.networks.contract import Reason, Refused
from nestor.networks.http import AnswerTooLarge, Response
from nestor.networks.wordpress.comments import ASKED, Comment, NotAComment, read_comment
from nestor.networks.wordpress.connect import Site

PAGE = 100  # the most WordPress gives at once
_SMALLER = {100: 10, 10: 2}  # never one: a page overlaps the one before by a row
_STEP_BACK = 50
_MOST_CALLS = 300  # for one walk; only a site that contradicts itself comes near
_ORDER = {"context": "edit", "orderby": "id", "order": "asc"}


@dataclass(slots=True)
class Walk:
    """What a walk brought: comments by id, where each stood in the listing, and whether the end was reached."""

    comments: dict[int, Comment] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    is_end: bool = False


class Listing:
    """The comments of a site that a filter lets through, ascending by id.

    A page is asked for by offset, one row before the first one wanted: where that row is not the one expected, rows
    before it have gone and the right place is looked for again.
    """

    def __init__(self, site: Site, where: Mapping[str, str | int]) -> None:
        self._site = site
        self._where = {"status": "all", **where, **_ORDER}
        self._size = PAGE

    def walk(self, floor: int, at: int, *, beyond: int, pages: int) -> Walk:
        """Return the comments with ids above `floor`, up to `pages` pages of them with ids above `beyond`.

        `at` is a guess of how many rows stand before the first.
        """
        walk, last, offset, has_stepped = Walk(), floor, max(at - 1, 0), False
        is_anchored = offset == 0
        for _call in range(_MOST_CALLS):
            rows, total = self._rows(offset)
            slipped = bool(rows) and offset > 0 and rows[0].id > last
            if (slipped or (not rows and offset)) and not is_anchored:
                offset, is_anchored = self._place_of(floor), True
                continue
            if slipped and not has_stepped:
                offset, has_stepped = max(offset - _STEP_BACK, 0), True
                continue
            is_anchored, has_stepped = True, False
            for place, row in enumerate(rows, offset):
                if row.id > last:
                    walk.comments[row.id] = row
                    walk.places[row.id] = place
            last = max(last, rows[-1].id if rows else last)
            walk.is_end = offset + self._size >= total
            offset += self._size - 1
            pages -= last > beyond
            # Rows the account may not read are left out of pages: go on until there is something to move the cursor by.
            if walk.is_end or (pages <= 0 and walk.comments):
                return walk
        raise Refused(Reason.MALFORMED, "the list of comments has no end", permanent=False)

    def count(self) -> int:
        """Return how many there are."""
        return _total(self._site.get("comments", {**self._where, "per_page": 1, "_fields": "id"}))

    def first_id(self) -> int:
        """Return the lowest id, 0 where there is none."""
        return next(iter(self._ids(0, 1)[0]), 0)

    def last_id(self) -> int:
        """Return the highest id, 0 where there is none."""
        return next(iter(self._ids(0, 1, order="desc")[0]), 0)

    def _place_of(self, floor: int) -> int:
        """Return an offset whose row has an id ≤ floor, as near to the first above it as a page; 0 is always right."""
        low, high = 0, self._ids(0, 1)[1]
        while high - low > self._size:
            middle = (low + high) // 2
            ids, _total_now = self._ids(middle, self._size)
            if ids and ids[0] <= floor:
                low = middle
            else:
                high = middle
        return low

    def _rows(self, offset: int) -> tuple[list[Comment], int]:
        while True:
            asked = {**self._where, "offset": offset, "per_page": self._size}
            asked |= {"_fields": f"{ASKED},_links,_embedded", "_embed": "up"}
            try:
                answer = self._site.get("comments", asked)
            except AnswerTooLarge:
                if self._size not in _SMALLER:
                    raise
                self._size = _SMALLER[self._size]
                continue
            return read_rows(answer, self._site), _total(answer)

    def _ids(self, offset: int, size: int, *, order: str = "asc") -> tuple[list[int], int]:
        asked = {**self._where, "offset": offset, "per_page": size, "order": order, "_fields": "id"}
        answer = self._site.get("comments", asked)
        try:
            return [int(row["id"]) for row in answer.json()], _total(answer)
        except (TypeError, KeyError, ValueError):
            raise Refused(Reason.MALFORMED, "the list of ids is not one") from None


def read_rows(answer: Response, site: Site) -> list[Comment]:
    """Return the comments of a list; raise `Refused(MALFORMED)` where it is no list of comments."""
    rows: Any = answer.json()
    if not isinstance(rows, list):
        raise Refused(Reason.MALFORMED, "a list of comments was expected")
    try:
        zone = site.zone() if any(str(row.get("date_gmt", "")).startswith("-") for row in rows) else UTC
        return [read_comment(row, zone) for row in rows]
    except (NotAComment, AttributeError) as error:
        raise Refused(Reason.MALFORMED, f"a comment is not as WordPress writes it: {error}") from None


def _total(answer: Response) -> int:
    text = answer.headers.get("x-wp-total", "")
    if not text.isdecimal() or len(text) > 10:
        raise Refused(Reason.MALFORMED, "the list does not say how long it is")
    return int(text)
