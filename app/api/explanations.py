"""Why something is not there, as it is answered; knows neither Flask nor marshmallow.

One answer stays under a megabyte for a pool of 200: timelines come as runs of neighbouring starts,
and those for which there is no room are counted.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.api.bodies import clause_body
from app.bookings.explanations import (
    ExplainedPerson,
    ExplainedRole,
    ExplainedStart,
    ExplainedTimes,
    ExplainedType,
    Explanation,
    Viewer,
    counted,
    word_of,
)
from app.problems import utc_text
from booking_types.answers import ExplainedDay, PersonDay, PersonRun, Reason
from booking_types.hosts import Considered, LookupStep

#: So many days and runs of people an answer has at most; each has 100 to 180 bytes.
MOST_LINES = 5_000
#: Of a time that a pool of 200 cannot make nobody reads 200 reasons.
_MOST_REASONS = 12


def explanation_body(found: Explanation, *, most_lines: int | None = MOST_LINES) -> dict[str, Any]:
    """Why a type, a time or a host is not there.

    Args:
        found: What the service found.
        most_lines: How many days and runs of people there is room for; nothing: for all.
    """
    body: dict[str, Any] = {
        "record_id": found.record_id,
        "object_name": found.object_name,
        "object_label": found.object_label,
        "time_zone": found.time_zone,
        "booking_types": [_type(each) for each in found.types],
    }
    if found.viewer is not None:
        body["viewer"] = _viewer(found.viewer)
    if found.times is not None:
        body["times"] = _times(found.times, most_lines)
    return body


def _viewer(viewer: Viewer) -> dict[str, Any]:
    return {
        "user_id": viewer.user_id,
        "name": viewer.name,
        "problems": list(viewer.problems),
    }


def _type(said: ExplainedType) -> dict[str, Any]:
    body: dict[str, Any] = {
        "booking_type_id": str(said.booking_type_id),
        "key": said.key,
        "name": said.name,
        "state": said.state.value,
        "detail": said.words,
        "clauses": [clause_body(each) | {"is_hidden": each.is_hidden} for each in said.clauses],
    }
    if said.version is not None:
        body["version"] = said.version
    if said.logic:
        body["logic"] = said.logic
    if said.problem:
        body["problem"] = said.problem
    return body


# ---------------------------------------------------------------------- hosts and times


def _times(said: ExplainedTimes, most_lines: int | None) -> dict[str, Any]:
    people = _people(said.people, most_lines)
    body: dict[str, Any] = {
        "booking_type_id": str(said.booking_type_id),
        "name": said.name,
        "duration_minutes": _minutes(said.duration),
        "increment_minutes": _minutes(said.increment),
        "grid_time_zone": said.grid_time_zone,
        "from_at": utc_text(said.span.start),
        "to_at": utc_text(said.span.end),
        "as_of": utc_text(said.as_of),
        "host_rule": {
            "kind": said.host_rule.kind.value,
            "decides": said.host_rule.decides.value,
            "steps": [_step(each) for each in said.host_rule.steps],
            "problem": said.host_rule.problem,
        },
        "days": [_day(each) for each in said.days],
        "people": people,
        "people_without_timeline": sum("timeline" not in each for each in people),
    }
    if said.at is not None:
        body["at"] = _start(said.at)
    return body


def _step(step: LookupStep) -> dict[str, Any]:
    body: dict[str, Any] = {"path": step.path, "is_taken": step.is_taken, "detail": step.words}
    if step.code:
        body["code"] = step.code
    if step.host_id is not None:
        body["host_id"] = step.host_id
    return body


def _day(day: ExplainedDay) -> dict[str, Any]:
    reasons = day.reasons[:_MOST_REASONS]
    return {
        "local_date": day.on.isoformat(),
        "starts": day.starts,
        "offered": day.offered,
        "reasons": [{**_reason(reason), "starts": count} for reason, count in reasons],
        "reasons_left_out": len(day.reasons) - len(reasons),
    }


def _people(people: tuple[ExplainedPerson, ...], most_lines: int | None) -> list[dict[str, Any]]:
    """Everybody; the timelines of the first of them, as far as there is room."""
    bodies, left = [], most_lines
    for each in people:
        body = _person(each)
        lines = sum(1 + len(day.runs) for day in each.days)
        if left is None or lines <= left:
            body["timeline"] = [_person_day(day) for day in each.days]
        if left is not None:
            # Whoever comes after somebody without room has none either: no gaps in the order.
            left = left - lines if lines <= left else 0
        bodies.append(body)
    return bodies


def _person(person: ExplainedPerson) -> dict[str, Any]:
    body: dict[str, Any] = {
        "host_id": person.host_id,
        "name": person.name,
        "time_zone": person.time_zone,
    }
    if person.role:
        body |= {"role": person.role, "role_name": person.role_name}
    if person.aside:
        body["aside"] = person.aside
    if person.unavailable_code:
        body["unavailable"] = {"code": person.unavailable_code, "detail": person.unavailable}
    return body


def _person_day(day: PersonDay) -> dict[str, Any]:
    counts = counted(day)
    return {
        "local_date": day.on.isoformat(),
        "starts": counts.starts,
        "free": counts.free,
        "reasons": [{"word": word, "starts": starts} for word, starts in counts.words],
        "runs": [_run(run) for run in day.runs],
    }


def _run(run: PersonRun) -> dict[str, Any]:
    body: dict[str, Any] = {
        "first_at": utc_text(run.first_at),
        "last_at": utc_text(run.last_at),
        "starts": run.starts,
        "word": word_of(run.reason),
    }
    if run.reason is not None:
        body["detail"] = run.reason.message
    return body


def _start(at: ExplainedStart) -> dict[str, Any]:
    reasons = at.reasons[:_MOST_REASONS]
    body: dict[str, Any] = {
        "start_at": utc_text(at.interval.start),
        "end_at": utc_text(at.interval.end),
        "is_on_grid": at.is_on_grid,
        "is_offered": at.is_offered,
        "reasons": [_reason(each) for each in reasons],
        "reasons_left_out": len(at.reasons) - len(reasons),
        "people": [_at_person(host_id, reason) for host_id, reason in at.of_people.items()],
        "pick": [_considered(each) for each in at.table],
        "roles": [_role(each) for each in at.roles],
    }
    if at.picked_id is not None:
        body["host_id"] = at.picked_id
    return body


def _role(role: ExplainedRole) -> dict[str, Any]:
    body: dict[str, Any] = {
        "key": role.key,
        "name": role.name,
        "pick": [_considered(each) for each in role.table],
    }
    if role.picked_id is not None:
        body["host_id"] = role.picked_id
    return body


def _at_person(host_id: str, reason: Reason | None) -> dict[str, Any]:
    body: dict[str, Any] = {"host_id": host_id, "word": word_of(reason)}
    if reason is not None:
        body["detail"] = reason.message
    return body


def _considered(line: Considered) -> dict[str, Any]:
    return {
        "host_id": line.host_id,
        "position": line.position,
        "is_free": line.is_free,
        "is_picked": line.is_picked,
        "detail": line.words,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    body: dict[str, Any] = {"word": word_of(reason), "detail": reason.message}
    if reason.host_id is not None:
        body["host_id"] = reason.host_id
    return body


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))
