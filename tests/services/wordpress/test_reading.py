"""Reading a real WordPress: everything arrives once, edits and deletions are seen, whatever the order and the clock."""

from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest

from nestor.networks.contract import Ability, Arrival, Reason, Refused, TryLater
from nestor.networks.wordpress import WordPressConnector
from tests.services.wordpress.conftest import Connect
from tests.services.wordpress.proxy import Proxy
from tests.services.wordpress.site import Site

pytestmark = pytest.mark.service("wordpress", "mariadb")

Known = dict[str, Arrival]


def read_on(connector: WordPressConnector, since: str) -> tuple[list[Arrival], list[str], str]:
    """Read until nothing more is promised; return arrivals, ids gone, and the cursor."""
    arrivals: list[Arrival] = []
    gone: list[str] = []
    for _ in range(200):
        batch = connector.fetch(since)
        since = batch.cursor
        arrivals += batch.arrivals
        gone += [vanished.network_id for vanished in batch.vanished]
        if not batch.more:
            return arrivals, gone, since
    raise AssertionError("reading never ends")


def test_a_visitors_comment_arrives_as_it_was_typed(site: Site, connect: Connect) -> None:
    post = site.post("Night trains & <em>sleepers</em>", "They run again from May.")
    number = site.visitor_comment(post, "Ana Óg", 'Bonjour <b>vous</b> & "tous" 😀\nl’été <script>alert(1)</script>')
    (arrival,), gone, _ = read_on(connect(), "")
    assert gone == []
    assert arrival.network_id == arrival.thread_id == str(number)
    assert arrival.text == 'Bonjour vous & "tous" 😀\nl’été alert(1)'  # WordPress itself drops the tag
    assert arrival.author.name == "Ana Óg"
    assert arrival.author.network_id.startswith("guest:")
    assert arrival.state == "hold"
    assert not arrival.is_ours
    assert arrival.hangs_on is not None
    assert (arrival.hangs_on.network_id, arrival.hangs_on.title) == (str(post), "Night trains & sleepers")
    assert arrival.hangs_on.text == "They run again from May."
    assert arrival.hangs_on.url.startswith(site.url)
    assert arrival.published_at.tzinfo is not None
    assert abs(arrival.published_at - datetime.now(UTC)) < timedelta(minutes=2)
    assert "visitors.example" not in repr(arrival), "mail addresses go no further"
    assert "127.0.0.1" not in arrival.payload.replace(site.url, ""), "nor do addresses of machines"


def test_namesakes_are_told_apart_and_one_visitor_is_one(site: Site, connect: Connect) -> None:
    post = site.post()
    for text, mail in (("a", "one@v.example"), ("b", "two@v.example"), ("c", "ONE@v.example "), ("d", ""), ("e", "")):
        site.plant(post, text, author="Sam", email=mail)
    arrivals, _, _ = read_on(connect(), "")
    who = {arrival.text: arrival.author.network_id for arrival in arrivals}
    assert who["a"] == who["c"] != who["b"]
    assert len({who["a"], who["d"], who["e"]}) == 3


def test_threads_are_a_top_comment_and_what_hangs_below(site: Site, connect: Connect) -> None:
    post = site.post()
    top = site.plant(post, "top", approved="1", at="2026-01-01 10:00:00")  # far older than what is read at first
    other = site.plant(post, "other", approved="1")
    below = site.plant(post, "below", parent=top)
    deeper = site.plant(post, "deeper", parent=below, user="desk", approved="1")
    site.witness("state", id=below, to="spam")
    orphan = site.plant(post, "orphan", parent=99_999)
    arrivals, _, _ = read_on(connect(), "")
    threads = {arrival.network_id: (arrival.thread_id, arrival.in_reply_to) for arrival in arrivals}
    assert threads[str(deeper)] == (str(top), str(below))
    assert threads[str(other)] == (str(other), "")
    assert threads[str(orphan)] == ("99999", "99999")
    assert [arrival.is_ours for arrival in arrivals if arrival.network_id == str(deeper)] == [True]


def test_two_hundred_and_fifty_comments_of_one_second_all_arrive_once(site: Site, connect: Connect) -> None:
    post, second = site.post(), datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    many = [{"post": post, "text": f"number {n}", "author": "V", "at": second} for n in range(250)]
    numbers = [str(number) for number in site.witness("plant_many", many=many)]
    connector = connect()
    arrivals, gone, cursor = read_on(connector, "")
    assert [arrival.network_id for arrival in arrivals] == numbers, "oldest first, none twice"
    assert gone == []
    late = site.plant(post, "one more of that second", at=second)
    arrivals, _, cursor = read_on(connector, cursor)
    assert [arrival.network_id for arrival in arrivals] == [str(late)]
    assert read_on(connector, cursor)[:2] == ([], [])
    assert len(cursor) < 4_000


def test_a_backlog_larger_than_one_read_comes_in_several(site: Site, connect: Connect) -> None:
    post = site.post()
    connector = connect()
    _, _, cursor = read_on(connector, "")
    many = [{"post": post, "text": f"number {n}", "author": "V"} for n in range(730)]
    numbers = [str(number) for number in site.witness("plant_many", many=many)]
    batch = connector.fetch(cursor)
    assert batch.more
    assert 0 < len(batch.arrivals) < 730
    # Between two reads moderators tidy up: what they remove shifts every page.
    for number in numbers[:40:2]:
        site.witness("remove", id=int(number))
    arrivals, gone, cursor = read_on(connector, batch.cursor)
    seen = [arrival.network_id for arrival in (*batch.arrivals, *arrivals)]
    assert seen == numbers
    assert gone == [], "what left before the watched ones is older than what is compared"
    assert read_on(connector, cursor)[:2] == ([], [])


def test_edits_deletions_and_moderation_are_seen(site: Site, connect: Connect) -> None:
    post = site.post()
    names = ("kept", "edited", "removed", "approved", "spammed", "trashed")
    numbers = {name: site.plant(post, f"{name} at first") for name in names}
    connector = connect()
    _, _, cursor = read_on(connector, "")
    site.witness("rewrite", id=numbers["edited"], text="edited later & <b>bold</b>")
    site.witness("remove", id=numbers["removed"])
    for name, state in (("approved", "approve"), ("spammed", "spam"), ("trashed", "trash")):
        site.witness("state", id=numbers[name], to=state)
    arrivals, gone, cursor = read_on(connector, cursor)
    found = {int(arrival.network_id): arrival for arrival in arrivals}
    assert gone == [str(numbers["removed"])]
    assert found.keys() == {numbers[name] for name in ("edited", "approved", "spammed", "trashed")}
    assert found[numbers["edited"]].text == "edited later & bold"
    assert found[numbers["edited"]].edited_at is not None
    states = {name: found[numbers[name]].state for name in ("approved", "spammed", "trashed")}
    assert states == {"approved": "approved", "spammed": "spam", "trashed": "trash"}
    assert found[numbers["approved"]].edited_at is None
    assert read_on(connector, cursor)[:2] == ([], [])
    site.witness("state", id=numbers["spammed"], to="unspam")
    arrivals, gone, cursor = read_on(connector, cursor)
    assert [(arrival.network_id, arrival.state) for arrival in arrivals] == [(str(numbers["spammed"]), "hold")]
    assert gone == []


def test_a_comment_dated_long_ago_that_comes_only_now_arrives(site: Site, connect: Connect) -> None:
    post = site.post()
    site.plant(post, "first")
    connector = connect()
    _, _, cursor = read_on(connector, "")
    site.plant(post, "moved here from another site", at="2019-05-05 05:05:05")
    (arrival,), _, _ = read_on(connector, cursor)
    assert arrival.published_at == datetime(2019, 5, 5, 5, 5, 5, tzinfo=UTC)


def test_a_first_read_goes_back_thirty_days_and_backfill_further(site: Site, connect: Connect) -> None:
    post = site.post()
    for days in (400, 60, 31, 29, 1):
        at = datetime.now(UTC) - timedelta(days=days)
        site.plant(post, f"{days} days ago", at=f"{at:%Y-%m-%d %H:%M:%S}")
    connector = connect()
    arrivals, _, cursor = read_on(connector, "")
    assert [arrival.text for arrival in arrivals] == ["29 days ago", "1 days ago"]
    now = datetime.now(UTC)
    batch = connector.fetch_back(now - timedelta(days=100), now - timedelta(days=30))
    assert [arrival.text for arrival in batch.arrivals] == ["60 days ago", "31 days ago"]
    assert not batch.more
    old = site.witness("plant", post=post, text="old but new here", author="V", at="2020-01-01 00:00:00")
    (arrival,), _, _ = read_on(connector, cursor)
    assert arrival.network_id == str(old)


def test_an_old_and_quiet_site_is_not_read_from_its_beginning(site: Site, connect: Connect) -> None:
    post = site.post()
    for year in (2018, 2019):
        site.plant(post, f"in {year}", at=f"{year}-01-01 00:00:00")
    connector = connect()
    arrivals, _, cursor = read_on(connector, "")
    assert arrivals == []
    site.plant(post, "today")
    arrivals, _, _ = read_on(connector, cursor)
    assert [arrival.text for arrival in arrivals] == ["today"]


def test_backfill_keeps_to_its_interval_even_in_the_hour_that_comes_twice(site: Site, connect: Connect) -> None:
    post = site.post()
    times = ["2026-10-24 23:59:59", "2026-10-25 00:00:00", "2026-10-25 00:30:00", "2026-10-25 00:59:59"]
    times += ["2026-10-25 01:00:00", "2026-10-25 01:30:00", "2026-10-25 02:30:00"]
    for at in times:
        site.plant(post, at, at=at, approved="1")
    start = datetime(2026, 10, 25, 0, tzinfo=UTC)
    batch = connect().fetch_back(start, start + timedelta(hours=1))
    assert [arrival.text for arrival in batch.arrivals] == times[1:4]


def test_backfill_goes_on_page_by_page(site: Site, connect: Connect) -> None:
    post = site.post()
    begin = (datetime.now(UTC) - timedelta(days=200)).replace(microsecond=0)
    many = [
        {"post": post, "text": f"number {n}", "author": "V", "at": f"{begin + timedelta(minutes=n):%Y-%m-%d %H:%M:%S}"}
        for n in range(620)
    ]
    site.witness("plant_many", many=many)
    connector, cursor, texts, reads = connect(), "", [], 0
    while True:
        batch = connector.fetch_back(begin - timedelta(minutes=1), begin + timedelta(minutes=600), cursor)
        texts += [arrival.text for arrival in batch.arrivals]
        cursor, reads = batch.cursor, reads + 1
        if not batch.more:
            break
    assert reads > 1
    assert texts == [f"number {n}" for n in range(600)]


def test_comments_without_a_utc_time_get_one_from_the_sites_zone(site: Site, connect: Connect) -> None:
    number = site.plant(site.post(), "imported without GMT", at="2026-11-20 10:00:00")
    site.witness("sql", sql=f"UPDATE wp_comments SET comment_date_gmt='0000-00-00 00:00:00' WHERE comment_ID={number}")
    (arrival,), _, _ = read_on(connect(), "")
    assert arrival.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)  # 11:00 in Paris


def test_pages_and_plain_addresses_work_too(site: Site, connect: Connect) -> None:
    site.plant(site.post("About us", kind="page"), "below a page")
    site.witness("option", name="permalink_structure", value="")
    try:
        with urlopen(f"{site.url}/wp-json/wp/v2/users/me", timeout=10) as answer:
            assert "json" not in answer.headers["Content-Type"]
        (arrival,), _, _ = read_on(connect(), "")
        moved = connect(url=f"{site.url}/wp-admin/edit-comments.php")
        assert moved.who_am_i().handle == "desk"
    finally:
        site.witness("option", name="permalink_structure", value="/%year%/%monthnum%/%postname%/")
    assert arrival.hangs_on is not None
    assert arrival.hangs_on.title == "About us"


def test_comments_of_a_post_that_left_are_not_lost_silently(site: Site, connect: Connect) -> None:
    post = site.post()
    number = site.plant(post, "below a post that is taken down")
    connector = connect()
    _, _, cursor = read_on(connector, "")
    site.witness("trash_post", post=post)
    (arrival,), gone, _ = read_on(connector, cursor)
    assert (arrival.network_id, arrival.state, gone) == (str(number), "trash", [])


def test_very_large_comments_are_read_in_smaller_pages(site: Site, connect: Connect) -> None:
    post = site.post()
    for n in range(12):
        site.plant(post, f"{n} " + "😀" * 16_000, approved="1")
    arrivals, _, _ = read_on(connect(max_bytes=1_000_000), "")
    assert [arrival.text.split()[0] for arrival in arrivals] == [str(n) for n in range(12)]


@pytest.mark.parametrize(("user", "password"), [("desk", "wrong wrong wrong"), ("nobody", "wrong")])
def test_wrong_credentials_say_so(site: Site, connect: Connect, user: str, password: str) -> None:
    connector = connect(user=user, password=password)
    for call in (connector.who_am_i, lambda: connector.fetch("")):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.reason is Reason.SIGN_IN
        assert password not in str(caught.value)


@pytest.mark.parametrize("user", ["writer", "reader"])
def test_a_role_that_may_not_moderate_is_refused_and_told_why(site: Site, connect: Connect, user: str) -> None:
    connector = connect(user=user)
    assert "cannot_moderate" in connector.who_am_i().warnings
    with pytest.raises(Refused) as caught:
        connector.fetch("")
    assert caught.value.reason is Reason.FORBIDDEN


def test_what_is_unwise_about_an_account_is_said(site: Site, connect: Connect) -> None:
    assert connect(user="desk").who_am_i().warnings == ()
    assert connect(user="editor").who_am_i().warnings == ("unfiltered_html",)
    assert connect(user="admin").who_am_i().warnings == ("unfiltered_html", "administrator")
    assert connect(webhook_secret="s" * 32).who_am_i().warnings == ("plugin_missing",)
    assert Ability.HONOURS_MARKS not in connect(webhook_secret="s" * 32).can()


def test_a_site_that_is_down_is_for_later(site: Site, connect: Connect) -> None:
    with Proxy(site.url) as proxy:
        connector = connect(url=proxy.url, total_for=2.0)
        proxy.pause()
        with pytest.raises(TryLater) as caught:
            connector.fetch("")
    assert caught.value.reason is Reason.UNREACHABLE


def test_what_is_no_wordpress_is_said(site: Site, connect: Connect) -> None:
    with Proxy(site.url) as proxy:
        proxy.deal = lambda _request, _answer: b"HTTP/1.1 404 No\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope"
        with pytest.raises(Refused) as caught:
            connect(url=proxy.url).who_am_i()
        assert caught.value.reason is Reason.MALFORMED
        proxy.deal = lambda _request, _answer: (
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>"
        )
        with pytest.raises(Refused) as caught:
            connect(url=proxy.url).who_am_i()
        assert caught.value.reason is Reason.MALFORMED
