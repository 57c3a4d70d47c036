"""Every row belongs to a brand, and a query that does not say which one is refused before it reaches the database."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.db.models.sql import Query
from django.db.models.sql.where import AND, WhereNode

from nestor.vocabulary import new_id, new_public_id
from nestor.work.models import IdField

if TYPE_CHECKING:
    from nestor.brands.models import Brand


class UnscopedQuery(Exception):
    """A query on a brand's rows that does not name the brand. The name of the table is the message."""


def _names_brand(where: WhereNode, table: str | None) -> bool:
    if where.connector != AND or where.negated:
        return False
    for child in where.children:
        if isinstance(child, WhereNode) and _names_brand(child, table):
            return True
        if isinstance(child, Exact | In):
            column = child.lhs
            if isinstance(column, Col) and column.target.attname == "brand_id" and column.alias == table:
                return True
    return False


class ScopedQuery(Query):
    """A query that becomes SQL only if it names the brand: asked itself, inside another, or in a union."""

    why_across = ""

    def check_scope(self) -> None:
        """Raise `UnscopedQuery` unless the brand is named, or the reason why none is."""
        if self.why_across or self.is_empty() or self.model is None:
            return
        if not _names_brand(self.where, self.base_table or self.model._meta.db_table):
            raise UnscopedQuery(self.model.__name__)

    def get_compiler(self, using: str | None = None, connection: Any = None, elide_empty: bool = True) -> Any:  # noqa: FBT001, FBT002  as Django's
        """As Django's, once the brand is known."""
        self.check_scope()
        return super().get_compiler(using, connection, elide_empty)


class BrandQuerySet(models.QuerySet[Any]):
    """A queryset that is evaluated only if it filters on `brand`, or says aloud why it looks across brands."""

    def __init__(
        self, model: Any = None, query: Query | None = None, using: str | None = None, hints: Any = None
    ) -> None:
        super().__init__(model, ScopedQuery(model) if query is None else query, using, hints)

    def of(self, brand: "Brand | int") -> Self:
        """Keep the rows of one brand."""
        return self.filter(brand_id=brand if isinstance(brand, int) else brand.pk)

    def across_brands(self, why: str) -> Self:
        """Look at every brand's rows: for sweeps and upkeep, never for a page. `why` is for the reader of the code."""
        if not why:
            raise ValueError("say why")
        clone = self.all()
        clone._scoped().why_across = why  # noqa: SLF001  our own class
        return clone

    def _scoped(self) -> ScopedQuery:
        if not isinstance(self.query, ScopedQuery):
            raise UnscopedQuery(self.model.__name__)
        return self.query

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        """As Django's, once the brand is known: at once, not at the first row."""
        self._scoped().check_scope()
        return super().iterator(chunk_size)

    def update(self, **kwargs: Any) -> int:
        """As Django's, once the brand is known."""
        self._scoped().check_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, once the brand is known."""
        self._scoped().check_scope()
        return super().delete()

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: nobody could see which brand it is about."""
        raise UnscopedQuery(self.model.__name__)


BrandRows = models.Manager.from_queryset(BrandQuerySet)


class BrandRow(models.Model):
    """Base of every table that belongs to a brand."""

    id = IdField(primary_key=True, default=new_id, editable=False)
    brand = models.ForeignKey("brands.Brand", on_delete=models.CASCADE, related_name="+")

    objects = BrandRows()

    class Meta:
        abstract = True


class PublicRow(BrandRow):
    """A brand's row that is named outside the desk by an opaque id."""

    public_id = models.CharField(max_length=16, default=new_public_id, unique=True, editable=False)

    class Meta:
        abstract = True
