"""Is the same mark twice one comment? On WordPress alone not always; with Nestor's plugin, yes. Both are shown here."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from nestor.networks.contract import Ability, Found, NetworkTrouble, Parcel, Reason, Receipt, Refused, Uncertain
from tests.services.wordpress.conftest import Connect
from tests.services.wordpress.proxy import Proxy, is_write
from tests.services.wordpress.site import Site

pytestmark = pytest.mark.service("wordpress", "mariadb")
SECRET = "between the two of us, 32 letters"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def slow_site(site: Site) -> Iterator[Site]:
    """A site whose spam filter thinks between the look for doubles and the insertion, as real ones do."""
    site.witness("option", name="witness_thinks_for", value=400)
    yield site
    site.witness("option", name="witness_thinks_for", value=0)


def parcel(number: int, text: str = "Bonjour Ana", mark: str = "0123456789abcdef") -> Parcel:
    return Parcel(mark=mark, text=text, in_reply_to=str(number))


def answers(site: Site) -> list[dict[str, str]]:
    return [row for row in site.comments().values() if row["author"].startswith("Desk")]


def send_at_once(connect: Connect, number: int, times: int, **options: str) -> list[Receipt | NetworkTrouble]:
    def send(connector: object) -> Receipt | NetworkTrouble:
        try:
            return connector.send(parcel(number))  # type: ignore[attr-defined, no-any-return]
        except NetworkTrouble as trouble:
            return trouble

    connectors = [connect(**options) for _ in range(times)]
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, connectors))


def test_the_same_words_again_are_refused_by_wordpress_itself(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1", at="2024-01-01 00:00:00")
    connector = connect()
    assert Ability.HONOURS_MARKS not in connector.can()
    receipt = connector.send(parcel(number))
    for state in ("hold", "approve", "spam"):
        site.witness("state", id=int(receipt.network_id), to=state)
        assert connector.send(parcel(number)) == receipt, state
    site.witness(
        "sql", sql=f"UPDATE wp_comments SET comment_date_gmt='2024-01-01' WHERE comment_ID={receipt.network_id}"
    )
    assert connector.send(parcel(number)).network_id == receipt.network_id, "however old"
    with pytest.raises(Refused) as caught:
        connector.send(parcel(number, mark="fedcba9876543210"))
    assert caught.value.reason is Reason.DUPLICATE, "the same words of another delivery are not this one's receipt"
    assert len(answers(site)) == 1


@pytest.mark.parametrize("what", ["trashed", "edited", "renamed"])
def test_wordpress_alone_forgets_what_was_trashed_edited_or_renamed(site: Site, connect: Connect, what: str) -> None:
    number = site.plant(site.post(), "top", approved="1")
    connector = connect()
    receipt = connector.send(parcel(number))
    if what == "trashed":
        site.witness("state", id=int(receipt.network_id), to="trash")
    elif what == "edited":
        connector.edit(receipt.network_id, "Good day, Ana")
    else:
        site.witness("sql", sql=f"UPDATE wp_comments SET comment_author='X' WHERE comment_ID={receipt.network_id}")
        site.witness("sql", sql=f"UPDATE wp_comments SET comment_author_email='x@y.example' WHERE user_id={2}")
    sighting = connector.find(parcel(number), NOW)
    assert isinstance(sighting, Found), "looking by the mark still finds it"
    again = connector.send(parcel(number))
    assert again.network_id != receipt.network_id, "which is why marks are not said to be honoured"


def test_wordpress_alone_lets_two_at_once_pass(slow_site: Site, connect: Connect) -> None:
    number = slow_site.plant(slow_site.post(), "top", approved="1")
    sent = send_at_once(connect, number, 2)
    assert all(isinstance(one, Receipt) for one in sent)
    assert len(answers(slow_site)) == 2, "which is why marks are not said to be honoured"


def test_with_the_plugin_one_mark_is_one_comment_even_at_once(slow_site: Site, connect: Connect) -> None:
    slow_site.install_plugin("", SECRET)
    number = slow_site.plant(slow_site.post(), "top", approved="1")
    connector = connect(webhook_secret=SECRET)
    assert {Ability.HONOURS_MARKS, Ability.WEBHOOK} <= connector.can()
    assert connector.who_am_i().warnings == ()
    sent = send_at_once(connect, number, 4, webhook_secret=SECRET)
    assert len({one.network_id for one in sent if isinstance(one, Receipt)}) == 1
    assert sum(isinstance(one, Receipt) for one in sent) == 4
    assert len(answers(slow_site)) == 1


@pytest.mark.parametrize("what", ["hold", "spam", "trash", "edited"])
def test_with_the_plugin_one_mark_is_one_comment_whatever_became_of_it(site: Site, connect: Connect, what: str) -> None:
    site.install_plugin("", SECRET)
    number = site.plant(site.post(), "top", approved="1")
    connector = connect(webhook_secret=SECRET)
    receipt = connector.send(parcel(number))
    if what == "edited":
        connector.edit(receipt.network_id, "Good day, Ana")
    else:
        site.witness("state", id=int(receipt.network_id), to=what)
    assert connector.send(parcel(number)).network_id == receipt.network_id
    assert len(answers(site)) == 1
    if what in ("trash", "edited"):
        other = connector.send(parcel(number, mark="fedcba9876543210"))
        assert other.network_id != receipt.network_id, "another delivery may say the same again"


def test_with_the_plugin_others_comment_as_before(site: Site, connect: Connect) -> None:
    site.install_plugin("", SECRET)
    post = site.post()
    first = site.visitor_comment(post, "Ana", "One")
    second = site.visitor_comment(post, "Ana", "Two", parent=first)
    assert {first, second} <= site.comments().keys()


def test_a_mark_in_flight_is_uncertain(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    said = b'{"code":"nestor_mark_in_flight","message":"","data":{"status":409}}'
    with Proxy(site.url) as proxy:
        answer = b"HTTP/1.1 409 X\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said)
        proxy.deal = lambda request, passed: answer if is_write(request) else passed
        with pytest.raises(Uncertain):
            connect(url=proxy.url).send(parcel(number))


def test_a_double_whose_owner_cannot_be_told_is_uncertain(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    connect().send(parcel(number))
    with Proxy(site.url) as proxy:
        connector = connect(url=proxy.url, total_for=3.0)
        proxy.forwards = lambda _request: sum(map(is_write, proxy.calls)) == 0 or is_write(_request)
        with pytest.raises(Uncertain):
            connector.send(parcel(number))
