"""What a machine does with words kept to answer with."""

from typing import Any

import pytest

from nestor.composer.models import SavedReply
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.people.rules import Scope
from nestor.work.models import JournalEntry
from tests.desk.answering import QUESTION, REPLY
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import Machine, secret_of


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine(secret_of(cast.alice))


def test_saved_replies_are_kept_changed_and_deleted(cast: Cast, machine: Machine) -> None:
    made = machine.ask("POST", "/replies", REPLY, key="r1")
    assert (made.status_code, made.json()["text"], made.json()["used"]) == (201, REPLY["text"], 0)
    assert machine.ask("POST", "/replies", REPLY, key="r1").json() == made.json()
    assert machine.ask("POST", "/replies", REPLY | {"name": "Autre"}, key="r1").json()["code"] == "key_reused"
    at = f"/replies/{made.json()['id']}"
    changed = machine.ask("PUT", at, REPLY | {"text": "Le guichet ouvre à 7 h."}).json()
    assert machine.get(at) == changed
    assert [one["id"] for one in machine.get("/replies", q="guichet")["items"]] == [changed["id"]]
    assert machine.get("/replies", q="introuvable")["items"] == []
    assert machine.ask("DELETE", at).json() == {"changed": True}
    assert machine.ask("PUT", at, REPLY).status_code == 404
    verbs = JournalEntry.objects.filter(brand_id=cast.brand.pk, actor_id=cast.alice.user.pk)
    assert [one.verb for one in verbs.order_by("id")][-3:] == ["save_reply", "save_reply", "delete_reply"]


@pytest.mark.parametrize(
    ("part", "at", "code"),
    [
        ({"name": " \n "}, "name", "too_short_or_long"),
        ({"text": " "}, "text", "too_short_or_long"),
        ({"text": "x" * 8001}, "text", "string_too_long"),
        ({"text": "Bonjour {prénom}"}, "text", "braces"),
        ({"shortcut": "deux mots"}, "shortcut", "shortcut"),
        ({"shortcut": "x" * 21}, "shortcut", "shortcut"),
        ({"language": "tlh"}, "language", "literal_error"),
        ({"used": 99}, "used", "extra_forbidden"),
    ],
)
def test_a_reply_that_cannot_be_kept_says_why(cast: Cast, part: dict[str, Any], at: str, code: str) -> None:
    answer = Machine(secret_of(cast.alice), "fr").ask("POST", "/replies", REPLY | part)
    says = answer.json()
    assert (answer.status_code, says["code"]) == (422, "invalid")
    assert [(one["at"], one["code"]) for one in says["errors"]] == [(at, code)]
    if code == "braces":
        assert says["names"] == ["prénom"]
        assert says["errors"][0]["detail"] == "Il y a entre accolades quelque chose que le bureau ne connaît pas."
    assert SavedReply.objects.of(cast.brand).count() == 0


def test_saved_replies_are_read_page_by_page(cast: Cast, machine: Machine) -> None:
    for number in range(5):
        machine.ask("POST", "/replies", REPLY | {"name": f"Guichet {number}", "shortcut": ""})
    seen, after = [], ""
    while True:
        page = machine.get("/replies", limit=2, after=after)
        seen += [one["name"] for one in page["items"]]
        if not page["next"]:
            break
        after = page["next"]
    assert seen == [f"Guichet {number}" for number in (4, 3, 2, 1, 0)]
    assert machine.ask("GET", "/replies", after="nonsense").json()["code"] == "invalid"


def test_two_replies_do_not_share_a_shortcut(cast: Cast, machine: Machine) -> None:
    assert machine.ask("POST", "/replies", REPLY).status_code == 201
    again = machine.ask("POST", "/replies", REPLY | {"name": "Autre"})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "shortcut_taken")
    other = Machine(secret_of(cast.chloe))
    assert other.ask("POST", "/replies", REPLY).status_code == 201  # a shortcut is one brand's
    assert len(other.get("/replies")["items"]) == 1


def test_replies_are_offered_filled_in_and_counted(cast: Cast, settle: Settle, machine: Machine) -> None:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    at = f"/conversations/{Conversation.objects.of(cast.brand).get().public_id}/replies"
    made = machine.ask("POST", "/replies", REPLY | {"text": "Bonjour {membre}, {signataire}"}).json()
    (offer,) = machine.get(at)["items"]
    assert offer["text"] == "Bonjour Dan, Alice"
    for _again in range(2):
        assert machine.ask("POST", f"{at}/{made['id']}/use", key="once").json() == offer
    assert machine.get(f"/replies/{made['id']}")["used"] == 1
    assert machine.ask("POST", f"{at}/{'0' * 16}/use").status_code == 404


def test_a_signature_is_ones_own(cast: Cast, machine: Machine) -> None:
    assert machine.get("/signature") == {"text": ""}
    assert machine.ask("PUT", "/signature", {"text": " Alice,\n  Ligne Verte "}).json() == {
        "text": "Alice, Ligne Verte"
    }
    assert Machine(secret_of(cast.sam)).get("/signature") == {"text": ""}
    assert machine.ask("PUT", "/signature", {"text": "x" * 201}).status_code == 422
    assert machine.ask("PUT", "/signature", {"text": ""}).json() == {"text": ""}


def test_saved_replies_want_the_scope_of_answers(cast: Cast) -> None:
    machine = Machine(secret_of(cast.alice, [Scope.READ, Scope.ORGANISE]))
    for method, path in (("GET", "/replies"), ("POST", "/replies"), ("GET", "/signature")):
        refused = machine.ask(method, path, REPLY if method == "POST" else None)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope")
