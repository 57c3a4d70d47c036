"""A colleague without an account sees one conversation by a link and answers once; nothing else gets out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from nestor.faces.web.limits import is_too_much
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation, Message
from nestor.notices.models import Notice
from nestor.routing.actions.forwarding import (
    Colleague,
    NotForwarded,
    answer_forward,
    forward_conversation,
    mail_forward,
    revoke_forward,
)
from nestor.routing.actions.merging import merge_conversations
from nestor.routing.models import Forward, Note
from nestor.routing.reads.forwarding import asked_lines, due_forwards, forward_by, link_for, token_for
from nestor.routing.reads.notes import notes_of
from nestor.routing.rules.forwarding import MOST_AN_HOUR, LinkState
from nestor.triage.models import Reading
from nestor.work.models import Event, JournalEntry
from tests.desk.at_once import at_once
from tests.desk.browser import as_
from tests.desk.cast import EVE, NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.test_forgetting import columns_with

QUESTION = "Bonjour, à quelle heure ouvre la gare demain ?"
SLUR = "Bande d’incapables, vous êtes des connards, allez tous crever"
JEAN = Colleague("Jean Quai", "jean@orlac.example", "fr", "Le quai 3 est-il ouvert ?", 3)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def opened(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION, 1, minutes=-30), said("Ailleurs, un secret", 2, minutes=-20)), NOON)
    take_in(cast.channel, batch(said(SLUR, 3, thread_id="t1", by=EVE, minutes=-10)), NOON)
    settle()
    harsh = Reading.objects.of(cast.brand).filter(message__network_id="m3")
    harsh.update(harm_level=2)  # how harsh it is, is the reader's affair
    rows = Conversation.objects.of(cast.brand).select_related("channel")
    found: Conversation = rows.get(thread_id="t1")
    return found


def forwarded(cast: Cast, opened: Conversation, to: Colleague = JEAN, **more: Any) -> Forward:
    return forward_conversation(cast.bob, opened, to, more.pop("now", timezone.now()), key=more.pop("key", "k"))


def path_of(row: Forward) -> str:
    return f"/asked/{token_for(row.public_id)}/"


def test_the_mail_holds_the_link_and_nothing_anybody_wrote(cast: Cast, opened: Conversation) -> None:
    row = forwarded(cast, opened, now=NOON)
    (row_id,) = due_forwards(LATER, 10)
    assert mail_forward(row_id, LATER)
    assert list(due_forwards(LATER, 10)) == []
    assert not mail_forward(row_id, LATER)
    (sent,) = mail.outbox
    assert sent.to == ["jean@orlac.example"]
    assert link_for(row) in sent.body
    assert sent.subject == "Bob (Ligne Verte) vous demande votre aide"
    for words in ("gare", "quai 3", "Dan"):
        assert words not in sent.subject + sent.body


def test_neither_database_nor_journal_nor_event_holds_the_token_or_a_word(cast: Cast, opened: Conversation) -> None:
    row = forwarded(cast, opened)
    token = token_for(row.public_id)
    assert answer_forward(token, "Oui, depuis zanzibar.", timezone.now()) is LinkState.OPEN
    assert not columns_with(token.lower())
    assert not columns_with(token.partition(":")[2].lower())
    assert set(columns_with("zanzibar")) == {"routing_note.text"}
    verbs = {"forward_conversation", "answer_forward"}
    lines = JournalEntry.objects.filter(verb__in=verbs)
    assert {(line.verb, str(line.facts), line.reason) for line in lines} == {(verb, "{}", "") for verb in verbs}
    assert Event.objects.filter(name="ForwardMoved").count() == 2


def test_the_page_shows_this_conversation_and_no_harsh_word(cast: Cast, opened: Conversation) -> None:
    row = forwarded(cast, opened)
    answer = Client(headers={"accept-language": "fr"}).get(path_of(row))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert QUESTION in page
    assert "Le quai 3 est-il ouvert" in page
    assert "Voilé" in page
    for hidden in ("connards", "crever", "un secret", "<script>alert(1)"):
        assert hidden not in page
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex' in page


def test_the_page_speaks_both_languages(cast: Cast, opened: Conversation) -> None:
    path = path_of(forwarded(cast, opened))
    for language, words in (("fr", "vous demande votre aide"), ("en", "asks for your help"), ("xx", "asks for your")):
        answer = Client(headers={"accept-language": "en"}).get(f"{path}?language={language}")
        assert words in answer.content.decode()
        assert answer["Content-Language"] == ("en" if language == "xx" else language)


def test_what_comes_later_is_not_shown(cast: Cast, opened: Conversation, settle: Settle) -> None:
    row = forwarded(cast, opened, now=NOON)
    take_in(cast.channel, batch(said("Mon adresse est 3 rue X", 4, thread_id="t1", minutes=3)), LATER)
    settle()
    assert [line.text for line in asked_lines(row)] == [QUESTION, None]


def test_one_answer_comes_back_as_a_note(cast: Cast, opened: Conversation) -> None:
    row = forwarded(cast, opened)
    unproven = {"accept-language": "en", "origin": "null"}  # as browsers send it from a page without referrers
    client = Client(headers=unproven, enforce_csrf_checks=True)
    empty = client.post(path_of(row), {"text": "  "})
    assert (empty.status_code, "Write something first" in empty.content.decode()) == (422, True)
    long = client.post(path_of(row), {"text": "x" * 10_001})
    assert (long.status_code, "x" * 100 in long.content.decode()) == (422, True)
    for text in ("Oui, <b>depuis</b> hier.", "Une autre", "Oui, <b>depuis</b> hier."):
        done = client.post(path_of(row), {"text": text})
        assert (done.status_code, "Thank you" in done.content.decode()) == (200, True)
    (note,) = notes_of(opened, cast.alice)
    assert (note.author, note.text, note.is_from_outside) == ("Jean Quai", "Oui, <b>depuis</b> hier.", True)
    told = Notice.objects.of(cast.brand).select_related("user")
    assert [(one.user.name, one.occasion) for one in told] == [("Bob", "forward_answered")]
    thanks = client.get(path_of(row)).content.decode()
    assert QUESTION not in thanks
    page = as_(cast.bob).get(f"/inbox/{opened.public_id}/fresh").content.decode()
    assert "by a link" in page
    assert "&lt;b&gt;depuis" in page


@pytest.mark.parametrize("how", ["revoked", "expired", "sealed", "forged", "cut", "merged and sealed"])
def test_a_link_that_is_over_says_so_and_takes_nothing(cast: Cast, opened: Conversation, how: str) -> None:
    row = forwarded(cast, opened)
    path, status = path_of(row), 410
    if how == "revoked":
        assert revoke_forward(cast.alice, row, LATER)
        assert not revoke_forward(cast.alice, row, LATER)
    elif how == "expired":
        Forward.objects.of(cast.brand).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "sealed":
        Message.objects.of(cast.brand).filter(network_id="m3").update(is_sealed=True)
    elif how == "merged and sealed":
        other = Conversation.objects.of(cast.brand).get(thread_id="t2")
        assert merge_conversations(cast.alice, other, opened, LATER)
        Message.objects.of(cast.brand).filter(network_id="m2").update(is_sealed=True)
    else:
        path, status = (f"/asked/{row.public_id}:x/" if how == "forged" else path[:40] + "/"), 404
    client = Client(headers={"accept-language": "en"})
    for answer in (client.get(path), client.post(path, {"text": "Oui"})):
        page = answer.content.decode()
        assert answer.status_code == status
        assert QUESTION not in page
        assert "quai 3" not in page
        assert answer["Referrer-Policy"] == "no-referrer"
    assert Note.objects.of(cast.brand).count() == 0


def test_it_goes_on_where_its_conversation_went(cast: Cast, opened: Conversation) -> None:
    row = forwarded(cast, opened)
    other = Conversation.objects.of(cast.brand).get(thread_id="t2")
    assert merge_conversations(cast.alice, other, opened, LATER)
    fresh = forward_by(token_for(row.public_id))
    assert fresh is not None
    assert [line.text for line in asked_lines(fresh)] == [QUESTION, None]
    assert answer_forward(token_for(row.public_id), "Oui", timezone.now()) is LinkState.OPEN
    assert [note.text for note in notes_of(other, cast.bob)] == ["Oui"]


def test_who_may_forward_and_what_is_refused(cast: Cast, opened: Conversation) -> None:
    for seat in (cast.vera, cast.chloe):
        with pytest.raises(PermissionError):
            forward_conversation(seat, opened, JEAN, NOON, key="k")
    for name, email, question in (("", "a@b.example", "?"), ("J", "nonsense", "?"), ("J", "a@b.example", " ")):
        with pytest.raises(NotForwarded):
            forwarded(cast, opened, Colleague(name, email, "fr", question, 3))
    first = forwarded(cast, opened)
    assert forwarded(cast, opened) == first
    assert not revoke_forward(cast.vera, first, NOON)
    assert not revoke_forward(cast.chloe, first, NOON)
    Message.objects.of(cast.brand).filter(conversation=opened).update(is_sealed=True)
    with pytest.raises(NotForwarded, match="sealed"):
        forward_conversation(cast.alice, opened, JEAN, NOON, key="k2")


def test_one_person_sends_so_many_an_hour(cast: Cast, opened: Conversation) -> None:
    for number in range(MOST_AN_HOUR):
        forwarded(cast, opened, now=NOON, key=f"k{number}")
    with pytest.raises(NotForwarded, match="too_many"):
        forwarded(cast, opened, now=LATER, key="more")
    later = forwarded(cast, opened, now=NOON + timedelta(hours=2), key="more")
    assert later.made_at == NOON + timedelta(hours=2)


def test_without_a_mail_server_its_maker_gets_the_link(cast: Cast, opened: Conversation, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    row = forwarded(cast, opened)
    assert not mail_forward(row.pk, timezone.now())
    where = f"/inbox/{opened.public_id}/fresh"
    assert link_for(row) in as_(cast.bob).get(where).content.decode()
    assert link_for(row) not in as_(cast.alice).get(where).content.decode()


def test_a_mail_server_that_is_away_is_asked_again(cast: Cast, opened: Conversation, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = forwarded(cast, opened, now=NOON)
    assert not mail_forward(row.pk, NOON)
    row.refresh_from_db(from_queryset=Forward.objects.of(cast.brand))
    assert (row.trouble, row.tries, row.mailed_at) == ("busy", 1, None)
    assert row.due_at is not None
    assert row.due_at > NOON


@pytest.mark.parametrize("with_scripts", [True, False])
def test_the_form(cast: Cast, opened: Conversation, with_scripts: bool) -> None:
    headers = {"HX-Request": "true"} if with_scripts else {}
    where = f"/inbox/{opened.public_id}/forward"
    form = {"key": "k", "name": "Jean", "email": "jean@orlac.example", "question": "?", "language": "en", "days": "7"}
    assert as_(cast.vera).post(where, form, headers=headers).status_code == 403
    assert as_(cast.chloe).post(where, form, headers=headers).status_code == 404
    client = as_(cast.bob)
    for wrong in ({"email": "x"}, {"days": "400"}, {"name": ""}, {"question": "x" * 3000}, {"language": "xx"}):
        refused = client.post(where, form | wrong, headers=headers)
        assert refused.status_code == (200 if with_scripts else 422)
    assert Forward.objects.of(cast.brand).count() == 0
    assert client.post(where, form, headers=headers).status_code == (200 if with_scripts else 302)
    row = Forward.objects.of(cast.brand).get()
    assert (row.expires_at - row.made_at).days == 7
    page = client.get(f"/inbox/{opened.public_id}/").content.decode()
    assert re.search(r"Asked\s+<?[^>]*Jean", page)
    for _ in range(2):
        gone = client.post(f"{where}/{row.public_id}/revoke", headers=headers)
        assert gone.status_code == (200 if with_scripts else 302)
    assert client.get(path_of(row)).status_code == 410


def test_so_many_looks_a_minute_from_one_place(cast: Cast) -> None:
    here, there = RequestFactory().get("/"), RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    assert [is_too_much(here, "asked", 3, NOON) for _ in range(5)] == [False, False, False, True, True]
    assert not is_too_much(there, "asked", 3, NOON)
    assert not is_too_much(here, "other", 3, NOON)
    assert not is_too_much(here, "asked", 3, NOON + timedelta(minutes=1))


def test_too_many_looks_are_told_so(cast: Cast, opened: Conversation) -> None:
    path, minute = path_of(forwarded(cast, opened)), int(timezone.now().timestamp()) // 60
    for number in range(minute, minute + 30):
        cache.set(f"often:asked:127.0.0.1:{number}", 1000, 3600)
    answer = Client(headers={"accept-language": "en"}).get(path)
    assert (answer.status_code, "Try again shortly" in answer.content.decode()) == (429, True)


def test_a_forged_link_does_not_reach_the_database(cast: Cast, opened: Conversation) -> None:
    with connection.execute_wrapper(_refuse):
        assert forward_by("0123456789abcdef:forged") is None
        assert forward_by("x" * 100_000) is None


def _refuse(*_: Any) -> None:
    raise AssertionError("the database was asked")


def test_answers_at_once_are_one_note(cast_for_threads: Cast, settle: Settle) -> None:
    cast = cast_for_threads
    take_in(cast.channel, batch(said(QUESTION, 1, minutes=-30)), NOON)
    settle()
    opened = Conversation.objects.of(cast.brand).select_related("channel").get()
    row = forward_conversation(cast.bob, opened, JEAN, NOON, key="k")
    token = token_for(row.public_id)
    done = at_once(
        lambda: answer_forward(token, "un", LATER),
        lambda: answer_forward(token, "deux", LATER),
        lambda: revoke_forward(cast.bob, row, LATER),
    )
    assert [one for one in done if isinstance(one, Exception)] == []
    taken = [done[0], done[1]].count(LinkState.OPEN)
    assert Note.objects.of(cast.brand).count() == taken
    assert taken + int(done[2]) == 1
