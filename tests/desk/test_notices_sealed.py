"""By no way does anything of a sealed matter leave the desk, nor a word anybody wrote: every way, every occasion."""

import json
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest

from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.notices.actions import tell
from nestor.notices.actions.choosing import add_browser, add_phone, choose_digest, choose_ways
from nestor.notices.actions.rota import set_policy
from nestor.notices.models import Notice, Sending
from nestor.notices.rules import Occasion
from nestor.notices.rules.reach import ROWS, Way
from nestor.routing.models import Route
from nestor.vocabulary import Lane
from nestor.work.models import Event, JournalEntry
from tests.desk.cast import DAN, NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.post import Doorbell, Post, doorbell, post_office
from tests.desk.test_notices_ways import Browser

SECRET = "zanzibar"
PLANTED = f"Le chef de gare {SECRET} détourne la caisse, j’ai les preuves, protégez-moi, je suis lanceur d’alerte"


class Ways:
    """A mail server, a push service and a telephone, with everything that reached them."""

    def __init__(self, post: Post, bell: Doorbell, browser: Browser) -> None:
        self.post, self.bell, self.browser = post, bell, browser

    def said(self) -> dict[str, str]:
        """Return what arrived by each way, as text."""
        pushed = [json.dumps(self.browser.opens(body)) for path, _, body in self.bell.calls if path == "/push"]
        rung = [body.decode() for path, _, body in self.bell.calls if path == "/ring"]
        return {"mail": self.post.said, "push": "\n".join(pushed), "phone": "\n".join(rung)}


QUICK = (
    Occasion.SEALED,
    Occasion.ASSIGNED,
    Occasion.CHANNEL_BLIND,
)  # each starts a program; the others: --all


@pytest.fixture
def ways(cast: Cast, settings: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ways]:
    """Alice is reached by every way, of everything."""
    with post_office() as post, doorbell() as bell:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = post.host, post.port
        settings.NESTOR_PRIVATE_NETWORKS = True
        browser = Browser(f"{bell.url}/push")
        set_policy(cast.alice, [way.value for way in Way], ["json://127.0.0.1"], 10, NOON)
        add_browser(cast.alice.user, browser.subscription, "Firefox", NOON)
        add_phone(cast.alice, f"json://{bell.host}/ring", "Astreinte", NOON)
        choose_ways(cast.alice, {row: [way.value for way in Way] for row in ROWS})
        yield Ways(post, bell, browser)


@pytest.fixture
def sealed(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(PLANTED, by=DAN, subject=SECRET)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    if not Route.objects.of(cast.brand).get().is_sealed:
        pytest.fail("the reader did not seal it")
    return found


def test_a_suspected_alert_is_told_at_once_without_a_word_of_it(
    cast: Cast, ways: Ways, settle: Settle, sealed: Conversation
) -> None:
    notice = Notice.objects.of(cast.brand).get(occasion=Occasion.SEALED.value, user=cast.alice.user)
    assert (notice.about, notice.is_sealed, notice.lane) == (sealed.public_id, True, "")
    for way, text in ways.said().items():
        assert "Something reserved waits for you on the desk." in text, way
        for word in (SECRET, "Dan", "alert", "Alert", "Ligne Verte", sealed.public_id, "gare"):
            assert word not in text, (way, word)
    assert SECRET not in f"{list(Event.objects.values_list('ids'))}{list(JournalEntry.objects.values_list('facts'))}"


@pytest.mark.parametrize(
    "occasion",
    [
        one if one in QUICK else pytest.param(one, marks=pytest.mark.slow)
        for one in Occasion
        if one is not Occasion.DIGEST
    ],
)
def test_whatever_it_is_about_one_sentence_leaves_for_what_is_sealed(
    cast: Cast, ways: Ways, settle: Settle, occasion: Occasion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nestor.notices.reads.STILL", {})  # as if it were still so, whatever it is about
    about = "0123456789abcdef"
    tell(cast.brand.pk, occasion, about, NOON, to=[cast.alice.user.pk], lane=Lane.ALERT, urgency=3, is_sealed=True)
    settle()
    titles = {mail["Subject"] for mail in ways.post.mails}
    assert titles == {"Something reserved waits for you on the desk."}
    for way, text in ways.said().items():
        assert text, way
        assert about not in text
        assert "Ligne Verte" not in text
    assert set(Sending.objects.of(cast.brand).values_list("state", flat=True)) == {"sent"}


def test_the_digest_counts_and_names_nothing(
    cast: Cast, ways: Ways, settle: Settle, sealed: Conversation, clock: Clock
) -> None:
    take_in(cast.channel, batch(said(f"Quand ouvre la gare, {SECRET} ?", 2)), NOON)
    choose_digest(cast.alice.user, time(12, 30), NOON)
    settle()
    clock.pass_(minutes=31)
    settle()
    settle()
    (mail,) = [one for one in ways.post.mails if one["Subject"].endswith("Your day in figures")]
    text = mail.get_content()
    assert "open conversations" in text
    assert "/inbox/" in text
    for word in (SECRET, "Dan", "Bob", sealed.public_id):
        assert word not in text
    clock.pass_(hours=12)
    settle()
    assert sum(one["Subject"].endswith("Your day in figures") for one in ways.post.mails) == 1
    clock.pass_(hours=12)
    settle()
    assert sum(one["Subject"].endswith("Your day in figures") for one in ways.post.mails) == 2


def test_who_may_not_know_gets_a_digest_that_does_not_count_it(
    cast: Cast, ways: Ways, settle: Settle, sealed: Conversation, clock: Clock
) -> None:
    choose_digest(cast.bob.user, time(12, 30), NOON)
    clock.pass_(minutes=31)
    settle()
    (mail,) = [one for one in ways.post.mails if one["To"] == "bob@nestor.example"]
    assert "open conversations" not in mail.get_content()


def test_a_sealed_conversation_that_is_old_history_calls_nobody(cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said(PLANTED, by=DAN, published_at=NOON - timedelta(days=400))), NOON)
    settle()
    assert not Notice.objects.of(cast.brand).filter(occasion=Occasion.SEALED.value).exists()
