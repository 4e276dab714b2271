"""Reads what a question needs, in parallel, with no transaction open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app import payloads
from app.bookings.busy import BusyReader
from app.bookings.choices import host_times
from app.callers import ActorKind, Caller
from app.clock import Clock
from app.storage import booking_types, bookings, orgs
from app.storage.booking_types import PublishedType
from app.storage.database import Database
from app.storage.tables import Connection, HostRow, Org
from app.vendors import Vendors
from booking_types.errors import NotEligibleError, NotFoundError
from booking_types.filters import evaluate, needed_paths
from booking_types.intervals import Interval
from booking_types.model import BookingType, FilterContext, HostTimes, Record
from booking_types.salesforce_ids import salesforce_id
from connectors.errors import MissingError
from connectors.protocols import CrmObject, RecordAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContext:
    """A record that the caller may see, and the booking types of its object.

    Attributes:
        org: Whose.
        crm_object: The record's object.
        record: With the values that the types need.
        types: Published and active, in the order of their names.
        filter_context: What the filters' relative dates are relative to.
    """

    org: Org
    crm_object: CrmObject
    record: Record
    types: tuple[PublishedType, ...]
    filter_context: FilterContext


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeContext:
    """A record and the one booking type it is booked with.

    Attributes:
        org: Whose.
        crm_object: The record's object.
        record: With the values that the type needs.
        published: The type in force.
        member_ids: The type's active hosts, in its order.
        access: What the calling user may do with the record; nothing for other callers.
    """

    org: Org
    crm_object: CrmObject
    record: Record
    published: PublishedType
    member_ids: tuple[str, ...]
    access: RecordAccess | None

    @property
    def booking_type(self) -> BookingType:
        """What the type says."""
        return self.published.booking_type


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Hosts with their connections.

    Attributes:
        hosts: By user id; only those who are hosts here and active.
        connections: By user id.
    """

    hosts: Mapping[str, HostRow]
    connections: Mapping[str, Sequence[Connection]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What the engine needs to know about people's time.

    Attributes:
        times: By user id.
        as_of: When the oldest part of it was read.
    """

    times: Mapping[str, HostTimes]
    as_of: datetime


class Gatherer:
    """Reads records, types, people and their time.

    Args:
        database: Ours.
        vendors: The outside world.
        executor: Where calls run side by side.
        clock: The current instant.
    """

    def __init__(
        self,
        *,
        database: Database,
        vendors: Vendors,
        executor: ThreadPoolExecutor,
        clock: Clock,
    ) -> None:
        self._database = database
        self._vendors = vendors
        self._executor = executor
        self._clock = clock
        self.busy_reader = BusyReader(vendors=vendors, executor=executor, clock=clock)

    # ------------------------------------------------------------------------- records

    def record(self, caller: Caller, record_id: str) -> RecordContext:
        """The record with all booking types of its object.

        Raises:
            InvalidRequestError: ``invalid_salesforce_id``.
            NotFoundError: ``record_not_found``: there is none, or the caller may not read it.
        """
        found_id = salesforce_id(record_id)
        crm_object = self._object(caller, found_id)
        with self._database.transaction(caller.org_id) as session:
            org = orgs.get_org(session, caller.org_id)
            types = booking_types.published_for(session, caller.org_id, crm_object.name)
        record, _ = self._read(caller, crm_object, found_id, (row.booking_type for row in types))
        return RecordContext(
            org=org,
            crm_object=crm_object,
            record=record,
            types=tuple(types),
            filter_context=self._filter_context(org),
        )

    def booking_type(self, caller: Caller, record_id: str, booking_type_id: UUID) -> TypeContext:
        """The record with the one type it is booked with, which it must qualify for.

        Raises:
            InvalidRequestError: ``invalid_salesforce_id``.
            NotFoundError: The record or the type is not there for this caller.
            NotEligibleError: The record does not qualify.
        """
        found_id = salesforce_id(record_id)
        crm_object = self._object(caller, found_id)
        with self._database.transaction(caller.org_id) as session:
            org = orgs.get_org(session, caller.org_id)
            published = booking_types.published(session, caller.org_id, booking_type_id)
            members = booking_types.member_ids(session, caller.org_id, booking_type_id)
        if (
            published is None
            or published.booking_type.object_name.lower() != crm_object.name.lower()
        ):
            raise NotFoundError(
                "There is no such booking type for this record. Choose one of those offered.",
                field="booking_type_id",
            )
        record, access = self._read(caller, crm_object, found_id, (published.booking_type,))
        verdict = evaluate(
            record_filter=published.booking_type.record_filter,
            record=record,
            context=self._filter_context(org),
        )
        if not verdict.passed:
            raise NotEligibleError(
                f"This record does not qualify for {published.booking_type.name} (any more).",
                failed=tuple(clause.requirement for clause in verdict.clauses),
            )
        return TypeContext(
            org=org,
            crm_object=crm_object,
            record=record,
            published=published,
            member_ids=tuple(members),
            access=access,
        )

    def _filter_context(self, org: Org) -> FilterContext:
        said = self._vendors.crm(org.org_id).organization()
        return FilterContext(
            now=self._clock(),
            time_zone=said.time_zone,
            fiscal_year_start_month=said.fiscal_year_start_month,
            week_starts_on=said.week_starts_on,
        )

    def _object(self, caller: Caller, record_id: str) -> CrmObject:
        try:
            return self._vendors.crm(caller.org_id).object_for(record_id)
        except MissingError:
            raise no_record() from None

    def _read(
        self,
        caller: Caller,
        crm_object: CrmObject,
        record_id: str,
        types: Iterable[BookingType],
    ) -> tuple[Record, RecordAccess | None]:
        crm = self._vendors.crm(caller.org_id)
        paths: set[str] = set()
        for booking_type in types:
            paths |= needed_paths(booking_type) | payloads.record_paths(booking_type)
        reading = self._executor.submit(
            crm.record, object_name=crm_object.name, record_id=record_id, paths=sorted(paths)
        )
        access: RecordAccess | None = None
        if caller.kind is ActorKind.USER:
            found = crm.access(user_id=caller.actor_id, record_ids=[record_id])
            access = found.get(record_id, RecordAccess())
            if not access.can_read:
                reading.cancel()
                raise no_record()
        try:
            return reading.result(), access
        except MissingError:
            raise no_record() from None

    # -------------------------------------------------------------------------- people

    def people(self, org_id: UUID, host_ids: Iterable[str]) -> People:
        """Those of the ids who are active hosts here, with their connections."""
        wanted = list(dict.fromkeys(host_ids))
        with self._database.transaction(org_id) as session:
            known = orgs.hosts(session, org_id, wanted)
            active = {host_id: row for host_id, row in known.items() if row.is_active}
            return People(hosts=active, connections=orgs.connections(session, org_id, list(active)))

    def times(
        self,
        *,
        org: Org,
        booking_type: BookingType,
        people: People,
        span: Interval,
        is_fresh: bool,
    ) -> Times:
        """When everybody is taken inside the span; our own bookings read last.

        Args:
            org: Whose people.
            booking_type: Decides what counts, and which buffers stand around it.
            people: Who.
            span: Everything that could stand against a slot must lie in it.
            is_fresh: Read everything now, whatever is remembered.
        """
        read = self.busy_reader.read(
            org=org,
            connections=people.connections,
            span=span,
            asks_salesforce=booking_type.salesforce_busy,
            is_fresh=is_fresh,
        )
        with self._database.transaction(org.org_id) as session:
            taken = bookings.taken(session, org.org_id, list(people.hosts), span)
        as_of = min((person.as_of for person in read.values()), default=self._clock())
        return Times(
            times={
                host_id: host_times(
                    booking_type=booking_type,
                    host=host,
                    connections=people.connections[host_id],
                    read=read[host_id],
                    taken=taken[host_id],
                )
                for host_id, host in people.hosts.items()
            },
            as_of=as_of,
        )


def no_record() -> NotFoundError:
    """What is said of a record that is not there, or not for this caller."""
    return NotFoundError(
        "This record does not exist, or you may not see it.", code="record_not_found"
    )
