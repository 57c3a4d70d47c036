"""How right reading is, on messages the model never saw, and how fast, against a scikit-learn pipeline in the same run.

Data folder (`--data`): the layout of `docs/triage.md`; without it only our own held-back messages are measured.
"""

import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from nestor.config.places import CORPORA
from nestor.triage.rules.contract import MessageText
from nestor.triage.rules.reader import FULL_SETS, OwnReader
from nestor.triage.training.community import community_rows
from nestor.triage.training.corpus import Labelled, read_rows
from nestor.triage.training.measure import Figures, f1_by_lane, lane_figures, public_figures

_ONE_AT_A_TIME = 400


def _print(title: str, figures: Figures) -> None:
    print(f"\n{title}")
    for name, value in figures.items():
        print(f"  {name:<38}{value:10.3f}")


def _rate(done: int, work: Callable[[], object]) -> float:
    """Return messages per CPU second of this process, the best of three turns."""
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        work()
        best = max(best, done / max(1e-9, time.process_time() - began))
    return best


def _own_rates(reader: OwnReader, messages: Sequence[MessageText]) -> tuple[float, float]:
    some = messages[:_ONE_AT_A_TIME]
    return (
        _rate(len(messages), lambda: list(reader.read_many(messages))),
        _rate(len(some), lambda: [reader.read(message) for message in some]),
    )


def load_trainer(rows: Sequence[Labelled]) -> tuple[float, float]:
    """Return the rates of a scikit-learn pipeline with the same features, fitted on the same lanes."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415  a peer, three seconds to import
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415  a peer, three seconds to import
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415  a peer, three seconds to import

    pipeline = make_pipeline(
        make_union(
            HashingVectorizer(n_features=2**16, ngram_range=(1, 2), alternate_sign=False),
            HashingVectorizer(n_features=2**16, analyzer="char_wb", ngram_range=(2, 5), alternate_sign=False),
        ),
        SGDClassifier(loss="log_loss", random_state=1),
    )
    texts = [row.message.text for row in rows]
    pipeline.fit(texts, [str(row.lane) for row in rows])
    some = texts[:_ONE_AT_A_TIME]
    return (
        _rate(len(texts), lambda: pipeline.predict_proba(texts)),
        _rate(len(some), lambda: [pipeline.predict_proba([text]) for text in some]),
    )


def main(data: Path | None) -> None:
    """Print every figure; `data` is a folder of public sets, or None."""
    began = time.perf_counter()
    reader = OwnReader.load()
    print(f"model {reader.version}, loaded in {time.perf_counter() - began:.3f} s")
    rows = [row for language in FULL_SETS for row in read_rows(CORPORA, language)]
    for language in FULL_SETS:
        held_back = [row for row in rows if row.is_dev and row.language is language]
        _print(f"held-back sectors, {language}", lane_figures(reader, held_back))
        _print(f"F1 per lane, {language}", f1_by_lane(reader, held_back))
    for language in FULL_SETS:
        others = [row for row in community_rows(CORPORA) if row.language is language]
        if others:
            _print(f"the demo's community, {language}", lane_figures(reader, others))
    if data:
        folder = data / "nlp" if (data / "nlp").is_dir() else data
        _print("public dev sets", public_figures(reader, folder))
    else:
        print("\nno --data: public sets not measured", file=sys.stderr)
    _print_speed(reader, rows)


def _print_speed(reader: OwnReader, rows: Sequence[Labelled]) -> None:
    batched, single = _own_rates(reader, [row.message for row in rows])
    print(f"\nspeed, messages per CPU second: {batched:,.0f} batched, {single:,.0f} one at a time")
    if importlib.util.find_spec("sklearn") is None:
        print("SKIPPED: scikit-learn is not installed, no ratio (pip install scikit-learn)", file=sys.stderr)
        return
    peer_batched, peer_single = load_trainer(rows)
    print(f"scikit-learn, lanes only:       {peer_batched:,.0f} batched, {peer_single:,.0f} one at a time")
    print(f"ratio:                          {batched / peer_batched:.1f}×, {single / peer_single:.1f}×")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
