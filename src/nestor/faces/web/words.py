"""What the rooms' codes are called on screen. Codes come from rooms, sentences live here."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, "str | Promise"]

LANES: Words = {
    "question": _("Question"),
    "complaint": _("Complaint"),
    "press": _("Press"),
    "praise": _("Praise"),
    "rumour": _("Rumour"),
    "abuse": _("Abuse"),
    "threat": _("Threat"),
    "alert": _("Alert"),
    "lead": _("Lead"),
    "spam": _("Spam"),
    "chatter": _("Chatter"),
}
LANE_ORDER = (
    "alert",
    "threat",
    "press",
    "complaint",
    "rumour",
    "question",
    "lead",
    "praise",
    "chatter",
    "abuse",
    "spam",
)
LANE_KEYS = dict(zip(LANE_ORDER, "1234567890s", strict=True))
TONES: Words = {"negative": _("negative"), "neutral": _("neutral"), "positive": _("positive")}
PLACES: Words = {
    "phone": _("by phone"),
    "person": _("in person"),
    "mail": _("by mail"),
    "account": _("from another account"),
    "other": _("in another way"),
}
MAIL_TROUBLES: Words = {
    "no_server": _("no mail server here: pass the link on yourself"),
    "busy": _("the mail server is busy; it is tried again"),
    "refused": _("the mail was refused: check the address"),
}
KINDS: Words = {
    "mention": _("Mention"),
    "comment": _("Comment"),
    "direct": _("Private message"),
    "mail": _("Mail"),
    "review": _("Review"),
}
HARMS: Words = {
    "insult": _("insult"),
    "hate": _("hate"),
    "threat": _("threat"),
    "sexual": _("sexual content"),
    "self_harm": _("distress"),
}
FLAGS: Words = {
    "thanks": _("thanks"),
    "closer": _("closes politely"),
    "sarcasm": _("irony"),
    "deadline": _("deadline"),
    "asks": _("asks something"),
    "not_read": _("not read"),
    "code_mixed": _("two languages"),
}
URGENCIES: Words = {"0": _("can wait"), "1": _("soon"), "2": _("today"), "3": _("now")}
STATES: Words = {
    "approved": _("approved"),
    "hold": _("held on the network"),
    "spam": _("marked as spam"),
    "trash": _("in the bin"),
    "hidden": _("hidden"),
}
DEEDS: Words = {
    "like": _("Like"),
    "hide": _("Hide"),
    "unhide": _("Show again"),
    "approve": _("Approve"),
    "hold": _("Hold back"),
    "spam": _("Mark as spam"),
    "trash": _("Move to the bin"),
    "block": _("Block the author"),
}
ROLES: Words = {"head": _("head"), "agent": _("agent"), "viewer": _("viewer"), "substitute": _("substitute")}
PERMISSIONS: Words = {
    "see": _("read conversations, members and the journal"),
    "see_sealed": _("read sealed alerts"),
    "answer": _("answer"),
    "route": _("take, hand over, resolve, label, correct"),
    "moderate": _("hide, approve and the like on the network"),
    "clear": _("clear as the second person what the guard stopped"),
    "hold": _("hold a channel"),
    "connect": _("connect channels and programs"),
    "head": _("change the team, the brand, hours and everything else"),
}
UNITS: Words = {
    "characters": _("characters"),
    "graphemes": _("characters"),
    "weighted": _("characters"),
    "bytes": _("bytes"),
}
TROUBLES: Words = {
    "sign_in": _("The network no longer accepts the desk’s access."),
    "forbidden": _("The network does not let this account do that."),
    "gone": _("What was asked for no longer exists there."),
    "too_long": _("The text is longer than the network accepts."),
    "duplicate": _("The network says it already has this text."),
    "invalid": _("The network understood, and refused the content."),
    "closed": _("Comments or messages are closed there."),
    "limited": _("The network asks the desk to slow down."),
    "outage": _("The network is not working properly."),
    "malformed": _("The network’s answer made no sense."),
    "forged": _("A call claimed to come from the network and did not."),
    "unreachable": _("The network cannot be reached."),
    "unsafe": _("This address is one the desk refuses to call."),
    "secret_lost": _("The stored access can no longer be read with the keys of this installation."),
    "unusable": _("This network is not installed here, or not in a usable version."),
    "late": _("It was too late to send it: the situation may have changed."),
    "held": _("The channel is held."),
    "guard": _("The text no longer passes the checks."),
    "file_lost": _("A file that was attached is no longer on the desk’s disk."),
    "permission": _("Its author may no longer answer for this brand."),
    "disconnected": _("The channel was disconnected."),
    "given_up": _("Somebody decided not to send it any more."),
    "absent": _("It could not be found on the network."),
    "sender_died": _("The desk was interrupted while sending."),
    "asleep": _("The desk was not running."),
    "asked": _("Somebody asked for this interval to be read again."),
}
WHAT_TO_DO: Words = {
    "sign_in": _("Reconnect the channel: your answers wait, and what was missed is read again."),
    "forbidden": _("Check the rights of the account on the network, then reconnect."),
    "gone": _("The message or its thread was deleted: nothing is left to answer."),
    "too_long": _("Shorten the text and send it again."),
    "duplicate": _("Look on the network: the text is probably there already."),
    "invalid": _("Change the text and send it again."),
    "closed": _("Answer elsewhere, or resolve the conversation."),
    "limited": _("Nothing: the desk slows down by itself and goes on."),
    "outage": _("Nothing: the desk tries again by itself."),
    "malformed": _("Nothing for now: the desk tries again. If it lasts, tell whoever runs the desk."),
    "forged": _("Nothing was taken in. If it goes on, change the webhook’s secret."),
    "unreachable": _("Check the address and the connection; the desk tries again by itself."),
    "unsafe": _("Use the network’s public address."),
    "secret_lost": _("Reconnect the channel."),
    "unusable": _("Tell whoever runs the desk."),
    "late": _("Read the conversation again, then send it if it still holds."),
    "held": _("Lift the hold on the Channels page when it is time."),
    "guard": _("Open the text, change what is underlined and send it again."),
    "file_lost": _("Nothing was sent. Put the text back, attach the file again and send; tell whoever runs the desk."),
    "permission": _("Somebody else of the team can send it."),
    "disconnected": _("Connect it again on the Channels page, then send it again."),
    "given_up": _("Nothing: the text can be put back in the box."),
    "absent": _("Look there yourself, then decide."),
    "sender_died": _("Nothing: the desk looks for it by itself."),
    "asleep": _("Nothing: what was missed is read again by itself."),
    "asked": _("Nothing: it is being read again."),
}
UNTRANSLATED: Words = {
    "languages": _("The translator does not know this language."),
    "limited": _("The translator takes no more texts for now: try again later."),
    "sign_in": _("The translator’s service does not accept the desk’s access: tell whoever runs the desk."),
    "unreachable": _("The translator cannot be reached: try again later."),
    "broken": _("The translator failed: try again, and if it lasts, tell whoever runs the desk."),
    "too_late": _("The translator took too long: try again."),
    "busy": _("Other texts are being translated: try again in a moment."),
    "unsafe": _("The translator called elsewhere than it says, and was stopped: tell whoever runs the desk."),
    "gone": _("The translator is not installed any more: tell the head of the desk."),
    "moved": _("The translator now sends texts elsewhere than was chosen: the head of the desk has to choose again."),
    "sealed": _("What is sealed is not sent to an outside service."),
}


def word(table: Words, code: str) -> str:
    """Return what a code is called; a code nobody has named yet is shown as it is."""
    return str(table.get(code, code.replace("_", " ")))
