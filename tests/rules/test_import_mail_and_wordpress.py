"""Mailboxes and WordPress exports: mails and comments as they are, and what hostile ones cannot do."""

import time
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.inbox.formats import FORMATS, Manner, Unreadable
from nestor.vocabulary import MessageKind
from tests.rules.test_import_formats import NOW, PARIS, UNDATED, as_file, bad, expect_sound, good

SEPARATOR = b"From dan@club.example Sun Feb  1 12:00:00 2026\n"


def mail(text: str = "Bonjour", **headers: str) -> EmailMessage:
    one = EmailMessage()
    one["From"] = "Dan Dupré <Dan@club.example>"
    one["Date"] = "Sun, 01 Feb 2026 13:00:00 +0100"
    one["Message-ID"] = "<m1@club.example>"
    one["Subject"] = "Mon train"
    for name, value in headers.items():
        del one[name.replace("_", "-")]
        one[name.replace("_", "-")] = value
    one.set_content(text)
    return one


def box(*mails: EmailMessage | bytes) -> bytes:
    return b"\n".join(SEPARATOR + (one if isinstance(one, bytes) else one.as_bytes()) for one in mails)


def test_a_mailbox_becomes_mails_in_their_threads() -> None:
    answer = mail("Et alors ?", Message_ID="<m2@club.example>", In_Reply_To="<m1@club.example>")
    first, second = good("mbox", box(mail("Le 7 h 42 est en retard.\n\nFrom nous tous."), answer))
    assert first.kind is MessageKind.MAIL
    assert first.text == "Le 7 h 42 est en retard.\n\nFrom nous tous."
    assert first.author.handle == "dan@club.example"
    assert first.author.name == "Dan Dupré"
    assert first.subject == "Mon train"
    assert not first.is_public
    assert first.published_at == datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
    assert second.thread_id == first.thread_id == "m1@club.example"


def test_what_we_sent_is_ours() -> None:
    manner = Manner(zone="UTC", now=NOW, own=frozenset({"contact@ligne.example"}))
    (one,) = good("mbox", box(mail(From="Ligne Verte <contact@ligne.example>")), manner)
    assert one.is_ours


def test_html_only_is_put_into_words() -> None:
    one = mail()
    one.set_content("<p>Bonjour<br>à <b>tous</b></p><script>alert(1)</script>", subtype="html")
    (arrival,) = good("mbox", box(one))
    assert arrival.text == "Bonjour\nà tous"


def test_attachments_are_named_and_not_kept() -> None:
    one = mail("")
    one.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="quai.png")
    (arrival,) = good("mbox", box(one))
    assert [(part.kind, part.alt) for part in arrival.attachments] == [("image", "quai.png")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"Content-Type: text/plain; charset=nothing\n\nCaf\xc3\xa9", "Café"),
        (b"Content-Type: text/plain; charset=utf-8\n\nCaf\xe9", "Café"),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n####", ""),
        (b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nBonjour', "Bonjour"),
        (b"Content-Type: multipart/mixed\n\n--b\n\nBonjour", "--b\n\nBonjour"),
        (b"Content-Type: \xff\xff; x\n\nBonjour", "Bonjour"),
    ],
)
def test_broken_mime_keeps_its_words(raw: bytes, words: str) -> None:
    found = good("mbox", box(b"From: a@x.example\nSubject: s\n" + raw))
    assert [one.text for one in found] == [words]


def test_subjects_in_any_encoding() -> None:
    raw = b"From: =?utf-8?q?Chlo=C3=A9?= <c@x.example>\nSubject: =?iso-8859-1?q?R=E9clamation?= =?x?b?!?=\n\nBonjour"
    (one,) = good("mbox", box(raw))
    assert one.subject.startswith("Réclamation")
    assert one.author.name == "Chloé"


def test_mails_without_anything_are_named_by_line() -> None:
    file = box(mail("un"), b"\n", mail("deux", Message_ID="<m3@x.example>"))
    ((number, code),) = bad("mbox", file)
    assert code == "text_missing"
    assert file.splitlines()[number - 1] + b"\n" == SEPARATOR
    assert len(good("mbox", file)) == 2


def test_a_mail_of_ten_megabytes_keeps_its_beginning() -> None:
    (one,) = good("mbox", box(b"From: a@x.example\n\n" + b"Bonjour " * 1_300_000))
    assert one.text.startswith("Bonjour Bonjour")


def test_parts_within_parts_without_end() -> None:
    nested = b"From: a@x.example\nSubject: s\n"
    for depth in range(3000):
        nested += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (depth, depth)
    file = box(nested, mail("apres"))
    assert [one.text for one in good("mbox", file)][-1] == "apres"


def test_a_file_without_mails_is_refused() -> None:
    with pytest.raises(Unreadable, match="no_mail"):
        good("mbox", "Bonjour")


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_mail_breaks_the_box(content: bytes) -> None:
    expect_sound("mbox", box(content, b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" + content))


WXR = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<wp:base_blog_url>https://site.example</wp:base_blog_url>
<wp:author><wp:author_id>1</wp:author_id></wp:author>
<item>
<title>Horaires d’été</title><link>https://site.example/horaires/</link><wp:post_id>7</wp:post_id>
<content:encoded><![CDATA[<p>À partir du 1er juin.</p>]]></content:encoded>
{comments}
</item></channel></rss>"""


def comment(number: int, text: str = "Bonjour", **more: str) -> str:
    fields = {
        "id": str(number),
        "author": "<![CDATA[Dan]]>",
        "author_email": "dan@club.example",
        "date_gmt": "2026-02-01 12:00:00",
        "content": f"<![CDATA[{text}]]>",
        "approved": "1",
        "parent": "0",
        "user_id": "0",
        "type": "comment",
        **more,
    }
    inside = "".join(f"<wp:comment_{name}>{value}</wp:comment_{name}>" for name, value in fields.items())
    return f"<wp:comment>{inside}</wp:comment>\n"


def export(*comments: str) -> str:
    return WXR.format(comments="".join(comments))


def test_an_export_becomes_comments_below_their_post() -> None:
    first, reply, ours = good(
        "wordpress",
        export(
            comment(1, "Bonjour,\nà quelle heure ?"),
            comment(2, "Oui & non", parent="1", approved="0"),
            comment(3, parent="2", user_id="1"),
            comment(4, type="pingback"),
        ),
    )
    assert first.text == "Bonjour,\nà quelle heure ?"
    assert first.network_id == "https://site.example#comment-1"
    assert first.hangs_on is not None
    assert (first.hangs_on.title, first.hangs_on.text) == ("Horaires d’été", "À partir du 1er juin.")
    assert first.url == "https://site.example/horaires/#comment-1"
    assert first.published_at == datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
    assert first.author.name == "Dan"
    assert "dan@" not in first.author.network_id
    assert (reply.thread_id, reply.state) == (first.network_id, "hold")
    assert ours.is_ours
    assert ours.thread_id == first.network_id


def test_a_comment_that_makes_no_sense_has_its_line() -> None:
    file = export(comment(1), comment(2, ""), comment(3, date_gmt="hier"), comment(4, id="x"), comment(5))
    assert [code for _, code in bad("wordpress", file)] == ["text_missing", "date_unreadable", "id_missing"]
    assert bad("wordpress", file)[0][0] == 10
    assert len(good("wordpress", file)) == 2


def test_characters_that_xml_forbids_are_replaced() -> None:
    file = export(comment(1, "Bon\x08jour")).encode() + b""
    assert good("wordpress", file)[0].text == "Bon�jour"
    (one,) = good("wordpress", export(comment(1, "Bonjour")).encode().replace(b"Bonjour", b"Bonj\xffour"), UNDATED)
    assert "Bonj" in one.text


def test_a_truncated_export_gives_what_it_has() -> None:
    file = export(*(comment(number, "x" * 2000) for number in range(1, 200))).encode()
    found = FORMATS["wordpress"](as_file(file[:-200]), PARIS)
    assert len(list(islice(found, 150))) == 150
    with pytest.raises(Unreadable, match="xml_broken"):
        list(found)


LAUGHS = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel>&c;</channel></rss>"""
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>'
ELSEWHERE = '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:9/evil.dtd"><rss></rss>'


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE, ELSEWHERE])
def test_nothing_is_declared_expanded_or_fetched(content: str) -> None:
    with pytest.raises(Unreadable, match="xml_doctype"):
        good("wordpress", content)


@pytest.mark.parametrize("content", ["<rss>" * 500, "<rss></rss>", "Bonjour", "", "<a " + "b" * 10_000_000])
def test_what_is_no_export_is_refused(content: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreadable):
        good("wordpress", content)
    assert time.monotonic() - begun < 10


@given(st.text(max_size=60), st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_no_comment_breaks_the_export(text: str, name: str) -> None:
    expect_sound("wordpress", export(comment(1, text, author=name), comment(2)).encode("utf-8", "surrogatepass"))
