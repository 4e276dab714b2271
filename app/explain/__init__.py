"""``handover explain``: why a booking type, a time or a host is not there, as an admin reads it.

* ``reading``: what was typed: a record's link, a time, days, an org.
* ``showing``: the answer on a terminal.
* ``advice``: what each reason means, and what to do about it.

It shows what ``app.bookings.explaining`` answers, and decides nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import sqlalchemy.exc
from rich.console import Console
from rich.text import Text

from app.api.explanations import explanation_body
from app.bookings.explanations import Explanation, ExplanationRequest
from app.callers import ActorKind, Caller
from app.explain import reading
from app.explain.reading import InputError
from app.explain.showing import show
from app.problems import is_storage_trouble
from app.storage.tables import Org
from app.wiring import Wiring
from booking_types.errors import BookingError
from booking_types.salesforce_ids import USER_PREFIX
from connectors.errors import ConnectorError

__all__ = ["InputError", "NotReadError", "Wish", "explain_record"]


class NotReadError(Exception):
    """Nothing can be explained, because it could not be read; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was typed.

    Attributes:
        record: An id or a link.
        org: An org's id or name; empty where only one is connected.
        booking_type: A key or an id; empty for none.
        at: A time; empty for none.
        user: A user's id or link, whose view it is; empty for nobody's.
        first_on: The first day; nothing for today.
        days: How many; nothing for seven.
        minutes: How long the meeting is; nothing for the type's default.
        host: Part of a name, or an id: only this person's timeline.
        as_json: For programs.
    """

    record: str
    org: str = ""
    booking_type: str = ""
    at: str = ""
    user: str = ""
    first_on: date | None = None
    days: int | None = None
    minutes: int | None = None
    host: str = ""
    as_json: bool = False


def explain_record(wish: Wish, *, wiring: Wiring, console: Console, progress: Console) -> None:
    """Say why.

    Args:
        wish: What was typed.
        wiring: The process's objects.
        console: Where the answer goes.
        progress: Where it is said what is being read.

    Raises:
        InputError: Something that was typed is wrong.
        NotReadError: Salesforce or the database cannot be read.
    """
    try:
        org = reading.org_named(wiring.database, wish.org)
        request = _request(wish, org)
        found = _explained(request, org, wiring, progress)
    except ConnectorError as error:
        raise NotReadError(
            f"{error.connector.title()} could not be read: {error.reason}. "
            "`handover doctor` says what is wrong with it."
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, sqlalchemy.exc.TimeoutError) as error:
        if not is_storage_trouble(error):
            raise
        raise NotReadError(
            "The service's database could not be read. `handover doctor` says what is wrong with it."
        ) from error
    people = reading.people_named(found, wish.host)
    if wish.as_json:
        body = explanation_body(found, most_lines=None)
        console.print_json(json.dumps(body))
        return
    show(found, org_name=org.name, people=people, console=console)


def _request(wish: Wish, org: Org) -> ExplanationRequest:
    if wish.at and not wish.booking_type:
        raise InputError("--at", "a time needs a booking type: add --type with its key")
    at = reading.instant(wish.at, zone_name=org.time_zone) if wish.at else None
    return ExplanationRequest(
        record_id=reading.id_in(wish.record, option="RECORD"),
        booking_type=reading.type_named(wish.booking_type),
        at=at,
        viewer_id=(
            reading.id_in(wish.user, option="--user", prefix=USER_PREFIX) if wish.user else None
        ),
        span=reading.span(first_on=wish.first_on, days=wish.days, at=at, zone_name=org.time_zone),
        duration=reading.minutes(wish.minutes),
    )


def _explained(
    request: ExplanationRequest, org: Org, wiring: Wiring, progress: Console
) -> Explanation:
    caller = Caller(
        org_id=org.org_id,
        salesforce_org_id=org.salesforce_org_id,
        kind=ActorKind.SYSTEM,
        actor_id="handover explain",
    )
    try:
        with progress.status("") as status:
            return wiring.booking_service.explain(
                caller=caller,
                request=request,
                on_step=lambda step: status.update(Text(f"{step} …")),
            )
    except BookingError as error:
        raise InputError(reading.option_of(error.field), error.message) from error
