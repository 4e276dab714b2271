"""The ``handover`` command."""

from __future__ import annotations

import base64
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from rich.console import Console

if TYPE_CHECKING:
    from datetime import datetime

    from app.demo.running import RunningDemo

_ERRORS = Console(stderr=True, highlight=False)

#: Where the demo listens unless told otherwise.
_PORT = 8080


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Hot handover for Salesforce."""


def _readable(command: Callable[..., None]) -> Callable[..., None]:
    """Anticipated errors as a sentence, without a traceback."""

    @wraps(command)
    def run(**options: Any) -> None:
        from app.processes import ProcessesError
        from app.settings import SettingsError

        try:
            command(**options)
        except SettingsError as error:
            _ERRORS.print("[red]The environment is not right:[/]")
            for line in str(error).splitlines():
                _ERRORS.print(f"  {line}", markup=False)
            raise SystemExit(2) from None
        except ProcessesError as error:
            _ERRORS.print(f"{error}", style="red", markup=False)
            raise SystemExit(1) from None

    return run


@main.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=_PORT, show_default=True)
@click.option("--processes", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=32, show_default=True, help="Threads in each of them.")
@_readable
def serve(host: str, port: int, processes: int, threads: int) -> None:
    """Answer organizers and Flows (gunicorn)."""
    from app.settings import read_settings

    read_settings()
    # The processes show each other's numbers; Prometheus' library looks for this by itself.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="handover-metrics-"))
    os.execv(  # noqa: S606 - our own interpreter
        sys.executable,
        [
            sys.executable,
            "-m",
            "gunicorn",
            f"--bind={host}:{port}",
            f"--workers={processes}",
            f"--threads={threads}",
            "--worker-class=gthread",
            "--graceful-timeout=25",
            "--timeout=60",
            "--no-control-socket",
            "app.web:create_app()",
        ],
    )


@main.command()
@_readable
def worker() -> None:
    """Bring every target to look like its booking; run as many as you like."""
    from app.observability import configure_logging
    from app.wiring import Wiring
    from app.worker import run_worker

    wiring = Wiring.from_environment(is_worker=True)
    configure_logging(wiring.settings.log_level)
    run_worker(wiring)


@main.command()
@_readable
def migrate() -> None:
    """Bring the database to this version's tables."""
    from app.migrate import migrate as run
    from app.settings import read_settings

    run(read_settings().direct_url)
    click.echo("The database has this version's tables.")


@main.command("new-key")
def new_key() -> None:
    """Make a key for SECRET_KEYS."""
    click.echo(f"k1:{base64.b64encode(os.urandom(32)).decode()}")


def _with_own_calendars(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say whose calendars there are."""
    for option in (
        click.option(
            "--calendars",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="A folder of .ics files, each for one host: docs/sandbox.md.",
        ),
        click.option(
            "--hosts",
            type=click.IntRange(1, 5000),
            help="How many hosts the product consultation has; 14 without a word.",
        ),
    ):
        command = option(command)
    return command


@main.command()
@click.option("--port", default=_PORT + 1, show_default=True)
@click.option("--smtp-port", default=0, help="Any free one by default.")
@click.option("--lightning-assets", default="", help="For record pages: what demo/build.mjs made.")
@click.option("--apex-runner", default="", help="For record pages: address of the Apex runner.")
@click.option(
    "--apex-runner-token",
    envvar="APEX_RUNNER_TOKEN",
    default="",
    help="What the Apex runner was started with; $APEX_RUNNER_TOKEN by default.",
)
@click.option("--service-url", default="", help="For record pages: address of this service.")
@_with_own_calendars
@click.option(
    "--access",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --hosts or --calendars: where to write how a service gets in, as JSON.",
)
@_readable
def sandbox(
    port: int,
    smtp_port: int,
    lightning_assets: str,
    apex_runner: str,
    apex_runner_token: str,
    service_url: str,
    calendars: Path | None,
    hosts: int | None,
    access: Path | None,
) -> None:
    """Run the stand-in organisation by itself: Salesforce, Google, Microsoft, Zoom, mail.

    It is empty, unless --hosts or --calendars ask for the demo's people in it.
    """
    from app.processes import require_free_port
    from connectors.sandbox.lightning import LightningSite
    from connectors.sandbox.server import SandboxServer

    site = LightningSite(
        assets=Path(lightning_assets) if lightning_assets else None,
        runner_url=apex_runner.rstrip("/"),
        runner_token=apex_runner_token,
        service_url=service_url.rstrip("/"),
    )
    server = SandboxServer(port=require_free_port(port), smtp_port=smtp_port, lightning=site)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server.start()
    if hosts is not None or calendars is not None:
        from app.demo.peopling import people

        try:
            people(
                server.base_url,
                pool=hosts,
                calendars=calendars,
                access_file=access,
                console=Console(highlight=False),
            )
        except BaseException:
            server.stop()
            raise
    click.echo(f"The sandbox listens on {server.base_url}, its mail sink on {server.smtp_url}")
    stop.wait()
    server.stop()


@main.command()
@click.option("--port", default=_PORT, show_default=True, help="The sandbox takes the next one.")
@_with_own_calendars
@_readable
def demo(port: int, calendars: Path | None, hosts: int | None) -> None:
    """Run everything on this machine, with an organisation to try it on."""
    from app.demo.running import Demo

    console = Console(highlight=False)
    with Demo(port=port, console=console, calendars=calendars, pool=hosts) as running:
        _say_what_to_try(console, running.running)
        running.wait()
    console.print("Everything is stopped.")


def _say_what_to_try(console: Console, running: RunningDemo) -> None:
    lines = [
        ("Then", running.records_url, "every record, and what it is there to show"),
        ("", ".venv/bin/handover walkthrough all", "seven handovers by themselves, read back"),
        ("See", running.sandbox_url, "what was made: calendars, mail, Salesforce"),
        ("", f"{running.public_url}/v1/openapi.json", "the API"),
        ("Stop", "Ctrl-C", "stops everything"),
    ]
    console.print(f"\n[bold]Hot handover runs at {running.public_url}[/]\n")
    console.print(
        "  Open a lead's record page in your browser and click [bold]Create Booking[/]:\n"
    )
    console.print(f"        [bold]{running.lead_url}[/]\n", soft_wrap=True)
    width = max(len(what) for _, what, _ in lines)
    for heading, what, words in lines:
        console.print(f"  {heading:5} [bold]{what:{width}}[/]  {words}", soft_wrap=True)
    console.print()


@main.command()
@click.argument("scenario", default="lead")
@_readable
def walkthrough(scenario: str) -> None:
    """Perform a complete handover over public HTTP and read every target back.

    SCENARIO is lead, contact, opportunity, project, case or all.
    """
    from app.demo.scenarios import SCENARIOS
    from app.demo.walkthrough import run

    names = list(SCENARIOS) if scenario == "all" else [scenario]
    if any(name not in SCENARIOS for name in names):
        raise click.BadParameter(
            f"choose one of {', '.join(SCENARIOS)} or all", param_hint="SCENARIO"
        )
    raise SystemExit(0 if run(names, console=Console(highlight=False)) else 1)


@main.command("connect-org")
@click.option("--org", "salesforce_org_id", required=True, help="Setup, Company Information: 00D…")
@click.option("--name", required=True, help="As people should see it.")
@click.option("--time-zone", required=True, help="The org's, like Europe/Berlin.")
@click.option("--consumer-key", required=True, help="Of the External Client App.")
@click.option("--username", required=True, help="Of the integration user.")
@click.option(
    "--private-key",
    type=click.File(),
    required=True,
    help="Whose certificate the External Client App has.",
)
@click.option(
    "--certificate",
    type=click.File(),
    required=True,
    help="What Salesforce's Download Certificate gave.",
)
@click.option(
    "--certificate-name",
    default="Booking_Service",
    show_default=True,
    help="What the certificate is called in Salesforce.",
)
@click.option("--login-url", default="", help="https://test.salesforce.com for a sandbox.")
@_readable
def connect_org(
    private_key: IO[str], certificate: IO[str], certificate_name: str, login_url: str, **org: str
) -> None:
    """Connect a Salesforce org with this service, or change how it is reached."""
    from app.administration import Administration
    from app.wiring import Wiring
    from booking_types.errors import InvalidRequestError

    wiring = Wiring.from_environment(is_worker=True)
    try:
        org_id = Administration(database=wiring.database, sealer=wiring.sealer).connect_org(
            private_key_pem=_text(private_key),
            certificates={certificate_name: _text(certificate)},
            login_url=login_url or None,
            **org,
        )
    except InvalidRequestError as error:
        option = _OPTIONS_OF_ORG.get(error.field or "", error.field or "")
        raise click.BadParameter(error.message, param_hint=option) from None
    finally:
        wiring.close()
    click.echo(f"Connected. The service's id of this org is {org_id}.")
    click.echo("Now see whether Salesforce lets us in: handover doctor")


_OPTIONS_OF_ORG = {
    "salesforce_org_id": "--org",
    "time_zone": "--time-zone",
    "private_key_pem": "--private-key",
    "certificates": "--certificate",
}


def _text(file: IO[str]) -> str:
    """What stands in a file; nothing of one that is no text, so that it is refused as such."""
    try:
        return file.read()
    except UnicodeDecodeError:
        return ""


@main.command()
@click.argument("booking_id", required=False)
@click.option("--mails", is_flag=True, help="Also mails of which nobody knows whether they went.")
@_readable
def retry(booking_id: str | None, mails: bool) -> None:  # noqa: FBT001 - click gives it so
    """Try once more what needs attention, of one booking or of all."""
    from uuid import UUID

    from app.deliveries.attention import begin_again
    from app.wiring import Wiring

    try:
        wanted = UUID(booking_id) if booking_id else None
    except ValueError:
        raise click.BadParameter("a booking's id is a UUID", param_hint="BOOKING_ID") from None
    wiring = Wiring.from_environment(is_worker=True)
    count = begin_again(
        database=wiring.database,
        clock=wiring.clock,
        scale=wiring.settings.delay_scale,
        booking_id=wanted,
        includes_mails=mails,
    )
    wiring.close()
    click.echo(f"{count} {'target is' if count == 1 else 'targets are'} tried once more.")


@main.command()
@click.argument("record")
@click.option("--org", default="", help="Its Salesforce id or name, where several are connected.")
@click.option("--type", "booking_type", default="", help="A booking type's key: its hosts, times.")
@click.option("--at", default="", help="With --type: one time, like “2026-11-24 15:00”.")
@click.option("--user", default="", help="Whose view it is: a Salesforce user's id or link.")
@click.option("--from", "first_on", type=click.DateTime(["%Y-%m-%d"]), help="First day; today.")
@click.option("--days", type=int, help="How many days, up to 31; seven by default.")
@click.option("--minutes", type=int, help="How long the meeting is; the type's first length.")
@click.option("--host", default="", help="Only this person's times: part of a name, or an id.")
@click.option("--json", "as_json", is_flag=True, help="For programs, as the API answers.")
@_readable
def explain(first_on: datetime | None, **typed: Any) -> None:
    """Say why a booking type, a time or a host is not there for a record.

    RECORD is the link of a Salesforce record's page, or the record's id.
    """
    from app.explain import InputError, NotReadError, Wish, explain_record
    from app.observability import configure_logging
    from app.settings import demo_settings, read_settings
    from app.wiring import Wiring

    environ = dict(os.environ)
    if not environ.get("DATABASE_URL", "").strip():
        environ |= demo_settings()
    # What goes wrong is said in the answer; the log is for what nobody thought of.
    configure_logging("ERROR", stream=sys.stderr)
    wiring = Wiring(read_settings(environ), is_worker=True)
    try:
        explain_record(
            Wish(first_on=first_on.date() if first_on else None, **typed),
            wiring=wiring,
            console=Console(highlight=False),
            progress=_ERRORS,
        )
    except InputError as error:
        raise click.BadParameter(error.words, param_hint=error.option) from None
    except NotReadError as error:
        _ERRORS.print(f"{error}", style="red", markup=False)
        raise SystemExit(1) from None
    finally:
        wiring.close()


@main.command()
def schema() -> None:
    """Print the JSON Schema of booking types' definitions, for editors and files."""
    import json

    from app.definitions.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@main.command()
@_readable
def doctor() -> None:
    """Say what is configured, what can be reached and what is broken."""
    from app.doctor import examine

    raise SystemExit(0 if examine(console=Console(highlight=False)) else 1)


if __name__ == "__main__":
    main()
