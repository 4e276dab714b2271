"""Which booking types a record is offered, and for each refused one which clause failed.

The same clause means here what it means in a Salesforce query; ``clauses`` says it for each
operator, ``relative_dates`` for ``TODAY`` and its kin, ``operands`` for the values that can be
written, each with the page that it follows. ``tests/connectors/test_filters_as_soql.py`` holds
every one of them against a query, record by record.

* A clause that cannot be read (its field is missing, the operator is none of the field's type,
  a value is of another type) disables the one booking type that has it, whatever its logic says.
  That is said; it never raises.
* ``$User.…`` and ``$Organization.…`` are fields of the running user and of the org; they stand in
  the record under these paths, on both sides of a clause. Without a running user a clause about
  one cannot be read.
* Relative dates are days of the org's zone, whoever asks.
* The answer to many types is found at once; words, and what became of each clause, only when
  somebody reads them.

Where to look: ``resolving`` answers, ``reading`` is one record at one moment, ``clauses`` compares,
``logic`` combines, ``verdicts`` are the answer's types, ``words`` its sentences, ``faults`` says
what is wrong with a filter before any record meets it.
"""

from __future__ import annotations

from booking_types.filters.faults import PATH_ADVICE, clause_faults, filter_faults, is_path
from booking_types.filters.resolving import evaluate, needed_paths, paths, resolve
from booking_types.filters.verdicts import (
    ClauseOutcome,
    ClauseVerdict,
    FilterVerdict,
    Refusal,
    Resolution,
)

__all__ = [
    "PATH_ADVICE",
    "ClauseOutcome",
    "ClauseVerdict",
    "FilterVerdict",
    "Refusal",
    "Resolution",
    "clause_faults",
    "evaluate",
    "filter_faults",
    "is_path",
    "needed_paths",
    "paths",
    "resolve",
]
