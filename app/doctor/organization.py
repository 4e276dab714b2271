"""One org: everything that is asked for it is asked side by side, then told in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

from app.doctor import salesforce
from app.doctor.booking_types import host_findings, type_findings
from app.doctor.configuration import Configuration, read_configuration
from app.doctor.deliveries import delivery_findings
from app.doctor.report import Finding, Report, aside, broken, good, said
from app.sealing import SealError
from app.storage.tables import Connection, OrgAccount
from app.vendors import CALENDAR_VENDORS
from app.wiring import Wiring
from booking_types.bits import FINE
from booking_types.intervals import Interval
from booking_types.model import Platform
from connectors.errors import ConnectorError, MissingError, RejectedError
from connectors.protocols import BusyQuery, Calendar, Vendor

#: How much of each calendar is read.
_NEXT_HOUR = timedelta(hours=1)

_NAMES = {
    Vendor.GOOGLE: "Google",
    Vendor.MICROSOFT: "Microsoft",
    Vendor.ZOOM: "Zoom",
}

#: What the org's account is called at each vendor.
_ACCOUNTS = {
    Vendor.GOOGLE: "Google delegation",
    Vendor.MICROSOFT: "Microsoft application",
    Vendor.ZOOM: "Zoom account",
}

#: What a check of one connection or account found: nothing when it is well, else why not.
Problem = str


class OrganizationExam:
    """Examines one org.

    Args:
        wiring: To reach everything.
        org_id: Which org.
        report: Where findings go.
        executor: Where calls run side by side.
    """

    def __init__(
        self, *, wiring: Wiring, org_id: UUID, report: Report, executor: ThreadPoolExecutor
    ) -> None:
        self._wiring = wiring
        self._org_id = org_id
        self._report = report
        self._executor = executor

    def perform(self) -> None:
        """Examine it."""
        configuration = read_configuration(self._wiring.database, self._org_id)
        org = configuration.org
        self._report.section(f"Organisation {org.name} ({org.salesforce_org_id})")
        crm = self._executor.submit(salesforce.ask, self._wiring.vendors, configuration)
        accounts = {
            Vendor(account.vendor): self._executor.submit(self._try, account, configuration)
            for account in configuration.accounts
        }
        batches = [
            (rows, self._executor.submit(self._read, rows, configuration))
            for rows in self._batches(configuration)
        ]
        self._report.wait_for(
            "Asking Salesforce, calendars and Zoom",
            [crm, *accounts.values(), *(future for _, future in batches)],
        )
        read: dict[UUID, Problem] = {}
        for _, future in batches:
            read |= future.result()
        answers = crm.result()
        report, now = self._report, self._wiring.clock()
        report.add(*answers.findings, *salesforce.certificate_findings(configuration, now=now))
        report.add(*_account_findings(configuration, accounts))
        report.add(*_connection_findings(configuration, read))
        report.add(*host_findings(configuration))
        report.add(*type_findings(configuration, unread=read, answers=answers, now=now))
        report.add(*delivery_findings(self._wiring.database, self._org_id, now=now))

    # ------------------------------------------------------------------------- accounts

    def _try(self, account: OrgAccount, configuration: Configuration) -> Problem | None:
        """Log in with the org's account; nothing when there is nobody to ask about.

        Returns:
            Empty when it works; nothing when it could not be tried.
        """
        vendor = Vendor(account.vendor)
        mailbox = _mailbox_to_try(account, configuration)
        if mailbox is None:
            return None
        if vendor is Vendor.ZOOM:
            return self._zoom_problem(mailbox, is_account=True)
        # As the organisation's connections are read; this one is never stored.
        row = Connection(org_id=self._org_id, vendor=account.vendor, kind="organization")
        row.mailbox, row.busy_calendar_ids = mailbox, []
        found = self._calendar_problems([row], configuration)
        # That this one mailbox cannot be read says nothing against the account.
        return "" if isinstance(found, list) else found

    # ---------------------------------------------------------------------- connections

    def _batches(self, configuration: Configuration) -> Iterable[list[Connection]]:
        """Connections that are asked for together: one account's calendars in one call."""
        shared: dict[Vendor, list[Connection]] = {}
        for row in configuration.connections:
            vendor = Vendor(row.vendor)
            if row.status != "active":
                continue
            if vendor in CALENDAR_VENDORS and row.kind == "organization":
                shared.setdefault(vendor, []).append(row)
            else:
                yield [row]
        yield from shared.values()

    def _read(self, rows: list[Connection], configuration: Configuration) -> dict[UUID, Problem]:
        """What is wrong with each of the connections; empty where nothing is."""
        if rows[0].vendor == Vendor.ZOOM:
            return {row.connection_id: self._zoom_problem(row.mailbox) for row in rows}
        found = self._calendar_problems(rows, configuration)
        if isinstance(found, str):
            return {row.connection_id: found for row in rows}
        return {row.connection_id: each for row, each in zip(rows, found, strict=True)}

    def _calendar_problems(
        self, rows: list[Connection], configuration: Configuration
    ) -> list[Problem] | Problem:
        """What is wrong with each calendar, or with all of them together."""
        vendors = self._wiring.vendors
        try:
            calendar = vendors.calendar(rows[0])
            policy = vendors.busy_policy(configuration.org)
        except (ConnectorError, SealError) as error:
            return said(error)
        except (KeyError, ValueError):
            return "the account is set up incompletely"
        start = self._wiring.clock()
        span = Interval(start, start + _NEXT_HOUR)
        problems: list[Problem] = []
        for batch in _slices(rows, calendar):
            queries = [
                BusyQuery(mailbox=row.mailbox, calendar_ids=tuple(row.busy_calendar_ids))
                for row in batch
            ]
            try:
                times = calendar.busy(queries, span=span, policy=policy, unit=FINE)
            except (ConnectorError, SealError) as error:
                return said(error)
            problems += [each.unreadable for each in times]
        return problems

    def _zoom_problem(self, mailbox: str, *, is_account: bool = False) -> Problem:
        try:
            zoom = self._wiring.vendors.conferencing(self._org_id, Platform.ZOOM)
            # No meeting has this key: what counts is that the list can be read.
            zoom.find_conference(account=mailbox, key=uuid4().hex)
        except (MissingError, RejectedError) as error:
            # That Zoom knows no such user is an answer to somebody who was let in.
            return "" if is_account and error.status is not None else said(error)
        except (ConnectorError, SealError) as error:
            return said(error)
        except (KeyError, ValueError):
            return "the account is set up incompletely"
        return ""


def _slices(rows: list[Connection], calendar: Calendar) -> Iterable[list[Connection]]:
    size = calendar.busy_batch_size
    return (rows[first : first + size] for first in range(0, len(rows), size))


def _mailbox_to_try(account: OrgAccount, configuration: Configuration) -> str | None:
    through = (
        row.mailbox
        for row in configuration.connections
        if row.vendor == account.vendor and row.kind == "organization"
    )
    own: str | None = account.details.get("reader_mailbox")
    anybody = next((host.email for host in configuration.hosts.values()), None)
    return next(through, None) or own or anybody


def _account_findings(
    configuration: Configuration, accounts: Mapping[Vendor, Future[Problem | None]]
) -> Iterable[Finding]:
    for vendor, name in _ACCOUNTS.items():
        if vendor not in accounts:
            yield aside(name, "not set up for the whole organisation")
            continue
        problem = accounts[vendor].result()
        if problem is None:
            yield aside(name, "set up; there is no host yet to try it with")
        elif problem:
            advice = f"check what was set up for us at {_NAMES[vendor]}, and its secret"
            yield broken(name, problem, advice)
        else:
            used = sum(
                row.vendor == vendor and row.kind == "organization"
                for row in configuration.connections
            )
            yield good(name, f"lets us in; {used} connection{'' if used == 1 else 's'} through it")


def _connection_findings(
    configuration: Configuration, read: Mapping[UUID, Problem]
) -> Iterable[Finding]:
    if not configuration.connections:
        yield aside("Connections", "no host has connected anything yet")
    for row in configuration.connections:
        host = configuration.hosts[row.host_id]
        vendor = Vendor(row.vendor)
        subject = f"{host.name}, {_NAMES[vendor]}"
        again = f"ask {host.name} to connect {_NAMES[vendor]} again"
        if row.kind == "organization":
            again = f"check this mailbox and the organisation's {_ACCOUNTS[vendor]}"
        problem = read.get(row.connection_id)
        if problem is None:
            reason = row.broken_reason or "the vendor does not accept it any more"
            yield broken(subject, f"the connection is broken: {reason}", again)
        elif problem:
            yield broken(subject, f"cannot be read: {problem}", again)
        elif vendor is Vendor.ZOOM:
            yield good(subject, "meetings can be read")
        elif row.write_calendar_id:
            yield good(subject, "can be read, and bookings are written to it")
        else:
            yield good(subject, "can be read; bookings are not written to it")
