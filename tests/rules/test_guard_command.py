"""`nestor guard`: the format, the exit codes, hostile lines, and a brand's own file."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from nestor.faces.cli.guard import command, own_rules_in
from nestor.guard.rules.contract import Level

RUDE = {"id": "a", "text": "Je vous emmerde.", "network": "x"}
CLEAN = {"id": 2, "text": "Bonjour, le guichet ouvre à 9 h."}


def judge(*lines: object, brand: str = "") -> tuple[int, list[dict[str, Any]]]:
    raw = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    arguments = ["-", *(["--brand", brand] if brand else [])]
    result = CliRunner().invoke(command, arguments, input=raw, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value), [json.loads(line) for line in result.stdout.splitlines()]


def test_something_that_stops_gives_one_and_nothing_gives_zero() -> None:
    code, (rude, clean) = judge(RUDE, CLEAN)
    assert code == 1
    assert (rude["id"], rude["verdict"], rude["findings"][0]["words"]) == ("a", "stop", ["Je vous emmerde"])
    assert clean == {"id": 2, "verdict": "ok", "findings": []}
    assert judge(CLEAN) == (0, [clean])
    assert judge() == (0, [])


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"nope\n", "not_json"),
        (b"[1]\n", "not_an_object"),
        (b"\xff\xfe{}\n", "not_utf8"),
        (b"[" * 100_000 + b"\n", "not_json"),
        ({"id": 1}, "no_text"),
        ({"text": 3}, "no_text"),
        ({"text": "a", "id": True}, "bad_id"),
        ({"text": "a", "id": ["x"]}, "bad_id"),
        ({"text": "a", "network": "myspace"}, "bad_network"),
        ({"text": "a", "network": 3}, "bad_network"),
        ({"text": "a", "context": "x"}, "bad_context"),
        ({"text": "a", "context": {"reply_to": 3}}, "bad_reply_to"),
        ({"text": "a", "context": {"account_tone": "loud"}}, "bad_account_tone"),
        ({"text": "a", "context": {"public_numbers": [3]}}, "bad_public_numbers"),
        ({"text": "a", "context": {"image": "x"}}, "bad_image"),
        ({"text": "a", "context": {"image": {"alt": 3}}}, "bad_alt"),
        ({"text": "a", "context": {"now": "soon"}}, "bad_now"),
        ({"text": "a", "context": {"kind": "pigeon"}}, "bad_kind"),
    ],
)
def test_a_bad_line_is_known_by_number_never_passes_and_stops_nothing_else(line: object, error: str) -> None:
    code, rows = judge(CLEAN, line, CLEAN)
    assert code == 2
    assert rows[1] == {"line": 2, "error": error, "verdict": "stop"}
    assert [rows[0]["verdict"], rows[2]["verdict"]] == ["ok", "ok"]


def test_blank_lines_count_and_say_nothing() -> None:
    code, rows = judge(b"\n  \n", b"nope\n")
    assert (code, rows[0]["line"]) == (2, 3)


def test_a_context_is_heard() -> None:
    number = {"text": "Appelez-nous au 01 44 55 66 77.", "context": {"public_numbers": ["+33144556677"]}}
    assert judge(number)[0] == 0
    assert judge({"text": number["text"]})[0] == 1
    assert judge({"text": "a" * 281, "network": "x"})[1][0]["findings"][0]["id"] == "too_long"
    assert (
        judge({"text": "Bonjour", "context": {"image": [{"alt": "va te faire foutre"}]}})[1][0]["findings"][0]["where"]
        == "alt0"
    )
    assert judge({"text": "Bonjour", "context": {"partner": "x", "hold": True}})[1][0]["unread"] == ["hold", "partner"]


def test_a_lone_surrogate_comes_out_as_it_came_in() -> None:
    code, rows = judge(b'{"text": "a \\ud800 b"}\n')
    assert (code, rows[0]["findings"][0]["words"]) == (1, ["\ud800"])


def test_a_brand_has_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NESTOR_HOME", str(tmp_path))
    (tmp_path / "guard").mkdir()
    own = "levels: {insult: info}\npublic_numbers: ['01 44 55 66 77']\nallowed_words: [Condom]\n"
    (tmp_path / "guard" / "alpha.yaml").write_text(own)
    assert judge(RUDE, {"text": "01 44 55 66 77"}, {"text": "Vu à Condom"}, brand="alpha")[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "levels: {insult: loud}",
        "levels: 3",
        "surprise: 1",
        "- a",
        "a: &a [x]\nb: *a",
        "public_numbers: 3",
        "region: 3",
        "x: !!python/object/apply:os.system [ls]",
        "{",
        "a" * 70_000,
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alpha.yaml"
    path.write_text(text)
    with pytest.raises((ValueError, yaml.YAMLError)):
        own_rules_in(path)


def test_levels_of_a_file_are_levels(tmp_path: Path) -> None:
    path = tmp_path / "alpha.yaml"
    path.write_text("levels: {cold_words: stop}\npublic_body: true\n")
    settings = own_rules_in(path).settings
    assert settings.levels == {"cold_words": Level.STOP}
    assert settings.is_public_body


def test_the_linter_loads_no_django() -> None:
    program = "import sys; import nestor.faces.cli.guard; sys.exit('django' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], check=False, env={"PYTHONPATH": ":".join(sys.path)}).returncode
        == 0
    )
