"""Puts the vendors together into one server and listens on loopback."""

from __future__ import annotations

import contextlib
import functools
import importlib
import socket
import threading
from collections.abc import Callable
from typing import Any, cast

from flask import Flask, Response, g, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from connectors.sandbox import control, lightning, viewing
from connectors.sandbox.lightning import LightningSite
from connectors.sandbox.world import Fault, LoggedRequest, World

#: Modules with ``register(app, world)``; a blueprint's name is its vendor's.
VENDORS = (
    "connectors.sandbox.salesforce",
    "connectors.sandbox.google",
    "connectors.sandbox.microsoft",
    "connectors.sandbox.zoom",
)

#: The sandbox's own blueprints, which no client of the service knows.
_OWN_DOORS = ("control", "lightning", "look")

_KEPT_CHARACTERS = 65_536

_View = Callable[..., ResponseReturnValue]


class _BrokenConnection(Exception):  # noqa: N818 - not an error: it is ordered
    """The client shall get no answer."""


def create_app(world: World, site: LightningSite) -> Flask:
    """The vendors' routes with faults around them, the control door, and pages to look at."""
    app = Flask("sandbox", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.strict_slashes = False
    for name in VENDORS:
        importlib.import_module(name).register(app, world)
    for endpoint, view in list(app.view_functions.items()):
        app.view_functions[endpoint] = _faulty(cast("_View", view), endpoint, world)
    control.register(app, world)
    viewing.register(app, world)
    lightning.register(app, world, site)
    app.register_error_handler(_BrokenConnection, _hang_up)
    app.after_request(functools.partial(_log_unplayed, world))
    return app


def _hang_up(_error: Exception) -> ResponseReturnValue:
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):  # the client was faster
            connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)


def _faulty(view: _View, endpoint: str, world: World) -> _View:
    vendor, _, operation = endpoint.partition(".")

    @functools.wraps(view)
    def answer(**arguments: Any) -> ResponseReturnValue:
        caller = getattr(g, "caller", "")
        with world.lock:
            fault = world.faults.next(vendor=vendor, operation=operation, caller=caller)
        status = 0
        text = ""
        try:
            response = _answer(view, arguments, fault)
            status, text = response.status_code, response.get_data(as_text=True)
            return response
        finally:
            g.is_logged = True
            _log(world, vendor=vendor, operation=operation, status=status, text=text)
            if fault is not None:
                with world.lock:
                    fault.over += 1

    return answer


def _log(world: World, *, vendor: str, operation: str, status: int, text: str) -> None:
    with world.lock:
        world.requests.append(
            LoggedRequest(
                number=world.number(),
                vendor=vendor,
                operation=operation,
                caller=getattr(g, "caller", ""),
                method=request.method,
                # Google and others take tokens in addresses, too.
                path=request.path if "token" in operation else request.full_path.rstrip("?"),
                body="" if "token" in operation else _sent(),
                status=status,
                answer="" if "token" in operation else text[:_KEPT_CHARACTERS],
            )
        )


def _log_unplayed(world: World, response: Response) -> Response:
    """Log what no route answered: a refused token, an address or verb the vendor lacks."""
    vendor, _, operation = (request.endpoint or "").partition(".")
    vendor = vendor or request.path.split("/")[1]
    if vendor not in _OWN_DOORS and not g.get("is_logged", False):
        _log(
            world,
            vendor=vendor,
            operation=operation,
            status=response.status_code,
            text=response.get_data(as_text=True),
        )
    return response


def _sent() -> str:
    return request.get_data(cache=True, as_text=True)[:_KEPT_CHARACTERS]


def _answer(view: _View, arguments: dict[str, Any], fault: Fault | None) -> Response:
    if fault is None:
        return make_response(view(**arguments))
    if fault.kind == "drop_before":
        raise _BrokenConnection
    if fault.kind == "status":
        return _ordered(fault)
    if fault.kind == "html":
        return Response("<html><body>Something went wrong</body></html>", mimetype="text/html")
    if fault.kind == "slow":
        threading.Event().wait(fault.seconds)
        return make_response(view(**arguments))
    response = make_response(view(**arguments))
    if fault.kind == "commit_then_drop":
        raise _BrokenConnection
    if fault.kind == "commit_then_status":
        return _ordered(fault)
    if fault.kind == "truncated":
        data = response.get_data()
        response.set_data(data[: len(data) // 2])
        return response
    raise ValueError(f"unknown kind of fault: {fault.kind}")


def _ordered(fault: Fault) -> Response:
    response = Response(fault.body, status=fault.status, mimetype="application/json")
    for name, value in fault.headers.items():
        response.headers[name] = value
    return response


class _Quiet(WSGIRequestHandler):
    """HTTP/1.1 with keep-alive, as the vendors speak it, and no line per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: ``world.requests`` has it all."""


class SandboxServer:
    """The sandbox, listening; several may run side by side on ports of their own.

    Args:
        host: Loopback address to listen on.
        port: 0 for any free one.
        smtp_port: Likewise, for the mail sink.
        lightning: What its record pages need; without it they say what is missing.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        smtp_port: int = 0,
        lightning: LightningSite | None = None,
    ) -> None:
        from connectors.sandbox.smtp import MailSink

        self.world = World()
        self.lightning = lightning or LightningSite()
        app = create_app(self.world, self.lightning)
        self._http: BaseWSGIServer = make_server(
            host, port, app, threaded=True, request_handler=_Quiet
        )
        self.port = int(self._http.server_port)
        self.base_url = f"http://{host}:{self.port}"
        self.world.base_url = self.base_url
        self._smtp = MailSink(self.world, host=host, port=smtp_port)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def smtp_url(self) -> str:
        """Where the mail sink listens: ``smtp://127.0.0.1:port``."""
        return self._smtp.url

    def start(self) -> None:
        """Listen, in threads of this process."""
        self._smtp.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self._smtp.stop()
