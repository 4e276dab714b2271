"""Answers SOQL from an org's rows.

Source: SOQL and SOSL Reference, the pages named where a rule is kept. What Salesforce's refusals of
wrongly grouped queries say is in none of them; ``docs/fidelity.md`` has it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from connectors.sandbox.salesforce import aggregates, date_functions, field_rights, joins, sharing
from connectors.sandbox.salesforce.answers import Refused, malformed_query
from connectors.sandbox.salesforce.comparing import among, checked_id, compared, in_order
from connectors.sandbox.salesforce.locales import moment
from connectors.sandbox.salesforce.paths import Resolved, followed, resolve, value_at
from connectors.sandbox.salesforce.relative_dates import RelativeDate
from connectors.sandbox.salesforce.schema import Field, SObject
from connectors.sandbox.salesforce.soql import (
    Call,
    Combination,
    Comparison,
    Expression,
    Order,
    Query,
    Selected,
)
from connectors.sandbox.salesforce.state import Org, Row

#: Of a row, or of a group of rows.
_Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class _Value:
    """What an expression gives: of which type, and how it comes of a row or a group."""

    field: Field
    of: Callable[[Any], Any]


_Evaluate = Callable[[Expression], _Value]

#: Source: Object Reference, UserRecordAccess: up to 200 record ids can be queried.
_MAX_ACCESS_IDS = 200
#: Source: SOQL and SOSL Reference, "Understanding Relationship Query Limitations".
_MAX_CHILDREN = 20


class Reader:
    """Answers queries of one user.

    Args:
        org: Whose rows.
        user_id: Who asks; sees what sharing lets them see.
        version: Of the API, for the addresses in the answer.
        now: What time it is.
        with_deleted: What is in the recycle bin is answered too.
    """

    def __init__(
        self, org: Org, *, user_id: str, version: str, now: datetime, with_deleted: bool = False
    ) -> None:
        self._org = org
        self._user_id = user_id
        self._version = version
        self._with_deleted = with_deleted
        self._schema = field_rights.schema_for(org, user_id)
        self._moment = moment(org, user_id=user_id, now=now)

    def count_or_records(self, query: Query) -> tuple[int, list[dict[str, Any]]]:
        """How many rows there are, and the rows as they are answered (none for ``COUNT()``).

        Raises:
            Refused: The query names what does not exist or may not be asked.
        """
        known = self._object(query.object_name)
        joins.check(query)
        if is_aggregated(query):
            _check_clauses(query)
        rows = self._rows(query, known)
        if is_aggregated(query) and not query.is_count:
            records = self._grouped(query, known, rows)
            return len(records), records
        rows = self._sorted_and_cut(query, rows, functools.partial(self._sortable, known))
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
            rows = [row for row in self._kept(known) if self._sees(known, row)]
        return self._filtered(query, known, rows)

    def _kept(self, known: SObject) -> Iterable[Row]:
        if not self._with_deleted:
            return self._org.live(known.name)
        rows = self._org.rows.get(known.name, {}).values()
        return [
            replace(row, values={**row.values, "IsDeleted": True}) if row.is_deleted else row
            for row in rows
        ]

    def _filtered(self, query: Query, known: SObject, rows: list[Row]) -> list[Row]:
        if query.where is None:
            return rows
        test = self._condition(query.where, functools.partial(self._filterable, known), known)
        return [row for row in rows if test(row)]

    def _sorted_and_cut(self, query: Query, rows: list[Any], evaluate: _Evaluate) -> list[Any]:
        for order in reversed(query.orders):
            rows = _sorted(rows, order, evaluate(order.expression))
        end = None if query.limit is None else query.offset + query.limit
        return rows[query.offset : end]

    def _sees(self, known: SObject, row: Row) -> bool:
        may = sharing.access(self._org, user_id=self._user_id, object_name=known.name, row=row)
        return may.read

    def _access_rows(self, query: Query) -> list[Row]:
        parts = query.where.parts if isinstance(query.where, Combination) else (query.where,)
        asked = {
            part.expression[-1].casefold(): part.value if part.operator == "in" else (part.value,)
            for part in parts
            if isinstance(part, Comparison)
            and not isinstance(part.expression, Call)
            and part.operator in ("=", "in")
        }
        users, records = asked.get("userid", ()), asked.get("recordid", ())
        is_plain = isinstance(query.where, Combination) and query.where.kind == "and"
        if not is_plain or len(users) != 1 or not records or isinstance(records, Query):
            raise malformed_query("UserRecordAccess must be filtered by one UserId and by RecordId")
        if len(records) > _MAX_ACCESS_IDS:
            raise malformed_query(f"at most {_MAX_ACCESS_IDS} RecordIds can be queried")
        if any(path[-1].casefold() == "id" for path in _paths(query)):
            raise malformed_query("select RecordId and the access level fields")
        return sharing.access_rows(
            self._org,
            viewer_id=self._user_id,
            user_id=checked_id(users[0]),
            record_ids=[checked_id(each) for each in records],
        )

    # ----------------------------------------------------------------------- selecting

    def _selection(self, query: Query, known: SObject) -> Callable[[Row], dict[str, Any]]:
        for item in query.selected:
            if isinstance(item.expression, Call):
                raise malformed_query(f"unexpected token: '{item.expression.name}'")
            if item.alias:
                raise malformed_query("only aggregate expressions use field aliasing")
        if len(query.children) > _MAX_CHILDREN:
            raise malformed_query(f"no more than {_MAX_CHILDREN} sub-queries in a query")
        resolved = [resolve(self._schema, known, path) for path in _paths(query)]
        keys = [each.keys for each in resolved]
        for each in keys:
            if keys.count(each) > 1:
                raise malformed_query(f"duplicate field selected: {'.'.join(each)}")
        children = [
            self._child_selection(child, known, is_alone=query.limit == 1)
            for child in query.children
        ]

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
        self, child: Query, parent: SObject, *, is_alone: bool
    ) -> tuple[str, Callable[[Row], dict[str, Any] | None]]:
        if child.children or is_aggregated(child):
            raise malformed_query("sub-queries go one level deep and do not aggregate")
        if child.offset and not is_alone:
            # Source: SOQL and SOSL Reference, "OFFSET".
            raise malformed_query("a sub-query has an OFFSET only where its query has LIMIT 1")
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
        evaluate = functools.partial(self._sortable, known)
        # Refused even when no row has children.
        self._sorted_and_cut(child, self._filtered(child, known, []), evaluate)

        def answer_child(row: Row) -> dict[str, Any] | None:
            rows = [
                each
                for each in self._kept(known)
                if each.values.get(lookup.name) == row.values["Id"] and self._sees(known, each)
            ]
            rows = self._sorted_and_cut(child, self._filtered(child, known, rows), evaluate)
            if not rows:
                return None
            return {
                "totalSize": len(rows),
                "done": True,
                "records": [select(each) for each in rows],
            }

        return lookup.children, answer_child

    # ----------------------------------------------------------------------- filtering

    def _condition(self, condition: Any, evaluate: _Evaluate, known: SObject) -> _Test:
        if isinstance(condition, Comparison):
            return self._comparison(condition, evaluate, known)
        tests = [self._condition(part, evaluate, known) for part in condition.parts]
        if condition.kind == "and":
            return lambda item: all(test(item) for test in tests)
        if condition.kind == "or":
            return lambda item: any(test(item) for test in tests)
        return lambda item: not tests[0](item)

    def _filterable(self, known: SObject, expression: Expression) -> _Value:
        return self._evaluated(known, expression, lambda kind: kind.is_filterable, "filtered")

    def _sortable(self, known: SObject, expression: Expression) -> _Value:
        return self._evaluated(known, expression, lambda kind: kind.is_sortable, "sorted")

    def _groupable(self, known: SObject, expression: Expression) -> _Value:
        if isinstance(expression, Call):
            # What a date function gives can be grouped, whatever it is of.
            return self._evaluated(
                known, expression, lambda kind: not kind.is_calculated, "grouped"
            )
        return self._evaluated(known, expression, lambda kind: kind.is_groupable, "grouped")

    def _evaluated(
        self, known: SObject, expression: Expression, allows: Callable[[Field], bool], verb: str
    ) -> _Value:
        if not isinstance(expression, Call):
            resolved = resolve(self._schema, known, expression)
            if not allows(resolved.field):
                message = f"field '{resolved.field.name}' can not be {verb} in a query call"
                raise Refused("INVALID_FIELD", message)
            return _Value(resolved.field, lambda row: value_at(self._org, row, resolved))
        inner, is_converted = expression.argument, False
        if isinstance(inner, Call) and inner.name == date_functions.CONVERT:
            inner, is_converted = inner.argument, True
        if inner is None or isinstance(inner, Call):
            raise malformed_query(f"unexpected token: '{expression.name}'")
        value = self._evaluated(known, inner, allows, verb)
        apply = date_functions.of(
            expression.name, value.field, self._moment, is_converted=is_converted
        )
        return _Value(date_functions.result(expression.name), lambda row: apply(value.of(row)))

    def _comparison(self, comparison: Comparison, evaluate: _Evaluate, known: SObject) -> _Test:
        value, wanted = evaluate(comparison.expression), comparison.value
        if isinstance(wanted, Query):
            ids = self._semi_joined(value.field, wanted, known)
            test = among(value.field, comparison.operator, ids)
        else:
            if isinstance(comparison.expression, Call) and isinstance(wanted, RelativeDate):
                # Source: SOQL and SOSL Reference, "Date Functions".
                raise Refused("INVALID_FIELD", "a function is compared with no date literal")
            test = compared(value.field, comparison.operator, wanted, self._moment)
        return lambda item: test(value.of(item))

    def _semi_joined(self, kind: Field, query: Query, outer: SObject) -> frozenset[str]:
        known = self._object(query.object_name)
        selected = resolve(self._schema, known, joins.column(query))
        joins.check_fields(kind, selected.field, outer=outer, inner=known)
        rows = self._rows(query, known)
        values = (value_at(self._org, row, selected) for row in rows)
        return frozenset(value for value in values if value is not None)

    # ------------------------------------------------------------------------ grouping

    def _grouped(self, query: Query, known: SObject, rows: list[Row]) -> list[dict[str, Any]]:
        """The answer of a query with groups, or with one group of everything.

        Source: SOQL and SOSL Reference, "GROUP BY", "Considerations for GROUP BY", "HAVING",
        "Considerations When Using HAVING", "Use Aliases with GROUP BY", "Date Functions".
        """
        keys = [self._groupable(known, expression) for expression in query.groups]
        evaluate = functools.partial(self._of_group, query, known)
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(in_order(key.of(row)) for key in keys), []).append(row)
        found = list(groups.values()) if query.groups else [rows]
        if query.having is not None:
            test = self._condition(query.having, evaluate, known)
            found = [group for group in found if test(group)]
        columns = [
            (name, evaluate(item.expression))
            for name, item in zip(_names(query.selected), query.selected, strict=True)
        ]
        found = self._sorted_and_cut(query, found, evaluate)
        attributes = {"attributes": {"type": "AggregateResult"}}
        return [
            {**attributes, **{name: rendered(value.of(group)) for name, value in columns}}
            for group in found
        ]

    def _of_group(self, query: Query, known: SObject, expression: Expression) -> _Value:
        if isinstance(expression, Call) and expression.name in aggregates.NAMES:
            name = expression.name
            if expression.argument is None or isinstance(expression.argument, Call):
                raise malformed_query(f"unexpected token: '{name}'")
            resolved = resolve(self._schema, known, expression.argument)
            kind = resolved.field

            def aggregate(group: Sequence[Row]) -> Any:
                values = [value_at(self._org, row, resolved) for row in group]
                return aggregates.of(name, kind, values)

            return _Value(aggregates.result(name, kind), aggregate)
        value = self._evaluated(known, expression, lambda _kind: True, "selected")
        if not self._is_grouped(query, known, expression):
            raise malformed_query(f"Field must be grouped or aggregated: {_text(expression)}")
        return _Value(value.field, lambda group: value.of(group[0]))

    def _is_grouped(self, query: Query, known: SObject, expression: Expression) -> bool:
        places = [self._place(known, each) for each in query.groups]
        if self._place(known, expression) in places:
            return True
        # "You can use the date field instead of the date function in the GROUP BY clause."; a
        # dateTime cannot be grouped.
        argument = expression.argument if isinstance(expression, Call) else None
        return argument is not None and self._place(known, argument) in places

    def _place(self, known: SObject, expression: Expression) -> Any:
        """The same for two ways to write the same (case, the object's name before a field)."""
        if isinstance(expression, Call):
            inner = expression.argument
            return expression.name, None if inner is None else self._place(known, inner)
        return resolve(self._schema, known, expression).keys


def is_aggregated(query: Query) -> bool:
    """Whether the answer is of groups, or a count, and not of rows."""
    return bool(query.groups or query.having) or any(
        isinstance(item.expression, Call) and item.expression.name in aggregates.NAMES
        for item in query.selected
    )


def _check_clauses(query: Query) -> None:
    """Which clauses go together.

    Source: SOQL and SOSL Reference, "COUNT() and COUNT(fieldName)", "LIMIT", "HAVING",
    "Considerations for GROUP BY".

    Raises:
        Refused: These do not.
    """
    if query.children:
        raise malformed_query("a query that aggregates has no sub-queries")
    if query.is_count:
        if len(query.selected) > 1 or query.selected[0].alias:
            raise malformed_query("COUNT() must be the only element in the SELECT list")
        if query.orders or query.groups or query.having:
            raise malformed_query("COUNT() goes neither with ORDER BY nor with GROUP BY")
        return
    if query.groups:
        return
    if query.having:
        raise malformed_query("HAVING needs a GROUP BY")
    if query.limit is not None:
        raise malformed_query(
            "Non-grouped query that uses overall aggregate functions cannot also use LIMIT"
        )


def _paths(query: Query) -> list[tuple[str, ...]]:
    return [item.expression for item in query.selected if not isinstance(item.expression, Call)]


def _names(selected: Sequence[Selected]) -> list[str]:
    """What the columns of a grouped answer are called: functions count from ``expr0``."""
    names: list[str] = []
    unnamed = 0
    for item in selected:
        if item.alias:
            names.append(item.alias)
        elif isinstance(item.expression, Call):
            names.append(f"expr{unnamed}")
            unnamed += 1
        else:
            names.append(item.expression[-1])
    for name in names:
        if names.count(name) > 1:
            raise malformed_query(f"duplicate alias: {name}")
    return names


def _text(expression: Expression | None) -> str:
    if isinstance(expression, Call):
        return f"{expression.name}({_text(expression.argument)})"
    return ".".join(expression or ())


def _sorted(rows: list[Any], order: Order, value: _Value) -> list[Any]:
    filled = [row for row in rows if value.of(row) is not None]
    empty = [row for row in rows if value.of(row) is None]
    # Ids tell upper from lower case, and so does their order.
    place = str if value.field.type in ("id", "reference") else in_order
    filled.sort(key=lambda row: place(value.of(row)), reverse=order.is_descending)
    return filled + empty if order.is_nulls_last else empty + filled


def rendered(value: Any) -> Any:
    """A value as it stands in an answer."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}+0000"
    if isinstance(value, date):
        return value.isoformat()
    return value
