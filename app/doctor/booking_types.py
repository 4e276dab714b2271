"""Whether every published booking type can be booked at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.bookings.busy import PersonBusy
from app.bookings.choices import host_choice, host_times
from app.doctor.configuration import Configuration
from app.doctor.report import Finding, Mark, aside, broken, good
from app.doctor.salesforce import CrmAnswers
from app.holidays import calendar_fault
from app.storage.booking_types import Member
from app.storage.tables import HostRow
from app.vendors import CALENDAR_VENDORS
from booking_types.intervals import Interval
from booking_types.model import BookingType, HostRuleKind, PanelRole

#: Whether somebody can be booked at all is the same whenever it is.
_ANY_SPAN = timedelta(hours=1)


def type_findings(
    configuration: Configuration,
    *,
    unread: Mapping[UUID, str],
    answers: CrmAnswers,
    now: datetime,
) -> Iterator[Finding]:
    """One line for each published type, and one for each thing that is wrong with it.

    Args:
        configuration: The org's.
        unread: Why a connection could not be read, by its id; empty where it could.
        answers: What Salesforce said.
        now: When that was.
    """
    if not configuration.types:
        yield aside("Booking types", "none is published")
    for published, members in configuration.types:
        booking_type = published.booking_type
        subject = f"Booking type {booking_type.name}"
        faults = answers.faults.get(booking_type.key, ())
        if faults:
            advice = "correct the type, or give the integration user those fields"
            yield broken(subject, f"does not fit the org: {'; '.join(faults)}", advice)
        people = {
            member.host_id: _why_not(booking_type, member, configuration, unread, answers, now)
            for member in members
        }
        findings = [
            _host_finding(subject, booking_type, _of_role(members, "", configuration), people),
            *(
                finding
                for role in booking_type.panel_roles
                for finding in _role_findings(
                    subject, role, _of_role(members, role.key, configuration), people
                )
            ),
        ]
        yield from (each for each in findings if each.mark is Mark.BROKEN or not faults)


def host_findings(configuration: Configuration) -> Iterator[Finding]:
    """Whether the holidays of every host are known."""
    for host in configuration.hosts.values():
        if host.holiday_calendar and (words := calendar_fault(host.holiday_calendar)):
            advice = "until it is corrected, nobody can be shown this host's times"
            yield broken(f"Host {host.name}", words, advice)


def _of_role(members: Sequence[Member], role: str, configuration: Configuration) -> list[HostRow]:
    return [configuration.hosts[each.host_id] for each in members if each.role == role]


def _role_findings(
    subject: str, role: PanelRole, people: list[HostRow], why_not: Mapping[str, str]
) -> Iterator[Finding]:
    """Something is said of a role only where nobody can take it: then no time is offered."""
    if not people:
        words = f"nobody takes the role {role.name}, so no time is offered"
        yield broken(subject, words, "give the role its people")
    elif all(why_not[each.host_id] for each in people):
        reasons = "; ".join(f"{each.name}: {why_not[each.host_id]}" for each in people)
        words = f"nobody can take the role {role.name} ({reasons})"
        yield broken(subject, words, "repair their connections, or give the role other people")


def _why_not(
    booking_type: BookingType,
    member: Member,
    configuration: Configuration,
    unread: Mapping[UUID, str],
    answers: CrmAnswers,
    now: datetime,
) -> str:
    """Why nobody can book this host with this type; empty when somebody can.

    It is what an organizer would be told, and that Salesforce would not take their meetings.
    """
    host = configuration.hosts[member.host_id]
    if host.host_id in answers.inactive:
        return "is no active user in Salesforce"
    connections = configuration.connections_of(host.host_id)
    reasons = [
        unread[row.connection_id]
        for row in connections
        if row.vendor in CALENDAR_VENDORS and unread.get(row.connection_id)
    ]
    read = PersonBusy(
        busy=(),
        as_of=now,
        unavailable_code="calendar_unreadable" if reasons else "",
        unavailable="the calendar cannot be read" if reasons else "",
    )
    times = host_times(
        booking_type=booking_type,
        host=host,
        member=member,
        connections=connections,
        read=read,
        taken=(),
        meetings=(),
        span=Interval(now, now + _ANY_SPAN),
    )
    return host_choice(
        booking_type=booking_type,
        host=host,
        connections=connections,
        times=times,
        is_co_host=bool(member.role),
    ).unavailable


def _host_finding(
    subject: str, booking_type: BookingType, hosts: list[HostRow], why_not: Mapping[str, str]
) -> Finding:
    kind = booking_type.host_rule.kind
    if not hosts and kind is HostRuleKind.LOOKUP:
        return good(subject, "the record says who the host is")
    if not hosts:
        return broken(subject, "has no hosts", "add hosts to it")
    if kind is HostRuleKind.FIXED:
        hosts = hosts[:1]
    reasons = "; ".join(
        f"{host.name}: {why_not[host.host_id]}" for host in hosts if why_not[host.host_id]
    )
    unavailable = sum(bool(why_not[host.host_id]) for host in hosts)
    if unavailable == len(hosts):
        words = f"none of its {len(hosts)} hosts can be booked ({reasons})"
        return broken(subject, words, "repair their connections, or add other hosts")
    words = f"{len(hosts) - unavailable} of {len(hosts)} hosts can be booked"
    return good(subject, f"{words} ({reasons})" if reasons else words)
