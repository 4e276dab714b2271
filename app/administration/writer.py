"""What everything that writes configuration is built of."""

from __future__ import annotations

from uuid import UUID

from app.clock import now
from app.deliveries.attention import begin_again
from app.sealing import Sealer
from app.storage.database import Database
from app.vendors import NotConnectedError, Vendors


class Writer:
    """Writes what is configured.

    Args:
        database: Where to.
        sealer: Seals secrets.
        vendors: Asks orgs whether a definition fits them; without, nothing can be asked.
    """

    def __init__(
        self, *, database: Database, sealer: Sealer, vendors: Vendors | None = None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._vendors = vendors

    def _take_up_again(self, org_id: UUID) -> None:
        """What stopped because an account had to be connected again goes on."""
        begin_again(
            database=self._database,
            clock=now,
            scale=1.0,
            org_ids=[org_id],
            error_codes=("reconnect_required", NotConnectedError.code),
        )
