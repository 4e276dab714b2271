"""What was typed behind ``handover explain``, read strictly and with words that help."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from app.bookings.explanations import LONGEST_SPAN, ExplainedPerson, Explanation
from app.clock import now
from app.inputs import instants
from app.storage import orgs
from app.storage.database import Database
from app.storage.tables import Org
from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval
from booking_types.local_time import first_instant
from booking_types.salesforce_ids import salesforce_id

_USUAL_DAYS = 7
_MOST_DAYS = LONGEST_SPAN.days

#: ``2026-11-24 15:00``, with or without seconds and an offset.
_TIME = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[ Tt](?P<clock>\d{2}:\d{2})(?P<seconds>:\d{2})?(?P<rest>.*)"
)
_ORG_PREFIX = "00D"

#: What a command calls the things that the service calls otherwise.
_OPTIONS = {
    "record_id": "RECORD",
    "booking_type": "--type",
    "at": "--at",
    "user": "--user",
    "to": "--days",
    "duration_minutes": "--minutes",
}


class InputError(Exception):
    """Something that was typed is wrong.

    Attributes:
        option: Which part of the command.
        words: What is wrong and what to do.
    """

    def __init__(self, option: str, words: str) -> None:
        super().__init__(f"{option}: {words}")
        self.option = option
        self.words = words


def option_of(field: str | None) -> str:
    """The option in which a field of the service's request was typed."""
    return _OPTIONS.get(field or "", "RECORD")


def id_in(text: str, *, option: str, prefix: str = "") -> str:
    """The Salesforce id, or the one in a link to a record's page; 18 characters.

    Args:
        text: ``00Q…``, or ``https://…/lightning/r/Lead/00Q…/view``.
        option: Named in the error.
        prefix: What the id must begin with.

    Raises:
        InputError: There is none.
    """
    try:
        found = _id_of_link(text) if "/" in text else salesforce_id(text.strip())
    except InvalidRequestError as error:
        raise InputError(option, error.message) from error
    if not found:
        raise InputError(
            option,
            "no record's id stands in this link; open the record's page and copy its address",
        )
    if not found.startswith(prefix):
        raise InputError(option, f"a user's id begins with {prefix}; {found} is none")
    return found


def _id_of_link(link: str) -> str:
    """The last id in a link's path, other than an org's; an empty text where there is none."""
    parts = urlsplit(link.strip()).path.split("/")
    found = [part for part in parts if _is_id(part) and not part.startswith(_ORG_PREFIX)]
    return salesforce_id(found[-1]) if found else ""


def _is_id(text: str) -> bool:
    try:
        salesforce_id(text)
    except InvalidRequestError:
        return False
    return True


def type_named(text: str) -> UUID | str | None:
    """A booking type by our id or its key; nothing where none is named."""
    try:
        return UUID(text)
    except ValueError:
        return text.strip() or None


def org_named(database: Database, text: str) -> Org:
    """The org by its Salesforce id, our id or its name; the only one where none is named.

    Raises:
        InputError: It cannot be told which.
    """
    known = []
    for org_id in database.all_org_ids():
        with database.transaction(org_id) as session:
            known.append(orgs.get_org(session, org_id))
    if not known:
        raise InputError("--org", "no Salesforce org is connected; see `handover connect-org`")
    wanted = text.strip()
    found = [org for org in known if _goes_by(org, wanted)] if wanted else known
    if len(found) == 1:
        return found[0]
    listed = "\n".join(f"  {org.salesforce_org_id}  {org.name}" for org in known)
    if not wanted:
        raise InputError("--org", f"several orgs are connected; say which one:\n{listed}")
    many = "no org goes" if not found else "several orgs go"
    raise InputError("--org", f"{many} by “{wanted}”; these are connected:\n{listed}")


def _goes_by(org: Org, wanted: str) -> bool:
    if wanted.casefold() == org.name.casefold() or wanted.lower() == str(org.org_id):
        return True
    return _is_id(wanted) and salesforce_id(wanted) == org.salesforce_org_id


def instant(text: str, *, zone_name: str) -> datetime:
    """The instant: RFC 3339, or a time by the org's clock (``2026-11-24 15:00``).

    Raises:
        InputError: It is none.
    """
    shape = _TIME.fullmatch(text.strip())
    if shape is None:
        words = "write it like “2026-11-24 15:00” (in the org's zone) or 2026-11-24T15:00:00+01:00"
        raise InputError("--at", words)
    rest = shape["rest"].strip().upper()
    whole = f"{shape['day']}T{shape['clock']}{shape['seconds'] or ':00'}{rest}"
    try:
        # An offset says which instant it is, whatever clock hangs in the org.
        return instants.instant(whole, zone=None if rest else ZoneInfo(zone_name), field="at")
    except InvalidRequestError as error:
        raise InputError("--at", error.message) from error


def span(
    *, first_on: date | None, days: int | None, at: datetime | None, zone_name: str
) -> Interval | None:
    """Whole days of the org's; nothing where none are named.

    Raises:
        InputError: Too many days, or none.
    """
    if first_on is None and days is None:
        return None
    count = _USUAL_DAYS if days is None else days
    if not 1 <= count <= _MOST_DAYS:
        raise InputError("--days", f"from 1 to {_MOST_DAYS} days can be looked at at once")
    zone = ZoneInfo(zone_name)
    day = first_on or (at or now()).astimezone(zone).date()
    try:
        edges = (day, day + timedelta(days=count))
        start, end = (
            first_instant(datetime.combine(edge, time()), zone=zone, fold=0) for edge in edges
        )
    except OverflowError:
        raise InputError("--from", "nobody's calendar reaches so far") from None
    return Interval(start, end)


def minutes(number: int | None) -> timedelta | None:
    """How long the meeting is."""
    return None if number is None else timedelta(minutes=number)


def people_named(found: Explanation, text: str) -> tuple[ExplainedPerson, ...]:
    """Whose timeline is wanted: everybody's, or that of whoever goes by a name or an id.

    Raises:
        InputError: Nobody does, or nobody's time was looked at.
    """
    people = found.times.people if found.times is not None else ()
    wanted = text.strip()
    if not wanted:
        return people
    if found.times is None:
        raise InputError("--host", "a person's times need a booking type: add --type with its key")
    if _is_id(wanted):
        chosen = tuple(each for each in people if each.host_id == salesforce_id(wanted))
    else:
        chosen = tuple(each for each in people if wanted.casefold() in each.name.casefold())
    if not chosen:
        names = ", ".join(each.name for each in people) or "nobody"
        raise InputError("--host", f"nobody of this type goes by “{wanted}”; there are: {names}")
    return chosen
