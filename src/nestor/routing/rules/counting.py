"""What a conversation counts for in the counters beside the list. Pure."""

from nestor.routing.rules.filters import Facts


def facets_of(facts: Facts | None) -> list[tuple[str, str, bool]]:
    """Return the counters an open conversation stands in: facet, value, whether only those who must know count it."""
    if facts is None or not facts.is_open:
        return []
    if facts.is_snoozed:
        return [("snoozed", "", facts.is_sealed)]
    found = [("lane", facts.lane, facts.is_sealed), ("channel", str(facts.channel_id), facts.is_sealed)]
    if facts.assignee_id is None:
        found.append(("nobody", "", facts.is_sealed))
    if facts.is_unsure:
        found.append(("unsure", "", facts.is_sealed))
    return found
