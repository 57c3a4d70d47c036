"""The API against its own description: whatever is sent, the answer is one the description names."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from nestor.config.wsgi import application
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from tests.desk.answering import QUESTION
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle
from tests.desk.everything import everything_of
from tests.desk.machine import secret_of
from tests.desk.unbroken import one_connection

pytest_plugins = ["schemathesis.pytest.plugin"]  # not for every test: it takes seconds to load
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application).exclude(path="/api/v1/events")


@pytest.fixture
def known(cast: Cast, settle: Settle, settings: Any) -> Iterator[dict[str, str]]:
    """What there is, by the names of the description's parameters; and a token for it."""
    settings.NESTOR_API_RATE = 1_000_000
    take_in(cast.channel, batch(said(QUESTION), said("Merci beaucoup !", 2)), NOON)
    settle()
    conversation = Conversation.objects.of(cast.brand).get(thread_id="t1")
    found = everything_of(cast, conversation) | {"secret": secret_of(cast.alice)}
    with one_connection():
        yield found


SENSE = {"objection", "key_reused", "cursor", "address", "name", "target", "interval", "hours", "year", "zone"}
SENSE |= {"too_short_or_long", "shortcut", "shortcut_taken", "braces", "label", "network", "account"}
SENSE |= {"mail", "on_team", "clock", "duty", "service", "translator", "limit", "field", "unconfirmed", "no_access"}
SENSE |= {"file"}


@pytest.mark.slow
@schema.parametrize()
@settings(
    derandomize=True,
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(case: "Case[Any]", known: dict[str, str]) -> None:
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    headers = {"Authorization": f"Bearer {known['secret']}"}
    answer = case.call(headers=headers)
    assert answer.status_code < 500
    says = answer.json() if "json" in answer.headers["content-type"][0] else {}
    codes = {one["code"] for one in says.get("errors", ())} or {says.get("code")}
    # No description can say which words the guard stops, which cursor is ours, which key came, what can be called.
    excluded: list[Any] = [positive_data_acceptance] if codes <= SENSE else []
    if case.media_type == "multipart/form-data":
        # In a form everything is text, a number too; and the client of WSGI sends an empty file as no file at all.
        excluded = [positive_data_acceptance, negative_data_rejection]
    sent = parse_qs(urlsplit(str(answer.request.url)).query, keep_blank_values=True)
    if set(case.query or {}) - sent.keys():  # an empty list has no form in an address: the desk never saw it
        excluded.append(negative_data_rejection)
    case.validate_response(answer, headers=headers, excluded_checks=excluded)
