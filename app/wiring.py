"""Puts a process together: settings, database, vendors, services."""

from __future__ import annotations

import zoneinfo
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from app import clock as wall_clock
from app.bookings.service import BookingService
from app.callers import Role
from app.clock import Clock
from app.roles import RoleBook
from app.sealing import Sealer
from app.settings import Settings, read_settings
from app.storage import orgs
from app.storage.database import Database
from app.vendors import Vendors

#: One wave of calendar reads of a large pool runs side by side.
_THREADS_FOR_READS = 32


class Wiring:
    """One process's objects, each made once.

    Args:
        settings: What the environment says.
        clock: The current instant.
        is_worker: Reach the database directly, without a transaction pooler in between.
    """

    def __init__(
        self, settings: Settings, *, clock: Clock = wall_clock.now, is_worker: bool = False
    ) -> None:
        # The pinned package, not whatever the machine has: offsets must not differ by host.
        zoneinfo.reset_tzpath(to=())
        self.settings = settings
        self.clock = clock
        self.database = Database(
            settings.direct_url if is_worker else settings.database_url,
            pool_size=2 * settings.worker_concurrency + 4 if is_worker else 10,
            is_direct=is_worker,
        )
        self.sealer = Sealer(settings.secret_keys)
        self.vendors = Vendors(
            settings=settings, database=self.database, sealer=self.sealer, clock=clock
        )
        self.role_book = RoleBook(vendors=self.vendors, clock=clock)
        self.executor = ThreadPoolExecutor(
            max_workers=_THREADS_FOR_READS, thread_name_prefix="reads"
        )
        self.booking_service = BookingService(
            database=self.database,
            vendors=self.vendors,
            executor=self.executor,
            clock=clock,
        )

    @classmethod
    def from_environment(cls, *, is_worker: bool = False) -> Wiring:
        """The wiring that the process's environment asks for.

        Raises:
            SettingsError: The environment is wrong.
        """
        return cls(read_settings(), is_worker=is_worker)

    def certificates(self, salesforce_org_id: str) -> tuple[UUID, list[tuple[str, str]]] | None:
        """The org with that Salesforce id and its certificates in force; nothing if unknown."""
        with self.database.transaction_for_issuer(salesforce_org_id) as session:
            return orgs.certificates_of_issuer(session, salesforce_org_id)

    def roles(
        self,
        org_id: UUID,
        user_id: str,
        live: bool,  # noqa: FBT001 - the door calls it by position
    ) -> tuple[bool, frozenset[Role]]:
        """Whether the user is active, and their roles."""
        return self.role_book.roles(org_id=org_id, user_id=user_id, live=live)

    def close(self) -> None:
        """Give everything back."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.database.close()
