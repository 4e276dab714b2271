"""The worker process: converges deliveries, and keeps the clock.

Procrastinate runs the jobs. APScheduler is the clock and nothing else: it lives in memory,
ticks only while this process holds an advisory lock, and each tick only puts a job into the
queue, once however many ticks are late.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import procrastinate
import psycopg
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from procrastinate.exceptions import AlreadyEnqueued

from app.deliveries.convergence import Converger
from app.deliveries.sweeping import Sweeper
from app.jobs import CONVERGE, SWEEP
from app.storage.database import CONNECTION_OPTIONS, SERVER_KEEPALIVES
from app.wiring import Wiring

_LOG = structlog.get_logger(__name__)

#: Any number, the same in all workers: who holds it keeps the clock.
_CLOCK_LOCK = 7_041_776_001

#: Seconds, before scaling.
_SWEEP_EVERY = 20.0
_HEARTBEAT_EVERY = 5.0
_STALLED_AFTER = 20.0
_POLL_EVERY = 2.0
#: Seconds a stopping worker gives its running jobs.
_GRACE_AT_STOP = 20.0


def run_worker(wiring: Wiring) -> None:
    """Work until told to stop (SIGTERM, SIGINT); running jobs are finished first."""
    asyncio.run(_run(wiring))


async def _run(wiring: Wiring) -> None:
    settings = wiring.settings
    scale = settings.delay_scale
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=settings.direct_url,
            min_size=1,
            max_size=settings.worker_concurrency + 3,
            kwargs={**CONNECTION_OPTIONS, "options": SERVER_KEEPALIVES},
        )
    )
    _add_tasks(app, wiring)
    clock = _Clock(app, wiring)
    # The default has as many threads as the machine has cores and a few; ours mostly wait.
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(max_workers=settings.worker_concurrency + 4)
    )
    async with app.open_async():
        clock.start(asyncio.get_running_loop())
        _LOG.info("worker.started", concurrency=settings.worker_concurrency)
        try:
            await app.run_worker_async(
                concurrency=settings.worker_concurrency,
                fetch_job_polling_interval=max(_POLL_EVERY * scale, 0.05),
                update_heartbeat_interval=max(_HEARTBEAT_EVERY * scale, 0.2),
                stalled_worker_timeout=max(_STALLED_AFTER * scale, 1.0),
                shutdown_graceful_timeout=_GRACE_AT_STOP,
                delete_jobs="always",
            )
        finally:
            clock.stop()
    _LOG.info("worker.stopped")


def _add_tasks(app: procrastinate.App, wiring: Wiring) -> None:
    scale = wiring.settings.delay_scale
    converger = Converger(
        database=wiring.database, vendors=wiring.vendors, clock=wiring.clock, scale=scale
    )
    sweeper = Sweeper(database=wiring.database, clock=wiring.clock, scale=scale)

    @app.task(name=CONVERGE)
    def converge(*, org_id: str, delivery_id: str) -> None:
        converger.converge(org_id=UUID(org_id), delivery_id=UUID(delivery_id))

    @app.task(name=SWEEP, queueing_lock=SWEEP)
    async def sweep() -> None:
        stalled = await app.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=max(_STALLED_AFTER * scale, 1.0)
        )
        for job in stalled:
            if job.task_name == CONVERGE and job.id is not None:
                await asyncio.to_thread(
                    sweeper.requeue_stalled,
                    job_id=job.id,
                    org_id=UUID(str(job.task_kwargs["org_id"])),
                    delivery_id=UUID(str(job.task_kwargs["delivery_id"])),
                )
            elif job.id is not None:
                # A sweep that died is simply made anew by the next tick.
                await app.job_manager.finish_job(
                    job, status=procrastinate.jobs.Status.FAILED, delete_job=True
                )
        await asyncio.to_thread(sweeper.go_round)


class _Clock:
    """Ticks in one worker of all, whichever holds the lock."""

    def __init__(self, app: procrastinate.App, wiring: Wiring) -> None:
        self._app = app
        self._url = wiring.settings.direct_url
        self._every = max(_SWEEP_EVERY * wiring.settings.delay_scale, 0.5)
        self._scheduler = BackgroundScheduler()
        self._connection: psycopg.Connection | None = None
        self._is_holder = False
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._scheduler.add_job(
            self._tick,
            "interval",
            seconds=self._every,
            # The defaults would skip a tick that is a second late.
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def _tick(self) -> None:
        if not self._holds_lock() or self._loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._defer(SWEEP), self._loop)

    async def _defer(self, task: str) -> None:
        try:
            await self._app.configure_task(task, queueing_lock=task).defer_async()
        except AlreadyEnqueued:
            return
        except procrastinate.exceptions.ConnectorException:
            # The database is away; the next tick tries again.
            _LOG.warning("clock.failed", task=task, exc_info=True)

    def _holds_lock(self) -> bool:
        """Whether this process keeps the clock; its connection's end gives the lock back."""
        with self._lock:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = psycopg.connect(
                        self._url,
                        autocommit=True,
                        options=SERVER_KEEPALIVES,
                        **CONNECTION_OPTIONS,
                    )
                    self._is_holder = False
                if self._is_holder:
                    self._connection.execute("select 1")
                else:
                    row = self._connection.execute(
                        "select pg_try_advisory_lock(%s)", (_CLOCK_LOCK,)
                    ).fetchone()
                    self._is_holder = bool(row and row[0])
            except psycopg.OperationalError:
                self._connection = None
                self._is_holder = False
            return self._is_holder
