"""Explains why something is not there, by asking what would have offered it.

What an offer is made from is gathered, the core is asked the same questions, and its answers are
put beside each other; no rule is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.bookings import planning
from app.bookings.choices import hosts_on_platform, type_holidays
from app.bookings.explanations import (
    LONGEST_SPAN,
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
from app.bookings.gathering import (
    Gatherer,
    People,
    Purpose,
    Times,
    TypeContext,
    no_record,
    paths_for,
)
from app.callers import ActorKind, Caller, Role
from app.clock import Clock
from app.storage import booking_types as stored_types
from app.storage import orgs
from app.storage.booking_types import KnownType, PublishedType
from app.storage.database import Database
from app.storage.tables import Org
from app.vendors import Vendors
from booking_types import availability
from booking_types.answers import Part, PersonDay, Question, Verdict
from booking_types.answers import Role as PanelPart
from booking_types.errors import InvalidRequestError, NotFoundError
from booking_types.filters import ClauseOutcome, FilterVerdict, evaluate
from booking_types.hosts import Considered, HostCandidates, LookupStep, pick
from booking_types.intervals import Interval
from booking_types.local_time import first_instant
from booking_types.model import FilterContext, Holiday, HostRuleKind, HostTimes, Record, Slot
from booking_types.salesforce_ids import USER_PREFIX, salesforce_id
from connectors.errors import MissingError
from connectors.protocols import CrmObject

#: How much is looked at where nobody says.
_USUAL_DAYS = timedelta(days=7)

#: Told what is being read.
OnStep = Callable[[str], None]


def in_silence(_step: str) -> None:
    """What is told where nobody waits: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A record with every booking type of its object.

    Attributes:
        org: Whose.
        crm_object: The record's object.
        record: With the values that the types need; what the caller may not see is hidden.
        types: By name, drafts and switched off ones too.
        context: What relative dates are relative to.
        viewer: Whose view it is.
    """

    org: Org
    crm_object: CrmObject
    record: Record
    types: tuple[KnownType, ...]
    context: FilterContext
    viewer: Viewer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """Who has which part in a type, for one record.

    Attributes:
        candidates: Who may be the host, by the type's rule.
        host_ids: Those, and the type's hosts who are switched off, in the type's order: whose
            turn it would be.
        aside_ids: The type's other hosts.
        role_ids: Who can take each panel role, switched off or not, by its key.
    """

    candidates: HostCandidates
    host_ids: tuple[str, ...]
    aside_ids: tuple[str, ...]
    role_ids: dict[str, tuple[str, ...]]

    @property
    def everybody(self) -> tuple[str, ...]:
        """All of them, each once."""
        of_roles = (each for ids in self.role_ids.values() for each in ids)
        return tuple(dict.fromkeys((*self.host_ids, *self.aside_ids, *of_roles)))


class Explainer:
    """Says why things are not there.

    Args:
        database: Ours.
        vendors: The outside world.
        gatherer: Reads what offers are made from, with what it remembers.
        clock: The current instant.
    """

    def __init__(
        self, *, database: Database, vendors: Vendors, gatherer: Gatherer, clock: Clock
    ) -> None:
        self._database = database
        self._vendors = vendors
        self._gather = gatherer
        self._clock = clock

    def explain(
        self, *, caller: Caller, request: ExplanationRequest, on_step: OnStep = in_silence
    ) -> Explanation:
        """Why a type, a time or a host is not there for a record.

        Args:
            caller: Who asks: an admin, or the command line. Values that a user may not see in
                Salesforce are not shown to them.
            request: About what.
            on_step: Told what is being read, for people who wait.

        Raises:
            InvalidRequestError: ``invalid_salesforce_id``, ``invalid_duration``,
                ``range_too_large``, ``invalid_range``, ``booking_type_required``.
            NotFoundError: The record is not there for this caller, or the type not for it.
            ConnectorError: Salesforce cannot be asked.
        """
        _check(request)
        on_step("Reading the record and the booking types")
        found = self._read(caller, request)
        chosen = _chosen(found, request.booking_type)
        times = None
        if chosen is not None and chosen.published is not None:
            times = self._times(caller, found, chosen.published, request, on_step)
        return Explanation(
            record_id=found.record.record_id,
            object_name=found.crm_object.name,
            object_label=found.crm_object.label,
            time_zone=found.org.time_zone,
            viewer=found.viewer,
            types=tuple(_explained_type(each, found) for each in found.types),
            times=times,
        )

    # ------------------------------------------------------------------- the record's types

    def _read(self, caller: Caller, request: ExplanationRequest) -> _Read:
        record_id = salesforce_id(request.record_id, field="record_id")
        viewer_id = _viewer_id(caller, request)
        crm = self._vendors.crm(caller.org_id)
        try:
            crm_object = crm.object_for(record_id)
        except MissingError:
            raise no_record() from None
        with self._database.transaction(caller.org_id) as session:
            org = orgs.get_org(session, caller.org_id)
            types = stored_types.all_of(session, caller.org_id, crm_object.name)
        said = [each.published.booking_type for each in types if each.published is not None]
        paths = {path for each in said for path in paths_for(each, Purpose.TIMES)}
        read = self._gather.read(
            caller,
            crm_object=crm_object,
            record_id=record_id,
            paths=paths,
            shown=paths,
            running_user=viewer_id,
        )
        return _Read(
            org=org,
            crm_object=crm_object,
            record=read.record,
            types=tuple(types),
            context=read.filter_context,
            viewer=self._viewer(caller, viewer_id, record_id) if viewer_id else None,
        )

    def _viewer(self, caller: Caller, user_id: str, record_id: str) -> Viewer:
        """The user whose view it is, and why they are offered nothing whatever the types say."""
        crm = self._vendors.crm(caller.org_id)
        user = crm.users([user_id]).get(user_id)
        if user is None:
            return Viewer(user_id=user_id, name="", problems=("is no user of this org",))
        problems = []
        if not user.is_active:
            problems.append("is not active in Salesforce")
        if not user.permission_sets & {role.value for role in (Role.ORGANIZER, Role.ADMIN)}:
            problems.append(f"does not have the permission set {Role.ORGANIZER.label}")
        access = crm.access(user_id=user_id, record_ids=[record_id]).get(record_id)
        if access is None or not access.can_read:
            problems.append("may not see this record in Salesforce")
        return Viewer(user_id=user_id, name=user.name, problems=tuple(problems))

    # ---------------------------------------------------------------------- hosts and times

    def _times(
        self,
        caller: Caller,
        found: _Read,
        published: PublishedType,
        request: ExplanationRequest,
        on_step: OnStep,
    ) -> ExplainedTimes:
        booking_type = published.booking_type
        duration = planning.duration_of(booking_type, request.duration)
        span = _span(request, zone=ZoneInfo(found.org.time_zone), now=self._clock())
        with self._database.transaction(caller.org_id) as session:
            members = stored_types.members(session, caller.org_id, published.booking_type_id)
        context = TypeContext(
            org=found.org,
            crm_object=found.crm_object,
            record=found.record,
            published=published,
            members=tuple(members),
            unbookable=self._gather.unbookable(
                caller.org_id, booking_type=booking_type, members=members, record=found.record
            ),
            access=None,
        )
        parts = _parts(context)
        people = self._gather.people(caller.org_id, parts.everybody, with_inactive=True)
        busy_span = availability.busy_span(
            booking_type=booking_type,
            duration=duration,
            span=span,
            overrides=[each.overrides for each in members],
        )
        on_step(f"Reading the calendars of {len(people.hosts)} people")
        times = self._gather.times(
            org=found.org,
            published=published,
            members=members,
            people=people,
            span=busy_span,
            is_fresh=False,
        )
        question = _question(
            context,
            parts,
            people,
            times,
            holidays=type_holidays(booking_type, busy_span),
            duration=duration,
            span=span,
            now=self._clock(),
        )
        aside = replace(
            question,
            roles=(),
            hosts=hosts_on_platform(
                _of(times, parts.aside_ids),
                booking_type=booking_type,
                hosts=people.hosts,
                connections=people.connections,
                wanted=None,
            ),
        )
        on_step("Explaining the times")
        return ExplainedTimes(
            booking_type_id=published.booking_type_id,
            name=booking_type.name,
            duration=duration,
            increment=booking_type.increment,
            grid_time_zone=booking_type.time_zone or question.default_time_zone,
            span=span,
            as_of=times.as_of,
            host_rule=ExplainedHostRule(
                kind=booking_type.host_rule.kind,
                decides=parts.candidates.kind,
                steps=tuple(_seen(step, found.record) for step in parts.candidates.steps),
                problem=parts.candidates.problem,
            ),
            people=tuple(_explained_people(question, aside, parts.candidates.kind, people)),
            days=availability.explain_days(question),
            at=(
                _explained_start(question, aside, parts.candidates.kind, request.at)
                if request.at is not None
                else None
            ),
        )


def _seen(step: LookupStep, record: Record) -> LookupStep:
    """The step without what stands in a field that the caller may not see; who is the host they may."""
    return replace(step, host_id=None) if step.path in record.hidden and not step.is_taken else step


# ------------------------------------------------------------------------- what was asked


def _check(request: ExplanationRequest) -> None:
    if request.span is not None and request.span.length > LONGEST_SPAN + _AN_HOUR:
        raise InvalidRequestError(
            f"At most {LONGEST_SPAN.days} days can be explained at once; ask for fewer.",
            code="range_too_large",
            field="to",
        )
    at, span = request.at, request.span
    if at is not None and request.booking_type is None:
        raise InvalidRequestError(
            "A time can only be explained for a booking type; name one.",
            code="missing_field",
            field="booking_type",
        )
    if at is not None and span is not None and not span.start <= at < span.end:
        raise InvalidRequestError(
            "This time does not lie in the days that are asked for; choose others, or none.",
            code="invalid_range",
            field="at",
        )


#: A span of whole days is longer by so much when the clocks go back in it.
_AN_HOUR = timedelta(hours=1)


def _viewer_id(caller: Caller, request: ExplanationRequest) -> str | None:
    if request.viewer_id is None:
        return caller.actor_id if caller.kind is ActorKind.USER else None
    found = salesforce_id(request.viewer_id, field="user")
    if not found.startswith(USER_PREFIX):
        raise InvalidRequestError(
            f"A user's id begins with {USER_PREFIX}.", code="invalid_salesforce_id", field="user"
        )
    return found


def _chosen(found: _Read, wanted: UUID | str | None) -> KnownType | None:
    if wanted is None:
        return None
    for each in found.types:
        if wanted in (each.booking_type_id, each.key):
            return each
    known = ", ".join(each.key for each in found.types) or "none"
    raise NotFoundError(
        f"No booking type for {found.crm_object.label} records goes by “{wanted}”. "
        f"There are: {known}.",
        field="booking_type",
    )


def _span(request: ExplanationRequest, *, zone: ZoneInfo, now: datetime) -> Interval:
    """The days that are looked at: the asked ones, or a week that has the asked time in it."""
    if request.span is not None:
        return request.span
    coming = _days_from(now, zone=zone)
    if request.at is None or coming.start <= request.at < coming.end:
        return coming
    return _days_from(request.at, zone=zone)


def _days_from(instant: datetime, *, zone: ZoneInfo) -> Interval:
    try:
        first = instant.astimezone(zone).date()
        start, end = (
            first_instant(datetime.combine(day, time()), zone=zone, fold=0)
            for day in (first, first + _USUAL_DAYS)
        )
    except OverflowError:
        raise InvalidRequestError(
            "This date is too far away.", code="invalid_datetime", field="at"
        ) from None
    return Interval(start, end)


# -------------------------------------------------------------------------------- the types


def _explained_type(known: KnownType, found: _Read) -> ExplainedType:
    if known.published is None:
        return ExplainedType(
            booking_type_id=known.booking_type_id,
            key=known.key,
            name=known.name,
            version=None,
            state=TypeState.DRAFT,
            words="is a draft: it is offered once somebody publishes it",
        )
    said = known.published.booking_type
    verdict = evaluate(record_filter=said.record_filter, record=found.record, context=found.context)
    state, words = _state(verdict, is_active=known.is_active)
    return ExplainedType(
        booking_type_id=known.booking_type_id,
        key=known.key,
        name=known.name,
        version=known.published.version,
        state=state,
        words=words,
        clauses=verdict.clauses,
        logic=said.record_filter.logic,
        problem=verdict.problem,
    )


def _state(verdict: FilterVerdict, *, is_active: bool) -> tuple[TypeState, str]:
    if not is_active:
        would = "would" if verdict.passed else "would not"
        words = f"is switched off; switched on, it {would} be offered for this record"
        return TypeState.SWITCHED_OFF, words
    if verdict.passed:
        return TypeState.OFFERED, "is offered"
    is_unreadable = any(each.outcome is ClauseOutcome.UNREADABLE for each in verdict.clauses)
    if verdict.problem or is_unreadable:
        words = "is not offered: its record filter cannot be checked"
        return TypeState.CANNOT_BE_CHECKED, words
    return TypeState.FILTERED_OUT, "is not offered: this record does not meet its record filter"


# -------------------------------------------------------------------------- hosts and times


def _parts(context: TypeContext) -> _Parts:
    found = planning.candidates_of(context)
    switched_off = {
        each.host_id for each in context.members if not (each.is_active and each.is_host_active)
    }
    listed = context.listed_ids
    turn = [each for each in listed if each in found.host_ids or each in switched_off]
    return _Parts(
        candidates=found,
        # Whom a record names need not be among the type's hosts.
        host_ids=tuple(dict.fromkeys((*turn, *found.host_ids))),
        aside_ids=tuple(each for each in listed if each not in turn),
        role_ids={
            role.key: tuple(each.host_id for each in context.members if each.role == role.key)
            for role in context.booking_type.panel_roles
        },
    )


def _question(
    context: TypeContext,
    parts: _Parts,
    people: People,
    times: Times,
    *,
    holidays: tuple[Holiday, ...],
    duration: timedelta,
    span: Interval,
    now: datetime,
) -> Question:
    """The question that an offer is the answer to, with those who are switched off in it."""
    booking_type = context.booking_type
    return Question(
        booking_type=booking_type,
        default_time_zone=context.org.time_zone,
        hosts=hosts_on_platform(
            _of(times, parts.host_ids),
            booking_type=booking_type,
            hosts=people.hosts,
            connections=people.connections,
            wanted=None,
        ),
        co_hosts=(),
        duration=duration,
        span=span,
        now=now,
        roles=tuple(
            PanelPart(
                key=role.key,
                name=role.name,
                people=_of(
                    times, [each for each in parts.role_ids[role.key] if each not in parts.host_ids]
                ),
            )
            for role in booking_type.panel_roles
        ),
        holidays=holidays,
    )


def _of(times: Times, host_ids: Sequence[str]) -> tuple[HostTimes, ...]:
    return tuple(times.times[each] for each in host_ids if each in times.times)


#: Why somebody of the type could not be the host of this record; goes on from the name.
_ASIDE = {
    HostRuleKind.LOOKUP: "is not the user whom the record names",
    HostRuleKind.FIXED: "comes after the first host of the type, who always is the host",
}


def _explained_people(
    question: Question, aside: Question, kind: HostRuleKind, people: People
) -> Iterator[ExplainedPerson]:
    days = _days(question) | _days(aside)
    for person in question.hosts:
        yield _explained_person(person, people, days)
    why = _ASIDE.get(kind, "could not be the host of this record")
    for person in aside.hosts:
        yield replace(_explained_person(person, people, days), aside=why)
    for role in question.roles:
        for person in role.people:
            told = _explained_person(person, people, days)
            yield replace(told, role=role.key, role_name=role.name)


def _days(question: Question) -> dict[str, list[PersonDay]]:
    """Everybody's timeline, by user id."""
    found: dict[str, list[PersonDay]] = {}
    for day in availability.explain_people(question):
        found.setdefault(day.host_id, []).append(day)
    return found


def _explained_person(
    person: HostTimes, people: People, days: Mapping[str, Sequence[PersonDay]]
) -> ExplainedPerson:
    host = people.hosts[person.host_id]
    return ExplainedPerson(
        host_id=person.host_id,
        name=host.name,
        time_zone=host.time_zone,
        unavailable_code=person.unavailable_code,
        unavailable=person.unavailable,
        days=tuple(days.get(person.host_id, ())),
    )


def _explained_start(
    question: Question, aside: Question, kind: HostRuleKind, start: datetime
) -> ExplainedStart:
    verdict = availability.check(question, start)
    of_people = verdict.people
    if aside.hosts:
        of_people += availability.check(aside, start).people
    picked, table = _table(Part.HOST, question.hosts, verdict, free=verdict.host_ids, kind=kind)
    roles = []
    for role, free in zip(question.roles, verdict.role_ids, strict=True):
        # Nobody chooses here: the first who is free takes the role.
        taker, lines = _table(
            Part.ROLE, role.people, verdict, free=free, kind=HostRuleKind.TIME_FIRST
        )
        roles.append(ExplainedRole(key=role.key, name=role.name, picked_id=taker, table=lines))
    return ExplainedStart(
        interval=verdict.interval,
        is_on_grid=all(each.detail != "off_grid" for each in verdict.reasons),
        is_offered=verdict.is_offered,
        reasons=verdict.reasons,
        of_people={each.host_id: each.reason for each in of_people},
        picked_id=picked,
        table=table,
        roles=tuple(roles),
    )


def _table(
    part: Part,
    people: Sequence[HostTimes],
    verdict: Verdict,
    *,
    free: Sequence[str],
    kind: HostRuleKind,
) -> tuple[str | None, tuple[Considered, ...]]:
    """Who would be picked, and everybody with why or why not."""
    found = pick(
        slot=Slot(verdict.interval, tuple(free)),
        order=[each.host_id for each in people],
        reasons=[
            each.reason for each in verdict.people if each.part is part and each.reason is not None
        ],
    )
    if kind is not HostRuleKind.CHOICE:
        return found.host_id, found.considered
    return None, tuple(
        replace(each, is_picked=False, words="is free then; the organizer chooses")
        if each.is_free
        else each
        for each in found.considered
    )
