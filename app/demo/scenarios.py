"""The handovers that the walkthrough performs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.demo import world


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A handover to perform.

    Attributes:
        title: What it shows.
        record_id: From which record.
        booking_type: Key of the type.
        host: Key of the worker the rep picks; nothing where the type decides.
        co_hosts: Keys of the workers who are added.
        guests: Addresses the rep types; empty for the record's own.
        place: Where, without a platform.
        answers: What is entered in the booking form.
        has_consent: The guest agrees to what the type asks for.
        record_fields: Fields of the record and what they must read afterwards; ``{date}`` and
            ``{host}`` are filled in, a callable gets the booking.
    """

    title: str
    record_id: str
    booking_type: str
    host: str | None = None
    co_hosts: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    place: str = ""
    answers: Mapping[str, str | int | bool] = field(default_factory=dict)
    has_consent: bool = False
    record_fields: Mapping[str, str] = field(default_factory=dict)


SCENARIOS: Mapping[str, Scenario] = {
    "lead": Scenario(
        title="A Lead, with Google Calendar and Meet",
        record_id=world.LEAD_ID,
        booking_type="discovery-call",
        host="executive.berlin",
        record_fields={
            "Status": "Working - Contacted",
            "Description": "Discovery call on {date} with {host}",
            "OwnerId": "{host_id}",
        },
    ),
    "contact": Scenario(
        title="A Contact, with Outlook and Teams; the host is the account's owner",
        record_id=world.CONTACT_ID,
        booking_type="product-demo",
        record_fields={"Description": "Product demo on {date}"},
    ),
    "opportunity": Scenario(
        title="An Opportunity, with Zoom and two co-hosts across vendors and time zones",
        record_id=world.OPPORTUNITY_ID,
        booking_type="technical-deep-dive",
        host="engineer.london",
        co_hosts=("executive.berlin", "executive.newyork"),
        guests=(f"buyer@{world.CUSTOMER_DOMAIN}", f"architect@{world.CUSTOMER_DOMAIN}"),
        record_fields={"Description": "Deep dive on {date}"},
    ),
    "workshop": Scenario(
        title="An Opportunity with a panel and a form: a solution engineer, whoever is free",
        record_id=world.NEGOTIATION_ID,
        booking_type="security-workshop",
        host="executive.berlin",
        guests=(f"security@{world.CUSTOMER_DOMAIN}",),
        answers={
            "topic": "Sign-on",
            "attendees": 4,
            "next_step": "Send the questionnaire",
            "agreement": True,
        },
        record_fields={"NextStep": "Send the questionnaire"},
    ),
    "briefing": Scenario(
        title="A Lead of a partner: always the same host, who is recorded with the guest's consent",
        record_id=world.PARTNER_LEAD_ID,
        booking_type="executive-briefing",
        has_consent=True,
    ),
    "project": Scenario(
        title="A custom object, time first: the host is whoever is free",
        record_id=world.PROJECT_ID,
        booking_type="kick-off",
        record_fields={"Stage__c": "Kick-off booked", "Kick_Off__c": "{start}"},
    ),
    "case": Scenario(
        title="A Case, without a platform",
        record_id=world.CASE_ID,
        booking_type="support-call-back",
        host="support.lisbon",
        place="+1 555 0100",
        record_fields={"Status": "Working"},
    ),
}
