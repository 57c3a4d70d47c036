"""Views, labels, putting off, and deeds to many: each with its counters in step, undone exactly, nothing twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nestor.faces.web.notice_words import where_to
from nestor.inbox.actions import take_in
from nestor.inbox.models import Conversation
from nestor.networks.contract import Author
from nestor.notices.models import Notice
from nestor.people.reads import Seat
from nestor.routing import actions
from nestor.routing.actions import bulk, labels, views
from nestor.routing.models import BulkDeed, BulkItem, ConversationLabel, Label, OpenCount, Route, SavedView
from nestor.routing.reads import inbox_page
from nestor.routing.reads.views import counts_for, facts_of, sought_by, views_for
from nestor.routing.rules.bulk import Deed
from nestor.routing.rules.counting import facets_of
from nestor.routing.rules.filters import ClockState, InboxFilter, State, answers, filter_of
from nestor.vocabulary import Lane
from nestor.work.models import JournalEntry
from tests.desk.cast import NOON, Cast, batch, said
from tests.desk.conftest import Clock, Settle

SAID = (
    "Bonjour, à quelle heure ouvre la gare demain ?",
    "Encore 40 minutes de retard, c’est inadmissible, je veux un remboursement !",
    "Merci beaucoup, équipe au top !",
    "Hello, what time does the first train leave?",
    "bande de nuls",
)


@pytest.fixture
def stocked(cast: Cast, settle: Settle, clock: Clock) -> Cast:
    arrivals = [
        said(f"{SAID[n % len(SAID)]} {n}", n, by=Author(f"a{n}", f"@a{n}", f"Nom {n}"), minutes=-n) for n in range(15)
    ]
    take_in(cast.channel, batch(*arrivals), NOON)
    settle()
    return cast


def conversations(cast: Cast) -> list[Conversation]:
    return list(Conversation.objects.of(cast.brand).order_by("-last_at", "-id"))


def check_counters(cast: Cast) -> None:
    """Compare every kept counter with a count."""
    real = Counter(one for row in Route.objects.of(cast.brand) for one in facets_of(facts_of(vars(row))))
    rows = OpenCount.objects.of(cast.brand).values_list("facet", "value", "is_sealed", "count")
    assert +Counter({(facet, value, is_sealed): n for facet, value, is_sealed, n in rows}) == real
    for view in SavedView.objects.of(cast.brand).filter(counted_at__isnull=False):
        wanted = filter_of(view.asked)
        seat = Seat(view.owner, cast.brand, cast.alice.role) if view.owner else cast.alice
        shown = len(inbox_page(seat, wanted, NOON, most=1000).rows)
        assert view.count + view.sealed_count == shown, view.asked
    on = set(ConversationLabel.objects.of(cast.brand).values_list("conversation_id", "label_id"))
    assert on == {(row.conversation_id, one) for row in Route.objects.of(cast.brand) for one in row.label_ids}


def test_a_view_is_kept_counted_and_seen_by_whom_it_is_for(stocked: Cast, settle: Settle) -> None:
    questions = InboxFilter(lanes=(Lane.QUESTION,))
    mine = views.save_view(stocked.bob, "  Mes questions ", questions, NOON, is_shared=False)
    ours = views.save_view(stocked.bob, "À nous", InboxFilter(whose="nobody"), NOON, is_shared=True)
    assert mine is not None
    assert ours is not None
    assert mine.name == "Mes questions"
    assert [view.name for view in views_for(stocked.bob)] == ["Mes questions", "À nous"]
    assert [view.name for view in views_for(stocked.alice)] == ["À nous"]
    assert views_for(stocked.chloe) == []
    check_counters(stocked)
    first = conversations(stocked)[0]
    actions.take_conversation(stocked.bob, first, NOON)
    actions.resolve_conversation(stocked.bob, conversations(stocked)[3], NOON)
    take_in(stocked.channel, batch(said("Où acheter un billet ? 99", 99, by=Author("z", "@z"))), NOON)
    settle()
    check_counters(stocked)
    assert not views.delete_view(stocked.alice, mine, NOON)
    assert not views.delete_view(stocked.vera, ours, NOON)
    assert views.rename_view(stocked.alice, ours, "Libres")
    assert views.delete_view(stocked.alice, ours, NOON)
    assert views.save_view(stocked.vera, "x", questions, NOON, is_shared=True) is None
    assert views.save_view(stocked.bob, " \n ", questions, NOON, is_shared=False) is None


def test_a_view_that_depends_on_the_hour_keeps_no_count(stocked: Cast) -> None:
    late = views.save_view(stocked.bob, "Tard", InboxFilter(clock=ClockState.LATE), NOON, is_shared=True)
    mine = views.save_view(stocked.bob, "Miennes", InboxFilter(whose="me"), NOON, is_shared=True)
    own = views.save_view(stocked.bob, "Miennes à moi", InboxFilter(whose="me"), NOON, is_shared=False)
    counted = set(SavedView.objects.of(stocked.brand).filter(counted_at__isnull=False).values_list("pk", flat=True))
    assert late is not None
    assert mine is not None
    assert own is not None
    assert counted == {own.pk}


def test_there_is_room_for_so_many_views(stocked: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_VIEWS", 1)
    views.save_view(stocked.bob, "Une", InboxFilter(), NOON, is_shared=False)
    with pytest.raises(views.NoRoom):
        views.save_view(stocked.bob, "Deux", InboxFilter(), NOON, is_shared=False)


def test_labels_are_one_by_name_and_found_by(stocked: Cast) -> None:
    label = views.make_label(stocked.bob, "Été 2026", NOON)
    assert label is not None
    assert views.make_label(stocked.alice, " ete  2026 ", NOON) == label
    assert views.make_label(stocked.vera, "x", NOON) is None
    first, second = conversations(stocked)[:2]
    assert labels.put_label(stocked.bob, first, label, NOON)
    assert not labels.put_label(stocked.bob, first, label, NOON)
    assert labels.put_label(stocked.bob, second, label, NOON)
    check_counters(stocked)
    shown = inbox_page(stocked.bob, InboxFilter(labels=(label.public_id,)), NOON).rows
    assert {row.public_id for row in shown} == {first.public_id, second.public_id}
    assert [one.name for one in shown[0].labels] == ["Été 2026"]
    assert labels.take_label(stocked.bob, first, label, NOON)
    assert not labels.take_label(stocked.bob, first, label, NOON)
    check_counters(stocked)
    assert labels.delete_label(stocked.alice, label, NOON)
    assert not Label.objects.of(stocked.brand).exists()
    check_counters(stocked)


def test_another_brands_label_is_none(stocked: Cast) -> None:
    theirs = views.make_label(stocked.chloe, "À eux", NOON)
    assert theirs is not None
    assert not labels.put_label(stocked.bob, conversations(stocked)[0], theirs, NOON)
    assert inbox_page(stocked.bob, InboxFilter(labels=(theirs.public_id,)), NOON).rows == ()


def test_what_is_put_off_comes_back_at_its_time_or_when_they_speak(stocked: Cast, settle: Settle, clock: Clock) -> None:
    first, second = conversations(stocked)[:2]
    actions.take_conversation(stocked.bob, first, NOON)
    for one in (first, second):
        assert labels.snooze(stocked.bob, one, NOON + timedelta(hours=3), NOON)
    assert not labels.snooze(stocked.bob, first, NOON, NOON)
    check_counters(stocked)
    assert counts_for(stocked.bob).snoozed == 2
    assert {row.public_id for row in inbox_page(stocked.bob, InboxFilter(state=State.SNOOZED), NOON).rows} == {
        first.public_id,
        second.public_id,
    }
    said_again = said("Alors ?", 500, thread_id=second.thread_id, by=Author("a1", "@a1"), minutes=5)
    take_in(stocked.channel, batch(said_again), NOON)
    settle()
    assert Route.objects.of(stocked.brand).get(conversation=second).snoozed_until is None
    clock.pass_(hours=4)
    settle()
    assert Route.objects.of(stocked.brand).get(conversation=first).snoozed_until is None
    told = Notice.objects.of(stocked.brand).filter(user=stocked.bob.user)  # others hear of clocks that ran out
    assert list(told.values_list("occasion", "about")) == [("snooze_over", first.public_id)]
    check_counters(stocked)


def rows_now(cast: Cast) -> dict[int, tuple[Any, ...]]:
    columns = ("is_open", "assignee_id", "label_ids", "snoozed_until", "resolved_at", "clock_stopped_at")
    return {row[0]: row[1:] for row in Route.objects.of(cast.brand).order_by("pk").values_list("pk", *columns)}


def target_for(cast: Cast, deed: Deed) -> str:
    if deed in (Deed.LABEL, Deed.UNLABEL):
        label = views.make_label(cast.bob, "Lot", NOON)
        assert label is not None
        if deed is Deed.UNLABEL:
            for one in conversations(cast)[:4]:
                labels.put_label(cast.bob, one, label, NOON)
        return str(label.public_id)
    return {Deed.ASSIGN: "me", Deed.SNOOZE: (NOON + timedelta(days=30)).isoformat()}.get(deed, "")


@pytest.mark.parametrize("deed", Deed)
def test_a_deed_to_many_is_done_and_undone(stocked: Cast, settle: Settle, deed: Deed) -> None:
    target = target_for(stocked, deed)
    if deed is Deed.REOPEN:
        for one in conversations(stocked)[:5]:
            actions.resolve_conversation(stocked.bob, one, NOON)
    if deed is Deed.UNASSIGN:
        actions.take_conversation(stocked.alice, conversations(stocked)[0], NOON)
    if deed is Deed.WAKE:
        labels.snooze(stocked.bob, conversations(stocked)[0], NOON + timedelta(days=9), NOON)
    before = rows_now(stocked)
    begun = bulk.begin_bulk(stocked.bob, deed, target, InboxFilter(state=State.ANY), NOON)
    assert begun is not None
    assert begun.total == 15
    settle()
    begun.refresh_from_db()
    changed = sum(before[pk] != after for pk, after in rows_now(stocked).items())
    assert (begun.state, begun.done, begun.changed) == (BulkDeed.DONE, 15, changed)
    assert changed > 0
    check_counters(stocked)
    assert JournalEntry.objects.filter(verb=f"bulk_{deed.value}").count() == changed
    assert bulk.undo_bulk(stocked.bob, begun, NOON)
    assert not bulk.undo_bulk(stocked.bob, begun, NOON)
    settle()
    begun.refresh_from_db()
    assert (begun.state, begun.kept, begun.changed) == (BulkDeed.UNDONE, 0, 0)
    assert rows_now(stocked) == before
    check_counters(stocked)


def test_what_somebody_changed_since_is_left_alone(stocked: Cast, settle: Settle) -> None:
    begun = bulk.begin_bulk(stocked.bob, Deed.RESOLVE, "", InboxFilter(), NOON)
    assert begun is not None
    settle()
    actions.reopen_conversation(stocked.alice, conversations(stocked)[0], NOON)
    actions.take_conversation(stocked.alice, conversations(stocked)[0], NOON)
    bulk.undo_bulk(stocked.bob, begun, NOON)
    settle()
    begun.refresh_from_db()
    assert (begun.state, begun.kept) == (BulkDeed.UNDONE, 1)
    assert Route.objects.of(stocked.brand).filter(is_open=True).count() == 15
    check_counters(stocked)


def test_it_is_stopped_and_undone_in_the_middle(
    stocked: Cast, settle: Settle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "STEP", 4)
    begun = bulk.begin_bulk(stocked.bob, Deed.ASSIGN, stocked.alice.user.public_id, InboxFilter(), NOON)
    assert begun is not None
    assert bulk.step_bulk(begun.pk, clock())
    begun.refresh_from_db()
    assert (begun.state, begun.done) == (BulkDeed.RUNNING, 4)
    assert not bulk.stop_bulk(stocked.alice, begun, NOON)
    assert bulk.stop_bulk(stocked.bob, begun, NOON)
    settle()
    assert Route.objects.of(stocked.brand).filter(assignee=stocked.alice.user).count() == 4
    told = Notice.objects.of(stocked.brand).filter(user=stocked.alice.user, occasion="handed_many")
    assert told.filter(seen_at__isnull=True).count() == 1
    assert bulk.undo_bulk(stocked.bob, begun, NOON)
    settle()
    assert not told.filter(seen_at__isnull=True).exists()
    assert not Route.objects.of(stocked.brand).filter(assignee__isnull=False).exists()
    check_counters(stocked)


def test_it_ends_with_its_authors_right(stocked: Cast, settle: Settle) -> None:
    assert bulk.begin_bulk(stocked.vera, Deed.RESOLVE, "", InboxFilter(), NOON) is None
    assert bulk.begin_bulk(stocked.bob, Deed.ASSIGN, stocked.vera.user.public_id, InboxFilter(), NOON) is None
    assert bulk.begin_bulk(stocked.bob, Deed.SNOOZE, "tomorrow", InboxFilter(), NOON) is None
    assert bulk.begin_bulk(stocked.bob, Deed.LABEL, "x" * 16, InboxFilter(), NOON) is None
    begun = bulk.begin_bulk(stocked.bob, Deed.RESOLVE, "", InboxFilter(), NOON)
    assert begun is not None
    stocked.bob.user.is_active = False
    stocked.bob.user.save()
    settle()
    assert Route.objects.of(stocked.brand).filter(is_open=True).count() == 15


def test_sealed_things_are_nobodys_who_must_not_know(stocked: Cast, settle: Settle) -> None:
    Route.objects.of(stocked.brand).filter(conversation=conversations(stocked)[0]).update(is_sealed=True)
    begun = bulk.begin_bulk(stocked.bob, Deed.RESOLVE, "", InboxFilter(), NOON)
    assert begun is not None
    assert begun.total == 14


def test_a_deed_to_chosen_ones_reaches_no_other_brand(stocked: Cast, settle: Settle) -> None:
    take_in(stocked.other_channel, batch(said("Bonjour ?", 900)), NOON)
    settle()
    theirs = Conversation.objects.of(stocked.other_brand).get()
    first = conversations(stocked)[0]
    begun = bulk.begin_bulk(stocked.bob, Deed.RESOLVE, "", [first.public_id, theirs.public_id, "nonsense"], NOON)
    assert begun is not None
    assert begun.total == 1
    settle()
    assert Route.objects.of(stocked.other_brand).get().is_open


def test_how_things_stood_is_forgotten(stocked: Cast, settle: Settle, clock: Clock) -> None:
    bulk.begin_bulk(stocked.bob, Deed.RESOLVE, "", InboxFilter(), NOON)
    settle()
    assert BulkItem.objects.of(stocked.brand).count() == 15
    clock.pass_(days=3)
    settle()
    assert BulkItem.objects.of(stocked.brand).count() == 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lanes=st.lists(st.sampled_from(Lane), max_size=3, unique=True).map(tuple),
    urgency=st.integers(0, 2),
    whose=st.sampled_from(["", "me", "nobody"]),
    state=st.sampled_from(State),
    is_unsure=st.booleans(),
)
def test_the_database_chooses_what_the_rule_says(
    stocked: Cast, lanes: tuple[Lane, ...], urgency: int, whose: str, state: State, *, is_unsure: bool
) -> None:
    from_page = InboxFilter(lanes=lanes, least_urgency=urgency, whose=whose, state=state, is_unsure=is_unsure)
    sought = sought_by(stocked.brand, from_page, stocked.bob.user.pk)
    rows = Route.objects.of(stocked.brand).select_related("conversation")
    expected = {row.conversation.public_id for row in rows if answers(facts_of(vars(row)), sought)}
    assert {row.public_id for row in inbox_page(stocked.bob, from_page, NOON, most=100).rows} == expected


def test_whom_many_are_handed_to_is_told_once(stocked: Cast, settle: Settle) -> None:
    begun = bulk.begin_bulk(stocked.bob, Deed.ASSIGN, stocked.alice.user.public_id, InboxFilter(), NOON)
    assert begun is not None
    settle()
    told = Notice.objects.of(stocked.brand).filter(user=stocked.alice.user, occasion="handed_many")
    assert told.count() == 1
    assert where_to(told.get()) == "/inbox/?whose=me"
    own = bulk.begin_bulk(stocked.bob, Deed.ASSIGN, stocked.bob.user.public_id, InboxFilter(), NOON)
    assert own is not None
    settle()
    assert not Notice.objects.of(stocked.brand).filter(user=stocked.bob.user, occasion="handed_many").exists()
