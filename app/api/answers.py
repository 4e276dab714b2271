"""What each operation answers, as schemas: they describe, and tests hold the bodies to them."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from marshmallow import EXCLUDE, fields

from app.api.requests import ANY_ANSWER
from app.bookings.explanations import TypeState
from app.deliveries.targets import Target
from app.storage.tables import DELIVERY_STATES, STATES
from booking_types.answers import ReasonCode
from booking_types.filters import ClauseOutcome
from booking_types.model import (
    BusySource,
    FormFieldKind,
    HostRuleKind,
    Platform,
    PlatformRuleKind,
)


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
    host_ids = fields.List(
        fields.String(),
        metadata=_about(
            "Who could be the host then; of the slots of an availability that stands beside its "
            "people."
        ),
    )


class GuestOfRecord(Answer):
    """The primary guest, as the record has them; texts are empty where it has none."""

    email = _text()
    name = _text()
    time_zone = _text()


def _any_value(description: str, *, required: bool) -> fields.Raw:
    return fields.Raw(required=required, metadata=_about(description, **ANY_ANSWER))


class FormField(Answer):
    """A field of a booking form."""

    key = _text("Names it in `answers`.")
    label = _text()
    kind = _one_of(FormFieldKind, "What is entered.")
    is_required = _claim("A required checkbox must be ticked.")
    choices = _texts("For `choice`.")
    help = _text("A sentence beside it; may be empty.")
    value = _any_value(
        "What stands in it to begin with, from the record; a date like `2027-03-01`. Left out "
        "where the record has nothing that fits, or the caller may not see it.",
        required=False,
    )


class PanelRole(Answer):
    """A part in the meeting that one of several people takes."""

    key = _text()
    name = _text()


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
    host_rule = _one_of(
        HostRuleKind,
        "Who decides who the host is; `rule` of the hosts says who does for this record.",
    )
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
    panel_roles = _many(PanelRole, "Each taken by one of its people, who is picked at booking.")
    form = _many(FormField, "What is asked besides, in order.")
    consent_text = _text("What the guest must agree to, where that is asked.", required=False)


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
    free = _text(
        "In an availability, of those who could be the host: base64 of little-endian bits. Bit n "
        "is set where a meeting with them can begin n times `cells.minutes` after "
        "`cells.first_at`; only bits of `slots` are set.",
        required=False,
        format="byte",
    )
    unavailable = fields.Nested(Unavailable)


class Role(Answer):
    """A part in the meeting, and who could take it; the first of them who is free does."""

    key = _text()
    name = _text()
    people = _many(Person, "In the type's order.")


class Hosts(Answer):
    """Who could be the host."""

    rule = _one_of(
        HostRuleKind,
        "Who decides for this record: as the type says, or its fallback where a lookup finds "
        "nobody.",
    )
    hosts = _many(Person, "In the type's order.")
    co_hosts = _many(Person, "Who may be added.")
    nobody_because = _text("Why there is no host, in words; empty when there is one.")
    can_show_all = _claim("The times of all hosts may be looked at at once.")
    panel = _many(Role, "Further parts in the meeting.")


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
    is_offered = _claim("Who could be the host then stands in `people`.")
    reasons = _many(
        Reason, "The most telling first, at most twelve; none of a time that is offered."
    )
    reasons_left_out = _number("How many more there are.")


class Cells(Answer):
    """The few minutes by which it is said who is free."""

    first_at = _instant("When the first of them begins.")
    minutes = _number("The length of each.")


class Availability(Answer):
    """When they can meet."""

    duration_minutes = _number()
    time_zone = _text("The one that was asked in; else the grid's.")
    grid_time_zone = _text("In which starts stand on whole steps from midnight.")
    as_of = _instant("When the oldest of the calendars was read. Booking looks again.")
    slots = _many(Slot, "In time order. Who could be the host stands in `people`.")
    cells = fields.Nested(Cells, required=True)
    people = _many(Person, "Everybody who was asked.")
    roles = _many(Role, "Further parts in the meeting, where it has any.", required=False)
    explained = _many(ExplainedTime, "With explain=1.", required=False)


class Viewer(Answer):
    """The user whose view is explained."""

    user_id = _text("Salesforce user, 18 characters.")
    name = _text("Empty where Salesforce knows no such user.")
    problems = _texts("Why they are offered nothing at all: clauses that go on from the name.")


class ExplainedClause(Clause):
    """What became of one condition of a record filter, as its reader may see it."""

    is_hidden = _claim("The caller may not see the record's value, and it is not shown.")


class ExplainedType(Answer):
    """A booking type of the record's object, and what became of it."""

    booking_type_id = _our_id()
    key = _text()
    name = _text()
    version = fields.Integer(metadata={"description": "The published one; none of a draft."})
    state = _one_of(TypeState)
    detail = _text("The same as a clause that goes on from the type's name.")
    clauses = _many(ExplainedClause, "Of its record filter, in order.")
    logic = _text("How the clauses combine; all of them without.", required=False)
    problem = _text("What is wrong with the filter's logic.", required=False)


class LookupStep(Answer):
    """What became of one of the fields in which a lookup looked for the host."""

    path = _text("Dotted, from the record.")
    is_taken = _claim("Whoever stands there is the host.")
    code = _text("Why not.", required=False)
    detail = _text("What became of it, in words.")
    host_id = _text("The user who stands there.", required=False)


class ExplainedHostRule(Answer):
    """Who decides who the host is."""

    kind = _one_of(HostRuleKind, "The booking type's rule.")
    decides = _one_of(HostRuleKind, "Who decides for this record: a fallback may.")
    steps = _many(LookupStep, "What a lookup tried, in order.")
    problem = _text("Why nobody can be the host, in words; empty when somebody can.")


class WordedReason(Answer):
    """What stands against a time, or against one person then."""

    word = _text("A stable word: `busy`, `outside_hours` …")
    detail = _text("A clause that goes on from the time or the person's name.")
    host_id = _text("Whom it concerns.", required=False)


class CountedReason(WordedReason):
    """What stands against so many starts."""

    starts = _number()


class CountedWord(Answer):
    """What stands against so many starts of a person, as its stable word."""

    word = _text()
    starts = _number()


class ExplainedDay(Answer):
    """What became of one day as a whole."""

    local_date = _text("In `grid_time_zone`.", format="date")
    starts = _number("How many starts the grid has.")
    offered = _number("How many of them can be booked.")
    reasons = _many(CountedReason, "Against the others, the most frequent first, at most twelve.")
    reasons_left_out = _number("How many more there are.")


class PersonRun(Answer):
    """Neighbouring starts of one day about which the same is to be said of one person."""

    first_at = _instant()
    last_at = _instant("The last of the starts, not the end of its meeting.")
    starts = _number()
    word = _text("The first reason; `free` where they can come.")
    detail = _text("The same in words.", required=False)


class PersonDay(Answer):
    """What became of one person's day."""

    local_date = _text("In `grid_time_zone`.", format="date")
    starts = _number("How many starts the grid has.")
    free = _number("At how many of them this person can come.")
    reasons = _many(CountedWord, "Each start by its first reason, the most frequent first.")
    runs = _many(PersonRun, "In time order.")


class ExplainedPerson(Answer):
    """One of the type's people, with their time."""

    host_id = _text("Salesforce user, 18 characters.")
    name = _text()
    time_zone = _text()
    role = _text("The panel role they can take; hosts have none.", required=False)
    role_name = _text(required=False)
    aside = _text("Why they could not be the host of this record at all.", required=False)
    unavailable = fields.Nested(Unavailable)
    timeline = _many(PersonDay, "Not there where the answer had no more room.", required=False)


class PersonThen(Answer):
    """Whether one person can come at the asked time."""

    host_id = _text()
    word = _text("The first reason; `free` where they can come.")
    detail = _text("The same in words.", required=False)


class PickLine(Answer):
    """One line of the table behind a pick."""

    host_id = _text()
    position = _number("Their place in the order, from 1.")
    is_free = _claim()
    is_picked = _claim()
    detail = _text("Why, or why not.")


class RolePick(Answer):
    """Who would take a panel role at the asked time."""

    key = _text()
    name = _text()
    host_id = _text("None where nobody can.", required=False)
    pick = _many(PickLine, "Everybody who could, in order.")


class ExplainedStart(Answer):
    """The asked time, looked at closely."""

    start_at = _instant()
    end_at = _instant("Excluded.")
    is_on_grid = _claim("Starts stand there at all.")
    is_offered = _claim()
    reasons = _many(WordedReason, "What stands against it as a whole, at most twelve.")
    reasons_left_out = _number("How many more there are.")
    people = _many(PersonThen, "Everybody, in the order of `people`.")
    host_id = _text("Who would be the host; none where the organizer chooses.", required=False)
    pick = _many(PickLine, "Everybody who could be picked, in order.")
    roles = _many(RolePick, "The same of each panel role.")


class ExplainedTimes(Answer):
    """The hosts and times of one booking type."""

    booking_type_id = _our_id()
    name = _text()
    duration_minutes = _number()
    increment_minutes = _number("From one start to the next.")
    grid_time_zone = _text("In which starts stand on whole steps from midnight.")
    from_at = _instant("What was looked at begins then.")
    to_at = _instant("Excluded.")
    as_of = _instant("When the oldest of the calendars was read.")
    host_rule = fields.Nested(ExplainedHostRule, required=True)
    days = _many(ExplainedDay)
    people = _many(
        ExplainedPerson, "Who could be the host first, then the type's others, then panel roles'."
    )
    people_without_timeline = _number("For how many the answer had no more room.")
    at = fields.Nested(ExplainedStart)


class Explanation(Answer):
    """Why things are, or are not, there for a record."""

    record_id = _text("18 characters.")
    object_name = _text()
    object_label = _text()
    time_zone = _text("The org's.")
    viewer = fields.Nested(Viewer, metadata={"description": "Whose view it is."})
    booking_types = _many(ExplainedType, "All of the object's, by their names.")
    times = fields.Nested(
        ExplainedTimes,
        metadata={"description": "With `booking_type`, once that was published."},
    )


class BookedType(Answer):
    """The booking type, as it was when the booking was made."""

    booking_type_id = _our_id()
    version = _number()
    name = _text()


class NamedPerson(Answer):
    """A host or co-host."""

    host_id = _text()
    name = _text()
    role_name = _text("The panel role they fill.", required=False)


#: About members that a booking does not have for everybody.
_INSIDE = "For those who attend it or booked it, and for admins."


class Guest(Answer):
    """Somebody from outside who is invited."""

    email = _text(f"As mail is sent; a foreign domain in punycode. {_INSIDE}", required=False)
    shown_email = _text(f"As people should read it. {_INSIDE}", required=False)
    name = _text()


class FormAnswer(Answer):
    """What was entered in a field of the booking form."""

    key = _text()
    label = _text()
    value = _any_value("A date like `2027-03-01`.", required=True)


class Consent(Answer):
    """What the guest agreed to."""

    text = _text("As it was read to them then.")
    at = _instant("When the organizer confirmed it.")


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
    answers = _many(FormAnswer, f"Of the booking form, in its order. {_INSIDE}", required=False)
    consent = fields.Nested(
        Consent, metadata={"description": f"Where the type asks for it. {_INSIDE}"}
    )
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
