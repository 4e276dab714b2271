"""Who is calling: the token that the caller's Salesforce signed, and what Salesforce lets them do.

Salesforce signs a short-lived JWT for the running user with a certificate of the org. The org is
found by the token's issuer, the signature is checked with that org's own certificates and
nothing else, and the roles are asked of that org. A token may come again while it lives:
Salesforce sends one several times (two callouts within a second carry the same one), so there is
no list of used ones.

Nothing a token says is ever fetched: a header that points to a key, or brings one, is refused.

Source: Salesforce Help, "Create or Edit an External Credential" (protocol JWT); RFC 8725 (JWT
best current practices).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from app.callers import ActorKind, Caller, Role
from app.clock import Clock
from app.problems import AuthenticationError
from booking_types.errors import ForbiddenError, InvalidRequestError
from booking_types.salesforce_ids import USER_PREFIX, salesforce_id

ALGORITHMS = ("RS256", "RS512")
LONGEST_LIFE = timedelta(minutes=5)
SKEW = timedelta(seconds=60)

#: The first three characters of an org's id.
_ORG_PREFIX = "00D"
#: Salesforce's tokens have less than 1,500 characters.
_LONGEST_TOKEN = 8_192
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KEY_NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")
#: Headers that bring a key, point to one, or demand extensions.
_FORBIDDEN_HEADERS = ("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip")

Claims = Mapping[str, Any]


class CertificateSource(Protocol):
    """Knows which org signs with which keys."""

    def __call__(self, salesforce_org_id: str, /) -> tuple[UUID, Sequence[tuple[str, str]]] | None:
        """Our id of the org and the names and PEM public keys of its unretired certificates.

        Args:
            salesforce_org_id: 18 characters.

        Returns:
            Nothing for an org that is not connected.
        """


class RoleSource(Protocol):
    """Knows what users may do."""

    def __call__(self, org_id: UUID, user_id: str, live: bool, /) -> tuple[bool, frozenset[Role]]:  # noqa: FBT001 - positional, as it is wired
        """Whether the user is active, and their roles.

        Args:
            org_id: Ours.
            user_id: 18 characters.
            live: Ask Salesforce now; otherwise an answer up to 5 minutes old will do.

        Raises:
            ConnectorError: Salesforce cannot be asked.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """A caller and what they may do."""

    caller: Caller
    roles: frozenset[Role]

    def require(self, *allowed: Role) -> None:
        """Refuse a caller who has none of these roles.

        Raises:
            ForbiddenError: ``forbidden_role``.
        """
        if not self.roles.intersection(allowed):
            names = " or ".join(sorted(role.label for role in allowed)) or "that nobody has"
            raise ForbiddenError(
                f"This needs the permission set {names}. Ask your Salesforce admin to assign it.",
                code="forbidden_role",
            )


class Authenticator:
    """Checks callers' tokens.

    Args:
        certificates: Finds an org's keys.
        roles: Finds a user's roles.
        audience: For whom tokens must be meant: our public address.
        clock: The current instant.
    """

    def __init__(
        self,
        *,
        certificates: CertificateSource,
        roles: RoleSource,
        audience: str,
        clock: Clock,
    ) -> None:
        self._certificates = certificates
        self._roles = roles
        self._audience = audience
        self._clock = clock

    def authenticate(
        self, authorization: str | None, *, is_write: bool, request_id: str
    ) -> Authenticated:
        """The caller behind a request's ``Authorization`` header.

        Args:
            authorization: The header; nothing when there is none.
            is_write: Roles are asked for now, whatever is remembered.
            request_id: Kept on the caller.

        Raises:
            AuthenticationError: ``unauthenticated`` or ``invalid_token``.
            ForbiddenError: ``user_inactive``.
            ConnectorError: Nobody can say what the user may do.
        """
        received_at = time.monotonic()
        token = _bearer_token(authorization)
        header, claims = _opened(token)
        algorithm = _checked_algorithm(header)
        salesforce_org_id = _claimed_id(claims, "iss", prefix=_ORG_PREFIX)
        found = self._certificates(salesforce_org_id)
        if found is None:
            raise _refused(_UNVERIFIABLE)
        org_id, certificates = found
        _verify(token, algorithm=algorithm, keys=_candidates(header, certificates))
        self._check_audience(claims)
        _check_times(claims, now=self._clock())
        user_id = _claimed_id(claims, "sub", prefix=USER_PREFIX)
        is_active, roles = self._roles(org_id, user_id, is_write)
        if not is_active:
            raise ForbiddenError("This user is not active in Salesforce.", code="user_inactive")
        caller = Caller(
            org_id=org_id,
            salesforce_org_id=salesforce_org_id,
            kind=ActorKind.USER,
            actor_id=user_id,
            request_id=request_id,
            received_at=received_at,
        )
        return Authenticated(caller=caller, roles=roles)

    def _check_audience(self, claims: Claims) -> None:
        audience = claims.get("aud")
        if audience not in (self._audience, [self._audience]):
            raise _refused("it is meant for another audience than this service's address")


#: The same words whether the org is unknown or the signature is not its own: who is connected
#: here is nobody's business.
_UNVERIFIABLE = "its issuer and signature are not those of a connected org"


def _bearer_token(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise AuthenticationError(
            "Send the token of the Named Credential as Authorization: Bearer.",
            code="unauthenticated",
        )
    token = token.strip()
    if len(token) > _LONGEST_TOKEN or not _TOKEN.fullmatch(token):
        raise _refused("it is no signed JWT")
    return token


def _opened(token: str) -> tuple[Claims, Claims]:
    """Header and claims, believed only after the signature was checked."""
    try:
        header, claims = (_json_part(part) for part in token.split(".")[:2])
    except (ValueError, RecursionError):
        raise _refused("it is no signed JWT") from None
    return header, claims


def _json_part(part: str) -> dict[str, Any]:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    value = json.loads(raw.decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - a fault of the value, like the others
    return value


def _checked_algorithm(header: Claims) -> str:
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise _refused("it is not signed with RS256 or RS512")
    if any(name in header for name in _FORBIDDEN_HEADERS):
        raise _refused("its header brings a key, points to one, or wants extensions")
    return str(algorithm)


def _candidates(
    header: Claims, certificates: Sequence[tuple[str, str]]
) -> Collection[tuple[str, str]]:
    """The certificates the token may be signed with: the named one, or else each in force."""
    name = header.get("kid")
    if name is None:
        return certificates
    if not isinstance(name, str) or not _KEY_NAME.fullmatch(name):
        raise _refused("the name of its key is none")
    named = [certificate for certificate in certificates if certificate[0] == name]
    return named or certificates


def _verify(token: str, *, algorithm: str, keys: Collection[tuple[str, str]]) -> None:
    for _, public_key in keys:
        try:
            jws.deserialize_compact(token, RSAKey.import_key(public_key), algorithms=[algorithm])
        except (JoseError, ValueError):
            continue
        return
    raise _refused(_UNVERIFIABLE)


def _check_times(claims: Claims, *, now: datetime) -> None:
    current = now.timestamp()
    skew = SKEW.total_seconds()
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if not 0 < expires - issued <= LONGEST_LIFE.total_seconds():
        raise _refused("it must live for five minutes at most")
    if expires <= current - skew:
        raise _refused("it has expired")
    begins = _seconds(claims, "nbf") if "nbf" in claims else issued
    if max(issued, begins) > current + skew:
        raise _refused("it is not valid yet; a clock is wrong")


def _seconds(claims: Claims, name: str) -> float:
    value = claims.get(name)
    # NaN compares with nothing, and infinity is no time.
    if not isinstance(value, int | float) or not abs(value) < 1e12:  # noqa: PLR2004 - the year 33,658
        raise _refused(f"it does not say {name}")
    return float(value)


def _claimed_id(claims: Claims, name: str, *, prefix: str) -> str:
    value = claims.get(name)
    try:
        found = salesforce_id(value) if isinstance(value, str) else ""
    except InvalidRequestError:
        found = ""
    if not found.startswith(prefix):
        what = "an org's id" if name == "iss" else "a user's id"
        raise _refused(f"its {name} is not {what}")
    return found


def _refused(why: str) -> AuthenticationError:
    return AuthenticationError(f"The token was refused: {why}.", code="invalid_token")
