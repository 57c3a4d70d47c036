"""The pages: who sees what, what a form refuses, how many queries a page costs."""

import re
from datetime import timedelta

import pytest
from django.core.signing import get_cookie_signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nestor.faces.web.views.today import SEEN_COOKIE
from nestor.faces.web.words import LANE_KEYS, LANES
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.networks.contract import Attachment
from nestor.publisher.models import Delivery
from nestor.routing.models import Route
from nestor.triage.models import Reading
from nestor.vocabulary import Lane, MessageKind
from tests.desk.browser import as_
from tests.desk.cast import EVE, NOON, Cast, batch, said
from tests.desk.conftest import Settle

ANY_DEED = {"text": "x", "key": "k", "lane": "press"}
PAGES = [("/inbox/", 10), ("/inbox/rows", 8), ("/channels/", 9), ("/journal/", 9), ("/", 12)]
SENSELESS = ["lane=nonsense", "whose=alice", "channel=' OR 1=1", "q=%00%F0%9F%98%80", "state=x", "lane=%E2%80%AE"]
SLUR = "Bande d’incapables, vous êtes des connards, allez tous crever"


@pytest.fixture
def opened(cast: Cast, settle: Settle) -> Conversation:
    """A conversation with an attack in it, read and routed."""
    take_in(cast.channel, batch(said("À quelle heure ferme la gare ? <b>gras</b>", by=EVE)), NOON)
    take_in(cast.other_channel, batch(said("Chez les autres", 2)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


def test_a_stranger_is_asked_to_sign_in(opened: Conversation) -> None:
    client = Client()
    for path in ("/", "/inbox/", f"/inbox/{opened.public_id}/", "/channels/", "/journal/", "/me/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"].startswith("/accounts/login/")) == (302, True)
    assert client.get("/live/poll", headers={"X-Nestor": "fragment"}).status_code == 401


def test_chloe_sees_nothing_of_another_brand(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.chloe)
    assert "gare" not in client.get("/inbox/").content.decode()
    name = Message.objects.of(cast.brand).get().public_id
    for path in ("", "fresh", "team", f"why/{name}"):
        assert client.get(f"/inbox/{opened.public_id}/{path}").status_code == 404
    for deed in ("take", "resolve", "reopen", "hand-over", "lane", "draft", "answer", "put-away"):
        assert (
            client.post(f"/inbox/{opened.public_id}/{deed}", {"text": "x", "key": "k", "lane": "press"}).status_code
            == 404
        )
    for deed in ("read", "hold", "backfill", "reconnect"):
        assert client.post(f"/channels/{cast.channel.public_id}/{deed}", {"reason": "x"}).status_code == 404
    assert client.get("/live/poll?since=0").json()["news"] == []
    assert Delivery.objects.of(cast.brand).count() == 0


def test_a_conversation_opened_by_its_address_stands_beside_the_same_lists(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.bob)
    lanes = re.compile(r'data-lane="([^"]*)"[^>]* title="([^"]*)"')
    found = lanes.findall(client.get(f"/inbox/{opened.public_id}/").content.decode())
    assert found == lanes.findall(client.get("/inbox/").content.decode())
    assert ("", "") not in found


def test_vera_looks_and_changes_nothing(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.vera)
    page = client.get(f"/inbox/{opened.public_id}/").content.decode()
    assert "À quelle heure ferme la gare" in page
    assert "answer-text" not in page
    for deed in ("take", "resolve", "lane", "draft", "answer"):
        assert (
            client.post(f"/inbox/{opened.public_id}/{deed}", {"text": "x", "key": "k", "lane": "press"}).status_code
            == 403
        )
    assert client.post(f"/channels/{cast.channel.public_id}/hold", {"reason": "x"}).status_code == 403


def test_what_outsiders_write_is_escaped_everywhere(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.alice)
    name = Message.objects.of(cast.brand).get().public_id
    for path in ("/", "/inbox/", f"/inbox/{opened.public_id}/", f"/inbox/{opened.public_id}/why/{name}", "/journal/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>gras" not in page


def test_a_harsh_text_is_not_in_the_list(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said(SLUR)), NOON)
    settle()
    Reading.objects.of(cast.brand).update(harm_level=3)  # how harsh it is, is the reader's affair
    Route.objects.of(cast.brand).update(harm_level=3)
    client = as_(cast.alice)
    assert "connards" not in client.get("/inbox/").content.decode()
    assert "connards" not in client.get("/").content.decode()
    found = Conversation.objects.of(cast.brand).get()
    page = client.get(f"/inbox/{found.public_id}/").content.decode()
    assert re.search(r"<details class=\"veil\"[^>]*data-veil>.*connards.*</details>", page, re.DOTALL)


def test_a_picture_nobody_has_read_is_called_so(cast: Cast, settle: Settle) -> None:
    picture = Attachment("image", url="javascript:alert(1)")
    take_in(cast.channel, batch(said("", attachments=(picture,))), NOON)
    settle()
    client = as_(cast.alice)
    found = Conversation.objects.of(cast.brand).get()
    assert "Not read: picture" in client.get("/inbox/").content.decode()
    page = client.get(f"/inbox/{found.public_id}/").content.decode()
    assert "Not read: picture" in page
    assert "javascript:" not in page


def test_a_mail_shows_only_neutral_html(cast: Cast, settle: Settle) -> None:
    html = '<p onclick="x()">Bonjour</p><script>x()</script><a href="javascript:x()">ici</a><img src="https://t.example/p.gif">'
    take_in(cast.channel, batch(said("Bonjour", kind=MessageKind.MAIL, html=html, subject="<i>Objet</i>")), NOON)
    settle()
    found = Conversation.objects.of(cast.brand).get()
    page = as_(cast.alice).get(f"/inbox/{found.public_id}/").content.decode()
    thread = page[page.index('id="thread"') : page.index('id="answer"')]
    assert "<p>Bonjour</p>" in thread
    for bad in ("onclick", "<script", "javascript:", "<img", "<i>Objet"):
        assert bad not in thread


@pytest.mark.parametrize(
    ("path", "most"), [("/inbox/", 10), ("/inbox/rows", 8), ("/channels/", 9), ("/journal/", 9), ("/", 12)]
)
def test_a_page_costs_few_queries_whatever_it_shows(cast: Cast, settle: Settle, path: str, most: int) -> None:
    client = as_(cast.alice)
    client.get(path)
    take_in(cast.channel, batch(*[said(f"Bonjour {number} ?", number, minutes=number) for number in range(60)]), NOON)
    settle()
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= most, [one["sql"][:120] for one in seen]


def test_today_costs_at_most_twelve_with_the_first_steps_on_it(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.alice)
    client.get("/")
    with CaptureQueriesContext(connection) as seen:
        page = client.get("/")
    assert 'class="card steps-card"' in page.content.decode()
    assert len(seen) <= 12, [one["sql"][:120] for one in seen]


def test_a_conversation_costs_at_most_twelve_queries_more(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.alice)
    path = f"/inbox/{opened.public_id}/"
    client.get(path)
    with CaptureQueriesContext(connection) as part:
        client.get(path, headers={"X-Nestor": "fragment"})
    with CaptureQueriesContext(connection) as whole:
        client.get(path)
    assert len(part) <= 12, [one["sql"][:120] for one in part]
    assert len(whole) <= 21, [one["sql"][:120] for one in whole]


def test_nobody_reads_a_message_before_the_desk_has(cast: Cast) -> None:
    take_in(cast.channel, batch(said("Pas encore lu")), NOON)
    client = as_(cast.alice)
    assert "Pas encore lu" not in client.get("/inbox/").content.decode()
    found = Conversation.objects.of(cast.brand).get()
    assert client.get(f"/inbox/{found.public_id}/").status_code == 404


def test_a_sealed_alert_is_for_those_who_must_know(cast: Cast, opened: Conversation, settle: Settle) -> None:
    alice, bob = as_(cast.alice), as_(cast.bob)
    assert alice.post(f"/inbox/{opened.public_id}/lane", {"lane": "alert"}).status_code == 302
    settle()
    assert bob.get(f"/inbox/{opened.public_id}/").status_code == 404
    assert "gare" not in bob.get("/inbox/").content.decode()
    assert "gare" in alice.get("/inbox/").content.decode()


@pytest.mark.parametrize("query", [*SENSELESS, "q=" + "a" * 5000])
def test_a_senseless_filter_is_left_out(cast: Cast, opened: Conversation, query: str) -> None:
    assert as_(cast.alice).get(f"/inbox/?{query}").status_code == 200


@pytest.mark.parametrize("after", ["x", "====", "MjAyNg", "é", "MjAyNi0xMS0xOVQyMjo0NTo0Mi4yNzIyNjZ8MQ"])
def test_a_forged_page_is_refused_in_words(cast: Cast, after: str) -> None:
    client = as_(cast.alice)
    for path in ("/inbox/", "/inbox/rows", "/journal/"):
        answer = client.get(path, {"after": after})
        assert answer.status_code == 400
        assert "Nothing was changed." in answer.content.decode()


@pytest.mark.parametrize("day", ["2026-02-30", "x", "9999-12-31", "0001-01-01", "-1"])
def test_a_senseless_day_is_refused_or_empty(cast: Cast, day: str) -> None:
    assert as_(cast.alice).get("/journal/", {"day": day}).status_code in (200, 400)


def test_errors_speak_the_persons_language(cast: Cast) -> None:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(cast.alice.user)
    page = client.get("/nowhere/")
    assert page.status_code == 404
    assert "Il n’y a rien à cette adresse." in page.content.decode()


def test_a_form_from_elsewhere_is_refused_in_words(cast: Cast, opened: Conversation) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(cast.alice.user)
    answer = client.post(f"/inbox/{opened.public_id}/take")
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.content.decode()


def test_ten_megabytes_are_refused_in_words(cast: Cast, opened: Conversation) -> None:
    answer = as_(cast.alice).post(f"/inbox/{opened.public_id}/draft", {"text": "a" * 10_000_000})
    assert answer.status_code == 413
    answer = as_(cast.alice).post(
        f"/inbox/{opened.public_id}/draft", b"text=" + b"a" * 10_000_000, "application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert "more than the desk takes" in answer.content.decode()


def test_deeds_cannot_be_done_by_an_address(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.alice)
    for path in (f"/inbox/{opened.public_id}/take", f"/inbox/{opened.public_id}/answer", "/me/brand", "/me/language"):
        assert client.get(path).status_code == 405


def test_every_code_the_rooms_know_has_its_words() -> None:
    assert set(LANES) == {lane.value for lane in Lane} == set(LANE_KEYS)


def test_the_policy_of_a_page_lets_nothing_in(cast: Cast) -> None:
    answer = as_(cast.alice).get("/inbox/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    page = answer.content.decode()
    assert " style=" not in page
    assert not re.search(r"\son[a-z]+=", page)


def test_since_one_left_counts_from_when_one_left(cast: Cast, opened: Conversation) -> None:
    client = as_(cast.alice)
    assert "In the last 14 hours" in client.get("/").content.decode()
    seen = f"{(timezone.now() - timedelta(hours=3)).isoformat()}|"
    client.cookies[SEEN_COOKIE] = get_cookie_signer(salt=f"{SEEN_COOKIE}nestor.seen.{cast.alice.user.pk}").sign(seen)
    assert "Since you left" in client.get("/").content.decode()
    client.cookies[SEEN_COOKIE] = get_cookie_signer(salt=f"{SEEN_COOKIE}nestor.seen.{cast.bob.user.pk}").sign(seen)
    assert "In the last 14 hours" in client.get("/").content.decode()
    assert "seen" not in client.session


@pytest.mark.parametrize("path", ["/inbox/", "/members/", "/settings/replies/"])
@pytest.mark.parametrize(
    "asked", ["billet " * 1500, "un deux trois quatre cinq six sept huit neuf dix onze", "é\u202e\0" * 3000]
)
def test_a_search_of_ten_kilobytes_is_answered_and_told(
    cast: Cast, opened: Conversation, path: str, asked: str
) -> None:
    page = as_(cast.alice).get(path, {"q": asked})
    assert page.status_code == 200
    assert "only its first ten words" in page.content.decode()
    assert "only its first ten words" not in as_(cast.alice).get(path, {"q": "billet"}).content.decode()
