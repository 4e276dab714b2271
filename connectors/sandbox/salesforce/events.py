"""What Salesforce does by itself with Events, and what it does not let happen to them.

Source: Object Reference, Event and EventRelation. A user who is invited gets a child event, which
follows its parent; nobody writes a child event. Custom fields are not copied to it: nothing read
promises that.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, time, timedelta
from typing import Any

from connectors.sandbox.salesforce.answers import Refused
from connectors.sandbox.salesforce.state import Org, Row

_MINUTE = timedelta(minutes=1)
_DAY_MINUTES = 24 * 60
_LONGEST = timedelta(days=14)

#: What a child event has from its parent.
_COPIED = (
    "Subject",
    "StartDateTime",
    "EndDateTime",
    "ActivityDateTime",
    "ActivityDate",
    "EndDate",
    "DurationInMinutes",
    "IsAllDayEvent",
    "Location",
    "Description",
    "IsPrivate",
    "WhoId",
    "WhatId",
    "AccountId",
    "Type",
)


def complete(org: Org, values: dict[str, Any], given: set[str]) -> None:
    """Fill in what follows from what an event's body says, after checking that it fits together.

    Args:
        org: Whose event.
        values: All of the event's values, changed in place.
        given: The fields that the body names.

    Raises:
        Refused: The times or the links do not go together.
    """
    _check_links(org, values)
    if values.get("IsAllDayEvent"):
        _complete_all_day(values, given)
    else:
        _complete_timed(values, given)
    values["ShowAs"] = values.get("ShowAs") or "Busy"
    values["AccountId"] = _account_of(org, values)


def _integrity(message: str, *fields: str) -> Refused:
    return Refused("FIELD_INTEGRITY_EXCEPTION", message, fields=fields)


def _check_links(org: Org, values: dict[str, Any]) -> None:
    who, what = values.get("WhoId"), values.get("WhatId")
    if who and what and str(who).startswith("00Q"):
        raise _integrity("You can't relate an event to a lead and to another record", "WhatId")
    if who and str(who).startswith("00Q"):
        lead = org.row("Lead", str(who))
        if lead is not None and lead.values.get("IsConverted"):
            raise Refused(
                "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=["WhoId"]
            )


def _complete_all_day(values: dict[str, Any], given: set[str]) -> None:
    start = values.get("ActivityDate")
    if "ActivityDate" not in given and values.get("StartDateTime"):
        start = values["StartDateTime"].astimezone(UTC).date()
    if start is None:
        raise _missing("ActivityDate")
    minutes = values.get("DurationInMinutes") or _DAY_MINUTES
    if "DurationInMinutes" not in given and "EndDateTime" in given and values["EndDateTime"]:
        last = values["EndDateTime"].astimezone(UTC).date()
        minutes = ((last - start).days + 1) * _DAY_MINUTES
    days = math.ceil(minutes / _DAY_MINUTES)
    midnight = datetime.combine(start, time(0), tzinfo=UTC)
    values["ActivityDate"] = start
    values["ActivityDateTime"] = None
    values["StartDateTime"] = midnight
    # The last day counts: an event of one day ends at the midnight it starts at.
    values["EndDateTime"] = midnight + timedelta(days=days - 1)
    values["EndDate"] = values["EndDateTime"].date()
    values["DurationInMinutes"] = days * _DAY_MINUTES


def _missing(name: str) -> Refused:
    message = f"Required fields are missing: [{name}]"
    return Refused("REQUIRED_FIELD_MISSING", message, fields=[name])


def _complete_timed(values: dict[str, Any], given: set[str]) -> None:
    if "StartDateTime" in given and "ActivityDateTime" in given:
        if values["StartDateTime"] != values["ActivityDateTime"]:
            raise _integrity("StartDateTime and ActivityDateTime must match", "StartDateTime")
    elif "ActivityDateTime" in given:
        values["StartDateTime"] = values["ActivityDateTime"]
    start = values.get("StartDateTime")
    if start is None:
        raise _missing("StartDateTime")
    end = _end(values, given, start)
    if end < start:
        raise _integrity("Event duration can't be negative", "EndDateTime")
    if end - start > _LONGEST:
        raise _integrity("An event can't last longer than 14 days", "EndDateTime")
    values["ActivityDateTime"] = start
    values["ActivityDate"] = start.date()
    values["EndDateTime"] = end
    values["EndDate"] = end.date()
    values["DurationInMinutes"] = (end - start) // _MINUTE


def _end(values: dict[str, Any], given: set[str], start: datetime) -> datetime:
    end, minutes = values.get("EndDateTime"), values.get("DurationInMinutes")
    if "EndDateTime" in given and end is not None:
        if "DurationInMinutes" in given and minutes != (end - start) // _MINUTE:
            raise _integrity("DurationInMinutes doesn't fit EndDateTime", "DurationInMinutes")
        return end  # type: ignore[no-any-return]  # a row's values are of any type
    if minutes is None:
        raise _missing("DurationInMinutes")
    return start + timedelta(minutes=minutes)


def _account_of(org: Org, values: dict[str, Any]) -> str | None:
    """Of what the event is about, else of whom it is with."""
    for name in ("WhatId", "WhoId"):
        linked = str(values.get(name) or "")
        if linked.startswith("001"):
            return linked
        known = org.schema.by_prefix(linked[:3]) if linked else None
        row = org.row(known.name, linked) if known else None
        if row is not None and row.values.get("AccountId"):
            return str(row.values["AccountId"])
    return None


def check_change(row: Row, values: dict[str, Any]) -> None:
    """Refuse changes of child events.

    Raises:
        Refused: It is one, and more than its reminder is changed.
    """
    if row.values.get("IsChild") and set(values) - {"IsReminderSet", "ReminderDateTime"}:
        raise Refused(
            "INSUFFICIENT_ACCESS_OR_READONLY", "a child event follows its parent", fields=[]
        )


def check_owner(org: Org, event: Row) -> None:
    """Refuse an owner who is also invited.

    Raises:
        Refused: The new owner is an invitee.
    """
    owner = event.values.get("OwnerId")
    for relation in relations(org, event.id):
        if relation.values["RelationId"] == owner:
            raise _integrity("The owner of an event can't be invited to it", "OwnerId")


def relations(org: Org, event_id: str) -> list[Row]:
    """The invitations to an event."""
    return [r for r in org.live("EventRelation") if r.values["EventId"] == event_id]


def follow(org: Org, event: Row) -> None:
    """Make an event's children like it, and gone when it is gone."""
    for child in org.live("Event"):
        if child.parent_event_id != event.id:
            continue
        child.values.update({name: event.values.get(name) for name in _COPIED})
        child.values["ShowAs"] = event.values["ShowAs"]
        child.values["LastModifiedDate"] = event.values["LastModifiedDate"]
        child.is_deleted = event.is_deleted
    if event.is_deleted:
        for relation in relations(org, event.id):
            relation.is_deleted = True
    event.values["IsGroupEvent"] = bool(relations(org, event.id))


def check_relation(org: Org, values: dict[str, Any]) -> None:
    """Refuse an invitation that Salesforce would not take.

    Raises:
        Refused: To a child event, of its owner, or of somebody invited already.
    """
    event = org.row("Event", values["EventId"])
    if event is None or event.values.get("IsChild"):
        raise _integrity("An invitee can't be related to a child event", "EventId")
    if event.values.get("OwnerId") == values["RelationId"]:
        raise _integrity("The owner of an event can't be invited to it", "RelationId")
    if any(r.values["RelationId"] == values["RelationId"] for r in relations(org, event.id)):
        raise Refused(
            "DUPLICATE_VALUE",
            "duplicate value found: the invitee is related to the event already",
            fields=["RelationId"],
        )


def invited(org: Org, relation: Row) -> None:
    """Make the child event of a user who was invited."""
    event = org.row("Event", relation.values["EventId"])
    if event is None:
        return
    if str(relation.values["RelationId"]).startswith("005"):
        values = {name: event.values.get(name) for name in _COPIED}
        values |= {
            "Id": org.new_id("00U"),
            "IsDeleted": False,
            "CreatedDate": relation.values["CreatedDate"],
            "CreatedById": relation.values["CreatedById"],
            "LastModifiedDate": relation.values["CreatedDate"],
            "SystemModstamp": relation.values["CreatedDate"],
            "OwnerId": relation.values["RelationId"],
            "IsChild": True,
            "IsGroupEvent": True,
            "IsRecurrence": False,
            "IsArchived": False,
            "IsReminderSet": False,
            "ShowAs": event.values["ShowAs"],
        }
        org.add("Event", Row(values, parent_event_id=event.id))
    event.values["IsGroupEvent"] = True


def uninvited(org: Org, relation: Row) -> None:
    """Take the child event away from somebody who is not invited any more."""
    for child in org.live("Event"):
        if (
            child.parent_event_id == relation.values["EventId"]
            and child.values["OwnerId"] == relation.values["RelationId"]
        ):
            child.is_deleted = True
    event = org.row("Event", relation.values["EventId"])
    if event is not None:
        event.values["IsGroupEvent"] = bool(relations(org, event.id))
