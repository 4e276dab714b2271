"""One clause on one record, with the meaning that the same clause has as SOQL.

========================  ====================================================================
``equals``                ``=``; texts whatever their case, several values of a list as a set.
                          Null equals null and nothing else.
``not_equals``            ``!=``: whatever ``=`` does not find, null among it.
``less_than`` and alike   ``<`` ``<=`` ``>`` ``>=``; null is on no side of anything.
``contains``              ``LIKE '%…%'`` with ``%`` and ``_`` escaped; not in null.
``starts_with``           ``LIKE '…%'``, likewise.
``does_not_contain``      ``NOT … LIKE '%…%'``: whatever ``LIKE`` does not find, null among it.
``in``, ``not_in``        ``IN``, ``NOT IN``: as ``=`` with one of them, and what that leaves.
``includes``              ``INCLUDES``: all values of one choice (``a;b`` are two) are chosen.
``excludes``              ``EXCLUDES``: whatever ``INCLUDES`` does not find, null among it.
``is_blank``              ``= null``; of checkboxes what is not ticked.
``is_not_blank``          ``!= null``.
========================  ====================================================================

A path through an empty lookup is null. Sources, all in the SOQL and SOSL Reference: "Comparison
Operators" (the operators; case, wildcards and their escaping; that ``LIKE`` is for text and
``INCLUDES`` and ``EXCLUDES`` for multi-select picklists), "Querying Multi-Select Picklists" (the
four operators that these have, what a semicolon means), "Use null in WHERE" (null, checkboxes),
"null Values in Lookup Relationships and Outer Joins" (empty lookups), "Logical Operators" (a
negation is true where what it negates is false). Where they are silent, docs/fidelity.md says
what was decided.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from booking_types.filters.operands import (
    IDS,
    KINDS,
    NUMBERS,
    TEXTS,
    TIMES,
    ClauseValue,
    Comparable,
    OperandError,
    Reference,
    can_stand_for,
    comparable,
    kind_of,
    wanted,
)
from booking_types.filters.reading import UNKNOWN, UNREADABLE, Reading
from booking_types.filters.relative_dates import RelativeDate
from booking_types.model import Clause, FieldType, Operator

WITHOUT_VALUE = frozenset({Operator.IS_BLANK, Operator.IS_NOT_BLANK})
WITH_VALUES = frozenset({Operator.IN, Operator.NOT_IN, Operator.INCLUDES, Operator.EXCLUDES})
SEARCHING = frozenset({Operator.CONTAINS, Operator.DOES_NOT_CONTAIN, Operator.STARTS_WITH})
ORDERING = frozenset(
    {
        Operator.LESS_THAN,
        Operator.LESS_OR_EQUAL,
        Operator.GREATER_THAN,
        Operator.GREATER_OR_EQUAL,
    }
)
CHOOSING = frozenset({Operator.IN, Operator.NOT_IN})
INCLUDING = frozenset({Operator.INCLUDES, Operator.EXCLUDES})
_EQUALITY = frozenset({Operator.EQUALS, Operator.NOT_EQUALS}) | WITHOUT_VALUE
_NEEDING_VALUE = SEARCHING | ORDERING


def _operators(kind: FieldType) -> frozenset[Operator]:
    if kind in TEXTS:
        return _EQUALITY | CHOOSING | ORDERING | SEARCHING
    if kind in NUMBERS or kind in TIMES:
        return _EQUALITY | CHOOSING | ORDERING
    if kind in IDS or kind is FieldType.CHECKBOX:
        return _EQUALITY | CHOOSING
    if kind is FieldType.MULTI_PICKLIST:
        return _EQUALITY | INCLUDING
    return frozenset()


#: The operators that fields of a type have.
OPERATORS: Mapping[FieldType, frozenset[Operator]] = {kind: _operators(kind) for kind in FieldType}

#: What an operator is called where people read it.
NAMES: Mapping[Operator, str] = {each: each.value.replace("_", " ") for each in Operator}


class UnreadableError(Exception):
    """The clause cannot be read; the text follows the name of its field."""


#: Whether a value, as it is compared, meets a clause.
Test = Callable[[Comparable, Reading], bool]


def _refused(why: Comparable, _reading: Reading) -> bool:
    raise UnreadableError(why)


_NONE_YET: tuple[str, Test] = ("", _refused)


class PreparedClause:
    """A clause, with the test for the type of field that it met last.

    Args:
        clause: The clause.

    Attributes:
        clause: The clause.
        field: The path that it looks at.
        known: The type and its test, in one, so that threads never see half of it.
    """

    __slots__ = ("clause", "field", "known")

    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.field = clause.field
        self.known: tuple[str, Test] = _NONE_YET

    def test(self, kind: str) -> Test:
        """The test for values of that type (or what stands in place of one in ``reading``)."""
        known = self.known
        if known[0] is not kind:
            known = self.known = (kind, _prepared(self.clause, kind))
        return known[1]


def _prepared(clause: Clause, kind: str) -> Test:
    if kind == UNREADABLE:
        return _refused
    try:
        return test_of(clause, kind) if isinstance(kind, FieldType) else _of_blank(clause)
    except OperandError as error:
        # The error itself would keep the frames that it came through.
        reason = str(error)

        def unreadable(_value: Comparable, _reading: Reading) -> bool:
            raise UnreadableError(reason)

        return unreadable


def _of_blank(clause: Clause) -> Test:
    """The test for a blank field of which nobody said the type."""
    kind = _assumed(clause)
    test, blank = test_of(clause, kind), comparable(None, kind)
    return lambda _value, reading: test(blank, reading)


def _assumed(clause: Clause) -> FieldType:
    """A type that has what the clause asks."""
    if clause.operator in INCLUDING:
        return FieldType.MULTI_PICKLIST
    value = clause.values[0] if clause.values else clause.value
    return kind_of(value) or FieldType.TEXT


def test_of(clause: Clause, kind: FieldType) -> Test:
    """The test of a clause on fields of a type.

    Raises:
        OperandError: The type does not have the operator, or a value is not of the type.
    """
    check_operator(clause.operator, kind)
    named = clause.operator
    if named in WITHOUT_VALUE:
        blank = comparable(None, kind)
        compare = _COMPARE[Operator.EQUALS if named is Operator.IS_BLANK else Operator.NOT_EQUALS]
        return lambda value, _reading: compare(value, blank)
    if named in WITH_VALUES:
        return _chosen(clause, kind)
    operand = read_value(clause, kind)
    if isinstance(operand, RelativeDate):
        return _ranged(named, operand, kind)
    compare = _COMPARE[named]
    if isinstance(operand, Reference):
        return _referring(compare, operand, kind)
    return lambda value, _reading: compare(value, operand)


def check_operator(named: Operator, kind: FieldType) -> None:
    """Whether fields of that type have the operator.

    Raises:
        OperandError: They do not; it names those that they have.
    """
    if kind is FieldType.UNFILTERABLE:
        raise OperandError(f"holds {KINDS[kind]}; choose another field")
    if named not in OPERATORS[kind]:
        has = ", ".join(f"“{NAMES[each]}”" for each in Operator if each in OPERATORS[kind])
        raise OperandError(f"holds {KINDS[kind]}, which has no “{NAMES[named]}”; use one of {has}")


def read_value(clause: Clause, kind: FieldType) -> Comparable:
    """The one value of a clause, as it is compared; or a reference or relative date.

    Raises:
        OperandError: It is not of the field's type, or the operator needs one and there is none.
    """
    operand = wanted(clause.value, kind)
    if operand is None and clause.operator in _NEEDING_VALUE:
        raise OperandError(
            f"is to be compared by “{NAMES[clause.operator]}” with nothing; say with what"
        )
    return operand


def read_choice(value: ClauseValue, kind: FieldType) -> Comparable:
    """One of the values of a clause that has several, as it is compared; or a reference.

    Raises:
        OperandError: It is not of the field's type.
    """
    operand = wanted(value, kind)
    if operand is None and kind is FieldType.MULTI_PICKLIST:
        raise OperandError("is to include a value without a name; use “is blank” for none at all")
    return operand


# --------------------------------------------------------------------------- comparing


def _before(first: Comparable, second: Comparable) -> bool:
    return first is not None and second is not None and bool(first < second)


def _not_after(first: Comparable, second: Comparable) -> bool:
    return first is not None and second is not None and bool(first <= second)


def _after(first: Comparable, second: Comparable) -> bool:
    return first is not None and second is not None and bool(first > second)


def _not_before(first: Comparable, second: Comparable) -> bool:
    return first is not None and second is not None and bool(first >= second)


def _contains(text: Comparable, part: Comparable) -> bool:
    return text is not None and part is not None and part in text


def _lacks(text: Comparable, part: Comparable) -> bool:
    return not _contains(text, part)


def _starts_with(text: Comparable, part: Comparable) -> bool:
    return text is not None and part is not None and bool(text.startswith(part))


_COMPARE: Mapping[Operator, Callable[[Comparable, Comparable], bool]] = {
    Operator.EQUALS: operator.eq,
    Operator.NOT_EQUALS: operator.ne,
    Operator.LESS_THAN: _before,
    Operator.LESS_OR_EQUAL: _not_after,
    Operator.GREATER_THAN: _after,
    Operator.GREATER_OR_EQUAL: _not_before,
    Operator.CONTAINS: _contains,
    Operator.DOES_NOT_CONTAIN: _lacks,
    Operator.STARTS_WITH: _starts_with,
}


def _ranged(named: Operator, relative: RelativeDate, kind: FieldType) -> Test:
    # "Use = to find what lies inside, < or > what lies on one side": so <= is inside or before.
    def compared(compare: Callable[[Comparable, Comparable], bool], place: int) -> Test:
        return lambda value, reading: compare(value, reading.range(relative, kind)[place])

    match named:
        case Operator.EQUALS:
            return lambda value, reading: _inside(value, reading.range(relative, kind))
        case Operator.NOT_EQUALS:
            return lambda value, reading: not _inside(value, reading.range(relative, kind))
        case Operator.LESS_THAN:
            return compared(_before, 0)
        case Operator.LESS_OR_EQUAL:
            return compared(_before, 1)
        case Operator.GREATER_THAN:
            return compared(_not_before, 1)
        case _:
            return compared(_not_before, 0)


def _inside(value: Comparable, edges: tuple[Any, Any]) -> bool:
    return value is not None and bool(edges[0] <= value < edges[1])


def _chosen(clause: Clause, kind: FieldType) -> Test:
    if not clause.values:
        raise OperandError(
            f"is to be compared by “{NAMES[clause.operator]}” with nothing; name values"
        )
    choices = [read_choice(value, kind) for value in clause.values]
    wants = clause.operator in (Operator.IN, Operator.INCLUDES)
    matches = _includes if clause.operator in INCLUDING else _equals
    if clause.operator in CHOOSING and not any(
        isinstance(each, Reference | RelativeDate) for each in choices
    ):
        known = frozenset(choices)
        return lambda value, _reading: (value in known) is wants
    return lambda value, reading: (
        # Every choice is looked at, so that one that is not there is found whatever the record has.
        (True in [matches(value, each, kind, reading) for each in choices]) is wants
    )


def _equals(value: Comparable, choice: Comparable, kind: FieldType, reading: Reading) -> bool:
    if isinstance(choice, RelativeDate):
        return _inside(value, reading.range(choice, kind))
    return bool(value == _resolved(choice, kind, reading))


def _includes(value: Comparable, choice: Comparable, kind: FieldType, reading: Reading) -> bool:
    all_of = _resolved(choice, kind, reading)
    return value is not None and all_of is not None and bool(all_of <= value)


# -------------------------------------------------------------------------- references


def _referring(
    compare: Callable[[Comparable, Comparable], bool], operand: Reference, kind: FieldType
) -> Test:
    return lambda value, reading: compare(value, _resolved(operand, kind, reading))


def _resolved(operand: Comparable, kind: FieldType, reading: Reading) -> Comparable:
    """The value that stands behind a reference, as a field of that type compares it.

    Raises:
        UnreadableError: It is not there, or its field is of another type.
    """
    if not isinstance(operand, Reference):
        return operand
    path = operand.path
    other, value = reading.cells[path]
    if other == UNREADABLE:
        raise UnreadableError(f"is to be compared with {path}, which {value}")
    if value is None or other == UNKNOWN:
        return comparable(None, kind)
    other_kind = FieldType(other)
    if not can_stand_for(other_kind, kind):
        raise UnreadableError(
            f"holds {KINDS[kind]}, but {path} holds {KINDS[other_kind]}; compare it with a field "
            "of its own type"
        )
    if other_kind is kind:
        return value
    try:
        return comparable(reading.value(path), kind)
    except OperandError:
        # What exactly stands there is perhaps not for everybody.
        raise UnreadableError(f"holds {KINDS[kind]}, but {path} holds none") from None
