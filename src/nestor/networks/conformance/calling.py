"""Checks of webhooks: the genuine call opens, every other one is refused as forged."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from nestor.networks.conformance.bench import Bench, WebhookCall
from nestor.networks.conformance.expect import NotConforming, expect, expect_no_secret, expect_trouble, only_trouble
from nestor.networks.conformance.suite import check
from nestor.networks.contract import Ability, Batch, Connector, Reason, Refused

_TOO_LATE = timedelta(days=2)


def _genuine(bench: Bench) -> tuple[Connector, str, WebhookCall]:
    network_id = bench.plant("Called about")
    call = bench.webhook_for(network_id)
    if call is None:
        raise NotConforming("an account that can WEBHOOK has a bench that shows a genuine call")
    return bench.connect(), network_id, call


def _opening(
    connector: Connector, headers: Mapping[str, str], body: bytes, received_at: datetime
) -> Callable[[], Batch]:
    return lambda: connector.open_webhook(headers, body, received_at)


@check(Ability.WEBHOOK)
def a_genuine_call_opens(bench: Bench) -> None:
    """The network's own call brings the message, with or without capitals in the headers, and twice the same."""
    connector, network_id, call = _genuine(bench)
    lowered = {name.lower(): value for name, value in call.headers.items()}
    for headers in (call.headers, lowered, call.headers):
        batch = connector.open_webhook(headers, call.body, call.received_at)
        expect(network_id in {arrival.network_id for arrival in batch.arrivals}, "the call brings the message")
        shown = [repr(batch), *(arrival.payload for arrival in batch.arrivals)]
        expect_no_secret(shown, bench.secrets, where="a batch")


@check(Ability.WEBHOOK)
def a_forged_call_is_refused(bench: Bench) -> None:
    """A body changed by one byte, an empty or another body, no signature or another's: `Refused(FORGED)`."""
    connector, _network_id, call = _genuine(bench)
    changed = bytes([call.body[0] ^ 1]) + call.body[1:]
    bodies = (changed, call.body + b" ", call.body[:-1], b"", b"{}", b"\xff\xfe\x00", call.body * 2)
    calls = [_opening(connector, call.headers, body, call.received_at) for body in bodies]
    calls.append(_opening(connector, {}, call.body, call.received_at))
    garbled = {name: value[::-1] for name, value in call.headers.items()}
    calls.append(_opening(connector, garbled, call.body, call.received_at))
    snowy = dict.fromkeys(call.headers, "☃")
    calls.append(_opening(connector, snowy, call.body, call.received_at))
    for opening in calls:
        trouble = expect_trouble(opening, Refused, when="opening a forged call")
        expect(trouble.reason is Reason.FORGED, "the reason is FORGED")
        expect_no_secret([str(trouble), repr(trouble)], bench.secrets, where="an exception")


@check(Ability.WEBHOOK)
def an_old_call_is_refused(bench: Bench) -> None:
    """A genuine call replayed much later, or from the future, is `Refused(FORGED)`."""
    connector, _network_id, call = _genuine(bench)
    for received_at in (call.received_at + _TOO_LATE, call.received_at - _TOO_LATE):
        opening = _opening(connector, call.headers, call.body, received_at)
        expect(expect_trouble(opening, Refused, when="opening a replayed call").reason is Reason.FORGED, "it is FORGED")


@check(Ability.WEBHOOK)
def a_call_with_a_header_missing_does_no_harm(bench: Bench) -> None:
    """Whichever header is missing, the call opens or is refused; nothing else leaves the connector."""
    connector, network_id, call = _genuine(bench)
    for missing in call.headers:
        headers = {name: value for name, value in call.headers.items() if name != missing}
        batch = only_trouble(_opening(connector, headers, call.body, call.received_at), when="a header is missing")
        is_sound = batch is None or network_id in {arrival.network_id for arrival in batch.arrivals}
        expect(is_sound, "what opens brings the message")
