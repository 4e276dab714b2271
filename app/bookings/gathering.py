"""Reads what a question needs, in parallel, with no transaction open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import TypeVar
from uuid import UUID

from app.bookings.busy import BusyReader, unit_needed
from app.bookings.choices import can_be_booked, host_times, limits_of
from app.callers import ActorKind, Caller
from app.clock import Clock
from app.storage import booking_types, bookings, orgs
from app.storage.booking_types import Member, PublishedType
from app.storage.database import Database
from app.storage.tables import Connection, HostRow, Org
from app.templates import record_paths
from app.vendors import Vendors
from booking_types import filters
from booking_types.errors import NotEligibleError, NotFoundError
from booking_types.filters import evaluate
from booking_types.hosts import named_by
from booking_types.intervals import Interval
from booking_types.model import BookingType, FilterContext, HostTimes, Record
from booking_types.salesforce_ids import salesforce_id
from connectors.errors import MissingError
from connectors.protocols import Crm, CrmObject, CrmOrganization, RecordAccess

T = TypeVar("T")

#: How paths begin that lead from the running user and from the org, and the objects they lead
#: from.
_USER, _ORGANIZATION = "$User.", "$Organization."


class Purpose(Enum):
    """For what a record is read; exactly what that takes is asked for."""

    #: Which types it is offered, and what stands in the panel to begin with.
    OFFER = "offer"
    #: Who could be the host, and when they can meet.
    TIMES = "times"
    #: What a booking says and writes.
    BOOKING = "booking"


def paths_for(booking_type: BookingType, purpose: Purpose) -> frozenset[str]:
    """The paths that have to be read of a record."""
    found = filters.paths(booking_type.record_filter)
    if purpose is Purpose.OFFER:
        return found | _begins_with(booking_type)
    found |= frozenset(booking_type.host_rule.lookup_paths)
    if purpose is Purpose.BOOKING:
        found |= record_paths(booking_type) | _guest(booking_type)
    return found


def shown_paths(booking_type: BookingType, purpose: Purpose) -> frozenset[str]:
    """Those of them whose values the caller is shown, if they may see them."""
    if purpose is Purpose.OFFER:
        return paths_for(booking_type, purpose)
    return _guest(booking_type) if purpose is Purpose.BOOKING else frozenset()


def _guest(booking_type: BookingType) -> frozenset[str]:
    named = (booking_type.guest_email_path, booking_type.guest_name_path)
    return frozenset(path for path in named if path)


def _begins_with(booking_type: BookingType) -> frozenset[str]:
    """What stands in the panel before anything is entered."""
    named = (booking_type.guest_time_zone_path, *(each.default_path for each in booking_type.form))
    return _guest(booking_type) | frozenset(path for path in named if path)


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
class RecordRead:
    """What was read of a record.

    Attributes:
        record: With the fields of the running user and of the org beside its own.
        access: What the calling user may do with it; nothing for other callers.
        filter_context: What the filters' relative dates are relative to.
    """

    record: Record
    access: RecordAccess | None
    filter_context: FilterContext


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeContext:
    """A record and the one booking type it is booked with.

    Attributes:
        org: Whose.
        crm_object: The record's object.
        record: With the values that the type needs.
        published: The type in force.
        members: Its hosts and the people of its panel roles in its order, those who cannot be
            booked now among them.
        unbookable: Why those of the hosts, and of the users whom the record names, cannot be
            booked: ``inactive`` or ``not_set_up``, by user id.
        access: What the calling user may do with the record; nothing for other callers.
    """

    org: Org
    crm_object: CrmObject
    record: Record
    published: PublishedType
    members: tuple[Member, ...]
    unbookable: Mapping[str, str]
    access: RecordAccess | None

    @property
    def booking_type(self) -> BookingType:
        """What the type says."""
        return self.published.booking_type

    @property
    def listed_ids(self) -> tuple[str, ...]:
        """The type's hosts in its order, those who cannot be booked now among them."""
        return tuple(each.host_id for each in self.members if not each.role)

    @property
    def member_ids(self) -> tuple[str, ...]:
        """The type's active hosts, in its order."""
        return tuple(each for each in self.listed_ids if each not in self.unbookable)

    def role_ids(self, key: str) -> tuple[str, ...]:
        """Who can take a panel role now, in the type's order."""
        return tuple(
            each.host_id
            for each in self.members
            if each.role == key and each.host_id not in self.unbookable
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Hosts with their connections.

    Attributes:
        hosts: By user id; only those who are hosts here, and active unless others were asked
            for too.
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
        said = [row.booking_type for row in types]
        read = self.read(
            caller,
            crm_object=crm_object,
            record_id=found_id,
            paths=_all(paths_for(each, Purpose.OFFER) for each in said),
            shown=_all(shown_paths(each, Purpose.OFFER) for each in said),
        )
        return RecordContext(
            org=org,
            crm_object=crm_object,
            record=read.record,
            types=tuple(types),
            filter_context=read.filter_context,
        )

    def booking_type(
        self,
        caller: Caller,
        record_id: str,
        booking_type_id: UUID,
        *,
        purpose: Purpose = Purpose.TIMES,
    ) -> TypeContext:
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
            members = booking_types.members(session, caller.org_id, booking_type_id)
        if (
            published is None
            or published.booking_type.object_name.lower() != crm_object.name.lower()
        ):
            raise NotFoundError(
                "There is no such booking type for this record. Choose one of those offered.",
                field="booking_type_id",
            )
        said = published.booking_type
        read = self.read(
            caller,
            crm_object=crm_object,
            record_id=found_id,
            paths=paths_for(said, purpose),
            shown=shown_paths(said, purpose),
        )
        verdict = evaluate(
            record_filter=said.record_filter, record=read.record, context=read.filter_context
        )
        if not verdict.passed:
            raise NotEligibleError(
                f"This record does not qualify for {said.name} (any more).",
                failed=tuple(clause.requirement for clause in verdict.clauses),
            )
        return TypeContext(
            org=org,
            crm_object=crm_object,
            record=read.record,
            published=published,
            members=tuple(members),
            unbookable=self.unbookable(
                caller.org_id, booking_type=said, members=members, record=read.record
            ),
            access=read.access,
        )

    def unbookable(
        self,
        org_id: UUID,
        *,
        booking_type: BookingType,
        members: Sequence[Member],
        record: Record,
    ) -> dict[str, str]:
        """Who of a type's hosts, and of the users whom the record names, cannot be booked.

        Returns:
            ``inactive`` or ``not_set_up``, by user id.
        """
        found = {each.host_id: "inactive" for each in members if not can_be_booked(each)}
        known = {each.host_id for each in members}
        named = [
            each for each in named_by(booking_type=booking_type, record=record) if each not in known
        ]
        if named:
            with self._database.transaction(org_id) as session:
                rows = orgs.hosts(session, org_id, named)
            for each in named:
                if each not in rows:
                    found[each] = "not_set_up"
                elif not rows[each].is_active:
                    found[each] = "inactive"
        return found

    def _object(self, caller: Caller, record_id: str) -> CrmObject:
        try:
            return self._vendors.crm(caller.org_id).object_for(record_id)
        except MissingError:
            raise no_record() from None

    def read(
        self,
        caller: Caller,
        *,
        crm_object: CrmObject,
        record_id: str,
        paths: Collection[str],
        shown: Collection[str],
        running_user: str | None = None,
    ) -> RecordRead:
        """The record, the running user and the org, in one wave of calls side by side.

        Args:
            caller: Who asks. What is hidden is asked of users only; others see everything.
            crm_object: The record's object.
            record_id: 18 characters.
            paths: Exactly these are read.
            shown: Of these it is asked which are hidden from the caller.
            running_user: Whose fields ``$User`` names; the caller's by default. A caller who is
                no user has none.

        Raises:
            NotFoundError: ``record_not_found``: there is none, or the caller may not read it.
            ConnectorError: Salesforce cannot be asked.
        """
        crm = self._vendors.crm(caller.org_id)
        is_user = caller.kind is ActorKind.USER
        if running_user is None and is_user:
            running_user = caller.actor_id
        sides = [_Side("", crm_object.name, record_id)]
        if running_user is not None:
            sides.append(_Side(_USER, "User", running_user))
        sides.append(_Side(_ORGANIZATION, "Organization", caller.salesforce_org_id))
        reading = [
            self._executor.submit(_read_side, crm, side, own)
            for side in sides
            if (own := side.own(paths)) or not side.prefix
        ]
        hiding = [
            self._executor.submit(_hidden_side, crm, side, caller.actor_id, own)
            for side in sides
            if is_user and (own := side.own(shown))
        ]
        organization = self._executor.submit(crm.organization)
        access: RecordAccess | None = None
        if is_user:
            found = crm.access(user_id=caller.actor_id, record_ids=[record_id])
            access = found.get(record_id, RecordAccess())
            if not access.can_read:
                for reads in reading:
                    reads.cancel()
                for asks in hiding:
                    asks.cancel()
                raise no_record()
        return RecordRead(
            record=_together(reading, hiding),
            access=access,
            filter_context=self._filter_context(organization.result()),
        )

    def _filter_context(self, said: CrmOrganization) -> FilterContext:
        return FilterContext(
            now=self._clock(),
            time_zone=said.time_zone,
            fiscal_year_start_month=said.fiscal_year_start_month,
            week_starts_on=said.week_starts_on,
        )

    # -------------------------------------------------------------------------- people

    def people(
        self, org_id: UUID, host_ids: Iterable[str], *, with_inactive: bool = False
    ) -> People:
        """Those of the ids who are hosts here and active, with their connections.

        Args:
            org_id: The org.
            host_ids: Who is asked for.
            with_inactive: Those who are not active too: explanations name them.
        """
        wanted = list(dict.fromkeys(host_ids))
        with self._database.transaction(org_id) as session:
            known = orgs.hosts(session, org_id, wanted)
            found = {
                host_id: row for host_id, row in known.items() if row.is_active or with_inactive
            }
            return People(hosts=found, connections=orgs.connections(session, org_id, list(found)))

    def times(
        self,
        *,
        org: Org,
        published: PublishedType,
        members: Sequence[Member],
        people: People,
        span: Interval,
        is_fresh: bool,
    ) -> Times:
        """When everybody is taken inside the span; our own bookings read last.

        Nobody's calendar is read who is not active, here or in the type: of them it is only
        said that they are not.

        Args:
            org: Whose people.
            published: The type: decides what counts, and which limits stand around it.
            members: Its people, with where they differ from it.
            people: Who.
            span: Everything that could stand against a slot must lie in it.
            is_fresh: Read everything now, whatever is remembered.
        """
        booking_type = published.booking_type
        own = {each.host_id: each for each in members}
        inactive = {
            host_id
            for host_id, host in people.hosts.items()
            if not host.is_active or (host_id in own and not can_be_booked(own[host_id]))
        }
        read = self.busy_reader.read(
            org=org,
            connections={
                host_id: rows
                for host_id, rows in people.connections.items()
                if host_id not in inactive
            },
            span=span,
            unit=unit_needed(booking_type, (each.overrides for each in members)),
            asks_salesforce=booking_type.salesforce_busy,
            is_fresh=is_fresh,
        )
        limited = limits_of(
            booking_type, [each for each in people.hosts if each not in inactive], own
        )
        with self._database.transaction(org.org_id) as session:
            taken = bookings.taken(session, org.org_id, list(people.hosts), span)
            meetings = (
                bookings.meetings(session, org.org_id, published.booking_type_id, limited, span)
                if limited
                else {}
            )
        as_of = min((person.as_of for person in read.values()), default=self._clock())
        return Times(
            times={
                host_id: host_times(
                    booking_type=booking_type,
                    host=host,
                    member=own.get(host_id),
                    connections=people.connections[host_id],
                    read=read.get(host_id),
                    taken=taken[host_id],
                    meetings=meetings.get(host_id, ()),
                    span=span,
                )
                for host_id, host in people.hosts.items()
            },
            as_of=as_of,
        )


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the records that a question is answered from.

    Attributes:
        prefix: How its paths begin; empty for the record itself.
        object_name: Its object.
        record_id: Its id.
    """

    prefix: str
    object_name: str
    record_id: str

    def own(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that lead from it, as they are called from there."""
        if not self.prefix:
            return sorted(each for each in paths if not each.startswith("$"))
        return sorted(
            each.removeprefix(self.prefix) for each in paths if each.startswith(self.prefix)
        )


def _read_side(crm: Crm, side: _Side, paths: list[str]) -> Record:
    """The record; its paths, and what is said of them, under their full names."""
    try:
        found = crm.record(object_name=side.object_name, record_id=side.record_id, paths=paths)
    except MissingError:
        if not side.prefix:
            raise
        gone = {f"{side.prefix}{path}": "Salesforce does not show it" for path in paths}
        return Record(record_id="", object_name=side.object_name, values={}, unreadable=gone)
    return replace(
        found,
        values=_under(side.prefix, found.values),
        unreadable=_under(side.prefix, found.unreadable),
        types=_under(side.prefix, found.types),
    )


def _hidden_side(crm: Crm, side: _Side, user_id: str, paths: list[str]) -> frozenset[str]:
    found = crm.hidden_paths(user_id=user_id, object_name=side.object_name, paths=paths)
    return frozenset(f"{side.prefix}{path}" for path in found)


def _together(
    reading: Sequence[Future[Record]], hiding: Sequence[Future[frozenset[str]]]
) -> Record:
    """The record with what stands beside it, and what of all that is hidden."""
    try:
        found, *beside = [future.result() for future in reading]
    except MissingError:
        raise no_record() from None
    hidden = _all(future.result() for future in hiding)
    values, unreadable, types = dict(found.values), dict(found.unreadable), dict(found.types)
    for each in beside:
        values |= each.values
        unreadable |= each.unreadable
        types |= each.types
    return replace(found, values=values, unreadable=unreadable, types=types, hidden=hidden)


def _under(prefix: str, by_path: Mapping[str, T]) -> dict[str, T]:
    return {f"{prefix}{path}": value for path, value in by_path.items()}


def _all(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def no_record() -> NotFoundError:
    """What is said of a record that is not there, or not for this caller."""
    return NotFoundError(
        "This record does not exist, or you may not see it.", code="record_not_found"
    )
