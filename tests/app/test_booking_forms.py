"""What is asked besides the time: the booking form, the guest's consent, and who may see what."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

import pytest

from app.api.bodies import Viewer, booking_body, offered_body
from app.bookings.questions import AvailabilityRequest, OfferedType
from app.callers import Caller
from booking_types.errors import (
    ConsentChangedError,
    ForbiddenError,
    InvalidRequestError,
    NotEligibleError,
)
from booking_types.filters import ClauseOutcome
from booking_types.intervals import Interval
from booking_types.model import (
    Clause,
    ConsentRule,
    FormField,
    FormFieldKind,
    HostRule,
    HostRuleKind,
    Operator,
    RecordFilter,
    RecordUpdate,
    WriteBack,
)
from tests.house import House, upcoming

TUESDAY_10 = upcoming(2, "10:00")
CONSENT = ConsentRule(text="May we record this call?")

SEATS = FormField(
    key="seats",
    label="Seats",
    kind=FormFieldKind.NUMBER,
    is_required=True,
    default_path="NumberOfEmployees",
    record_field="NumberOfEmployees",
)
WISH = FormField(key="wish", label="Wish", default_path="Company", is_in_event=False)
DEADLINE = FormField(key="deadline", label="Deadline", kind=FormFieldKind.DATE)
FORM = (SEATS, WISH, DEADLINE)


def only(clause: Clause) -> RecordFilter:
    return RecordFilter(clauses=(clause,))


def offered(house: House, record_id: str, caller: Caller | None = None) -> list[OfferedType]:
    answer = house.wiring.booking_service.offered(
        caller=caller or house.caller(), record_id=record_id
    )
    return list(answer.offered)


# --------------------------------------------------------------------------------- form


def test_a_form_begins_with_what_the_record_has(house: House) -> None:
    house.a_booking_type(hosts=[house.a_host("host")], form=FORM)
    lead = house.a_lead(NumberOfEmployees=250)

    (found,) = offered(house, lead)

    assert found.suggested == {"seats": 250, "wish": "Customer"}
    answer = house.wiring.booking_service.offered(caller=house.caller(), record_id=lead)
    (body,) = offered_body(answer, explains=False, shows_values=False)["offered"]
    assert [(field["key"], field.get("value")) for field in body["form"]] == [
        ("seats", 250),
        ("wish", "Customer"),
        ("deadline", None),
    ]
    assert "value" not in body["form"][2]


def test_answers_are_kept_shown_and_written_to_the_record(house: House) -> None:
    host, colleague = house.a_host("host"), house.a_user("colleague")
    kind = house.a_booking_type(
        hosts=[host],
        form=FORM,
        subject="{{ form.seats }} seats by {{ form.deadline | date }}",
        write_back=WriteBack(
            record_updates=(RecordUpdate(field="Description", value="{{ form.wish }}"),)
        ),
    )
    lead = house.a_lead(NumberOfEmployees=1)

    view = house.settle(
        house.book(
            lead,
            kind,
            TUESDAY_10,
            host=host,
            answers={"seats": 12, "deadline": "2027-03-01", "wish": " Two floors "},
        )
    )

    assert view.booking.answers == {"seats": 12, "wish": "Two floors", "deadline": "2027-03-01"}
    assert view.booking.subject == "12 seats by 1 March 2027"
    assert booking_body(view)["answers"] == [
        {"key": "seats", "label": "Seats", "value": 12},
        {"key": "wish", "label": "Wish", "value": "Two floors"},
        {"key": "deadline", "label": "Deadline", "value": "2027-03-01"},
    ]
    outsider = booking_body(view, viewer=Viewer(is_insider=False, is_admin=False))
    assert "answers" not in outsider
    assert house.soql("Lead", lead, "NumberOfEmployees", "Description") == {
        "NumberOfEmployees": 12,
        "Description": "Two floors",
    }
    assert colleague.user_id not in {row.host_id for row in view.hosts}


def test_guests_read_only_the_answers_that_are_made_for_them(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], form=FORM, description="About your project.")

    house.settle(
        house.book(
            house.a_lead(), kind, TUESDAY_10, host=host, answers={"seats": 12, "wish": "Secret"}
        )
    )

    (invitation,) = [
        mail for mail in house.control.mails(f"guest@customer.{house.domain}") if mail["invitation"]
    ]
    assert "Seats: 12" in str(invitation)
    assert "Secret" not in str(invitation)
    notice = house.control.mails(host.email)[-1]["text"]
    assert "Seats: 12\nWish: Secret" in notice


def test_what_was_not_answered_leaves_the_record_as_it_is(house: House) -> None:
    host = house.a_host("host")
    field = FormField(
        key="seats", label="Seats", kind=FormFieldKind.NUMBER, record_field="NumberOfEmployees"
    )
    kind = house.a_booking_type(hosts=[host], form=(field,))
    lead = house.a_lead(NumberOfEmployees=7)

    view = house.settle(house.book(lead, kind, TUESDAY_10, host=host))

    assert "record_update" not in {row.target for row in view.deliveries}
    assert house.soql("Lead", lead, "NumberOfEmployees") == {"NumberOfEmployees": 7}


@pytest.mark.parametrize(
    ("answers", "code", "field"),
    [
        ({}, "answer_required", "answers.seats"),
        ({"seats": "many"}, "answer_invalid", "answers.seats"),
        ({"seats": 5, "seat": 5}, "answer_unknown", "answers.seat"),
    ],
)
def test_a_form_that_is_filled_in_wrongly_books_nothing(
    house: House, answers: dict[str, Any], code: str, field: str
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], form=FORM)

    with pytest.raises(InvalidRequestError) as caught:
        house.book(house.a_lead(), kind, TUESDAY_10, host=host, answers=answers)

    assert (caught.value.code, caught.value.field) == (code, field)
    assert house.execute("select 1 from bookings") == []


def test_an_answer_longer_than_the_records_field_is_refused_before_anything_is_booked(
    house: House,
) -> None:
    host = house.a_host("host")
    field = FormField(key="city", label="City", kind=FormFieldKind.LONG_TEXT, record_field="city")
    kind = house.a_booking_type(hosts=[host], form=(field,))

    with pytest.raises(InvalidRequestError, match="“City” takes at most 255 characters") as caught:
        house.book(house.a_lead(), kind, TUESDAY_10, host=host, answers={"city": "x" * 300})

    assert (caught.value.code, caught.value.field) == ("answer_invalid", "answers.city")
    assert house.execute("select 1 from bookings") == []


def test_answers_that_change_the_record_need_the_right_to_edit_it(house: House) -> None:
    host, owner = house.a_host("host"), house.a_user("owner")
    lead = house.a_lead(OwnerId=owner.user_id, private=True, readers=[f"@{house.rep.email}"])
    field = FormField(
        key="seats", label="Seats", kind=FormFieldKind.NUMBER, record_field="NumberOfEmployees"
    )
    kind = house.a_booking_type(hosts=[host], form=(field,))

    with pytest.raises(ForbiddenError) as caught:
        house.book(lead, kind, TUESDAY_10, host=host, answers={"seats": 5})

    assert caught.value.code == "record_not_editable"
    # Without an answer nothing is changed.
    assert house.book(lead, kind, TUESDAY_10, host=host).booking.status == "scheduled"


# ------------------------------------------------------------------------------ consent


def test_a_sensitive_meeting_is_booked_only_with_the_guests_consent(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], consent=CONSENT)
    lead = house.a_lead()

    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, TUESDAY_10, host=host)
    assert (caught.value.code, caught.value.field) == ("consent_required", "consent")
    assert house.execute("select 1 from bookings") == []

    view = house.book(lead, kind, TUESDAY_10, host=host, has_consent=True)

    consent = view.booking.consent
    assert (consent["text"], consent["by"]) == (CONSENT.text, house.caller().actor)
    assert abs(datetime.fromisoformat(consent["at"]) - house.wiring.clock()) < timedelta(minutes=1)
    assert booking_body(view)["consent"]["text"] == CONSENT.text
    outsider = booking_body(view, viewer=Viewer(is_insider=False, is_admin=False))
    assert "consent" not in outsider


def test_consent_to_a_text_that_was_changed_meanwhile_is_no_consent(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host], consent=CONSENT)
    lead = house.a_lead()

    with pytest.raises(ConsentChangedError) as caught:
        house.book(
            lead, kind, TUESDAY_10, host=host, has_consent=True, consent_text="May we listen in?"
        )
    assert (caught.value.code, caught.value.field) == ("consent_changed", "consent")
    assert house.execute("select 1 from bookings") == []

    view = house.book(
        lead, kind, TUESDAY_10, host=host, has_consent=True, consent_text=f" {CONSENT.text}\n"
    )
    assert view.booking.consent["text"] == CONSENT.text


def test_of_a_type_that_asks_for_no_consent_none_is_kept(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])

    view = house.book(house.a_lead(), kind, TUESDAY_10, host=host, has_consent=True)

    assert view.booking.consent == {}
    assert "consent" not in booking_body(view)


# ---------------------------------------------------------------- what may not be seen


def test_what_field_level_security_hides_from_the_caller_is_not_suggested(house: House) -> None:
    house.a_booking_type(
        hosts=[house.a_host("host")],
        form=FORM,
        record_filter=only(
            Clause(field="NumberOfEmployees", operator=Operator.GREATER_THAN, value=10)
        ),
    )
    lead = house.a_lead(NumberOfEmployees=250)
    rep = house.a_user(
        "newcomer",
        permission_sets=["Booking_Organizer"],
        hidden_fields=["Lead.Email", "Lead.NumberOfEmployees"],
    )

    (found,) = offered(house, lead, house.caller(rep))
    (for_all,) = offered(house, lead)
    (for_automation,) = offered(house, lead, house.flow())

    # Hidden values still decide: the type is offered.
    assert (found.guest_email, found.suggested) == ("", {"wish": "Customer"})
    assert for_all.guest_email == for_automation.guest_email == f"guest@customer.{house.domain}"
    assert for_all.suggested["seats"] == for_automation.suggested["seats"] == 250


def test_why_a_type_is_refused_does_not_tell_what_the_caller_may_not_see(house: House) -> None:
    house.a_booking_type(
        hosts=[house.a_host("host")],
        record_filter=only(
            Clause(field="NumberOfEmployees", operator=Operator.GREATER_THAN, value=1000)
        ),
    )
    lead = house.a_lead(NumberOfEmployees=31337)
    small = house.a_lead(NumberOfEmployees=313)
    rep = house.a_user(
        "newcomer",
        permission_sets=["Booking_Organizer"],
        hidden_fields=["Lead.NumberOfEmployees"],
    )
    service = house.wiring.booking_service

    assert offered(house, lead, house.caller(rep))
    hidden = service.offered(caller=house.caller(rep), record_id=small).refused[0].refusal
    shown = service.offered(caller=house.caller(), record_id=small).refused[0].refusal

    assert "313" not in " ".join(hidden.sentences)
    assert (hidden.clauses[0].outcome, hidden.clauses[0].actual) == (ClauseOutcome.FAILED, None)
    assert "313" in " ".join(shown.sentences)


def test_a_guest_whom_the_caller_may_not_see_is_not_invited_behind_their_back(
    house: House,
) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(hosts=[host])
    rep = house.a_user(
        "newcomer", permission_sets=["Booking_Organizer"], hidden_fields=["Lead.Email"]
    )
    lead = house.a_lead()

    with pytest.raises(InvalidRequestError) as caught:
        house.book(lead, kind, TUESDAY_10, host=host, caller=rep)

    assert caught.value.code == "guest_required"
    view = house.book(lead, kind, TUESDAY_10, host=host, caller=rep, guests=["a@example.com"])
    assert [guest["email"] for guest in view.booking.guests] == ["a@example.com"]


# --------------------------------------------------------- running user, org, one read


def test_filters_may_name_the_running_user_and_the_org(house: House) -> None:
    house.seed_salesforce(organization={"Country": "NZ"})
    north = house.a_user("north", permission_sets=["Booking_Organizer"], Department="North")
    south = house.a_user("south", permission_sets=["Booking_Organizer"], Department="South")
    host = house.a_host("host")
    mine = only(Clause(field="OwnerId", operator=Operator.EQUALS, value="$User.Id"))
    house.a_booking_type(hosts=[host], name="Mine", record_filter=mine)
    house.a_booking_type(
        hosts=[host],
        name="North only",
        record_filter=only(
            Clause(field="$User.Department", operator=Operator.EQUALS, value="north")
        ),
    )
    here = only(Clause(field="$Organization.Country", operator=Operator.EQUALS, value="NZ"))
    house.a_booking_type(hosts=[host], name="Our country", record_filter=here)
    lead = house.a_lead(OwnerId=south.user_id)

    def names(caller: Caller) -> list[str]:
        return [each.booking_type.name for each in offered(house, lead, caller)]

    assert names(house.caller(north)) == ["North only", "Our country"]
    assert names(house.caller(south)) == ["Mine", "Our country"]
    assert names(house.flow()) == ["Our country"]
    refused = house.wiring.booking_service.offered(caller=house.flow(), record_id=lead).refused
    assert ["there is no running user" in each.refusal.sentences[0] for each in refused] == [
        True,
        True,
    ]


def test_a_booking_is_held_to_the_running_users_filter_too(house: House) -> None:
    host = house.a_host("host")
    kind = house.a_booking_type(
        hosts=[host],
        record_filter=only(Clause(field="OwnerId", operator=Operator.EQUALS, value="$User.Id")),
    )
    other = house.a_user("other", permission_sets=["Booking_Organizer"])
    lead = house.a_lead()

    assert house.book(lead, kind, TUESDAY_10, host=host).booking.status == "scheduled"
    with pytest.raises(NotEligibleError):
        house.book(lead, kind, upcoming(2, "11:00"), host=host, caller=other)


def lead_reads(house: House, lead: str, after: int) -> list[set[str]]:
    """The fields of each statement that read the record since then."""
    found = []
    for request in house.control.requests(after=after, vendor="salesforce"):
        said = f"{unquote_plus(request['path'])} {unquote_plus(request['body'])}"
        found += [
            set(fields.split(","))
            for fields, record_id in re.findall(r"SELECT (\S+) FROM Lead WHERE Id = '(\w+)'", said)
            if record_id == lead
        ]
    return found


@pytest.mark.parametrize("question", ["offer", "times", "booking"])
def test_all_of_a_question_is_answered_from_one_read_of_exactly_the_fields_it_needs(
    house: House, question: str
) -> None:
    host = house.a_host("host")
    kinds = [
        house.a_booking_type(
            hosts=[host],
            form=(WISH,),
            guest_time_zone_path="City",
            subject="{{ record.Title }}",
            host_rule=HostRule(kind=HostRuleKind.LOOKUP, lookup_paths=("OwnerId",)),
            record_filter=only(
                Clause(field="AnnualRevenue", operator=Operator.GREATER_THAN, value=number)
            ),
        )
        for number in (1, 2)
    ]
    lead = house.a_lead(AnnualRevenue=5, OwnerId=host.user_id)
    before = max((each["number"] for each in house.control.requests()), default=0)

    if question == "offer":
        assert len(offered(house, lead)) == 2
        fields = {"AnnualRevenue", "City", "Company", "Email", "Name"}
    elif question == "times":
        house.wiring.booking_service.availability(
            caller=house.caller(), request=asked(lead, kinds[0])
        )
        fields = {"AnnualRevenue", "OwnerId"}
    else:
        house.book(lead, kinds[0], TUESDAY_10)
        fields = {"AnnualRevenue", "Email", "Name", "OwnerId", "Title"}

    assert lead_reads(house, lead, before) == [{"Id", *fields}]


def asked(lead: str, kind: UUID) -> AvailabilityRequest:
    return AvailabilityRequest(
        record_id=lead,
        booking_type_id=kind,
        span=Interval(upcoming(2, "00:00"), upcoming(3, "00:00")),
    )
