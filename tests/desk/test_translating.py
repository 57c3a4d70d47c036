"""Messages in another language: who translates is chosen, asked when somebody asks, and can do no harm."""

from pathlib import Path

import pytest
from django.test import Client

from nestor.brands.actions import choose_translator
from nestor.faces.web.words import UNTRANSLATED
from nestor.inbox.actions import take_in
from nestor.inbox.models import Message
from nestor.people.reads import Seat
from nestor.triage.rules.translation import MOST_TEXT
from nestor.triage.translators import asking
from nestor.triage.translators.contract import Why
from nestor.work.models import JournalEntry
from tests.desk.browser import as_
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle
from tests.desk.test_sealing import ALERT
from tests.translators.installed import PLUGIN, Install

SPANISH = "¿A qué hora abre la estación mañana? Necesito comprar un billete para <b>Madrid</b>."
SETTINGS = "/settings/brand/"
CHOOSE = "/settings/brand/translator"


@pytest.fixture
def asked(cast: Cast, settle: Settle) -> Message:
    """A message in Spanish, read."""
    take_in(cast.channel, batch(said(SPANISH)), NOON)
    settle()
    message: Message = Message.objects.of(cast.brand).select_related("conversation").get()
    return message


def choose(cast: Cast, key: str, host: str = "", name: str = "") -> None:
    choose_translator(cast.brand, key, name or key, host, NOON, actor_id=cast.alice.user.pk)


def path_of(message: Message) -> str:
    return f"/inbox/{message.conversation.public_id}/translate/{message.public_id}"


def page_of(message: Message, seat: Seat, language: str = "en") -> str:
    return as_(seat, language).get(f"/inbox/{message.conversation.public_id}/").content.decode()


def translated(message: Message, seat: Seat, status: int = 200) -> str:
    answer = as_(seat).post(path_of(message), headers={"hx-request": "true"})
    assert answer.status_code == status
    return answer.content.decode()


# --- choosing


def test_nothing_is_translated_before_it_is_chosen(wordbook: None, cast: Cast, asked: Message) -> None:
    assert "data-translate" not in page_of(asked, cast.alice)
    translated(asked, cast.alice, status=404)


def test_without_any_installed_the_page_says_how_to_get_one(cast: Cast) -> None:
    page = as_(cast.alice).get(SETTINGS).content.decode()
    assert "None is installed. The operator guide says how" in page
    assert 'name="translator"' not in page


def test_the_head_chooses_and_the_journal_says_so(wordbook: None, cast: Cast) -> None:
    alice = as_(cast.alice)
    page = alice.get(SETTINGS).content.decode()
    assert 'value="" checked' in page
    assert 'value="wordbook"> <bdi>wordbook 1.0</bdi>' in page  # as its package is called: it was not asked yet
    asked = alice.post(CHOOSE, {"translator": "wordbook"}).content.decode()
    assert "<bdi>Word &lt;book&gt;</bdi>: on this machine" in asked
    assert 'value="wordbook@"' in asked
    cast.brand.refresh_from_db()
    assert cast.brand.translator == ""
    assert "Kept." in alice.post(CHOOSE, {"translator": "wordbook@"}, follow=True).content.decode()
    cast.brand.refresh_from_db()
    chosen = (cast.brand.translator, cast.brand.translator_name, cast.brand.translator_host)
    assert chosen == ("wordbook", "Word <book>", "")
    assert "that is so already" in alice.post(CHOOSE, {"translator": "wordbook@"}, follow=True).content.decode()
    assert 'value="wordbook@" checked' in alice.get(SETTINGS).content.decode()
    assert JournalEntry.objects.get(verb="choose_translator").facts == {"translator": "wordbook", "host": ""}
    assert "chose who translates: wordbook (on this machine)." in alice.get("/journal/").content.decode()
    cast.other_brand.refresh_from_db()
    assert cast.other_brand.translator == ""
    assert "Kept." in alice.post(CHOOSE, {"translator": ""}, follow=True).content.decode()
    assert "chose that nothing is translated." in alice.get("/journal/").content.decode()


def test_no_page_runs_what_is_installed(install: Install, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    install("return text", before="import threading; threading.Event().wait(60)")
    monkeypatch.setattr(asking, "DESCRIBE_WITHIN", 0.5)

    def run(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a page ran it")

    with monkeypatch.context() as patched:
        patched.setattr("nestor.triage.translators.asking.subprocess.run", run)
        assert "<bdi>odd 1.0</bdi>" in as_(cast.alice).get(SETTINGS).content.decode()
        choose(cast, "odd", "translate.example", "Odd one")
        page = as_(cast.alice).get(SETTINGS).content.decode()
        assert "<bdi>Odd one</bdi>: sends the text to translate.example" in page
    asked = as_(cast.alice).post(CHOOSE, {"translator": "odd"})
    assert (asked.status_code, "odd is installed and cannot be used: too_late" in asked.content.decode()) == (422, True)


def test_only_the_head_chooses(wordbook: None, cast: Cast) -> None:
    for seat in (cast.bob, cast.sam, cast.vera):
        assert as_(seat).post(CHOOSE, {"translator": "wordbook@"}).status_code == 403
    assert as_(cast.alice).get(CHOOSE).status_code == 405


@pytest.mark.parametrize("wanted", ["wordbook@evil.example", "nobody", "nobody@", "@", "\x00", "a" * 9999])
def test_what_was_not_shown_cannot_be_chosen(wordbook: None, cast: Cast, wanted: str) -> None:
    answer = as_(cast.alice).post(CHOOSE, {"translator": wanted}, follow=True).content.decode()
    assert "not there as it was shown" in answer
    cast.brand.refresh_from_db()
    assert cast.brand.translator == ""


def test_where_texts_are_sent_is_seen_before_it_is_kept(install: Install, cast: Cast) -> None:
    install("return text", host="translate.example")
    asked = as_(cast.alice).post(CHOOSE, {"translator": "odd"}).content.decode()
    assert "<bdi>Odd one</bdi>: sends the text to translate.example" in asked
    install("return text", host="elsewhere.example")
    late = as_(cast.alice).post(CHOOSE, {"translator": "odd@translate.example"}, follow=True).content.decode()
    assert "not there as it was shown" in late
    cast.brand.refresh_from_db()
    assert cast.brand.translator == ""
    choose(cast, "gone", name="Gone one")
    page = as_(cast.alice).get(SETTINGS).content.decode()
    assert "Gone one was chosen, and is not installed any more" in page
    assert " checked" not in page.partition('id="translation"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("raise RuntimeError('no <licence>')", "RuntimeError: no &lt;licence&gt;"),
        ("ODD = object()", "does not follow"),
        (PLUGIN.replace("= 1,", "= 9,"), "contract 9"),
        (PLUGIN.replace('"odd"', '"other"'), "calls itself"),
        (PLUGIN.replace('"Odd one"', "''"), "no name of at most 60"),
        (PLUGIN.replace('"Odd one"', "'a' * 61"), "no name of at most 60"),
        (PLUGIN.replace("{host!r}", "'https://translate.example/x'"), "no host"),
        (PLUGIN.replace("{host!r}", "None"), "no host"),
        ("import os; os._exit(0)", "broken"),
        ("raise SystemExit", "broken"),
        ("import subprocess; subprocess.run(['true'])", "PermissionError"),
    ],
)
def test_one_that_cannot_be_used_says_why(install: Install, cast: Cast, source: str, why: str) -> None:
    install("return text", source=source)
    answer = as_(cast.alice).post(CHOOSE, {"translator": "odd"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "odd is installed and cannot be used" in page
    assert why in page
    assert "odd@" not in page


# --- reading


def test_the_button_stands_where_one_does_not_read_the_language(
    wordbook: None, cast: Cast, asked: Message, settle: Settle
) -> None:
    choose(cast, "wordbook")
    for language in ("en", "fr"):
        page = page_of(asked, cast.bob, language)
        assert page.count("data-translate") == 1
        assert "sends this text" not in page
    take_in(cast.channel, batch(said("At what time does the station open tomorrow?", 2)), NOON)
    settle()
    english = Message.objects.of(cast.brand).exclude(pk=asked.pk).select_related("conversation").get()
    assert "data-translate" not in page_of(english, cast.bob, "en")
    assert "data-translate" in page_of(english, cast.bob, "fr")
    translated(english, cast.bob, status=404)


def test_a_translation_stands_below_the_original(wordbook: None, cast: Cast, asked: Message) -> None:
    choose(cast, "wordbook", name="Word <book>")
    part = translated(asked, cast.vera)
    assert "¿A qué time opens the station mañana? Necesito comprar un billete para &lt;b&gt;Madrid&lt;/b&gt;." in part
    assert 'lang="en"' in part
    assert "Translated by Word &lt;book&gt;, Spanish → English. What counts is the original above." in part
    whole = as_(cast.bob).post(path_of(asked)).content.decode()  # without scripts
    assert "¿A qué hora abre la estación" in whole
    assert "time opens the station" in whole
    asked.refresh_from_db()
    assert asked.text == SPANISH


def test_each_in_their_own_language(wordbook: None, cast: Cast, asked: Message) -> None:
    choose(cast, "wordbook")
    client = Client(headers={"accept-language": "fr"})
    client.force_login(cast.bob.user)
    part = client.post(path_of(asked), headers={"hx-request": "true"}).content.decode()
    assert "heure ouvre la gare" in part
    assert "espagnol → français" in part


def test_only_those_who_see_the_message_have_it_translated(
    wordbook: None, cast: Cast, asked: Message, settle: Settle
) -> None:
    choose(cast, "wordbook")
    choose_translator(cast.other_brand, "wordbook", "Word book", "", NOON, actor_id=None)
    translated(asked, cast.chloe, status=404)
    assert Client().post(path_of(asked)).status_code == 302
    assert as_(cast.bob).get(path_of(asked)).status_code == 405
    take_in(cast.channel, batch(said(SPANISH, 2)), NOON)
    settle()
    other = Message.objects.of(cast.brand).exclude(pk=asked.pk).select_related("conversation").get()
    mixed = f"/inbox/{asked.conversation.public_id}/translate/{other.public_id}"
    assert as_(cast.bob).post(mixed).status_code == 404


def test_a_covered_text_is_translated_below_its_veil(
    wordbook: None, cast: Cast, asked: Message, settle: Settle
) -> None:
    choose(cast, "wordbook")
    asked.reading.harm_level = 3
    asked.reading.save(update_fields=["harm_level"])
    veil = page_of(asked, cast.bob).partition("data-veil")[2].partition("</details>")[0]
    assert "data-translate" in veil
    whole = as_(cast.bob).post(path_of(asked)).content.decode()
    veil = whole.partition('<details class="veil">')[2].partition("</details>")[0]
    assert "opens the station" in veil
    assert whole.count("opens the station") == 1


def test_what_is_sealed_stays_on_this_machine(
    install: Install, cast: Cast, settle: Settle, clock: Clock, tmp_path: Path
) -> None:
    clock.pass_(hours=1)
    witness = tmp_path / "ran"
    body = f"open({str(witness)!r}, 'w').close(); return 'Hello'"
    take_in(cast.channel, batch(said(ALERT)), NOON)
    settle()
    sealed = Message.objects.of(cast.brand).select_related("conversation").get()
    assert sealed.is_sealed
    install(body, host="translate.example")
    choose(cast, "odd", host="translate.example")
    assert "data-translate" not in page_of(sealed, cast.alice)
    assert "What is sealed is not sent to an outside service." in translated(sealed, cast.alice)
    assert not witness.exists()
    install(body)
    choose(cast, "odd")
    assert "data-translate" in page_of(sealed, cast.alice)
    assert "Hello" in translated(sealed, cast.alice)
    assert witness.exists()
    translated(sealed, cast.bob, status=404)
    translated(sealed, cast.vera, status=404)


def test_where_a_text_is_sent_is_said_at_the_button(install: Install, cast: Cast, asked: Message) -> None:
    install("return 'Hello'", host="translate.example")
    choose(cast, "odd", host="translate.example")
    assert "sends this text to translate.example" in page_of(asked, cast.bob)
    assert "Hello" in translated(asked, cast.bob)


# --- translators that fail, hang, lie or attack


def test_a_failure_costs_a_sentence(install: Install, cast: Cast, asked: Message) -> None:
    install("raise RuntimeError(text)")
    choose(cast, "odd")
    page = translated(asked, cast.bob)
    assert "The translator failed: try again" in page
    assert "Translated by" not in page
    assert "estación" not in page
    assert "The translator failed" in as_(cast.bob).post(path_of(asked)).content.decode()


def test_one_that_hangs_is_ended(install: Install, cast: Cast, asked: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "WITHIN", 2.0)
    install("while True: pass")
    choose(cast, "odd")
    assert "took too long" in translated(asked, cast.bob)
    assert "data-translate" in page_of(asked, cast.bob)  # the page never asks it


def test_only_so_many_are_asked_at_once(wordbook: None, cast: Cast, asked: Message) -> None:
    choose(cast, "wordbook")
    with asking.AT_ONCE, asking.AT_ONCE:
        assert "Other texts are being translated" in translated(asked, cast.bob)
    assert "opens the station" in translated(asked, cast.bob)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("return '<script>alert(1)</script>'", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("return '{{% include x %}} {{{{ message }}}}'", "{% include x %} {{ message }}"),
        ("return 'a\\ud83db\\x00c\\x1b[31m'", "a\N{REPLACEMENT CHARACTER}bc[31m"),
        ("print('{{\"outcome\": \"known\"}}'); return 'said'", ">said<"),
        ("import os; os.write(1, b'x' * 100_000); return 'said'", ">said<"),
    ],
)
def test_hostile_words_are_words(install: Install, cast: Cast, asked: Message, body: str, shown: str) -> None:
    install(body.replace("{{", "{").replace("}}", "}"))
    choose(cast, "odd")
    assert shown in translated(asked, cast.bob)


def test_it_calls_the_host_that_was_chosen_and_no_other(install: Install, cast: Cast, asked: Message) -> None:
    body = "import socket; socket.create_connection(({!r}, 443), 1); return text"
    install(body.format("evil.example"), host="translate.invalid")
    choose(cast, "odd", host="translate.invalid")
    assert str(UNTRANSLATED["unsafe"]) in translated(asked, cast.bob)
    install(body.format("translate.invalid"), host="translate.invalid")
    assert str(UNTRANSLATED["broken"]) in translated(asked, cast.bob)  # no such host: but it may be asked for
    install("return text", host="other.invalid")
    assert str(UNTRANSLATED["moved"]) in translated(asked, cast.bob)


def test_one_that_was_taken_away_is_missed(cast: Cast, asked: Message) -> None:
    choose(cast, "wordbook")
    assert "not installed any more" in translated(asked, cast.bob)
    page = as_(cast.alice).get(SETTINGS).content.decode()
    assert "wordbook was chosen, and is not installed any more" in page
    assert 'value=""' in page


def test_a_long_message_is_translated_up_to_a_length(install: Install, cast: Cast, settle: Settle) -> None:
    take_in(cast.channel, batch(said(SPANISH + " abre la estación" * 1000)), NOON)
    settle()
    message = Message.objects.of(cast.brand).select_related("conversation").get()
    install("return str(len(text)) + ' characters'")
    choose(cast, "odd")
    part = translated(message, cast.bob)
    assert f"{MOST_TEXT} characters" in part
    assert "Only the first 10000 characters were translated." in part


def test_every_reason_is_put_into_words() -> None:
    assert set(UNTRANSLATED) == {one.value for one in Why}
