"""`{% rows … %}`: rows of the list, drawn by `rows.py`."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from nestor.faces.web.rows import rows_html
from nestor.routing.reads import InboxRow

register = template.Library()


@register.simple_tag(takes_context=True)
def rows(context: dict[str, Any], of: Sequence[InboxRow], may_choose: bool = False) -> SafeString:  # noqa: FBT001, FBT002  as templates pass it
    """Draw these rows with the page's filter, its open conversation and its time."""
    return rows_html(
        of,
        context["now"],
        query=context.get("query", ""),
        open_id=context.get("open_id", ""),
        may_choose=may_choose,
    )
