"""Which records a booking type is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Operator(StrEnum):
    """How a record filter compares a field with its value or values; SOQL has each of them."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    LESS_THAN = "less_than"
    GREATER_THAN = "greater_than"
    LESS_OR_EQUAL = "less_or_equal"
    GREATER_OR_EQUAL = "greater_or_equal"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does_not_contain"
    STARTS_WITH = "starts_with"
    #: For fields with several values: one of the choices is among them. A choice may itself name
    #: several with semicolons between them, and then all of these must be.
    INCLUDES = "includes"
    EXCLUDES = "excludes"
    IS_BLANK = "is_blank"
    IS_NOT_BLANK = "is_not_blank"
    IN = "in"
    NOT_IN = "not_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition of a record filter, e.g. ``AnnualRevenue greater_than 1000000``.

    Attributes:
        field: Dotted path from the record (``Account.Industry``), from the running user
            (``$User.Department``) or from the org (``$Organization.Country``).
        operator: How to compare.
        value: What to compare with; unused by ``is_blank``, ``is_not_blank`` and the operators
            that take ``values``. A date is ISO text or one of Salesforce's relative dates
            (``TODAY``, ``LAST_N_DAYS:30``); a text that begins with ``$User.`` or
            ``$Organization.`` names a field of these.
        values: The choices of ``in``, ``not_in``, ``includes`` and ``excludes``.
    """

    field: str
    operator: Operator
    value: str | int | float | bool | None = None
    values: tuple[str | int | float | bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """Which records a booking type is for. Without clauses: every record of its object.

    Attributes:
        clauses: The conditions, numbered from 1 in ``logic``.
        logic: How they combine (``1 AND (2 OR NOT 3)``); empty means all of them.
    """

    clauses: tuple[Clause, ...] = ()
    logic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterContext:
    """What relative dates are relative to.

    Attributes:
        now: Aware.
        time_zone: The org's IANA zone; its days are meant.
        fiscal_year_start_month: 1 to 12; the org's.
        week_starts_on: ISO weekday on which the org's locale begins its weeks: 7 is Sunday.
    """

    now: datetime
    time_zone: str
    fiscal_year_start_month: int = 1
    week_starts_on: int = 7
