"""What this room holds of the team: where and when they are reached. Nothing of a member: notices are codes and ids."""

from typing import Any

from nestor.notices.models import Address, Habit, Notice, Reach, Shift, Swap
from nestor.people.models import TeamRole, User

PERSONAL: dict[str, tuple[str, ...]] = {}
IMPERSONAL = {"notices.Policy": ("services",)}  # services of Apprise the head of the desk chose
TEAM = {"notices.Address": ("name", "sealed"), "notices.Habit": ("quiet",)}  # a person's own, kept while they work here


def export_colleague(owner: User) -> dict[str, Any]:
    """Return what this room holds of somebody of the team, as plain values; where they are reached stays sealed."""
    habit = Habit.objects.filter(user=owner).first()
    return {
        "addresses": list(Address.objects.filter(user=owner).values("way", "name", "schema")),
        "quiet": habit.quiet if habit is not None else None,
        "digest_at": str(habit.digest_at) if habit is not None and habit.digest_at else None,
    }


def forget_colleague(owner: User) -> int:
    """Forget where, when and of what somebody is told, at every brand; return how many rows went."""
    why = "a person's own, at every brand"
    rows = (
        Address.objects.filter(user=owner),
        Habit.objects.filter(user=owner),
        Reach.objects.across_brands(why).filter(user=owner),
        Shift.objects.across_brands(why).filter(user=owner),
        Swap.objects.across_brands(why).filter(user=owner),
        Notice.objects.across_brands(why).filter(user=owner),
    )
    return sum(int(one.delete()[0]) for one in rows)


def forget_who_left(brand_id: int, user_id: int) -> int:
    """Forget what somebody chose at a brand whose team they left, and take them off its rota; with the last, all."""
    if TeamRole.objects.of(brand_id).filter(user_id=user_id).exists():
        return 0
    tables = (Reach, Shift, Swap, Notice)
    count = sum(int(one.objects.of(brand_id).filter(user_id=user_id).delete()[0]) for one in tables)
    owner = User.objects.filter(pk=user_id).first()
    if owner is not None and not TeamRole.objects.across_brands("their last brand").filter(user=owner).exists():
        count += forget_colleague(owner)
    return count
