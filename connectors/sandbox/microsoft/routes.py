"""Graph's routes for people, calendars and events."""

from __future__ import annotations

import copy
import functools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, g, jsonify, request

from connectors.sandbox.microsoft import delta, events, odata, recurrence, schedule
from connectors.sandbox.microsoft.callers import Call, reachable, refuse_malformed, resolve
from connectors.sandbox.microsoft.meetings import tell
from connectors.sandbox.microsoft.notifications import publish
from connectors.sandbox.microsoft.recurrence import Instance, itself
from connectors.sandbox.microsoft.state import (
    Event,
    Invitee,
    Mailbox,
    MailboxCalendar,
    MicrosoftState,
    Occurrence,
    mutable_id,
)
from connectors.sandbox.microsoft.wire import (
    GraphError,
    Json,
    bad_request,
    instant,
    json_object,
    not_found,
    parameters,
)
from connectors.sandbox.world import World

_LIST = frozenset({"$select", "$top", "$skip", "$filter", "$expand", "$orderby"})
_VIEW = frozenset({"startDateTime", "endDateTime", "$select", "$top", "$skip", "$orderby"})
_ONE = frozenset({"$select", "$expand"})
_NONE: frozenset[str] = frozenset()
_OWNERS = ("/v1.0/me", "/v1.0/users/<user>")
_PLACES = ("", "/calendar", "/calendars/<calendar>")
#: "/delta is a shortcut for the fully qualified name" (delta-query-overview.md); the SDKs call it
#: with brackets.
_DELTA = ("delta", "delta()", "microsoft.graph.delta", "microsoft.graph.delta()")


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which properties of an event are wanted; all but extended ones without a word."""

    expansion: str | None = None
    selection: frozenset[str] | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> _Wish:
        return cls(odata.expansion(asked.get("$expand")), odata.selection(asked.get("$select")))


def register(door: Blueprint, world: World) -> None:
    """Add the routes under ``/microsoft/v1.0``."""
    routes = _Routes(world)

    def add(
        operation: str, method: str, tails: tuple[str, ...], view: Callable[..., Response]
    ) -> None:
        guarded = _guarded(world, view)
        for owner in _OWNERS:
            for tail in tails:
                door.add_url_rule(
                    owner + tail, endpoint=operation, view_func=guarded, methods=[method]
                )

    listed = tuple(f"{place}/events" for place in _PLACES)
    single = tuple(f"{place}/events/<event>" for place in _PLACES)
    viewed = tuple(f"{place}/{n}" for place in _PLACES for n in ("calendarView", "calendarview"))
    tracked = tuple(f"{view}/{n}" for view in viewed for n in _DELTA)
    add("users_get", "GET", ("",), routes.users_get)
    add("calendar_get", "GET", ("/calendar", "/calendars/<calendar>"), routes.calendar_get)
    add("calendars_list", "GET", ("/calendars",), routes.calendars_list)
    add(
        "get_schedule",
        "POST",
        ("/calendar/getSchedule", "/calendar/getschedule"),
        routes.get_schedule,
    )
    add("calendar_view", "GET", viewed, routes.calendar_view)
    add("calendar_view_delta", "GET", tracked, routes.calendar_view_delta)
    add("events_list", "GET", listed, routes.events_list)
    add("events_create", "POST", listed, routes.events_create)
    add("events_get", "GET", single, routes.events_get)
    add("events_update", "PATCH", single, routes.events_update)
    add("events_delete", "DELETE", single, routes.events_delete)
    add("events_cancel", "POST", tuple(f"{s}/cancel" for s in single), routes.events_cancel)

    @door.route("/v1.0/<path:rest>", methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
    def unknown(rest: str) -> Response:
        segment = rest.rsplit("/", 1)[-1]
        return bad_request(f"Resource not found for the segment '{segment}'.").response()


def _guarded(world: World, view: Callable[..., Response]) -> Callable[..., Response]:
    """The view under the world's lock, its errors in Graph's form."""

    @functools.wraps(view)
    def answer(**arguments: str) -> Response:
        with world.lock:
            try:
                return view(**arguments)
            except GraphError as error:
                return error.response()

    return answer


class _Routes:
    def __init__(self, world: World) -> None:
        self._world = world

    # ---------------------------------------------------------------- people, calendars

    def users_get(self, user: str | None = None) -> Response:
        parameters(frozenset({"$select"}))
        state: MicrosoftState = self._world.states["microsoft"]
        mailbox = reachable(state, g.microsoft_grant, user)
        return jsonify(
            {
                "id": mailbox.user_id,
                "displayName": mailbox.name,
                "mail": mailbox.email,
                "userPrincipalName": mailbox.email,
            }
        )

    @staticmethod
    def _calendar(mailbox: Mailbox, calendar: MailboxCalendar) -> Json:
        teams = "teamsForBusiness" if mailbox.teams else "unknown"
        return {
            "id": calendar.calendar_id,
            "name": calendar.name,
            "isDefaultCalendar": calendar.is_default,
            "canEdit": True,
            "allowedOnlineMeetingProviders": [teams] if mailbox.teams else [],
            "defaultOnlineMeetingProvider": teams,
            "owner": {"name": mailbox.name, "address": mailbox.email},
        }

    def calendar_get(self, user: str | None = None, calendar: str | None = None) -> Response:
        parameters(frozenset({"$select"}))
        call = resolve(self._world, user, calendar)
        return jsonify(self._calendar(call.mailbox, call.calendar))

    def calendars_list(self, user: str | None = None) -> Response:
        asked = parameters(frozenset({"$select", "$top", "$skip"}))
        call = resolve(self._world, user)
        every = [self._calendar(call.mailbox, one) for one in call.mailbox.calendars]
        return jsonify(odata.page(every, asked, address=self._address))

    # ------------------------------------------------------------------------- free/busy

    def get_schedule(self, user: str | None = None) -> Response:
        parameters(_NONE)
        call = resolve(self._world, user)
        if call.mailbox.is_personal:
            raise GraphError(
                403, "ErrorAccessDenied", "The operation is not supported for this account."
            )
        value = schedule.answer(
            call.state,
            json_object(),
            tenant_id=call.mailbox.tenant_id,
            preferred=call.preferred,
        )
        return jsonify({"value": value})

    def calendar_view(self, user: str | None = None, calendar: str | None = None) -> Response:
        asked = parameters(_VIEW)
        wish = _Wish.of(asked)
        call = resolve(self._world, user, calendar)
        start = instant(asked.get("startDateTime"), name="startDateTime")
        end = instant(asked.get("endDateTime"), name="endDateTime")
        if end < start:
            raise bad_request("The end is before the start.", code="ErrorInvalidParameter")
        found = [
            instance
            for event in call.mailbox.on_calendar(call.calendar.calendar_id)
            for instance in recurrence.between(event, start=start, end=end)
        ]
        found.sort(key=lambda instance: (instance.start, instance.item_id))
        return jsonify(
            odata.page(
                [self._rendered(call, instance, wish) for instance in found],
                asked,
                address=self._address,
            )
        )

    def calendar_view_delta(self, user: str | None = None, calendar: str | None = None) -> Response:
        query = delta.asked()
        call = resolve(self._world, user, calendar)
        address = self._world.base_url + quote(request.path, safe="/()@")
        found, link, following = delta.page(call, query, address=address)
        return jsonify(
            {
                f"@odata.{link}": f"{address}?{following}",
                "value": [self._told(call, one) for one in found],
            }
        )

    def _told(self, call: Call, one: Instance | str) -> Json:
        if isinstance(one, str):
            item_id = one if call.preferred.immutable_ids else mutable_id(one)
            return delta.removed(item_id)
        return {"@odata.type": "#microsoft.graph.event", **self._rendered(call, one, _Wish())}

    # ---------------------------------------------------------------------------- events

    def events_list(self, user: str | None = None, calendar: str | None = None) -> Response:
        asked = parameters(_LIST)
        wish = _Wish.of(asked)
        call = resolve(self._world, user, calendar)
        fits = odata.event_filter(asked.get("$filter"))
        found = [
            self._rendered(call, itself(event), wish)
            for event in call.mailbox.on_calendar(call.calendar.calendar_id)
            if fits(event)
        ]
        return jsonify(odata.page(found, asked, address=self._address))

    def events_get(
        self, event: str, user: str | None = None, calendar: str | None = None
    ) -> Response:
        wish = _Wish.of(parameters(_ONE))
        call = resolve(self._world, user, calendar)
        return jsonify(self._rendered(call, self._instance(call, event, calendar), wish))

    def events_create(self, user: str | None = None, calendar: str | None = None) -> Response:
        parameters(_NONE)
        call = resolve(self._world, user, calendar, writes=True)
        body = json_object()
        events.refuse_unknown(body)
        transaction_id = body.get("transactionId")
        # What Graph does when the first event was deleted meanwhile is not documented; here the
        # id is free again then, which is the harder of the two for a caller.
        made = next(
            (
                e
                for e in call.mailbox.events
                if transaction_id and e.transaction_id == transaction_id
            ),
            None,
        )
        if made is None:
            made = self._create(call, body)
        response = jsonify(self._rendered(call, itself(made), _Wish()))
        response.status_code = 201
        return response

    def _create(self, call: Call, body: Json) -> Event:
        if "start" not in body or "end" not in body:
            raise bad_request("start and end are required.", code="ErrorInvalidRequest")
        now = self._world.clock.now()
        owner = Invitee(email=call.mailbox.email, name=call.mailbox.name)
        event = Event(
            calendar_id=call.calendar.calendar_id,
            start=now,
            end=now,
            time_zone="UTC",
            zone="UTC",
            organizer=owner,
            transaction_id=body.get("transactionId"),
            created_at=now,
            modified_at=now,
        )
        events.write(event, body, mailbox=call.mailbox, now=now)
        self._give_meeting(call.mailbox, event, body)
        call.mailbox.events.append(event)
        publish(self._world, call.mailbox, event, "created")
        tell(self._world, event, method="REQUEST", invitees=event.invitees)
        return event

    @staticmethod
    def _give_meeting(mailbox: Mailbox, event: Event, body: Json) -> None:
        """Make the event an online meeting where it asks for one and the mailbox may."""
        if events.wants_meeting(body) and mailbox.teams and not event.join_url:
            room = secrets.token_urlsafe(24)
            event.join_url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{room}/0"
            event.is_online = True
            event.body += events.blob(event.join_url)

    def events_update(
        self, event: str, user: str | None = None, calendar: str | None = None
    ) -> Response:
        parameters(_NONE)
        call = resolve(self._world, user, calendar, writes=True)
        body = json_object()
        events.refuse_unknown(body)
        if "transactionId" in body:
            raise bad_request("transactionId cannot be changed.", code="ErrorInvalidPropertySet")
        instance = self._instance(call, event, calendar)
        if instance.different is not None or instance.kind == "occurrence":
            self._update_occurrence(call, instance, body)
        else:
            self._update(call, instance.event, body)
        renewed = self._instance(call, event, calendar)
        return jsonify(self._rendered(call, renewed, _Wish()))

    def _update(self, call: Call, event: Event, body: Json) -> None:
        # Written to a copy first: what is refused in the middle changes nothing.
        changed = copy.deepcopy(event)
        now = self._world.clock.now()
        events.write(changed, body, mailbox=call.mailbox, now=now)
        self._give_meeting(call.mailbox, changed, body)
        before = {invitee.email.lower(): invitee for invitee in event.invitees}
        after = {invitee.email.lower(): invitee for invitee in changed.invitees}
        added = [invitee for email, invitee in after.items() if email not in before]
        removed = [invitee for email, invitee in before.items() if email not in after]
        told = changed.invitees if events.TOLD & set(body) else added
        if told or removed:
            changed.sequence += 1
        call.mailbox.events[call.mailbox.events.index(event)] = changed
        publish(self._world, call.mailbox, changed, "updated")
        tell(self._world, changed, method="CANCEL", invitees=removed)
        tell(self._world, changed, method="REQUEST", invitees=told)

    def _update_occurrence(self, call: Call, instance: Instance, body: Json) -> None:
        """Make one date of a series different."""
        if set(body) - {"start", "end", "subject", "showAs"}:
            raise bad_request("The sandbox changes times, subject and showAs of an occurrence.")
        shaped = copy.deepcopy(instance.event)
        shaped.start, shaped.end = instance.start, instance.end
        events.write(shaped, body, mailbox=call.mailbox, now=self._world.clock.now())
        series = instance.event
        series.occurrences[_day_of(instance)] = Occurrence(
            start=shaped.start,
            end=shaped.end,
            subject=shaped.subject if "subject" in body else None,
            show_as=shaped.show_as if "showAs" in body else None,
        )
        series.modified_at, series.version = shaped.modified_at, shaped.version
        publish(self._world, call.mailbox, series, "updated")

    def events_delete(
        self, event: str, user: str | None = None, calendar: str | None = None
    ) -> Response:
        parameters(_NONE)
        call = resolve(self._world, user, calendar, writes=True)
        self._remove(call, self._instance(call, event, calendar))
        return Response(status=204)

    def events_cancel(
        self, event: str, user: str | None = None, calendar: str | None = None
    ) -> Response:
        parameters(_NONE)
        call = resolve(self._world, user, calendar, writes=True)
        body = {key.lower(): value for key, value in json_object().items()}
        if set(body) - {"comment"}:
            raise bad_request("The action takes a comment only.")
        instance = self._instance(call, event, calendar)
        if not instance.event.is_organizer or not instance.event.invitees:
            raise bad_request(
                "Your request can't be completed. You need to be an organizer to cancel a meeting.",
                code="ErrorInvalidRequest",
            )
        self._remove(call, instance)
        return Response(status=202)

    def _remove(self, call: Call, instance: Instance) -> None:
        """Take it off the calendar; its attendees are told when it is the organizer's."""
        event = instance.event
        if instance.kind in ("occurrence", "exception"):
            event.occurrences[_day_of(instance)] = Occurrence(is_cancelled=True)
            event.modified_at = self._world.clock.now()
            event.version += 1
            publish(self._world, call.mailbox, event, "updated")
            return
        call.mailbox.events.remove(event)
        publish(self._world, call.mailbox, event, "deleted")
        event.sequence += 1
        tell(self._world, event, method="CANCEL", invitees=event.invitees)

    # ------------------------------------------------------------------------- plumbing

    @staticmethod
    def _instance(call: Call, item_id: str, calendar: str | None) -> Instance:
        refuse_malformed(item_id)
        event = call.mailbox.event(item_id)
        found = (
            itself(event)
            if event is not None
            else recurrence.instance_by_id(call.mailbox.events, item_id)
        )
        if found is None:
            raise not_found()
        if calendar is not None and found.event.calendar_id != call.calendar.calendar_id:
            raise not_found()
        return found

    @staticmethod
    def _rendered(call: Call, instance: Instance, wish: _Wish) -> Json:
        item = events.rendered(call.mailbox, instance, call.preferred)
        extended = instance.event.extended
        if wish.expansion in extended:
            item["singleValueExtendedProperties"] = [
                {"id": wish.expansion, "value": extended[wish.expansion]}
            ]
        if wish.selection is None:
            return item
        return {name: value for name, value in item.items() if name in wish.selection}

    def _address(self, skip: int) -> str:
        query = {**request.args, "$skip": str(skip)}
        return f"{self._world.base_url}{quote(request.path)}?{urlencode(query)}"


def _day_of(instance: Instance) -> str:
    assert instance.original_start is not None  # noqa: S101 - occurrences have one
    zone = events.local_zone(instance.event)
    return str(instance.original_start.astimezone(zone).date())
