"""The door to one org."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from booking_types.intervals import Interval
from booking_types.model import Record, Value
from connectors import transport
from connectors.protocols import (
    CrmBooking,
    CrmBookingDraft,
    CrmObject,
    CrmOrganization,
    CrmPath,
    CrmUser,
    RecordAccess,
    TokenStore,
)
from connectors.salesforce import answers
from connectors.salesforce.bookings import Bookings
from connectors.salesforce.busy import BusyReader
from connectors.salesforce.descriptions import Descriptions
from connectors.salesforce.organization import OrganizationReader
from connectors.salesforce.records import Records
from connectors.salesforce.rights import FieldRights
from connectors.salesforce.statements import in_batches, soql
from connectors.salesforce.tokens import SIGN_IN_TIMEOUT, SalesforceTokens
from connectors.salesforce.wire import Wire

_ACCESS = (
    "SELECT RecordId, HasReadAccess, HasEditAccess, HasTransferAccess FROM UserRecordAccess"
    " WHERE UserId = {user_id} AND RecordId IN {records}"
)
_USERS = (
    "SELECT Id, Name, Email, TimeZoneSidKey, IsActive,"
    # Each profile has a permission set as well, which is assigned to its users and is not meant.
    " (SELECT PermissionSet.Name FROM PermissionSetAssignments"
    " WHERE PermissionSet.IsOwnedByProfile = false) FROM User WHERE Id IN {users}"
)
_PREFIX_LENGTH = 3


class SalesforceCrm:
    """One Salesforce org, reached as its integration user; ``connectors.protocols.Crm``.

    Args:
        login_url: Where tokens are given out (``https://login.salesforce.com``, a My Domain).
        consumer_key: Of our app in the org.
        username: The integration user's.
        private_key_pem: Signs our assertions (JWT bearer flow).
        client_secret: Where there is no key: client credentials, or a stored refresh token.
        tokens: Where the token lives.
        api_version: Of the REST API.
        clock: What time it is.
        read_timeout: Seconds to connect, seconds to the first byte.
        write_timeout: Likewise.

    Raises:
        ValueError: Neither a key nor a secret is given.
    """

    def __init__(
        self,
        *,
        login_url: str,
        consumer_key: str,
        username: str,
        tokens: TokenStore,
        private_key_pem: str | None = None,
        client_secret: str | None = None,
        api_version: str = "65.0",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        read_timeout: tuple[float, float] = transport.READ_TIMEOUT,
        write_timeout: tuple[float, float] = transport.WRITE_TIMEOUT,
    ) -> None:
        if private_key_pem is None and client_secret is None:
            raise ValueError("a private key or a client secret is needed")
        self._wire = Wire(
            tokens=SalesforceTokens(
                login_url=login_url,
                consumer_key=consumer_key,
                username=username,
                private_key_pem=private_key_pem,
                client_secret=client_secret,
                store=tokens,
                clock=clock,
                timeout=SIGN_IN_TIMEOUT,
            ),
            api_version=api_version,
            read_timeout=read_timeout,
            write_timeout=write_timeout,
        )
        self._descriptions = Descriptions(wire=self._wire, clock=clock)
        self._records = Records(wire=self._wire, descriptions=self._descriptions)
        self._organization = OrganizationReader(wire=self._wire, clock=clock)
        self._rights = FieldRights(
            wire=self._wire,
            records=self._records,
            descriptions=self._descriptions,
            clock=clock,
        )
        self._busy = BusyReader(wire=self._wire)
        self._bookings = Bookings(wire=self._wire, descriptions=self._descriptions)

    def check_organization(self) -> str:
        """The org's 18-character id, read from the org itself."""
        operation = "read organization"
        rows = self._wire.query("SELECT Id FROM Organization", operation=operation)
        with answers.sense(operation):
            return str(rows[0]["Id"])

    def object_for(self, record_id: str) -> CrmObject:
        """The object of a record, known from the first three characters of its id.

        Raises:
            MissingError: No object of the org has that prefix.
        """
        return self.describe(self._descriptions.name_of(record_id[:_PREFIX_LENGTH]))

    def describe(self, object_name: str) -> CrmObject:
        """The object's fields, reused for some minutes.

        Raises:
            MissingError: The org has no such object.
        """
        return self._descriptions.object(object_name)

    def organization(self) -> CrmOrganization:
        """What the org says of itself, reused for some minutes."""
        return self._organization.read()

    def paths(self, *, object_name: str, paths: Collection[str]) -> dict[str, CrmPath]:
        """Where each of those dotted paths leads from a record of the object.

        Raises:
            MissingError: The org has no such object.
        """
        return self._records.paths(object_name=object_name, paths=paths)

    def hidden_paths(
        self, *, user_id: str, object_name: str, paths: Collection[str]
    ) -> frozenset[str]:
        """Which of those dotted paths that user may not see, by field-level security.

        A path is hidden by each lookup on the way as well as by its end. Permission set groups
        count through their own permission sets.

        Raises:
            MissingError: The org has no such object.
        """
        return self._rights.hidden(user_id=user_id, object_name=object_name, paths=paths)

    def record(self, *, object_name: str, record_id: str, paths: Collection[str]) -> Record:
        """The record with the values of those dotted paths.

        Dates are dates, times aware and in UTC, ids have 18 characters, several values of a list
        come as one text with semicolons.

        Raises:
            MissingError: There is no such record.
        """
        return self._records.read(object_name=object_name, record_id=record_id, paths=paths)

    def access(self, *, user_id: str, record_ids: Sequence[str]) -> dict[str, RecordAccess]:
        """What that user may do with each record; nothing with those that are not there."""
        operation = "read access"
        found = dict.fromkeys(record_ids, RecordAccess())
        for batch in in_batches(record_ids):
            statement = soql(_ACCESS, user_id=user_id, records=batch)
            rows = self._wire.query(statement, operation=operation)
            with answers.sense(operation):
                found |= {
                    row["RecordId"]: RecordAccess(
                        can_read=row["HasReadAccess"] is True,
                        can_edit=row["HasEditAccess"] is True,
                        can_transfer=row["HasTransferAccess"] is True,
                    )
                    for row in rows
                    if row["RecordId"] in found
                }
        return found

    def users(self, user_ids: Collection[str]) -> dict[str, CrmUser]:
        """The users by id, with their permission sets; unknown ids are left out."""
        operation = "read users"
        users: dict[str, CrmUser] = {}
        for batch in in_batches(user_ids):
            rows = self._wire.query(soql(_USERS, users=batch), operation=operation)
            with answers.sense(operation):
                users |= {user.user_id: user for user in map(self._user, rows)}
        return users

    def _user(self, row: Mapping[str, Any]) -> CrmUser:
        assigned = self._wire.all_records(row["PermissionSetAssignments"], operation="read users")
        return CrmUser(
            user_id=str(row["Id"]),
            name=str(row["Name"] or ""),
            email=str(row["Email"] or ""),
            time_zone=str(row["TimeZoneSidKey"] or ""),
            is_active=row["IsActive"] is True,
            permission_sets=frozenset(
                str(each["PermissionSet"]["Name"]) for each in assigned if each["PermissionSet"]
            ),
        )

    def busy(
        self, *, user_ids: Sequence[str], span: Interval, without_booking_ids: Collection[str]
    ) -> dict[str, tuple[Interval, ...]]:
        """When each user is taken by Salesforce Events shown as busy or out of office.

        All-day events take the days of the user's own zone. Events of the named bookings do not
        count, neither the host's nor the co-hosts'.
        """
        return self._busy.busy(
            user_ids=user_ids, span=span, without_booking_ids=without_booking_ids
        )

    def find_booking(self, booking_id: str) -> CrmBooking | None:
        """What Salesforce holds of that booking, by its external id and the Event's marker."""
        return self._bookings.find(booking_id)

    def write_booking(self, draft: CrmBookingDraft) -> CrmBooking:
        """Write the Booking record and the Event in one all-or-none composite.

        Raises:
            OutcomeUnknownError: It may have happened; written again, it is looked for first.
        """
        return self._bookings.write(draft)

    def update_record(
        self, *, object_name: str, record_id: str, values: Mapping[str, Value]
    ) -> None:
        """Write fields of a record, its owner among them; no assignment rule interferes.

        Raises:
            MissingError: There is no such record.
            RejectedError: The object has no such field, or Salesforce refuses.
        """
        self._records.update(object_name=object_name, record_id=record_id, values=values)
