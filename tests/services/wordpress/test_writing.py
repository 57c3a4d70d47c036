"""Answering and moderating on a real WordPress: what is on the page, what is refused and why, what nobody knows."""

from datetime import UTC, datetime, timedelta

import pytest

from nestor.networks.contract import (
    Absent,
    Deed,
    Found,
    NetworkTrouble,
    Parcel,
    Reason,
    Receipt,
    Refused,
    TryLater,
    Uncertain,
    Unknown,
)
from nestor.vocabulary import MessageKind
from tests.services.wordpress.conftest import Connect
from tests.services.wordpress.proxy import Proxy, is_write
from tests.services.wordpress.site import Site

pytestmark = pytest.mark.service("wordpress", "mariadb")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def parcel(number: int, text: str = "Bonjour Ana", mark: str = "0123456789abcdef", **more: object) -> Parcel:
    return Parcel(mark=mark, text=text, in_reply_to=str(number), **more)  # type: ignore[arg-type]


def ours(site: Site) -> list[str]:
    """Return the words of every comment of the desk's account, as stored."""
    return [row["text"] for row in site.comments().values() if row["author"].startswith("Desk")]


def test_an_answer_is_on_the_page_below_what_it_answers(site: Site, connect: Connect) -> None:
    post = site.post()
    number = site.visitor_comment(post, "Ana", "Do the trains run on Sunday?")
    connector = connect()
    connector.act(Deed.APPROVE, str(number))
    receipt = connector.send(parcel(number, "Bonjour Ana, oui : à 9 h 🚆"))
    row = site.comments()[int(receipt.network_id)]
    assert (int(row["parent"]), int(row["post"]), row["approved"]) == (number, post, "1")
    assert "Bonjour Ana, oui : à 9 h 🚆" in site.page_text(post)
    assert "0123456789abcdef" not in site.page_html(post), "the mark is for moderators only"
    assert receipt.url.endswith(f"#comment-{receipt.network_id}")
    assert abs(receipt.at - datetime.now(UTC)) < timedelta(minutes=2)
    batch = connector.fetch("")
    (answer,) = [arrival for arrival in batch.arrivals if arrival.is_ours]
    assert (answer.mark, answer.thread_id, answer.text) == (
        "0123456789abcdef",
        str(number),
        "Bonjour Ana, oui : à 9 h 🚆",
    )


@pytest.mark.parametrize("user", ["desk", "editor", "admin"])
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <b>bold</b> <img src=x onerror=alert(1)>",
        "a < b && c > d \\ e \\\\ f \\' g",
        "&amp; &lt;b&gt; &#39; &#x27; &nbsp; &bogus; &#0; &&#;",
        "[gallery] {{x}} %s %d <!-- more --> ]]> <?php echo 1 ?>",
        "👨‍👩‍👧‍👦 🇫🇷 e\u0301 𝔘𝔫𝔦 \u202eabc\u202c שלום",
        "two\nlines\n\nand a third",
        "https://desk.example/?a=1&b=2#c",
    ],
)
def test_every_text_is_shown_as_these_very_words(site: Site, connect: Connect, user: str, text: str) -> None:
    post = site.post()
    number = site.plant(post, "top", approved="1")
    connector = connect(user=user)
    receipt = connector.send(parcel(number, text))
    (answer,) = [arrival for arrival in connector.fetch("").arrivals if arrival.network_id == receipt.network_id]
    assert answer.text == text
    page = site.page_html(post)
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page
    with pytest.raises(Refused) as caught:  # WordPress finds nothing to change in it, so it recognises the double
        connector.send(parcel(number, text, mark="fedcba9876543210"))
    assert caught.value.reason is Reason.DUPLICATE


def test_the_limit_is_the_one_that_is_told(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    connector = connect()
    limits = connector.limits(MessageKind.COMMENT)
    longest = "é" * 32_000 + "<" * 381 + "x"
    assert connector.measure(longest, MessageKind.COMMENT) == limits.text
    assert connector.send(parcel(number, longest)).network_id
    with pytest.raises(Refused) as caught:
        connector.send(parcel(number, longest + "y", mark="fedcba9876543210"))
    assert caught.value.reason is Reason.TOO_LONG
    assert len(ours(site)) == 1


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x07"])
def test_nothing_is_not_sent(site: Site, connect: Connect, text: str) -> None:
    number = site.plant(site.post(), "top", approved="1")
    with pytest.raises(Refused) as caught:
        connect().send(parcel(number, text))
    assert caught.value.reason is Reason.INVALID
    assert ours(site) == []


def test_what_cannot_be_answered_is_said(site: Site, connect: Connect) -> None:
    post = site.post()
    numbers = {name: site.plant(post, name, approved="1") for name in ("removed", "trashed", "spammed", "closed")}
    site.witness("remove", id=numbers["removed"])
    site.witness("state", id=numbers["trashed"], to="trash")
    site.witness("state", id=numbers["spammed"], to="spam")
    site.witness("close", post=post)
    connector = connect()
    for name, number in numbers.items():
        with pytest.raises(Refused) as caught:
            connector.send(parcel(number))
        assert caught.value.reason is (Reason.CLOSED if name == "closed" else Reason.GONE), name
    for odd in ("", "0", "-1", "1/../../users/1", "1?force=true", "٣", "9" * 30):
        with pytest.raises(Refused) as caught:
            connector.send(Parcel(mark="0123456789abcdef", text="x", in_reply_to=odd))
        assert caught.value.reason is Reason.INVALID
    with pytest.raises(Refused):
        connector.send(parcel(numbers["closed"], kind="post"))
    assert ours(site) == []


def test_a_password_that_died_between_two_answers(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    made = site.witness("password", user="desk")
    connector = connect(password=made["password"])
    connector.send(parcel(number))
    site.witness("revoke", user="desk", uuid=made["uuid"])
    for call in (
        lambda: connector.send(parcel(number, "another")),
        lambda: connector.fetch(""),
        lambda: connector.act(Deed.APPROVE, str(number)),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.reason is Reason.SIGN_IN


def test_moderation_reaches_the_page_and_is_idempotent(site: Site, connect: Connect) -> None:
    post = site.post()
    number = site.visitor_comment(post, "Ana", "A remark")
    connector = connect()
    expected = {Deed.APPROVE: "1", Deed.HOLD: "0", Deed.SPAM: "spam", Deed.TRASH: "trash"}
    for deed, stored in expected.items():
        for _ in range(2):
            connector.act(deed, str(number))
            assert site.comments()[number]["approved"] == stored
        assert ("A remark" in site.page_text(post)) is (deed is Deed.APPROVE)
    connector.act(Deed.UNHIDE, str(number))
    assert site.comments()[number]["approved"] == "spam", "out of the trash, back to what it was"
    connector.act(Deed.UNHIDE, str(number))
    assert site.comments()[number]["approved"] == "0"
    connector.act(Deed.TRASH, str(number))
    connector.act(Deed.APPROVE, str(number))
    assert site.comments()[number]["approved"] == "1"
    assert site.comments()[number]["agent"] == "Python-urllib/3.11", "the visitor's own program stays on record"
    for deed in (Deed.LIKE, Deed.HIDE, Deed.BLOCK):
        with pytest.raises(Refused) as caught:
            connector.act(deed, str(number))
        assert caught.value.reason is Reason.INVALID
    site.witness("remove", id=number)
    connector.act(Deed.TRASH, str(number))
    with pytest.raises(Refused) as caught:
        connector.act(Deed.APPROVE, str(number))
    assert caught.value.reason is Reason.GONE


def test_edit_and_delete_are_for_our_own_words(site: Site, connect: Connect) -> None:
    post = site.post()
    number = site.plant(post, "theirs", approved="1")
    connector = connect()
    receipt = connector.send(parcel(number))
    for _ in range(2):
        edited = connector.edit(receipt.network_id, "Corrected: 9 < 10 & so on")
        assert edited.network_id == receipt.network_id
    assert "Corrected: 9 < 10 & so on" in site.page_text(post)
    sighting = connector.find(parcel(number, attempted_at=NOW), NOW)
    assert isinstance(sighting, Found), "the mark stays with an edited answer"
    for call in (lambda: connector.edit(str(number), "put in their mouth"), lambda: connector.delete(str(number))):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.reason is Reason.FORBIDDEN
    assert site.comments()[number]["text"] == "theirs"
    for _ in range(2):
        connector.delete(receipt.network_id)
    assert list(site.comments()) == [number]
    with pytest.raises(Refused) as caught:
        connector.edit(receipt.network_id, "too late")
    assert caught.value.reason is Reason.GONE


def test_a_hung_answer_is_uncertain_and_found_by_its_mark(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    with Proxy(site.url) as proxy:
        proxy.deal = lambda request, answer: None if is_write(request) else answer
        connector = connect(url=proxy.url, read_for=1.0, total_for=1.5)
        with pytest.raises(Uncertain):
            connector.send(parcel(number, attempted_at=NOW))
        sighting = connector.find(parcel(number, attempted_at=NOW), NOW + timedelta(seconds=5))
        assert isinstance(sighting, Found)
        assert site.comments()[int(sighting.receipt.network_id)]["text"] == "Bonjour Ana"
        assert connector.send(parcel(number, attempted_at=NOW)) == sighting.receipt
        assert sum(is_write(call) for call in proxy.calls) == 1
    assert ours(site) == ["Bonjour Ana"]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 X\r\nContent-Length: 3\r\n\r\nbad",
        b"HTTP/1.1 201 X\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 201 X\r\nContent-Length: 9\r\n\r\n{",
    ],
)
def test_every_broken_answer_to_a_write_is_uncertain(site: Site, connect: Connect, broken: bytes) -> None:
    number = site.plant(site.post(), "top", approved="1")
    with Proxy(site.url) as proxy:
        proxy.deal = lambda request, answer: broken if is_write(request) else answer
        connector = connect(url=proxy.url, total_for=4.0)
        with pytest.raises(Uncertain):
            connector.send(parcel(number))
        assert isinstance(connector.find(parcel(number, attempted_at=NOW), NOW), Found)
    assert len(ours(site)) == 1


def test_absent_is_said_only_when_nothing_can_still_be_on_its_way(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    connector = connect()
    soon, later = NOW + timedelta(minutes=4), NOW + timedelta(minutes=6)
    assert isinstance(connector.find(parcel(number, attempted_at=NOW), soon), Unknown)
    assert isinstance(connector.find(parcel(number, attempted_at=NOW), later), Absent)
    assert isinstance(connector.find(parcel(number), later), Unknown)
    again = parcel(number, attempted_at=NOW, last_attempted_at=NOW + timedelta(minutes=3))
    assert isinstance(connector.find(again, later), Unknown), "a later attempt may still be on its way"
    assert isinstance(connector.find(again, later + timedelta(minutes=3)), Absent)
    with Proxy(site.url) as proxy:
        away = connect(url=proxy.url, total_for=2.0)
        proxy.pause()
        assert away.find(parcel(number, attempted_at=NOW), later) == Unknown(Reason.UNREACHABLE)
        with pytest.raises(TryLater):
            away.send(parcel(number))


def test_an_answer_is_found_wherever_a_moderator_put_it(site: Site, connect: Connect) -> None:
    post = site.post()
    top = site.plant(post, "top", approved="1")
    number = site.plant(post, "below", parent=top, approved="1")
    connector = connect()
    receipt = connector.send(parcel(number))
    later = NOW + timedelta(hours=1)
    for state in ("hold", "spam", "trash"):
        site.witness("state", id=int(receipt.network_id), to=state)
        sighting = connector.find(parcel(number, attempted_at=NOW), later)
        assert isinstance(sighting, Found), state
        assert sighting.receipt.network_id == receipt.network_id
    site.witness("remove", id=number)  # WordPress hangs what was below one level higher
    assert isinstance(connector.find(parcel(number, attempted_at=NOW), later), Found)
    site.witness("remove", id=int(receipt.network_id))
    assert isinstance(connector.find(parcel(number, attempted_at=NOW), later), Absent)


def test_an_answer_typed_on_the_site_itself_is_ours_without_a_mark(site: Site, connect: Connect) -> None:
    post = site.post()
    number = site.plant(post, "top", approved="1")
    typed = site.plant(post, "typed in WordPress nestor-mark/0123456789abcdef", parent=number, user="desk")
    foreign = site.plant(post, "by a colleague", parent=number, user="editor")
    arrivals = {int(arrival.network_id): arrival for arrival in connect().fetch("").arrivals}
    assert arrivals[typed].is_ours
    assert arrivals[typed].mark == ""
    assert not arrivals[foreign].is_ours


def test_a_stranger_cannot_forge_a_mark(site: Site, connect: Connect) -> None:
    post = site.post()
    number = site.plant(post, "top", approved="1")
    forged = site.plant(post, "mine!", parent=number, approved="1")
    site.witness(
        "sql", sql=f"UPDATE wp_comments SET comment_agent='nestor-mark/0123456789abcdef' WHERE comment_ID={forged}"
    )
    connector = connect()
    assert isinstance(connector.find(parcel(number, attempted_at=NOW), NOW + timedelta(hours=1)), Absent)
    assert [arrival.mark for arrival in connector.fetch("").arrivals] == ["", ""]


def test_nothing_leaves_after_the_lease_has_ended(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    with pytest.raises(TryLater):
        connect().send(parcel(number, not_after=datetime.now(UTC) - timedelta(seconds=1)))
    assert ours(site) == []
    assert connect().send(parcel(number, not_after=datetime.now(UTC) + timedelta(minutes=1))).network_id


@pytest.mark.parametrize("filed_as", ["0", "spam"])
def test_an_answer_kept_back_by_a_spam_filter_is_let_out(site: Site, connect: Connect, filed_as: str) -> None:
    post = site.post()
    number = site.plant(post, "top", approved="1")
    site.witness("option", name="witness_files_as", value=filed_as)
    try:
        receipt = connect().send(parcel(number))
    finally:
        site.witness("option", name="witness_files_as", value="")
    assert site.comments()[int(receipt.network_id)]["approved"] == "1"
    assert "Bonjour Ana" in site.page_text(post)
    assert receipt.url.endswith(f"#comment-{receipt.network_id}")


def test_a_flood_is_for_later(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    flood = b'{"code":"comment_flood","message":"You are posting comments too quickly.","data":{"status":400}}'
    answer = b"HTTP/1.1 400 X\r\nContent-Length: %d\r\n\r\n%s" % (len(flood), flood)
    with Proxy(site.url) as proxy:
        proxy.deal = lambda request, passed: answer if is_write(request) else passed
        proxy.forwards = lambda request: not is_write(request)
        with pytest.raises(TryLater) as caught:
            connect(url=proxy.url).send(parcel(number))
    assert caught.value.reason is Reason.LIMITED
    assert ours(site) == []


def test_troubles_never_carry_words_or_passwords(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "top", approved="1")
    connector = connect()
    connector.send(parcel(number, "a very private sentence"))
    said: list[NetworkTrouble | Receipt] = []
    for text, mark in (("a very private sentence", "fedcba9876543210"), ("a very private sentence" * 9_000, "0" * 16)):
        with pytest.raises(NetworkTrouble) as caught:
            connector.send(parcel(number, text, mark=mark))
        said.append(caught.value)
    shown = repr(said) + str(said) + repr(connector)
    assert "private" not in shown
    assert site.app_password not in shown
