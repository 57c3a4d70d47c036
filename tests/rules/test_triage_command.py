"""`nestor triage`: a file of messages in, a file of readings out; a bad line is named and stops nothing."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from nestor.faces.cli import triage
from nestor.faces.cli.errors import Exit

BAD = {
    b"not json": "not_json",
    b"[" * 5000: "not_json",
    b"[1]": "not_an_object",
    b'{"id": 1}': "no_text",
    b'{"id": 1, "text": 5}': "no_text",
    b'{"id": [], "text": "x"}': "bad_id",
    b'{"id": true, "text": "x"}': "bad_id",
    b'{"text": "x", "kind": "fax"}': "bad_kind",
    b'{"text": "x", "kind": 3}': "bad_kind",
    b'{"text": "x", "lang": "tlh"}': "bad_lang",
    b'{"text": "x", "reply_to": {}}': "bad_reply_to",
    b"\xff\xfe": "not_utf8",
}


def run(given: bytes, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    done = CliRunner().invoke(triage.command, [*options, "-"], input=given, standalone_mode=False)
    assert done.exception is None, done.exception
    return done.return_value, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_messages_are_read_in_order() -> None:
    lines = [{"id": number, "text": "Où est mon colis ?", "kind": "direct", "lang": "fr"} for number in range(1100)]
    code, rows, progress = run(b"\n".join(json.dumps(line).encode() for line in lines))
    assert code == Exit.OK
    assert [row["id"] for row in rows] == list(range(1100))
    assert rows[0] | {"id": 1099} == rows[-1]
    assert "1100" in progress


def test_a_reading_has_every_field() -> None:
    _, rows, _ = run(b'{"id": "a", "text": "Je suis journaliste, je boucle \\u00e0 18 h"}')
    row = rows[0]
    assert row["lane"] == "press"
    assert row["language"] == "fr"
    assert sum(row["lanes"].values()) == pytest.approx(1, abs=0.01)
    assert row["harm"] == {"level": 0, "kinds": []}
    assert row["urgency"] == 2
    assert row["model"].startswith("own-")
    assert all(set(reason) == {"label", "start", "end", "weight", "code"} for reason in row["reasons"])


def test_explain_quotes_the_words() -> None:
    _, rows, _ = run(b'{"text": "Je suis journaliste, je boucle \\u00e0 18 h"}', "--explain")
    assert "boucle à 18 h" in {reason["text"] for reason in rows[0]["reasons"]}
    assert "base" in {reason["code"] for reason in rows[0]["reasons"]}


def test_bad_lines_are_named_and_stop_nothing() -> None:
    lines = [line for bad in BAD for line in (bad, b'{"id": "good", "text": "merci"}')]
    code, rows, told = run(b"\n".join(lines))
    assert code == Exit.FOUND
    assert [row["error"] for row in rows[::2]] == list(BAD.values())
    assert [row["line"] for row in rows[::2]] == list(range(1, len(lines), 2))
    assert {row["id"] for row in rows[1::2]} == {"good"}
    assert f"{len(BAD)}" in told


def test_blank_lines_and_no_lines_are_fine() -> None:
    assert run(b"\n\n  \n")[:2] == (Exit.OK, [])
    assert run(b"")[:2] == (Exit.OK, [])


def test_a_line_without_end_is_refused_without_being_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage, "LONGEST_LINE", 64)
    code, rows, _ = run(b'{"text": "' + b"a" * 1000 + b'"}\n{"text": "merci"}\n')
    assert code == Exit.FOUND
    assert rows[0] == {"line": 1, "error": "too_long"}
    assert rows[1]["lane"]


def test_a_lone_surrogate_comes_back_as_it_was() -> None:
    _, rows, _ = run(b'{"id": "\\ud800", "text": "merci \\udfff"}', "--explain")
    assert rows[0]["id"] == "\ud800"


@given(st.lists(st.binary(max_size=60), max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_bytes_get_an_answer_per_line(lines: list[bytes]) -> None:
    whole = b"\n".join(line.replace(b"\n", b"") for line in lines)
    _, rows, _ = run(whole)
    assert len(rows) == sum(1 for line in whole.split(b"\n") if line.strip())


@pytest.mark.parametrize("name", ["../etc", "A", "", "a" * 65, "a/b"])
def test_a_brand_is_a_short_name(name: str) -> None:
    with pytest.raises(click.BadParameter):
        triage.model_of(name)


def test_a_brand_reads_with_its_own_model_where_it_has_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NESTOR_HOME", str(tmp_path))
    assert triage.model_of("alice") is None
    (tmp_path / "models" / "alice").mkdir(parents=True)
    assert triage.model_of("alice") == tmp_path / "models" / "alice"
    with pytest.raises(OSError, match="heads"):
        CliRunner().invoke(
            triage.command, ["--brand", "alice", "-"], input=b"", standalone_mode=False, catch_exceptions=False
        )


def test_it_needs_no_django() -> None:
    look = "import sys, nestor.faces.cli.triage, nestor.faces.cli.train; print('django' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


def test_lines_are_cut_at_the_limit_only() -> None:
    source = io.BytesIO(b"one\ntwo")
    assert list(triage._lines(source)) == [(1, b"one\n"), (2, b"two")]
