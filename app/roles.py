"""What a user may do, by the permission sets that Salesforce says they have."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import UUID

from app.callers import Role
from app.clock import Clock
from app.vendors import Vendors

#: For reads, roles this old still count; every write asks Salesforce.
_FRESH_FOR = timedelta(minutes=5)
_MOST_REMEMBERED = 10_000


class RoleBook:
    """Asks Salesforce for users' roles, and remembers the answers for reads.

    Args:
        vendors: To reach the org.
        clock: To tell what is too old.
    """

    def __init__(self, *, vendors: Vendors, clock: Clock) -> None:
        self._vendors = vendors
        self._clock = clock
        self._known: dict[tuple[UUID, str], tuple[datetime, bool, frozenset[Role]]] = {}
        self._lock = threading.Lock()

    def roles(self, *, org_id: UUID, user_id: str, live: bool) -> tuple[bool, frozenset[Role]]:
        """Whether the user is active, and their roles.

        Args:
            org_id: The org.
            user_id: 18 characters.
            live: Ask Salesforce now, whatever is remembered.

        Raises:
            ConnectorError: Salesforce cannot be asked.
        """
        now = self._clock()
        with self._lock:
            known = self._known.get((org_id, user_id))
        if not live and known is not None and now - known[0] < _FRESH_FOR:
            return known[1], known[2]
        user = self._vendors.crm(org_id).users([user_id]).get(user_id)
        is_active = user is not None and user.is_active
        names = user.permission_sets if user is not None else frozenset()
        roles = frozenset(role for role in Role if role.value in names)
        with self._lock:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[org_id, user_id] = (now, is_active, roles)
        return is_active, roles
