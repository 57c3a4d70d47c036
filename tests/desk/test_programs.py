"""Pages about other programs: tokens shown once, webhooks with their log, and who may open them."""

import re

import pytest

from nestor.hooks.models import Call, Receiver
from nestor.hooks.reads import forget_who_listens
from nestor.people.models import AccessToken
from tests.desk.browser import as_
from tests.desk.cast import Cast
from tests.desk.machine import Machine, secret_of

FORM = {"name": "Tableau de bord", "scopes": ["read", "organise"], "days": "30"}
HOOK = {"name": "Ailleurs <b>", "url": "https://told.example/a?b=c", "kinds": ["ChannelHeld", "ConversationRouted"]}


def test_a_token_is_shown_once_and_works(cast: Cast) -> None:
    client = as_(cast.alice)
    answer = client.post("/settings/tokens/", FORM)
    secret = re.search(r'value="(nestor_[\w-]+)"', answer.content.decode())
    assert secret is not None
    assert answer.headers["Cache-Control"] == "no-store"
    assert Machine(secret[1]).get("/token")["scopes"] == ["organise", "read"]
    page = client.get("/settings/tokens/").content.decode()
    assert secret[1] not in page
    assert secret[1][-4:] in page
    assert "Tableau de bord" in page
    token = AccessToken.objects.of(cast.brand).get()
    assert client.post(f"/settings/tokens/{token.public_id}/revoke").status_code == 302
    assert Machine(secret[1]).ask("GET", "/token").status_code == 401
    assert client.post(f"/settings/tokens/{token.public_id}/revoke").status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"name": "  "}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "31"}, {"name": "x" * 61}],
)
def test_a_form_that_makes_no_sense_makes_no_token(cast: Cast, change: dict[str, object]) -> None:
    answer = as_(cast.alice).post("/settings/tokens/", FORM | change)
    assert answer.status_code == 422
    assert AccessToken.objects.of(cast.brand).count() == 0


def test_who_may_open_these_pages(cast: Cast) -> None:
    secret_of(cast.alice)
    token = AccessToken.objects.of(cast.brand).get()
    for seat, status in ((cast.bob, 403), (cast.vera, 403), (cast.sam, 200)):
        for path in ("/settings/tokens/", "/settings/webhooks/"):
            assert as_(seat).get(path).status_code == status
    assert as_(cast.chloe).post(f"/settings/tokens/{token.public_id}/revoke").status_code == 404
    assert "Programme" not in as_(cast.chloe).get("/settings/tokens/").content.decode()


def test_a_webhook_is_added_tried_switched_and_deleted(cast: Cast) -> None:
    forget_who_listens()
    client = as_(cast.alice)
    answer = client.post("/settings/webhooks/", HOOK)
    first = re.search(r'value="(whsec_[^"]+)"', answer.content.decode())
    assert first is not None
    receiver = Receiver.objects.of(cast.brand).get()
    at = f"/settings/webhooks/{receiver.public_id}/"
    page = client.get(at).content.decode()
    assert first[1] not in page
    assert "Ailleurs &lt;b&gt;" in page
    second = re.search(r'value="(whsec_[^"]+)"', client.post(f"{at}do", {"do": "rotate"}).content.decode())
    assert second is not None
    assert second[1] != first[1]
    assert client.post(f"{at}do", {"do": "try"}).status_code == 302
    call = Call.objects.of(cast.brand).get()
    assert str(call.event_id) in client.get(at).content.decode()
    assert client.post(f"{at}calls/{call.public_id}/replay").status_code == 302
    for other in (cast.chloe,):
        assert as_(other).get(at).status_code == 404
        assert as_(other).post(f"{at}do", {"do": "delete"}).status_code == 404
        assert as_(other).post(f"{at}calls/{call.public_id}/replay").status_code == 404
    client.post(f"{at}do", {"do": "off"})
    assert not Receiver.objects.of(cast.brand).get().is_on
    client.post(f"{at}do", {"do": "on"})
    assert Receiver.objects.of(cast.brand).get().is_on
    assert client.post(f"{at}do", {"do": "nonsense"}).status_code == 400
    assert client.post(f"{at}do", {"do": "delete"}).status_code == 302
    assert Receiver.objects.of(cast.brand).count() == 0


@pytest.mark.parametrize("change", [{"url": "http://told.example"}, {"url": "told"}, {"kinds": []}, {"name": ""}])
def test_a_webhook_that_makes_no_sense_is_not_added(cast: Cast, change: dict[str, object]) -> None:
    assert as_(cast.alice).post("/settings/webhooks/", HOOK | change).status_code == 422
    assert Receiver.objects.of(cast.brand).count() == 0


def test_a_machine_keeps_webhooks_too(cast: Cast) -> None:
    forget_who_listens()
    machine = Machine(secret_of(cast.alice))
    made = machine.ask("POST", "/webhooks", HOOK)
    assert (made.status_code, made.json()["secret"].startswith("whsec_")) == (201, True)
    at = f"/webhooks/{made.json()['id']}"
    assert "secret" not in machine.get(at)
    assert [one["id"] for one in machine.get("/webhooks")["items"]] == [made.json()["id"]]
    assert machine.ask("POST", f"{at}/secret").json()["secret"] != made.json()["secret"]
    assert machine.ask("POST", f"{at}/ping").json() == {"changed": True}
    call = machine.get(f"{at}/calls")["items"][0]
    assert (call["kind"], call["state"]) == ("Ping", "waiting")
    assert machine.ask("POST", f"{at}/calls/{call['id']}/replay").json() == {"changed": False}
    assert machine.ask("POST", f"{at}/off").json()["is_on"] is False
    assert machine.ask("POST", f"{at}/on").json()["is_on"] is True
    bad = machine.ask("POST", "/webhooks", HOOK | {"url": "http://127.0.0.1/"})
    assert (bad.status_code, bad.json()["errors"][0]["at"]) == (422, "url")
    assert machine.ask("DELETE", at).json() == {"changed": True}
    assert machine.ask("GET", at).status_code == 404
