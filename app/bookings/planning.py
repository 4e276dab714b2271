"""Decides what a booking is, from what was gathered; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import payloads
from app.bookings.choices import host_choice
from app.bookings.gathering import People, TypeContext
from app.bookings.questions import AvailabilityRequest, BookRequest, Guest, HostChoice
from app.bookings.writing import HostPlan, Plan
from app.callers import Caller
from app.deliveries.targets import wanted_targets
from app.inputs.cleaning import clean_guest
from app.storage.tables import Booking, Connection
from app.vendors import CALENDAR_VENDORS, writing_connection
from booking_types.answers import Reason, ReasonCode, Verdict
from booking_types.errors import (
    BookingError,
    ForbiddenError,
    InvalidRequestError,
    NoHostAvailableError,
    SlotUnavailableError,
)
from booking_types.hosts import HostCandidates, candidates, pick
from booking_types.intervals import Interval
from booking_types.model import BookingType, HostRuleKind, Platform, Slot
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


def candidates_of(context: TypeContext) -> HostCandidates:
    """Who may be the host, by the type's rule."""
    return candidates(
        booking_type=context.booking_type,
        record=context.record,
        member_ids=context.member_ids,
    )


#: Said where a record names a user whom nobody made a host.
NO_HOST_HERE = "the user whom the record names is not set up as a host; a Booking Admin can do that"


def check_hosts(host_ids: Sequence[str], people: People) -> None:
    """See that somebody of them is set up as a host.

    Raises:
        NoHostAvailableError: ``no_host``.
    """
    if not any(host_id in people.hosts for host_id in host_ids):
        raise NoHostAvailableError(f"Nobody can be the host: {NO_HOST_HERE}.", code="no_host")


def hosts_asked(
    context: TypeContext, request: AvailabilityRequest | BookRequest
) -> tuple[str, ...]:
    """Whose time is asked for: who was picked, or whom the type's rule finds.

    Raises:
        NoHostAvailableError: ``no_host``: the rule finds nobody.
        InvalidRequestError: ``not_a_host``, ``host_required``.
    """
    found = candidates_of(context)
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


def check_rights(context: TypeContext) -> None:
    """See that the caller may do with the record what the booking will do with it.

    Raises:
        ForbiddenError: ``record_not_editable``, ``record_not_transferable``.
    """
    write_back, access = context.booking_type.write_back, context.access
    if access is None:
        return
    if write_back.record_updates and not access.can_edit:
        raise ForbiddenError(
            f"{context.booking_type.name} changes the record, and you may only read it. "
            "Ask its owner or a Salesforce admin for the right to edit it.",
            code="record_not_editable",
        )
    if write_back.hand_over_owner and not access.can_transfer:
        raise ForbiddenError(
            f"{context.booking_type.name} hands the record over to the host, and you may not "
            "change its owner. Ask its owner or a Salesforce admin for the right to transfer it.",
            code="record_not_transferable",
        )


def check_platform(booking_type: BookingType, request: BookRequest) -> None:
    """See that the organizer's choice of platform and place can be meant.

    Raises:
        InvalidRequestError: ``platform_not_allowed``, ``place_not_allowed``.
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


def is_of_the_time(verdict: Verdict) -> bool:
    """Whether the time itself cannot be booked, whatever stands in anybody's calendar."""
    reason = verdict.reasons[0]
    return reason.code in _OF_THE_TIME or reason.detail in ("off_grid", "outside_hours")


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
    if reason.code is ReasonCode.HOST_UNAVAILABLE:
        return NoHostAvailableError(f"{said}. Choose somebody else.")
    code_text = reason.code.value
    if reason.code is ReasonCode.CO_HOST_UNAVAILABLE:
        code_text = ReasonCode.SLOT_TAKEN.value
    return SlotUnavailableError(f"{said}. Choose another time.", code=code_text, field="start_at")


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


def plan(
    *,
    caller: Caller,
    request: BookRequest,
    context: TypeContext,
    people: People,
    verdict: Verdict,
    organizer: CrmUser | None,
    order: Sequence[str],
    now: datetime,
    response: Callable[[Session, Booking], dict[str, Any]],
) -> Plan:
    """Everything that is written, decided.

    Raises:
        InvalidRequestError: ``guest_required``, ``guest_is_host``, ``place_not_allowed``,
            ``template_wrong``.
    """
    guests = _guests(context, request.guests)
    _refuse_hosts_as_guests(guests, people)
    zone = ZoneInfo(request.time_zone)
    # What only the filters looked at is nobody's business any more.
    kept = payloads.record_paths(context.booking_type)
    return Plan(
        caller=caller,
        request=request,
        published=context.published,
        record_id=context.record.record_id,
        object_name=context.crm_object.name,
        interval=verdict.interval,
        at=now.isoformat(),
        local_start=verdict.interval.start.astimezone(zone).replace(tzinfo=None).isoformat(),
        hosts=tuple(
            _host_plan(
                caller=caller,
                request=request,
                context=context,
                people=people,
                interval=verdict.interval,
                host_id=host_id,
                guests=guests,
                organizer=organizer,
                explanation=_explanation(context, verdict, order, host_id),
            )
            for host_id in verdict.host_ids
        ),
        co_host_ids=_co_host_ids(request, people),
        guests=guests,
        organizer=_organizer(organizer),
        record_values={
            path: value.isoformat() if isinstance(value, datetime) else value
            for path, value in context.record.values.items()
            if path in kept
        },
        response=response,
    )


def _explanation(
    context: TypeContext, verdict: Verdict, order: Sequence[str], host_id: str
) -> dict[str, Any]:
    """Why this host, should it come to this one: those before were taken at the last moment."""
    before = verdict.host_ids[: verdict.host_ids.index(host_id)]
    lost = [
        Reason(
            code=ReasonCode.SLOT_TAKEN,
            message="was booked by somebody else at the last moment",
            host_id=each,
        )
        for each in before
    ]
    free = tuple(each for each in verdict.host_ids if each not in before)
    chosen = pick(slot=Slot(verdict.interval, free), order=order, reasons=(*lost, *verdict.reasons))
    return {
        "rule": context.booking_type.host_rule.kind.value,
        "table": [
            {
                "host_id": each.host_id,
                "picked": each.is_picked,
                "free": each.is_free,
                "reason": each.words,
            }
            for each in chosen.considered
        ],
    }


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


def _guests_of_record(context: TypeContext) -> list[Guest]:
    values = context.record.values
    booking_type = context.booking_type
    email = values.get(booking_type.guest_email_path or "")
    name = values.get(booking_type.guest_name_path or "")
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
    *,
    caller: Caller,
    request: BookRequest,
    context: TypeContext,
    people: People,
    interval: Interval,
    host_id: str,
    guests: Sequence[Mapping[str, str]],
    organizer: CrmUser | None,
    explanation: dict[str, Any],
) -> HostPlan:
    booking_type = context.booking_type
    connections = people.connections[host_id]
    choice = host_choice(
        booking_type=booking_type, host=people.hosts[host_id], connections=connections
    )
    platform = _platform(choice, request.platform)
    co_host_ids = _co_host_ids(request, people)
    values = payloads.template_values(
        record=context.record.values,
        host=_person(people, host_id),
        co_hosts=[_person(people, each) for each in co_host_ids],
        organizer_name=organizer.name if organizer else "",
        guest=guests[0] if guests else {},
        interval=interval,
        time_zone=request.time_zone,
        notes=request.notes,
        platform=platform,
    )
    return HostPlan(
        host_id=host_id,
        platform=platform,
        subject=payloads.one_line(_render(booking_type, "subject", values)) or booking_type.name,
        description=_render(booking_type, "description", values),
        place=_place(booking_type, request, platform, values),
        targets=tuple(
            wanted_targets(
                booking_type=booking_type,
                platform=platform,
                has_guests=bool(guests),
                host_writes_calendar=writing_connection(connections) is not None,
                co_hosts=co_host_ids,
                co_hosts_with_calendar=[
                    each for each in co_host_ids if _has_calendar(people.connections[each])
                ],
                host_id=host_id,
                organizer_id=caller.actor_id if organizer else None,
            )
        ),
        pick=explanation,
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
        return payloads.render(getattr(booking_type, field), values)
    except payloads.TemplateError as error:
        raise InvalidRequestError(
            f"The {field} template of {booking_type.name} is wrong ({error}). "
            "A Booking Admin has to correct it.",
            code="template_wrong",
            field="booking_type_id",
        ) from error
