"""Who may be at the keyboard: the active users of an org, with what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.salesforce.state import Org, Row

#: The package's permission sets and what people call those who have them, most telling first.
_ROLES = {
    "Booking_Organizer": "Organizer",
    "Booking_Host": "Host",
    "Booking_Admin": "Booking Admin",
    "Booking_Integration": "Integration",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningUser:
    """A user of the org.

    Attributes:
        user_id: 18 characters.
        name: As people see it.
        email: Their address.
        username: For signing in.
        time_zone: IANA name.
        locale: As Salesforce writes it (``en_US``).
        permission_sets: API names.
    """

    user_id: str
    name: str
    email: str
    username: str
    time_zone: str
    locale: str
    permission_sets: frozenset[str]

    @property
    def roles(self) -> str:
        """What they are, in words."""
        found = [word for name, word in _ROLES.items() if name in self.permission_sets]
        return " and ".join(found) or "no booking permission set"

    @property
    def is_host(self) -> bool:
        """Whether their calendar may be booked."""
        return "Booking_Host" in self.permission_sets

    @property
    def language_tag(self) -> str:
        """Their locale as browsers write it (``en-US``)."""
        return self.locale.replace("_", "-")

    def settings(self) -> dict[str, Any]:
        """What the platform tells components about them."""
        return {
            "userId": self.user_id,
            "timeZone": self.time_zone,
            "locale": self.language_tag,
            "language": self.language_tag,
        }


def running_users(org: Org) -> list[RunningUser]:
    """All active users of an org, in the order in which they were made."""
    names = {row.id: str(row.values["Name"]) for row in org.live("PermissionSet")}
    given: dict[str, set[str]] = {}
    for row in org.live("PermissionSetAssignment"):
        name = names.get(str(row.values["PermissionSetId"]), "")
        given.setdefault(str(row.values["AssigneeId"]), set()).add(name)
    return [
        _user(row, frozenset(given.get(row.id, ())))
        for row in org.live("User")
        if row.values["IsActive"]
    ]


def _user(row: Row, permission_sets: frozenset[str]) -> RunningUser:
    values = row.values
    return RunningUser(
        user_id=row.id,
        name=str(values["Name"]),
        email=str(values["Email"]),
        username=str(values["Username"]),
        time_zone=str(values["TimeZoneSidKey"]),
        locale=str(values.get("LocaleSidKey") or "en_US"),
        permission_sets=permission_sets,
    )


def chosen_user(org: Org, wanted: str) -> RunningUser | None:
    """The wanted user; else the first organizer who is no admin, else the first user there is."""
    users = running_users(org)
    for user in users:
        if user.user_id == wanted:
            return user
    organizers = [each for each in users if "Booking_Organizer" in each.permission_sets]
    plain = [
        each
        for each in organizers
        if "Booking_Admin" not in each.permission_sets and each.user_id not in org.admins
    ]
    return next(iter([*plain, *organizers, *users]), None)
