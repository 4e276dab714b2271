"""The web process: the door of the service. Run as ``gunicorn 'app.web:create_app()'``."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, g, request
from werkzeug.datastructures import ImmutableDict

from app.api import answers, examples, openapi
from app.api.bodies import encoded
from app.api.cursors import Cursors
from app.api.door import Bookings, Door, Pingable, extension_name
from app.api.openapi import problems
from app.api.routes import BOOKS, MOST_BODY_BYTES, QUERY_NAMES, v1
from app.auth import Authenticator, CertificateSource, RoleSource
from app.clock import Clock
from app.observability import Metrics, configure_logging, request_id_for
from app.problems import INTERNAL_ERROR, MEDIA_TYPE, Problem, problem_of
from app.settings import Environment, Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LOG = structlog.get_logger(__name__)

_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class _Application(APIFlask):
    """Answers OPTIONS like any other method that nobody offers, from its first route on."""

    default_config = ImmutableDict({**APIFlask.default_config, "PROVIDE_AUTOMATIC_OPTIONS": False})


class Wired(Protocol):
    """What the door needs of the process's wiring (``app.wiring.Wiring``)."""

    @property
    def settings(self) -> Settings:
        """What the environment says."""

    @property
    def clock(self) -> Clock:
        """The current instant."""

    @property
    def booking_service(self) -> Bookings:
        """The service behind the door."""

    @property
    def certificates(self) -> CertificateSource:
        """Which org signs with which keys."""

    @property
    def roles(self) -> RoleSource:
        """What users may do."""

    @property
    def database(self) -> Pingable:
        """The one database."""


def create_app(wiring: Wired | None = None) -> APIFlask:
    """The web application.

    Args:
        wiring: The process's objects; made from the environment by default.

    Raises:
        SettingsError: The environment is wrong.
    """
    # The pinned package, not whatever the machine has: offsets must not differ by host.
    zoneinfo.reset_tzpath(to=())
    if wiring is None:
        wiring = _wiring_from_environment()
    settings = wiring.settings
    configure_logging(settings.log_level)
    app = _Application(
        "app",
        title="Hot handover for Salesforce",
        version="1",
        spec_path="/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        # No files are served.
        static_folder=cast(str, None),
    )
    _configure(app, settings)
    app.extensions[extension_name()] = Door(
        bookings=wiring.booking_service,
        authenticator=Authenticator(
            certificates=wiring.certificates,
            roles=wiring.roles,
            audience=settings.public_url,
            clock=wiring.clock,
        ),
        cursors=Cursors(settings.secret_keys),
        database=wiring.database,
        metrics=Metrics(directory=settings.prometheus_multiproc_dir),
    )
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_forget)
    app.register_error_handler(Exception, _answer_error)
    app.register_error_handler(HTTPError, _answer_error)
    app.register_blueprint(v1)
    _add_signs_of_life(app)
    app.wsgi_app = _hanging_up(app.wsgi_app)  # type: ignore[assignment, method-assign]  # Flask's own way
    return app


def _wiring_from_environment() -> Wired:
    # Only here, so that tests of the door need no database.
    from app.wiring import Wiring

    return Wiring.from_environment()


def _configure(app: APIFlask, settings: Settings) -> None:
    hosts = [urlsplit(settings.public_url).hostname or ""]
    if settings.environment is not Environment.PRODUCTION:
        hosts += ["localhost", "127.0.0.1"]
    app.config.update(
        TRUSTED_HOSTS=hosts,
        # One more: a body in chunks is cut off there, and then one can see that it is too long.
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES + 1,
        OPENAPI_VERSION="3.0.3",
        SECURITY_SCHEMES=openapi.SECURITY_SCHEMES,
        DESCRIPTION=openapi.DESCRIPTION,
        SERVERS=[{"url": settings.public_url}],
        # Every operation names its own problems.
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        HTTP_ERROR_SCHEMA=answers.Problem,
    )
    # An address is right or it is not found; nobody is sent elsewhere.
    app.url_map.merge_slashes = False
    app.spec_processor(openapi.finish)


# ------------------------------------------------------------------------ every request


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = request_id_for(request.headers.get("X-Request-Id"))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    seconds = time.perf_counter() - g.began
    route = request.url_rule.rule if request.url_rule is not None else "unmatched"
    response.headers["X-Request-Id"] = g.request_id
    for name, value in _SAFE_HEADERS.items():
        response.headers[name] = value
    if _has_body() and "has_read_body" not in g:
        # What was not read would be taken for the next request.
        response.headers["Connection"] = "close"
    Door.here().metrics.count(
        method=request.method, route=route, status=response.status_code, seconds=seconds
    )
    known: dict[str, str] = {}
    if "authenticated" in g:
        known["org_id"] = str(g.authenticated.caller.org_id)
        known["caller_kind"] = g.authenticated.caller.kind.value
    if "problem_code" in g:
        known["code"] = g.problem_code
    _LOG.info(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        duration_ms=round(seconds * 1000, 1),
        **known,
    )
    return response


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()


def _has_body() -> bool:
    return bool(request.content_length) or "Transfer-Encoding" in request.headers


def _hanging_up(application: WSGIApplication) -> WSGIApplication:
    """Passes on to gunicorn that an answer is the connection's last one.

    WSGI (PEP 3333) does not let an application decide about connections, and gunicorn leaves
    the header out; but it gives its response along, which can be told.
    """

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            hang_up: Callable[[], None] | None = getattr(
                getattr(start_response, "__self__", None), "force_close", None
            )
            if hang_up is not None and ("Connection", "close") in headers:
                hang_up()
            return start_response(status, headers, *more)

        return application(environ, start)

    return run


def _answer_error(error: Exception) -> Response:
    problem = problem_of(
        error, books=request.endpoint == BOOKS, has_key="Idempotency-Key" in request.headers
    )
    if request.method in ("GET", "HEAD") and problem.field is not None:
        # The service knows one name for each thing; an address has shorter ones.
        problem = replace(problem, field=QUERY_NAMES.get(problem.field, problem.field))
    if problem == INTERNAL_ERROR:
        _LOG.error("defect", exc_info=error)
    elif problem.status >= 500:  # noqa: PLR2004 - an HTTP status
        _LOG.warning("trouble", code=problem.code, exc_info=error)
    return _answer_problem(problem)


def _answer_problem(problem: Problem) -> Response:
    g.problem_code = problem.code
    response = Response(
        encoded(problem.document(request_id=g.request_id)),
        status=problem.status,
        content_type=MEDIA_TYPE,
    )
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


# ------------------------------------------------------------------------ signs of life


def _add_signs_of_life(app: APIFlask) -> None:
    @app.get("/health")
    @app.output(answers.Sign, example=examples.SIGN)
    @app.doc(
        summary="Is the process alive?",
        operation_id="showHealth",
        tags=["Operation"],
        responses=problems(400, 500),
    )
    def show_health() -> Response:
        return Response(encoded(examples.SIGN), mimetype="application/json")

    @app.get("/ready")
    @app.output(answers.Sign, example=examples.SIGN)
    @app.doc(
        summary="Can it work? It can while its database is there",
        operation_id="showReadiness",
        tags=["Operation"],
        responses=problems(400, 500, 503),
    )
    def show_readiness() -> Response:
        Door.here().database.ping()
        return Response(encoded(examples.SIGN), mimetype="application/json")

    numbers = problems(400, 500)
    numbers[200] = {
        "description": "Prometheus' text format, of this process.",
        "content": {
            "text/plain": {
                "schema": {"type": "string"},
                "example": 'handover_http_requests_total{method="GET",route="/health",'
                'status="200"} 3.0\n',
            }
        },
    }

    @app.get("/metrics")
    @app.doc(
        summary="Numbers for Prometheus",
        operation_id="showMetrics",
        tags=["Operation"],
        responses=numbers,
    )
    def show_metrics() -> Response:
        page, content_type = Door.here().metrics.page()
        return Response(page, content_type=content_type)
