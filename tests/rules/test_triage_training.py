"""Training: the same sources give the same bytes, our corpora are enough, and public sets are read as documented."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from nestor.config.places import CORPORA
from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.reader import OwnReader
from nestor.triage.training.calibrate import likely, platt, temperature
from nestor.triage.training.card import write_card
from nestor.triage.training.community import community_rows
from nestor.triage.training.make import Sources, make_model
from nestor.triage.training.public import forum_messages, spoken_sentences, teaching_rows
from nestor.vocabulary import Lane, Language, Tone

SECTORS = ("bank", "food", "museum")  # museum is held back


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    for language in ("fr", "en"):
        (folder / "triage" / language).mkdir(parents=True)
        for sector in SECTORS:
            shutil.copy(CORPORA / "triage" / language / f"{sector}.jsonl", folder / "triage" / language)
    shutil.copy(CORPORA / "triage" / "languages.tsv", folder / "triage")
    return folder


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder in the layout of docs/triage.md, with our own words in it."""
    folder = tmp_path_factory.mktemp("public")
    for name, line in (("french", "quelle belle surprise"), ("spanish", "qué bonita sorpresa")):
        (folder / "xlm-t" / name).mkdir(parents=True)
        (folder / "xlm-t" / name / "train_text.txt").write_text(f"{line}\n{line} no\n", encoding="utf-8")
        (folder / "xlm-t" / name / "train_labels.txt").write_text("2\n0\n", encoding="utf-8")
    (folder / "mlma").mkdir()
    rows = "tweet\tsentiment\nquels ânes\toffensive\nbonjour\tnormal\nj'ai peur\tfearful\n"
    (folder / "mlma" / "fr.tsv").write_text(rows, encoding="utf-8")
    (folder / "toxifrench").mkdir()
    forum = 'content\tannotator1\n"on dit ""non"""\t0.0\nquels ânes\t1.0\n'
    (folder / "toxifrench" / "agreement500.tsv").write_text(forum, encoding="utf-8")
    (folder / "lid_lingua" / "sentences").mkdir(parents=True)
    (folder / "lid_lingua" / "sentences" / "nl.txt").write_text("een twee drie\n" * 701, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(corpora: Path, tmp_path: Path) -> None:
    said: list[str] = []
    sources = Sources(corpora)
    versions = {make_model(sources, tmp_path / name, said.append) for name in ("one", "two")}
    assert len(versions) == 1
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert said
    version = versions.pop()
    write_card(tmp_path / "one", sources, version)
    card = (tmp_path / "one" / "card.md").read_text(encoding="utf-8")
    assert version in card
    assert "xlm-t" not in card
    reading = OwnReader.load(tmp_path / "one").read(MessageText("Gagnez 500 € par jour, cliquez ici"))
    assert reading.lane is Lane.SPAM
    assert reading.model == version


def test_public_sets_are_read_as_documented(public: Path) -> None:
    rows = teaching_rows(public)
    tones = [(row.language, row.tone) for row in rows if row.tone]
    assert tones == [
        (Language.FR, Tone.POSITIVE),
        (Language.FR, Tone.NEGATIVE),
        (Language.ES, Tone.POSITIVE),
        (Language.ES, Tone.NEGATIVE),
    ]
    assert [row.harm_level for row in rows if row.tone is None] == [1, 0]
    assert [row.message.text for row in forum_messages(public)] == ['on dit "non"', "quels ânes"]
    assert len(list(spoken_sentences(public))) == 700
    assert len(list(spoken_sentences(public, dev=True))) == 1


def test_absent_sets_are_left_out(tmp_path: Path) -> None:
    assert teaching_rows(tmp_path) == []
    assert list(spoken_sentences(tmp_path)) == []


def test_the_community_is_read_with_what_people_say_later() -> None:
    rows = list(community_rows(CORPORA))
    assert len(rows) > 600
    assert {row.lane for row in rows} == set(Lane)
    assert all(row.message.text or row.message.has_picture for row in rows)


def test_platt_finds_what_made_the_scores() -> None:
    chance = np.random.default_rng(1)
    scores = chance.normal(size=4000).astype(np.float32)
    targets = (chance.random(4000) < likely(2 * scores - 1)).astype(np.float32)
    assert platt(scores, targets) == pytest.approx((2, -1), abs=0.2)


def test_platt_stays_neutral_where_little_is_known() -> None:
    assert platt(np.ones(20, dtype=np.float32), np.r_[np.ones(2), np.zeros(18)].astype(np.float32)) == (1.0, 0.0)


def test_temperature_cools_what_is_too_sure() -> None:
    scores = np.array([[8, 0], [8, 0], [8, 0], [0, 8]], dtype=np.float32)
    targets = np.array([[1, 0], [0, 1], [1, 0], [0, 1]], dtype=np.float32)
    assert temperature(scores, targets) < 0.5
