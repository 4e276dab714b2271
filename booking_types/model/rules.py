"""The booking type, and the rules it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from booking_types.model.filter import RecordFilter
from booking_types.model.hours import DateOverride, HolidayRule, WorkingHours

# ------------------------------------------------------------------------------ the people


class HostRuleKind(StrEnum):
    """Who decides who the host is."""

    #: The organizer picks one of the type's hosts.
    CHOICE = "choice"
    #: Always the first of the type's hosts.
    FIXED = "fixed"
    #: The user found in a field of the record (``OwnerId``, ``Account.OwnerId``).
    LOOKUP = "lookup"
    #: The organizer picks the time first; the host is one of those free then.
    TIME_FIRST = "time_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """How the host of a booking is found.

    Attributes:
        kind: Who decides.
        lookup_paths: For ``lookup``: dotted paths to a user id on the record. The first that
            names somebody who can be the host is taken.
        lookup_any: For ``lookup``: everybody who can be booked in the org may be found; without
            it only the type's own hosts, if it has any.
        fallback: For ``lookup``: who decides between the type's hosts when no path names one
            (anything but ``lookup``); nothing: then there is no host.
        show_all: For ``choice``: the organizer may look at the times of all hosts at once.
    """

    kind: HostRuleKind = HostRuleKind.CHOICE
    lookup_paths: tuple[str, ...] = ()
    lookup_any: bool = False
    fallback: HostRuleKind | None = None
    show_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CoHostRule:
    """Whether colleagues may be added who must attend as well.

    Attributes:
        allowed: The organizer may add co-hosts, out of the type's hosts.
        most: How many at most.
    """

    allowed: bool = False
    most: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRole:
    """A part in the meeting that one of several people takes, beside the host.

    Attributes:
        key: Names it where its people are listed; lower-case letters, digits, dashes.
        name: What organizers see (``Solution engineer``).
    """

    key: str
    name: str


# ------------------------------------------------------------------------------- the place


class Platform(StrEnum):
    """Where the meeting takes place."""

    GOOGLE_MEET = "google_meet"
    MICROSOFT_TEAMS = "microsoft_teams"
    ZOOM = "zoom"
    #: No platform: an address, a phone number, any text of the organizer's; or nothing at all.
    NONE = "none"


class PlatformRuleKind(StrEnum):
    """Who decides on the platform."""

    #: The host's default, and the organizer may change it to another that the host connected.
    ORGANIZER_CHOICE = "organizer_choice"
    #: The host's default, always.
    HOST_DEFAULT = "host_default"
    #: Always the one named; a host who has not connected it cannot be booked.
    FIXED = "fixed"
    #: Never any: the meeting is at a place, or by phone.
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRule:
    """Where meetings of a type take place.

    Attributes:
        kind: Who decides.
        platform: For ``fixed``: which one.
    """

    kind: PlatformRuleKind = PlatformRuleKind.ORGANIZER_CHOICE
    platform: Platform | None = None

    @property
    def only(self) -> Platform | None:
        """The one platform of all of the type's meetings, where there is only one."""
        return Platform.NONE if self.kind is PlatformRuleKind.NONE else self.platform


class CalendarRule(StrEnum):
    """Whether a host can be booked without a connected calendar."""

    #: Only hosts with a connected calendar (design decision: unread is not free).
    REQUIRED = "required"
    #: Hosts who never connected one too: their hours, our bookings and Salesforce count then.
    OPTIONAL = "optional"


# ---------------------------------------------------------------------- what is asked for


class FormFieldKind(StrEnum):
    """What is entered in a field of the booking form."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    #: One of the choices.
    CHOICE = "choice"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of a type's booking form, which the organizer fills in.

    Attributes:
        key: Names it in templates (``{{ form.budget }}``) and answers; letters, digits,
            underscores.
        label: What organizers see.
        kind: What is entered.
        is_required: Nothing can be booked without it. A required checkbox must be ticked.
        choices: For ``choice``: what there is to choose from.
        help: A sentence beside it; may be empty.
        default_path: Dotted path on the record whose value stands in it to begin with.
        record_field: The field of the record that the answer is written to.
        is_in_event: The answer stands in the event's description, with its label: guests read it
            there. Without it only the house does, in notices and in Salesforce.
    """

    key: str
    label: str
    kind: FormFieldKind = FormFieldKind.TEXT
    is_required: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""
    default_path: str | None = None
    record_field: str | None = None
    is_in_event: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule:
    """That the guest must have agreed to something sensitive before it is booked.

    Attributes:
        text: What the guest agrees to, as the organizer reads it to them. It is kept with the
            booking as it was then.
    """

    text: str


# ------------------------------------------------------------------------ what is written


class SalesforceEventRule(StrEnum):
    """Whether a booking has an Event in Salesforce, and who makes it."""

    #: We write one.
    ALWAYS = "always"
    #: There is none.
    NEVER = "never"
    #: Another synchronisation (Einstein Activity Capture) makes one from the calendar: that one
    #: is related to the record. Only where none appears in time do we write one.
    ADOPT = "adopt"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUpdate:
    """One field that a booking writes on its record.

    Attributes:
        field: A field of the record itself.
        value: A template over the booking (``{{ booking.start_at }}``) or a plain value.
    """

    field: str
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBack:
    """What a booking writes, and where.

    Attributes:
        calendar_event: An event on the host's calendar.
        guest_invitation: Guests are invited (by the calendar; by our mail without one).
        salesforce_event: A Salesforce Event on the record.
        record_updates: Fields of the record, in order.
        hand_over_owner: The host becomes the record's owner.
    """

    calendar_event: bool = True
    guest_invitation: bool = True
    salesforce_event: SalesforceEventRule = SalesforceEventRule.ALWAYS
    record_updates: tuple[RecordUpdate, ...] = ()
    hand_over_owner: bool = False


# ------------------------------------------------------------------------- the booking type


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingType:
    """The configured kind of meeting; one published version of it.

    Attributes:
        key: Names the type in files and Flows; the same in every org; never changes.
        name: What organizers see; unique in the org.
        object_name: API name of the one Salesforce object it is for (``Lead``).
        record_filter: Which records of that object.
        host_rule: How the host is found.
        co_host_rule: Whether co-hosts may be added.
        panel_roles: Further parts in the meeting, each taken by one of several people.
        durations: The lengths to choose from, the first being the default.
        increment: The distance between possible starts, from local midnight of the grid's zone.
        working_hours: The type's own hours; without them each host's own.
        date_overrides: Other hours on single dates, for all of its hosts.
        holidays: The days on which none of its hosts works.
        time_zone: IANA zone of the grid and of templates; without it the org's.
        buffer_before: Kept free before the meeting.
        buffer_after: Kept free after it.
        minimum_notice: How soon the earliest start may be.
        booking_window: How far ahead the latest start may be.
        daily_limit: How many meetings of this type a person takes part in on one day of theirs.
        weekly_limit: The same for a week of theirs, Monday to Sunday.
        platform_rule: Where it takes place.
        calendar_rule: Whether hosts need a connected calendar.
        salesforce_busy: Events in Salesforce make a host busy too.
        guest_email_path: Dotted path to the primary guest's address on the record.
        guest_name_path: Dotted path to the primary guest's name.
        guest_time_zone_path: Dotted path to the guest's IANA zone, where the record has one.
        form: What the organizer is asked besides, in order.
        consent: What the guest must agree to; nothing for types that are not sensitive.
        subject: Template of the meeting's title.
        description: Template of its text.
        location: Template of its place, for meetings without a platform.
        write_back: What is written.
    """

    key: str
    name: str
    object_name: str
    record_filter: RecordFilter = field(default_factory=RecordFilter)
    host_rule: HostRule = field(default_factory=HostRule)
    co_host_rule: CoHostRule = field(default_factory=CoHostRule)
    panel_roles: tuple[PanelRole, ...] = ()
    durations: tuple[timedelta, ...] = (timedelta(minutes=30),)
    increment: timedelta = timedelta(minutes=30)
    working_hours: WorkingHours | None = None
    date_overrides: tuple[DateOverride, ...] = ()
    holidays: HolidayRule = field(default_factory=HolidayRule)
    time_zone: str | None = None
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    minimum_notice: timedelta = timedelta(hours=1)
    booking_window: timedelta = timedelta(days=60)
    daily_limit: int | None = None
    weekly_limit: int | None = None
    platform_rule: PlatformRule = field(default_factory=PlatformRule)
    calendar_rule: CalendarRule = CalendarRule.REQUIRED
    salesforce_busy: bool = True
    guest_email_path: str | None = None
    guest_name_path: str | None = None
    guest_time_zone_path: str | None = None
    form: tuple[FormField, ...] = ()
    consent: ConsentRule | None = None
    subject: str = "Meeting with {{ host.name }}"
    description: str = ""
    location: str = ""
    write_back: WriteBack = field(default_factory=WriteBack)
