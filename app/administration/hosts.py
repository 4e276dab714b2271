"""Adds hosts, and connects them to their calendars and platforms."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.administration.writer import Writer
from app.definitions import dump_date_overrides, dump_working_hours, own_time_faults
from app.storage.tables import Connection, HostRow
from app.tokens import seal_token, token_place
from booking_types.errors import InvalidDefinitionError
from booking_types.model import DateOverride, Platform, WorkingHours
from booking_types.salesforce_ids import salesforce_id
from connectors.protocols import Token, Vendor


class Hosts(Writer):
    """Hosts and their connections."""

    def set_host(
        self,
        *,
        org_id: UUID,
        host_id: str,
        name: str,
        email: str,
        time_zone: str,
        working_hours: WorkingHours | None = None,
        default_platform: Platform = Platform.NONE,
        date_overrides: Sequence[DateOverride] = (),
        holiday_calendar: str = "",
    ) -> None:
        """Add a host or change one.

        Args:
            org_id: The org.
            host_id: Salesforce user id.
            name: As people see it.
            email: As Salesforce has it.
            time_zone: IANA name.
            working_hours: Their own; Monday to Friday, nine to five without.
            default_platform: Where they meet unless somebody chooses.
            date_overrides: Their own days off and other hours.
            holiday_calendar: The country or part of one whose holidays they keep (``DE-BY``).

        Raises:
            InvalidDefinitionError: Their hours, days or holidays are wrong; all of it at once.
        """
        found = own_time_faults(
            working_hours, date_overrides=date_overrides, holiday_calendar=holiday_calendar
        )
        if found:
            raise InvalidDefinitionError(found)
        values = {
            "name": name,
            "email": email,
            "time_zone": time_zone,
            "working_hours": dump_working_hours(working_hours) if working_hours else {},
            "default_platform": default_platform.value,
            "date_overrides": dump_date_overrides(date_overrides),
            "holiday_calendar": holiday_calendar,
        }
        with self._database.transaction(org_id) as session:
            session.execute(
                insert(HostRow)
                .values(org_id=org_id, host_id=salesforce_id(host_id), **values)
                .on_conflict_do_update(index_elements=["org_id", "host_id"], set_=values)
            )

    def connect_host(
        self,
        *,
        org_id: UUID,
        host_id: str,
        vendor: Vendor,
        mailbox: str,
        subject: str,
        refresh_token: str | None = None,
        busy_calendar_ids: Sequence[str] = (),
        write_calendar_id: str = "",
    ) -> UUID:
        """Connect a host to an account at a vendor, or change that connection.

        Args:
            org_id: The org.
            host_id: Salesforce user id.
            vendor: Where.
            mailbox: The address by which the account is reached.
            subject: The vendor's own id of it.
            refresh_token: From the host's own consent; without, the org's account is used.
            busy_calendar_ids: Which calendars count as busy; the primary one without.
            write_calendar_id: Where bookings are written; nowhere without (Zoom).

        Returns:
            Our id of the connection.
        """
        host = salesforce_id(host_id)
        with self._database.transaction(org_id) as session:
            known = session.scalar(
                sa.select(Connection.connection_id).where(
                    Connection.org_id == org_id,
                    Connection.host_id == host,
                    Connection.vendor == vendor.value,
                )
            )
            connection_id = known or uuid4()
            token = None
            if refresh_token is not None:
                token = seal_token(
                    self._sealer,
                    Token(access_token="", refresh_token=refresh_token),
                    place=token_place(Connection, (org_id, connection_id)),
                )
            values = {
                "kind": "organization" if refresh_token is None else "account",
                "subject": subject,
                "mailbox": mailbox,
                "busy_calendar_ids": list(busy_calendar_ids),
                "write_calendar_id": write_calendar_id,
                "token": token,
                "status": "active",
                "broken_reason": "",
            }
            session.execute(
                insert(Connection)
                .values(
                    org_id=org_id,
                    connection_id=connection_id,
                    host_id=host,
                    vendor=vendor.value,
                    **values,
                )
                .on_conflict_do_update(index_elements=["org_id", "connection_id"], set_=values)
            )
        self._take_up_again(org_id)
        return connection_id
