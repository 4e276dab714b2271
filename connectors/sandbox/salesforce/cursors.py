"""Query locators: where an answer of many rows goes on.

Source: REST API Developer Guide, "Query More Results", "QueryAll More Results", "Query Options
Header"; Salesforce Help 000384958 ("18 characters long and begins with the prefix 0r8"); Salesforce
Developer Limits, "API Query Cursor Limits": two days, the results of nested queries as well, any
number of them. That a locator is the user's who asked is our reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.salesforce.answers import Refused
from connectors.sandbox.salesforce.state import Org

LIFE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """What a locator stands for."""

    records: Sequence[dict[str, Any]]
    total: int
    size: int
    user_id: str
    over_at: datetime


def first(
    org: Org, records: Sequence[dict[str, Any]], *, total: int, size: int, user_id: str, **at: Any
) -> dict[str, Any]:
    """The first rows of an answer; ``at``: ``now``, and the ``root`` of addresses."""
    if len(records) <= size:
        return _page(org, records, {"totalSize": total, "done": True}, size, user_id, **at)
    cursor = Cursor(
        records=records, total=total, size=size, user_id=user_id, over_at=at["now"] + LIFE
    )
    locator = org.new_id("0r8")
    org.cursors[locator] = cursor
    return _after(org, locator, cursor, 0, **at)


def more(org: Org, text: str, *, user_id: str, **at: Any) -> dict[str, Any]:
    """The next rows.

    Raises:
        Refused: There is no such locator, or it is over.
    """
    locator, _, place = text.rpartition("-")
    cursor: Cursor | None = org.cursors.get(locator)
    is_there = cursor is not None and place.isdecimal() and 0 < int(place) < len(cursor.records)
    if cursor is None or not is_there or cursor.user_id != user_id or cursor.over_at <= at["now"]:
        raise Refused("INVALID_QUERY_LOCATOR", "invalid query locator")
    return _after(org, locator, cursor, int(place), **at)


def expire(org: Org) -> int:
    """Let all locators of an org be over; how many those were."""
    count = len(org.cursors)
    org.cursors.clear()
    return count


def _after(org: Org, locator: str, cursor: Cursor, place: int, **at: Any) -> dict[str, Any]:
    end = place + cursor.size
    body: dict[str, Any] = {"totalSize": cursor.total, "done": end >= len(cursor.records)}
    if not body["done"]:
        body["nextRecordsUrl"] = f"{at['root']}/query/{locator}-{end}"
    return _page(org, cursor.records[place:end], body, cursor.size, cursor.user_id, **at)


def _page(
    org: Org,
    records: Sequence[dict[str, Any]],
    body: dict[str, Any],
    size: int,
    user_id: str,
    **at: Any,
) -> dict[str, Any]:
    return {
        **body,
        "records": [
            {name: _nested(org, value, size, user_id, **at) for name, value in record.items()}
            for record in records
        ],
    }


def _nested(org: Org, value: Any, size: int, user_id: str, **at: Any) -> Any:
    """A sub-query's answer goes on by a locator of its own."""
    if not isinstance(value, dict) or "records" not in value:
        return value
    total = value["totalSize"]
    return first(org, value["records"], total=total, size=size, user_id=user_id, **at)
