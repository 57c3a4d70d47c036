"""Webhooks and health: what machines call."""

import pytest
from django.test import Client

from nestor.brands.actions import disconnect_channel
from nestor.faces.api.hooks import PRIVATE_HEADERS
from nestor.inbox.models import WebhookCall
from tests.desk.cast import NOON, Cast

JSON = "application/json"


def test_a_call_is_kept_as_it_came_and_answered_at_once(cast: Cast) -> None:
    path = f"/hooks/{cast.channel.public_id}/"
    headers = {"X-Signature": "abc", "Authorization": "Bearer secret", "Cookie": "sessionid=x"}
    for _turn in range(2):
        answer = Client().post(path, b'{"a":1}', JSON, headers=headers)
        assert (answer.status_code, answer.json()) == (202, {"kept": True})
    call = WebhookCall.objects.of(cast.brand).get()
    assert bytes(call.body) == b'{"a":1}'
    assert call.headers["x-signature"] == "abc"
    assert PRIVATE_HEADERS.isdisjoint(call.headers)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"<xml/>", "\u202e".encode(), b"{" * 1000])
def test_any_body_is_kept_and_breaks_nothing(cast: Cast, body: bytes) -> None:
    assert Client().post(f"/hooks/{cast.channel.public_id}/", body, JSON).status_code == 202
    assert bytes(WebhookCall.objects.of(cast.brand).get().body) == body


def test_an_unknown_channel_is_nobody(cast: Cast) -> None:
    disconnect_channel(cast.other_channel, NOON, actor_id=None)
    for name in ("nobody", "0" * 16, "%00", cast.other_channel.public_id):
        assert Client().post(f"/hooks/{name}/", b"{}", JSON).status_code == 404
    assert WebhookCall.objects.of(cast.brand).count() == 0


def test_a_big_body_is_refused_unread(cast: Cast) -> None:
    answer = Client().post(f"/hooks/{cast.channel.public_id}/", b"a" * 1_000_001, JSON)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_big")
    lying = Client().post(f"/hooks/{cast.channel.public_id}/", b"a", JSON, headers={"Content-Length": "-5"})
    assert lying.status_code == 413
    assert WebhookCall.objects.of(cast.brand).count() == 0


def test_only_posts_are_calls(cast: Cast) -> None:
    assert Client().get(f"/hooks/{cast.channel.public_id}/").status_code == 405


@pytest.mark.django_db
def test_health_is_public_and_says_nothing_else() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"well": True})
