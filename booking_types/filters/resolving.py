"""Which booking types a record is offered: one look at the record, all filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from booking_types.filters.clauses import PreparedClause, UnreadableError
from booking_types.filters.logic import LogicError, parse_logic
from booking_types.filters.operands import reference
from booking_types.filters.reading import Reading
from booking_types.filters.verdicts import (
    ClauseOutcome,
    ClauseVerdict,
    FilterVerdict,
    Refusal,
    Resolution,
    Verdicts,
)
from booking_types.filters.words import requirement_of, sentence_of
from booking_types.model import (
    BookingType,
    FilterContext,
    Record,
    RecordFilter,
)

#: How many filters are kept prepared; as many as the published types of some large orgs.
_MOST_PREPARED = 2048


class _PreparedFilter:
    """A filter with its clauses prepared.

    Args:
        record_filter: The filter.
    """

    __slots__ = ("clauses", "logic", "problem", "record_filter")

    def __init__(self, record_filter: RecordFilter) -> None:
        self.record_filter = record_filter
        self.clauses = [PreparedClause(clause) for clause in record_filter.clauses]
        self.problem = ""
        # Most filters have no logic: all clauses must hold, and the first that does not decides.
        self.logic = None
        if record_filter.logic.strip():
            try:
                self.logic = parse_logic(record_filter.logic, clauses=len(self.clauses))
            except LogicError as error:
                self.problem = f"the filter's logic {error}"

    def passes(self, reading: Reading) -> bool:
        """Whether the record passes; what cannot be read does not, whatever the logic says."""
        if self.problem:
            return False
        cells = reading.cells
        truths = []
        is_each_needed = self.logic is None
        try:
            for each in self.clauses:
                kind, value = cells[each.field]
                known = each.known
                holds = (known[1] if known[0] is kind else each.test(kind))(value, reading)
                if is_each_needed and not holds:
                    return False
                truths.append(holds)
        except UnreadableError:
            return False
        return self.logic is None or self.logic.holds(truths)

    def verdicts(self, reading: Reading) -> Sequence[ClauseVerdict]:
        """What becomes of each clause, in order."""
        return [
            _verdict(number, each, reading) for number, each in enumerate(self.clauses, start=1)
        ]


#: By identity: a filter that is equal to another may still differ from it (1 and true).
_prepared_filters: dict[int, _PreparedFilter] = {}


def _prepared(record_filter: RecordFilter) -> _PreparedFilter:
    found = _prepared_filters.get(id(record_filter))
    if found is None or found.record_filter is not record_filter:
        if len(_prepared_filters) >= _MOST_PREPARED:
            _prepared_filters.clear()
        found = _prepared_filters[id(record_filter)] = _PreparedFilter(record_filter)
    return found


def resolve(
    *, booking_types: Iterable[BookingType], record: Record, context: FilterContext
) -> Resolution:
    """Which of the booking types the record qualifies for.

    Args:
        booking_types: In the order in which they are to be shown.
        record: With the values of all paths that ``needed_paths`` names for them.
        context: The moment, and the org's calendar.

    Raises:
        booking_types.errors.InvalidRequestError: ``unknown_timezone``: the context's.
    """
    reading = Reading(record=record, context=context)
    object_name = record.object_name.casefold()
    offered: list[BookingType] = []
    refused: list[Refusal] = []
    for booking_type in booking_types:
        if booking_type.object_name.casefold() != object_name:
            problem = f"it is for {booking_type.object_name}, not for {record.object_name}"
            refused.append(Refusal(booking_type=booking_type, clauses=(), problem=problem))
            continue
        prepared = _prepared(booking_type.record_filter)
        if prepared.passes(reading):
            offered.append(booking_type)
        else:
            refused.append(
                Refusal(
                    booking_type=booking_type,
                    clauses=Verdicts(partial(prepared.verdicts, reading)),
                    problem=prepared.problem,
                )
            )
    return Resolution(offered=tuple(offered), refused=tuple(refused))


def evaluate(
    *, record_filter: RecordFilter, record: Record, context: FilterContext
) -> FilterVerdict:
    """Whether the record passes the filter, clause by clause.

    Args:
        record_filter: The filter.
        record: With the values of all ``paths`` of the filter.
        context: The moment, and the org's calendar.

    Raises:
        booking_types.errors.InvalidRequestError: ``unknown_timezone``: the context's.
    """
    reading = Reading(record=record, context=context)
    prepared = _prepared(record_filter)
    return FilterVerdict(
        passed=prepared.passes(reading),
        clauses=Verdicts(partial(prepared.verdicts, reading)),
        problem=prepared.problem,
    )


def _verdict(number: int, prepared: PreparedClause, reading: Reading) -> ClauseVerdict:
    clause = prepared.clause
    kind, value = reading.cells[clause.field]
    reason = ""
    try:
        holds = prepared.test(kind)(value, reading)
        outcome = ClauseOutcome.PASSED if holds else ClauseOutcome.FAILED
    except UnreadableError as error:
        outcome, reason = ClauseOutcome.UNREADABLE, str(error)
    is_hidden = reading.is_hidden(clause.field)
    return ClauseVerdict(
        number=number,
        clause=clause,
        outcome=outcome,
        actual=None if is_hidden else reading.value(clause.field),
        is_hidden=is_hidden,
        requirement=lambda: requirement_of(clause, reading),
        sentence=lambda: sentence_of(clause, reading, outcome=outcome, reason=reason),
    )


def paths(record_filter: RecordFilter) -> frozenset[str]:
    """The fields that the filter looks at, those of the running user and the org among them."""
    found: set[str] = set()
    for clause in record_filter.clauses:
        found.add(clause.field)
        for value in (clause.value, *clause.values):
            referred = reference(value)
            if referred is not None:
                found.add(referred.path)
    return frozenset(found)


def needed_paths(booking_type: BookingType) -> frozenset[str]:
    """The fields that must be read to offer the type, find its host and address its guest."""
    others = (
        booking_type.guest_email_path,
        booking_type.guest_name_path,
        booking_type.guest_time_zone_path,
        *booking_type.host_rule.lookup_paths,
        *(field.default_path for field in booking_type.form),
    )
    return paths(booking_type.record_filter) | {path for path in others if path}
