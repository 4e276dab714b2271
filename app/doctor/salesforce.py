"""Whether Salesforce lets us in, is the org we think, and has what we need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.definitions import definition_faults
from app.definitions.org import org_faults, read_org
from app.doctor.configuration import Configuration
from app.doctor.report import Finding, Mark, aside, broken, good, said
from app.sealing import SealError
from app.vendors import Vendors
from booking_types.model import BookingType
from connectors.errors import ConnectorError, MissingError
from connectors.protocols import Crm, CrmObject

#: What the package brings; the connector writes these. A test holds them equal to the package.
PACKAGE_FIELDS: Mapping[str, frozenset[str]] = {
    "Booking__c": frozenset(
        {
            "Account__c",
            "Booked_By__c",
            "Booking_Type__c",
            "Case__c",
            "Contact__c",
            "End__c",
            "Event_Id__c",
            "External_Id__c",
            "Guest_Email__c",
            "Host__c",
            "Join_Url__c",
            "Lead__c",
            "Location__c",
            "Opportunity__c",
            "Record_Id__c",
            "Record_Object__c",
            "Revision__c",
            "Start__c",
            "Status__c",
            "Status_Text__c",
            "Subject__c",
        }
    ),
    "Event": frozenset({"Booking_Id__c"}),
}

#: So many of an org's certificates are accepted at once.
_MOST_CERTIFICATES = 2

_ASSIGN = "deploy the package, and assign Booking_Integration to the integration user"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmAnswers:
    """What Salesforce said.

    Attributes:
        findings: About the org itself.
        is_ours: It let us in and is the org we think; otherwise nothing else was asked.
        inactive: User ids of hosts who are not active users there.
        faults: Why a booking type does not fit the org, by the type's key.
    """

    findings: tuple[Finding, ...]
    is_ours: bool = False
    inactive: frozenset[str] = frozenset()
    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def ask(vendors: Vendors, configuration: Configuration) -> CrmAnswers:
    """Ask the org everything; the first thing that stands in the way ends it."""
    findings: list[Finding] = []
    try:
        crm = vendors.crm(configuration.org.org_id)
        login = _login(crm, configuration)
        findings.append(login)
        if login.mark is not Mark.GOOD:
            return CrmAnswers(findings=tuple(findings))
        findings += _package(crm)
        inactive = _inactive(crm, configuration)
        faults = {
            published.booking_type.key: tuple(_type_faults(crm, published.booking_type))
            for published, _ in configuration.types
        }
    except (ConnectorError, SealError) as error:
        advice = (
            "check the consumer key, the integration user, its permission sets and our"
            " certificate in the org; if Salesforce was just away, try again"
        )
        findings.append(broken("Salesforce", said(error), advice))
        return CrmAnswers(findings=tuple(findings))
    except KeyError as error:
        words = f"how to log in is not configured: {error.args[0]} is missing"
        return CrmAnswers(findings=(broken("Salesforce", words, "connect the org again"),))
    return CrmAnswers(
        findings=tuple(findings), is_ours=True, inactive=frozenset(inactive), faults=faults
    )


def _login(crm: Crm, configuration: Configuration) -> Finding:
    theirs = crm.check_organization()
    if theirs != configuration.org.salesforce_org_id:
        return broken(
            "Salesforce",
            f"lets us in, but this is another org ({theirs}): a refreshed sandbox?",
            "nothing is written to it before it is connected as an org of its own",
        )
    return good("Salesforce", "lets us in, and is the org we think")


def _package(crm: Crm) -> Iterator[Finding]:
    missing: list[str] = []
    closed: list[str] = []
    for object_name, names in sorted(PACKAGE_FIELDS.items()):
        try:
            known: CrmObject = crm.describe(object_name)
        except MissingError:
            missing.append(object_name)
            continue
        for name in sorted(names):
            if name not in known.fields:
                missing.append(f"{object_name}.{name}")
            elif not known.fields[name].is_updateable:
                closed.append(f"{object_name}.{name}")
    if missing:
        words = f"not there, or not visible to us: {', '.join(missing)}"
        yield broken("Booking package", words, _ASSIGN)
    if closed:
        words = f"we may not write {', '.join(closed)}"
        yield broken("Booking package", words, _ASSIGN)
    if not missing and not closed:
        yield good("Booking package", "is there, with all of its fields")


def _inactive(crm: Crm, configuration: Configuration) -> Iterable[str]:
    users = crm.users(configuration.hosts) if configuration.hosts else {}
    return [
        host_id
        for host_id in configuration.hosts
        if host_id not in users or not users[host_id].is_active
    ]


def _type_faults(crm: Crm, booking_type: BookingType) -> Iterator[str]:
    """What is wrong with a type in this org; rules may have become stricter since it was made."""
    found = definition_faults(booking_type) or org_faults(booking_type, read_org(crm, booking_type))
    yield from (f"{fault.path}: {fault.message}" for fault in found)


def certificate_findings(configuration: Configuration, *, now: datetime) -> Iterator[Finding]:
    """Whether the org's calls to us can be verified, now and later."""
    subject = "Certificates"
    valid = [
        row for row in configuration.certificates if row.retired_at is None or row.retired_at > now
    ]
    if not valid:
        advice = "register the certificate of the org's named credential"
        yield broken(subject, "none is in force: the org's calls are refused", advice)
        return
    names = ", ".join(row.kid for row in valid)
    if len(valid) > _MOST_CERTIFICATES:
        unheard = ", ".join(row.kid for row in valid[_MOST_CERTIFICATES:])
        words = f"only the newest two count, calls signed with {unheard} are refused"
        yield broken(subject, words, "retire the ones that are not used any more")
    elif all(row.retired_at is not None for row in valid):
        words = f"{names}: in force, but all of them end"
        yield aside(subject, words, "register the next one before that")
    else:
        yield good(subject, f"{names} in force")
