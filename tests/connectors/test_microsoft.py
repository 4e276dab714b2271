"""What is Microsoft's own about events: the meeting in the body, mail for every change, zones."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from booking_types.model import Platform
from connectors.errors import (
    ConnectorError,
    MissingError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from connectors.microsoft.events import created, text_of
from connectors.protocols import Attendee, CalendarEvent, ConferenceState, EventDraft, Vendor
from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.calendar_contract import (
    KEY,
    Call,
    HostAccount,
    a_draft,
    at,
    between,
    create,
    exactly,
    find,
    read,
)
from tests.connectors.microsoft_world import MicrosoftWorld


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    return MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")


@pytest.fixture
def host(world: MicrosoftWorld) -> HostAccount:
    return world.add_host("host")


def update(
    world: MicrosoftWorld, host: HostAccount, event: CalendarEvent, draft: EventDraft
) -> CalendarEvent:
    return world.calendar(host).update_event(
        mailbox=host.mailbox,
        calendar_id=host.calendar_id,
        event_id=event.event_id,
        draft=draft,
        notify=True,
    )


def cancel(world: MicrosoftWorld, host: HostAccount, event_id: str) -> None:
    world.calendar(host).cancel_event(
        mailbox=host.mailbox, calendar_id=host.calendar_id, event_id=event_id, notify=True
    )


def raw(world: MicrosoftWorld, host: HostAccount, event_id: str, **options: Any) -> dict[str, Any]:
    """The event as Graph itself answers it."""
    answer: dict[str, Any] = world.graph(host, "GET", f"me/events/{event_id}", **options).json()
    return answer


def answered(world: MicrosoftWorld, host: HostAccount, call: Call, body: object) -> None:
    """Let the next such call be answered with that JSON."""
    world.fault(host, call, "status", status=200, body=json.dumps(body))


def test_it_is_microsofts_and_always_mails(world: MicrosoftWorld, host: HostAccount) -> None:
    calendar = world.calendar(host)

    assert calendar.vendor is Vendor.MICROSOFT
    assert calendar.always_notifies()
    assert calendar.busy_batch_size == 400


# --------------------------------------------------------------------------- the meeting


def test_a_teams_meeting_survives_another_text_and_another_time(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    draft = a_draft(makes_conference=True)
    made = create(world, host, draft)

    updated = update(
        world,
        host,
        made,
        dataclasses.replace(
            draft, revision=2, description="Other <b>words</b>.", interval=between(14, 15)
        ),
    )

    assert updated.description == "Other <b>words</b>."
    assert updated.conference == made.conference
    assert made.conference is not None
    assert made.conference.platform is Platform.MICROSOFT_TEAMS
    content = raw(world, host, made.event_id)["body"]["content"]
    assert content.count(made.conference.join_url) == 1
    assert "An agenda." not in content


def test_a_text_is_left_alone_where_its_meeting_cannot_be_told_apart(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    draft = a_draft(makes_conference=True)
    made = create(world, host, draft)
    assert made.conference is not None
    # Somebody, or a new version of Outlook, has laid the body out differently.
    content = f'<p>Words.</p><p><a href="{made.conference.join_url}">Join</a></p>'
    world.graph(
        host,
        "PATCH",
        f"me/events/{made.event_id}",
        json={"body": {"contentType": "html", "content": content}},
    )

    updated = update(
        world,
        host,
        made,
        dataclasses.replace(draft, revision=2, description="New words.", interval=between(14, 15)),
    )

    assert updated.interval == between(14, 15)
    assert updated.conference == made.conference
    assert "Words." in updated.description


def test_a_line_of_underscores_in_the_text_is_not_taken_for_the_meeting(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    guest = world.guest()
    draft = a_draft(guests=(guest,), makes_conference=True, description=f"A\n{'_' * 60}\nB")
    made = create(world, host, draft)

    same = update(world, host, made, dataclasses.replace(draft, revision=2))
    other = update(world, host, made, dataclasses.replace(draft, revision=3, description="C"))

    assert made.description.split() == ["A", "_" * 19, "B"]
    assert same.description == made.description
    assert other.description == "C"
    assert other.conference == made.conference
    assert len(world.mails(guest)) == 2


def test_a_meeting_without_its_link_yet_is_pending(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    made = create(world, host, a_draft(makes_conference=True))
    pending = raw(world, host, made.event_id) | {"onlineMeeting": None}
    answered(world, host, Call.GET, pending)

    found = world.calendar(host).get_event(
        mailbox=host.mailbox, calendar_id=host.calendar_id, event_id=made.event_id
    )

    assert found.conference is not None
    assert found.conference.state is ConferenceState.PENDING
    assert found.conference.join_url == ""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", ""),
        ("<html><head><style>p {}</style></head><body></body></html>", ""),
        (
            "<html><body><div>One<br>\r\nTwo</div>\r\n<div>Three</div></body></html>",
            "One\nTwo\nThree",
        ),
        ("<p>a &lt; b</p>\r\n<p>c\r\nd</p>", "a < b\nc d"),
        ("<div>One</div><br>" + "_" * 80 + "<div>Join</div>", "One"),
        ("<div>One</div><div><span>" + "_" * 80 + "</span><a>Join</a></div>", "One"),
    ],
)
def test_a_body_reads_as_people_see_it(content: str, text: str) -> None:
    assert text_of(content) == text


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs"), whitelist_characters="\n")))
@example("&copy=1 &lt; &amp;amp; &notit; &#65 <b>&</b>")
@example("\n a\n\n  b \n")
def test_any_text_comes_back_from_its_body_as_it_was(text: str) -> None:
    assume(text.strip() and "_" * 20 not in text)

    body = created(a_draft(description=text))["body"]["content"]

    assert text_of(f"<html><head>\r\n</head><body>\r\n{body}\r\n</body></html>\r\n") == text


# ------------------------------------------------------------------------------- mail


def test_a_new_revision_that_changes_nothing_visible_is_told_to_nobody(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    guest = world.guest()
    draft = a_draft(guests=(guest,), makes_conference=True)
    made = create(world, host, draft)

    updated = update(world, host, made, dataclasses.replace(draft, revision=2))

    assert updated.revision == 2
    assert updated == find(world, host)
    assert len(world.mails(guest)) == 1


def test_an_update_that_is_there_already_writes_nothing(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    draft = a_draft(guests=(world.guest(),))
    made = create(world, host, draft)

    updated = update(world, host, made, draft)

    assert updated == made
    assert world.count(host, Call.UPDATE) == 0


def test_only_a_new_guest_is_told_when_only_the_guests_change(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    first, second = world.guest("first"), world.guest("second")
    draft = a_draft(guests=(first,))
    made = create(world, host, draft)

    update(world, host, made, a_draft(guests=(first, second), revision=2))

    assert len(world.mails(first)) == 1
    assert len(world.mails(second)) == 1


def test_a_guest_who_need_not_come_is_optional(world: MicrosoftWorld, host: HostAccount) -> None:
    guest = Attendee(email=world.guest(), name="A Guest", is_optional=True)

    made = create(world, host, a_draft(attendees=(guest,)))

    assert made.attendees == (guest,)
    assert raw(world, host, made.event_id)["attendees"][0]["type"] == "optional"


def test_a_guest_without_a_name_comes_back_without_one(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    made = create(world, host, a_draft(attendees=(Attendee(email=world.guest()),)))

    assert made.attendees[0].name == ""


# ------------------------------------------------------------------------------- create


def test_a_second_create_answers_with_the_event_as_it_is_now(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    made = create(world, host, a_draft())
    moved = update(world, host, made, a_draft(revision=2, interval=between(14, 15)))

    again = create(world, host, a_draft())

    assert again == moved
    assert again.revision == 2


def test_our_marks_and_the_transaction_are_on_the_event(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    made = create(world, host, a_draft())

    event = raw(world, host, made.event_id)

    assert event["transactionId"].replace("-", "") == KEY
    assert event["showAs"] == "busy"
    assert event["start"]["dateTime"] == "2027-03-15T10:00:00.0000000"
    assert event["originalStartTimeZone"] == "W. Europe Standard Time"


@pytest.mark.parametrize("time_zone", ["Asia/Kathmandu", "Europe/Vienna", "America/New_York"])
def test_an_event_stands_in_the_zone_that_people_read_it_in(
    world: MicrosoftWorld, host: HostAccount, time_zone: str
) -> None:
    made = create(world, host, a_draft(time_zone=time_zone))

    assert made.interval == between(10, 11)
    assert raw(world, host, made.event_id)["originalStartTimeZone"] != "UTC"


def test_a_mailbox_that_does_not_know_the_zone_gets_the_time_in_utc(
    world: MicrosoftWorld,
) -> None:
    host = world.add_account("host", supported_time_zones=["UTC"])
    guest = world.guest()

    made = create(world, host, a_draft(guests=(guest,)))
    moved = update(
        world, host, made, a_draft(guests=(guest,), revision=2, interval=between(14, 15))
    )

    assert made.interval == between(10, 11)
    assert moved.interval == between(14, 15)
    assert len(world.mails(guest)) == 2


@pytest.mark.parametrize("body", [[], {}, {"id": "a"}, None, {"id": "a", "start": "now"}])
def test_a_create_answered_with_something_senseless_is_unknown(
    world: MicrosoftWorld, host: HostAccount, body: object
) -> None:
    answered(world, host, Call.CREATE, body)

    with pytest.raises(OutcomeUnknownError):
        create(world, host, a_draft())


@pytest.mark.parametrize("body", [[], {}, None, {"value": [{}]}, {"value": {"a": 1}}])
def test_a_search_answered_with_something_senseless_is_a_passing_error(
    world: MicrosoftWorld, host: HostAccount, body: object
) -> None:
    answered(world, host, Call.FIND, body)

    with pytest.raises(TransientError):
        find(world, host)


# --------------------------------------------------------------------------------- cancel


def test_an_event_without_guests_is_deleted(world: MicrosoftWorld, host: HostAccount) -> None:
    made = create(world, host, a_draft())

    cancel(world, host, made.event_id)

    assert find(world, host) is None
    assert exactly(read(world, host)) == []


def test_somebody_elses_event_is_not_deleted_in_place_of_being_canceled(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    co_host = world.add_host("co-host")
    made = create(world, host, a_draft(guests=(co_host.mailbox,)))
    copy = world.calendar(co_host).find_copy(
        mailbox=co_host.mailbox, ical_uid=made.ical_uid, interval=made.interval
    )
    assert copy is not None

    with pytest.raises(RejectedError):
        cancel(world, co_host, copy.event_id)

    assert exactly(read(world, co_host)) == [between(10, 11)]


def test_an_id_that_is_none_is_missing(world: MicrosoftWorld, host: HostAccount) -> None:
    cancel(world, host, "not an id?")

    with pytest.raises(MissingError):
        world.calendar(host).get_event(
            mailbox=host.mailbox, calendar_id=host.calendar_id, event_id="not an id?"
        )


@pytest.mark.parametrize("item", [".", "..", "../..", "a/../b", "?", "#", "%2e%2e"])
def test_no_id_leads_elsewhere(world: MicrosoftWorld, host: HostAccount, item: str) -> None:
    calendar = world.calendar(host)
    made = create(world, host, a_draft())

    with pytest.raises(ConnectorError):
        calendar.get_event(mailbox=host.mailbox, calendar_id="", event_id=item)
    with pytest.raises(ConnectorError):
        calendar.find_event(mailbox=host.mailbox, calendar_id=item, key=KEY)
    with pytest.raises(ConnectorError):
        calendar.find_event(mailbox=item, calendar_id="", key=KEY)
    assert read(world, host, calendar_ids=(item,)).unreadable != ""
    assert find(world, host) == made


# ----------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ErrorInvalidRecipients", RejectedError),
        (403, "ErrorAccessDenied", RejectedError),
        (404, "MailboxNotEnabledForRESTAPI", MissingError),
        (404, "ErrorInvalidUser", MissingError),
        (409, "ErrorIrresolvableConflict", TransientError),
        (412, "ErrorIrresolvableConflict", TransientError),
        (302, "", RejectedError),
    ],
)
def test_a_refusal_of_a_write_is_known_not_to_have_happened(
    world: MicrosoftWorld,
    host: HostAccount,
    status: int,
    code: str,
    kind: type[ConnectorError],
) -> None:
    body = json.dumps({"error": {"code": code, "message": "No."}})
    world.fault(host, Call.CREATE, "status", status=status, body=body)

    with pytest.raises(kind) as caught:
        create(world, host, a_draft())

    assert not isinstance(caught.value, OutcomeUnknownError)
    assert caught.value.status == status
    assert caught.value.vendor_code == code
    assert caught.value.request_id


def test_a_redirection_is_not_followed_with_our_token(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    elsewhere = {"Location": f"{world.sandbox.base_url}/microsoft/v1.0/me"}
    world.fault(host, Call.FIND, "status", status=302, headers=elsewhere)

    with pytest.raises(RejectedError):
        find(world, host)


def test_a_shared_id_with_a_quote_in_it_is_looked_for_as_it_is(world: MicrosoftWorld) -> None:
    times = {"start": at(9).isoformat(), "end": at(10).isoformat()}
    uid = f"it's@{world.domain}"
    host = world.add_account("host", events=[{**times, "ical_uid": uid}, times])

    copy = world.calendar(host).find_copy(
        mailbox=host.mailbox, ical_uid=uid, interval=between(9, 10)
    )

    assert copy is not None
    assert copy.ical_uid == uid


def test_an_account_that_did_not_grant_writing_is_rejected(world: MicrosoftWorld) -> None:
    host = world.add_account("host", scopes=["Calendars.Read"])

    with pytest.raises(RejectedError) as caught:
        create(world, host, a_draft())

    assert caught.value.vendor_code == "ErrorAccessDenied"
    assert find(world, host) is None


def test_an_event_that_its_owner_has_moved_to_another_calendar_is_still_found_by_its_id(
    world: MicrosoftWorld,
) -> None:
    host = world.add_host("host", further_calendars={"team": "UTC"})
    made = create(world, host, a_draft())
    with world.sandbox.world.lock:
        mailbox = world.sandbox.world.states["microsoft"].mailboxes[host.mailbox]
        mailbox.event(made.event_id).calendar_id = host.further["team"]

    found = world.calendar(host).get_event(
        mailbox=host.mailbox, calendar_id=host.calendar_id, event_id=made.event_id
    )

    assert found.event_id == made.event_id
    assert found.key == KEY


def test_an_entry_without_length_can_be_looked_at(world: MicrosoftWorld) -> None:
    host = world.add_account(
        "host", events=[{"start": at(9).isoformat(), "end": at(9).isoformat()}]
    )
    event_id = world.accounts[host.mailbox]["events"][0]

    found = world.calendar(host).get_event(
        mailbox=host.mailbox, calendar_id=host.calendar_id, event_id=event_id
    )

    assert found.interval.start == at(9)
    assert found.key == ""
    assert found.revision == 0
