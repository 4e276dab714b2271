"""What is Google's own about events, beyond the contract of all calendars."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from booking_types.intervals import Interval
from connectors.errors import (
    MissingError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from connectors.google import GoogleAccess, GoogleCalendar
from connectors.google.events import to_html, to_text
from connectors.protocols import (
    Attendee,
    AttendeeResponse,
    CalendarEvent,
    ConferenceState,
)
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import LoggedRequest
from tests.connectors.calendar_contract import (
    KEY,
    Call,
    a_draft,
    at,
    between,
    create,
    find,
)
from tests.connectors.google_world import DelegatedGoogleWorld, GoogleWorld


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def domain(sandbox: SandboxServer, control: SandboxControl, unique: str) -> DelegatedGoogleWorld:
    return DelegatedGoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


def sent(world: GoogleWorld, caller: str, operation: str) -> list[LoggedRequest]:
    with world.sandbox.world.lock:
        return [
            request
            for request in world.sandbox.world.requests
            if (request.vendor, request.operation, request.caller) == ("google", operation, caller)
        ]


def a_refusal(status: int, reason: str) -> dict[str, Any]:
    detail = {"domain": "global", "reason": reason, "message": "No."}
    body = {"error": {"code": status, "message": "No.", "errors": [detail]}}
    return {"kind": "status", "status": status, "body": json.dumps(body)}


# ----------------------------------------------------------------------------- events


def test_everything_about_a_new_event_goes_out_in_one_request(world: GoogleWorld) -> None:
    host = world.add_host("host")

    create(world, host, a_draft(guests=(world.guest(),), makes_conference=True))

    (request,) = sent(world, host.mailbox, "events_insert")
    body = json.loads(request.body)
    assert "sendUpdates=all" in request.path
    assert "conferenceDataVersion=1" in request.path
    assert body["id"] == KEY
    assert body["conferenceData"]["createRequest"]["requestId"] == KEY
    assert [one["email"] for one in body["attendees"]] == [world.guest()]
    assert body["start"] == {"dateTime": "2027-03-15T10:00:00Z", "timeZone": "Europe/Berlin"}
    assert sent(world, host.mailbox, "events_patch") == []


def test_the_answer_to_a_create_says_that_the_conference_is_still_being_made(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")

    made = create(world, host, a_draft(makes_conference=True))

    assert made.conference is not None
    assert made.conference.state is ConferenceState.PENDING
    assert made.conference.join_url == ""


def test_a_conference_that_fails_twice_is_asked_for_with_a_new_id_each_time(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host", conferences_work=False)
    draft = a_draft(makes_conference=True)
    made = create(world, host, draft)
    calendar = world.calendar(host)
    find(world, host)

    for revision in (2, 3):
        calendar.update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=dataclasses.replace(draft, revision=revision),
            notify=False,
        )
        find(world, host)

    bodies = [
        json.loads(one.body)
        for operation in ("events_insert", "events_patch")
        for one in sent(world, host.mailbox, operation)
    ]
    ids = [body["conferenceData"]["createRequest"]["requestId"] for body in bodies]
    assert len(set(ids)) == 3


def test_a_conference_somebody_else_put_there_is_not_taken_for_ours(world: GoogleWorld) -> None:
    host = world.add_host("host")
    made = create(world, host, a_draft())
    with world.sandbox.world.lock:
        stored = world.state.calendars[host.mailbox].events[made.event_id].resource
        stored["conferenceData"] = {
            "conferenceSolution": {"key": {"type": "addOn"}, "name": "Another platform"},
            "entryPoints": [{"entryPointType": "video", "uri": "https://meet.example.com/1"}],
        }

    found = find(world, host)

    assert found is not None
    assert found.conference is None


def test_what_attendees_answered_survives_an_update_but_not_a_new_time(
    world: GoogleWorld,
) -> None:
    host, co_host = world.add_host("host"), world.add_host("co-host")
    made = create(world, host, a_draft(guests=(co_host.mailbox,)))
    world.request(
        co_host,
        "PATCH",
        f"calendars/primary/events/{made.event_id}",
        json={"attendees": [{"email": co_host.mailbox, "responseStatus": "accepted"}]},
    ).raise_for_status()
    calendar = world.calendar(host)

    def updated(**changes: Any) -> AttendeeResponse:
        event = calendar.update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=a_draft(guests=(co_host.mailbox,), **changes),
            notify=False,
        )
        return event.attendees[0].response

    assert updated(revision=2, subject="Renamed") is AttendeeResponse.ACCEPTED
    assert updated(revision=3, interval=between(14, 15)) is AttendeeResponse.NEEDS_ACTION


def test_the_hosts_own_entry_and_their_room_stay_and_are_no_attendees_of_ours(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")
    guest, room = world.guest(), f"room@{world.domain}.resource.test"
    made = create(world, host, a_draft(guests=(guest,)))
    world.request(
        host,
        "PATCH",
        f"calendars/primary/events/{made.event_id}",
        json={
            "attendees": [
                {"email": host.mailbox, "responseStatus": "accepted"},
                {"email": room, "resource": True, "responseStatus": "accepted"},
                {"email": guest},
            ]
        },
    ).raise_for_status()

    updated = world.calendar(host).update_event(
        mailbox=host.mailbox,
        calendar_id=host.calendar_id,
        event_id=made.event_id,
        draft=a_draft(guests=(guest,), revision=2),
        notify=False,
    )

    assert [one.email for one in updated.attendees] == [guest]
    raw = world.request(host, "GET", f"calendars/primary/events/{made.event_id}").json()
    assert {one["email"] for one in raw["attendees"]} == {host.mailbox, room, guest}


def test_optional_attendees_are_marked_as_such(world: GoogleWorld) -> None:
    host = world.add_host("host")
    optional = Attendee(email=world.guest(), name="A Guest", is_optional=True)

    made = create(world, host, a_draft(attendees=(optional,)))

    assert made.attendees == (optional,)


def test_an_event_that_was_changed_after_we_looked_is_not_written_over(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")
    made = create(world, host, a_draft())
    world.fault(host, Call.UPDATE, **a_refusal(412, "conditionNotMet"))

    with pytest.raises(TransientError) as caught:
        world.calendar(host).update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=a_draft(revision=2),
            notify=False,
        )

    assert not isinstance(caught.value, OutcomeUnknownError)
    world.calendar(host).update_event(
        mailbox=host.mailbox,
        calendar_id=host.calendar_id,
        event_id=made.event_id,
        draft=a_draft(revision=2),
        notify=False,
    )
    assert len(sent(world, host.mailbox, "events_patch")) == 2


def test_an_event_the_host_made_all_day_is_read_in_its_calendars_zone_and_put_right(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host", time_zone="America/New_York")
    made = create(world, host, a_draft())
    world.request(
        host,
        "PATCH",
        f"calendars/primary/events/{made.event_id}",
        json={
            "start": {"date": "2027-03-15", "dateTime": None, "timeZone": None},
            "end": {"date": "2027-03-16", "dateTime": None, "timeZone": None},
        },
    ).raise_for_status()

    found = find(world, host)
    assert found is not None
    assert found.interval == Interval(at(4), at(4, day=1))

    updated = world.calendar(host).update_event(
        mailbox=host.mailbox,
        calendar_id=host.calendar_id,
        event_id=made.event_id,
        draft=a_draft(revision=2),
        notify=False,
    )
    assert updated.interval == between(10, 11)


def test_a_tombstone_that_tells_nothing_but_its_id_is_a_canceled_event(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")
    body = json.dumps({"kind": "calendar#event", "id": KEY, "status": "cancelled"})
    world.fault(host, Call.FIND, "status", status=200, body=body)

    found = find(world, host)

    assert found is not None
    assert found.is_canceled
    assert found.event_id == KEY


def test_an_id_taken_by_something_nobody_may_read_is_refused_for_good(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")
    world.fault(host, Call.CREATE, **a_refusal(409, "duplicate"))

    with pytest.raises(RejectedError):
        create(world, host, a_draft())


def test_a_description_written_in_googles_own_editor_is_read_as_plain_text(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host")
    made = create(world, host, a_draft())
    world.request(
        host,
        "PATCH",
        f"calendars/primary/events/{made.event_id}",
        json={"description": "<b>One</b> &amp; two<br>three &lt;four&gt;<p>five</p>"},
    ).raise_for_status()

    found = find(world, host)

    assert found is not None
    assert found.description == "One & two\nthree <four>five\n"


@given(st.text())
@example("&copy=1 &lt; &amp;amp; &notit; &#65 <b>&</b>")
def test_any_text_comes_back_from_googles_markup_as_it_was(text: str) -> None:
    assert to_text(to_html(text)) == text


def test_a_link_with_several_parameters_is_left_as_it_is() -> None:
    """Google puts descriptions into mails unchanged, where links must work."""
    link = "https://example.com/?a=1&b=2"

    assert to_html(link) == link


def test_a_calendar_id_cannot_lead_to_another_calendar(world: GoogleWorld) -> None:
    host = world.add_host("host")
    made = create(world, host, a_draft())

    with pytest.raises(MissingError):
        world.calendar(host).get_event(
            mailbox=host.mailbox, calendar_id="elsewhere/../primary", event_id=made.event_id
        )


def test_our_markers_are_on_our_event_only(world: GoogleWorld) -> None:
    host, co_host = world.add_host("host"), world.add_host("co-host")
    made = create(world, host, a_draft(guests=(co_host.mailbox,)))

    copy = world.calendar(co_host).find_copy(
        mailbox=co_host.mailbox, ical_uid=made.ical_uid, interval=made.interval
    )

    assert (made.key, made.revision) == (KEY, 1)
    assert copy is not None
    assert (copy.key, copy.revision) == ("", 0)


def test_a_co_host_whose_invitations_wait_has_no_copy_yet(world: GoogleWorld) -> None:
    host = world.add_host("host")
    co_host = world.add_host("co-host", receives_invitations=False)
    made = create(world, host, a_draft(guests=(co_host.mailbox,)))

    copy = world.calendar(co_host).find_copy(
        mailbox=co_host.mailbox, ical_uid=made.ical_uid, interval=made.interval
    )

    assert copy is None
    assert len(world.mails(co_host.mailbox)) == 1


def test_the_primary_calendar_need_not_be_named(world: GoogleWorld) -> None:
    host = world.add_host("host")
    calendar = world.calendar(host)

    made = calendar.create_event(
        mailbox=host.mailbox, calendar_id="", draft=a_draft(), notify=False
    )

    assert find(world, host) == made


def test_a_canceled_instance_is_nobodys_copy(world: GoogleWorld) -> None:
    """Google lists canceled instances of a living series, whether asked to or not."""
    host = world.add_host("host")
    item = {"id": "abcde_1", "iCalUID": "abcde@google.com", "status": "cancelled"}
    body = json.dumps({"timeZone": "UTC", "items": [item]})
    world.fault(host, Call.FIND_COPY, "status", status=200, body=body)

    copy = world.calendar(host).find_copy(
        mailbox=host.mailbox, ical_uid="abcde@google.com", interval=between(10, 11)
    )

    assert copy is None


class _InBetween:
    """A way in during which something happens before the second request goes out."""

    def __init__(self, access: GoogleAccess, happening: Callable[[], None]) -> None:
        self._access = access
        self._happening = happening
        self._asked = 0

    def bearer(self, mailbox: str) -> str:
        self._asked += 1
        if self._asked == 2:
            self._happening()
        return self._access.bearer(mailbox)

    def renew(self, mailbox: str, *, refused: str) -> str:
        return self._access.renew(mailbox, refused=refused)

    def reader(self, mailbox: str, *, is_primary_only: bool) -> str:
        return self._access.reader(mailbox, is_primary_only=is_primary_only)


def test_what_an_attendee_answers_between_our_look_and_our_write_is_not_lost(
    world: GoogleWorld,
) -> None:
    host, co_host = world.add_host("host"), world.add_host("co-host")
    made = create(world, host, a_draft(guests=(co_host.mailbox,)))

    def accept() -> None:
        world.request(
            co_host,
            "PATCH",
            f"calendars/primary/events/{made.event_id}",
            json={"attendees": [{"email": co_host.mailbox, "responseStatus": "accepted"}]},
        ).raise_for_status()

    calendar = GoogleCalendar(api_url=world.api_url, access=_InBetween(world.access(host), accept))

    def update() -> CalendarEvent:
        return calendar.update_event(
            mailbox=host.mailbox,
            calendar_id=host.calendar_id,
            event_id=made.event_id,
            draft=a_draft(guests=(co_host.mailbox,), revision=2),
            notify=False,
        )

    with pytest.raises(TransientError):
        update()
    assert update().attendees[0].response is AttendeeResponse.ACCEPTED
