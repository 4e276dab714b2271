"""Settings, time zones, and the mail server."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from app.doctor.report import Report, aside, broken, good
from app.settings import (
    Environment,
    Settings,
    SettingsError,
    demo_settings,
    read_settings,
)
from app.wiring import Wiring
from connectors.errors import ConnectionBrokenError, ConnectorError

_NEED_BOTH = (
    ("Google", "google_client_id", "google_client_secret"),
    ("Microsoft", "microsoft_client_id", "microsoft_client_secret"),
)


def settings(
    report: Report, *, environ: Mapping[str, str], demo_environment: Path
) -> Settings | None:
    """The settings, or those of the demo where there are none; nothing when they are wrong."""
    report.section("Settings")
    source = environ
    if not environ.get("DATABASE_URL", "").strip():
        demo = demo_settings(demo_environment)
        if demo:
            words = f"DATABASE_URL is not set; this is the demo, by {demo_environment}"
            report.aside("Which", words)
            source = {**environ, **demo}
    try:
        found = read_settings(source)
    except SettingsError as error:
        _add_faults(report, error, is_empty=source is environ and "DATABASE_URL" not in environ)
        return None
    words = f"complete, for {found.environment}, at {found.public_url}"
    report.add(good("Environment", words))
    if found.environment is not Environment.PRODUCTION:
        report.aside("Vendors", "their addresses may be changed, so may be a stand-in's")
    _add_clients(report, found)
    _add_zones(report)
    return found


def _add_faults(report: Report, error: SettingsError, *, is_empty: bool) -> None:
    for fault in str(error).splitlines():
        name, _, rest = fault.partition(" ")
        words, _, advice = rest.replace("is not set: ", "is not set; ").partition("; ")
        report.add(broken(name, words, advice or "see .env.example"))
    if is_empty:
        words = "start one with `make demo`; while it runs, the doctor finds it by itself"
        report.add(aside("To examine a demo", words))


def _add_clients(report: Report, found: Settings) -> None:
    for name, *pair in _NEED_BOTH:
        given = [setting for setting in pair if getattr(found, setting)]
        if len(given) == 1:
            (missing,) = set(pair) - set(given)
            words = f"{given[0].upper()} is set and {missing.upper()} is not"
            report.add(broken(f"{name} client", words, "set both, or neither"))
        elif not given:
            report.aside(
                f"{name} client", "not set, so no host can connect an account of their own"
            )


def _add_zones(report: Report) -> None:
    # What ``app.wiring`` does for every process, before anything here asks for a zone.
    zoneinfo.reset_tzpath(to=())
    words = f"by the package tzdata {version('tzdata')}, whatever this machine has"
    report.add(good("Time zones", words))


def mail(report: Report, wiring: Wiring, executor: ThreadPoolExecutor) -> None:
    """Whether the mail server lets us in; no mail is sent."""
    report.section("Mail")
    if not wiring.settings.smtp_url:
        words = "SMTP_URL is not set: no notices, and no invitations where no calendar sends them"
        report.aside("Mail server", words)
        return
    try:
        mailer = wiring.vendors.mailer()
    except ValueError as error:
        report.add(broken("Mail server", str(error), "correct SMTP_URL and MAIL_FROM"))
        return
    checking = executor.submit(mailer.check)
    report.wait_for("Asking the mail server", [checking])
    try:
        checking.result()
    except ConnectionBrokenError as error:
        advice = "correct the user, the password or the scheme in SMTP_URL"
        report.add(broken("Mail server", error.reason, advice))
    except ConnectorError as error:
        advice = "correct host and port in SMTP_URL, or open the way to them"
        report.add(broken("Mail server", error.reason, advice))
    else:
        report.add(good("Mail server", "lets us in"))
