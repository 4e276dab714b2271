"""Answers SOQL from an org's rows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.salesforce import field_rights, sharing
from connectors.sandbox.salesforce.answers import Refused, malformed_query
from connectors.sandbox.salesforce.comparing import among, checked_id, compared, in_order
from connectors.sandbox.salesforce.locales import moment
from connectors.sandbox.salesforce.paths import Resolved, followed, resolve, value_at
from connectors.sandbox.salesforce.schema import Field, SObject
from connectors.sandbox.salesforce.soql import Combination, Comparison, Query
from connectors.sandbox.salesforce.state import Org, Row

_Test = Callable[[Row], bool]

#: Source: Object Reference, UserRecordAccess: up to 200 record ids can be queried.
_MAX_ACCESS_IDS = 200


class Reader:
    """Answers queries of one user.

    Args:
        org: Whose rows.
        user_id: Who asks; sees what sharing lets them see.
        version: Of the API, for the addresses in the answer.
        now: What time it is.
    """

    def __init__(self, org: Org, *, user_id: str, version: str, now: datetime) -> None:
        self._org = org
        self._user_id = user_id
        self._version = version
        self._schema = field_rights.schema_for(org, user_id)
        self._moment = moment(org, user_id=user_id, now=now)

    def count_or_records(self, query: Query) -> tuple[int, list[dict[str, Any]]]:
        """How many rows there are, and the rows as they are answered (none for ``COUNT()``).

        Raises:
            Refused: The query names what does not exist or may not be asked.
        """
        known = self._object(query.object_name)
        rows = self._rows(query, known)
        if query.is_count:
            return len(rows), []
        select = self._selection(query, known)
        return len(rows), [select(row) for row in rows]

    def _object(self, name: str) -> SObject:
        known = self._schema.get(name)
        if known is None or known.name == "Name" or known.is_hidden:
            raise Refused(
                "INVALID_TYPE",
                f"sObject type '{name}' is not supported. If you are attempting to use a custom"
                " object, be sure to append the '__c' after the entity name.",
            )
        return known

    def _rows(self, query: Query, known: SObject) -> list[Row]:
        if known.name == "UserRecordAccess":
            rows = self._access_rows(query)
        elif known.name == "FieldPermissions":
            rows = field_rights.rows(self._org)
        else:
            rows = [row for row in self._org.live(known.name) if self._sees(known, row)]
        return self._narrowed(query, known, rows)

    def _narrowed(self, query: Query, known: SObject, rows: list[Row]) -> list[Row]:
        if query.where is not None:
            test = self._condition(query.where, known)
            rows = [row for row in rows if test(row)]
        for order in reversed(query.orders):
            resolved = self._sortable(known, order.path)
            filled = [row for row in rows if value_at(self._org, row, resolved) is not None]
            empty = [row for row in rows if value_at(self._org, row, resolved) is None]
            filled.sort(
                key=functools.partial(_sort_key, self._org, resolved), reverse=order.is_descending
            )
            rows = filled + empty if order.is_nulls_last else empty + filled
        end = None if query.limit is None else query.offset + query.limit
        return rows[query.offset : end]

    def _sees(self, known: SObject, row: Row) -> bool:
        may = sharing.access(self._org, user_id=self._user_id, object_name=known.name, row=row)
        return may.read

    def _access_rows(self, query: Query) -> list[Row]:
        parts = query.where.parts if isinstance(query.where, Combination) else (query.where,)
        asked = {
            part.path[-1].casefold(): part.value if part.operator == "in" else (part.value,)
            for part in parts
            if isinstance(part, Comparison) and part.operator in ("=", "in")
        }
        users, records = asked.get("userid", ()), asked.get("recordid", ())
        is_plain = isinstance(query.where, Combination) and query.where.kind == "and"
        if not is_plain or len(users) != 1 or not records or isinstance(records, Query):
            raise malformed_query("UserRecordAccess must be filtered by one UserId and by RecordId")
        if len(records) > _MAX_ACCESS_IDS:
            raise malformed_query(f"at most {_MAX_ACCESS_IDS} RecordIds can be queried")
        if any(path[-1].casefold() == "id" for path in query.paths):
            raise malformed_query("select RecordId and the access level fields")
        return sharing.access_rows(
            self._org,
            viewer_id=self._user_id,
            user_id=checked_id(users[0]),
            record_ids=[checked_id(each) for each in records],
        )

    # ----------------------------------------------------------------------- selecting

    def _selection(self, query: Query, known: SObject) -> Callable[[Row], dict[str, Any]]:
        resolved = [resolve(self._schema, known, path) for path in query.paths]
        keys = [each.keys for each in resolved]
        for each in keys:
            if keys.count(each) > 1:
                raise malformed_query(f"duplicate field selected: {'.'.join(each)}")
        children = [self._child_selection(child, known) for child in query.children]

        def select(row: Row) -> dict[str, Any]:
            answer = self.attributes(known, row)
            for each in resolved:
                self._put(answer, row, each)
            for name, answer_child in children:
                answer[name] = answer_child(row)
            return answer

        return select

    def attributes(self, known: SObject, row: Row) -> dict[str, Any]:
        """What every record in an answer begins with."""
        url = f"/services/data/v{self._version}/sobjects/{known.name}/{row.values['Id']}"
        return {"attributes": {"type": known.name, "url": url}}

    def _put(self, answer: dict[str, Any], row: Row, resolved: Resolved) -> None:
        current: Row | None = row
        for lookup in resolved.lookups:
            current = followed(self._org, current, lookup)
            if current is None:
                answer.setdefault(lookup.relationship, None)
                return
            target = self._schema.by_prefix(current.id[:3])
            if target is None:
                return
            if answer.get(lookup.relationship) is None:
                answer[lookup.relationship] = self.attributes(target, current)
            answer = answer[lookup.relationship]
        if current is not None:
            answer[resolved.field.name] = rendered(current.values.get(resolved.field.name))

    def _child_selection(
        self, child: Query, parent: SObject
    ) -> tuple[str, Callable[[Row], dict[str, Any] | None]]:
        if child.children or child.is_count:
            raise malformed_query("sub-queries go one level deep and cannot count")
        found = self._schema.child(parent, child.object_name)
        if found is None:
            raise Refused(
                "INVALID_TYPE",
                f"Didn't understand relationship '{child.object_name}' in FROM part of query call."
                " If you are attempting to use a custom relationship, be sure to append the '__r'"
                " after the custom relationship name.",
            )
        known, lookup = found
        select = self._selection(child, known)
        # Refused even when no row has children.
        self._narrowed(child, known, [])

        def answer_child(row: Row) -> dict[str, Any] | None:
            rows = [
                each
                for each in self._org.live(known.name)
                if each.values.get(lookup.name) == row.values["Id"] and self._sees(known, each)
            ]
            rows = self._narrowed(child, known, rows)
            if not rows:
                return None
            return {
                "totalSize": len(rows),
                "done": True,
                "records": [select(each) for each in rows],
            }

        return lookup.children, answer_child

    # ----------------------------------------------------------------------- filtering

    def _condition(self, condition: Any, known: SObject) -> _Test:
        if isinstance(condition, Comparison):
            return self._comparison(condition, known)
        tests = [self._condition(part, known) for part in condition.parts]
        if condition.kind == "and":
            return lambda row: all(test(row) for test in tests)
        if condition.kind == "or":
            return lambda row: any(test(row) for test in tests)
        return lambda row: not tests[0](row)

    def _filterable(self, known: SObject, path: tuple[str, ...]) -> Resolved:
        resolved = resolve(self._schema, known, path)
        if not resolved.field.is_filterable:
            raise _unusable(resolved.field, "filtered")
        return resolved

    def _sortable(self, known: SObject, path: tuple[str, ...]) -> Resolved:
        resolved = resolve(self._schema, known, path)
        if not resolved.field.is_sortable:
            raise _unusable(resolved.field, "sorted")
        return resolved

    def _comparison(self, comparison: Comparison, known: SObject) -> _Test:
        resolved = self._filterable(known, comparison.path)
        kind, wanted = resolved.field, comparison.value
        if isinstance(wanted, Query):
            test = among(kind, comparison.operator, self._semi_joined(kind, wanted))
        else:
            test = compared(kind, comparison.operator, wanted, self._moment)
        return lambda row: test(value_at(self._org, row, resolved))

    def _semi_joined(self, kind: Field, query: Query) -> frozenset[str]:
        known = self._object(query.object_name)
        if len(query.paths) != 1 or query.children or query.is_count:
            raise malformed_query("a semi join sub-select selects exactly one field")
        selected = resolve(self._schema, known, query.paths[0])
        ids = ("id", "reference")
        if kind.type not in ids or selected.field.type not in ids:
            raise malformed_query("a semi join compares ids with ids")
        rows = self._rows(query, known)
        values = (value_at(self._org, row, selected) for row in rows)
        return frozenset(value for value in values if value is not None)


def _sort_key(org: Org, resolved: Resolved, row: Row) -> Any:
    return in_order(value_at(org, row, resolved))


def _unusable(kind: Field, verb: str) -> Refused:
    return Refused("INVALID_FIELD", f"field '{kind.name}' can not be {verb} in a query call")


def rendered(value: Any) -> Any:
    """A value as it stands in an answer."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}+0000"
    if isinstance(value, date):
        return value.isoformat()
    return value
