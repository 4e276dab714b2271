"""What is wrong with a record filter: its form by itself, and each clause on a field of a type.

Positions in a fault's path count from 0 (``record_filter.clauses[0].field``), as in the file;
clauses in its message count from 1, as in the logic.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping

from booking_types.errors import Fault
from booking_types.filters.clauses import (
    INCLUDING,
    NAMES,
    ORDERING,
    SEARCHING,
    WITH_VALUES,
    WITHOUT_VALUE,
    check_operator,
    read_choice,
    read_value,
)
from booking_types.filters.logic import LogicError, parse_logic
from booking_types.filters.operands import (
    KINDS,
    ORGANIZATION,
    USER,
    ClauseValue,
    OperandError,
    Reference,
    can_stand_for,
)
from booking_types.model import Clause, FieldType, RecordFilter

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
#: Salesforce follows at most five relationships up from a record.
#: Source: SOQL and SOSL Reference, "Understanding Relationship Query Limitations".
_MOST_RELATIONSHIPS = 5

#: What to do about a path that is none.
PATH_ADVICE = "name the field by its API name, like Industry or Account.Industry"
_OWN_ADVICE = "name a field of the running user or the org, like $User.Department"


def is_path(text: str) -> bool:
    """Whether the text is a dotted path from a record."""
    steps = text.split(".")
    return len(steps) <= _MOST_RELATIONSHIPS + 1 and all(
        _API_NAME.fullmatch(step) for step in steps
    )


def filter_faults(record_filter: RecordFilter) -> tuple[Fault, ...]:
    """Everything that is wrong with the form of a filter, whatever fields the org has."""
    found: list[Fault] = []
    for position, clause in enumerate(record_filter.clauses):
        place, number = f"record_filter.clauses[{position}]", position + 1
        found += _of_field(clause, place=place, number=number)
        found += _of_form(clause, place=place, number=number)
        found += _of_references(clause, place=place, number=number)
    try:
        parse_logic(record_filter.logic, clauses=len(record_filter.clauses))
    except LogicError as error:
        found.append(Fault("record_filter.logic", f"the logic {error}"))
    return tuple(found)


def _of_field(clause: Clause, *, place: str, number: int) -> Iterator[Fault]:
    own = _own_path(clause.field)
    if own is None:
        if not is_path(clause.field):
            yield Fault(f"{place}.field", f"clause {number}: {PATH_ADVICE}")
    elif not is_path(own):
        yield Fault(f"{place}.field", f"clause {number}: {_OWN_ADVICE}")


def _own_path(text: str) -> str | None:
    """What follows ``$User.`` or ``$Organization.``; nothing for a path from the record."""
    for prefix in (USER, ORGANIZATION):
        if text.startswith(prefix):
            return text.removeprefix(prefix)
    return None


def _of_form(clause: Clause, *, place: str, number: int) -> Iterator[Fault]:
    operator, value = clause.operator, clause.value
    name = f"clause {number}: “{NAMES[operator]}”"
    if operator in WITHOUT_VALUE:
        if value is not None or clause.values:
            yield Fault(f"{place}.value", f"{name} takes no value; leave it out")
    elif operator in WITH_VALUES:
        if not clause.values:
            yield Fault(f"{place}.values", f"{name} needs values to choose from; name them")
        if value is not None:
            yield Fault(f"{place}.value", f"{name} takes values, not a value; move it there")
    elif clause.values:
        yield Fault(f"{place}.values", f"{name} takes one value, not several; use “in” for those")
    elif operator in SEARCHING and (not isinstance(value, str) or not value):
        yield Fault(f"{place}.value", f"{name} needs a text to look for")
    elif operator in ORDERING and (value is None or value == "" or isinstance(value, bool)):
        yield Fault(f"{place}.value", f"{name} needs a number, date or text to compare with")


def _values(clause: Clause) -> Iterator[tuple[str, ClauseValue]]:
    """Each value of a clause and its place in it."""
    if clause.value is not None:
        yield "value", clause.value
    for position, value in enumerate(clause.values):
        yield f"values[{position}]", value


def _of_references(clause: Clause, *, place: str, number: int) -> Iterator[Fault]:
    for name, value in _values(clause):
        own = _own_path(value) if isinstance(value, str) else None
        if own is not None and not is_path(own):
            yield Fault(f"{place}.{name}", f"clause {number}: {_OWN_ADVICE}")


# --------------------------------------------------------------------- on the org's fields


def clause_faults(
    clause: Clause,
    *,
    number: int,
    field_type: FieldType,
    choices: Collection[str] | None = None,
    reference_types: Mapping[str, FieldType] | None = None,
) -> tuple[Fault, ...]:
    """Everything that is wrong with a clause on a field of that type.

    What ``filter_faults`` finds in the clause is not said again.

    Args:
        clause: The clause.
        number: Its number, from 1.
        field_type: The type of the field that it names.
        choices: The values of a restricted list; nothing where any value may be.
        reference_types: The types of the fields of user and org that the clause refers to, by
            path, as far as they are known.
    """
    place = f"record_filter.clauses[{number - 1}]"
    about = f"clause {number}: {clause.field}"
    try:
        check_operator(clause.operator, field_type)
    except OperandError as error:
        part = "field" if field_type is FieldType.UNFILTERABLE else "operator"
        return (Fault(f"{place}.{part}", f"{about} {error}"),)
    if next(_of_form(clause, place=place, number=number), None) is not None:
        return ()
    return tuple(
        Fault(f"{place}.{name}", f"{about} {message}")
        for name, message in _of_values(
            clause, field_type, choices=choices, reference_types=reference_types or {}
        )
    )


def _of_values(
    clause: Clause,
    field_type: FieldType,
    *,
    choices: Collection[str] | None,
    reference_types: Mapping[str, FieldType],
) -> Iterator[tuple[str, str]]:
    for name, value in _values(clause):
        try:
            if clause.operator in WITH_VALUES:
                operand = read_choice(value, field_type)
            else:
                operand = read_value(clause, field_type)
        except OperandError as error:
            yield name, str(error)
            continue
        if isinstance(operand, Reference):
            other = reference_types.get(operand.path)
            if other is not None and not can_stand_for(other, field_type):
                yield (
                    name,
                    (
                        f"holds {KINDS[field_type]}, but {operand.path} holds {KINDS[other]}; compare "
                        "it with a field of its own type"
                    ),
                )
        elif choices is not None and clause.operator not in SEARCHING | ORDERING:
            yield from ((name, message) for message in _of_choice(value, clause, choices))


def _of_choice(value: ClauseValue, clause: Clause, choices: Collection[str]) -> Iterator[str]:
    """What is wrong with a value that has to be on a list."""
    known = {choice.casefold(): choice for choice in choices}
    takes_several = clause.operator in INCLUDING or ";" in str(value)
    for part in str(value).split(";") if takes_several else [str(value)]:
        wanted = part.strip().casefold()
        if not wanted or wanted in known:
            continue
        near = difflib.get_close_matches(wanted, known, n=1)
        advice = f"do you mean “{known[near[0]]}”?" if near else f"it has {_listed(list(choices))}"
        yield f"has no value “{part.strip()[:60]}”; {advice}"


_MOST_LISTED = 10


def _listed(choices: list[str]) -> str:
    if not choices:
        return "no values at all; ask for “is blank”"
    more = len(choices) - _MOST_LISTED
    listed = ", ".join(f"“{choice}”" for choice in choices[:_MOST_LISTED])
    return f"{listed} and {more} more" if more > 0 else listed
