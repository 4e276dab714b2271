"""``getSchedule``: free and busy of up to twenty mailboxes at once.

Source of the limits: microsoft-graph-docs-contrib, calendar-getschedule.md and
outlook-get-free-busy-schedule.md (read 2025): at most 20 mailboxes, less than 62 days, an
interval of 5 to 1440 minutes, 30 without a word, the default calendar only.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.microsoft.recurrence import Instance, between
from connectors.sandbox.microsoft.state import Mailbox, MicrosoftState
from connectors.sandbox.microsoft.wire import (
    Json,
    Preferences,
    bad_request,
    date_time,
    local_time,
)

_MOST_MAILBOXES = 20
_LONGEST = timedelta(days=62)
#: More entries than this in one mailbox fail for that mailbox ([S27] in the vendor's Q&A).
_MOST_ENTRIES = 1000
#: ``unknown`` has no digit in the documentation; Exchange calls 4 *no data*.
_DIGITS = {"free": 0, "workingElsewhere": 0, "tentative": 1, "busy": 2, "oof": 3, "unknown": 4}
_KNOWN = frozenset({"schedules", "starttime", "endtime", "availabilityviewinterval"})


def _lower_keys(value: Any) -> Any:
    """The official client writes ``Schedules``; Graph does not mind, and neither do we."""
    return {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else value


def _zoned(value: Any) -> datetime:
    fields = _lower_keys(value)
    if isinstance(fields, dict):
        fields = {
            {"datetime": "dateTime", "timezone": "timeZone"}.get(key, key): item
            for key, item in fields.items()
        }
    return local_time(fields, supported=None)[0]


def _interval(value: Any) -> timedelta:
    try:
        minutes = int(value)
    except (TypeError, ValueError) as error:
        raise bad_request("availabilityViewInterval is a number of minutes.") from error
    if not 5 <= minutes <= 1440:  # noqa: PLR2004 - the vendor's limits, named above
        raise bad_request(
            "availabilityViewInterval is from 5 to 1440 minutes.", code="ErrorInvalidParameter"
        )
    return timedelta(minutes=minutes)


def answer(
    state: MicrosoftState, body: Json, *, tenant_id: str, preferred: Preferences
) -> list[Json]:
    """One scheduleInformation for each mailbox asked for.

    Raises:
        GraphError: The request is not what Graph takes.
    """
    fields = _lower_keys(body)
    if set(fields) - _KNOWN:
        unknown = min(set(fields) - _KNOWN)
        raise bad_request(f"The parameter '{unknown}' in the request payload is not valid.")
    schedules = fields.get("schedules")
    if not isinstance(schedules, list) or not all(isinstance(s, str) for s in schedules):
        raise bad_request("schedules is a collection of addresses.")
    if not 0 < len(schedules) <= _MOST_MAILBOXES:
        raise bad_request(
            f"At most {_MOST_MAILBOXES} schedules can be asked for at once.",
            code="ErrorInvalidParameter",
        )
    start, end = _zoned(fields.get("starttime")), _zoned(fields.get("endtime"))
    if end <= start:
        raise bad_request("The end is not after the start.", code="ErrorInvalidTimeInterval")
    if end - start >= _LONGEST:
        raise bad_request("The time window is too long.", code="ErrorTimeIntervalTooBig")
    step = _interval(fields.get("availabilityviewinterval", 30))
    return [
        _information(state, address, tenant_id, (start, end), step, preferred)
        for address in schedules
    ]


def _information(
    state: MicrosoftState,
    address: str,
    tenant_id: str,
    window: tuple[datetime, datetime],
    step: timedelta,
    preferred: Preferences,
) -> Json:
    mailbox = state.mailboxes.get(address.lower())
    if mailbox is None or mailbox.tenant_id != tenant_id:
        # Source of message and code: microsoft-graph-docs issue 11225.
        return _error(
            address,
            f"Unable to resolve e-mail address {address} to an Active Directory object.",
            "5009",
        )
    if not mailbox.is_rest_enabled:
        return _error(address, "The mailbox cannot be reached for free/busy.", "5034")
    taken = _taken(mailbox, window)
    if len(taken) > _MOST_ENTRIES:
        return _error(address, "The result set has too many calendar entries.", "5032")
    return {
        "scheduleId": address,
        "availabilityView": _view(taken, window, step),
        "scheduleItems": [
            {
                "isPrivate": False,
                "status": instance.show_as,
                "subject": instance.subject,
                "location": instance.event.location,
                "start": date_time(instance.start, preferred),
                "end": date_time(instance.end, preferred),
            }
            for instance in taken
        ],
        "workingHours": {
            "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": mailbox.time_zone},
        },
    }


def _error(address: str, message: str, code: str) -> Json:
    return {"scheduleId": address, "error": {"message": message, "responseCode": code}}


def _taken(mailbox: Mailbox, window: tuple[datetime, datetime]) -> list[Instance]:
    """What is on the default calendar; what was canceled or declined counts as free."""
    found = [
        instance
        for event in mailbox.on_calendar(mailbox.default_calendar.calendar_id)
        if not event.is_cancelled and event.response != "declined"
        for instance in between(event, start=window[0], end=window[1])
    ]
    return sorted(found, key=lambda instance: instance.start)


def _view(taken: list[Instance], window: tuple[datetime, datetime], step: timedelta) -> str:
    start, end = window
    slots = [0] * -(-(end - start) // step)
    for instance in taken:
        digit = _DIGITS[instance.show_as]
        first = max(0, (instance.start - start) // step)
        last = min(len(slots), -(-(instance.end - start) // step))
        for position in range(first, last):
            slots[position] = max(slots[position], digit)
    return "".join(map(str, slots))
