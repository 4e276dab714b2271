"""What is answered, built from what the service found; knows neither Flask nor marshmallow.

Every body is made of JSON's own kinds of values, so it can be stored as it is; only that of the
times, which is long and never stored, is for ``encoded`` alone. Instants are RFC 3339 in UTC with
``Z``; durations are whole minutes. A member that would say nothing is left out where the schemas
in ``answers`` do not require it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from app.api.wording import PLATFORM_NAMES, Progress, target_detail, target_title
from app.bookings.questions import (
    AvailabilityAnswer,
    BookingView,
    HostChoice,
    HostsAnswer,
    OfferedType,
    OfferedTypes,
    RefusedType,
    RoleChoice,
)
from app.callers import Caller, Role
from app.deliveries.targets import Target, is_given_up
from app.inputs.emails import shown_email
from app.problems import utc_text
from app.storage.tables import BookingHost, Delivery
from booking_types.answers import ExplainedTime, Reason
from booking_types.filters import ClauseOutcome, ClauseVerdict
from booking_types.forms import answers_as_json
from booking_types.model import HostRuleKind, Platform

_MINUTE = timedelta(minutes=1)

#: Of a time that a pool of 200 cannot make nobody reads 200 reasons, and Salesforce would have no
#: room for them (6 MB for everything in one transaction).
_MOST_REASONS = 12


def encoded(body: Any) -> bytes:
    """The body as JSON, its members in one fixed order.

    The order makes an answer that was stored the same bytes again: the database does not keep
    the order of members.
    """
    return msgspec.json.encode(body, order="sorted")


# ----------------------------------------------------------------- what can be booked


def offered_body(answer: OfferedTypes, *, explains: bool, shows_values: bool) -> dict[str, Any]:
    """The booking types a record is offered.

    Args:
        answer: What the service found.
        explains: Say why not, for the others.
        shows_values: The caller may see filters and the record's values in them.
    """
    body: dict[str, Any] = {
        "record_id": answer.record_id,
        "object_name": answer.object_name,
        "object_label": answer.object_label,
        "time_zone": answer.time_zone,
        "offered": [_offered_type(each, answer) for each in answer.offered],
        "nothing_because": answer.nothing_because,
    }
    if explains:
        body["refused"] = [_refused_type(each, shows_values) for each in answer.refused]
    return body


def _offered_type(offered: OfferedType, answer: OfferedTypes) -> dict[str, Any]:
    said = offered.booking_type
    body: dict[str, Any] = {
        "booking_type_id": str(offered.booking_type_id),
        "version": offered.version,
        "key": said.key,
        "name": said.name,
        "durations_minutes": [_minutes(each) for each in said.durations],
        "host_rule": said.host_rule.kind.value,
        "show_all": said.host_rule.kind is HostRuleKind.CHOICE and said.host_rule.show_all,
        "co_hosts_allowed": said.co_host_rule.allowed,
        "co_hosts_most": said.co_host_rule.most if said.co_host_rule.allowed else 0,
        "time_zone": said.time_zone or answer.time_zone,
        "minimum_notice_minutes": _minutes(said.minimum_notice),
        "booking_window_days": said.booking_window.days,
        "platform_rule": said.platform_rule.kind.value,
        "invites_guests": said.write_back.guest_invitation,
        "guest": {
            "email": offered.guest_email,
            "name": offered.guest_name,
            "time_zone": offered.guest_time_zone,
        },
    }
    body["panel_roles"] = [{"key": role.key, "name": role.name} for role in said.panel_roles]
    suggested = answers_as_json(offered.suggested)
    body["form"] = [
        {
            "key": field.key,
            "label": field.label,
            "kind": field.kind.value,
            "is_required": field.is_required,
            "choices": list(field.choices),
            "help": field.help,
            **({"value": suggested[field.key]} if field.key in suggested else {}),
        }
        for field in said.form
    ]
    if said.consent is not None:
        body["consent_text"] = said.consent.text
    if said.platform_rule.only is not None:
        body["platform"] = said.platform_rule.only.value
    return body


def _refused_type(refused: RefusedType, shows_values: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    refusal = refused.refusal
    is_unreadable = bool(refusal.problem) or any(
        clause.outcome is ClauseOutcome.UNREADABLE for clause in refusal.clauses
    )
    body: dict[str, Any] = {
        "booking_type_id": str(refused.booking_type_id),
        "key": refusal.booking_type.key,
        "name": refusal.booking_type.name,
        "reason": "cannot_be_checked" if is_unreadable else "filtered_out",
        "detail": (
            "Its record filter cannot be checked; an admin has to look at it."
            if is_unreadable
            else "This record does not meet its record filter."
        ),
    }
    if shows_values:
        body["clauses"] = [clause_body(clause) for clause in refusal.clauses]
        if refusal.problem:
            body["problem"] = refusal.problem
    return body


def clause_body(verdict: ClauseVerdict) -> dict[str, Any]:
    """What became of one clause of a record filter."""
    return {
        "position": verdict.number,
        "outcome": verdict.outcome.value,
        "requirement": verdict.requirement,
        "sentence": verdict.sentence,
    }


# ------------------------------------------------------------------------------- who


def hosts_body(answer: HostsAnswer) -> dict[str, Any]:
    """Who could be the host."""
    return {
        "rule": answer.rule,
        "hosts": [_person(each) for each in answer.hosts],
        "co_hosts": [_person(each) for each in answer.co_hosts],
        "nobody_because": answer.nobody_because,
        "can_show_all": answer.can_show_all,
        "panel": [
            {"key": role.key, "name": role.name, "people": [_person(each) for each in role.people]}
            for role in answer.panel
        ],
    }


def _person(
    choice: HostChoice, left_out: Reason | None = None, *, free: int | None = None
) -> dict[str, Any]:
    """Somebody; ``free`` is with which cells a meeting with them as its host can begin."""
    body: dict[str, Any] = {
        "host_id": choice.host_id,
        "name": choice.name,
        "time_zone": choice.time_zone,
        "platforms": [platform.value for platform in choice.platforms],
        "default_platform": choice.default_platform.value,
    }
    if choice.unavailable_code:
        body["unavailable"] = {"code": choice.unavailable_code, "detail": choice.unavailable}
    elif left_out is not None:
        code = left_out.detail or left_out.code.value
        body["unavailable"] = {"code": code, "detail": left_out.message}
    elif free is not None:
        # msgspec writes bytes as base64.
        body["free"] = free.to_bytes((free.bit_length() + 7) // 8, "little")
    return body


# ------------------------------------------------------------------------------ when


def availability_body(
    answer: AvailabilityAnswer, *, time_zone: str | None, explains: bool
) -> dict[str, Any]:
    """When they can meet. Built for speed: a pool has many slots with many people each.

    Who could be the host of a slot stands in bits beside each person, not in names beside each
    slot: that would be a hundred times as long.

    Args:
        answer: What the service found.
        time_zone: The one that was asked in.
        explains: Say why not, for every other time.
    """
    found = answer.availability
    left_out = {reason.host_id: reason for reason in found.left_out if reason.host_id}
    body: dict[str, Any] = {
        "duration_minutes": _minutes(answer.duration),
        "time_zone": time_zone or answer.grid_time_zone,
        "grid_time_zone": answer.grid_time_zone,
        "as_of": utc_text(answer.as_of),
        "slots": _slots(found.starts, found.duration),
        "cells": {
            "first_at": utc_text(found.grid.origin),
            "minutes": _minutes(found.grid.unit),
        },
        "people": [
            _person(each, left_out.get(each.host_id), free=found.free.get(each.host_id))
            for each in answer.people
        ],
    }
    if answer.roles:
        body["roles"] = [_role(each, left_out) for each in answer.roles]
    if explains:
        body["explained"] = [_explained(each) for each in answer.explained]
    return body


class _SlotTexts(dict[datetime, str]):
    """Slots of one length as JSON, by their starts. The same ones are answered all day long."""

    _MOST = 20_000

    def __init__(self, duration: timedelta) -> None:
        super().__init__()
        self._duration = duration

    def __missing__(self, start: datetime) -> str:
        if len(self) >= self._MOST:
            self.clear()
        end = utc_text(_utc(start + self._duration))
        text = f'{{"end_at":"{end}","start_at":"{utc_text(_utc(start))}"}}'
        self[start] = text
        return text


_slot_texts = lru_cache(maxsize=32)(_SlotTexts)


def _slots(starts: Iterable[datetime], duration: timedelta) -> msgspec.Raw:
    texts = map(_slot_texts(duration).__getitem__, starts)
    return msgspec.Raw(f"[{','.join(texts)}]".encode())


def _role(role: RoleChoice, left_out: Mapping[str, Reason]) -> dict[str, Any]:
    return {
        "key": role.key,
        "name": role.name,
        "people": [_person(each, left_out.get(each.host_id)) for each in role.people],
    }


def _explained(time: ExplainedTime) -> dict[str, Any]:
    # Whom a slot does not name cannot be the host then; in a pool why not, of each, would be
    # most of the answer.
    reasons = () if time.is_offered else time.reasons
    return {
        "local_date": time.on.isoformat(),
        "first_at": utc_text(time.first_at),
        "last_at": utc_text(time.last_at),
        "starts": time.starts,
        "is_offered": time.is_offered,
        "reasons": [_reason(reason) for reason in reasons[:_MOST_REASONS]],
        "reasons_left_out": max(0, len(reasons) - _MOST_REASONS),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    body: dict[str, Any] = {
        "code": reason.code.value,
        "detail": reason.detail,
        "message": reason.message,
    }
    if reason.host_id is not None:
        body["host_id"] = reason.host_id
    if reason.source is not None:
        body["source"] = reason.source.value
    return body


# -------------------------------------------------------------------------- bookings


#: What a colleague who merely can read the record sees of ``external``. A conference's id and a
#: calendar's event would let them join.
_SEEN_BY_READERS = ("crm_event_id", "crm_booking_id", "fields")
#: What those see who attend or booked; the rest is for admins: accounts and our own notes.
_SEEN_BY_INSIDERS = (
    *_SEEN_BY_READERS,
    "event_id",
    "calendar_id",
    "conference_id",
    "ical_uid",
    "web_url",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who reads a booking.

    Attributes:
        is_insider: They attend it, booked it, or look after all of them: they see how to join,
            the notes and the guests' addresses.
        is_admin: They look after all of them: they see vendors' own words.
    """

    is_insider: bool
    is_admin: bool

    @staticmethod
    def of(view: BookingView, *, caller: Caller, roles: frozenset[Role]) -> Viewer:
        """What this caller is to the booking."""
        is_admin = Role.ADMIN in roles
        booked = view.booking.booked_by
        has_booked = (booked.get("kind"), booked.get("id")) == (caller.kind.value, caller.actor_id)
        attends = caller.actor_id in {row.host_id for row in view.hosts}
        return Viewer(is_insider=is_admin or has_booked or attends, is_admin=is_admin)


#: Whoever books sees all but vendors' words; so does the stored answer to an idempotency key.
BOOKER = Viewer(is_insider=True, is_admin=False)


def booking_body(view: BookingView, *, viewer: Viewer = BOOKER) -> dict[str, Any]:
    """A booking with the state of every target, as this viewer may see it."""
    booking = view.booking
    platform = Platform(booking.platform)
    targets = [_target(each, view, viewer) for each in view.deliveries]
    if view.has_invitation:
        targets += [
            _invitation_by_calendar(each)
            for each in targets
            if each["target"] == Target.CALENDAR_EVENT
        ]
    booked_by = {
        "kind": booking.booked_by["kind"],
        "id": booking.booked_by.get("id") or "",
        "name": (booking.organizer or {}).get("name", ""),
    }
    body: dict[str, Any] = {
        "booking_id": str(booking.booking_id),
        "booking_type": {
            "booking_type_id": str(booking.booking_type_id),
            "version": booking.booking_type_version,
            "name": view.booking_type.name,
        },
        "record_id": booking.record_id,
        "object_name": booking.object_name,
        "status": booking.status,
        "revision": booking.revision,
        "start_at": utc_text(_utc(booking.start_at)),
        "end_at": utc_text(_utc(booking.end_at)),
        "duration_minutes": _minutes(booking.end_at - booking.start_at),
        "time_zone": booking.time_zone,
        "local_start": booking.local_start,
        "host": _named(booking.host_id, view),
        "co_hosts": [_co_host(each, view) for each in view.hosts if each.role == "co_host"],
        "guests": [_guest(each, viewer) for each in booking.guests],
        "invites_guests": view.has_invitation,
        "platform": platform.value,
        "platform_name": PLATFORM_NAMES[platform],
        "place": booking.place or "",
        "subject": booking.subject,
        "booked_by": booked_by,
        "created_at": utc_text(_utc(booking.created_at)),
        "targets": targets,
        "is_settled": all(target["is_done"] for target in targets),
    }
    if viewer.is_insider:
        body["notes"] = booking.notes or ""
        body["answers"] = _form_answers(view)
        if booking.consent:
            body["consent"] = {
                "text": booking.consent["text"],
                "at": utc_text(_utc(datetime.fromisoformat(booking.consent["at"]))),
            }
        if booking.join_url:
            body["join_url"] = booking.join_url
    return body


def bookings_body(
    views: Iterable[BookingView], *, next_cursor: str, caller: Caller, roles: frozenset[Role]
) -> dict[str, Any]:
    """One page of bookings.

    Args:
        views: In the order of their starts.
        next_cursor: Where the next page goes on; empty on the last one.
        caller: Who asks.
        roles: Theirs.
    """
    bodies = [
        booking_body(view, viewer=Viewer.of(view, caller=caller, roles=roles)) for view in views
    ]
    return {"bookings": bodies, "next_cursor": next_cursor}


def _target(delivery: Delivery, view: BookingView, viewer: Viewer) -> dict[str, Any]:
    is_done = delivery.state == "done" and delivery.delivered_revision >= view.booking.revision
    person = view.host_names.get(delivery.subject_id, "")
    if delivery.subject_id and delivery.subject_id == view.booking.booked_by.get("id"):
        person = person or (view.booking.organizer or {}).get("name", "")
    progress = _progress(delivery, view, person=person, is_done=is_done)
    body: dict[str, Any] = {
        "target": delivery.target,
        "title": target_title(delivery.target, platform=progress.platform, person=person),
        "state": delivery.state,
        "detail": target_detail(progress),
        "is_done": is_done,
        "needs_attention": delivery.state == "needs_attention",
    }
    if delivery.subject_id:
        body["subject_id"] = delivery.subject_id
    if delivery.error_code and not is_done:
        body["error_code"] = delivery.error_code
    if delivery.next_attempt_at is not None and not is_done:
        body["next_attempt_at"] = utc_text(_utc(delivery.next_attempt_at))
    if delivery.done_at is not None:
        body["done_at"] = utc_text(_utc(delivery.done_at))
    if viewer.is_admin and delivery.vendor_message and not is_done:
        body["vendor_message"] = delivery.vendor_message
    external = _external(delivery.external, viewer)
    if external:
        body["external"] = external
    return body


def _progress(delivery: Delivery, view: BookingView, *, person: str, is_done: bool) -> Progress:
    late = [row for row in view.deliveries if row.state == "needs_attention"]
    return Progress(
        target=Target(delivery.target),
        platform=Platform(view.booking.platform),
        person=person,
        state=delivery.state,
        is_done=is_done,
        has_earlier=delivery.delivered_revision > 0,
        code=delivery.error_code or "",
        reason=delivery.error_message or "",
        next_attempt_at=delivery.next_attempt_at,
        late={Target(row.target) for row in late},
        stuck={Target(row.target) for row in late if is_given_up(row)},
    )


def _external(external: Mapping[str, Any], viewer: Viewer) -> dict[str, str]:
    seen = _SEEN_BY_INSIDERS if viewer.is_insider else _SEEN_BY_READERS
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in external.items()
        if value and (viewer.is_admin or name in seen)
    }


def _invitation_by_calendar(event: dict[str, Any]) -> dict[str, Any]:
    """The guests' invitation as a target of its own, when the calendar's event is it."""
    return {
        **{name: value for name, value in event.items() if name != "external"},
        "target": Target.INVITATION.value,
        "title": target_title(Target.INVITATION, platform=Platform.NONE, person=""),
        "detail": "Sent by the host's calendar." if event["is_done"] else event["detail"],
    }


def _form_answers(view: BookingView) -> list[dict[str, Any]]:
    answers = view.booking.answers or {}
    return [
        {"key": field.key, "label": field.label, "value": answers[field.key]}
        for field in view.booking_type.form
        if field.key in answers
    ]


def _co_host(row: BookingHost, view: BookingView) -> dict[str, str]:
    roles = {role.key: role.name for role in view.booking_type.panel_roles}
    role_name = roles.get(row.panel_role or "")
    return _named(row.host_id, view) | ({"role_name": role_name} if role_name else {})


def _named(host_id: str, view: BookingView) -> dict[str, str]:
    return {"host_id": host_id, "name": view.host_names.get(host_id, "")}


def _guest(guest: dict[str, Any], viewer: Viewer) -> dict[str, str]:
    name = {"name": guest.get("name", "")}
    if not viewer.is_insider:
        return name
    email = guest["email"]
    return {"email": email, "shown_email": shown_email(email), **name}


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _minutes(length: timedelta) -> int:
    return int(length / _MINUTE)
