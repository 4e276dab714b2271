"""Users and meetings of Zoom's API v2.

Source: developers.zoom.us/docs/api/meetings. A list shortens each agenda to
250 characters; a meeting's id is a number; a next_page_token lives 15 minutes.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.sandbox.world import World
from connectors.sandbox.zoom import checks
from connectors.sandbox.zoom.answers import (
    VALIDATION_FAILED,
    Refused,
    invalid,
    missing_scope,
    no_such_meeting,
    no_such_user,
    too_many_today,
)
from connectors.sandbox.zoom.oauth import current_token, need
from connectors.sandbox.zoom.state import (
    DAILY_CHANGES,
    LIFE_AFTER_START,
    ZoomMeeting,
    ZoomPage,
    ZoomState,
    ZoomUser,
)
from connectors.sandbox.zoom.webhooks import Courier, changeable, stamp

_LISTED_AGENDA_CHARACTERS = 250
_PAGE_LIFE = timedelta(minutes=15)
_LARGEST_PAGE = 300
_DEFAULT_PAGE = 30
_DEFAULT_MINUTES = 60


def add_routes(zoom: Blueprint, world: World, courier: Courier) -> None:
    """Add the routes under ``/zoom/v2`` and the page a join link opens."""

    @zoom.get("/v2/users/<path:user>")
    def users_get(user: str) -> Response:
        with world.lock:
            need("user:read:user:admin")
            checks.known_query(request, "login_type")
            return jsonify(_user_answer(_user(world.states["zoom"], user)))

    @zoom.post("/v2/users/<path:user>/meetings")
    def meetings_create(user: str) -> Response:
        with world.lock:
            need("meeting:write:meeting:admin")
            checks.known_query(request)
            host = _user(world.states["zoom"], user)
            meeting = _create(world, host, checks.meeting_body(request))
            answer = _meeting_answer(world, host, meeting)
            courier.created(host, meeting, answer["join_url"])
            response = jsonify(answer)
            response.status_code = 201
            return response

    @zoom.get("/v2/users/<path:user>/meetings")
    def meetings_list(user: str) -> Response:
        with world.lock:
            need("meeting:read:list_meetings:admin")
            return jsonify(_list(world, _user(world.states["zoom"], user)))

    @zoom.get("/v2/meetings/<number>")
    def meetings_get(number: str) -> Response:
        with world.lock:
            need("meeting:read:meeting:admin")
            checks.known_query(request, "occurrence_id", "show_previous_occurrences")
            host, meeting = _meeting(world, number)
            return jsonify(_meeting_answer(world, host, meeting))

    @zoom.patch("/v2/meetings/<number>")
    def meetings_update(number: str) -> Response:
        with world.lock:
            need("meeting:update:meeting:admin")
            checks.known_query(request, "occurrence_id")
            host, meeting = _meeting(world, number)
            before = changeable(meeting)
            _update(world, host, meeting, checks.meeting_body(request))
            courier.updated(host, meeting, before)
            return Response(status=204)

    @zoom.delete("/v2/meetings/<number>")
    def meetings_delete(number: str) -> Response:
        with world.lock:
            need("meeting:delete:meeting:admin")
            checks.known_query(
                request, "occurrence_id", "schedule_for_reminder", "cancel_meeting_reminder"
            )
            host, meeting = _meeting(world, number)
            del world.states["zoom"].meetings[meeting.meeting_id]
            courier.deleted(host, meeting)
            return Response(status=204)

    @zoom.get("/j/<int:number>")
    def join(number: int) -> Response:
        """The page behind a join link; the passcode in the link must be the meeting's."""
        with world.lock:
            meeting = world.states["zoom"].meetings.get(number)
        if meeting is None or request.args.get("pwd") != meeting.password:
            return Response("Sandbox: this meeting link is invalid.", 404, mimetype="text/plain")
        return Response("Sandbox: the waiting room of a Zoom meeting.", mimetype="text/plain")


def _user(state: ZoomState, name: str) -> ZoomUser:
    token = current_token()
    if name == "me" and token.user_id:
        name = token.user_id
    user = state.user(token.account_id, name)
    if user is None:
        raise no_such_user(name)
    _own_only(user)
    return user


def _own_only(user: ZoomUser) -> None:
    """A user's own connection reaches that user alone."""
    token = current_token()
    if token.user_id not in ("", user.user_id):
        raise missing_scope("user:read:user:admin")


def _meeting(world: World, number: str) -> tuple[ZoomUser, ZoomMeeting]:
    if not number.isdecimal():
        raise Refused(400, VALIDATION_FAILED, "Invalid meeting id.")
    state: ZoomState = world.states["zoom"]
    meeting = state.meetings.get(int(number))
    host = state.users.get(meeting.host_id) if meeting else None
    if (
        meeting is None
        or host is None
        or host.account_id != current_token().account_id
        or world.clock.now() > meeting.start + LIFE_AFTER_START
    ):
        raise no_such_meeting(int(number))
    _own_only(host)
    return host, meeting


def _count_change(world: World, host: ZoomUser) -> None:
    today = world.clock.now().date()
    if host.changes.get(today, 0) >= DAILY_CHANGES:
        raise too_many_today(DAILY_CHANGES)
    host.changes[today] = host.changes.get(today, 0) + 1


def _create(world: World, host: ZoomUser, body: dict[str, Any]) -> ZoomMeeting:
    if "topic" not in body:
        raise Refused(400, VALIDATION_FAILED, "Validation Failed.", fields={"topic": "Missing."})
    _count_change(world, host)
    state: ZoomState = world.states["zoom"]
    settings = {"use_pmi": False, "waiting_room": True, "join_before_host": False}
    settings.update(body.get("settings", {}))
    now = world.clock.now().replace(microsecond=0)
    zone = body.get("timezone", host.time_zone)
    number = host.pmi if settings["use_pmi"] else state.new_meeting_id()
    meeting = ZoomMeeting(
        meeting_id=number,
        uuid=secrets.token_urlsafe(16) + "==",
        host_id=host.user_id,
        topic=body["topic"],
        agenda=body.get("agenda", ""),
        start=checks.start_of(body["start_time"], time_zone=zone) if "start_time" in body else now,
        duration=body.get("duration", _DEFAULT_MINUTES),
        time_zone=zone,
        password=body.get("password") or secrets.token_urlsafe(6)[:6],
        settings=settings,
        created_at=now,
    )
    state.meetings[number] = meeting
    return meeting


def _update(world: World, host: ZoomUser, meeting: ZoomMeeting, body: dict[str, Any]) -> None:
    _count_change(world, host)
    meeting.time_zone = body.get("timezone", meeting.time_zone)
    if "start_time" in body:
        meeting.start = checks.start_of(body["start_time"], time_zone=meeting.time_zone)
    meeting.topic = body.get("topic", meeting.topic)
    meeting.agenda = body.get("agenda", meeting.agenda)
    meeting.duration = body.get("duration", meeting.duration)
    meeting.password = body.get("password", meeting.password)
    meeting.settings.update(body.get("settings", {}))


def _list(world: World, host: ZoomUser) -> dict[str, Any]:
    query = checks.known_query(request, "type", "page_size", "next_page_token")
    kind = query.get("type", "scheduled")
    if kind not in ("upcoming", "scheduled"):
        raise invalid(type="Not played by the sandbox.")
    size = checks.number_between(
        query.get("page_size", str(_DEFAULT_PAGE)), name="page_size", low=1, high=_LARGEST_PAGE
    )
    state: ZoomState = world.states["zoom"]
    now = world.clock.now()
    offset = _offset(state, query.get("next_page_token", ""), host=host, kind=kind, now=now)
    found = sorted(
        (
            meeting
            for meeting in state.meetings.values()
            if meeting.host_id == host.user_id
            and now <= meeting.start + LIFE_AFTER_START
            and (kind == "scheduled" or meeting.end > now)
        ),
        key=lambda meeting: (meeting.start, meeting.meeting_id),
    )
    following = ""
    if offset + size < len(found):
        following = secrets.token_urlsafe(18)
        state.pages[following] = ZoomPage(
            user_id=host.user_id, kind=kind, offset=offset + size, expires_at=now + _PAGE_LIFE
        )
    return {
        "page_size": size,
        "total_records": len(found),
        "next_page_token": following,
        "meetings": [_item(world, meeting) for meeting in found[offset : offset + size]],
    }


def _offset(state: ZoomState, text: str, *, host: ZoomUser, kind: str, now: datetime) -> int:
    if not text:
        return 0
    page = state.pages.get(text)
    if page is None or page.expires_at <= now or (page.user_id, page.kind) != (host.user_id, kind):
        raise Refused(400, VALIDATION_FAILED, "The next page token is invalid or expired.")
    return page.offset


def _item(world: World, meeting: ZoomMeeting) -> dict[str, Any]:
    return {
        "uuid": meeting.uuid,
        "id": meeting.meeting_id,
        "host_id": meeting.host_id,
        "topic": meeting.topic,
        "type": 2,
        "start_time": stamp(meeting.start),
        "duration": meeting.duration,
        "timezone": meeting.time_zone,
        "agenda": meeting.agenda[:_LISTED_AGENDA_CHARACTERS],
        "created_at": stamp(meeting.created_at),
        "join_url": f"{world.base_url}/zoom/j/{meeting.meeting_id}?pwd={meeting.password}",
    }


def _meeting_answer(world: World, host: ZoomUser, meeting: ZoomMeeting) -> dict[str, Any]:
    item = _item(world, meeting)
    item["agenda"] = meeting.agenda
    item["host_email"] = host.email
    item["status"] = "waiting"
    item["start_url"] = f"{world.base_url}/zoom/s/{meeting.meeting_id}"
    item["password"] = meeting.password
    item["settings"] = dict(meeting.settings)
    return item


def _user_answer(user: ZoomUser) -> dict[str, Any]:
    return {
        "id": user.user_id,
        "email": user.email,
        "first_name": "",
        "last_name": "",
        "type": user.type,
        "timezone": user.time_zone,
        "pmi": user.pmi,
        "account_id": user.account_id,
        "status": "active",
    }
