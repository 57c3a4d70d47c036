"""One of each kind of thing that the API names by an id."""

from nestor.brands.actions import name_account
from nestor.composer.actions.saved import save_reply
from nestor.hooks.actions import add_receiver, ping
from nestor.hooks.reads import calls_page
from nestor.inbox.models import Conversation, Message
from nestor.media.actions import Given, check_files, hand_over
from nestor.media.reads import taken_here
from nestor.notices.actions import tell
from nestor.notices.models import Notice
from nestor.notices.rules import Occasion
from nestor.people.models import Member
from nestor.routing.actions.bulk import begin_bulk
from nestor.routing.actions.elsewhere import answer_elsewhere
from nestor.routing.actions.notes import write_note
from nestor.routing.actions.relief import offer_relief
from nestor.routing.actions.views import make_label, save_view
from nestor.routing.rules.bulk import Deed
from nestor.routing.rules.elsewhere import Elsewhere
from nestor.routing.rules.filters import InboxFilter
from tests.desk.answering import ANSWER, REPLY
from tests.desk.cast import NOON, Cast
from tests.desk.machine import Machine, secret_of
from tests.desk.pictures import picture


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
    relief = offer_relief(cast.alice, cast.bob.user, NOON)
    assert relief is not None
    assert note is not None
    return {
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
