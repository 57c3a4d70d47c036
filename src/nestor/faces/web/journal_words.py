"""The journal's verbs as sentences. A verb nobody has put into words is shown as the code it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nestor.faces.web.words import DEEDS, LANES, PLACES, ROLES, TROUBLES, word

DESK = gettext_lazy("The desk")
SENTENCES: dict[str, str | Promise] = {
    "take_conversation": gettext_lazy("%(who)s took a conversation."),
    "hand_over": gettext_lazy("%(who)s handed a conversation over."),
    "offer_relief": gettext_lazy("%(who)s offered all they had to a colleague."),
    "confirm_relief": gettext_lazy("%(who)s took over what a colleague had."),
    "decline_relief": gettext_lazy("%(who)s could not take over."),
    "withdraw_relief": gettext_lazy("%(who)s kept what they had offered."),
    "resolve_conversation": gettext_lazy("%(who)s resolved a conversation."),
    "reopen_conversation": gettext_lazy("%(who)s reopened a conversation."),
    "answer_elsewhere": gettext_lazy("%(who)s answered elsewhere: %(place)s."),
    "take_back_elsewhere": gettext_lazy("%(who)s took back that somebody answered elsewhere."),
    "forward_conversation": gettext_lazy("%(who)s showed a conversation to a colleague without an account."),
    "revoke_forward": gettext_lazy("%(who)s took such a link back."),
    "answer_forward": gettext_lazy("A colleague without an account answered."),
    "write_note": gettext_lazy("%(who)s wrote a note for the team."),
    "remove_note": gettext_lazy("%(who)s took a note away."),
    "correct_reading": gettext_lazy("%(who)s corrected a reading: %(was)s is really %(lane)s."),
    "moderate": gettext_lazy("%(who)s moderated a message: %(deed)s."),
    "send_answer": gettext_lazy("%(who)s sent an answer."),
    "take_back": gettext_lazy("%(who)s took an answer back before it left."),
    "deliver": gettext_lazy("An answer arrived on its network."),
    "settle_delivery": gettext_lazy("An answer did not go out as meant: %(state)s. %(trouble)s"),
    "send_again": gettext_lazy("%(who)s had an unconfirmed answer sent again."),
    "declare_sent": gettext_lazy("%(who)s confirmed that an answer is on its network."),
    "give_up": gettext_lazy("%(who)s gave up an unconfirmed answer."),
    "save_reply": gettext_lazy("%(who)s kept a saved reply."),
    "delete_reply": gettext_lazy("%(who)s deleted a saved reply."),
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
    "change_brand": gettext_lazy("%(who)s changed the brand’s settings."),
    "choose_translator": gettext_lazy("%(who)s chose who translates: %(translator)s (%(host)s)."),
    "drop_translator": gettext_lazy("%(who)s chose that nothing is translated."),
    "make_label": gettext_lazy("%(who)s made a label."),
    "delete_label": gettext_lazy("%(who)s deleted a label."),
    "save_view": gettext_lazy("%(who)s kept a list as a view for the team."),
    "delete_view": gettext_lazy("%(who)s deleted a view of the team."),
    "set_opening_hours": gettext_lazy("%(who)s changed the opening hours."),
    "set_retention": gettext_lazy("%(who)s changed how long things are kept."),
    "drop_old": gettext_lazy("Messages kept long enough were dropped: %(count)s."),
    "pass_on": gettext_lazy("An answer was late for long: it was passed on."),
    "name_account": gettext_lazy("%(who)s said that the brand has an account elsewhere."),
    "leave_unused": gettext_lazy("%(who)s said that an account of the brand is not used."),
    "use_again": gettext_lazy("%(who)s said that an account of the brand is used after all."),
    "forget_account": gettext_lazy("%(who)s took an account of the brand off the list."),
    "set_targets": gettext_lazy("%(who)s changed by when answers are owed."),
    "stop_clocks": gettext_lazy("%(who)s stopped moving the clocks that run."),
    "go_on_with_clocks": gettext_lazy("%(who)s went on moving the clocks that run."),
    "add_user": gettext_lazy("%(who)s added somebody to the desk."),
    "give_role": gettext_lazy("%(who)s gave somebody a role: %(role)s."),
    "invite": gettext_lazy("%(who)s invited somebody: %(role)s."),
    "withdraw_invitation": gettext_lazy("%(who)s withdrew an invitation."),
    "join_team": gettext_lazy("%(who)s joined the team."),
    "suspend": gettext_lazy("%(who)s suspended somebody of the team."),
    "resume": gettext_lazy("%(who)s took somebody back on who had been suspended."),
    "free_conversations": gettext_lazy("The conversations of somebody who left are everybody’s again."),
    "end_role": gettext_lazy("%(who)s took somebody off the team."),
    "make_token": gettext_lazy("%(who)s made a token for another program."),
    "revoke_token": gettext_lazy("%(who)s revoked a token."),
    "merge_members": gettext_lazy("%(who)s said that two members are one person."),
    "unmerge_member": gettext_lazy("%(who)s parted two members again."),
    "add_receiver": gettext_lazy("%(who)s added a webhook."),
    "delete_receiver": gettext_lazy("%(who)s deleted a webhook."),
    "rotate_receiver_secret": gettext_lazy("%(who)s gave a webhook a new secret."),
    "switch_receiver_on": gettext_lazy("%(who)s switched a webhook on."),
    "switch_receiver_off": gettext_lazy("%(who)s switched a webhook off."),
    "give_up_receiver": gettext_lazy("A webhook failed for too long and was switched off."),
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
            "offer_relief",
            "confirm_relief",
            "decline_relief",
            "withdraw_relief",
            "resolve_conversation",
            "reopen_conversation",
            "correct_reading",
            "moderate",
            "answer_elsewhere",
            "take_back_elsewhere",
            "forward_conversation",
            "revoke_forward",
            "answer_forward",
            "write_note",
            "remove_note",
        ),
    ),
    Family(
        "answers",
        gettext_lazy("Answers"),
        (
            "send_answer",
            "take_back",
            "deliver",
            "settle_delivery",
            "send_again",
            "declare_sent",
            "give_up",
            "save_reply",
            "delete_reply",
        ),
    ),
    Family("members", gettext_lazy("Members"), ("merge_members", "unmerge_member")),
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
        (
            "found_brand",
            "change_brand",
            "choose_translator",
            "drop_translator",
            "make_label",
            "delete_label",
            "save_view",
            "delete_view",
            "set_opening_hours",
            "set_retention",
            "drop_old",
            "set_targets",
            "stop_clocks",
            "go_on_with_clocks",
            "add_user",
            "invite",
            "withdraw_invitation",
            "join_team",
            "give_role",
            "suspend",
            "resume",
            "free_conversations",
            "end_role",
        ),
    ),
    Family(
        "programs",
        gettext_lazy("Other programs"),
        (
            "make_token",
            "revoke_token",
            "add_receiver",
            "delete_receiver",
            "rotate_receiver_secret",
            "switch_receiver_on",
            "switch_receiver_off",
            "give_up_receiver",
        ),
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
        "place": word(PLACES, str(facts.get("place", ""))),
        "role": word(ROLES, str(facts.get("role", ""))),
        "translator": str(facts.get("translator", "")),
        "host": str(facts.get("host", "") or _("on this machine")),
        "network": str(facts.get("network", "")),
        "state": str(STATES.get(str(facts.get("state", "")), facts.get("state", ""))),
        "trouble": word(TROUBLES, trouble) if trouble else "",
        "count": facts.get("messages", ""),
    }


def somebody() -> str:
    """Return how a person is named who is no longer of the team."""
    return _("Somebody no longer here")
