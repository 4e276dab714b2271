"""The sandbox's Salesforce: many orgs side by side, each under an address of its own.

* ``state``: orgs, rows, sessions; ``schema``, ``standard``, ``package``: what objects there are.
* ``oauth``: the token endpoint; ``web_server_flow``: the page on which a user allows the app; ``callouts``: the tokens that orgs send to our service.
* ``soql`` and ``soql.lark``: the language; ``comparing``, ``relative_dates``, ``date_functions``,
  ``locales``, ``joins``: what its conditions mean; ``paths``, ``aggregates``, ``query``,
  ``cursors``: the answers; ``sharing``, ``field_rights``: who sees which
  records, and which of their fields.
* ``records``, ``values``, ``events``: what a write must keep to, and what Salesforce does then.
* ``rest``, ``composite``: the addresses; ``answers``: how Salesforce says no.
* ``seeds``: makes orgs; ``verbs``: what only the control door can do.

What is not played (subtotals, TYPEOF, formatting and distances in queries, Shared Activities,
record types, triggers) is refused as if Salesforce did not know it, so that nobody relies on it unseen.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, request

from connectors.sandbox.salesforce import composite, oauth
from connectors.sandbox.salesforce.answers import Refused, answer, invalid_session, not_found
from connectors.sandbox.salesforce.callouts import callout_token
from connectors.sandbox.salesforce.rest import Api, all_or_nothing, api, sent_headers, sent_json
from connectors.sandbox.salesforce.seeds import seed
from connectors.sandbox.salesforce.state import SalesforceState
from connectors.sandbox.salesforce.verbs import add_verbs
from connectors.sandbox.world import World

_DATA = "/<org_id>/services/data"
_V = f"{_DATA}/v<version>"
#: Source: Salesforce Help 000386264, "Maximum number of rows returned by SOQL queries over the REST
#: API"; the code in the answer is our reading.
_LONGEST_ADDRESS = 16_384


def register(app: Flask, world: World) -> None:
    """Add the routes under ``/salesforce``."""
    world.states["salesforce"] = SalesforceState()

    def plant(data: Any) -> dict[str, Any]:
        return seed(world, data or {})

    world.seeders["salesforce"] = plant
    add_verbs(world)
    salesforce = Blueprint("salesforce", __name__, url_prefix="/salesforce")
    oauth.add_routes(salesforce, world)
    _add_org_routes(salesforce, world)
    _add_gates(salesforce, world)
    app.register_blueprint(salesforce)


def _add_gates(salesforce: Blueprint, world: World) -> None:
    @salesforce.url_value_preprocessor
    def remember(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        """Every address names the org, most the version; the routes need not."""
        g.org_id = (values or {}).pop("org_id", "")
        g.version = (values or {}).pop("version", "65.0")

    @salesforce.before_request
    def identify() -> Response | None:
        with world.lock:
            state: SalesforceState = world.states["salesforce"]
            g.caller = g.org_id or oauth.caller_of_token_request(state)
            if "/services/data" not in request.path:
                return None
            if len(request.path) + len(request.query_string) > _LONGEST_ADDRESS:
                message = "The length of the URI exceeds the 16,384-byte limit."
                return answer(Refused("URI_TOO_LONG", message).body(), 414)
            try:
                _authenticate(state, world)
            except Refused as refused:
                return answer(refused.body(), refused.status)
            return None

    @salesforce.after_request
    def count(response: Response) -> Response:
        org = g.get("salesforce_org")
        if org is not None:
            response.headers["Sforce-Limit-Info"] = f"api-usage={org.api_calls}/{org.api_limit}"
        return response

    @salesforce.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return answer(error.body(), error.status)


def _authenticate(state: SalesforceState, world: World) -> None:
    sent = request.authorization
    text = (sent.token if sent and sent.type in ("bearer", "oauth") else None) or ""
    session = state.session(text, now=world.clock.now())
    org = state.orgs.get(g.org_id)
    if session is None or org is None or session.org_id != org.org_id:
        raise invalid_session()
    if not org.rows["User"][session.user_id].values["IsActive"]:
        raise invalid_session()
    if not {"api", "full"} & set(session.scopes):
        message = "This session is not valid for use with the REST API"
        raise Refused("INVALID_SESSION_ID", message, status=401)
    g.salesforce_org = org
    if org.api_calls >= org.api_limit:
        message = "TotalRequests Limit exceeded."
        raise Refused("REQUEST_LIMIT_EXCEEDED", message, status=403)
    org.api_calls += 1
    g.salesforce_api = Api(org, session, world, version=g.version)


def _add_org_routes(salesforce: Blueprint, world: World) -> None:  # noqa: C901 - a list of routes
    @salesforce.get(f"{_DATA}/")
    def versions() -> Response:
        return api().versions()

    @salesforce.get(f"{_V}/limits")
    def limits() -> Response:
        return api().limits()

    @salesforce.get(f"{_V}/sobjects")
    def sobjects() -> Response:
        with world.lock:
            return api().sobjects()

    @salesforce.get(f"{_V}/sobjects/<name>/describe")
    def describe(name: str) -> Response:
        with world.lock:
            return api().describe(name)

    @salesforce.post(f"{_V}/sobjects/<name>")
    def row_create(name: str) -> Response:
        body = sent_json()
        with world.lock:
            headers = sent_headers()
            return all_or_nothing(api().org, lambda: api().row_create(name, body, headers))

    @salesforce.get(f"{_V}/sobjects/<name>/<record_id>")
    def row_get(name: str, record_id: str) -> Response:
        with world.lock:
            return api().row_get(name, record_id)

    @salesforce.patch(f"{_V}/sobjects/<name>/<record_id>")
    def row_update(name: str, record_id: str) -> Response:
        body = sent_json()
        with world.lock:
            headers = sent_headers()
            return all_or_nothing(
                api().org, lambda: api().row_update(name, record_id, body, headers)
            )

    @salesforce.delete(f"{_V}/sobjects/<name>/<record_id>")
    def row_delete(name: str, record_id: str) -> Response:
        with world.lock:
            return all_or_nothing(api().org, lambda: api().row_delete(name, record_id))

    @salesforce.patch(f"{_V}/sobjects/<name>/<key>/<text>")
    def row_upsert(name: str, key: str, text: str) -> Response:
        body = sent_json()
        with world.lock:
            headers = sent_headers()
            return all_or_nothing(
                api().org, lambda: api().row_upsert(name, key, text, body, headers)
            )

    @salesforce.get(f"{_V}/query")
    def query() -> Response:
        with world.lock:
            return api().query(request.args.get("q", ""), sent_headers())

    @salesforce.get(f"{_V}/query/<locator>")
    @salesforce.get(f"{_V}/queryAll/<locator>")
    def query_more(locator: str) -> Response:
        with world.lock:
            return api().query_more(locator)

    @salesforce.get(f"{_V}/queryAll")
    def query_all() -> Response:
        with world.lock:
            return api().query(request.args.get("q", ""), sent_headers(), with_deleted=True)

    @salesforce.post(f"{_V}/composite")
    def composite_request() -> Response:
        body = sent_json()
        with world.lock:
            return composite.composite(api(), body)

    @salesforce.post(f"{_V}/composite/sobjects/<name>")
    def collections_retrieve(name: str) -> Response:
        body = sent_json()
        with world.lock:
            return composite.collections_retrieve(api(), name, body)

    @salesforce.patch(f"{_V}/composite/sobjects")
    def collections_update() -> Response:
        body = sent_json()
        with world.lock:
            return composite.collections_update(api(), body, sent_headers())

    @salesforce.post("/<org_id>/callout-token")
    def callout_token_for() -> Response:
        """No address of Salesforce's: what a callout of this org would carry."""
        asked = request.get_json()
        with world.lock:
            org = world.states["salesforce"].orgs.get(g.org_id)
            if org is None:
                raise not_found()
            token = callout_token(
                org, subject=asked["sub"], audience=asked["aud"], now=world.clock.now()
            )
        return answer({"token": token})
