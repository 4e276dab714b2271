"""One of everything, for the OpenAPI document; tests hold them to the schemas."""

from __future__ import annotations

from typing import Any

_TYPE_ID = "4d1c0c53-95f2-4a7e-9a49-0f6f7f0b6a11"
_BOOKING_ID = "0b9c2f1e-6a51-4f0e-8f43-2f1d3f6f3c27"
_RECORD_ID = "00QHp00002AbCdEMAV"
_HOST_ID = "005Hp00000AbCdEIAV"
_CO_HOST_ID = "005Hp00000FgHiJIAV"
_START, _END = "2027-03-09T14:30:00Z", "2027-03-09T15:00:00Z"

#: Values of what stands in addresses.
PATH_VALUES: dict[str, tuple[str, str]] = {
    "record_id": (
        "The Salesforce record, 15 or 18 characters; the last three of 18 follow from the rest.",
        _RECORD_ID,
    ),
    "booking_type_id": ("The booking type.", _TYPE_ID),
    "booking_id": ("The booking.", _BOOKING_ID),
    "idempotency_key": ("The key the caller booked with.", "panel-7f2d"),
}

#: Values of query parameters and headers, which go together. ``week`` and ``cursor`` have none: the
#: one stands in place of others, the other is good for one deployment only.
PARAMETER_VALUES: dict[str, Any] = {
    "from": "2027-03-08T00:00:00-05:00",
    "to": "2027-03-15T00:00:00-04:00",
    "time_zone": "America/New_York",
    "host": _HOST_ID,
    "co_hosts": [_CO_HOST_ID],
    "duration_minutes": 30,
    "booking_type": _TYPE_ID,
    "at": _START,
    "user": "005Hp00000PqRsTIAV",
    "all": False,
    "explain": False,
    "record_id": _RECORD_ID,
    "after": "2027-03-01T00:00:00Z",
    "before": "2027-04-01T00:00:00Z",
    "newest_first": False,
    "limit": 50,
    "Idempotency-Key": "panel-7f2d",
}

_PERSON = {
    "host_id": _HOST_ID,
    "name": "Host One",
    "time_zone": "America/New_York",
    "platforms": ["google_meet", "zoom", "none"],
    "default_platform": "zoom",
}
_CO_HOST = {
    "host_id": _CO_HOST_ID,
    "name": "Host Two",
    "time_zone": "Europe/London",
    "platforms": ["microsoft_teams", "none"],
    "default_platform": "microsoft_teams",
}
_ENGINEER = {
    "host_id": "005Hp00000YzAbCIAV",
    "name": "Engineer One",
    "time_zone": "America/New_York",
    "platforms": ["google_meet", "none"],
    "default_platform": "google_meet",
}
_LEFT_OUT = {
    "host_id": "005Hp00000KlMnOIAV",
    "name": "Host Three",
    "time_zone": "America/Denver",
    "platforms": ["none"],
    "default_platform": "none",
    "unavailable": {"code": "no_calendar", "detail": "has not connected a calendar"},
}

OFFERED_TYPES: dict[str, Any] = {
    "record_id": _RECORD_ID,
    "object_name": "Lead",
    "object_label": "Lead",
    "time_zone": "America/New_York",
    "offered": [
        {
            "booking_type_id": _TYPE_ID,
            "version": 3,
            "key": "intro_call",
            "name": "Intro call",
            "durations_minutes": [30, 60],
            "host_rule": "choice",
            "show_all": True,
            "co_hosts_allowed": True,
            "co_hosts_most": 2,
            "time_zone": "America/New_York",
            "minimum_notice_minutes": 60,
            "booking_window_days": 60,
            "platform_rule": "organizer_choice",
            "invites_guests": True,
            "guest": {
                "email": "guest@example.com",
                "name": "Guest One",
                "time_zone": "America/Chicago",
            },
            "panel_roles": [{"key": "engineer", "name": "Solution engineer"}],
            "form": [
                {
                    "key": "seats",
                    "label": "Seats",
                    "kind": "number",
                    "is_required": True,
                    "choices": [],
                    "help": "How many people will use it?",
                    "value": 250,
                },
                {
                    "key": "edition",
                    "label": "Edition",
                    "kind": "choice",
                    "is_required": False,
                    "choices": ["Professional", "Enterprise"],
                    "help": "",
                },
            ],
            "consent_text": "May we record this call to write up what you need?",
        }
    ],
    "nothing_because": "",
    "refused": [
        {
            "booking_type_id": "d0a1f5c4-6a0c-4f62-9a2e-5b1a3e0f7c90",
            "key": "enterprise_demo",
            "name": "Enterprise demo",
            "reason": "filtered_out",
            "detail": "This record does not meet its record filter.",
        }
    ],
}

HOSTS: dict[str, Any] = {
    "rule": "choice",
    "hosts": [_PERSON, _LEFT_OUT],
    "co_hosts": [_CO_HOST],
    "nobody_because": "",
    "can_show_all": True,
    "panel": [{"key": "engineer", "name": "Solution engineer", "people": [_ENGINEER]}],
}

AVAILABILITY: dict[str, Any] = {
    "duration_minutes": 30,
    "time_zone": "America/Chicago",
    "grid_time_zone": "America/New_York",
    "as_of": "2027-03-05T16:02:11Z",
    "slots": [{"start_at": _START, "end_at": _END}],
    "cells": {"first_at": "2027-03-09T14:00:00Z", "minutes": 5},
    # Bit 6: half an hour after the first cell.
    "people": [{**_PERSON, "free": "QA=="}, _LEFT_OUT],
    "explained": [
        {
            "local_date": "2027-03-09",
            "first_at": "2027-03-09T15:00:00Z",
            "last_at": "2027-03-09T15:30:00Z",
            "starts": 2,
            "is_offered": False,
            "reasons_left_out": 0,
            "reasons": [
                {
                    "code": "slot_taken",
                    "detail": "busy",
                    "message": "is busy",
                    "host_id": _HOST_ID,
                    "source": "calendar",
                }
            ],
        }
    ],
}

EXPLANATION: dict[str, Any] = {
    "record_id": _RECORD_ID,
    "object_name": "Lead",
    "object_label": "Lead",
    "time_zone": "America/New_York",
    "viewer": {"user_id": "005Hp00000PqRsTIAV", "name": "Organizer One", "problems": []},
    "booking_types": [
        {
            "booking_type_id": "d0a1f5c4-6a0c-4f62-9a2e-5b1a3e0f7c90",
            "key": "enterprise_demo",
            "name": "Enterprise demo",
            "version": 1,
            "state": "filtered_out",
            "detail": "is not offered: this record does not meet its record filter",
            "clauses": [
                {
                    "position": 1,
                    "outcome": "failed",
                    "requirement": "AnnualRevenue must be greater than 1000000",
                    "sentence": "AnnualRevenue is 25000, but must be greater than 1000000",
                    "is_hidden": False,
                }
            ],
        },
        {
            "booking_type_id": _TYPE_ID,
            "key": "intro_call",
            "name": "Intro call",
            "version": 3,
            "state": "offered",
            "detail": "is offered",
            "clauses": [],
        },
    ],
    "times": {
        "booking_type_id": _TYPE_ID,
        "name": "Intro call",
        "duration_minutes": 30,
        "increment_minutes": 30,
        "grid_time_zone": "America/New_York",
        "from_at": "2027-03-09T14:00:00Z",
        "to_at": "2027-03-09T15:30:00Z",
        "as_of": "2027-03-05T16:02:11Z",
        "host_rule": {"kind": "time_first", "decides": "time_first", "steps": [], "problem": ""},
        "days": [
            {
                "local_date": "2027-03-09",
                "starts": 3,
                "offered": 2,
                "reasons": [
                    {
                        "word": "busy",
                        "detail": "is busy then with something in the calendar",
                        "host_id": _HOST_ID,
                        "starts": 1,
                    }
                ],
                "reasons_left_out": 0,
            }
        ],
        "people": [
            {
                "host_id": _HOST_ID,
                "name": "Host One",
                "time_zone": "America/New_York",
                "timeline": [
                    {
                        "local_date": "2027-03-09",
                        "starts": 3,
                        "free": 2,
                        "reasons": [{"word": "busy", "starts": 1}],
                        "runs": [
                            {
                                "first_at": "2027-03-09T14:00:00Z",
                                "last_at": "2027-03-09T14:00:00Z",
                                "starts": 1,
                                "word": "busy",
                                "detail": "is busy then with something in the calendar",
                            },
                            {
                                "first_at": _START,
                                "last_at": "2027-03-09T15:00:00Z",
                                "starts": 2,
                                "word": "free",
                            },
                        ],
                    }
                ],
            }
        ],
        "people_without_timeline": 0,
        "at": {
            "start_at": _START,
            "end_at": _END,
            "is_on_grid": True,
            "is_offered": True,
            "reasons": [],
            "reasons_left_out": 0,
            "people": [{"host_id": _HOST_ID, "word": "free"}],
            "host_id": _HOST_ID,
            "pick": [
                {
                    "host_id": _HOST_ID,
                    "position": 1,
                    "is_free": True,
                    "is_picked": True,
                    "detail": "is the first in the order who is free then",
                }
            ],
            "roles": [],
        },
    },
}

BOOKING_REQUEST: dict[str, Any] = {
    "record_id": _RECORD_ID,
    "booking_type_id": _TYPE_ID,
    "start_at": "2027-03-09T09:30:00-05:00",
    "time_zone": "America/New_York",
    "duration_minutes": 30,
    "host_id": _HOST_ID,
    "co_host_ids": [_CO_HOST_ID],
    "guests": [{"email": "guest@example.com", "name": "Guest One"}],
    "platform": "zoom",
    "notes": "Wants to see the reports first.",
    "answers": {"seats": 250, "edition": "Enterprise"},
    "consent": True,
}

BOOKING: dict[str, Any] = {
    "booking_id": _BOOKING_ID,
    "booking_type": {"booking_type_id": _TYPE_ID, "version": 3, "name": "Intro call"},
    "record_id": _RECORD_ID,
    "object_name": "Lead",
    "status": "scheduled",
    "revision": 1,
    "start_at": _START,
    "end_at": _END,
    "duration_minutes": 30,
    "time_zone": "America/New_York",
    "local_start": "2027-03-09T09:30:00",
    "host": {"host_id": _HOST_ID, "name": "Host One"},
    "co_hosts": [
        {"host_id": _CO_HOST_ID, "name": "Host Two"},
        {
            "host_id": "005Hp00000YzAbCIAV",
            "name": "Engineer One",
            "role_name": "Solution engineer",
        },
    ],
    "guests": [
        {"email": "guest@example.com", "shown_email": "guest@example.com", "name": "Guest One"}
    ],
    "invites_guests": True,
    "platform": "zoom",
    "platform_name": "Zoom",
    "place": "",
    "subject": "Meeting with Host One",
    "notes": "Wants to see the reports first.",
    "answers": [
        {"key": "seats", "label": "Seats", "value": 250},
        {"key": "edition", "label": "Edition", "value": "Enterprise"},
    ],
    "consent": {
        "text": "May we record this call to write up what you need?",
        "at": "2027-03-05T16:02:14Z",
    },
    "booked_by": {"kind": "user", "id": "005Hp00000PqRsTIAV", "name": "Organizer One"},
    "created_at": "2027-03-05T16:02:14Z",
    "targets": [
        {
            "target": "conference",
            "title": "Zoom meeting",
            "state": "pending",
            "detail": "On its way.",
            "is_done": False,
            "needs_attention": False,
            "next_attempt_at": "2027-03-05T16:02:14Z",
        },
        {
            "target": "calendar_event",
            "title": "Calendar event",
            "state": "waiting",
            "detail": "Waits for the meeting's link.",
            "is_done": False,
            "needs_attention": False,
        },
    ],
    "is_settled": False,
}

BOOKINGS: dict[str, Any] = {"bookings": [BOOKING], "next_cursor": ""}

SIGN: dict[str, Any] = {"status": "ok"}


def problem_example(
    *, status: int, code: str, title: str, detail: str, **more: Any
) -> dict[str, Any]:
    """A problem document."""
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "retryable": status == 503,  # noqa: PLR2004 - an HTTP status
        "request_id": "5f0c2a9e7b1d4c33",
        **more,
    }


#: One problem for each status that operations answer.
PROBLEMS: dict[int, dict[str, Any]] = {
    400: problem_example(
        status=400,
        code="malformed_json",
        title="The request is not valid",
        detail="The request's body is not well-formed JSON: line 1, column 2.",
    ),
    401: problem_example(
        status=401,
        code="invalid_token",
        title="The caller is not known",
        detail="The token was refused: it has expired.",
    ),
    403: problem_example(
        status=403,
        code="forbidden_role",
        title="Not allowed",
        detail="This needs the permission set Booking Organizer. "
        "Ask your Salesforce admin to assign it.",
    ),
    404: problem_example(
        status=404,
        code="record_not_found",
        title="Not found",
        detail="This record does not exist, or you may not see it.",
    ),
    409: problem_example(
        status=409,
        code="slot_taken",
        title="The time is not available",
        detail="Somebody else has just booked this time. Choose another one.",
        field="start_at",
        alternatives=[
            {
                "start_at": "2027-03-09T15:30:00Z",
                "end_at": "2027-03-09T16:00:00Z",
                "host_ids": [_HOST_ID],
            }
        ],
    ),
    413: problem_example(
        status=413,
        code="body_too_large",
        title="The request is too large",
        detail="A request may have 256 KB at most.",
    ),
    415: problem_example(
        status=415,
        code="unsupported_media_type",
        title="The request is of another kind",
        detail="Send JSON, with Content-Type: application/json.",
    ),
    422: problem_example(
        status=422,
        code="ambiguous_local_time",
        title="The request is not valid",
        detail="The clocks in America/New_York show this time twice on that day; add the offset.",
        field="start_at",
    ),
    500: problem_example(
        status=500,
        code="internal_error",
        title="Something is wrong inside the service",
        detail="This is our fault, not yours. Nothing else is known yet; name the request id.",
    ),
    502: problem_example(
        status=502,
        code="vendor_refused",
        title="A connected service refused",
        detail="Salesforce refused what was asked of it. Ask your admin to look at it.",
    ),
    503: problem_example(
        status=503,
        code="vendor_unavailable",
        title="A connected service does not answer",
        detail="Salesforce does not answer at the moment. Try again shortly.",
    ),
}
