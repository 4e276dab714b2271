"""The door for tests and the demo: seed, order faults, shift the clock, read the ledgers."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request

from connectors.sandbox.salesforce.answers import Refused as RefusedBySalesforce
from connectors.sandbox.world import Fault, World
from connectors.sandbox.zoom.answers import Refused as RefusedByZoom

#: How a vendor says no to what is to be seeded; the sentences are for whoever seeds.
_NO = (RefusedBySalesforce, RefusedByZoom, ValueError)
#: What happens to data of another shape than the vendor's ``seed`` describes.
_OTHER_SHAPE = (LookupError, TypeError, AttributeError)


def _plain(value: Any) -> Any:
    """A dataclass as plain JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def register(app: Flask, world: World) -> None:  # noqa: C901, PLR0915 - a list of small routes
    """Add the routes under ``/control``."""
    door = Blueprint("control", __name__, url_prefix="/control")

    @door.get("/health")
    def health() -> Response:
        return jsonify({"status": "ok", "vendors": sorted(world.seeders)})

    @door.post("/seed")
    def seed() -> Response | tuple[Response, int]:
        """Each vendor's part of the body goes to that vendor; the answer says what was made.

        What was made before a refusal stays.
        """
        made = {}
        wanted = request.get_json()
        if not isinstance(wanted, dict):
            return jsonify({"error": "name a vendor for each part of the seed"}), 400
        unknown = sorted(set(wanted) - set(world.seeders))
        if unknown:
            return jsonify({"error": f"no such vendor: {', '.join(unknown)}"}), 400
        for vendor, data in wanted.items():
            try:
                with world.lock:
                    made[vendor] = world.seeders[vendor](data)
            except _NO as error:
                return jsonify({"error": f"{vendor}: {error}"}), 400
            except _OTHER_SHAPE as error:
                words = f"{vendor}: the seed has another shape: {error!r}"
                return jsonify({"error": words}), 400
        return jsonify(made)

    @door.post("/faults")
    def order() -> Response | tuple[Response, int]:
        try:
            fault = Fault(**request.get_json())
        except (TypeError, ValueError) as error:
            return jsonify({"error": str(error)}), 400
        with world.lock:
            world.faults.faults.append(fault)
        return jsonify({"faults": len(world.faults.faults)})

    @door.get("/faults")
    def faults() -> Response:
        with world.lock:
            return jsonify(_plain(world.faults.faults))

    @door.delete("/faults")
    def forget() -> Response:
        with world.lock:
            world.faults.faults.clear()
        return jsonify({"faults": 0})

    @door.get("/mails")
    def mails() -> Response:
        """All mails, or those of one recipient (``?recipient=``)."""
        recipient = request.args.get("recipient", "").lower()
        with world.lock:
            return jsonify(_plain([m for m in world.mail.mails if recipient in ("", m.recipient)]))

    @door.get("/requests")
    def requests() -> Response:
        """The requests since a number (``?after=``), of one vendor (``?vendor=``)."""
        after = int(request.args.get("after", "0"))
        vendor = request.args.get("vendor", "")
        with world.lock:
            return jsonify(
                _plain([r for r in world.requests if r.number > after and vendor in ("", r.vendor)])
            )

    @door.post("/clock")
    def clock() -> Response:
        """Shift the clock by so many seconds (``{"shift_seconds": 3600}``)."""
        with world.lock:
            world.clock.offset += timedelta(seconds=request.get_json()["shift_seconds"])
        return jsonify({"now": world.clock.now().isoformat()})

    @door.post("/<vendor>/<verb>")
    def act(vendor: str, verb: str) -> Response | tuple[Response, int]:
        """A vendor's own verb; what it takes and answers stands where the vendor makes it."""
        action = world.verbs.get((vendor, verb))
        if action is None:
            return jsonify({"error": f"{vendor} has no verb {verb}"}), 404
        try:
            with world.lock:
                return jsonify(_plain(action(request.get_json(silent=True) or {})))
        except (*_NO, *_OTHER_SHAPE) as error:
            return jsonify({"error": f"{vendor}: {error}"}), 400

    @door.get("/snapshot")
    def snapshot() -> Response:
        return Response(world.snapshot(), mimetype="application/octet-stream")

    @door.put("/snapshot")
    def restore() -> Response:
        world.restore(request.get_data())
        return jsonify({"restored": True})

    app.register_blueprint(door)
