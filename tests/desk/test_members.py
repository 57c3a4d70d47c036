"""Members: found by name, seen by whom they may be, joined and parted by hand without losing anything."""

import csv
import io
import json
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nestor.inbox.actions import seal_message, take_in
from nestor.inbox.models import Conversation, Message
from nestor.inbox.reads import other_conversations
from nestor.inbox.reads.members import member_for
from nestor.networks.contract import Author
from nestor.people.actions.members import merge_members, unmerge_member
from nestor.people.models import Identity, Member
from nestor.people.reads.members import same_person
from nestor.people.rules.members import MemberFilter
from nestor.routing.actions.labels import put_label
from nestor.routing.actions.views import make_label
from nestor.routing.reads import inbox_page
from nestor.routing.reads import members as listed
from nestor.routing.reads.members import members_page, sheet_of
from nestor.routing.rules.filters import InboxFilter, State
from nestor.work.models import Event, JournalEntry
from nestor.work.reads import words
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import DAN, EVE, NOON, Cast, batch, connect, said
from tests.desk.conftest import Clock, Settle

LEA = Author("lea-1", "@lea", "Léa Cœur")
LEA_TOO = Author("lea@mail.example", "lea.coeur@mail.example", "L. Cœur")
POSING = Author("pose-1", "@ligne_verte", "Ligne Vеrte")  # a Cyrillic е
TWIN = Author("twin-1", "@leа", "Léа Cœur")  # two Cyrillic а


@pytest.fixture
def people(cast: Cast, settle: Settle, clock: Clock) -> dict[str, Member]:
    """Dan, Léa with two accounts on two channels, and two who look like others."""
    clock.pass_(hours=6)
    mails = connect(cast.brand, "mails")
    take_in(cast.channel, batch(said("Bonjour, quand ouvre la gare ?", 1)), NOON)
    take_in(cast.channel, batch(said("Et le samedi ?", 2, by=LEA, minutes=1)), NOON + timedelta(minutes=1))
    later = NOON + timedelta(minutes=2)
    take_in(mails, batch(said("Toujours pas de réponse à ma question", 3, by=LEA_TOO, minutes=2)), later)
    take_in(cast.channel, batch(said("Gagnez un abonnement", 4, by=POSING, minutes=3)), NOON + timedelta(minutes=3))
    take_in(cast.channel, batch(said("Bonjour à tous", 5, by=TWIN, minutes=4)), NOON + timedelta(minutes=4))
    take_in(cast.other_channel, batch(said("Chez les autres", 6, by=LEA)), NOON)
    settle()
    accounts = Identity.objects.of(cast.brand).select_related("member")
    by_id = {one.network_id: one.member for one in accounts}
    return {
        "dan": by_id["dan-1"],
        "lea": by_id["lea-1"],
        "mail": by_id["lea@mail.example"],
        "posing": by_id["pose-1"],
        "twin": by_id["twin-1"],
    }


def names(cast: Cast, **wanted: object) -> list[str]:
    page = members_page(cast.bob, MemberFilter(**wanted))  # type: ignore[arg-type]
    return [row.name for row in page.rows]


def test_the_list_stands_last_heard_first_and_goes_on(cast: Cast, people: dict[str, Member]) -> None:
    assert names(cast) == ["Léа Cœur", "Ligne Vеrte", "L. Cœur", "Léa Cœur", "Dan"]
    first = members_page(cast.bob, MemberFilter(), most=2)
    second = members_page(cast.bob, MemberFilter(), first.after, most=2)
    third = members_page(cast.bob, MemberFilter(), second.after, most=2)
    assert [row.name for page in (first, second, third) for row in page.rows] == names(cast)
    assert third.after == ""
    assert [row.name for row in members_page(cast.chloe, MemberFilter()).rows] == ["Léa Cœur"]


@pytest.mark.parametrize("most_rare", [words.MOST_RARE, 0])
def test_names_are_found_whatever_accents_and_ligatures(
    cast: Cast, people: dict[str, Member], monkeypatch: pytest.MonkeyPatch, most_rare: int
) -> None:
    monkeypatch.setattr(words, "MOST_RARE", most_rare)
    assert names(cast, words="lea coeur") == ["L. Cœur", "Léa Cœur"]
    assert names(cast, words="LÉA -mail") == ["Léa Cœur"]
    assert names(cast, words="coe*") == ["Léа Cœur", "L. Cœur", "Léa Cœur"]
    assert names(cast, words="dan") == ["Dan"]
    assert names(cast, words="personne") == []
    assert names(cast, words="…") == []


def test_a_new_name_is_found_and_the_old_one_is_not(cast: Cast, people: dict[str, Member]) -> None:
    renamed = Author("dan-1", "@daniel", "Daniel")
    take_in(cast.channel, batch(said("Encore moi", 9, by=renamed, minutes=60)), NOON + timedelta(hours=1))
    assert names(cast, words="daniel") == ["Daniel"]
    assert names(cast, words="dan") == []


def test_when_somebody_spoke_counts_not_when_the_desk_heard(cast: Cast, people: dict[str, Member]) -> None:
    late = NOON + timedelta(hours=5)
    take_in(cast.channel, batch(said("Un vieux message", 11, minutes=-3000), said("Demain", 12, minutes=9000)), late)
    dan = Member.objects.of(cast.brand).get(name="Dan")
    assert (dan.first_seen_at, dan.last_seen_at, dan.heard_at) == (NOON - timedelta(minutes=3000), late, late)
    take_in(cast.channel, batch(said("Encore un vieux", 13, minutes=-2000)), late)
    dan.refresh_from_db()
    assert dan.heard_at == late


def test_the_list_is_narrowed(cast: Cast, people: dict[str, Member], monkeypatch: pytest.MonkeyPatch) -> None:
    label = make_label(cast.bob, "À rappeler", NOON)
    assert label is not None
    put_label(cast.bob, Conversation.objects.of(cast.brand).get(member=people["dan"]), label, NOON)
    assert names(cast, label=label.public_id) == ["Dan"]
    assert len(names(cast, network="practice")) == 5
    assert names(cast, network="mastodon") == []
    monkeypatch.setattr(listed, "FEW", 0)
    assert names(cast, label=label.public_id) == ["Dan"]
    assert len(names(cast, network="practice")) == 5
    assert names(cast, network="mastodon") == []
    assert names(cast, until=NOON.date()) == names(cast)
    assert names(cast, until=NOON.date() - timedelta(days=1)) == []
    assert names(cast, since=NOON.date() + timedelta(days=1)) == []
    merge_members(cast.bob, people["lea"], people["mail"], NOON)
    assert names(cast, is_joined=True) == ["Léa Cœur"]


def test_names_that_look_like_others_are_said_to(cast: Cast, people: dict[str, Member]) -> None:
    rows = {row.name: row for row in members_page(cast.bob, MemberFilter()).rows}
    assert rows["Ligne Vеrte"].posing_as == "Ligne Verte"
    assert rows["Ligne Vеrte"].alphabets == ("latin", "cyrillic")
    assert [one.name for one in rows["Léа Cœur"].alike] == ["Léa Cœur"]
    assert [one.name for one in rows["Léa Cœur"].alike] == ["Léа Cœur"]
    assert (rows["Dan"].posing_as, rows["Dan"].alike, rows["Dan"].alphabets) == ("", (), ())
    page = as_(cast.bob).get("/members/").content.decode()
    assert "looks like our own “Ligne Verte”" in page
    conversation = Conversation.objects.of(cast.brand).get(member=people["twin"])
    assert "looks like “Léa Cœur”" in as_(cast.bob).get(f"/inbox/{conversation.public_id}/").content.decode()


def test_who_was_only_heard_sealed_is_not_there(cast: Cast, people: dict[str, Member]) -> None:
    seal_message(Message.objects.of(cast.brand).get(network_id="m1"))
    assert "Dan" not in names(cast)
    assert names(cast, words="dan") == []
    assert member_for(cast.bob, people["dan"].public_id) is None
    assert as_(cast.bob).get(f"/members/{people['dan'].public_id}/").status_code == 404
    assert "Dan" not in b"".join(as_(cast.bob).get("/members/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Dan" in [row.name for row in members_page(cast.alice, MemberFilter()).rows]


def test_when_a_sealed_message_came_is_not_told(cast: Cast, people: dict[str, Member], settle: Settle) -> None:
    take_in(cast.channel, batch(said("Je vous signale une fuite", 8, minutes=180)), NOON + timedelta(hours=3))
    settle()
    seal_message(Message.objects.of(cast.brand).get(network_id="m8"))
    settle()
    heard = {row.name: row.heard_at for row in members_page(cast.bob, MemberFilter()).rows}
    assert heard["Dan"] == NOON
    assert {row.name: row.heard_at for row in members_page(cast.alice, MemberFilter()).rows}["Dan"] > NOON


def everything(cast: Cast) -> list[tuple[object, ...]]:
    """Return all that is stored of members, accounts and whose conversation is whose."""
    members = Member.objects.of(cast.brand).order_by("pk").values_list()
    accounts = Identity.objects.of(cast.brand).order_by("pk").values_list()
    whose = Conversation.objects.of(cast.brand).order_by("pk").values_list("pk", "member_id")
    return [*members, *accounts, *whose]


def test_two_accounts_become_one_person_and_two_again(cast: Cast, people: dict[str, Member]) -> None:
    before = everything(cast)
    lea, mail = people["lea"], people["mail"]
    assert merge_members(cast.bob, lea, mail, NOON)
    assert names(cast, words="lea") == ["Léa Cœur"]
    (row,) = members_page(cast.bob, MemberFilter(words="mail")).rows
    assert (row.name, row.conversations, len(row.accounts)) == ("Léa Cœur", 2, 2)
    assert row.heard_at == NOON + timedelta(minutes=2)
    found = member_for(cast.bob, mail.public_id)
    assert found == lea
    assert [one.public_id for one in sheet_of(cast.bob, lea, NOON).history] == [
        one.public_id for one in inbox_page(cast.bob, InboxFilter(member=lea.public_id, state=State.ANY), NOON).rows
    ]
    own = Conversation.objects.of(cast.brand).select_related("channel", "member").get(member=lea)
    assert len(other_conversations(own, cast.bob)) == 1
    mail.refresh_from_db()
    assert unmerge_member(cast.sam, mail, NOON) == lea
    assert everything(cast) == before
    assert unmerge_member(cast.sam, mail, NOON) is None
    verbs = JournalEntry.objects.filter(brand_id=cast.brand.pk, subject="people.Member").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["merge_members", "unmerge_member"]
    assert Event.objects.filter(name="PersonChanged").count() == 2


def test_each_joint_is_undone_by_itself_in_any_order(cast: Cast, people: dict[str, Member]) -> None:
    before = everything(cast)
    lea, mail, dan, twin = (people[name] for name in ("lea", "mail", "dan", "twin"))
    assert merge_members(cast.bob, mail, lea, NOON)
    assert merge_members(cast.bob, dan, mail, NOON)
    assert merge_members(cast.bob, dan, twin, NOON)
    assert same_person(dan)[0] == dan.pk
    assert sorted(same_person(dan)) == sorted(one.pk for one in (lea, mail, dan, twin))
    assert not merge_members(cast.bob, lea, twin, NOON)
    assert unmerge_member(cast.bob, mail, NOON) == dan
    lea.refresh_from_db()
    assert lea.person_id == mail.pk
    assert names(cast, words="lea") == ["L. Cœur"]
    assert unmerge_member(cast.bob, lea, NOON) == mail
    assert unmerge_member(cast.bob, twin, NOON) == dan
    assert everything(cast) == before


def test_what_comes_later_stays_with_its_account(cast: Cast, people: dict[str, Member], settle: Settle) -> None:
    lea, mail = people["lea"], people["mail"]
    merge_members(cast.bob, mail, lea, NOON)
    take_in(cast.channel, batch(said("Une dernière chose", 9, by=LEA, minutes=60)), NOON + timedelta(hours=1))
    settle()
    row = next(one for one in members_page(cast.bob, MemberFilter()).rows if one.name == "L. Cœur")
    assert (row.heard_at, row.conversations) == (NOON + timedelta(hours=1), 3)
    assert names(cast)[0] == "L. Cœur"
    unmerge_member(cast.bob, lea, NOON)
    assert Conversation.objects.of(cast.brand).filter(member=lea).count() == 2
    mail.refresh_from_db()
    assert mail.heard_at == NOON + timedelta(minutes=2)


def test_forgetting_a_person_forgets_every_account(cast: Cast, people: dict[str, Member]) -> None:
    merge_members(cast.bob, people["lea"], people["mail"], NOON)
    exported = import_module("nestor.people.forget").export_member(people["lea"])
    assert len(exported["identities"]) == 2
    for room in ("publisher", "guard", "composer", "routing", "triage", "inbox", "people"):
        import_module(f"nestor.{room}.forget").forget_member(people["lea"])
    assert names(cast) == ["Léа Cœur", "Ligne Vеrte", "Dan"]
    assert not Message.objects.of(cast.brand).filter(network_id__in=["m2", "m3"]).exists()
    assert not Identity.objects.of(cast.brand).filter(name__endswith="Cœur", network_id__startswith="lea").exists()
    assert Member.objects.of(cast.other_brand).count() == 1


def test_the_pages_say_what_was_done(cast: Cast, people: dict[str, Member]) -> None:
    client = as_(cast.bob)
    lea, mail = people["lea"].public_id, people["mail"].public_id
    assert "L. Cœur" in client.get(f"/members/{lea}/same").content.decode()
    answer = client.post(f"/members/{lea}/join", {"other": f"https://desk.example/members/{mail}/"}, follow=True)
    assert "is the same person from now on" in answer.content.decode()
    assert client.get(f"/members/{mail}/").headers["Location"] == f"/members/{lea}/"
    again = client.post(f"/members/{lea}/join", {"other": mail}, follow=True)
    assert "Nothing was changed" in again.content.decode()
    assert "Parted again" in client.post(f"/members/{lea}/part", {"other": mail}, follow=True).content.decode()
    told = client.post(f"/members/{lea}/part", {"other": mail}, follow=True)
    assert "somebody was faster" in told.content.decode()
    assert (
        "No member of this brand" in client.post(f"/members/{lea}/join", {"other": "x"}, follow=True).content.decode()
    )


def test_who_only_looks_joins_nobody(cast: Cast, people: dict[str, Member]) -> None:
    lea, mail = people["lea"], people["mail"]
    vera, chloe = as_(cast.vera), as_(cast.chloe)
    assert vera.get(f"/members/{lea.public_id}/").status_code == 200
    for deed in ("join", "part"):
        assert vera.post(f"/members/{lea.public_id}/{deed}", {"other": mail.public_id}).status_code == 403
        assert chloe.post(f"/members/{lea.public_id}/{deed}", {"other": mail.public_id}).status_code == 404
    for path in ("", "same"):
        assert chloe.get(f"/members/{lea.public_id}/{path}").status_code == 404
    assert not merge_members(cast.vera, lea, mail, NOON)
    assert not merge_members(cast.chloe, lea, mail, NOON)


def test_pages_cost_few_queries_however_many_there_are(cast: Cast, people: dict[str, Member], settle: Settle) -> None:
    many = [said(f"Bonjour {n}", 100 + n, by=Author(f"a{n}", f"@a{n}", f"Anna {n}")) for n in range(60)]
    take_in(cast.channel, batch(*many), NOON + timedelta(hours=2))
    settle()
    merge_members(cast.bob, people["lea"], people["mail"], NOON)
    client = as_(cast.bob)
    client.get("/members/")
    for path in ("/members/", "/members/?q=anna", f"/members/{people['lea'].public_id}/"):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        own = [one["sql"] for one in seen if "django_session" not in one["sql"]]
        assert len(own) <= 12, [sql[:150] for sql in own]


def test_the_list_is_taken_along_as_it_is_shown(cast: Cast, people: dict[str, Member], settle: Settle) -> None:
    evil = Author("evil-1", "=cmd()", "=HYPERLINK(1)")
    take_in(cast.channel, batch(said("Bonjour", 7, by=evil), said("x", 8, by=EVE)), NOON + timedelta(hours=1))
    settle()
    client = as_(cast.bob)
    text = b"".join(client.get("/members/export.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text))}
    assert "'=HYPERLINK(1)" in rows
    assert rows["Ligne Vеrte"]["looks_like"] == "Ligne Verte"
    lines = b"".join(client.get("/members/export.jsonl?q=dan").streaming_content).decode()  # type: ignore[attr-defined]
    (one,) = [json.loads(line) for line in lines.splitlines()]
    assert (one["name"], one["accounts"], one["conversations"]) == ("Dan", ["practice: @dan"], 1)
    assert client.get("/members/export.xls").status_code == 404
    assert "<script>alert" not in client.get("/members/").content.decode()


@pytest.mark.parametrize("query", ["network=%00", "since=x", "until=9999-12-31", "label=' OR 1=1", "q=" + "é" * 5000])
def test_a_senseless_filter_finds_nothing_or_everything(cast: Cast, people: dict[str, Member], query: str) -> None:
    assert as_(cast.bob).get(f"/members/?{query}").status_code == 200
    assert as_(cast.bob).get("/members/?after=x").status_code == 400


def test_two_people_joining_at_once_lose_nothing(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    authors = [DAN, LEA, LEA_TOO, TWIN]
    take_in(cast.channel, batch(*[said("Bonjour", n, by=one) for n, one in enumerate(authors)]), NOON)
    settle()
    dan, lea, mail, twin = Member.objects.of(cast.brand).order_by("name", "id")
    pairs = [(dan, lea), (lea, dan), (mail, dan), (dan, twin), (lea, mail)]
    deeds = [lambda one=one, other=other: merge_members(cast.bob, one, other, NOON) for one, other in pairs]
    done = at_once(*deeds)
    assert [one for one in done if isinstance(one, Exception)] == []
    assert any(done)
    joined = Member.objects.of(cast.brand).filter(person__isnull=False)
    assert joined.count() == sum(done)
    assert not joined.filter(person__person__isnull=False).exists()
    everybody = Member.objects.of(cast.brand).filter(pk__in=joined.values("pk"))
    parted = at_once(*[lambda one=one: unmerge_member(cast.bob, one, NOON) for one in everybody])
    assert [one for one in parted if isinstance(one, Exception)] == []
    assert not Member.objects.of(cast.brand).filter(person__isnull=False).exists()
    assert {row.name for row in members_page(cast.bob, MemberFilter()).rows} == {
        "Dan",
        "Léa Cœur",
        "L. Cœur",
        "Léа Cœur",
    }
