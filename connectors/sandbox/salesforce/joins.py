"""Semi-joins and anti-joins: what may stand in ``IN (SELECT …)``, and where.

Source: SOQL and SOSL Reference, "Comparison Operators", "Semi-Joins with IN and Anti-Joins with NOT
IN"; the sentences for OR and for nested conditions are as people have reported them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.sandbox.salesforce.answers import malformed_query
from connectors.sandbox.salesforce.schema import Field, SObject
from connectors.sandbox.salesforce.soql import Call, Combination, Comparison, Query

_MOST = 2
_IDS = frozenset({"id", "reference"})


def check(query: Query) -> None:
    """Hold the statement to where joins may stand.

    Raises:
        Refused: One stands elsewhere, or there are too many.
    """
    found = list(_comparisons(query.where))
    if len(found) > _MOST:
        raise malformed_query(f"at most {_MOST} semi joins or anti joins in a WHERE clause")
    at_top = query.where.parts if _is_and(query.where) else (query.where,)
    for each in found:
        if not any(each is part for part in at_top):
            raise malformed_query(
                "Semi join sub-selects are only allowed at the top level WHERE expressions and not"
                " in nested WHERE expressions."
                if _is_and(query.where)
                else "Semi join sub-selects are not allowed with the 'OR' or 'NOT' operator"
            )
        if isinstance(each.expression, Call) or len(each.expression) > 1:
            raise malformed_query("the left operand of a semi join is a field of the object itself")
        if any(_comparisons(each.value.where)):
            raise malformed_query("a semi join cannot be nested in another")
    if any(_comparisons(query.having)):
        raise malformed_query("a HAVING clause contains no semi joins or anti joins")
    for child in query.children:
        if any(_comparisons(child.where)):
            raise malformed_query("semi joins stand in the main WHERE clause, not in a sub-query's")


def _is_and(condition: Any) -> bool:
    return isinstance(condition, Combination) and condition.kind == "and"


def _comparisons(condition: Any) -> Iterator[Comparison]:
    if isinstance(condition, Combination):
        for part in condition.parts:
            yield from _comparisons(part)
    elif isinstance(condition, Comparison) and isinstance(condition.value, Query):
        yield condition


def column(query: Query) -> tuple[str, ...]:
    """The field that the inner statement selects.

    Raises:
        Refused: It selects another number of things, or has clauses that it may not have.
    """
    if query.orders or query.limit is not None or query.offset or query.groups or query.having:
        raise malformed_query("a semi join sub-select has no ORDER BY, LIMIT, OFFSET or GROUP BY")
    selected = query.selected[0].expression if query.selected else None
    if len(query.selected) != 1 or query.children or selected is None or isinstance(selected, Call):
        raise malformed_query("a semi join sub-select selects exactly one field")
    if len(selected) > 1:
        raise malformed_query("a semi join sub-select selects a field of the object itself")
    return selected


def check_fields(left: Field, selected: Field, *, outer: SObject, inner: SObject) -> None:
    """Hold the two fields to what can be joined.

    Raises:
        Refused: They are no ids, of different objects, or the statement joins an object to itself.
    """
    if left.type not in _IDS or selected.type not in _IDS:
        raise malformed_query("a semi join compares ids with ids")
    if outer.name == inner.name:
        raise malformed_query("The inner and outer selects should not be on the same object type")
    if not _meant(left, outer) & _meant(selected, inner):
        raise malformed_query("a semi join compares ids of the same object")


def _meant(kind: Field, of: SObject) -> frozenset[str]:
    return frozenset({of.name} if kind.type == "id" else kind.references)
