"""What the service says about itself: JSON lines, and numbers for Prometheus.

A log line may hold ids, states, codes and times. It never holds what people typed, whom they
invite, a token, a link, a body or a query string. That goes for tracebacks too: they say which
errors came from where, but not the errors' messages, which can quote any of that. And it goes
for libraries, which know nothing of this rule: of their lines only the fixed words are kept.
"""

from __future__ import annotations

import itertools
import logging
import re
import sys
import traceback
import uuid
from collections.abc import Iterator
from typing import TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from structlog.typing import EventDict, WrappedLogger

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_MOST_FRAMES = 20

#: Where a value goes in a library's message: ``%s``, ``%(name)r``, ``{}``, ``{name}``.
_PLACES = re.compile(r"%(?:\(\w+\))?[-#0-9. +]*[a-zA-Z]|\{\w*\}")
#: Signs that a library has put values into its message itself: addresses, links, assignments,
#: something quoted.
_VALUES = re.compile(r"[@=?]|://|\"[^\"…]+\"|'[^'…]+'|`[^`…]+`")
_MOST_WORDS = 200
#: Tells of every retry with the whole address; what came of it is told by our connectors.
_CHATTERERS = ("urllib3",)
#: Loggers that have handlers of their own, and pass nothing on to the root.
_ALOOF = ("gunicorn.error", "gunicorn.access")


def request_id_for(asked: str | None) -> str:
    """The caller's own request id where it is a sane one, else a new one."""
    if asked is not None and _REQUEST_ID.fullmatch(asked):
        return asked
    return uuid.uuid4().hex


# ------------------------------------------------------------------------------- logs


def configure_logging(level: str, *, stream: TextIO | None = None) -> None:
    """Write every log line of this process as one JSON object, other libraries' too.

    Args:
        level: ``INFO`` and so on, for the service itself; libraries only warn.
        stream: Where to; standard output by default.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _say_where,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_keep_fixed_words, *shared],
            # A library's arguments are never even put into its message.
            use_get_message=False,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.set_name("hot-handover")
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if each.get_name() == handler.get_name()]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(level.upper())
    for name in _CHATTERERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in _ALOOF:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def _keep_fixed_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Of a library's line: its logger's name and the words that stand in its code."""
    record: logging.LogRecord = event["_record"]
    words = _PLACES.sub("…", event["event"])
    is_fixed = isinstance(record.msg, str) and not _VALUES.search(words)
    event["event"] = f"{record.name}: {words[:_MOST_WORDS]}" if is_fixed else record.name
    event.pop("stack_info", None)
    return event


def _say_where(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces a traceback by its frames and the names of its errors, without their messages."""
    told = event.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    error = told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["errors"] = list(itertools.islice(_chain(error), 5))
    return event


def _chain(error: BaseException) -> Iterator[dict[str, object]]:
    current: BaseException | None = error
    while current is not None:
        frames = traceback.extract_tb(current.__traceback__)[-_MOST_FRAMES:]
        yield {
            "error": f"{type(current).__module__}.{type(current).__qualname__}",
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        suppressed = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or suppressed


# ---------------------------------------------------------------------------- numbers


class Metrics:
    """Counts requests.

    Args:
        directory: Where the processes of one web server keep their numbers, so that each of
            them can show those of all; the process's own numbers only without it.
    """

    def __init__(self, *, directory: str = "") -> None:
        self._directory = directory
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "handover_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "handover_http_request_seconds",
            "How long an answer took.",
            ("method", "route"),
            buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 15),
            registry=self._registry,
        )

    def count(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request.

        Args:
            method: As it was sent; unusual ones are counted together.
            route: The template of the address, never the address itself.
            status: Of the answer.
            seconds: How long it took.
        """
        method = method if method in _METHODS else "other"
        self._requests.labels(method=method, route=route, status=str(status)).inc()
        self._seconds.labels(method=method, route=route).observe(seconds)

    def page(self) -> tuple[bytes, str]:
        """All numbers in Prometheus's text format, and its media type."""
        registry = self._registry
        if self._directory:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=self._directory)  # type: ignore[no-untyped-call]  # the library types none of it
        return generate_latest(registry), CONTENT_TYPE_LATEST
