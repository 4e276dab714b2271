"""The tables and their constraints.

The org comes first in every key. Instants are ``timestamptz``. What the database can refuse, it
refuses: two live meetings of one host at one time above all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    """Parent of all tables."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: sa.DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[str]: JSONB,
        Range[datetime]: TSTZRANGE,
        str: sa.Text,
    }


def _now() -> Mapped[datetime]:
    return mapped_column(server_default=sa.func.now())


class Org(Table):
    """A Salesforce org that is connected.

    Attributes:
        org_id: Ours.
        salesforce_org_id: Theirs, 18 characters.
        name: As people see it.
        time_zone: IANA name; the grid's zone where a booking type names none.
        busy_policy: Fields of ``connectors.protocols.BusyPolicy`` that differ from the default.
        integration: How we log in there, without secrets: login_url, consumer_key, username.
        integration_secret: The private key for it, sealed.
        integration_token: The newest access token, sealed.
    """

    __tablename__ = "orgs"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    salesforce_org_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    busy_policy: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    integration: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    integration_secret: Mapped[bytes | None]
    integration_token: Mapped[bytes | None]
    created_at: Mapped[datetime] = _now()


class OrgCertificate(Table):
    """A certificate with which an org signs its calls to us; two at once while it rotates.

    Attributes:
        kid: The name Salesforce gives it in the token's header.
        salesforce_org_id: As on the org, so that it is found before the org is known.
        public_key: PEM.
        retired_at: From then on it is refused.
    """

    __tablename__ = "org_certificates"

    org_id: Mapped[UUID] = mapped_column(sa.ForeignKey("orgs.org_id"), primary_key=True)
    kid: Mapped[str] = mapped_column(primary_key=True)
    salesforce_org_id: Mapped[str]
    public_key: Mapped[str]
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()


class OrgAccount(Table):
    """An account that serves a whole org: delegation, an application permission, a Zoom account.

    Attributes:
        vendor: ``google``, ``microsoft`` or ``zoom``.
        details: What is no secret: client id, tenant, account id, domains.
        secret: The secret, sealed: a key file or a client secret.
        token: The newest access token, sealed.
        status: ``active`` or ``broken``.
        broken_reason: In words.
    """

    __tablename__ = "org_accounts"
    __table_args__ = (sa.CheckConstraint("status in ('active', 'broken')"),)

    org_id: Mapped[UUID] = mapped_column(sa.ForeignKey("orgs.org_id"), primary_key=True)
    vendor: Mapped[str] = mapped_column(primary_key=True)
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    secret: Mapped[bytes | None]
    token: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(server_default="active")
    broken_reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = _now()


class HostRow(Table):
    """A Salesforce user who can be booked.

    Attributes:
        host_id: Salesforce user id, 18 characters.
        name: As people see it.
        email: As Salesforce has it.
        time_zone: IANA name.
        working_hours: ``{"time_zone": …, "spans": [{"weekday", "start", "end"}]}``.
        date_overrides: ``booking_types.model.DateOverride`` as JSON, their own.
        holiday_calendar: The country or part of one whose holidays they keep (``DE-BY``); empty
            for none.
        default_platform: A ``booking_types.model.Platform``.
        is_active: Whether they can be booked at all.
    """

    __tablename__ = "hosts"

    org_id: Mapped[UUID] = mapped_column(sa.ForeignKey("orgs.org_id"), primary_key=True)
    host_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    time_zone: Mapped[str]
    working_hours: Mapped[dict[str, Any]]
    date_overrides: Mapped[list[Any]] = mapped_column(server_default="[]")
    holiday_calendar: Mapped[str] = mapped_column(server_default="")
    default_platform: Mapped[str] = mapped_column(server_default="none")
    is_active: Mapped[bool] = mapped_column(server_default=sa.true())


class Connection(Table):
    """A host's link to an account at a vendor.

    Attributes:
        vendor: ``google``, ``microsoft`` or ``zoom``.
        kind: ``account`` (the host's own consent) or ``organization`` (through the org's
            account).
        subject: The vendor's own id of the account; unique within the org.
        mailbox: The address by which it is reached.
        busy_calendar_ids: The calendars that count as busy; empty means the primary one.
        write_calendar_id: The calendar that is written to; empty when none is (Zoom).
        token: Access and refresh token, sealed; unused for ``organization``.
        status: ``active`` or ``broken``.
        broken_reason: In words.
    """

    __tablename__ = "connections"
    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "host_id"], ["hosts.org_id", "hosts.host_id"]),
        sa.UniqueConstraint("org_id", "host_id", "vendor"),
        sa.UniqueConstraint("org_id", "vendor", "subject"),
        sa.CheckConstraint("vendor in ('google', 'microsoft', 'zoom')"),
        sa.CheckConstraint("kind in ('account', 'organization')"),
        sa.CheckConstraint("status in ('active', 'broken')"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(primary_key=True)
    host_id: Mapped[str]
    vendor: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    mailbox: Mapped[str]
    busy_calendar_ids: Mapped[list[str]] = mapped_column(server_default="[]")
    write_calendar_id: Mapped[str] = mapped_column(server_default="")
    token: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(server_default="active")
    broken_reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = _now()


class BookingTypeRow(Table):
    """A booking type; what it says is in its versions.

    Attributes:
        key: Names it in files and Flows; never changes.
        name: As in the published version, and then unique in the org; while there is none, as
            the draft calls it.
        object_name: The same; never changes once there is a published version.
        published_version: The version in force; nothing while it is only a draft.
        is_active: Whether it is offered at all.
    """

    __tablename__ = "booking_types"
    __table_args__ = (
        sa.UniqueConstraint("org_id", "key"),
        # Drafts may be called anything; whether two have one name is said when they are judged.
        sa.Index(
            "booking_types_published_names",
            "org_id",
            "name",
            unique=True,
            postgresql_where=sa.text("published_version is not null"),
        ),
    )

    org_id: Mapped[UUID] = mapped_column(sa.ForeignKey("orgs.org_id"), primary_key=True)
    booking_type_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    name: Mapped[str]
    object_name: Mapped[str]
    published_version: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(server_default=sa.true())
    created_at: Mapped[datetime] = _now()


class BookingTypeVersion(Table):
    """One version of a booking type; never changed once written.

    Attributes:
        version: Counts up from 1.
        schema_version: Of the definition's form.
        definition: The ``booking_types.model.BookingType`` as JSON.
    """

    __tablename__ = "booking_type_versions"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "booking_type_id"],
            ["booking_types.org_id", "booking_types.booking_type_id"],
        ),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_type_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    schema_version: Mapped[int]
    definition: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = _now()


class BookingTypeDraft(Table):
    """What a booking type shall say once somebody publishes it; may still be full of faults.

    Attributes:
        definition: As it was last saved; JSON of any form.
        revision: Counts up from 1 with every save, so that two admins notice each other.
        based_on: The version in force when it was begun, so that a version published meanwhile
            is not taken back unseen; nothing for a type that was never published.
        saved_by: Actor.
    """

    __tablename__ = "booking_type_drafts"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "booking_type_id"],
            ["booking_types.org_id", "booking_types.booking_type_id"],
        ),
        sa.CheckConstraint("revision >= 1"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_type_id: Mapped[UUID] = mapped_column(primary_key=True)
    definition: Mapped[dict[str, Any]]
    revision: Mapped[int]
    based_on: Mapped[int | None]
    saved_by: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = _now()


class BookingTypeHost(Table):
    """That somebody is a host of a booking type; outlives its versions.

    Attributes:
        position: Order in which hosts are shown and, time first, picked.
        role: The key of the panel role they can take; empty for the hosts themselves. One
            person has one part in a type.
        overrides: Where they differ from the type: ``booking_types.model.HostOverrides`` as JSON.
        is_active: Whether they can be booked with this type now.
    """

    __tablename__ = "booking_type_hosts"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "booking_type_id"],
            ["booking_types.org_id", "booking_types.booking_type_id"],
        ),
        sa.ForeignKeyConstraint(["org_id", "host_id"], ["hosts.org_id", "hosts.host_id"]),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_type_id: Mapped[UUID] = mapped_column(primary_key=True)
    host_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(server_default="0")
    role: Mapped[str] = mapped_column(server_default="")
    overrides: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    is_active: Mapped[bool] = mapped_column(server_default=sa.true())


#: The states in which a booking takes its hosts' time.
LIVE_STATES = ("held", "requested", "scheduled", "rescheduled")

STATES = (*LIVE_STATES, "completed", "canceled", "no_show")


class Booking(Table):
    """A booking, as it is now.

    Attributes:
        booking_type_version: The version it was made with.
        record_id: 18 characters.
        object_name: The record's object.
        status: One of ``STATES``.
        last_change: ``{"kind", "by": actor, "reason", "at"}``.
        revision: Counts up from 1 with every change that targets must follow.
        start_at, end_at: The meeting.
        time_zone: IANA zone it was agreed in.
        local_start: Wall-clock start as agreed, ISO without offset.
        host_id: Salesforce user.
        booked_by: Actor: ``{"kind": "user"|"client"|"flow"|"guest"|"system", "id"}``.
        organizer: ``{"name", "email", "time_zone"}`` of the user who booked; empty otherwise.
        guests: ``[{"email", "name"}]``, the primary guest first; may be empty.
        platform: A ``booking_types.model.Platform``.
        place: Where, for meetings without a platform; may be empty.
        join_url: The conference's link; empty until there is one. A secret.
        subject, description: As rendered when it was made.
        notes: The organizer's.
        answers: What was entered in the booking form, by the fields' keys.
        consent: What the guest agreed to: ``{"text", "at", "by": actor}``; empty for types that
            ask for none.
        record_values: The record's values the templates used, so that they can be used again.
        pick: Why this host: ``{"rule": who decided, "table": [{"host_id", "picked", "free",
            "reason"}], "steps": [{"path", "host_id", "taken", "reason"}], "roles": [{"role",
            "host_id", "table"}]}``; the steps are those of a lookup, the roles those of a panel.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "booking_type_id", "booking_type_version"],
            [
                "booking_type_versions.org_id",
                "booking_type_versions.booking_type_id",
                "booking_type_versions.version",
            ],
        ),
        sa.ForeignKeyConstraint(["org_id", "host_id"], ["hosts.org_id", "hosts.host_id"]),
        sa.CheckConstraint(f"status in {STATES!r}"),
        sa.CheckConstraint("end_at > start_at"),
        sa.CheckConstraint("revision >= 1"),
        sa.Index("bookings_of_record", "org_id", "record_id", "start_at"),
        sa.Index("bookings_by_time", "org_id", "start_at"),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_type_id: Mapped[UUID]
    booking_type_version: Mapped[int]
    record_id: Mapped[str]
    object_name: Mapped[str]
    status: Mapped[str]
    last_change: Mapped[dict[str, Any]]
    revision: Mapped[int]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    time_zone: Mapped[str]
    local_start: Mapped[str]
    host_id: Mapped[str]
    booked_by: Mapped[dict[str, Any]]
    organizer: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    guests: Mapped[list[Any]]
    platform: Mapped[str]
    place: Mapped[str] = mapped_column(server_default="")
    join_url: Mapped[str] = mapped_column(server_default="")
    subject: Mapped[str]
    description: Mapped[str]
    notes: Mapped[str] = mapped_column(server_default="")
    answers: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    consent: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    record_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    pick: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = _now()


class BookingHost(Table):
    """That a booking takes somebody's time.

    Attributes:
        role: ``host`` or ``co_host``.
        panel_role: The key of the panel role that a co-host fills; empty for all others.
        span: The bare meeting, half-open.
        blocked: The meeting with its buffers around it.
        is_live: Whether the booking's state takes time.
        is_exclusive: Whether nobody decided on purpose that it may overlap.
        overlap_reason: Why it may, when it may.
    """

    __tablename__ = "booking_hosts"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "booking_id"], ["bookings.org_id", "bookings.booking_id"]
        ),
        sa.ForeignKeyConstraint(["org_id", "host_id"], ["hosts.org_id", "hosts.host_id"]),
        sa.CheckConstraint("role in ('host', 'co_host')"),
        sa.CheckConstraint(
            "panel_role = '' or role = 'co_host'", name="panel_roles_are_filled_by_co_hosts"
        ),
        # An empty or unbounded range would never conflict with anything.
        sa.CheckConstraint(
            "not isempty(span) and lower(span) is not null and upper(span) is not null"
            " and lower_inc(span) and not upper_inc(span)",
            name="span_is_a_real_half_open_range",
        ),
        sa.CheckConstraint(
            "upper(span) - lower(span) between interval '5 minutes' and interval '24 hours'",
            name="span_has_a_sensible_length",
        ),
        sa.CheckConstraint("blocked @> span"),
        sa.CheckConstraint("is_exclusive or overlap_reason <> ''"),
        ExcludeConstraint(
            (sa.column("org_id"), "="),
            (sa.column("host_id"), "="),
            (sa.column("span"), "&&"),
            where=sa.text("is_live and is_exclusive"),
            using="gist",
            name="one_meeting_at_a_time",
        ),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    host_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    panel_role: Mapped[str] = mapped_column(server_default="")
    span: Mapped[Range[datetime]]
    blocked: Mapped[Range[datetime]]
    is_live: Mapped[bool] = mapped_column(server_default=sa.true())
    is_exclusive: Mapped[bool] = mapped_column(server_default=sa.true())
    overlap_reason: Mapped[str] = mapped_column(server_default="")


DELIVERY_STATES = ("pending", "waiting", "retrying", "needs_attention", "done")


class Delivery(Table):
    """A wish: make this target look like this booking.

    Attributes:
        target: Which kind (``app.deliveries.targets.Target``).
        subject_id: Whose, where a booking has several of the kind: a co-host, a recipient.
        key: By which the target's object is found again; stored, never recomputed.
        generation: Counts up when the target moves to another account.
        state: One of ``DELIVERY_STATES``.
        delivered_revision: The booking's revision the target shows; 0 for none.
        attempts: Attempts at the present revision.
        attempt: The attempt in force; an older one may not finish any more.
        attempt_started_at: When it began; nothing while none is under way.
        external: What the vendor calls it: event_id, ical_uid, conference_id …
        error_code, error_message: What went wrong last, in our code and words.
        vendor_message: What the vendor said.
        attention_at: When it first needed a person.
        next_attempt_at: When it is tried again.
        done_at: When it last became done.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "booking_id"], ["bookings.org_id", "bookings.booking_id"]
        ),
        sa.UniqueConstraint("org_id", "booking_id", "target", "subject_id"),
        sa.CheckConstraint(f"state in {DELIVERY_STATES!r}"),
        sa.Index(
            "deliveries_open",
            "org_id",
            "next_attempt_at",
            postgresql_where=sa.text("state <> 'done'"),
        ),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_id: Mapped[UUID]
    target: Mapped[str]
    subject_id: Mapped[str] = mapped_column(server_default="")
    key: Mapped[str]
    generation: Mapped[int] = mapped_column(server_default="1")
    state: Mapped[str] = mapped_column(server_default="pending")
    delivered_revision: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    attempt: Mapped[int] = mapped_column(server_default="0")
    attempt_started_at: Mapped[datetime | None]
    external: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    error_code: Mapped[str] = mapped_column(server_default="")
    error_message: Mapped[str] = mapped_column(server_default="")
    vendor_message: Mapped[str] = mapped_column(server_default="")
    attention_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = _now()


class IdempotencyKey(Table):
    """A caller's key and the answer it was given, or that it was given up.

    Attributes:
        principal: Who used it; another caller's same key is another key.
        request_hash: Of the request's meaning, so that another request is noticed.
        booking_id: What was booked with it; nothing when it was given up first.
        response: The body that was answered with 201; nothing likewise.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["org_id", "booking_id"], ["bookings.org_id", "bookings.booking_id"]
        ),
        sa.CheckConstraint(
            "(booking_id is null) = (response is null)",
            name="key_has_booking_and_answer_or_neither",
        ),
    )

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    booking_id: Mapped[UUID | None]
    response: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = _now()


class AuditEntry(Table):
    """What happened, who did it, through which door; only ever added to.

    Attributes:
        booking_id: The booking it is about, if one.
        actor: As ``Booking.booked_by``.
        action: ``booking.created``, ``delivery.done`` …
        details: Ids, states and revisions; never names, addresses or texts.
        request_id: Of the request that did it.
    """

    __tablename__ = "audit"
    __table_args__ = (sa.Index("audit_of_booking", "org_id", "booking_id", "entry_id"),)

    org_id: Mapped[UUID] = mapped_column(sa.ForeignKey("orgs.org_id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    booking_id: Mapped[UUID | None]
    actor: Mapped[dict[str, Any]]
    action: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    request_id: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime] = _now()
