"""The journal's verbs as sentences. A verb nobody has put into words is shown as the code it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nestor.faces.web.words import DEEDS, LANES, ROLES, TROUBLES, word

DESK = gettext_lazy("The desk")
SENTENCES: dict[str, str | Promise] = {
    "take_conversation": gettext_lazy("%(who)s took a conversation."),
    "hand_over": gettext_lazy("%(who)s handed a conversation over."),
    "resolve_conversation": gettext_lazy("%(who)s resolved a conversation."),
    "reopen_conversation": gettext_lazy("%(who)s reopened a conversation."),
    "correct_reading": gettext_lazy("%(who)s corrected a reading: %(was)s is really %(lane)s."),
    "moderate": gettext_lazy("%(who)s moderated a message: %(deed)s."),
    "send_answer": gettext_lazy("%(who)s sent an answer."),
    "take_back": gettext_lazy("%(who)s took an answer back before it left."),
    "deliver": gettext_lazy("An answer arrived on its network."),
    "settle_delivery": gettext_lazy("An answer did not go out as meant: %(state)s. %(trouble)s"),
    "send_again": gettext_lazy("%(who)s had an unconfirmed answer sent again."),
    "declare_sent": gettext_lazy("%(who)s confirmed that an answer is on its network."),
    "give_up": gettext_lazy("%(who)s gave up an unconfirmed answer."),
    "ask_clearance": gettext_lazy("%(who)s asked for a second reading."),
    "give_clearance": gettext_lazy("%(who)s cleared an answer as the second person."),
    "refuse_clearance": gettext_lazy("%(who)s refused to clear an answer."),
    "ask_backfill": gettext_lazy("%(who)s had an interval read again."),
    "connect_channel": gettext_lazy("%(who)s connected a channel (%(network)s)."),
    "disconnect_channel": gettext_lazy("%(who)s disconnected a channel."),
    "hold_channel": gettext_lazy("%(who)s held a channel."),
    "lift_hold": gettext_lazy("%(who)s lifted the hold of a channel."),
    "report_trouble": gettext_lazy("A channel got into trouble: %(trouble)s"),
    "channel_well": gettext_lazy("A channel is well again."),
    "found_brand": gettext_lazy("%(who)s founded this brand."),
    "set_opening_hours": gettext_lazy("%(who)s changed the opening hours."),
    "add_user": gettext_lazy("%(who)s added somebody to the desk."),
    "give_role": gettext_lazy("%(who)s gave somebody a role: %(role)s."),
    "end_role": gettext_lazy("%(who)s took somebody off the team."),
    "import_file": gettext_lazy("%(who)s imported a file."),
}
STATES: dict[str, str | Promise] = {
    "refused": pgettext_lazy("answer", "refused"),
    "unconfirmed": pgettext_lazy("answer", "not confirmed"),
    "late": pgettext_lazy("answer", "too late"),
    "cancelled": pgettext_lazy("answer", "stopped"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """Verbs that are asked for together."""

    code: str
    name: str | Promise
    verbs: tuple[str, ...]


FAMILIES = (
    Family(
        "routing",
        gettext_lazy("Conversations"),
        (
            "take_conversation",
            "hand_over",
            "resolve_conversation",
            "reopen_conversation",
            "correct_reading",
            "moderate",
        ),
    ),
    Family(
        "answers",
        gettext_lazy("Answers"),
        ("send_answer", "take_back", "deliver", "settle_delivery", "send_again", "declare_sent", "give_up"),
    ),
    Family("guard", gettext_lazy("Second readings"), ("ask_clearance", "give_clearance", "refuse_clearance")),
    Family(
        "channels",
        gettext_lazy("Channels"),
        (
            "connect_channel",
            "disconnect_channel",
            "hold_channel",
            "lift_hold",
            "report_trouble",
            "ask_backfill",
            "import_file",
        ),
    ),
    Family(
        "team",
        gettext_lazy("Team and brand"),
        ("found_brand", "set_opening_hours", "add_user", "give_role", "end_role"),
    ),
)


def sentence_of(verb: str, who: str, facts: Mapping[str, object]) -> str | None:
    """Return the line in words, or None for a verb nobody has put into words."""
    if verb == "report_trouble" and not facts.get("reason"):
        verb = "channel_well"
    sentence = SENTENCES.get(verb)
    if sentence is None:
        return None
    trouble = str(facts.get("reason", ""))
    return str(sentence) % {
        "who": who,
        "was": word(LANES, str(facts.get("was", ""))),
        "lane": word(LANES, str(facts.get("lane", ""))),
        "deed": word(DEEDS, str(facts.get("deed", ""))),
        "role": word(ROLES, str(facts.get("role", ""))),
        "network": str(facts.get("network", "")),
        "state": str(STATES.get(str(facts.get("state", "")), facts.get("state", ""))),
        "trouble": word(TROUBLES, trouble) if trouble else "",
    }


def somebody() -> str:
    """Return how a person is named who is no longer of the team."""
    return _("Somebody no longer here")
