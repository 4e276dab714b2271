"""Decides what a booking is, from what was gathered; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import payloads, templates
from app.bookings.choices import host_choice
from app.bookings.gathering import People, TypeContext
from app.bookings.questions import AvailabilityRequest, BookRequest, Guest, HostChoice
from app.bookings.writing import Chosen, HostPlan, Limits, Plan, RolePlan
from app.callers import Caller
from app.deliveries.targets import wanted_targets
from app.inputs.cleaning import clean_guest
from app.storage.tables import Booking, Connection
from app.vendors import CALENDAR_VENDORS, writing_connection
from booking_types.answers import Part, Reason, ReasonCode, Verdict
from booking_types.errors import (
    BookingError,
    ConsentChangedError,
    ForbiddenError,
    InvalidRequestError,
    NoHostAvailableError,
    SlotUnavailableError,
)
from booking_types.forms import Answer, answers_as_json, field_values
from booking_types.hosts import HostCandidates, candidates, pick
from booking_types.intervals import Interval
from booking_types.local_time import zone_named
from booking_types.model import (
    BookingType,
    ConsentRule,
    HostRuleKind,
    HostTimes,
    Platform,
    Record,
    Slot,
    Value,
)
from booking_types.person_rules import rules_for
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import CrmUser


def duration_of(booking_type: BookingType, wanted: timedelta | None) -> timedelta:
    """The meeting's length: one of the type's, its first by default.

    Raises:
        InvalidRequestError: ``invalid_duration``.
    """
    if wanted is None:
        return booking_type.durations[0]
    if wanted not in booking_type.durations:
        lengths = [str(int(each / timedelta(minutes=1))) for each in booking_type.durations]
        raise InvalidRequestError(
            f"{booking_type.name} takes {_or(lengths)} minutes. Choose one of these.",
            code="invalid_duration",
            field="duration_minutes",
        )
    return wanted


def interval_of(start: datetime, duration: timedelta) -> Interval:
    """The meeting's span.

    Raises:
        InvalidRequestError: ``invalid_datetime``: outside the years that can be computed with.
    """
    try:
        return Interval(start, start.astimezone(UTC) + duration)
    except OverflowError:
        raise InvalidRequestError(
            "This date is too far away.", code="invalid_datetime", field="start_at"
        ) from None


def longest_answers(context: TypeContext) -> dict[str, int]:
    """How many characters each answer has room for in the record's field that it is written to."""
    known = {name.casefold(): field for name, field in context.crm_object.fields.items()}
    written = {
        field.key: known.get(field.record_field.casefold())
        for field in context.booking_type.form
        if field.record_field
    }
    return {key: found.length for key, found in written.items() if found is not None}


def candidates_of(context: TypeContext) -> HostCandidates:
    """Who may be the host, by the type's rule."""
    return candidates(
        booking_type=context.booking_type,
        record=context.record,
        member_ids=context.listed_ids,
        unbookable=context.unbookable,
    )


def hosts_asked(
    context: TypeContext, found: HostCandidates, request: AvailabilityRequest | BookRequest
) -> tuple[str, ...]:
    """Whose time is asked for: who was picked, or whom the type's rule finds.

    Args:
        context: The record and the type.
        found: Who may be the host.
        request: May name one of them.

    Raises:
        NoHostAvailableError: ``no_host``: the rule finds nobody.
        InvalidRequestError: ``not_a_host``, ``host_required``.
    """
    if not found.host_ids:
        raise NoHostAvailableError(f"Nobody can be the host: {found.problem}.", code="no_host")
    if request.host_id is not None:
        host_id = salesforce_id(request.host_id, field="host_id")
        if host_id not in found.host_ids:
            raise InvalidRequestError(
                "This person is not a host of this booking type. Choose one of its hosts.",
                code="not_a_host",
                field="host_id",
            )
        return (host_id,)
    if found.kind is HostRuleKind.CHOICE:
        wants_all = isinstance(request, AvailabilityRequest) and request.all_hosts
        may_show_all = context.booking_type.host_rule.show_all
        if not wants_all or not may_show_all:
            or_all = " Or ask for the times of all of them." if may_show_all else ""
            raise InvalidRequestError(
                f"Choose a host first.{or_all}", code="host_required", field="host_id"
            )
    return found.host_ids


def co_hosts_asked(
    context: TypeContext,
    request: AvailabilityRequest | BookRequest,
    *,
    host_ids: Sequence[str],
) -> tuple[str, ...]:
    """Who must attend as well, each once, 18 characters each.

    Raises:
        InvalidRequestError: ``co_hosts_not_allowed``, ``too_many_co_hosts``, ``not_a_host``,
            ``co_host_is_host``.
    """
    co_host_ids = tuple(
        dict.fromkeys(salesforce_id(each, field="co_host_ids") for each in request.co_host_ids)
    )
    booking_type = context.booking_type
    rule = booking_type.co_host_rule
    if co_host_ids and not rule.allowed:
        raise _co_hosts(f"{booking_type.name} takes no co-hosts.", "co_hosts_not_allowed")
    if len(co_host_ids) > rule.most:
        words = f"{booking_type.name} takes at most {rule.most} co-hosts."
        raise _co_hosts(words, "too_many_co_hosts")
    if not set(co_host_ids) <= set(context.member_ids):
        words = "One of the co-hosts does not belong to this booking type. Choose from its hosts."
        raise _co_hosts(words, "not_a_host")
    if len(host_ids) == 1 and host_ids[0] in co_host_ids:
        raise _co_hosts("The host cannot be a co-host as well.", "co_host_is_host")
    return co_host_ids


def _co_hosts(words: str, code: str) -> InvalidRequestError:
    return InvalidRequestError(words, code=code, field="co_host_ids")


def _or(words: Sequence[str]) -> str:
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def roles_asked(
    context: TypeContext, *, host_ids: Sequence[str], co_host_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Who could take each panel role, by its key; nobody who is asked for already."""
    asked = {*host_ids, *co_host_ids}
    return {
        role.key: tuple(each for each in context.role_ids(role.key) if each not in asked)
        for role in context.booking_type.panel_roles
    }


def check_rights(context: TypeContext, answers: Mapping[str, Answer]) -> None:
    """See that the caller may do with the record what the booking will do with it.

    Raises:
        ForbiddenError: ``record_not_editable``, ``record_not_transferable``.
    """
    booking_type, access = context.booking_type, context.access
    if access is None:
        return
    changes = booking_type.write_back.record_updates or field_values(booking_type.form, answers)
    if changes and not access.can_edit:
        raise ForbiddenError(
            f"{booking_type.name} changes the record, and you may only read it. "
            "Ask its owner or a Salesforce admin for the right to edit it.",
            code="record_not_editable",
        )
    if booking_type.write_back.hand_over_owner and not access.can_transfer:
        raise ForbiddenError(
            f"{booking_type.name} hands the record over to the host, and you may not "
            "change its owner. Ask its owner or a Salesforce admin for the right to transfer it.",
            code="record_not_transferable",
        )


def check_consent(booking_type: BookingType, request: BookRequest) -> None:
    """See that the guest agreed to what the type asks consent for.

    Raises:
        InvalidRequestError: ``consent_required``.
        ConsentChangedError: They agreed to a text that an admin has changed since.
    """
    if booking_type.consent is not None and not request.has_consent:
        raise InvalidRequestError(
            f"{booking_type.name} needs the guest's consent. Read its text to them, and confirm "
            "that they agree.",
            code="consent_required",
            field="consent",
        )
    read = request.consent_text
    if booking_type.consent is not None and read and not _same_words(read, booking_type.consent):
        raise ConsentChangedError(
            "The text that the guest has to agree to was changed a moment ago. Read the new one "
            "to them, and book again.",
            field="consent",
        )


def _same_words(read: str, rule: ConsentRule) -> bool:
    """White space aside, which may change on the way."""
    return read.split() == rule.text.split()


def check_platform(booking_type: BookingType, request: BookRequest) -> None:
    """See that the organizer's choice of platform can be meant, whoever the host is.

    Raises:
        InvalidRequestError: ``platform_not_allowed``.
    """
    fixed = booking_type.platform_rule.only
    if fixed is not None and request.platform not in (None, fixed):
        where = payloads.PLATFORM_NAMES[fixed] or "no platform"
        raise InvalidRequestError(
            f"{booking_type.name} always takes place on {where}. Leave the platform out.",
            code="platform_not_allowed",
            field="platform",
        )


#: Reasons that lie in the time itself, whoever the host is.
_OF_THE_TIME = (
    ReasonCode.IN_THE_PAST,
    ReasonCode.BELOW_MINIMUM_NOTICE,
    ReasonCode.BEYOND_HORIZON,
)


def refusal(verdict: Verdict, *, names: Mapping[str, str]) -> BookingError:
    """Why this time cannot be booked, as the error to answer with.

    Args:
        verdict: Not offered.
        names: The asked people's, by user id.
    """
    reason = verdict.reasons[0]
    if reason.code in _OF_THE_TIME:
        code = reason.code
        if code is ReasonCode.IN_THE_PAST:
            code = ReasonCode.BELOW_MINIMUM_NOTICE
        return InvalidRequestError(
            f"This time {reason.message}. Choose another one.", code=code.value, field="start_at"
        )
    said = _said(verdict.reasons, names)
    if reason.detail == "platform_not_connected":
        return InvalidRequestError(
            f"{said}. Choose another platform or another host.",
            code="platform_not_connected",
            field="platform",
        )
    if reason.detail == "platform_not_allowed":
        return InvalidRequestError(
            f"{said}. Leave the platform out.", code="platform_not_allowed", field="platform"
        )
    if reason.code is ReasonCode.HOST_UNAVAILABLE:
        return NoHostAvailableError(f"{said}. Choose somebody else.")
    code_text = reason.code.value
    if reason.code is ReasonCode.CO_HOST_UNAVAILABLE:
        code_text = ReasonCode.SLOT_TAKEN.value
    other = _OTHER.get(reason.detail, "time")
    return SlotUnavailableError(
        f"{said}. Choose another {other}.", code=code_text, field="start_at"
    )


#: What has to be another one, by the finer reason, where it is not only the time.
_OTHER = {"daily_limit": "day", "weekly_limit": "week"}

#: How many people's reasons one sentence holds.
_MOST_NAMED = 3


def _said(reasons: Sequence[Reason], names: Mapping[str, str]) -> str:
    """The reasons against a time with the names of those whom they concern."""
    first = reasons[0]
    if first.host_id is None:
        return f"This time {first.message}"
    by_person: dict[str, str] = {}
    for reason in reasons:
        if reason.host_id is not None and reason.code is first.code:
            by_person.setdefault(reason.host_id, reason.message)
    clauses = [
        f"{names.get(host_id, 'This person')} {message}" for host_id, message in by_person.items()
    ]
    said = "; ".join(clauses[:_MOST_NAMED])
    more = len(clauses) - _MOST_NAMED
    return f"{said}; and {more} more cannot come either" if more > 0 else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a booking is planned from, once its time is known to be free.

    Attributes:
        context: The record and the type.
        candidates: Who may be the host by the type's rule.
        people: Everybody concerned.
        times: What limits each of them, by user id.
        order: Whose time was asked for as the host's, in the order in which they are picked.
        role_ids: Who was asked for each panel role, by its key.
        verdict: Who can come.
        organizer: The user who books; nothing for automation.
        answers: What was entered in the form.
        now: The current instant.
    """

    context: TypeContext
    candidates: HostCandidates
    people: People
    times: Mapping[str, HostTimes]
    order: Sequence[str]
    role_ids: Mapping[str, Sequence[str]]
    verdict: Verdict
    organizer: CrmUser | None
    answers: Mapping[str, Answer]
    now: datetime


def plan(
    *,
    caller: Caller,
    request: BookRequest,
    gathered: Gathered,
    response: Callable[[Session, Booking], dict[str, Any]],
) -> Plan:
    """Everything that is written, decided.

    Raises:
        InvalidRequestError: ``guest_required``, ``guest_is_host``, ``place_not_allowed``,
            ``template_wrong``.
    """
    context, verdict = gathered.context, gathered.verdict
    booking_type = context.booking_type
    guests = _guests(context, request.guests)
    _refuse_hosts_as_guests(guests, gathered.people)
    zone = ZoneInfo(request.time_zone)
    # What only the filters looked at is nobody's business any more.
    kept = templates.record_paths(booking_type)
    roles = tuple(
        RolePlan(key=role.key, name=role.name, host_ids=free)
        for role, free in zip(booking_type.panel_roles, verdict.role_ids, strict=True)
    )
    co_host_ids = _co_host_ids(request, gathered.people)
    found = Plan(
        caller=caller,
        request=request,
        published=context.published,
        record_id=context.record.record_id,
        object_name=context.crm_object.name,
        interval=verdict.interval,
        at=gathered.now.isoformat(),
        local_start=verdict.interval.start.astimezone(zone).replace(tzinfo=None).isoformat(),
        host_ids=verdict.host_ids,
        co_host_ids=co_host_ids,
        roles=roles,
        limits={
            host_id: Limits(
                rules=rules_for(booking_type, gathered.times[host_id].overrides),
                zone=zone_named(gathered.times[host_id].working_hours.time_zone),
            )
            for host_ids in (verdict.host_ids, co_host_ids, *verdict.role_ids)
            for host_id in host_ids
        },
        guests=guests,
        organizer=_organizer(gathered.organizer),
        answers=answers_as_json(gathered.answers),
        consent=_consent(booking_type, caller=caller, now=gathered.now),
        record_values={
            path: value.isoformat() if isinstance(value, date) else value
            for path, value in context.record.values.items()
            if path in kept
        },
        decide=lambda chosen: _host_plan(
            chosen, caller=caller, request=request, gathered=gathered, guests=guests
        ),
        response=response,
    )
    # Whatever is wrong with the request is said before anybody's time is locked.
    found.decide(
        Chosen(host_id=verdict.host_ids[0], role_ids=tuple(role.host_ids[0] for role in roles))
    )
    return found


def _consent(booking_type: BookingType, *, caller: Caller, now: datetime) -> dict[str, Any]:
    if booking_type.consent is None:
        return {}
    return {"text": booking_type.consent.text, "at": now.isoformat(), "by": caller.actor}


#: Said of who was free a moment ago, by what became of them under the lock.
_LOST: Mapping[str, str] = {
    "slot_taken": "was booked by somebody else at the last moment",
    "limit_reached": "got the last meeting of this type that was possible at the last moment",
}


def _explanation(gathered: Gathered, chosen: Chosen) -> dict[str, Any]:
    """Why this host, and why these people of the panel."""
    verdict = gathered.verdict
    return {
        "rule": gathered.candidates.kind.value,
        "table": _table(gathered, chosen, role="", order=gathered.order, free=verdict.host_ids),
        "steps": [
            {
                "path": step.path,
                "host_id": step.host_id,
                "taken": step.is_taken,
                "reason": step.words,
            }
            for step in gathered.candidates.steps
        ],
        "roles": [
            {
                "role": role.key,
                "name": role.name,
                "host_id": host_id,
                "table": _table(
                    gathered, chosen, role=role.key, order=gathered.role_ids[role.key], free=free
                ),
            }
            for role, host_id, free in zip(
                gathered.context.booking_type.panel_roles,
                chosen.role_ids,
                verdict.role_ids,
                strict=True,
            )
        ],
    }


def _table(
    gathered: Gathered, chosen: Chosen, *, role: str, order: Sequence[str], free: Sequence[str]
) -> list[dict[str, Any]]:
    """Everybody in the order, with why they were or were not picked."""
    lost = [
        Reason(code=ReasonCode.SLOT_TAKEN, message=_LOST[why], host_id=host_id)
        for host_id, why in chosen.lost.items()
    ]
    said = [
        each.reason
        for each in gathered.verdict.people
        if each.reason is not None and each.role == role and each.part is not Part.CO_HOST
    ]
    left = tuple(each for each in free if each not in chosen.lost)
    picked = pick(slot=Slot(gathered.verdict.interval, left), order=order, reasons=(*lost, *said))
    return [
        {
            "host_id": each.host_id,
            "picked": each.is_picked,
            "free": each.is_free,
            "reason": each.words,
        }
        for each in picked.considered
    ]


def _co_host_ids(request: BookRequest, people: People) -> tuple[str, ...]:
    wanted = dict.fromkeys(salesforce_id(each) for each in request.co_host_ids)
    return tuple(each for each in wanted if each in people.hosts)


def _organizer(user: CrmUser | None) -> Mapping[str, str]:
    if user is None:
        return {}
    return {"name": user.name, "email": user.email, "time_zone": user.time_zone}


def _guests(context: TypeContext, wanted: Sequence[Guest]) -> tuple[dict[str, str], ...]:
    """Each guest once; the record's own when nobody was named."""
    booking_type = context.booking_type
    found: dict[str, dict[str, str]] = {}
    for guest in wanted or _guests_of_record(context):
        found.setdefault(guest.email.casefold(), {"email": guest.email, "name": guest.name})
    if not found and booking_type.write_back.guest_invitation:
        raise InvalidRequestError(
            "Nobody is invited: the record has no email address that mail can be sent to. "
            "Enter the guest's.",
            code="guest_required",
            field="guests",
        )
    return tuple(found.values())


def seen(record: Record, path: str | None) -> Value:
    """The record's value at a path; nothing where there is none, or the caller may not see it."""
    return None if path is None or path in record.hidden else record.values.get(path)


def _guests_of_record(context: TypeContext) -> list[Guest]:
    booking_type = context.booking_type
    email = seen(context.record, booking_type.guest_email_path)
    name = seen(context.record, booking_type.guest_name_path)
    if not isinstance(email, str) or not email:
        return []
    cleaned = clean_guest(email, name if isinstance(name, str) else "")
    return [Guest(email=cleaned[0], name=cleaned[1])] if cleaned is not None else []


def _refuse_hosts_as_guests(guests: Sequence[Mapping[str, str]], people: People) -> None:
    ours = {host.email.casefold() for host in people.hosts.values()}
    for rows in people.connections.values():
        ours |= {row.mailbox.casefold() for row in rows}
    for guest in guests:
        if guest["email"].casefold() in ours:
            raise InvalidRequestError(
                f"{guest['email']} is a host of this meeting and cannot be its guest as well.",
                code="guest_is_host",
                field="guests",
            )


def _host_plan(
    chosen: Chosen,
    *,
    caller: Caller,
    request: BookRequest,
    gathered: Gathered,
    guests: Sequence[Mapping[str, str]],
) -> HostPlan:
    booking_type, people = gathered.context.booking_type, gathered.people
    organizer = gathered.organizer
    connections = people.connections[chosen.host_id]
    choice = host_choice(
        booking_type=booking_type, host=people.hosts[chosen.host_id], connections=connections
    )
    platform = _platform(choice, request.platform)
    co_host_ids = (*_co_host_ids(request, people), *chosen.role_ids)
    values = templates.template_values(
        record=gathered.context.record.values,
        host=_person(people, chosen.host_id),
        co_hosts=[_person(people, each) for each in co_host_ids],
        organizer_name=organizer.name if organizer else "",
        guest=guests[0] if guests else {},
        interval=gathered.verdict.interval,
        time_zone=request.time_zone,
        notes=request.notes,
        platform_name=payloads.PLATFORM_NAMES[platform],
        form=gathered.answers,
    )
    return HostPlan(
        platform=platform,
        subject=payloads.one_line(_render(booking_type, "subject", values)) or booking_type.name,
        description=_render(booking_type, "description", values),
        place=_place(booking_type, request, platform, values),
        targets=tuple(
            wanted_targets(
                booking_type=booking_type,
                platform=platform,
                has_guests=bool(guests),
                has_record_answers=bool(field_values(booking_type.form, gathered.answers)),
                host_writes_calendar=writing_connection(connections) is not None,
                co_hosts=co_host_ids,
                co_hosts_with_calendar=[
                    each for each in co_host_ids if _has_calendar(people.connections[each])
                ],
                host_id=chosen.host_id,
                organizer_id=caller.actor_id if organizer else None,
            )
        ),
        pick=_explanation(gathered, chosen),
    )


def _has_calendar(connections: Sequence[Connection]) -> bool:
    return any(row.vendor in CALENDAR_VENDORS and row.status == "active" for row in connections)


def _person(people: People, host_id: str) -> payloads.Person:
    host = people.hosts[host_id]
    return payloads.Person(
        host_id=host_id, name=host.name, email=host.email, time_zone=host.time_zone
    )


def _platform(choice: HostChoice, wanted: Platform | None) -> Platform:
    """Where, with a host of whom it is known that they can meet where it is wanted."""
    return choice.default_platform if wanted is None else wanted


def _place(
    booking_type: BookingType,
    request: BookRequest,
    platform: Platform,
    values: Mapping[str, Any],
) -> str:
    if platform is not Platform.NONE:
        if request.place:
            raise InvalidRequestError(
                f"A meeting on {payloads.PLATFORM_NAMES[platform]} has no other place. Leave the "
                "place out, or choose no platform.",
                code="place_not_allowed",
                field="place",
            )
        return ""
    return request.place or payloads.one_line(_render(booking_type, "location", values))


def _render(booking_type: BookingType, field: str, values: Mapping[str, Any]) -> str:
    try:
        return templates.render(getattr(booking_type, field), values)
    except templates.TemplateError as error:
        raise InvalidRequestError(
            f"The {field} template of {booking_type.name} is wrong ({error}). "
            "A Booking Admin has to correct it.",
            code="template_wrong",
            field="booking_type_id",
        ) from error
