"""``handover doctor``: what is configured, what can be reached, what is broken, and what to do.

* ``report``: findings, and how they are shown.
* ``environment``: settings, time zones, the mail server.
* ``database``: PostgreSQL, its tables and its role; workers and their jobs.
* ``organization``: one org: Salesforce, its package, accounts, connections, booking types.

It reads and logs in, and writes nothing but what logging in leaves: a renewed token, and the
mark of a connection that a vendor does not accept any more. It never shows a token, an address
of a guest, or anything else that people typed for a booking.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from app.doctor import database, environment
from app.doctor.organization import OrganizationExam
from app.doctor.report import Report
from app.settings import DEMO_ENVIRONMENT, Settings
from app.wiring import Wiring

#: Calls that run side by side; each may need one of the process's ten database connections.
_THREADS = 8


def examine(
    *,
    console: Console,
    environ: Mapping[str, str] | None = None,
    demo_environment: Path = DEMO_ENVIRONMENT,
) -> bool:
    """Examine this deployment, or the demo that runs on this machine where nothing is set.

    Args:
        console: Where findings and progress are shown.
        environ: The environment; the process's own by default.
        demo_environment: Where a running demo leaves its settings.

    Returns:
        Whether nothing is broken.
    """
    report = Report(console)
    settings = environment.settings(
        report,
        environ=os.environ if environ is None else environ,
        demo_environment=demo_environment,
    )
    if settings is not None:
        with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="doctor") as executor:
            _examine_deployment(report, settings, executor)
    report.close()
    return report.is_well


def _examine_deployment(report: Report, settings: Settings, executor: ThreadPoolExecutor) -> None:
    wiring = database.wired(report, settings)
    if wiring is None:
        return
    try:
        has_tables = database.is_usable(report, wiring)
        if has_tables:
            database.workers(report, wiring.database)
        environment.mail(report, wiring, executor)
        if has_tables:
            _examine_organizations(report, wiring, executor)
    finally:
        wiring.close()


def _examine_organizations(report: Report, wiring: Wiring, executor: ThreadPoolExecutor) -> None:
    org_ids = wiring.database.all_org_ids()
    if not org_ids:
        report.section("Organisations")
        report.aside("Organisations", "none is connected yet")
    for org_id in org_ids:
        OrganizationExam(wiring=wiring, org_id=org_id, report=report, executor=executor).perform()
