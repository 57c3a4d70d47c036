"""The index of either database agrees with the rules, and follows every change of a message."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nestor.inbox.actions import seal_message, take_in, unseal_message
from nestor.inbox.models import Message
from nestor.inbox.reads import search
from nestor.networks.contract import Vanished
from nestor.work.reads import words as searching
from nestor.work.rules.words import is_hit, query_of, search_text
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Settle

TEXTS = (
    "Trois trains annulés, deux heures de retard",
    "Remboursement des billets annulés ?",
    "They cancelled my train and refused a refund",
    "L’heure du départ a changé trois fois",
    "Commande CMD-482913 jamais livrée",
    "Œuvres complètes, naïvement 𝔣𝔞𝔫𝔠𝔶 ½ ﬁn",
    "",
    "🙂🙂",
)
asked = st.text(alphabet="trainsehdu 'àéœ\"-*«»½ﬁ12:&|!()", max_size=40)
wordy = st.lists(
    st.sampled_from(["train*", "annulé", "-retard", '"heures de retard"', "refund*", "trois", "CMD-482913", "½", "h*"]),
    max_size=4,
).map(" ".join)


def found(cast: Cast, words: str) -> set[str]:
    query = query_of(words)
    return set(search.hits(cast.bob, query).rows.values_list("text", flat=True)) if query else set()


def expected(words: str) -> set[str]:
    query = query_of(words)
    rows = ((text, f"{text} Dan @dan") for text in TEXTS)
    from_rules = {text for text, whole in rows if is_hit(search_words(whole), query)}
    return from_rules if query else set()


def search_words(text: str) -> list[str]:
    return search_text(text).split()


@pytest.fixture
def stocked(cast: Cast, settle: Settle) -> Cast:
    take_in(cast.channel, batch(*[said(text, number) for number, text in enumerate(TEXTS)]), NOON)
    take_in(cast.other_channel, batch(said("trois trains à Orlac", 99)), NOON)
    settle()
    return cast


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=asked | wordy)
def test_the_database_answers_as_the_rules_do(stocked: Cast, words: str) -> None:
    assert found(stocked, words) == expected(words), words


@pytest.mark.parametrize("words", ["trois", "train*", "refund", '"deux heures"', "-train trois", "train -refund"])
def test_many_hits_are_found_as_few_are(stocked: Cast, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    few = found(stocked, words)
    monkeypatch.setattr(searching, "MOST_RARE", 0)
    assert found(stocked, words) == few
    assert few


def test_nothing_of_another_brand_is_found(stocked: Cast) -> None:
    assert found(stocked, "Orlac") == set()
    assert [row.text for row in search.hits(stocked.chloe, query_of("trois")).rows] == ["trois trains à Orlac"]


def test_the_index_follows_edits_seals_and_deletions(stocked: Cast) -> None:
    take_in(stocked.channel, batch(said("Plus rien à voir", 0, edited_at=NOON)), NOON)
    Message.objects.of(stocked.brand).update(shown_at=NOON)
    assert found(stocked, "retard") == set()
    assert found(stocked, "voir") == {"Plus rien à voir"}
    message = Message.objects.of(stocked.brand).get(text="Remboursement des billets annulés ?")
    assert seal_message(message)
    assert found(stocked, "billet") == set()
    assert unseal_message(message)
    assert found(stocked, "billet") == {message.text}
    Message.objects.of(stocked.brand).filter(pk=message.pk).delete()
    assert found(stocked, "billet") == set()


def test_what_vanished_from_its_network_is_still_found(stocked: Cast) -> None:
    gone = batch()
    take_in(stocked.channel, type(gone)(vanished=(Vanished("m4", NOON),)), NOON)
    assert found(stocked, "commande") == {TEXTS[4]}


def test_the_index_is_there_and_holds_what_the_table_holds(stocked: Cast) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO inbox_search(inbox_search, rank) VALUES ('integrity-check', 1)")
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'inbox_message'")
            assert cursor.fetchone() == (3,)
        else:
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'inbox_search'")
            assert cursor.fetchone() == (1,)
