"""First steps: each is done when all its parts are shown, and by nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from nestor.routing.rules.first_steps import GAP_CLOSED, PARTS, VERBS, VIEW_KEPT, WAS_THANKED, Step, is_done, parts_done

ALL = sorted(VERBS | {WAS_THANKED, VIEW_KEPT, GAP_CLOSED})


def test_every_step_can_be_done_and_none_by_nothing() -> None:
    assert set(PARTS) == set(Step)
    assert len(Step) == 10
    assert all(is_done(step, set(ALL)) for step in Step)
    assert not any(is_done(step, set()) for step in Step)


@given(st.sets(st.sampled_from(ALL)), st.sampled_from(ALL))
def test_doing_more_undoes_nothing(proofs: set[str], one: str) -> None:
    for step in Step:
        before, after = parts_done(step, proofs), parts_done(step, proofs | {one})
        assert all(later or not earlier for earlier, later in zip(before, after, strict=True))


@given(st.sampled_from(ALL))
def test_one_proof_moves_one_step(one: str) -> None:
    assert sum(any(parts_done(step, {one})) for step in Step) == 1
