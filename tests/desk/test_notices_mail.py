"""Notices by mail: a real server gets them, once each; nothing in them was written by anybody; quiet holds."""

import smtplib
from collections.abc import Iterator
from datetime import time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from nestor.notices.actions import mark_seen, tell
from nestor.notices.actions.choosing import choose_quiet, choose_ways
from nestor.notices.actions.rota import set_policy
from nestor.notices.actions.sending import attend, plan
from nestor.notices.models import Notice, Sending
from nestor.notices.rules import Occasion
from nestor.people.actions import end_role
from nestor.people.models import User
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast
from tests.desk.conftest import Clock, Settle
from tests.desk.post import Post, post_office

ABOUT = "0123456789abcdef"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with post_office() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.host, running.port
        yield running


def sent(cast: Cast) -> list[tuple[str, str, int]]:
    rows = Sending.objects.of(cast.brand).filter(notice__user=cast.bob.user).order_by("id")
    return list(rows.values_list("state", "reason", "tries"))


def to_bob(post: Post) -> list[EmailMessage]:
    """Return his mails; the others are told that a channel of theirs cannot be reached, as the day goes on."""
    return [mail for mail in post.mails if mail["To"] == "bob@nestor.example"]


def name_bob(cast: Cast, at: Any = NOON, **more: Any) -> Notice:
    tell(cast.brand.pk, Occasion.MENTIONED, ABOUT, at, to=[cast.bob.user.pk], **more)
    return Notice.objects.of(cast.brand).filter(user=cast.bob.user).latest("pk")  # type: ignore[no-any-return]


def test_who_is_named_gets_one_neutral_mail(cast: Cast, post: Post, settle: Settle) -> None:
    notice = name_bob(cast)
    settle()
    settle()
    (mail,) = to_bob(post)
    assert mail["To"] == "bob@nestor.example"
    assert mail["Subject"] == "Ligne Verte: You are named in a note."
    assert f"/notices/{notice.public_id}/" in mail.get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert notice.public_id in mail["Message-ID"]
    assert sent(cast) == [("sent", "", 1)]


def test_it_is_in_the_persons_language(cast: Cast, post: Post, settle: Settle) -> None:
    User.objects.filter(pk=cast.bob.user.pk).update(language="fr")
    name_bob(cast)
    settle()
    assert post.mails[0]["Subject"] == "Ligne Verte\u00a0: On vous nomme dans une note."


def test_at_night_it_waits_until_the_morning(cast: Cast, post: Post, settle: Settle, clock: Clock) -> None:
    clock.pass_(hours=10)  # 22:00 in Paris
    name_bob(cast, clock())
    settle()
    assert to_bob(post) == []
    assert Sending.objects.of(cast.brand).get(notice__user=cast.bob.user).is_quiet
    clock.pass_(hours=10)
    settle()
    assert len(to_bob(post)) == 1


def test_what_was_seen_meanwhile_does_not_leave(cast: Cast, post: Post, settle: Settle, clock: Clock) -> None:
    clock.pass_(hours=10)
    name_bob(cast, clock())
    settle()
    assert mark_seen(cast.bob.user, clock()) == 1
    clock.pass_(hours=10)
    settle()
    assert to_bob(post) == []
    assert sent(cast) == [("dropped", "seen", 0)]


def test_quiet_that_was_chosen_later_holds_as_well(cast: Cast, post: Post, settle: Settle, clock: Clock) -> None:
    notice = name_bob(cast)
    plan(cast.brand.pk, [notice.pk], NOON)
    choose_quiet(cast.bob.user, [(1, time(11), time(14))])
    settle()
    assert to_bob(post) == []
    clock.pass_(hours=2)
    settle()
    assert len(to_bob(post)) == 1


def test_who_chose_no_mail_gets_none(cast: Cast, post: Post, settle: Settle) -> None:
    choose_ways(cast.bob, {"topic:asks": []})
    name_bob(cast)
    settle()
    assert (to_bob(post), sent(cast)) == ([], [])


def test_a_way_the_head_took_away_is_said_on_the_page(cast: Cast, post: Post, settle: Settle) -> None:
    notice = name_bob(cast)
    plan(cast.brand.pk, [notice.pk], NOON)
    assert set_policy(cast.alice, ["push"], [], 10, NOON)
    settle()
    assert (to_bob(post), sent(cast)) == ([], [("failed", "not_chosen", 0)])


def test_who_left_the_team_is_told_nothing(cast: Cast, post: Post, settle: Settle) -> None:
    notice = name_bob(cast)
    plan(cast.brand.pk, [notice.pk], NOON)
    end_role(cast.brand, cast.bob.user, NOON, actor_id=None)
    settle()
    assert (to_bob(post), sent(cast)) == ([], [("dropped", "left", 0)])


def test_who_may_no_longer_know_is_told_nothing(cast: Cast, post: Post, settle: Settle) -> None:
    notice = name_bob(cast, is_sealed=True)
    plan(cast.brand.pk, [notice.pk], NOON)
    settle()
    assert (to_bob(post), sent(cast)) == ([], [("dropped", "left", 0)])


@pytest.mark.parametrize("where", ["to_recipients", "to_content"])
def test_a_refused_mail_is_said_and_not_lost(cast: Cast, post: Post, settle: Settle, where: str) -> None:
    setattr(post, where, "552 no")
    notice = name_bob(cast)
    settle()
    assert sent(cast) == [("failed", "invalid", 1)]
    assert Notice.objects.of(cast.brand).get(pk=notice.pk).seen_at is None


def test_a_server_that_is_away_is_tried_again_and_in_the_end_given_up(
    cast: Cast, post: Post, settle: Settle, clock: Clock, settings: Any
) -> None:
    settings.EMAIL_PORT, there = 1, post.port
    name_bob(cast)
    settle()
    assert sent(cast) == [("waiting", "unreachable", 1)]
    clock.pass_(minutes=2)
    settings.EMAIL_PORT = there
    settle()
    assert (sent(cast), len(to_bob(post))) == ([("sent", "", 2)], 1)
    settings.EMAIL_PORT = 1
    mark_seen(cast.bob.user, clock())
    name_bob(cast, clock())
    for _ in range(6):
        settle()
        clock.pass_(hours=1)
    assert sent(cast)[-1] == ("failed", "unreachable", 5)


def test_where_nobody_knows_whether_it_left_it_is_not_sent_again(
    cast: Cast, post: Post, settle: Settle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_given: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(smtplib.SMTP, "data", breaks)
    name_bob(cast)
    for _ in range(3):
        settle()
        clock.pass_(hours=1)
    assert sent(cast) == [("unconfirmed", "outage", 1)]


def test_a_sender_that_died_changes_nothing_but_leaves_it_open(cast: Cast, post: Post, clock: Clock) -> None:
    notice = name_bob(cast)
    plan(cast.brand.pk, [notice.pk], NOON)
    row = Sending.objects.of(cast.brand).get()
    until = NOON + timedelta(minutes=1)
    Sending.objects.of(cast.brand).update(state="sending", tries=1, leased_until=until, lease_token="x", due_at=until)
    attend(row.pk, clock)
    assert sent(cast) == [("sending", "", 1)]
    clock.pass_(minutes=2)
    attend(row.pk, clock)
    assert (sent(cast), to_bob(post)) == ([("unconfirmed", "sender_died", 1)], [])


def test_without_a_mail_server_the_page_says_so(cast: Cast, settle: Settle, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    name_bob(cast)
    settle()
    assert sent(cast) == []
    bob = as_(cast.bob)
    assert "This desk has no mail server" in bob.get("/me/reached/").content.decode()
    assert "This desk has no mail server" in bob.post("/me/reached/mail/try", follow=True).content.decode()


def test_planning_twice_sends_once(cast: Cast, post: Post, settle: Settle) -> None:
    notice = name_bob(cast)
    for _ in range(3):
        plan(cast.brand.pk, [notice.pk], NOON)
    settle()
    plan(cast.brand.pk, [notice.pk], NOON)
    settle()
    assert len(to_bob(post)) == 1
