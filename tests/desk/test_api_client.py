"""A typed Python client, generated from the description as a stranger would, and used against the desk."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from nestor.config.wsgi import application
from nestor.faces.api.v1.api import api
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.publisher.models import Delivery
from tests.desk.answering import ANSWER, QUESTION
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.machine import secret_of
from tests.desk.unbroken import one_connection

NAME = "nestor_client_of_a_stranger"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Return the package, generated into a folder of its own: it is not kept, the description is the source."""
    folder = tmp_path_factory.mktemp("client")
    description, settings = folder / "openapi.json", folder / "settings.json"
    description.write_text(json.dumps(api.get_openapi_schema()), encoding="utf-8")
    settings.write_text(json.dumps({"post_hooks": [], "package_name_override": NAME}), encoding="utf-8")
    ran = subprocess.run(
        [
            Path(sys.executable).parent / "openapi-python-client",
            "generate",
            *("--path", description, "--config", settings),
            *("--meta", "none", "--output-path", folder / NAME),
            "--fail-on-warning",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(NAME)
    finally:
        sys.path.remove(str(folder))


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Conversation:
    take_in(cast.channel, batch(said(QUESTION)), NOON)
    settle()
    found: Conversation = Conversation.objects.of(cast.brand).get()
    return found


def part(name: str) -> Any:
    return importlib.import_module(f"{NAME}.{name}")


def test_a_stranger_reads_takes_checks_and_answers(cast: Cast, asked: Conversation, generated: ModuleType) -> None:
    client = generated.AuthenticatedClient(
        base_url="http://testserver",
        token=secret_of(cast.alice),
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.WSGITransport(app=application)},
    )
    models = part("models")
    with one_connection():
        page = part("api.conversations.list_conversations").sync(client=client, lane=[models.Lane.QUESTION])
        assert [one.id for one in page.items] == [asked.public_id]
        assert page.next_ is None
        done = part("api.conversations.take").sync(asked.public_id, client=client)
        assert (done.changed, done.conversation.is_mine) == (True, True)
        send = part("api.answers.answer")
        key = "a-stranger-1"
        insult = send.sync(
            asked.public_id, client=client, body=models.Answer("Vous êtes un connard."), idempotency_key=key
        )
        assert (type(insult).__name__, insult.code) == ("Problem", "objection")
        sent = send.sync(asked.public_id, client=client, body=models.Answer(ANSWER), idempotency_key=key)
        assert (type(sent).__name__, sent.state) == ("DeliveryShape", "waiting")
        again = send.sync(asked.public_id, client=client, body=models.Answer(ANSWER), idempotency_key=key)
        assert again.id == sent.id
        nothing = part("api.conversations.show_conversation").sync("0" * 16, client=client)
        assert (nothing.code, nothing.status) == ("not_found", 404)
    assert Delivery.objects.of(cast.brand).count() == 1
