"""A booking as it is answered: how far it has come, in words, and who sees what of it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from app.api.bodies import booking_body
from app.api.wording import Progress, target_detail, target_title
from app.callers import Role
from app.deliveries.targets import Target
from app.storage.tables import DELIVERY_STATES, Delivery
from booking_types.model import Platform
from tests.app.door import (
    BOOKING_ID,
    START,
    USER_ID,
    DoorWiring,
    bearer,
    booking_view,
    client_of,
    delivery,
    wish,
)

AT = datetime(2027, 3, 5, 15, 33, 20, tzinfo=UTC)
CODES = (
    "", "reconnect_required", "mail_unknown", "template_wrong", "refused", "internal_error",
    "not_yet", "outcome_unknown", "unreachable", "rate_limited", "daily_limit", "waits_for_conference",
    "waits_for_calendar_event", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "INVALID_EMAIL_ADDRESS",
    "UNABLE_TO_LOCK_ROW", "REQUEST_LIMIT_EXCEEDED", "3161", "{0}",
)  # fmt: skip


# --------------------------------------------------------------------------- in words


@pytest.mark.parametrize(
    ("target", "state", "code"), list(itertools.product(Target, DELIVERY_STATES, CODES))
)
def test_every_target_in_every_state_is_said_in_sentences(
    target: Target, state: str, code: str
) -> None:
    title = target_title(target.value, platform=Platform.ZOOM, person="Host Two")
    details = [
        target_detail(
            Progress(
                target=target,
                platform=platform,
                person="Host Two",
                state=state,
                is_done=state == "done",
                code=code,
                reason=reason,
                next_attempt_at=at,
                late=late,
                stuck=late,
            )
        )
        for platform in Platform
        for reason in ("", "refused: {XY}")
        for at in (None, AT)
        for late in ((), tuple(Target))
    ]

    assert title[0].isupper()
    for words in details:
        assert words[0].isupper()
        assert words.endswith(".")
        assert ".." not in words
        assert "{" not in words
        assert "_" not in words
        assert words.startswith("Needs a person: ") is (state == "needs_attention")


def target_of(target: str, *others: Delivery, platform: str = "zoom", **said: Any) -> Any:
    subject_id = said.pop("subject_id", "")
    row = delivery(target, subject_id=subject_id, **said)
    body = booking_body(booking_view(deliveries=(row, *others), revision=2, platform=platform))
    return body["targets"][0]


@pytest.mark.parametrize(
    ("said", "detail", "is_done"),
    [
        ({"state": "pending"}, "On its way.", False),
        ({"state": "waiting"}, "Waits for the calendar event.", False),
        ({"state": "done", "delivered_revision": 2}, "Ready.", True),
        ({"state": "done", "delivered_revision": 1}, "An update is on its way.", False),
        ({"state": "retrying"}, "Not done yet; we keep trying.", False),
    ],
)
def test_progress_is_told_as_it_is(said: dict[str, Any], detail: str, *, is_done: bool) -> None:
    found = target_of("conference", **said)

    assert (found["detail"], found["is_done"]) == (detail, is_done)
    assert found["title"] == "Zoom meeting"
    assert found["needs_attention"] is False


@pytest.mark.parametrize(
    ("target", "platform", "code", "reason", "detail"),
    [
        (
            "conference",
            "google_meet",
            "unreachable",
            "answered 503",
            "Google does not answer at the moment; we keep trying.",
        ),
        (
            "conference",
            "zoom",
            "rate_limited",
            "asked to slow down",
            "Zoom asked us to slow down; next try at 15:33 UTC.",
        ),
        (
            "crm_booking",
            "zoom",
            "daily_limit",
            "the day's calls are used up",
            (
                "Salesforce's limit of the day is used up; it may take an hour or more; "
                "next try at 15:33 UTC."
            ),
        ),
        (
            "record_update",
            "zoom",
            "UNABLE_TO_LOCK_ROW",
            "refused for now: UNABLE_TO_LOCK_ROW",
            "Salesforce is just saving another change of the record; we keep trying.",
        ),
        (
            "calendar_event",
            "zoom",
            "outcome_unknown",
            "no answer after the request was sent",
            "The host's calendar did not confirm; we look whether it happened and go on.",
        ),
        (
            "notice",
            "zoom",
            "unreachable",
            "cannot be reached",
            "The mail server does not answer at the moment; we keep trying.",
        ),
        (
            "conference",
            "microsoft_teams",
            "not_yet",
            "the platform is still making the link",
            "The platform is still making the link; we keep looking.",
        ),
    ],
)
def test_what_is_tried_again_says_who_keeps_us_waiting_and_what_is_next(
    target: str, platform: str, code: str, reason: str, detail: str
) -> None:
    found = target_of(
        target,
        platform=platform,
        state="retrying",
        error_code=code,
        error_message=reason,
        next_attempt_at=AT,
    )

    assert found["detail"] == detail


@pytest.mark.parametrize(
    ("target", "code", "reason", "detail"),
    [
        (
            "calendar_event",
            "reconnect_required",
            "google has to be connected again",
            "Needs a person: Google no longer lets us in — it has to be connected again.",
        ),
        (
            "invitation",
            "mail_unknown",
            "nobody knows whether this mail was sent; look before sending it again",
            (
                "Needs a person: nobody knows whether this mail was sent — "
                "ask the guest before it is sent again."
            ),
        ),
        (
            "crm_booking",
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "refused: FIELD_CUSTOM_VALIDATION_EXCEPTION",
            (
                "Needs a person: a validation rule in Salesforce does not let it pass — a Booking "
                "Admin sees Salesforce's own words; correct the record and have it started again."
            ),
        ),
        (
            "conference",
            "3161",
            "refused with 400",
            "Needs a person: Zoom refused it — a Booking Admin has to look at it.",
        ),
        (
            "conference",
            "refused",
            "the host is not connected",
            "Needs a person: the host is not connected — the host has to connect Zoom.",
        ),
        (
            "notice",
            "waits_for_conference",
            "what it waits for needs a person first",
            (
                "Needs a person: it waits for the meeting's link, which is not coming by itself — "
                "what is wrong with the meeting has to be mended first."
            ),
        ),
    ],
)
def test_what_needs_a_person_says_why_and_what_to_do(
    target: str, code: str, reason: str, detail: str
) -> None:
    found = target_of(target, state="needs_attention", error_code=code, error_message=reason)

    assert found["detail"] == detail
    assert found["needs_attention"] is True


def test_a_late_link_says_that_it_is_still_worked_on() -> None:
    found = target_of(
        "conference",
        state="needs_attention",
        error_code="unreachable",
        error_message="answered 503",
        next_attempt_at=AT,
    )

    assert found["detail"].endswith("We keep trying; next at 15:33 UTC.")


@pytest.mark.parametrize(
    ("next_attempt_at", "detail"),
    [
        (
            None,
            (
                "The meeting's link is not coming by itself; somebody has to act on it. "
                "The invitation goes out without a link at 15:33 UTC."
            ),
        ),
        (
            AT,
            (
                "The meeting's link is late; somebody has to look at it. "
                "The invitation goes out without a link at 15:33 UTC."
            ),
        ),
    ],
    ids=["given up", "still tried"],
)
def test_who_waits_for_a_link_that_needs_a_person_says_when_it_goes_without(
    next_attempt_at: datetime | None, detail: str
) -> None:
    conference = delivery("conference", state="needs_attention", next_attempt_at=next_attempt_at)
    waiting: dict[str, Any] = {
        "state": "waiting",
        "error_code": "waits_for_conference",
        "next_attempt_at": AT,
    }

    assert target_of("calendar_event", conference, **waiting)["detail"] == detail
    fine = target_of("calendar_event", delivery("conference"), **waiting)
    assert fine["detail"] == "Waits for the meeting's link."


# ------------------------------------------------------------------------ who sees what

SECRETS = ("https://zoom.example/j/1", "Wants a discount", "guest@example.com", "98765432100")
ACCOUNTS = ("mailbox@example.com", "connection-1", "<message-1>")


def seen_by(roles: frozenset[Role], *, host_id: str, booked_by: str, path: str = "") -> Any:
    """What user ``USER_ID`` reads of a booking."""
    other = "005Hp00000KlMnOIAV"
    wiring = DoorWiring()
    wiring.roles.roles = roles
    view = booking_view(
        join_url=SECRETS[0],
        notes=SECRETS[1],
        booked_by={"kind": "user", "id": booked_by},
        host_id=host_id,
        deliveries=(
            delivery(
                "conference",
                state="done",
                delivered_revision=1,
                external={"conference_id": SECRETS[3], "mailbox": ACCOUNTS[0]},
            ),
            delivery(
                "calendar_event",
                external={"connection_id": ACCOUNTS[1], "calendar_id": "primary", "web_url": "u"},
            ),
            delivery("notice", subject_id=other, external={"message_id": ACCOUNTS[2]}),
            delivery(
                "record_update",
                state="needs_attention",
                vendor_message="Fill in the budget first.",
                external={"fields": ["OwnerId", "Status"], "crm_event_id": "00U"},
            ),
        ),
    )
    view.hosts[0].host_id = host_id
    view.hosts[1].host_id = other
    wiring.booking_service.view = view
    answer = client_of(wiring).get(path or f"/v1/bookings/{BOOKING_ID}", headers=bearer())
    assert answer.status_code == 200
    return answer.get_json()


OTHER = "005Hp00000PqRsTIAV"


@pytest.mark.parametrize(
    ("role", "host_id", "booked_by"),
    [
        (Role.ORGANIZER, OTHER, USER_ID),
        (Role.HOST, USER_ID, OTHER),
        (Role.ADMIN, OTHER, OTHER),
    ],
    ids=["who booked", "host", "admin"],
)
def test_who_attends_booked_or_looks_after_a_booking_sees_how_to_join(
    role: Role, host_id: str, booked_by: str
) -> None:
    said = seen_by(frozenset({role}), host_id=host_id, booked_by=booked_by)

    assert said["join_url"] == SECRETS[0]
    assert said["notes"] == SECRETS[1]
    assert said["guests"][0]["email"] == SECRETS[2]
    assert said["targets"][0]["external"]["conference_id"] == SECRETS[3]
    assert said["targets"][1]["external"]["web_url"] == "u"


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.HOST])
@pytest.mark.parametrize("path", ["", "/v1/bookings/by-key/k", "/v1/bookings"])
def test_who_merely_can_read_the_record_sees_a_booking_but_not_how_to_join(
    role: Role, path: str
) -> None:
    said = seen_by(frozenset({role}), host_id=OTHER, booked_by=OTHER, path=path)

    for secret in (*SECRETS, *ACCOUNTS):
        assert secret not in str(said)
    said = said.get("bookings", [said])[0]
    assert said["guests"] == [{"name": "Guest One"}]
    assert said["subject"] == "Meeting with Host One"
    assert said["targets"][3]["external"] == {"fields": "OwnerId, Status", "crm_event_id": "00U"}


@pytest.mark.parametrize("role", Role)
def test_accounts_and_vendors_words_are_for_admins(role: Role) -> None:
    said = seen_by(frozenset({role}), host_id=USER_ID, booked_by=USER_ID)

    is_admin = role is Role.ADMIN
    for secret in ACCOUNTS:
        assert (secret in str(said)) is is_admin
    assert ("vendor_message" in said["targets"][3]) is is_admin
    assert ("Fill in the budget first." in str(said)) is is_admin
    assert said["targets"][3]["external"]["fields"] == "OwnerId, Status"


def test_an_admin_who_books_is_answered_as_anybody_so_that_it_can_be_repeated() -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset(Role)
    wiring.booking_service.view = booking_view(
        deliveries=(delivery("crm_booking", vendor_message="Fill in the budget first."),)
    )

    answer = client_of(wiring).post("/v1/bookings", json=wish(), headers=bearer())

    assert answer.status_code == 201
    assert "vendor_message" not in answer.get_data(as_text=True)


def test_what_a_vendor_said_is_not_for_organizers() -> None:
    body = booking_body(
        booking_view(
            deliveries=(
                delivery("conference", state="needs_attention", vendor_message="secret words"),
            )
        )
    )

    assert "secret words" not in str(body)


def test_a_booking_is_settled_when_every_target_shows_it_as_it_is() -> None:
    done = delivery("crm_booking", state="done", delivered_revision=1)
    open_one = delivery("conference", state="needs_attention")

    settled = booking_body(booking_view(deliveries=(done,)))
    unsettled = booking_body(booking_view(deliveries=(done, open_one)))

    assert settled["is_settled"] is True
    assert unsettled["is_settled"] is False


def test_a_link_is_there_once_it_is_known() -> None:
    assert "join_url" not in booking_body(booking_view())
    link = "https://zoom.example/j/1"
    assert booking_body(booking_view(join_url=link))["join_url"] == link


def test_b048_a_foreign_domain_is_shown_with_its_punycode() -> None:
    body = booking_body(booking_view(guest="gast@xn--bcher-kva.example"))

    assert body["guests"][0]["email"] == "gast@xn--bcher-kva.example"
    assert body["guests"][0]["shown_email"] == "gast@bücher.example (xn--bcher-kva.example)"


def test_instants_are_answered_in_utc_whatever_zone_the_database_speaks() -> None:
    elsewhere = START.astimezone(timezone(timedelta(hours=2)))

    body = booking_body(booking_view(start_at=elsewhere))

    assert body["start_at"] == "2027-03-09T14:30:00Z"
