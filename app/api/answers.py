"""What each operation answers, as schemas: they describe, and tests hold the bodies to them."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from marshmallow import EXCLUDE, fields

from app.deliveries.targets import Target
from app.storage.tables import DELIVERY_STATES, STATES
from booking_types.answers import ReasonCode
from booking_types.filters import ClauseOutcome
from booking_types.model import BusySource, HostRuleKind, Platform, PlatformRuleKind


class Answer(Schema):
    """Something that is answered. Readers overlook members they do not know: more may come."""

    class Meta:
        """As the class says."""

        unknown = EXCLUDE


def _about(description: str, **metadata: Any) -> dict[str, Any]:
    return {"description": description, **metadata} if description else metadata


def _text(description: str = "", *, required: bool = True, **metadata: Any) -> fields.String:
    return fields.String(required=required, metadata=_about(description, **metadata))


def _one_of(kind: Any, description: str = "", *, required: bool = True) -> fields.String:
    return _text(description, required=required, enum=[str(each) for each in kind])


def _number(description: str = "") -> fields.Integer:
    return fields.Integer(required=True, metadata=_about(description))


def _claim(description: str = "") -> fields.Boolean:
    return fields.Boolean(required=True, metadata=_about(description))


def _instant(description: str = "", *, required: bool = True) -> fields.String:
    return _text(description, required=required, format="date-time")


def _our_id(description: str = "") -> fields.String:
    return _text(description, format="uuid")


def _many(schema: type[Schema], description: str = "", *, required: bool = True) -> Any:
    return fields.List(fields.Nested(schema), required=required, metadata=_about(description))


def _texts(description: str = "", **of_each: Any) -> Any:
    return fields.List(fields.String(metadata=of_each), required=True, metadata=_about(description))


_PLATFORMS = [platform.value for platform in Platform]


class Problem(Answer):
    """What went wrong (RFC 9457)."""

    type = _text("Names the kind of problem; `/problems/` and the code.")
    title = _text("The kind of problem, in words.")
    status = _number("The HTTP status.")
    detail = _text("What happened and what to do next; can be shown to people.")
    code = _text("A stable word for programs.")
    field = _text("The part of the request at fault.", required=False)
    retryable = _claim("Whether the same request may succeed later, unchanged.")
    request_id = _text("Name it when asking for help.")
    suggestion = _text("What was probably meant (time zones).", required=False)
    alternatives = fields.List(
        fields.Nested("Slot"),
        metadata={"description": "The nearest times that can be had."},
    )


class Slot(Answer):
    """A time that can be booked."""

    start_at = _instant()
    end_at = _instant("Excluded.")
    host_ids = _texts("Who could be the host then.")


class GuestOfRecord(Answer):
    """The primary guest, as the record has them; texts are empty where it has none."""

    email = _text()
    name = _text()
    time_zone = _text()


class OfferedType(Answer):
    """A booking type that the record is offered."""

    booking_type_id = _our_id()
    version = _number()
    key = _text("The same in every org; for Flows.")
    name = _text()
    durations_minutes = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "To choose from, the first being the default."},
    )
    host_rule = _one_of(HostRuleKind, "Who decides who the host is.")
    show_all = _claim("The times of all hosts may be looked at at once.")
    co_hosts_allowed = _claim()
    co_hosts_most = _number()
    time_zone = _text("In which its starts stand on whole steps from midnight.")
    minimum_notice_minutes = _number()
    booking_window_days = _number()
    platform_rule = _one_of(PlatformRuleKind, "Who decides where it takes place.")
    platform = _one_of(Platform, "The one, where it is fixed.", required=False)
    invites_guests = _claim()
    guest = fields.Nested(GuestOfRecord, required=True)


class Clause(Answer):
    """What became of one condition of a record filter."""

    position = _number("From 1.")
    outcome = _one_of(ClauseOutcome)
    requirement = _text("What it asks for.")
    sentence = _text("What became of it, with the record's value.")


class RefusedType(Answer):
    """A booking type that the record is not offered, and why."""

    booking_type_id = _our_id()
    key = _text()
    name = _text()
    reason = _text(enum=["filtered_out", "cannot_be_checked"])
    detail = _text("The reason in words.")
    clauses = _many(Clause, "For admins.", required=False)
    problem = _text("What is wrong with the type itself; for admins.", required=False)


class OfferedTypes(Answer):
    """Which booking types a record is offered."""

    record_id = _text("18 characters.")
    object_name = _text()
    object_label = _text()
    time_zone = _text("The org's.")
    offered = _many(OfferedType, "In the order of their names.")
    nothing_because = _text(
        "Why nothing is offered; empty when something is.",
        enum=["", "no_booking_types", "filtered_out"],
    )
    refused = _many(RefusedType, "With explain=1.", required=False)


class Unavailable(Answer):
    """Why somebody cannot be booked, whenever it is."""

    code = _text()
    detail = _text("A clause that goes on from the person's name.")


class Person(Answer):
    """Somebody who could be the host or a co-host."""

    host_id = _text("Salesforce user, 18 characters.")
    name = _text()
    time_zone = _text()
    platforms = _texts("Where they can meet.", enum=_PLATFORMS)
    default_platform = _one_of(Platform)
    unavailable = fields.Nested(Unavailable)


class Hosts(Answer):
    """Who could be the host."""

    rule = _one_of(HostRuleKind)
    hosts = _many(Person, "In the type's order.")
    co_hosts = _many(Person, "Who may be added.")
    nobody_because = _text("Why there is no host, in words; empty when there is one.")
    can_show_all = _claim("The times of all hosts may be looked at at once.")


class Reason(Answer):
    """What stands against a time."""

    code = _one_of(ReasonCode)
    detail = _text("A finer word; may be empty.")
    message = _text("A clause that goes on from the time or the person's name.")
    host_id = _text("Whom it concerns.", required=False)
    source = _one_of(BusySource, "What takes the time.", required=False)


class ExplainedTime(Answer):
    """Neighbouring starts of one day about which the same is to be said."""

    local_date = _text("Local date in `grid_time_zone`.", format="date")
    first_at = _instant()
    last_at = _instant()
    starts = _number()
    is_offered = _claim("Who could be the host then stands in `slots`.")
    reasons = _many(
        Reason, "The most telling first, at most twelve; none of a time that is offered."
    )
    reasons_left_out = _number("How many more there are.")


class Availability(Answer):
    """When they can meet."""

    duration_minutes = _number()
    time_zone = _text("The one that was asked in; else the grid's.")
    grid_time_zone = _text("In which starts stand on whole steps from midnight.")
    as_of = _instant("When the oldest of the calendars was read. Booking looks again.")
    slots = _many(Slot, "In time order.")
    people = _many(Person, "Everybody who was asked.")
    explained = _many(ExplainedTime, "With explain=1.", required=False)


class BookedType(Answer):
    """The booking type, as it was when the booking was made."""

    booking_type_id = _our_id()
    version = _number()
    name = _text()


class NamedPerson(Answer):
    """A host or co-host."""

    host_id = _text()
    name = _text()


#: About members that a booking does not have for everybody.
_INSIDE = "For those who attend it or booked it, and for admins."


class Guest(Answer):
    """Somebody from outside who is invited."""

    email = _text(f"As mail is sent; a foreign domain in punycode. {_INSIDE}", required=False)
    shown_email = _text(f"As people should read it. {_INSIDE}", required=False)
    name = _text()


class BookedBy(Answer):
    """Who booked."""

    kind = _text(enum=["user", "client", "flow", "guest", "system"])
    id = _text("Salesforce user for users.")
    name = _text()


class TargetState(Answer):
    """How far one of the things has come that follow a booking."""

    target = _one_of(Target)
    title = _text("What people call it.")
    subject_id = _text("Whose, where there are several of the kind.", required=False)
    state = _text(enum=list(DELIVERY_STATES))
    detail = _text("How far it has come, in words.")
    is_done = _claim("It shows the booking as it is now.")
    needs_attention = _claim("A person has to do something.")
    error_code = _text(required=False)
    vendor_message = _text(
        "The vendor's own words about what went wrong; for admins.", required=False
    )
    next_attempt_at = _instant(required=False)
    done_at = _instant("When it was last done.", required=False)
    external = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={
            "description": "What the vendor calls it: ids and addresses there, as far as the "
            "caller may see them."
        },
    )


class Booking(Answer):
    """A booking with the state of everything that follows it."""

    booking_id = _our_id()
    booking_type = fields.Nested(BookedType, required=True)
    record_id = _text("18 characters.")
    object_name = _text()
    status = _text(enum=list(STATES))
    revision = _number("Counts up from 1 with every change.")
    start_at = _instant()
    end_at = _instant("Excluded.")
    duration_minutes = _number()
    time_zone = _text("In which it was agreed.")
    local_start = _text("Wall-clock start as agreed, without an offset.")
    host = fields.Nested(NamedPerson, required=True)
    co_hosts = _many(NamedPerson)
    guests = _many(Guest, "The primary guest first.")
    invites_guests = _claim()
    platform = _one_of(Platform)
    platform_name = _text()
    place = _text()
    join_url = _text(f"Once there is one. {_INSIDE}", required=False)
    subject = _text()
    notes = _text(f"The organizer's. {_INSIDE}", required=False)
    booked_by = fields.Nested(BookedBy, required=True)
    created_at = _instant()
    targets = _many(TargetState)
    is_settled = _claim("Every target is done.")


class Bookings(Answer):
    """One page of bookings, by their starts."""

    bookings = _many(Booking, "In the order of their starts, or the other way round.")
    next_cursor = _text("For the next page; empty on the last one.")


class Sign(Answer):
    """A sign of life."""

    status = _text(enum=["ok"])


class BookedHeaders(Answer):
    """What is said beside a new booking."""

    location = fields.String(
        data_key="Location", metadata={"description": "Where the booking can be read."}
    )
    replayed = fields.String(
        data_key="Idempotent-Replayed",
        metadata={"description": "`true` when this is the answer to an earlier call."},
    )
