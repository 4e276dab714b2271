"""``calendarView/delta``: what is in a window of a calendar, and what changed in it since.

Sources: microsoft-graph-docs-contrib, event-delta.md (what can be asked, what stands under
``@removed``), delta-query-events.md (the window stays that of the first request),
delta-query-overview.md (state tokens, how long they last, starting anew) (read 2026). That a
series comes back as a whole, its master first, and that nothing tells of an occurrence that was
taken out, is from no page but from what callers report: stackoverflow.com/questions/55641502,
microsoft-graph-docs issue 6353.
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import request

from connectors.sandbox.microsoft import recurrence
from connectors.sandbox.microsoft.callers import Call
from connectors.sandbox.microsoft.recurrence import Instance, itself
from connectors.sandbox.microsoft.state import Event, MicrosoftState, SyncState
from connectors.sandbox.microsoft.wire import GraphError, bad_request, instant

_KNOWN = frozenset({"startdatetime", "enddatetime", "$deltatoken", "$skiptoken"})
_USUAL = 10
_MOST = 1000
#: "After the cache capacity is exceeded, the older delta tokens are deleted"; how many a mailbox
#: has is nowhere said.
_KEPT = 200


def asked() -> Mapping[str, str]:
    """The query's parameters, their names in lower case: the pages write them both ways.

    Raises:
        GraphError: One is not supported here, or is given twice.
    """
    found: dict[str, str] = {}
    for name, values in request.args.lists():
        lower = name.lower()
        if lower not in _KNOWN:
            raise bad_request(f"The query parameter '{name}' is not supported by delta.")
        if lower in found or len(values) > 1:
            raise bad_request(f"Query option '{name}' was specified more than once.")
        found[lower] = values[0]
    return found


def page(
    call: Call, query: Mapping[str, str], *, address: str
) -> tuple[list[Instance | str], str, str]:
    """One page of a round.

    Args:
        call: Whose calendar, and how long a page may be.
        query: As ``asked`` gives it.
        address: Where this was asked, without a query.

    Returns:
        What is on it, an id alone for what was removed; whether ``nextLink`` or ``deltaLink``
        follows; and the query that belongs into that.

    Raises:
        GraphError: The window is none, or the token is none any more.
    """
    size = min(call.preferred.page_size or _USUAL, _MOST)
    synced = _round(call, query, address)
    left = SyncState(
        email=synced.email,
        calendar_id=synced.calendar_id,
        start=synced.start,
        end=synced.end,
        known=synced.known,
        pending=synced.pending[size:],
    )
    kind = "$skiptoken" if left.pending else "$deltatoken"
    token = _kept(call.state, left)
    link = "nextLink" if left.pending else "deltaLink"
    return list(synced.pending[:size]), link, f"{kind}={token}"


def expire(state: MicrosoftState, email: str | None) -> int:
    """Let all tokens of a mailbox, or of all of them, be over; how many there were."""
    over = [token for token, synced in state.sync_states.items() if email in (None, synced.email)]
    for token in over:
        del state.sync_states[token]
    return len(over)


def _kept(state: MicrosoftState, synced: SyncState) -> str:
    token = secrets.token_urlsafe(48)
    state.sync_states[token] = synced
    mine = [name for name, other in state.sync_states.items() if other.email == synced.email]
    for name in mine[:-_KEPT]:
        del state.sync_states[name]
    return token


def _round(call: Call, query: Mapping[str, str], address: str) -> SyncState:
    """What is still to be told: of the round under way, of a new one, or of the first."""
    # An empty $deltatoken is "the same as the initial query" (delta-query-overview.md).
    tokens = [name for name in ("$deltatoken", "$skiptoken") if query.get(name)]
    if not tokens:
        start = instant(query.get("startdatetime"), name="startDateTime")
        end = instant(query.get("enddatetime"), name="endDateTime")
        if end < start:
            raise bad_request("The end is before the start.", code="ErrorInvalidParameter")
        return _compared(call, start, end, known=None)
    if len(tokens) > 1 or set(query) & {"startdatetime", "enddatetime"}:
        raise bad_request("The token says it all: the link is used as it was given.")
    held = call.state.sync_states.get(query[tokens[0]])
    if (
        held is None
        or (held.email, held.calendar_id) != (call.mailbox.email, call.calendar.calendar_id)
        or bool(held.pending) is not (tokens[0] == "$skiptoken")
    ):
        raise GraphError(
            410,
            "syncStateNotFound",
            "The sync state generation is not found.",
            headers={"Location": f"{address}?$deltatoken="},
        )
    if held.pending:
        return held
    return _compared(call, held.start, held.end, known=held.known)


def _compared(
    call: Call, start: datetime, end: datetime, *, known: Mapping[str, int] | None
) -> SyncState:
    """Everything in the window, or what is otherwise than it was known."""
    events = {e.item_id: e for e in call.mailbox.on_calendar(call.calendar.calendar_id)}
    pending: list[Instance | str] = []
    for event in events.values():
        if known is not None and known.get(event.item_id) == event.version:
            continue
        found = list(_inside(event, start, end))
        pending += found
        if not found and known is not None:
            # "Events that are outside the date range and that have been added, deleted, or
            # updated" stand under @removed, too (event-delta.md).
            pending.append(event.item_id)
    pending += [item_id for item_id in known or () if item_id not in events]
    return SyncState(
        email=call.mailbox.email,
        calendar_id=call.calendar.calendar_id,
        start=start,
        end=end,
        known={event.item_id: event.version for event in events.values()},
        # A token "represents a snapshot": what changes meanwhile is for the next round.
        pending=tuple(copy.deepcopy(pending)),
    )


def _inside(event: Event, start: datetime, end: datetime) -> Iterator[Instance]:
    """The event where it is in the window; of a series its master, then each date in there."""
    found = list(recurrence.between(event, start=start, end=end))
    if found and event.recurrence is not None:
        yield itself(event)
    yield from found


def removed(item_id: str) -> dict[str, Any]:
    """How it is told that an item is no more, or is not in the window."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "id": item_id,
        "@removed": {"reason": "deleted"},
    }
