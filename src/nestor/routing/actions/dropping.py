"""Standings of conversations that were kept long enough. Each joins the caller's transaction."""

from django.db.models import F

from nestor.brands.scoping import BrandQuerySet
from nestor.routing.actions.standing import recount
from nestor.routing.models import Route
from nestor.routing.reads.views import facts_of


def drop_standing(row: Route) -> bool:
    """Take a standing out of the list and its counters; False where somebody changed it since it was read."""
    if not _as_read(row).delete()[0]:
        return False
    recount(row.brand_id, [(facts_of(vars(row)), None)])
    return True


def stir_standing(row: Route) -> bool:
    """Say that a part of its conversation went, so that whoever changes it now begins again; False as above."""
    return bool(_as_read(row).update(version=F("version") + 1) == 1)


def _as_read(row: Route) -> BrandQuerySet:
    return Route.objects.of(row.brand_id).filter(pk=row.pk, version=row.version, is_open=False)
