"""What the service may ask of the outside world, and what crosses those doors.

Contract for every method here:

* All datetimes are aware; connectors answer in UTC.
* Any method may raise ``connectors.errors.ConnectorError`` and nothing else. A read raises
  ``TransientError`` or ``PermanentError`` kinds; a write may raise ``OutcomeUnknownError``, and
  then the caller looks with ``find_…`` before it writes again.
* Reads retry by themselves within their time budget; writes are sent once.
* Objects are safe to share between threads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from booking_types.bits import Cells
from booking_types.intervals import Interval
from booking_types.model import FieldType, Platform, Record, Value


class Vendor(StrEnum):
    """Who is on the other side of a connection."""

    SALESFORCE = "salesforce"
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    ZOOM = "zoom"


# ---------------------------------------------------------------------------- tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An OAuth access token and what came with it.

    Attributes:
        access_token: Sent as bearer. Never logged.
        expires_at: When the vendor says it ends; nothing when the vendor does not say
            (Salesforce), and then only a refusal tells.
        refresh_token: The newest one, where the vendor gives any. Zoom's is used up by use.
        instance_url: Salesforce only: the org's own base address.
    """

    access_token: str = field(repr=False)
    expires_at: datetime | None = None
    refresh_token: str | None = field(default=None, repr=False)
    instance_url: str | None = None


class TokenStore(Protocol):
    """Where one connection's token lives between calls, shared by all processes."""

    def current(self) -> Token | None:
        """The stored token, fresh or not; nothing when none was ever fetched."""

    def renew(self, *, refused: str | None, fetch: Callable[[Token | None], Token]) -> Token:
        """A token other than the refused one, fetched by whoever comes first.

        Locks the stored row, reads it again, and calls ``fetch`` with what is stored only if
        that is still the refused (or an expired) one; so a vendor whose tokens are used up by
        use sees one refresh, whoever needs it.

        Raises:
            ConnectorError: Whatever ``fetch`` raised; nothing is stored then.
        """


# -------------------------------------------------------------------------- calendars


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyPolicy:
    """Which kinds of calendar entries count as busy; the defaults are the product's.

    Attributes:
        tentative: Entries somebody has not quite agreed to (Google tentative and needsAction,
            Graph tentative).
        working_elsewhere: Graph's workingElsewhere and Google's workingLocation.
        unknown: Graph's ``unknown``.
    """

    tentative: bool = True
    working_elsewhere: bool = False
    unknown: bool = True

    @property
    def is_default(self) -> bool:
        """Whether the vendors' fast free/busy reads answer by this same policy."""
        return self == BusyPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyQuery:
    """Whose time is asked for.

    Attributes:
        mailbox: The connection's address.
        calendar_ids: The calendars that count, by the vendor's ids; empty means the primary one.
        without: Event ids or iCalUIDs that do not count (our own booking while it is moved).
    """

    mailbox: str
    calendar_ids: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyTimes:
    """The answer to one query: when that person is taken.

    Attributes:
        mailbox: As asked.
        taken: The cells of the asked span that are taken; nothing when unreadable.
        unreadable: Why nobody knows (``calendar not found``); empty when it was read. Unread is
            never free.
    """

    mailbox: str
    taken: Cells | None = None
    unreadable: str = ""

    @property
    def busy(self) -> tuple[Interval, ...]:
        """The same as sorted spans in which no two touch."""
        return tuple(self.taken.intervals()) if self.taken is not None else ()


class AttendeeResponse(StrEnum):
    """What an attendee answered."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody on a calendar event.

    Attributes:
        email: Their address.
        name: Their name; may be empty.
        is_optional: Whether they are invited whether free or not.
        response: What they answered; only read, never written.
    """

    email: str
    name: str = ""
    is_optional: bool = False
    response: AttendeeResponse = AttendeeResponse.NEEDS_ACTION


class ConferenceState(StrEnum):
    """How far a conference has come."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """A meeting room on a platform, made for one booking.

    Attributes:
        platform: Where.
        conference_id: The vendor's id of it.
        join_url: What guests click. A secret: never logged. Empty unless ready.
        state: How far it has come.
        interval: When it is planned for; nothing where the vendor does not say.
    """

    platform: Platform
    conference_id: str
    join_url: str = field(default="", repr=False)
    state: ConferenceState = ConferenceState.READY
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """A calendar event as it should be.

    Attributes:
        key: 32 lower-case hex digits, one for each (booking, generation of this target). The
            vendor's id or marker is derived from it, so that a second create finds the first.
        booking_id: Our booking, as a UUID in text; stored on the event as a marker.
        revision: The booking's revision; stored on the event.
        interval: When.
        time_zone: IANA zone in which people read it.
        subject: Title. Plain text without line breaks.
        description: Plain text; connectors escape it where the vendor wants HTML.
        location: Plain text; a join link of another platform stands here.
        attendees: Co-hosts and guests; never the organizer, who is the calendar's owner.
        makes_conference: Make the vendor's own conference (Meet, Teams) with the event.
    """

    key: str
    booking_id: str
    revision: int
    interval: Interval
    time_zone: str
    subject: str
    description: str
    location: str = ""
    attendees: tuple[Attendee, ...] = ()
    makes_conference: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """A calendar event as it is.

    Attributes:
        event_id: The vendor's id, stable while the event lives.
        ical_uid: The id all attendees' copies share.
        key: Our key on it; empty on events that are not ours and on attendees' copies.
        revision: Our revision on it; 0 likewise.
        interval: When.
        subject: Title.
        location: Place.
        organizer_email: Whose event it is.
        attendees: Everybody else on it.
        is_canceled: It was deleted or canceled (Google keeps a tombstone).
        conference: The vendor's own conference on it, if it has one.
        web_url: Where its owner sees it; may be empty.
        description: Its text, as plain text.
    """

    event_id: str
    ical_uid: str
    key: str
    revision: int
    interval: Interval
    subject: str
    location: str
    organizer_email: str
    attendees: tuple[Attendee, ...]
    is_canceled: bool
    conference: Conference | None
    web_url: str = ""
    description: str = ""


class Calendar(Protocol):
    """The calendars that one credential reaches: one account's, or a whole organisation's."""

    @property
    def vendor(self) -> Vendor:
        """Whose calendars."""

    @property
    def busy_batch_size(self) -> int:
        """How many queries one round trip takes; more are sent one batch after another."""

    def busy(
        self, queries: Sequence[BusyQuery], *, span: Interval, policy: BusyPolicy, unit: timedelta
    ) -> list[BusyTimes]:
        """When each of them is taken inside the span, in cells of that length, in the order asked.

        An answer is turned into cells as it arrives and dropped: what stands in other people's
        calendars stays nowhere.

        Takes the vendor's fast free/busy read where that gives the same answer, the events
        themselves otherwise. What cannot be read is said for that one mailbox; the others are
        still answered.

        Raises:
            ConnectorError: Nothing at all could be asked.
        """

    def find_event(self, *, mailbox: str, calendar_id: str, key: str) -> CalendarEvent | None:
        """Our event by its key, canceled or not; nothing when it was never made.

        Microsoft keeps no trace of a canceled event: there it is nothing then, too.
        """

    def get_event(self, *, mailbox: str, calendar_id: str, event_id: str) -> CalendarEvent:
        """The event by the vendor's id.

        Raises:
            MissingError: There is none.
        """

    def create_event(
        self, *, mailbox: str, calendar_id: str, draft: EventDraft, notify: bool
    ) -> CalendarEvent:
        """Make the event, and with ``notify`` let the vendor invite everybody on it.

        Making the same key twice gives the first one, canceled or not: the caller looks. Where
        no trace is kept of a canceled one (Microsoft), it may be made anew.
        """

    def update_event(
        self, *, mailbox: str, calendar_id: str, event_id: str, draft: EventDraft, notify: bool
    ) -> CalendarEvent:
        """Make the event look like the draft.

        Its conference stays; a conference that failed is asked for again.

        Raises:
            MissingError: It is gone.
        """

    def cancel_event(self, *, mailbox: str, calendar_id: str, event_id: str, notify: bool) -> None:
        """Cancel it; nothing happens when it is canceled or gone already."""

    def find_copy(self, *, mailbox: str, ical_uid: str, interval: Interval) -> CalendarEvent | None:
        """An attendee's own copy on their primary calendar, canceled ones left out."""

    def always_notifies(self) -> bool:
        """Whether the vendor mails attendees whatever ``notify`` says (Microsoft does)."""


# ------------------------------------------------------------------------ conferencing


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceDraft:
    """A conference as it should be.

    Attributes:
        key: As on ``EventDraft``; found again by it.
        interval: When.
        time_zone: IANA zone in which people read it.
        topic: Its title.
    """

    key: str
    interval: Interval
    time_zone: str
    topic: str


class Conferencing(Protocol):
    """A platform whose meetings are made apart from any calendar (Zoom)."""

    @property
    def platform(self) -> Platform:
        """Which platform."""

    def find_conference(self, *, account: str, key: str) -> Conference | None:
        """Our meeting by its key among the account's upcoming ones."""

    def get_conference(self, *, account: str, conference_id: str) -> Conference:
        """The meeting by the vendor's id.

        Raises:
            MissingError: It is gone.
        """

    def create_conference(self, *, account: str, draft: ConferenceDraft) -> Conference:
        """Make a fresh meeting; never the account's personal room."""

    def update_conference(
        self, *, account: str, conference_id: str, draft: ConferenceDraft
    ) -> None:
        """Move or rename it."""

    def delete_conference(self, *, account: str, conference_id: str) -> None:
        """Remove it; nothing happens when it is gone already."""


# --------------------------------------------------------------------------------- CRM


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmField:
    """A field as the org describes it.

    Attributes:
        name: API name.
        label: What people see.
        type: Salesforce's word (``string``, ``reference``, ``picklist``, ``datetime`` …).
        references: Objects a lookup may point to.
        relationship: Name used in dotted paths (``Account`` for ``AccountId``); may be empty.
        picklist: Active values, for picklists.
        is_updateable: The integration user may write it.
        is_filterable: Queries may filter by it.
        is_required: A record cannot be without it.
        value_type: What kind of values it holds, for comparing; ``UNFILTERABLE`` ones can be read
            nevertheless.
        has_own_rights: Rights to it are given one by one (field-level security); everybody who
            may read the record sees the others.
        part_of: The compound field (``MailingAddress``) that it is a part of and whose rights
            count for it; may be empty.
        is_restricted: No value outside the picklist is taken.
        length: At most so many characters; 0 where that means nothing.
    """

    name: str
    label: str
    type: str
    references: tuple[str, ...] = ()
    relationship: str = ""
    picklist: tuple[str, ...] = ()
    is_updateable: bool = True
    is_filterable: bool = True
    is_required: bool = False
    value_type: FieldType = FieldType.TEXT
    has_own_rights: bool = False
    part_of: str = ""
    is_restricted: bool = False
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmPath:
    """Where a dotted path leads.

    Attributes:
        field: Where it ends; nothing when it leads nowhere.
        steps: Object and field of each lookup that it follows and of its end, by API name.
        problem: Why it leads nowhere, in words; empty when it leads somewhere.
    """

    field: CrmField | None
    steps: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmOrganization:
    """What an org says of itself.

    Attributes:
        org_id: 18 characters.
        name: As people see it.
        time_zone: IANA name.
        fiscal_year_start_month: 1 to 12.
        week_starts_on: ISO weekday on which its locale begins a week: 7 is Sunday.
    """

    org_id: str
    name: str
    time_zone: str
    fiscal_year_start_month: int
    week_starts_on: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmObject:
    """An object as the org describes it.

    Attributes:
        name: API name (``Lead``, ``Project__c``).
        label: What people see.
        key_prefix: The first three characters of its records' ids.
        has_activities: Events may be related to its records.
        fields: By API name.
    """

    name: str
    label: str
    key_prefix: str
    has_activities: bool
    fields: Mapping[str, CrmField]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmUser:
    """A user of the org.

    Attributes:
        user_id: 18 characters.
        name: As people see it.
        email: As Salesforce has it; a calendar connection may have another.
        time_zone: IANA name.
        is_active: Whether they may do anything at all.
        permission_sets: API names of the permission sets assigned to them.
    """

    user_id: str
    name: str
    email: str
    time_zone: str
    is_active: bool
    permission_sets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAccess:
    """What one user may do with one record, by the org's own sharing."""

    can_read: bool = False
    can_edit: bool = False
    can_transfer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmBookingDraft:
    """A booking as Salesforce should show it: the Booking record and, if wanted, the Event.

    Attributes:
        booking_id: Our UUID in text; external id of the Booking record and marker of the Event.
        revision: The booking's revision.
        record_id: The record it was booked from.
        object_name: Its object.
        booking_type_name: As people see it.
        interval: When.
        host_id: User who owns both.
        co_host_ids: Users invited to the Event.
        booked_by_id: The organizer's user id; nothing for guests and automation.
        status: The lifecycle word (``scheduled``).
        status_text: The words shown for it (``Scheduled``).
        subject: Title.
        description: Plain text.
        location: Place or join link.
        join_url: The conference's link; may be empty.
        guest_email: The primary guest; may be empty.
        makes_event: Whether a Salesforce Event is wanted at all.
        adopts_event: Somebody else's synchronisation makes it: look for that one (same owner,
            start and end, and ``event_marker`` in its description) and relate it to the record.
            With ``makes_event`` one is made where none is found; without, none yet. An Event that
            was not made by us is given the booking's id and related to the record, and nothing
            else of it is ever changed.
        event_marker: What the calendar's event of this booking says and no other does; nothing
            is adopted without it.
        event_id: The Event that exists already, if one does.
        booking_record_id: The Booking record that exists already, if one does.
    """

    booking_id: str
    revision: int
    record_id: str
    object_name: str
    booking_type_name: str
    interval: Interval
    host_id: str
    co_host_ids: tuple[str, ...]
    booked_by_id: str | None
    status: str
    status_text: str
    subject: str
    description: str
    location: str
    join_url: str = field(repr=False)
    guest_email: str
    makes_event: bool
    adopts_event: bool = False
    event_marker: str = ""
    event_id: str | None = None
    booking_record_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmBooking:
    """What Salesforce holds of a booking.

    Attributes:
        booking_record_id: Id of the Booking record.
        event_id: Id of the Event; nothing when it has none.
        revision: The revision that was written last.
    """

    booking_record_id: str
    event_id: str | None
    revision: int


class Crm(Protocol):
    """One Salesforce org, reached as its integration user."""

    def check_organization(self) -> str:
        """The org's 18-character id, read from the org itself; proves that we may come in."""

    def object_for(self, record_id: str) -> CrmObject:
        """The object of a record, known from the first three characters of its id.

        Raises:
            MissingError: No object of the org has that prefix.
        """

    def describe(self, object_name: str) -> CrmObject:
        """The object's fields, reused for some minutes.

        Raises:
            MissingError: The org has no such object.
        """

    def organization(self) -> CrmOrganization:
        """What the org says of itself, reused for some minutes."""

    def paths(self, *, object_name: str, paths: Collection[str]) -> dict[str, CrmPath]:
        """Where each of those dotted paths leads from a record of the object.

        Raises:
            MissingError: The org has no such object.
        """

    def hidden_paths(
        self, *, user_id: str, object_name: str, paths: Collection[str]
    ) -> frozenset[str]:
        """Which of those dotted paths that user may not see, by field-level security.

        A path that leads nowhere is among them, and for somebody who is no active user of the
        org every path. Reused for some minutes.
        """

    def record(self, *, object_name: str, record_id: str, paths: Collection[str]) -> Record:
        """The record with the values of those dotted paths.

        A path that does not exist or may not be read is said in ``unreadable``; it does not
        hide the others. Values come with their types, dates and times parsed.

        Raises:
            MissingError: There is no such record.
        """

    def access(self, *, user_id: str, record_ids: Sequence[str]) -> dict[str, RecordAccess]:
        """What that user may do with each record, by ``UserRecordAccess``."""

    def users(self, user_ids: Collection[str]) -> dict[str, CrmUser]:
        """The users by id, with their permission sets; unknown ids are left out."""

    def busy(
        self, *, user_ids: Sequence[str], span: Interval, without_booking_ids: Collection[str]
    ) -> dict[str, tuple[Interval, ...]]:
        """When each user is taken by Salesforce Events (child events counted once).

        Events that mirror the named bookings do not count.
        """

    def find_booking(self, booking_id: str) -> CrmBooking | None:
        """What Salesforce holds of that booking, by its external id and the Event's marker."""

    def write_booking(self, draft: CrmBookingDraft) -> CrmBooking:
        """Write the Booking record and the Event in one all-or-none composite.

        What an earlier write left is looked for first, by external id and marker, and changed
        instead of made again; a newer revision that stands there already stays.
        """

    def update_record(
        self, *, object_name: str, record_id: str, values: Mapping[str, Value]
    ) -> None:
        """Write fields of a record, its owner among them."""


# -------------------------------------------------------------------------------- mail


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPart:
    """An invitation inside a mail (iMIP, RFC 6047).

    Attributes:
        method: ``REQUEST`` or ``CANCEL``.
        uid: The same through the life of the booking.
        sequence: The booking's revision.
        interval: When.
        time_zone: IANA zone in which people read it.
        organizer_email: The host.
        organizer_name: The host.
        attendees: Co-hosts and guests.
        subject: The meeting's title; the mail's subject when empty.
    """

    method: str
    uid: str
    sequence: int
    interval: Interval
    time_zone: str
    organizer_email: str
    organizer_name: str
    attendees: tuple[Attendee, ...]
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one or more people.

    Attributes:
        message_id: Derived from the delivery, so that a second one can be told from the first.
        to: Addresses.
        subject: Plain text without line breaks.
        text: Plain text body.
        location: For the calendar part.
        calendar: The invitation inside, if it is one.
        reply_to: Whom an answer reaches; may be empty.
        written_at: When it was written, for the mail's date and the invitation's DTSTAMP;
            nothing for the moment it is sent.
    """

    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    location: str = ""
    calendar: CalendarPart | None = None
    reply_to: str = ""
    written_at: datetime | None = None


class Mailer(Protocol):
    """A mail server that takes our mail."""

    def send(self, mail: Mail) -> None:
        """Hand one mail over.

        Raises:
            OutcomeUnknownError: The connection broke after the text was sent.
            RejectedError: The server refused a recipient or the mail.
            TransientError: It can be tried again: nothing was taken.
        """

    def check(self) -> None:
        """Introduce ourselves and log in, without a mail; returns when the server lets us.

        Raises:
            ConnectionBrokenError: Our credentials are not accepted.
            TransientError: It cannot be reached.
        """
