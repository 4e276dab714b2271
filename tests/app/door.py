"""The door on its own: recorded answers stand where the service is, and an org's keys are ours.

What the service does behind the door is tested with a real database and the sandbox elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.bookings.explanations import (
    ExplainedHostRule,
    ExplainedPerson,
    ExplainedRole,
    ExplainedStart,
    ExplainedTimes,
    ExplainedType,
    Explanation,
    ExplanationRequest,
    TypeState,
    Viewer,
)
from app.bookings.questions import (
    AvailabilityAnswer,
    AvailabilityRequest,
    BookingsRequest,
    BookingView,
    BookRequest,
    HostChoice,
    HostsAnswer,
    OfferedType,
    OfferedTypes,
    RefusedType,
    RoleChoice,
)
from app.callers import Caller, Role
from app.settings import Environment, Settings
from app.storage.tables import Booking, BookingHost, Delivery
from app.web import create_app
from booking_types.answers import (
    Availability,
    ExplainedDay,
    ExplainedTime,
    Part,
    PersonDay,
    PersonRun,
    Reason,
    ReasonCode,
)
from booking_types.bits import Grid
from booking_types.filters import ClauseOutcome, ClauseVerdict, Refusal
from booking_types.hosts import Considered, LookupStep
from booking_types.intervals import Interval
from booking_types.model import (
    BookingType,
    BusySource,
    Clause,
    ConsentRule,
    FormField,
    FormFieldKind,
    HostRuleKind,
    Operator,
    PanelRole,
    Platform,
    Slot,
)

PUBLIC_URL = "https://handover.example"
ORG_ID = UUID("5b0b1c9e-1d0f-4b0e-9f2f-6a4a9d8f7c10")
SALESFORCE_ORG_ID = "00DHp0000001AbCMAU"
USER_ID = "005Hp00000AbCdEIAV"
CO_HOST_ID = "005Hp00000FgHiJIAV"
RECORD_ID = "00QHp00002AbCdEMAV"
TYPE_ID = UUID("4d1c0c53-95f2-4a7e-9a49-0f6f7f0b6a11")
BOOKING_ID = UUID("0b9c2f1e-6a51-4f0e-8f43-2f1d3f6f3c27")
KEY_NAME = "Handover_2027"
START = datetime(2027, 3, 9, 14, 30, tzinfo=UTC)
EVERYBODY = frozenset({Role.ORGANIZER})


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key pair for each name, made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str = KEY_NAME) -> str:
    return (
        private_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def token(
    *,
    key: str = KEY_NAME,
    header: dict[str, Any] | None = None,
    without: Sequence[str] = (),
    **claims: Any,
) -> str:
    """A token as Salesforce signs it, with other claims and headers where asked."""
    now = int(time.time())
    said = {
        "iss": SALESFORCE_ORG_ID,
        "sub": USER_ID,
        "aud": PUBLIC_URL,
        "iat": now,
        "exp": now + 120,
        **claims,
    }
    for name in without:
        del said[name]
    head = {"alg": "RS256", "typ": "JWT", "kid": key, **(header or {})}
    return jwt.encode(
        head,
        said,
        RSAKey.import_key(private_key(key)),
        algorithms=["RS256", "RS384", "RS512", "PS256"],
    )


@dataclass
class RecordedAnswers:
    """Answers with what it was given, and keeps what it was asked."""

    error: Exception | None = None
    view: BookingView | None = None
    explained: Explanation | None = None
    asked: list[Any] = field(default_factory=list)
    slots: tuple[Slot, ...] = ()
    reasons: int = 1
    place: tuple[datetime, UUID] | None = None
    on_call: Callable[[Caller], None] = field(default=lambda _caller: None)

    def offered(self, *, caller: Caller, record_id: str) -> OfferedTypes:
        self._note(caller, record_id)
        return offered_types()

    def hosts(self, *, caller: Caller, record_id: str, booking_type_id: UUID) -> HostsAnswer:
        self._note(caller, (record_id, booking_type_id))
        return HostsAnswer(
            rule="choice",
            hosts=(person(), left_out_person()),
            co_hosts=(person(CO_HOST_ID, "Host Two"),),
            nobody_because="",
            can_show_all=True,
            panel=(
                RoleChoice(
                    key="engineer",
                    name="Solution engineer",
                    people=(person("005Hp00000YzAbCIAV", "Engineer One"),),
                ),
            ),
        )

    def availability(self, *, caller: Caller, request: AvailabilityRequest) -> AvailabilityAnswer:
        self._note(caller, request)
        return availability_answer(
            self.slots, is_explained=request.is_explained, reasons=self.reasons
        )

    def explain(self, *, caller: Caller, request: ExplanationRequest) -> Explanation:
        self._note(caller, request)
        return self.explained or explanation()

    def book(
        self,
        *,
        caller: Caller,
        request: BookRequest,
        answer: Callable[[BookingView], dict[str, Any]],  # noqa: ARG002 - nothing is stored here
    ) -> BookingView:
        self._note(caller, request)
        return self.view or booking_view()

    def get(self, *, caller: Caller, booking_id: UUID) -> BookingView:
        self._note(caller, booking_id)
        return self.view or booking_view()

    def get_by_key(self, *, caller: Caller, key: str) -> BookingView:
        self._note(caller, key)
        return self.view or booking_view()

    def give_up(self, *, caller: Caller, key: str) -> BookingView:
        self._note(caller, ("gives up", key))
        return self.view or booking_view()

    def list_bookings(
        self, *, caller: Caller, request: BookingsRequest
    ) -> tuple[Sequence[BookingView], tuple[datetime, UUID] | None]:
        self._note(caller, request)
        return [self.view or booking_view()], self.place

    def _note(self, caller: Caller, asked: Any) -> None:
        self.asked.append(asked)
        self.on_call(caller)
        if self.error is not None:
            raise self.error


class Roles:
    """What users may do, and how it was asked."""

    def __init__(self, roles: frozenset[Role] = EVERYBODY, *, is_active: bool = True) -> None:
        self.roles = roles
        self.is_active = is_active
        self.error: Exception | None = None
        self.asked: list[tuple[UUID, str, bool]] = []

    def __call__(self, org_id: UUID, user_id: str, live: bool, /) -> tuple[bool, frozenset[Role]]:  # noqa: FBT001 - the door's protocol
        self.asked.append((org_id, user_id, live))
        if self.error is not None:
            raise self.error
        return self.is_active, self.roles


class DatabaseThatIs:
    """A database that is there, or raises what it is given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def ping(self) -> None:
        if self.error is not None:
            raise self.error


class DoorWiring:
    """What ``create_app`` needs, for tests of the door alone."""

    def __init__(self, *, environment: Environment = Environment.TEST) -> None:
        self.settings = Settings(
            environment=environment,
            database_url="postgresql://nobody@localhost/nothing",
            public_url=PUBLIC_URL,
            secret_keys=(("test", bytes(32)),),
        )
        self.booking_service = RecordedAnswers()
        self.roles = Roles()
        self.database = DatabaseThatIs()
        self.orgs: dict[str, tuple[UUID, list[tuple[str, str]]]] = {
            SALESFORCE_ORG_ID: (ORG_ID, [(KEY_NAME, public_pem())])
        }

    def clock(self) -> datetime:
        return datetime.now(UTC)

    def certificates(self, salesforce_org_id: str, /) -> tuple[UUID, list[tuple[str, str]]] | None:
        return self.orgs.get(salesforce_org_id)


def client_of(wiring: DoorWiring) -> FlaskClient:
    """A client of the door, whose calls carry nothing by themselves."""
    client: FlaskClient = create_app(wiring).test_client()
    return client


def bearer(text: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token() if text is None else text}"}


# --------------------------------------------------------------------------- answers


def person(host_id: str = USER_ID, name: str = "Host One") -> HostChoice:
    return HostChoice(
        host_id=host_id,
        name=name,
        time_zone="America/New_York",
        platforms=(Platform.ZOOM, Platform.NONE),
        default_platform=Platform.ZOOM,
    )


def left_out_person() -> HostChoice:
    return HostChoice(
        host_id="005Hp00000KlMnOIAV",
        name="Host Three",
        time_zone="America/Denver",
        platforms=(Platform.NONE,),
        default_platform=Platform.NONE,
        unavailable_code="no_calendar",
        unavailable="has not connected a calendar",
    )


def booking_type(name: str = "Intro call") -> BookingType:
    return BookingType(key=name.lower().replace(" ", "_"), name=name, object_name="Lead")


def asking_type() -> BookingType:
    """A type that asks for everything a panel can be asked for."""
    return replace(
        booking_type(),
        panel_roles=(PanelRole(key="engineer", name="Solution engineer"),),
        form=(
            FormField(key="seats", label="Seats", kind=FormFieldKind.NUMBER, is_required=True),
            FormField(key="deadline", label="Deadline", kind=FormFieldKind.DATE, help="When?"),
            FormField(
                key="edition", label="Edition", kind=FormFieldKind.CHOICE, choices=("One", "Two")
            ),
        ),
        consent=ConsentRule(text="May we record this?"),
    )


def offered_types() -> OfferedTypes:
    clause = Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=1_000_000)
    verdict = ClauseVerdict(
        number=1,
        clause=clause,
        outcome=ClauseOutcome.FAILED,
        actual=25_000,
        requirement="AnnualRevenue must be more than 1000000",
        sentence="AnnualRevenue is 25000, but must be more than 1000000",
    )
    return OfferedTypes(
        record_id=RECORD_ID,
        object_name="Lead",
        object_label="Lead",
        offered=(
            OfferedType(
                booking_type_id=TYPE_ID,
                version=3,
                booking_type=asking_type(),
                guest_email="guest@example.com",
                guest_name="Guest One",
                guest_time_zone="America/Chicago",
                suggested={"seats": 250, "deadline": date(2027, 6, 1)},
            ),
        ),
        refused=(
            RefusedType(
                booking_type_id=UUID(int=7),
                refusal=Refusal(booking_type=booking_type("Big demo"), clauses=(verdict,)),
            ),
        ),
        time_zone="America/New_York",
    )


def availability_answer(
    slots: tuple[Slot, ...] = (), *, is_explained: bool = False, reasons: int = 1
) -> AvailabilityAnswer:
    half_hour = timedelta(minutes=30)
    reason = Reason(
        code=ReasonCode.SLOT_TAKEN,
        detail="busy",
        message="is busy",
        host_id=USER_ID,
        source=BusySource.CALENDAR,
    )
    explained = ExplainedTime(
        on=START.date(),
        first_at=START + half_hour,
        last_at=START + 2 * half_hour,
        starts=2,
        is_offered=False,
        host_ids=(),
        reasons=(reason,) * reasons,
    )
    shown = slots or (Slot(Interval(START, START + half_hour), (USER_ID,)),)
    cells = Grid(START.replace(hour=0, minute=0), timedelta(minutes=5), 60 * 288)
    return AvailabilityAnswer(
        availability=Availability(
            duration=half_hour,
            grid=cells,
            starts=tuple(each.interval.start for each in shown),
            free={
                host_id: sum(
                    1 << cells.cell(each.interval.start)
                    for each in shown
                    if host_id in each.host_ids
                )
                for host_id in dict.fromkeys(one for each in shown for one in each.host_ids)
            },
            left_out=(
                Reason(
                    code=ReasonCode.HOST_UNAVAILABLE,
                    detail="unknown_timezone",
                    message="has hours in a time zone that does not exist",
                    host_id=CO_HOST_ID,
                ),
            ),
        ),
        explained=(explained,) if is_explained else (),
        people=(person(), person(CO_HOST_ID, "Host Two"), left_out_person()),
        duration=half_hour,
        as_of=START - timedelta(days=4),
        booking_type=booking_type(),
        grid_time_zone="America/New_York",
    )


def explanation(*, people: int = 2, days: int = 1, runs: int = 2) -> Explanation:
    """Everything that can be said, of so many people with so many days of so many runs each."""
    half_hour = timedelta(minutes=30)
    busy = Reason(
        code=ReasonCode.SLOT_TAKEN,
        detail="busy",
        message="is busy then with something in the calendar",
        host_id=USER_ID,
        source=BusySource.CALENDAR,
    )
    line = Considered(
        host_id=USER_ID, position=1, is_free=True, is_picked=True, words="is the first"
    )
    said = ExplainedType(
        booking_type_id=TYPE_ID,
        key="intro_call",
        name="Intro call",
        version=3,
        state=TypeState.FILTERED_OUT,
        words="is not offered",
        clauses=offered_types().refused[0].refusal.clauses,
        logic="NOT 1",
        problem="the filter's logic names clause 3 of 2",
    )
    step = LookupStep(
        path="OwnerId",
        host_id=USER_ID,
        is_taken=False,
        code="lookup_inactive",
        words="the user in OwnerId cannot be booked now",
    )
    person = ExplainedPerson(
        host_id=USER_ID,
        name="Host One",
        time_zone="America/Denver",
        role="engineer",
        role_name="Engineer",
        aside="is not the user whom the record names",
        unavailable_code="no_calendar",
        unavailable="has not connected a calendar",
        days=tuple(
            PersonDay(
                host_id=USER_ID,
                part=Part.ROLE,
                role="engineer",
                on=START.date() + timedelta(days=number),
                runs=tuple(
                    PersonRun(
                        first_at=START + place * half_hour,
                        last_at=START + place * half_hour,
                        starts=1,
                        reason=busy if place % 2 else None,
                    )
                    for place in range(runs)
                ),
            )
            for number in range(days)
        ),
    )
    at = ExplainedStart(
        interval=Interval(START, START + half_hour),
        is_on_grid=True,
        is_offered=True,
        reasons=(busy,),
        of_people={USER_ID: None, CO_HOST_ID: busy},
        picked_id=USER_ID,
        table=(line,),
        roles=(ExplainedRole(key="engineer", name="Engineer", picked_id=None, table=(line,)),),
    )
    return Explanation(
        record_id=RECORD_ID,
        object_name="Lead",
        object_label="Lead",
        time_zone="America/New_York",
        viewer=Viewer(user_id=USER_ID, name="Host One", problems=("is not active in Salesforce",)),
        types=(said,),
        times=ExplainedTimes(
            booking_type_id=TYPE_ID,
            name="Intro call",
            duration=half_hour,
            increment=half_hour,
            grid_time_zone="America/New_York",
            span=Interval(START, START + timedelta(days=1)),
            as_of=START,
            host_rule=ExplainedHostRule(
                kind=HostRuleKind.LOOKUP,
                decides=HostRuleKind.CHOICE,
                steps=(step,),
                problem="nobody is left",
            ),
            people=(person,) * people,
            days=(ExplainedDay(on=START.date(), starts=2, offered=1, reasons=((busy, 1),)),),
            at=at,
        ),
    )


def delivery(target: str, *, subject_id: str = "", **more: Any) -> Delivery:
    said: dict[str, Any] = {"state": "pending", "delivered_revision": 0, "external": {}, **more}
    return Delivery(
        org_id=ORG_ID,
        delivery_id=UUID(int=1),
        booking_id=BOOKING_ID,
        target=target,
        subject_id=subject_id,
        key="0" * 32,
        **said,
    )


def booking_view(
    *, deliveries: tuple[Delivery, ...] | None = None, guest: str = "guest@example.com", **more: Any
) -> BookingView:
    """A booking as the service gives it; ``more`` is for the row."""
    row = {
        "org_id": ORG_ID,
        "booking_id": BOOKING_ID,
        "booking_type_id": TYPE_ID,
        "booking_type_version": 3,
        "record_id": RECORD_ID,
        "object_name": "Lead",
        "status": "scheduled",
        "last_change": {},
        "revision": 1,
        "start_at": START,
        "end_at": START + timedelta(minutes=30),
        "time_zone": "America/New_York",
        "local_start": "2027-03-09T09:30:00",
        "host_id": USER_ID,
        "booked_by": {"kind": "user", "id": "005Hp00000PqRsTIAV"},
        "organizer": {"name": "Organizer One", "email": "one@example.com", "time_zone": "UTC"},
        "guests": [{"email": guest, "name": "Guest One"}],
        "platform": "zoom",
        "place": "",
        "join_url": "",
        "subject": "Meeting with Host One",
        "description": "",
        "notes": "",
        "answers": {"seats": 250, "deadline": "2027-06-01"},
        "consent": {
            "text": "May we record this?",
            "at": (START - timedelta(days=4)).isoformat(),
            "by": {"kind": "user", "id": "005Hp00000PqRsTIAV"},
        },
        "created_at": START - timedelta(days=4),
        **more,
    }
    if deliveries is None:
        deliveries = (
            delivery("conference"),
            delivery("calendar_event", state="waiting"),
            delivery("notice", subject_id=USER_ID),
        )
    return BookingView(
        booking=Booking(**row),
        hosts=(
            BookingHost(host_id=USER_ID, role="host"),
            BookingHost(host_id=CO_HOST_ID, role="co_host", panel_role="engineer"),
        ),
        host_names={USER_ID: "Host One", CO_HOST_ID: "Host Two"},
        deliveries=deliveries,
        booking_type=asking_type(),
        has_invitation=True,
    )


def wish(**changes: Any) -> dict[str, Any]:
    """A booking request as the panel sends it, with other members where asked."""
    said: dict[str, Any] = {
        "record_id": RECORD_ID,
        "booking_type_id": str(TYPE_ID),
        "start_at": "2027-03-09T09:30:00-05:00",
        "time_zone": "America/New_York",
        "duration_minutes": 30,
        "host_id": USER_ID,
        "guests": [{"email": "guest@example.com", "name": "Guest One"}],
        "notes": "Wants to see the reports first.",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not ...}
