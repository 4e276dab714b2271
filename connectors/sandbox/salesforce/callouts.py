"""The token that an org's Named Credential sends with a callout, for the user who made it.

Source: Salesforce Help, "JWT Claims for Named Credentials": RS256, ``kid`` is the certificate's
name, the claims iss, sub and aud are configured, exp is two minutes ahead. A token is the same
within one second, because nothing in it is random.
"""

from __future__ import annotations

from datetime import datetime

from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.sandbox.salesforce.state import Org

_LIFE_SECONDS = 120


def key_id(org: Org) -> str:
    """The name of the org's certificate."""
    return f"Booking_Service_{org.org_id[11:15]}"


def callout_token(org: Org, *, subject: str, audience: str, now: datetime) -> str:
    """The token.

    Args:
        org: Who signs.
        subject: The user's id, or the name that a named principal sends.
        audience: Our service's address.
        now: Aware.
    """
    issued = int(now.timestamp())
    return jwt.encode(
        {"alg": "RS256", "kid": key_id(org), "typ": "JWT"},
        {
            "iss": org.org_id,
            "sub": subject,
            "aud": audience,
            "iat": issued,
            "exp": issued + _LIFE_SECONDS,
        },
        RSAKey.import_key(org.service_keys.private_key_pem),
        algorithms=["RS256"],
    )
