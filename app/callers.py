"""Who is calling, for which org, with which rights."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class Role(StrEnum):
    """What somebody may do; each is a permission set of the Salesforce package."""

    ADMIN = "Booking_Admin"
    ORGANIZER = "Booking_Organizer"
    HOST = "Booking_Host"

    @property
    def label(self) -> str:
        """What the permission set is called where people assign it."""
        return self.value.replace("_", " ")


class ActorKind(StrEnum):
    """What kind of somebody did something."""

    USER = "user"
    CLIENT = "client"
    FLOW = "flow"
    GUEST = "guest"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A verified caller.

    Attributes:
        org_id: Ours, from the certificate that verified the call; never from the body.
        salesforce_org_id: Theirs, 18 characters.
        kind: What kind of caller.
        actor_id: Salesforce user id (18 characters) for users; the client's name otherwise.
        request_id: Of this request, for logs and the audit.
        received_at: When the request came, on this process's monotonic clock, in seconds.
    """

    org_id: UUID
    salesforce_org_id: str
    kind: ActorKind
    actor_id: str
    request_id: str = ""
    received_at: float = field(default_factory=time.monotonic, compare=False)

    @property
    def actor(self) -> dict[str, Any]:
        """As stored on bookings and audit entries."""
        return {"kind": self.kind.value, "id": self.actor_id}

    @property
    def principal(self) -> str:
        """Whose idempotency keys these are."""
        return f"{self.kind.value}:{self.actor_id}"
