"""The demo's organisation as data: people by their roles, records, booking types.

Every name and address is made up for the purpose and belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any

from booking_types.model import (
    BookingType,
    Clause,
    CoHostRule,
    ConsentRule,
    FormField,
    FormFieldKind,
    HolidayRule,
    HostOverrides,
    HostRule,
    HostRuleKind,
    Operator,
    PanelRole,
    Platform,
    PlatformRule,
    PlatformRuleKind,
    RecordFilter,
    RecordUpdate,
    WorkingHours,
    WorkingSpan,
    WriteBack,
)
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import Vendor

ORG_NAME = "Demo organisation"
ORG_TIME_ZONE = "Europe/Berlin"
MAIL_DOMAIN = "demo.example"
CUSTOMER_DOMAIN = "customer.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Somebody who works at the demo organisation.

    Attributes:
        key: Short name used in this module.
        number: Makes the Salesforce user id.
        name: As people see it: the role.
        time_zone: IANA name.
        permission_sets: In Salesforce.
        calendar: Where their calendar is; nothing for those who have not connected any.
        zoom: Whether they have a Zoom account.
        platform: Where they meet unless somebody chooses.
        has_withdrawn: They have taken back the right to read their calendar.
    """

    key: str
    number: int
    name: str
    time_zone: str
    permission_sets: tuple[str, ...]
    calendar: Vendor | None = None
    zoom: bool = False
    platform: Platform = Platform.NONE
    has_withdrawn: bool = False

    @property
    def is_host(self) -> bool:
        """Whether they may hold meetings."""
        return "Booking_Host" in self.permission_sets

    @property
    def user_id(self) -> str:
        """Salesforce user id, 18 characters."""
        return salesforce_id(f"005{self.number:012d}")

    @property
    def email(self) -> str:
        """Their address, at Salesforce and at their calendar."""
        return f"{self.key}@{MAIL_DOMAIN}"


def _specialist(
    number: int, city: str, time_zone: str, calendar: Vendor | None, *, has_withdrawn: bool = False
) -> Worker:
    """One of many who can talk about the product."""
    platforms = {
        Vendor.GOOGLE: Platform.GOOGLE_MEET,
        Vendor.MICROSOFT: Platform.MICROSOFT_TEAMS,
    }
    return Worker(
        key=f"specialist.{city.lower()}",
        number=number,
        name=f"Product Specialist {city}",
        time_zone=time_zone,
        permission_sets=("Booking_Host",),
        calendar=calendar,
        platform=platforms[calendar] if calendar is not None else Platform.NONE,
        has_withdrawn=has_withdrawn,
    )


_SPECIALISTS = (
    _specialist(21, "Paris", "Europe/Paris", Vendor.GOOGLE),
    _specialist(22, "Madrid", "Europe/Madrid", Vendor.MICROSOFT),
    _specialist(23, "Stockholm", "Europe/Stockholm", Vendor.GOOGLE),
    _specialist(24, "Warsaw", "Europe/Warsaw", Vendor.MICROSOFT),
    _specialist(25, "Dublin", "Europe/Dublin", Vendor.GOOGLE),
    _specialist(26, "Athens", "Europe/Athens", Vendor.MICROSOFT),
    _specialist(27, "Chicago", "America/Chicago", Vendor.GOOGLE),
    _specialist(28, "Toronto", "America/Toronto", Vendor.MICROSOFT),
    _specialist(29, "Singapore", "Asia/Singapore", Vendor.GOOGLE),
    _specialist(30, "Sydney", "Australia/Sydney", Vendor.MICROSOFT),
    _specialist(31, "Vienna", "Europe/Vienna", Vendor.GOOGLE, has_withdrawn=True),
    _specialist(32, "Rome", "Europe/Rome", None),
)

WORKERS: tuple[Worker, ...] = (
    Worker(
        key="rep",
        number=1,
        name="Sales Rep",
        time_zone="Europe/Berlin",
        permission_sets=("Booking_Organizer",),
    ),
    Worker(
        key="admin",
        number=2,
        name="Booking Admin",
        time_zone="Europe/Berlin",
        permission_sets=("Booking_Admin", "Booking_Organizer"),
    ),
    Worker(
        key="executive.berlin",
        number=11,
        name="Account Executive Berlin",
        time_zone="Europe/Berlin",
        permission_sets=("Booking_Host",),
        calendar=Vendor.GOOGLE,
        platform=Platform.GOOGLE_MEET,
    ),
    Worker(
        key="executive.newyork",
        number=12,
        name="Account Executive New York",
        time_zone="America/New_York",
        permission_sets=("Booking_Host",),
        calendar=Vendor.MICROSOFT,
        platform=Platform.MICROSOFT_TEAMS,
    ),
    Worker(
        key="engineer.london",
        number=13,
        name="Solutions Engineer London",
        time_zone="Europe/London",
        permission_sets=("Booking_Host",),
        calendar=Vendor.GOOGLE,
        zoom=True,
        platform=Platform.ZOOM,
    ),
    Worker(
        key="onboarding.kolkata",
        number=14,
        name="Onboarding Manager Kolkata",
        time_zone="Asia/Kolkata",
        permission_sets=("Booking_Host",),
        calendar=Vendor.MICROSOFT,
        platform=Platform.MICROSOFT_TEAMS,
    ),
    Worker(
        key="support.lisbon",
        number=15,
        name="Support Engineer Lisbon",
        time_zone="Europe/Lisbon",
        permission_sets=("Booking_Host",),
        calendar=Vendor.GOOGLE,
        platform=Platform.NONE,
    ),
    *_SPECIALISTS,
)

#: The type whose hosts are the pool.
POOL_TYPE = "product-consultation"
#: Numbers from here on are of those who make a pool larger than the demo's own.
_FIRST_FURTHER = 1001
_FURTHER_CITIES = (
    ("Oslo", "Europe/Oslo"),
    ("Denver", "America/Denver"),
    ("Tokyo", "Asia/Tokyo"),
    ("Helsinki", "Europe/Helsinki"),
    ("Lima", "America/Lima"),
    ("Auckland", "Pacific/Auckland"),
    ("Zurich", "Europe/Zurich"),
    ("Halifax", "America/Halifax"),
    ("Dubai", "Asia/Dubai"),
    ("Prague", "Europe/Prague"),
    ("Vancouver", "America/Vancouver"),
    ("Kathmandu", "Asia/Kathmandu"),
    ("Copenhagen", "Europe/Copenhagen"),
    ("Johannesburg", "Africa/Johannesburg"),
    ("Adelaide", "Australia/Adelaide"),
)


def further(count: int) -> tuple[Worker, ...]:
    """So many specialists more, the same ones every time, in many zones and on both vendors."""
    made = []
    for position in range(count):
        city, zone = _FURTHER_CITIES[position % len(_FURTHER_CITIES)]
        again = position // len(_FURTHER_CITIES)
        worker = _specialist(
            _FIRST_FURTHER + position,
            city,
            zone,
            Vendor.GOOGLE if position % 2 == 0 else Vendor.MICROSOFT,
        )
        if again:
            worker = replace(
                worker, key=f"{worker.key}.{again + 1}", name=f"{worker.name} {again + 1}"
            )
        made.append(worker)
    return tuple(made)


BY_KEY: Mapping[str, Worker] = {worker.key: worker for worker in WORKERS}
HOSTS = tuple(worker for worker in WORKERS if worker.is_host)

#: The custom object of the demo, as the sandbox is told about it.
PROJECT_OBJECT: Mapping[str, Any] = {
    "fullName": "Project__c",
    "label": "Project",
    "enableActivities": True,
    "nameField": {"label": "Project Name", "type": "Text"},
    "fields": [
        {"fullName": "Stage__c", "label": "Stage", "type": "Text", "length": 80},
        {"fullName": "Contact_Email__c", "label": "Contact Email", "type": "Email"},
        {"fullName": "Contact_Name__c", "label": "Contact Name", "type": "Text", "length": 80},
        {"fullName": "Time_Zone__c", "label": "Contact Time Zone", "type": "Text", "length": 80},
        {"fullName": "Kick_Off__c", "label": "Kick-off", "type": "DateTime"},
    ],
}


def _id(prefix: str, number: int) -> str:
    return salesforce_id(f"{prefix}{number:012d}")


LEAD_ID = _id("00Q", 101)
SMALL_LEAD_ID = _id("00Q", 102)
UNQUALIFIED_LEAD_ID = _id("00Q", 103)
PARTNER_LEAD_ID = _id("00Q", 104)
ACCOUNT_ID = _id("001", 101)
CONTACT_ID = _id("003", 101)
OPPORTUNITY_ID = _id("006", 101)
NEGOTIATION_ID = _id("006", 102)
CASE_ID = _id("500", 101)
#: The org numbers its custom objects in turn; Booking__c of the package is the first.
PROJECT_ID = _id("a01", 101)


def records() -> list[dict[str, Any]]:
    """What is on record, in an order in which nothing points to what is not there yet.

    Each says in ``note`` what it is there to show.
    """
    rep = BY_KEY["rep"].user_id
    return [
        {
            "object": "Lead",
            "id": LEAD_ID,
            "note": (
                "The handover to begin with. It qualifies for two types: a call with one"
                " of three hosts, and a consultation with one of 14, among them one whose"
                " calendar cannot be read and one who has not connected any."
            ),
            "FirstName": "Primary",
            "LastName": "Guest",
            "Company": "Customer One",
            "Email": f"lead@{CUSTOMER_DOMAIN}",
            "Status": "Open - Not Contacted",
            "AnnualRevenue": 2_500_000,
            "OwnerId": rep,
        },
        {
            "object": "Lead",
            "id": SMALL_LEAD_ID,
            "note": ("Too small for a consultation: one type only, chosen by itself."),
            "FirstName": "Other",
            "LastName": "Guest",
            "Company": "Customer Two",
            "Email": f"small.lead@{CUSTOMER_DOMAIN}",
            "Status": "Open - Not Contacted",
            "AnnualRevenue": 50_000,
            "OwnerId": rep,
        },
        {
            "object": "Lead",
            "id": UNQUALIFIED_LEAD_ID,
            "note": (
                "It qualifies for no type. Become the Booking Admin to see which condition failed."
            ),
            "FirstName": "Unqualified",
            "LastName": "Guest",
            "Company": "Customer Four",
            "Email": f"unqualified.lead@{CUSTOMER_DOMAIN}",
            "Status": "Unqualified",
            "AnnualRevenue": 20_000,
            "OwnerId": rep,
        },
        {
            "object": "Lead",
            "id": PARTNER_LEAD_ID,
            "note": (
                "It came through a partner, so there is an executive briefing as well: always with"
                " the same host, three a week at most, closed on the holidays of New York, and the"
                " guest has to agree to a recording."
            ),
            "FirstName": "Partner",
            "LastName": "Guest",
            "Company": "Customer Five",
            "Email": f"partner.lead@{CUSTOMER_DOMAIN}",
            "Status": "Working - Contacted",
            "LeadSource": "Partner Referral",
            "AnnualRevenue": 800_000,
            "OwnerId": rep,
        },
        {
            "object": "Account",
            "id": ACCOUNT_ID,
            "note": ("Accounts have no booking types at all."),
            "Name": "Customer Three",
            "OwnerId": BY_KEY["executive.newyork"].user_id,
        },
        {
            "object": "Contact",
            "id": CONTACT_ID,
            "note": (
                "The record names the host: the owner of its account, who is shown and not chosen."
            ),
            "FirstName": "Contact",
            "LastName": "Guest",
            "AccountId": ACCOUNT_ID,
            "Email": f"contact@{CUSTOMER_DOMAIN}",
            "OwnerId": rep,
        },
        {
            "object": "Opportunity",
            "id": OPPORTUNITY_ID,
            "note": ("With co-hosts: add colleagues, and only times remain when all of them can."),
            "Name": "Customer Three, renewal",
            "AccountId": ACCOUNT_ID,
            "StageName": "Prospecting",
            "CloseDate": "2030-12-31",
            "OwnerId": rep,
        },
        {
            "object": "Opportunity",
            "id": NEGOTIATION_ID,
            "note": (
                "With a panel and a form: a security workshop needs one of three solution engineers,"
                " whoever is free, and asks what it is about."
            ),
            "Name": "Customer Three, expansion",
            "AccountId": ACCOUNT_ID,
            "StageName": "Negotiation",
            "Amount": 180_000,
            "NextStep": "Agree on who takes part",
            "CloseDate": "2030-06-30",
            "OwnerId": rep,
        },
        {
            "object": "Case",
            "id": CASE_ID,
            "note": ("A call back by telephone: no platform, a place instead, a single host."),
            "Subject": "The export does not start",
            "Status": "New",
            "ContactId": CONTACT_ID,
            "AccountId": ACCOUNT_ID,
            "OwnerId": rep,
        },
        {
            "object": "Project__c",
            "id": PROJECT_ID,
            "note": (
                "Time first: choose when; the first in line who is free then is the host. The guest"
                " is in another time zone, which the record knows."
            ),
            "Name": "Roll-out for Customer Three",
            "Stage__c": "Planned",
            "Contact_Email__c": f"project@{CUSTOMER_DOMAIN}",
            "Contact_Name__c": "Project Guest",
            "Time_Zone__c": "America/New_York",
            "OwnerId": rep,
        },
    ]


def _weekdays(start: time, end: time) -> tuple[WorkingSpan, ...]:
    return tuple(WorkingSpan(weekday=day, start=start, end=end) for day in range(1, 6))


def working_hours(worker: Worker) -> WorkingHours:
    """When a host works: nine to six in their own zone; those of a larger pool differ."""
    spans = _weekdays(time(9), time(18))
    if worker.number >= _FIRST_FURTHER:
        spans = _FURTHER_HOURS[worker.number % len(_FURTHER_HOURS)]
    return WorkingHours(time_zone=worker.time_zone, spans=spans)


_FURTHER_HOURS = (
    _weekdays(time(9), time(18)),
    _weekdays(time(8), time(16, 30)),
    _weekdays(time(10), time(19)),
    _weekdays(time(9), time(17))[:4],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoType:
    """A booking type and who its hosts are, in order.

    Attributes:
        booking_type: What it says.
        hosts: Keys of ``BY_KEY``.
        panel: Who can take each panel role, in order; keys of ``BY_KEY``.
        overrides: Where a host differs from the type.
    """

    booking_type: BookingType
    hosts: tuple[str, ...]
    panel: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    overrides: Mapping[str, HostOverrides] = field(default_factory=dict)


def _minutes(*numbers: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=number) for number in numbers)


BOOKING_TYPES: tuple[DemoType, ...] = (
    DemoType(
        booking_type=BookingType(
            key="discovery-call",
            name="Discovery call",
            object_name="Lead",
            record_filter=RecordFilter(
                clauses=(
                    Clause(
                        field="Status",
                        operator=Operator.IN,
                        values=("Open - Not Contacted", "Working - Contacted"),
                    ),
                )
            ),
            durations=_minutes(30, 45),
            increment=timedelta(minutes=30),
            buffer_after=timedelta(minutes=15),
            guest_email_path="Email",
            guest_name_path="Name",
            subject="Discovery call: {{ record.Company }}",
            description="Booked by {{ organizer.name }} with {{ guest.name }}.",
            write_back=WriteBack(
                record_updates=(
                    RecordUpdate(field="Status", value="Working - Contacted"),
                    RecordUpdate(
                        field="Description",
                        value="Discovery call on {{ booking.date }} with {{ host.name }}",
                    ),
                ),
                hand_over_owner=True,
            ),
        ),
        hosts=("executive.berlin", "executive.newyork", "engineer.london"),
    ),
    DemoType(
        booking_type=BookingType(
            key="product-consultation",
            name="Product consultation",
            object_name="Lead",
            record_filter=RecordFilter(
                clauses=(
                    Clause(
                        field="AnnualRevenue",
                        operator=Operator.GREATER_THAN,
                        value=1_000_000,
                    ),
                )
            ),
            co_host_rule=CoHostRule(allowed=True, most=2),
            durations=_minutes(45, 90),
            increment=timedelta(minutes=15),
            guest_email_path="Email",
            guest_name_path="Name",
            subject="Product consultation: {{ record.Company }}",
            description="Booked by {{ organizer.name }} with {{ guest.name }}.",
            write_back=WriteBack(
                record_updates=(
                    RecordUpdate(
                        field="Description",
                        value="Product consultation on {{ booking.date }} with {{ host.name }}",
                    ),
                )
            ),
        ),
        hosts=(*(each.key for each in _SPECIALISTS), "executive.berlin", "engineer.london"),
        overrides={
            "specialist.paris": HostOverrides(daily_limit=2),
            "specialist.madrid": HostOverrides(minimum_notice=timedelta(days=2)),
        },
    ),
    DemoType(
        booking_type=BookingType(
            key="enterprise-discovery",
            name="Enterprise discovery",
            object_name="Lead",
            record_filter=RecordFilter(
                clauses=(
                    Clause(
                        field="AnnualRevenue",
                        operator=Operator.GREATER_THAN,
                        value=10_000_000,
                    ),
                )
            ),
            durations=_minutes(60),
            guest_email_path="Email",
            guest_name_path="Name",
            subject="Enterprise discovery: {{ record.Company }}",
        ),
        hosts=("executive.newyork",),
    ),
    DemoType(
        booking_type=BookingType(
            key="executive-briefing",
            name="Executive briefing",
            object_name="Lead",
            record_filter=RecordFilter(
                clauses=(
                    Clause(
                        field="LeadSource",
                        operator=Operator.IN,
                        values=("Partner Referral", "Other"),
                    ),
                    Clause(field="CreatedDate", operator=Operator.EQUALS, value="LAST_N_DAYS:90"),
                    Clause(field="CreatedDate", operator=Operator.EQUALS, value="TODAY"),
                ),
                logic="1 AND (2 OR 3)",
            ),
            host_rule=HostRule(kind=HostRuleKind.FIXED),
            holidays=HolidayRule(calendar="US-NY"),
            weekly_limit=3,
            durations=_minutes(45),
            platform_rule=PlatformRule(kind=PlatformRuleKind.HOST_DEFAULT),
            guest_email_path="Email",
            guest_name_path="Name",
            consent=ConsentRule(
                text="The briefing is recorded, and the recording is kept for 30 days."
            ),
            subject="Executive briefing: {{ record.Company }}",
        ),
        hosts=("executive.newyork",),
    ),
    DemoType(
        booking_type=BookingType(
            key="product-demo",
            name="Product demo",
            object_name="Contact",
            host_rule=HostRule(
                kind=HostRuleKind.LOOKUP,
                lookup_paths=("Account.OwnerId", "OwnerId"),
                fallback=HostRuleKind.TIME_FIRST,
            ),
            platform_rule=PlatformRule(
                kind=PlatformRuleKind.FIXED, platform=Platform.MICROSOFT_TEAMS
            ),
            guest_email_path="Email",
            guest_name_path="Name",
            subject="Product demo for {{ record.Account.Name }}",
            write_back=WriteBack(
                record_updates=(
                    RecordUpdate(field="Description", value="Product demo on {{ booking.date }}"),
                )
            ),
        ),
        hosts=("executive.newyork",),
    ),
    DemoType(
        booking_type=BookingType(
            key="technical-deep-dive",
            name="Technical deep dive",
            object_name="Opportunity",
            co_host_rule=CoHostRule(allowed=True, most=3),
            platform_rule=PlatformRule(kind=PlatformRuleKind.FIXED, platform=Platform.ZOOM),
            durations=_minutes(60),
            subject="Technical deep dive: {{ record.Name }}",
            write_back=WriteBack(
                record_updates=(
                    RecordUpdate(field="Description", value="Deep dive on {{ booking.date }}"),
                )
            ),
        ),
        hosts=("engineer.london", "executive.berlin", "executive.newyork"),
    ),
    DemoType(
        booking_type=BookingType(
            key="security-workshop",
            name="Security workshop",
            object_name="Opportunity",
            record_filter=RecordFilter(
                clauses=(
                    Clause(field="StageName", operator=Operator.NOT_EQUALS, value="Prospecting"),
                    Clause(field="Amount", operator=Operator.GREATER_OR_EQUAL, value=100_000),
                    Clause(field="Account.Type", operator=Operator.EQUALS, value="Customer"),
                    Clause(field="CloseDate", operator=Operator.GREATER_THAN, value="TODAY"),
                ),
                logic="1 AND (2 OR 3) AND 4",
            ),
            panel_roles=(PanelRole(key="engineer", name="Solution engineer"),),
            durations=_minutes(60, 90),
            form=(
                FormField(
                    key="topic",
                    label="What is it about?",
                    kind=FormFieldKind.CHOICE,
                    is_required=True,
                    choices=("Encryption", "Sign-on", "Audit", "Data residency"),
                ),
                FormField(
                    key="attendees",
                    label="How many people come?",
                    kind=FormFieldKind.NUMBER,
                    help="From their side.",
                ),
                FormField(
                    key="next_step",
                    label="Next step",
                    default_path="NextStep",
                    record_field="NextStep",
                    is_in_event=False,
                ),
                FormField(
                    key="agreement",
                    label="A confidentiality agreement is signed",
                    kind=FormFieldKind.CHECKBOX,
                    is_required=True,
                    is_in_event=False,
                ),
            ),
            subject="Security workshop on {{ form.topic }}: {{ record.Name }}",
        ),
        hosts=("executive.berlin", "executive.newyork"),
        panel={"engineer": ("engineer.london", "specialist.paris", "specialist.madrid")},
    ),
    DemoType(
        booking_type=BookingType(
            key="kick-off",
            name="Kick-off",
            object_name="Project__c",
            host_rule=HostRule(kind=HostRuleKind.TIME_FIRST),
            durations=_minutes(45),
            increment=timedelta(minutes=15),
            guest_email_path="Contact_Email__c",
            guest_name_path="Contact_Name__c",
            guest_time_zone_path="Time_Zone__c",
            subject="Kick-off: {{ record.Name }}",
            write_back=WriteBack(
                record_updates=(
                    RecordUpdate(field="Stage__c", value="Kick-off booked"),
                    RecordUpdate(field="Kick_Off__c", value="{{ booking.start_at }}"),
                )
            ),
        ),
        hosts=("onboarding.kolkata", "executive.berlin", "engineer.london"),
    ),
    DemoType(
        booking_type=BookingType(
            key="support-call-back",
            name="Support call back",
            object_name="Case",
            platform_rule=PlatformRule(kind=PlatformRuleKind.NONE),
            durations=_minutes(20),
            increment=timedelta(minutes=20),
            guest_email_path="Contact.Email",
            guest_name_path="Contact.Name",
            subject="Call back: {{ record.Subject }}",
            location="We call the number on the case",
            write_back=WriteBack(record_updates=(RecordUpdate(field="Status", value="Working"),)),
        ),
        hosts=("support.lisbon",),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who works at the demo organisation, with a pool of some size.

    Attributes:
        workers: Everybody.
        types: The booking types with their hosts.
    """

    workers: tuple[Worker, ...]
    types: tuple[DemoType, ...]

    @property
    def hosts(self) -> tuple[Worker, ...]:
        """Those who may hold meetings."""
        return tuple(worker for worker in self.workers if worker.is_host)

    @property
    def by_key(self) -> Mapping[str, Worker]:
        """Everybody by their key."""
        return {worker.key: worker for worker in self.workers}

    @property
    def pool(self) -> tuple[str, ...]:
        """The hosts of the type that is there for pools."""
        return next(each.hosts for each in self.types if each.booking_type.key == POOL_TYPE)


def staff(pool: int | None = None) -> Staff:
    """Everybody.

    Args:
        pool: How many hosts the product consultation has; 14 unless somebody asks.
    """
    if pool is None:
        return Staff(workers=WORKERS, types=BOOKING_TYPES)
    named = next(each.hosts for each in BOOKING_TYPES if each.booking_type.key == POOL_TYPE)
    more = further(max(pool - len(named), 0))
    keys = (*named, *(worker.key for worker in more))[:pool]
    return Staff(
        workers=(*WORKERS, *more),
        types=tuple(
            replace(each, hosts=keys) if each.booking_type.key == POOL_TYPE else each
            for each in BOOKING_TYPES
        ),
    )
