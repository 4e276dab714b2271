"""What else the sandbox's Google does as Google does: series, busy times, attendees, rooms."""

from __future__ import annotations

from typing import Any

import pytest

from booking_types.intervals import Interval
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.world import Invitation, Person
from tests.connectors.calendar_contract import HostAccount, between, entry
from tests.connectors.google_world import (
    EVENTS,
    GoogleWorld,
    an_event,
    insert,
    listed,
    reason,
)


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> GoogleWorld:
    return GoogleWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: GoogleWorld) -> HostAccount:
    return world.add_host("host")


# ----------------------------------------------------------------------------- series


def a_series(**changes: Any) -> dict[str, Any]:
    zone = "America/New_York"
    return an_event(
        **{
            "start": {"dateTime": "2027-03-12T09:00:00", "timeZone": zone},
            "end": {"dateTime": "2027-03-12T10:00:00", "timeZone": zone},
            "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"],
        }
        | changes
    )


def starts(world: GoogleWorld, host: HostAccount, query: str = "") -> list[str]:
    found = listed(world, host, f"?singleEvents=true&timeZone=UTC&orderBy=startTime{query}")
    return [one["start"].get("dateTime") or one["start"]["date"] for one in found]


def test_a_series_keeps_its_local_time_across_a_clock_change(
    world: GoogleWorld, host: HostAccount
) -> None:
    insert(world, host, a_series())

    assert starts(world, host) == [
        "2027-03-12T14:00:00Z",
        "2027-03-13T14:00:00Z",
        "2027-03-14T13:00:00Z",
        "2027-03-15T13:00:00Z",
        "2027-03-16T13:00:00Z",
    ]


def test_rules_dates_left_out_and_ends_are_followed(world: GoogleWorld, host: HostAccount) -> None:
    insert(
        world,
        host,
        a_series(
            recurrence=[
                "RRULE:FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20270322T130000Z",
                "EXDATE;TZID=America/New_York:20270319T090000",
                "RDATE;TZID=America/New_York:20270317T090000",
            ]
        ),
    )

    assert [text[:10] for text in starts(world, host)] == [
        "2027-03-12",
        "2027-03-15",
        "2027-03-17",
        "2027-03-22",
    ]


def test_an_endless_series_ends_where_the_list_does(world: GoogleWorld, host: HostAccount) -> None:
    insert(world, host, a_series(recurrence=["RRULE:FREQ=DAILY"]))

    found = starts(world, host, "&timeMin=2027-06-01T00:00:00Z&timeMax=2027-06-04T00:00:00Z")

    assert [text[:10] for text in found] == ["2027-06-01", "2027-06-02", "2027-06-03"]


def test_an_all_day_series_repeats_its_date(world: GoogleWorld, host: HostAccount) -> None:
    insert(
        world,
        host,
        an_event(
            start={"date": "2027-03-15"},
            end={"date": "2027-03-16"},
            recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"],
        ),
    )

    assert starts(world, host) == ["2027-03-15", "2027-03-22"]


def test_one_instance_can_be_moved_and_another_deleted(
    world: GoogleWorld, host: HostAccount
) -> None:
    series = insert(world, host, a_series()).json()["id"]
    first, second = f"{series}_20270312T140000Z", f"{series}_20270313T140000Z"

    moved = world.request(
        host,
        "PATCH",
        f"{EVENTS}/{first}",
        json={
            "start": {"dateTime": "2027-03-12T20:00:00Z"},
            "end": {"dateTime": "2027-03-12T21:00:00Z"},
        },
    ).json()
    world.request(host, "DELETE", f"{EVENTS}/{second}").raise_for_status()

    assert moved["recurringEventId"] == series
    assert moved["originalStartTime"]["dateTime"] == "2027-03-12T14:00:00Z"
    assert starts(world, host)[:2] == ["2027-03-12T20:00:00Z", "2027-03-14T13:00:00Z"]
    raw = listed(world, host)
    assert {one["id"]: one["status"] for one in raw} == {
        series: "confirmed",
        first: "confirmed",
        second: "cancelled",
    }


def test_deleting_a_series_takes_all_its_instances(world: GoogleWorld, host: HostAccount) -> None:
    series = insert(world, host, a_series()).json()["id"]

    world.request(host, "DELETE", f"{EVENTS}/{series}").raise_for_status()

    assert starts(world, host) == []


# --------------------------------------------------------------------------- free/busy


def busy(world: GoogleWorld, host: HostAccount, *ids: str, **body: Any) -> Any:
    asked = {
        "timeMin": "2027-03-15T00:00:00Z",
        "timeMax": "2027-03-16T00:00:00Z",
        "items": [{"id": one} for one in ids or (host.mailbox,)],
    }
    return world.request(host, "POST", "freeBusy", json=asked | body)


def test_free_busy_names_what_it_may_not_tell_beside_what_it_may(
    world: GoogleWorld, control: SandboxControl
) -> None:
    host = world.add_host("host", entries=(entry(between(9, 10)),))
    colleague = world.add_host("colleague", entries=(entry(between(11, 12)),))
    shy = world.add_host("shy", shares_free_busy=False)
    stranger = f"host@{world.domain}.other.example"
    control.seed(google={"accounts": [{"email": stranger}]})

    answer = busy(world, host, host.mailbox, colleague.mailbox, shy.mailbox, stranger)

    calendars = answer.json()["calendars"]
    assert calendars[host.mailbox]["busy"] == [
        {"start": "2027-03-15T09:00:00Z", "end": "2027-03-15T10:00:00Z"}
    ]
    assert len(calendars[colleague.mailbox]["busy"]) == 1
    for hidden in (shy.mailbox, stranger):
        assert calendars[hidden]["errors"] == [{"domain": "global", "reason": "notFound"}]


def test_free_busy_of_too_many_calendars_tells_nothing_of_any(
    world: GoogleWorld, host: HostAccount
) -> None:
    answer = busy(world, host, *(f"calendar-{n}" for n in range(51)))

    reasons = {one["errors"][0]["reason"] for one in answer.json()["calendars"].values()}
    assert answer.status_code == 200
    assert reasons == {"tooManyCalendarsRequested"}


def test_free_busy_of_a_group_names_its_members_and_is_refused_for_too_big_ones(
    world: GoogleWorld,
) -> None:
    """Freebusy: query: "Expansion of groups", ``groupTooBig``."""
    host = world.add_host("host", entries=(entry(between(9, 10)),))
    members = [host.mailbox, f"nobody@{world.domain}"]
    team, foreign = f"team@{world.domain}", f"team@other-{world.domain}"
    groups = [{"email": name, "members": members} for name in (team, foreign)]
    world.seed(groups=groups)

    whole = busy(world, host, team).json()
    small = busy(world, host, team, groupExpansionMax=1).json()
    other = busy(world, host, foreign).json()

    assert whole["groups"] == {team: {"calendars": members}}
    assert len(whole["calendars"][host.mailbox]["busy"]) == 1
    assert whole["calendars"][members[1]]["errors"][0]["reason"] == "notFound"
    assert small["groups"][team]["errors"] == [{"domain": "global", "reason": "groupTooBig"}]
    assert small["calendars"] == {}
    assert "groups" not in other
    assert other["calendars"][foreign]["errors"][0]["reason"] == "notFound"


def test_free_busy_can_fail_for_one_calendar_alone(world: GoogleWorld) -> None:
    """Freebusy: query: "Optional error(s) (if computation for the calendar failed)"."""
    host = world.add_host("host", entries=(entry(between(9, 10)),))
    broken = world.add_host("broken", free_busy_error="internalError")
    asked = world.add_host("asked", free_busy_error="rateLimitExceeded")

    calendars = busy(world, host, host.mailbox, broken.mailbox, asked.mailbox).json()["calendars"]
    world.seed({"email": broken.mailbox, "free_busy_error": ""})
    mended = busy(world, host, broken.mailbox).json()["calendars"]

    assert len(calendars[host.mailbox]["busy"]) == 1
    assert calendars[broken.mailbox]["errors"] == [{"domain": "global", "reason": "internalError"}]
    assert calendars[asked.mailbox] == {
        "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}],
        "busy": [],
    }
    assert "errors" not in mended[broken.mailbox]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"timeMax": "2027-09-15T00:00:00Z"}, "timeRangeTooLong"),
        ({"timeMax": "2027-03-15T00:00:00Z"}, "timeRangeEmpty"),
        ({"timeMax": "2027-03-16T00:00:00"}, "invalid"),
        ({"timeMax": ""}, "required"),
        ({"timeZone": "Mars"}, "invalid"),
        ({"calendars": []}, "badRequest"),
        ({"calendarExpansionMax": 51}, "invalid"),
        ({"groupExpansionMax": 101}, "invalid"),
        ({"groupExpansionMax": 0}, "invalid"),
    ],
)
def test_a_free_busy_question_google_would_not_answer_is_refused(
    world: GoogleWorld, host: HostAccount, body: dict[str, Any], expected: str
) -> None:
    assert reason(busy(world, host, **body)) == (400, expected)


def test_somebody_elses_calendar_cannot_be_read_or_written(
    world: GoogleWorld, host: HostAccount
) -> None:
    other = world.add_host("other")
    path = f"calendars/{other.mailbox}/events"

    assert reason(world.request(host, "GET", path)) == (404, "notFound")
    assert reason(world.request(host, "POST", path, json=an_event())) == (404, "notFound")


# ---------------------------------------------------------------------------- attendees


def test_a_google_attendee_has_a_copy_whether_or_not_anybody_is_mailed(
    world: GoogleWorld, host: HostAccount
) -> None:
    colleague = world.add_host("colleague")
    event = an_event(
        attendees=[{"email": colleague.mailbox}],
        extendedProperties={"private": {"mark": "1"}},
    )

    made = insert(world, host, event, "?sendUpdates=none").json()

    (copy,) = listed(world, colleague)
    assert copy["id"] == made["id"]
    assert copy["iCalUID"] == made["iCalUID"]
    assert "self" not in copy["organizer"]
    assert made["organizer"]["self"] is True
    assert copy["attendees"] == [
        {"email": colleague.mailbox, "responseStatus": "needsAction", "self": True}
    ]
    assert "extendedProperties" not in copy
    assert world.mails(colleague.mailbox) == []


@pytest.mark.parametrize(
    ("word", "colleague_mails", "guest_mails"),
    [("all", 1, 1), ("externalOnly", 0, 1), ("none", 0, 0)],
)
def test_those_are_mailed_whom_the_caller_names(
    world: GoogleWorld, host: HostAccount, word: str, colleague_mails: int, guest_mails: int
) -> None:
    colleague, guest = world.add_host("colleague").mailbox, world.guest()

    insert(
        world,
        host,
        an_event(attendees=[{"email": colleague}, {"email": guest}]),
        f"?sendUpdates={word}",
    )

    assert len(world.mails(colleague)) == colleague_mails
    assert len(world.mails(guest)) == guest_mails


def test_nobody_is_mailed_by_default_or_about_our_own_marks(
    world: GoogleWorld, host: HostAccount
) -> None:
    guest = world.guest()
    made = insert(world, host, an_event(attendees=[{"email": guest}])).json()

    world.request(
        host,
        "PATCH",
        f"{EVENTS}/{made['id']}?sendUpdates=all",
        json={"extendedProperties": {"private": {"mark": "2"}}},
    ).raise_for_status()

    assert world.mails(guest) == []


def test_an_attendee_answers_on_their_copy_and_may_change_nothing_else(
    world: GoogleWorld, host: HostAccount
) -> None:
    colleague = world.add_host("colleague")
    made = insert(world, host, an_event(attendees=[{"email": colleague.mailbox}])).json()
    one = f"{EVENTS}/{made['id']}"

    answered = world.request(
        colleague,
        "PATCH",
        one,
        json={"attendees": [{"email": colleague.mailbox, "responseStatus": "declined"}]},
    )
    renamed = world.request(colleague, "PATCH", one, json={"summary": "Mine"})

    answered.raise_for_status()
    assert reason(renamed) == (403, "forbiddenForNonOrganizer")
    (attendee,) = world.request(host, "GET", one).json()["attendees"]
    assert attendee["responseStatus"] == "declined"


def test_an_attendee_who_deletes_their_copy_declines(world: GoogleWorld, host: HostAccount) -> None:
    colleague = world.add_host("colleague")
    made = insert(world, host, an_event(attendees=[{"email": colleague.mailbox}])).json()

    world.request(colleague, "DELETE", f"{EVENTS}/{made['id']}").raise_for_status()

    kept = world.request(host, "GET", f"{EVENTS}/{made['id']}").json()
    assert kept["status"] == "confirmed"
    assert kept["attendees"][0]["responseStatus"] == "declined"


def an_invitation(host: HostAccount, method: str, interval: Interval) -> Invitation:
    return Invitation(
        method=method,
        uid="040000008200E00074C5B7101A82E008@outside.test",
        sequence=1,
        interval=interval,
        subject="From elsewhere",
        description="",
        location="",
        organizer=Person(email="somebody@outside.test", name="Somebody"),
        attendees=(Person(email=host.mailbox),),
    )


@pytest.mark.parametrize("sent_by", ["microsoft", "smtp"])
def test_an_invitation_that_arrives_by_mail_stands_on_the_calendar_until_it_is_canceled(
    world: GoogleWorld, host: HostAccount, sent_by: str
) -> None:
    def post(method: str, interval: Interval) -> None:
        world.sandbox.world.post(
            recipient=host.mailbox.upper(),
            sent_by=sent_by,
            sender="somebody@outside.test",
            subject="From elsewhere",
            text="",
            invitation=an_invitation(host, method, interval),
        )

    post("REQUEST", between(9, 10))
    post("REQUEST", between(11, 12))

    (event,) = listed(world, host)
    assert event["start"]["dateTime"] == "2027-03-15T11:00:00Z"
    assert event["organizer"]["email"] == "somebody@outside.test"
    assert busy(world, host).json()["calendars"][host.mailbox]["busy"] != []
    post("CANCEL", between(11, 12))
    assert listed(world, host) == []
    assert busy(world, host).json()["calendars"][host.mailbox]["busy"] == []


def test_invitations_wait_in_the_mailbox_of_an_account_that_wants_it_so(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host", receives_invitations=False)

    world.sandbox.world.post(
        recipient=host.mailbox,
        sent_by="smtp",
        sender="somebody@outside.test",
        subject="From elsewhere",
        text="",
        invitation=an_invitation(host, "REQUEST", between(9, 10)),
    )

    assert listed(world, host) == []
    assert len(world.mails(host.mailbox)) == 1


# --------------------------------------------------------------------------- conference


def a_conference(request_id: str = "one", kind: str = "hangoutsMeet") -> dict[str, Any]:
    return {
        "conferenceData": {
            "createRequest": {
                "requestId": request_id,
                "conferenceSolutionKey": {"type": kind},
            }
        }
    }


def test_a_conference_is_pending_at_first_and_there_when_asked_again(
    world: GoogleWorld, host: HostAccount
) -> None:
    query = "?conferenceDataVersion=1"

    made = insert(world, host, an_event(**a_conference()), query).json()

    status = made["conferenceData"]["createRequest"]["status"]["statusCode"]
    assert status == "pending"
    assert "hangoutLink" not in made
    kept = world.request(host, "GET", f"{EVENTS}/{made['id']}").json()
    assert kept["conferenceData"]["createRequest"]["status"]["statusCode"] == "success"
    assert kept["hangoutLink"] == kept["conferenceData"]["entryPoints"][0]["uri"]


def test_without_version_one_conference_data_is_overlooked(
    world: GoogleWorld, host: HostAccount
) -> None:
    assert "conferenceData" not in insert(world, host, an_event(**a_conference())).json()


def test_the_same_conference_request_again_is_ignored_and_a_new_one_is_not(
    world: GoogleWorld, host: HostAccount
) -> None:
    query = "?conferenceDataVersion=1"
    one = f"{EVENTS}/{insert(world, host, an_event(**a_conference()), query).json()['id']}"
    first = world.request(host, "GET", one).json()["hangoutLink"]

    world.request(host, "PATCH", f"{one}{query}", json=a_conference()).raise_for_status()
    same = world.request(host, "GET", one).json()["hangoutLink"]
    world.request(host, "PATCH", f"{one}{query}", json=a_conference("two")).raise_for_status()
    world.request(host, "GET", one)
    other = world.request(host, "GET", one).json()["hangoutLink"]

    assert same == first
    assert other != first


def test_a_conference_of_a_kind_there_is_not_is_refused(
    world: GoogleWorld, host: HostAccount
) -> None:
    event = an_event(**a_conference(kind="somethingElse"))

    answer = insert(world, host, event, "?conferenceDataVersion=1")

    assert reason(answer) == (400, "invalid")


# --------------------------------------------------------------------------------- seed


def test_an_account_that_is_seeded_again_is_changed_and_keeps_its_events(
    world: GoogleWorld,
) -> None:
    host = world.add_host("host", entries=(entry(between(9, 10)),))

    world.seed({"email": host.mailbox, "name": "Renamed", "time_zone": "Asia/Kolkata"})

    assert len(listed(world, host)) == 1
    answer = world.request(host, "GET", "calendars/primary").json()
    assert answer["timeZone"] == "Asia/Kolkata"
