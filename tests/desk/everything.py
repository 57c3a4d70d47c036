"""One of each kind of thing that the API names by an id."""

from datetime import time, timedelta

from nestor.brands.actions import name_account
from nestor.composer.actions.saved import save_reply
from nestor.guard.actions import ask_clearance
from nestor.guard.reads import findings_on
from nestor.hooks.actions import add_receiver, ping
from nestor.hooks.reads import calls_page
from nestor.inbox.models import Conversation, Message
from nestor.media.actions import Given, check_files, hand_over
from nestor.media.reads import taken_here
from nestor.notices.actions import tell
from nestor.notices.actions.rota import add_shifts, swap_duty
from nestor.notices.models import Notice
from nestor.notices.reads import shifts_of, swaps_of
from nestor.notices.rules import Occasion
from nestor.people.actions.team import invite
from nestor.people.models import Member
from nestor.people.reads.team import open_invitations
from nestor.routing.actions.bulk import begin_bulk
from nestor.routing.actions.elsewhere import answer_elsewhere
from nestor.routing.actions.forwarding import Colleague, forward_conversation
from nestor.routing.actions.notes import write_note
from nestor.routing.actions.relief import offer_relief
from nestor.routing.actions.views import make_label, save_view
from nestor.routing.rules.bulk import Deed
from nestor.routing.rules.elsewhere import Elsewhere
from nestor.routing.rules.filters import InboxFilter
from nestor.vocabulary import Role
from tests.desk.answering import ANSWER, REPLY
from tests.desk.cast import NOON, Cast
from tests.desk.machine import Machine, secret_of
from tests.desk.pictures import picture

INSULT = "Vous êtes un connard."
MAUD = Colleague("Maud", "maud@mairie.example", "fr", "Qui répond ?", 3)


def everything_of(cast: Cast, asked: Conversation) -> dict[str, str]:
    """Return one public id of each kind of thing of the first brand, by its name in the API's paths."""
    machine = Machine(secret_of(cast.alice))
    sent = machine.ask("POST", f"/conversations/{asked.public_id}/answers", {"text": ANSWER}, key="k1")
    assert sent.status_code == 202, sent.content
    label = make_label(cast.alice, "Urgent", NOON)
    added = add_receiver(cast.alice, "Tableau", "https://told.example/", ["ChannelHeld"], NOON)
    assert label is not None
    assert added is not None
    ping(cast.alice, added[0], NOON)
    view = save_view(cast.alice, "À moi", InboxFilter(), NOON, is_shared=True)
    deed = begin_bulk(cast.alice, Deed.RESOLVE, "", [asked.public_id], NOON)
    note = write_note(cast.alice, asked, "À suivre", NOON, key="n")
    kept, _turned = check_files([Given("gare.png", picture("PNG"))], taken_here())
    handed = hand_over(cast.alice, kept[0], NOON)
    assert handed is not None
    assert view is not None
    assert deed is not None
    tell(cast.brand.pk, Occasion.ESCALATED, "", NOON)
    account = name_account(cast.brand, "mastodon", "@ligne", NOON, actor_id=None)
    elsewhere = answer_elsewhere(cast.alice, asked, Elsewhere.PHONE, "", NOON)
    assert account is not None
    assert elsewhere is not None
    reading = ask_clearance(cast.alice, asked, INSULT, findings_on(asked, INSULT, NOON), NOON)
    assert reading is not None
    relief = offer_relief(cast.alice, cast.bob.user, NOON)
    assert relief is not None
    assert note is not None
    return _of_the_team(cast) | {
        "forward": forward_conversation(cast.alice, asked, MAUD, NOON, key="f").public_id,
        "reading": reading.public_id,
        "view": view.public_id,
        "bulk": deed.public_id,
        "note": note.public_id,
        "file": handed.public_id,
        "relief": relief.public_id,
        "account": account.public_id,
        "elsewhere": elsewhere.public_id,
        "notice": Notice.objects.of(cast.brand).get(user=cast.alice.user).public_id,
        "reply": save_reply(cast.alice, REPLY, NOON).public_id,
        "webhook": added[0].public_id,
        "call": calls_page(added[0], None, 1)[0].public_id,
        "conversation": asked.public_id,
        "message": Message.objects.of(cast.brand).filter(conversation=asked)[0].public_id,
        "member": Member.objects.of(cast.brand).filter(name="Dan")[0].public_id,
        "channel": cast.channel.public_id,
        "label": label.public_id,
        "delivery": sent.json()["id"],
    }


def _of_the_team(cast: Cast) -> dict[str, str]:
    later = NOON + timedelta(days=36_500)  # a swap that is over is shown no more
    assert add_shifts(cast.alice, cast.bob.user, [0], (time(9), time(18)), NOON) == 1
    assert swap_duty(cast.alice, cast.bob.user, (later, later + timedelta(hours=1)), NOON)
    assert invite(cast.alice, "neuf@nestor.example", Role.AGENT, NOON) is not None
    return {
        "slot": shifts_of(cast.brand)[0].public_id,
        "swap": swaps_of(cast.brand, NOON)[0].public_id,
        "seat": cast.bob.user.public_id,
        "invitation": open_invitations(cast.brand)[0].public_id,
    }
