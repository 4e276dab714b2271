"""Subscriptions to a user's events: made with a handshake, renewed, over.

Sources: microsoft-graph-docs-contrib, subscription-post-subscriptions.md, subscription-update.md,
subscription-reauthorize.md, resources/subscription.md and the include on the validation of
notification URLs (read 2026). The longest life of a subscription to events is 10,080 minutes in
the present edition of the resource's page, 4,230 in earlier ones. What is notified, and how:
``notifications``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from flask import Blueprint, Response, g, jsonify

from connectors.sandbox.microsoft.callers import resolve
from connectors.sandbox.microsoft.state import Grant, MicrosoftState, Subscription
from connectors.sandbox.microsoft.wire import (
    GraphError,
    Json,
    bad_request,
    json_object,
    parameters,
)
from connectors.sandbox.world import World

_RESOURCE = re.compile(r"/?(?:me|users/(?P<user>[^/]+))/events", re.IGNORECASE)
_CHANGES = frozenset({"created", "updated", "deleted"})
_TLS = frozenset({"v1_0", "v1_1", "v1_2", "v1_3"})
_WRITABLE = frozenset(
    {
        "changeType",
        "notificationUrl",
        "lifecycleNotificationUrl",
        "resource",
        "expirationDateTime",
        "clientState",
        "latestSupportedTlsVersion",
        "includeResourceData",
        "@odata.type",
    }
)
_LONGEST = timedelta(minutes=10_080)
#: What is shorter becomes as long as this (resources/subscription.md).
_SHORTEST = timedelta(minutes=45)
_LONGEST_STATE = 128
_HANDSHAKE_SECONDS = 10
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def register(door: Blueprint, world: World) -> None:
    """Add the routes under ``/microsoft/v1.0/subscriptions``."""
    routes = _Routes(world)
    one = "/v1.0/subscriptions/<subscription>"
    for operation, method, rule, view in (
        ("subscriptions_list", "GET", "/v1.0/subscriptions", routes.listed),
        ("subscriptions_create", "POST", "/v1.0/subscriptions", routes.create),
        ("subscriptions_get", "GET", one, routes.get),
        ("subscriptions_update", "PATCH", one, routes.renew),
        ("subscriptions_delete", "DELETE", one, routes.delete),
        ("subscriptions_reauthorize", "POST", f"{one}/reauthorize", routes.reauthorize),
    ):
        door.add_url_rule(rule, endpoint=operation, view_func=_guarded(view), methods=[method])


def _guarded(view: Callable[..., Response]) -> Callable[..., Response]:
    """Errors in Graph's form. Not under the world's lock: a handshake waits for somebody else."""

    def answer(**arguments: str) -> Response:
        try:
            return view(**arguments)
        except GraphError as error:
            return error.response()

    return answer


class _Routes:
    def __init__(self, world: World) -> None:
        self._world = world

    def create(self) -> Response:
        parameters(frozenset())
        body = json_object()
        with self._world.lock:
            wanted = self._checked(body)
        # "Microsoft Graph will also validate the lifecycleNotificationUrl": the same address once.
        for url in dict.fromkeys((wanted.lifecycle_url, wanted.notification_url)):
            if url:
                _shake_hands(url)
        with self._world.lock:
            self._state.subscriptions[wanted.subscription_id] = wanted
            response = jsonify(_shown(wanted))
        response.status_code = 201
        return response

    def listed(self) -> Response:
        parameters(frozenset())
        with self._world.lock:
            drop_expired(self._world)
            grant: Grant = g.microsoft_grant
            mine = [_shown(one) for one in self._state.subscriptions.values() if one.made_by(grant)]
        return jsonify({"value": mine})

    def get(self, subscription: str) -> Response:
        parameters(frozenset())
        with self._world.lock:
            return jsonify(_shown(self._found(subscription)))

    def renew(self, subscription: str) -> Response:
        parameters(frozenset())
        body = json_object()
        if set(body) - {"expirationDateTime", "@odata.type"}:
            raise bad_request("The sandbox updates a subscription's expirationDateTime only.")
        with self._world.lock:
            found = self._found(subscription)
            resolve(self._world, found.email)
            found.expires_at = self._expiry(body)
            # "Renewing your subscription also reauthorizes your endpoint".
            found.is_paused = False
            return jsonify(_shown(found))

    def reauthorize(self, subscription: str) -> Response:
        parameters(frozenset())
        with self._world.lock:
            found = self._found(subscription)
            resolve(self._world, found.email)
            found.is_paused = False
        return Response(status=204)

    def delete(self, subscription: str) -> Response:
        parameters(frozenset())
        with self._world.lock:
            del self._state.subscriptions[self._found(subscription).subscription_id]
        return Response(status=204)

    # ------------------------------------------------------------------------- plumbing

    @property
    def _state(self) -> MicrosoftState:
        state: MicrosoftState = self._world.states["microsoft"]
        return state

    def _found(self, subscription_id: str) -> Subscription:
        """A subscription of the caller's that is alive."""
        drop_expired(self._world)
        found = self._state.subscriptions.get(subscription_id)
        if found is None or not found.made_by(g.microsoft_grant):
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return found

    def _checked(self, body: Json) -> Subscription:
        """The subscription as it is wanted, not validated yet.

        Raises:
            GraphError: Graph would not take it, or the sandbox does not play it.
        """
        for name in sorted(set(body) - _WRITABLE):
            raise bad_request(
                f"The property '{name}' does not exist on type 'microsoft.graph.subscription' "
                "or cannot be written."
            )
        named = _RESOURCE.fullmatch(_text(body, "resource", needed=True))
        if named is None:
            raise bad_request("The sandbox notifies of me/events and users/{id}/events only.")
        call = resolve(self._world, named["user"])
        changes = [one.strip() for one in _text(body, "changeType", needed=True).split(",")]
        if set(changes) - _CHANGES or len(set(changes)) != len(changes):
            raise bad_request("changeType is created, updated, deleted, or several with commas.")
        state = _text(body, "clientState")
        if len(state) > _LONGEST_STATE:
            raise bad_request(f"clientState has at most {_LONGEST_STATE} characters.")
        if body.get("latestSupportedTlsVersion", "v1_2") not in _TLS:
            raise bad_request("latestSupportedTlsVersion is v1_0, v1_1, v1_2 or v1_3.")
        if body.get("includeResourceData"):
            raise bad_request("The sandbox sends no resource data.")
        grant: Grant = g.microsoft_grant
        return Subscription(
            tenant_id=grant.tenant_id,
            creator=grant.email,
            email=call.mailbox.email,
            resource=body["resource"],
            change_types=tuple(changes),
            client_state=body.get("clientState"),
            notification_url=_address(_text(body, "notificationUrl", needed=True)),
            lifecycle_url=_address(_text(body, "lifecycleNotificationUrl")),
            expires_at=self._expiry(body),
            immutable_ids=call.preferred.immutable_ids,
            application_id=call.state.tenants[grant.tenant_id].client_id,
            creator_id=(
                call.state.mailboxes[grant.email].user_id
                if grant.email
                else call.state.tenants[grant.tenant_id].client_id
            ),
            tls=body.get("latestSupportedTlsVersion", "v1_2"),
        )

    def _expiry(self, body: Json) -> datetime:
        now = self._world.clock.now()
        text = _text(body, "expirationDateTime", needed=True)
        try:
            expires = datetime.fromisoformat(text)
        except ValueError as error:
            raise bad_request("expirationDateTime is not a time.") from error
        if expires.tzinfo is None:
            raise bad_request("expirationDateTime is a DateTimeOffset: it has an offset or Z.")
        if expires <= now:
            raise bad_request("Subscription expiration has to be in the future.")
        if expires > now + _LONGEST:
            raise bad_request(
                f"Subscription expiration can only be {_LONGEST // timedelta(minutes=1)} minutes "
                "in the future."
            )
        return max(expires.astimezone(UTC), now + _SHORTEST)


def drop_expired(world: World) -> None:
    """Forget what is over: "If you don't renew in time, Microsoft Graph deletes the subscription"."""
    state: MicrosoftState = world.states["microsoft"]
    now = world.clock.now()
    for name in [n for n, one in state.subscriptions.items() if one.expires_at <= now]:
        del state.subscriptions[name]


def _text(body: Json, name: str, *, needed: bool = False) -> str:
    value = body.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value:
        raise bad_request(f"The property '{name}' is needed as a text.")
    return value


def _address(url: str) -> str:
    """A notification URL. Graph wants HTTPS; the sandbox calls nobody beyond this machine."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK):
        raise bad_request(f"Not a notification URL that the sandbox may call: '{url}'.")
    return url


def with_query(url: str, **more: str) -> str:
    """The address with more in its query; what is there stays."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(more)}"


def calling_session() -> requests.Session:
    """For calls to this machine: no proxy stands in between."""
    session = requests.Session()
    session.trust_env = False
    return session


def _shake_hands(url: str) -> None:
    """See that whoever listens there wants to be called.

    Raises:
        GraphError: It answers late, with another status or type, or not with the very token.
    """
    # Characters that have to be decoded from the address: "if the client returns an encoded
    # validation token, the validation fails".
    token = f"Validation: Testing client application reachability. {secrets.token_urlsafe(24)}"
    try:
        answer = calling_session().post(
            with_query(url, validationToken=token),
            headers={"Content-Type": "text/plain; charset=utf-8"},
            timeout=_HANDSHAKE_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise _invalid("Subscription validation request failed: no answer in time.") from error
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if answer.status_code != 200:  # noqa: PLR2004 - HTTP's OK, which the page asks for
        raise _invalid(f"Subscription validation request failed. HTTP {answer.status_code}.")
    if kind != "text/plain" or answer.text != token:
        raise _invalid(
            "Subscription validation request failed. Response must exactly match "
            "validationToken query parameter."
        )


def _invalid(message: str) -> GraphError:
    return GraphError(400, "ValidationError", message)


def moment(instant: datetime) -> str:
    """A DateTimeOffset with seven digits of a second, as notifications have it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _shown(one: Subscription) -> dict[str, Any]:
    return {
        "id": one.subscription_id,
        "resource": one.resource,
        "applicationId": one.application_id,
        "changeType": ",".join(one.change_types),
        "clientState": one.client_state,
        "notificationUrl": one.notification_url,
        "lifecycleNotificationUrl": one.lifecycle_url or None,
        "expirationDateTime": moment(one.expires_at),
        "creatorId": one.creator_id,
        "latestSupportedTlsVersion": one.tls,
        "includeResourceData": None,
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationQueryOptions": None,
        "notificationUrlAppId": None,
    }
