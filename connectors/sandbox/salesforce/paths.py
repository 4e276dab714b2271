"""Dotted paths: which field they end at, and what a row has there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.salesforce.answers import Refused, no_such_column
from connectors.sandbox.salesforce.schema import Field, Schema, SObject
from connectors.sandbox.salesforce.state import Org, Row

#: Source: SOQL and SOSL Reference, "Understanding Relationship Query Limitations": no more than
#: five levels from child to parent.
MAX_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a path leads.

    Attributes:
        lookups: The lookups on the way.
        field: Where it ends.
    """

    lookups: tuple[Field, ...]
    field: Field

    @property
    def keys(self) -> tuple[str, ...]:
        """The names on the way as they stand in an answer."""
        return (*(lookup.relationship for lookup in self.lookups), self.field.name)


def resolve(schema: Schema, known: SObject, path: tuple[str, ...]) -> Resolved:
    """Where the path leads from an object, in the schema that the user sees.

    Raises:
        Refused: A name on it does not exist there, or it is too long.
    """
    if len(path) > 1 and path[0].casefold() == known.name.casefold():
        path = path[1:]
    if len(path) - 1 > MAX_LEVELS:
        message = f"no more than {MAX_LEVELS} levels of relationships in a query"
        raise Refused("INVALID_FIELD", message)
    lookups: list[Field] = []
    current = known
    for name in path[:-1]:
        lookup = current.lookup(name)
        if lookup is None:
            raise Refused(
                "INVALID_FIELD",
                f"Didn't understand relationship '{name}' in field path. If you are attempting to"
                " use a custom relationship, be sure to append the '__r' after the custom"
                " relationship name.",
            )
        lookups.append(lookup)
        target = "Name" if lookup.is_polymorphic else lookup.references[0]
        current = schema.objects[target]
    found = current.field(path[-1])
    if found is None:
        raise no_such_column(path[-1], current.name)
    return Resolved(tuple(lookups), found)


def value_at(org: Org, row: Row, resolved: Resolved) -> Any:
    """What the row has there; nothing when a lookup on the way is empty."""
    current: Row | None = row
    for lookup in resolved.lookups:
        current = followed(org, current, lookup)
        if current is None:
            return None
    return current.values.get(resolved.field.name) if current else None


def followed(org: Org, row: Row | None, lookup: Field) -> Row | None:
    """The row a lookup points to."""
    target_id = row.values.get(lookup.name) if row else None
    if not target_id:
        return None
    known = org.schema.by_prefix(str(target_id)[:3])
    target = org.row(known.name, str(target_id)) if known else None
    if known is None or target is None or target.is_deleted:
        return None
    if lookup.is_polymorphic:
        return Row({**target.values, "Type": known.name})
    return target
