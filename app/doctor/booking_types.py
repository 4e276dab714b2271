"""Whether every published booking type can be booked at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from app.bookings.busy import PersonBusy
from app.bookings.choices import host_choice, host_times
from app.doctor.configuration import Configuration
from app.doctor.report import Finding, Mark, aside, broken, good
from app.doctor.salesforce import CrmAnswers
from app.storage.tables import HostRow
from app.vendors import CALENDAR_VENDORS
from booking_types.intervals import Interval
from booking_types.model import BookingType, HostRuleKind


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
            advice = "correct the names in the type, or give the integration user those fields"
            yield broken(subject, f"what it names is not there: {'; '.join(faults)}", advice)
        hosts = [configuration.hosts[host_id] for host_id in members]
        why_not = {
            host.name: words
            for host in hosts
            if (words := _why_not(booking_type, host, configuration, unread, answers, now))
        }
        finding = _host_finding(subject, booking_type, hosts, why_not)
        if finding.mark is Mark.BROKEN or not faults:
            yield finding


def _why_not(
    booking_type: BookingType,
    host: HostRow,
    configuration: Configuration,
    unread: Mapping[UUID, str],
    answers: CrmAnswers,
    now: datetime,
) -> str:
    """Why nobody can book this host with this type; empty when somebody can.

    It is what an organizer would be told, and that Salesforce would not take their meetings.
    """
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
        member=None,
        connections=connections,
        read=read,
        taken=(),
        meetings=(),
        span=Interval(now, now),
    )
    return host_choice(
        booking_type=booking_type, host=host, connections=connections, times=times
    ).unavailable


def _host_finding(
    subject: str, booking_type: BookingType, hosts: list[HostRow], why_not: Mapping[str, str]
) -> Finding:
    is_lookup = booking_type.host_rule.kind is HostRuleKind.LOOKUP
    if not hosts and is_lookup:
        return good(subject, "the record says who the host is")
    if not hosts:
        return broken(subject, "has no hosts", "add hosts to it")
    reasons = "; ".join(f"{name}: {words}" for name, words in why_not.items())
    if len(why_not) == len(hosts):
        words = f"none of its {len(hosts)} hosts can be booked ({reasons})"
        return broken(subject, words, "repair their connections, or add other hosts")
    words = f"{len(hosts) - len(why_not)} of {len(hosts)} hosts can be booked"
    return good(subject, f"{words} ({reasons})" if reasons else words)
