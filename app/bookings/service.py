"""``BookingService``: the one facade over bookings. Gather, ask the pure core, write once."""

from __future__ import annotations

import dataclasses
import itertools
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg.errors
import sqlalchemy.exc
from sqlalchemy.orm import Session

from app.bookings import planning, viewing, writing
from app.bookings.choices import host_choice, hosts_on_platform, type_holidays
from app.bookings.explaining import Explainer, OnStep, in_silence
from app.bookings.explanations import Explanation, ExplanationRequest
from app.bookings.gathering import Gatherer, People, Purpose, Times, TypeContext, no_record
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
from app.callers import ActorKind, Caller
from app.clock import Clock
from app.storage import bookings
from app.storage.database import Database
from app.storage.tables import IdempotencyKey
from app.vendors import Vendors
from booking_types import availability
from booking_types.answers import ExplainedTime, Question, Role, Verdict
from booking_types.errors import (
    AvailabilityUnverifiedError,
    BookingError,
    InvalidRequestError,
    NotFoundError,
    SlotUnavailableError,
)
from booking_types.filters import resolve
from booking_types.forms import Answer, parse_answers, suggested
from booking_types.hosts import HostCandidates
from booking_types.intervals import Interval
from booking_types.model import BookingType, HostRuleKind, HostTimes, Platform, Record, Slot
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import CrmUser

T = TypeVar("T")

#: One question covers at most so much.
LONGEST_SPAN = timedelta(days=62)
#: Alternatives are looked for this far around a time that cannot be had.
_ALTERNATIVES_BEFORE, _ALTERNATIVES_AFTER = timedelta(days=2), timedelta(days=9)
_TRIES_AT_A_DEADLOCK = 3
#: Salesforce hangs up on us after ten seconds; a booking that it would not hear of is not made.
_LATEST_WRITE_SECONDS = 6.0

#: Reasons that mean nobody knows whether the time is free, rather than that it is taken.
_UNVERIFIED = ("calendar_unreadable", "salesforce_unreadable")


class BookingService:
    """What organizers and Flows may ask.

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
        self._gather = Gatherer(database=database, vendors=vendors, executor=executor, clock=clock)
        self._explainer = Explainer(
            database=database, vendors=vendors, gatherer=self._gather, clock=clock
        )

    # ---------------------------------------------------------------------- the questions

    def offered(self, *, caller: Caller, record_id: str) -> OfferedTypes:
        """Which booking types the record is offered, and why not the others.

        Raises:
            InvalidRequestError: ``invalid_salesforce_id``.
            NotFoundError: ``record_not_found``.
        """
        found = self._gather.record(caller, record_id)
        resolution = resolve(
            booking_types=[row.booking_type for row in found.types],
            record=found.record,
            context=found.filter_context,
        )
        rows = {row.booking_type.key: row for row in found.types}
        return OfferedTypes(
            record_id=found.record.record_id,
            object_name=found.crm_object.name,
            object_label=found.crm_object.label,
            offered=tuple(
                OfferedType(
                    booking_type_id=rows[offered.key].booking_type_id,
                    version=rows[offered.key].version,
                    booking_type=offered,
                    guest_email=_text(found.record, offered.guest_email_path),
                    guest_name=_text(found.record, offered.guest_name_path),
                    guest_time_zone=_text(found.record, offered.guest_time_zone_path),
                    suggested=_suggested(found.record, offered),
                )
                for offered in resolution.offered
            ),
            refused=tuple(
                RefusedType(
                    booking_type_id=rows[refusal.booking_type.key].booking_type_id,
                    refusal=refusal,
                )
                for refusal in resolution.refused
            ),
            time_zone=found.org.time_zone,
        )

    def hosts(self, *, caller: Caller, record_id: str, booking_type_id: UUID) -> HostsAnswer:
        """Who could be the host, and who a co-host.

        Raises:
            InvalidRequestError: ``invalid_salesforce_id``.
            NotFoundError: The record or the type is not there for this caller.
            NotEligibleError: The record does not qualify for the type.
        """
        context = self._gather.booking_type(caller, record_id, booking_type_id)
        found = planning.candidates_of(context)
        members = context.member_ids if context.booking_type.co_host_rule.allowed else ()
        role_ids = planning.roles_asked(context, host_ids=(), co_host_ids=())
        people = self._gather.people(
            caller.org_id, [*found.host_ids, *members, *itertools.chain(*role_ids.values())]
        )
        return HostsAnswer(
            rule=found.kind.value,
            hosts=_choices(context, people, found.host_ids),
            co_hosts=_choices(context, people, members, is_co_host=True),
            nobody_because=found.problem,
            can_show_all=found.kind is HostRuleKind.CHOICE
            and context.booking_type.host_rule.show_all,
            panel=_panel(context, people, role_ids),
        )

    def availability(self, *, caller: Caller, request: AvailabilityRequest) -> AvailabilityAnswer:
        """When they can meet.

        Raises:
            InvalidRequestError: ``range_too_large``, ``invalid_duration``, ``host_required``.
            NotFoundError: The record, the type or a person is not there for this caller.
            NotEligibleError: The record does not qualify for the type.
            NoHostAvailableError: The type's rule finds nobody.
        """
        if request.span.length > LONGEST_SPAN:
            raise InvalidRequestError(
                "Ask for at most 62 days at a time.", code="range_too_large", field="to"
            )
        context = self._gather.booking_type(caller, request.record_id, request.booking_type_id)
        duration = planning.duration_of(context.booking_type, request.duration)
        asking = self._asking(
            caller,
            context,
            request,
            candidates=planning.candidates_of(context),
            duration=duration,
            span=request.span,
        )
        question, times = self._question(asking, is_fresh=False)
        explained: tuple[ExplainedTime, ...] = ()
        if request.is_explained:
            found, explained = availability.slots_explained(question)
        else:
            found = availability.slots(question)
        return AvailabilityAnswer(
            availability=found.earliest(request.most_slots),
            explained=explained,
            people=_choices(context, asking.people, asking.host_ids, times)
            + _choices(context, asking.people, asking.co_host_ids, times, is_co_host=True),
            roles=_panel(context, asking.people, asking.role_ids, times),
            duration=duration,
            as_of=times.as_of,
            booking_type=context.booking_type,
            grid_time_zone=question.booking_type.time_zone or question.default_time_zone,
        )

    def explain(
        self, *, caller: Caller, request: ExplanationRequest, on_step: OnStep = in_silence
    ) -> Explanation:
        """Why a type, a time or a host is not there; as ``explaining.Explainer.explain``."""
        return self._explainer.explain(caller=caller, request=request, on_step=on_step)

    # ------------------------------------------------------------------------ the booking

    def book(
        self,
        *,
        caller: Caller,
        request: BookRequest,
        answer: Callable[[BookingView], dict[str, Any]],
    ) -> BookingView:
        """Book it: check once more, then take the time and promise the rest in one write.

        Args:
            caller: Who books.
            request: What.
            answer: Makes the body of the answer; it is stored for the idempotency key.

        Returns:
            What was booked, with the body in ``stored_body``; for a key that was used before,
            that call's booking and body.

        Raises:
            InvalidRequestError: Something in the request is wrong.
            ForbiddenError: The booking would do with the record what the caller may not.
            NotFoundError: The record, the type or a person is not there for this caller.
            NotEligibleError: The record does not qualify for the type.
            SlotUnavailableError, NoHostAvailableError: The time cannot be had; the error's
                ``alternatives`` are the nearest that can.
            AvailabilityUnverifiedError: A calendar that has to be asked cannot be read.
        """
        earlier = self._replay(caller, request)
        if earlier is not None:
            return earlier
        try:
            return self._book(caller, request, answer)
        except BookingError:
            # The first call with this key may have committed while this one was looking: then
            # it is our own booking that stands in the way.
            earlier = self._replay(caller, request)
            if earlier is not None:
                return earlier
            raise

    def _book(
        self,
        caller: Caller,
        request: BookRequest,
        answer: Callable[[BookingView], dict[str, Any]],
    ) -> BookingView:
        reading_user = self._executor.submit(self._organizer, caller)
        context = self._gather.booking_type(
            caller, request.record_id, request.booking_type_id, purpose=Purpose.BOOKING
        )
        answers = parse_answers(
            context.booking_type.form, request.answers, most=planning.longest_answers(context)
        )
        planning.check_rights(context, answers)
        planning.check_consent(context.booking_type, request)
        planning.check_platform(context.booking_type, request)
        duration = planning.duration_of(context.booking_type, request.duration)
        interval = planning.interval_of(request.start, duration)
        found = planning.candidates_of(context)
        asking = self._asking(
            caller,
            context,
            request,
            candidates=found,
            duration=duration,
            span=Interval(
                interval.start - _ALTERNATIVES_BEFORE, interval.start + _ALTERNATIVES_AFTER
            ),
            platform=request.platform,
        )
        question, times = self._question(asking, is_fresh=True)
        verdict = availability.check(question, interval.start)
        if not verdict.is_offered:
            raise self._refusal(question, verdict, asking.people)
        plan = planning.plan(
            caller=caller,
            request=request,
            gathered=planning.Gathered(
                context=context,
                candidates=found,
                people=asking.people,
                times=times.times,
                order=asking.host_ids,
                role_ids=asking.role_ids,
                verdict=verdict,
                organizer=reading_user.result(),
                answers=answers,
                now=self._clock(),
            ),
            response=lambda session, booking: answer(viewing.view(session, booking)),
        )
        if time.monotonic() > caller.received_at + _LATEST_WRITE_SECONDS:
            raise AvailabilityUnverifiedError(
                "Salesforce or a calendar took too long to answer; nothing was booked. Try again."
            )
        try:
            view = self._write(plan)
        except SlotUnavailableError as error:
            # Read again what stands in the way now, or the alternatives would name it too.
            question, _ = self._question(asking, is_fresh=False)
            error.alternatives = self._alternatives(question, interval)
            raise
        self._gather.busy_reader.forget(
            [row for rows in asking.people.connections.values() for row in rows]
        )
        return view

    def _replay(self, caller: Caller, request: BookRequest) -> BookingView | None:
        with self._database.transaction(caller.org_id) as session:
            earlier = writing.replay(session, caller, request)
            return _answered(session, caller, earlier) if earlier is not None else None

    def _write(self, plan: writing.Plan) -> BookingView:
        """Write, again after a deadlock, and answer as the faster twin of the same key did."""
        for attempt in range(_TRIES_AT_A_DEADLOCK):
            try:
                with self._database.transaction(plan.caller.org_id) as session:
                    written = writing.write_booking(session, plan)
                    return _answered(session, plan.caller, written)
            except writing.KeyWasFasterError:
                earlier = self._replay(plan.caller, plan.request)
                if earlier is not None:
                    return earlier
            except sqlalchemy.exc.DBAPIError as error:
                if not _is_passing(error) or attempt == _TRIES_AT_A_DEADLOCK - 1:
                    raise
                # Not a secret: those who collided only must not collide again.
                threading.Event().wait(random.uniform(0.01, 0.1))  # noqa: S311
        raise RuntimeError("an idempotency key was taken and is not there")

    def _organizer(self, caller: Caller) -> CrmUser | None:
        if caller.kind is not ActorKind.USER:
            return None
        return self._vendors.crm(caller.org_id).users([caller.actor_id]).get(caller.actor_id)

    # ------------------------------------------------------------------------ reading back

    def get(self, *, caller: Caller, booking_id: UUID) -> BookingView:
        """A booking with the state of every target.

        Raises:
            NotFoundError: It is not there, or the caller may not see it.
        """
        with self._database.transaction(caller.org_id) as session:
            booking = bookings.get_booking(session, caller.org_id, booking_id)
            view = viewing.view(session, booking) if booking is not None else None
        if view is None or not viewing.may_see(self._vendors, caller, view):
            raise NotFoundError("There is no such booking.")
        return view

    def get_by_key(self, *, caller: Caller, key: str) -> BookingView:
        """The booking that the caller's own idempotency key made.

        Raises:
            NotFoundError: It made none.
        """
        with self._database.transaction(caller.org_id) as session:
            row = bookings.idempotent(session, caller.org_id, principal=caller.principal, key=key)
            found = _booked_with(session, caller, row)
            if found is None:
                raise NotFoundError("No booking was made with this Idempotency-Key.")
            return found

    def give_up(self, *, caller: Caller, key: str) -> BookingView:
        """The booking that the caller's own key made; where there is none, there never will be.

        A call that is still on its way with the key is refused when it arrives: only so can a
        caller who got no answer know that nothing was booked, and begin anew.

        Raises:
            NotFoundError: ``not_booked``: it made none, and is given up now.
        """
        principal = caller.principal
        with self._database.transaction(caller.org_id) as session:
            if not bookings.give_up(session, caller.org_id, principal=principal, key=key):
                row = bookings.idempotent(session, caller.org_id, principal=principal, key=key)
                found = _booked_with(session, caller, row)
                if found is not None:
                    return found
            else:
                bookings.audit(
                    session,
                    caller.org_id,
                    actor=caller.actor,
                    action="key.given_up",
                    request_id=caller.request_id,
                )
        raise NotFoundError(
            "Nothing was booked with this Idempotency-Key, and nothing will be.", code="not_booked"
        )

    def list_bookings(
        self, *, caller: Caller, request: BookingsRequest
    ) -> tuple[list[BookingView], tuple[Any, UUID] | None]:
        """Bookings of a record, or those that the caller booked or attends; by start.

        Returns:
            The bookings, and from where the next page goes on; nothing when this is the last.

        Raises:
            InvalidRequestError: ``invalid_salesforce_id``.
            NotFoundError: ``record_not_found``.
        """
        record_id = None
        if request.record_id is not None:
            record_id = salesforce_id(request.record_id)
            if not viewing.may_read(self._vendors, caller, record_id):
                raise no_record()
        with self._database.transaction(caller.org_id) as session:
            rows = bookings.page(
                session,
                caller.org_id,
                record_id=record_id,
                user_id=None if record_id else caller.actor_id,
                after=request.after,
                before=request.before,
                cursor=request.cursor,
                is_newest_first=request.is_newest_first,
                limit=request.limit + 1,
            )
            views = viewing.views(session, caller.org_id, rows[: request.limit])
        more = len(rows) > request.limit
        last = views[-1].booking if views and more else None
        return views, (last.start_at, last.booking_id) if last else None

    # ----------------------------------------------------------------------------- parts

    def _asking(
        self,
        caller: Caller,
        context: TypeContext,
        request: AvailabilityRequest | BookRequest,
        *,
        candidates: HostCandidates,
        duration: timedelta,
        span: Interval,
        platform: Platform | None = None,
    ) -> _Asking:
        """Everybody whose time matters, with who they are."""
        host_ids = planning.hosts_asked(context, candidates, request)
        co_host_ids = planning.co_hosts_asked(context, request, host_ids=host_ids)
        role_ids = planning.roles_asked(context, host_ids=host_ids, co_host_ids=co_host_ids)
        people = self._gather.people(
            caller.org_id, [*host_ids, *co_host_ids, *itertools.chain(*role_ids.values())]
        )
        return _Asking(
            context=context,
            people=people,
            host_ids=host_ids,
            co_host_ids=co_host_ids,
            role_ids=role_ids,
            duration=duration,
            span=span,
            platform=platform,
        )

    def _question(self, asking: _Asking, *, is_fresh: bool) -> tuple[Question, Times]:
        booking_type = asking.context.booking_type
        busy_span = availability.busy_span(
            booking_type=booking_type,
            duration=asking.duration,
            span=asking.span,
            overrides=[
                each.overrides
                for each in asking.context.members
                if each.host_id in asking.people.hosts
            ],
        )
        times = self._gather.times(
            org=asking.context.org,
            published=asking.context.published,
            members=asking.context.members,
            people=asking.people,
            span=busy_span,
            is_fresh=is_fresh,
        )
        hosts = _times_of(
            times.times, [each for each in asking.host_ids if each not in asking.co_host_ids]
        )
        question = Question(
            booking_type=booking_type,
            default_time_zone=asking.context.org.time_zone,
            hosts=hosts_on_platform(
                hosts,
                booking_type=booking_type,
                hosts=asking.people.hosts,
                connections=asking.people.connections,
                wanted=asking.platform,
            ),
            co_hosts=_times_of(times.times, asking.co_host_ids),
            roles=tuple(
                Role(
                    key=role.key,
                    name=role.name,
                    people=_times_of(times.times, asking.role_ids[role.key]),
                )
                for role in booking_type.panel_roles
            ),
            holidays=type_holidays(booking_type, busy_span),
            duration=asking.duration,
            span=asking.span,
            now=self._clock(),
        )
        return question, times

    def _refusal(self, question: Question, verdict: Verdict, people: People) -> BookingError:
        names = {host_id: host.name for host_id, host in people.hosts.items()}
        unread = _missed_unread(question, verdict)
        at_best = verdict
        if unread is not None:
            # What would stand against the time if nothing stood in what nobody could read.
            at_best = availability.check(_as_if_empty(question), verdict.interval.start)
        if unread is not None and at_best.is_offered:
            error: BookingError = AvailabilityUnverifiedError(
                f"{names[unread.host_id]} {unread.unavailable}, so nobody knows whether this time "
                "is free. Nothing was booked. Try again, or choose somebody else."
            )
        else:
            error = planning.refusal(at_best, names=names)
        error.alternatives = self._alternatives(question, verdict.interval)
        return error

    def _alternatives(self, question: Question, interval: Interval) -> tuple[Slot, ...]:
        found = availability.nearest(question, interval.start, count=4)
        return tuple(slot for slot in found if slot.interval != interval)[:3]


def _missed_unread(question: Question, verdict: Verdict) -> HostTimes | None:
    """The first whose calendar nobody could read, where without them somebody is missing."""
    fits = {each.host_id for each in verdict.people if each.reason is None}
    parts = (
        question.hosts,
        *((person,) for person in question.co_hosts),
        *(role.people for role in question.roles),
    )
    missing = (part for part in parts if not any(each.host_id in fits for each in part))
    return next((each for part in missing for each in part if _is_unread(each)), None)


def _is_unread(person: HostTimes) -> bool:
    return person.unavailable_code in _UNVERIFIED


def _as_if_empty(question: Question) -> Question:
    """The question as if nothing stood in the calendars that nobody could read."""

    def read(people: tuple[HostTimes, ...]) -> tuple[HostTimes, ...]:
        return tuple(
            dataclasses.replace(each, unavailable="", unavailable_code="")
            if _is_unread(each)
            else each
            for each in people
        )

    return dataclasses.replace(
        question,
        hosts=read(question.hosts),
        co_hosts=read(question.co_hosts),
        roles=tuple(dataclasses.replace(role, people=read(role.people)) for role in question.roles),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """Whose time is asked for, and for what.

    Attributes:
        context: The record and the type.
        people: Everybody concerned.
        host_ids: Who could be the host.
        co_host_ids: Who must attend as well.
        role_ids: Who could take each panel role, by its key.
        duration: Of the meeting.
        span: In which it begins.
        platform: The organizer's choice; nothing when they made none.
    """

    context: TypeContext
    people: People
    host_ids: tuple[str, ...]
    co_host_ids: tuple[str, ...]
    role_ids: Mapping[str, tuple[str, ...]]
    duration: timedelta
    span: Interval
    platform: Platform | None = None


def _answered(session: Session, caller: Caller, written: writing.Written) -> BookingView:
    """What was written, read back in the same transaction: after it nothing may fail."""
    booking = bookings.get_booking(session, caller.org_id, written.booking_id)
    if booking is None:
        raise NotFoundError("There is no such booking.")
    return dataclasses.replace(
        viewing.view(session, booking),
        is_replay=written.is_replay,
        stored_body=written.response,
    )


def _booked_with(
    session: Session, caller: Caller, row: IdempotencyKey | None
) -> BookingView | None:
    """The booking that was made with a key, if one was."""
    if row is None or row.booking_id is None:
        return None
    booking = bookings.get_booking(session, caller.org_id, row.booking_id)
    return viewing.view(session, booking) if booking is not None else None


def _is_passing(error: sqlalchemy.exc.DBAPIError) -> bool:
    return isinstance(
        error.orig,
        (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure),
    )


def _text(record: Record, path: str | None) -> str:
    value = planning.seen(record, path)
    return value if isinstance(value, str) else ""


def _suggested(record: Record, booking_type: BookingType) -> dict[str, Answer]:
    """What stands in the form to begin with: what the record has and the caller may see."""
    found = {
        field.key: suggested(field, planning.seen(record, field.default_path))
        for field in booking_type.form
    }
    return {key: value for key, value in found.items() if value is not None}


def _times_of(times: Mapping[str, HostTimes], host_ids: Any) -> tuple[HostTimes, ...]:
    return tuple(times[host_id] for host_id in host_ids if host_id in times)


def _choices(
    context: TypeContext,
    people: People,
    host_ids: tuple[str, ...],
    times: Times | None = None,
    *,
    is_co_host: bool = False,
) -> tuple[HostChoice, ...]:
    return tuple(
        host_choice(
            booking_type=context.booking_type,
            host=people.hosts[host_id],
            connections=people.connections[host_id],
            times=times.times.get(host_id) if times else None,
            is_co_host=is_co_host,
        )
        for host_id in host_ids
        if host_id in people.hosts
    )


def _panel(
    context: TypeContext,
    people: People,
    role_ids: Mapping[str, tuple[str, ...]],
    times: Times | None = None,
) -> tuple[RoleChoice, ...]:
    return tuple(
        RoleChoice(
            key=role.key,
            name=role.name,
            people=_choices(context, people, role_ids[role.key], times, is_co_host=True),
        )
        for role in context.booking_type.panel_roles
    )
