"""What came of a filter, clause by clause; words are found only when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

from booking_types.model import BookingType, Clause, Value


class ClauseOutcome(StrEnum):
    """What became of one clause."""

    PASSED = "passed"
    FAILED = "failed"
    UNREADABLE = "unreadable"


class ClauseVerdict:
    """What became of one clause, and why.

    Args:
        number: From 1, as in the logic.
        clause: The clause.
        outcome: What became of it.
        actual: The record's value; nothing when it is blank, could not be read, or may not be
            seen by the one who asks.
        requirement: ``requirement``, or what finds the words.
        sentence: ``sentence``, or what finds the words.
        is_hidden: The one who asks may not see the value.
    """

    __slots__ = ("_requirement", "_sentence", "actual", "clause", "is_hidden", "number", "outcome")

    def __init__(
        self,
        *,
        number: int,
        clause: Clause,
        outcome: ClauseOutcome,
        actual: Value,
        requirement: str | Callable[[], str],
        sentence: str | Callable[[], str],
        is_hidden: bool = False,
    ) -> None:
        self.number = number
        self.clause = clause
        self.outcome = outcome
        self.actual = actual
        self.is_hidden = is_hidden
        self._requirement = requirement
        self._sentence = sentence

    @property
    def requirement(self) -> str:
        """What the clause asks for, in words, without the record's value.

        For those who may not see the field.
        """
        return self._requirement if isinstance(self._requirement, str) else self._requirement()

    @property
    def sentence(self) -> str:
        """What became of it, in words an admin understands, with the record's value.

        A value that the one who asks may not see is not in it.
        """
        return self._sentence if isinstance(self._sentence, str) else self._sentence()


class Verdicts(Sequence[ClauseVerdict]):
    """The verdicts on a filter's clauses, in order; worked out when first read.

    Args:
        work_out: Gives them.
    """

    __slots__ = ("_found", "_work_out")

    def __init__(self, work_out: Callable[[], Sequence[ClauseVerdict]]) -> None:
        self._work_out = work_out
        self._found: Sequence[ClauseVerdict] | None = None

    def _all(self) -> Sequence[ClauseVerdict]:
        if self._found is None:
            self._found = self._work_out()
        return self._found

    @overload
    def __getitem__(self, place: int) -> ClauseVerdict: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[ClauseVerdict]: ...
    def __getitem__(self, place: int | slice) -> ClauseVerdict | Sequence[ClauseVerdict]:
        return self._all()[place]

    def __len__(self) -> int:
        return len(self._all())


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterVerdict:
    """Whether a record passes a filter.

    Attributes:
        passed: Whether it does.
        clauses: What became of each clause, in order.
        problem: What is wrong with the filter's logic; the record does not pass then.
    """

    passed: bool
    clauses: Sequence[ClauseVerdict]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A booking type that a record is not offered.

    Attributes:
        booking_type: Which one.
        clauses: What became of each clause of its filter.
        problem: What else stands against it: it is for another object, its logic is wrong.
    """

    booking_type: BookingType
    clauses: Sequence[ClauseVerdict]
    problem: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """Everything that stands against it, in words."""
        problem = (self.problem,) if self.problem else ()
        return problem + tuple(
            verdict.sentence
            for verdict in self.clauses
            if verdict.outcome is not ClauseOutcome.PASSED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a record is offered, and what not.

    Attributes:
        offered: In the order given.
        refused: All others, in the order given.
    """

    offered: tuple[BookingType, ...]
    refused: tuple[Refusal, ...]
