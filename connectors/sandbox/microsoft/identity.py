"""Who signed in, as a signed text: id tokens, and the keys to check them with.

Issuer, audience, pairwise subject, object id and tenant are as msal and PyJWT take them. The pages
about them (entra-docs, id-token-claims-reference.md and v2-protocols-oidc.md) were not read for this.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.sandbox.microsoft.state import Mailbox, MicrosoftState, Tenant

#: msal accepts no address that is not https, in the document either; its transport maps it back.
PUBLIC = "https://login.microsoftonline.com"


def issuer(tenant: str) -> str:
    """Who signs for a tenant; for many tenants at once the form that Entra leaves open."""
    place = "{tenantid}" if tenant in ("common", "organizations") else tenant
    return f"{PUBLIC}/{place}/v2.0"


def _key(state: MicrosoftState) -> RSAKey:
    """The login's key, made when it is first needed: that takes a moment."""
    if not state.signing_key:
        state.signing_key = RSAKey.generate_key(2048, private=True).as_pem(private=True).decode()
    key = RSAKey.import_key(state.signing_key)
    key.ensure_kid()
    return key


def public_keys(state: MicrosoftState) -> dict[str, Any]:
    """The JSON Web Key Set."""
    return {"keys": [{**_key(state).as_dict(private=False), "use": "sig", "alg": "RS256"}]}


def id_token(
    state: MicrosoftState,
    registered: Tenant,
    mailbox: Mailbox,
    *,
    nonce: str,
    now: datetime,
    lifetime: timedelta,
) -> str:
    """The id token of a person for one application."""
    subject = hashlib.sha256(f"{mailbox.user_id} {registered.client_id}".encode()).digest()
    claims: dict[str, Any] = {
        "aud": registered.client_id,
        "iss": issuer(registered.tenant_id),
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "name": mailbox.name,
        "preferred_username": mailbox.email,
        "email": mailbox.email,
        "oid": mailbox.user_id,
        "sub": base64.urlsafe_b64encode(subject).decode().rstrip("="),
        "tid": registered.tenant_id,
        "ver": "2.0",
    }
    if nonce:
        claims["nonce"] = nonce
    key = _key(state)
    return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": key.kid}, claims, key)


def client_info(mailbox: Mailbox) -> str:
    """What msal asks for with ``client_info=1``: the account's ids."""
    ids = json.dumps({"uid": mailbox.user_id, "utid": mailbox.tenant_id})
    return base64.urlsafe_b64encode(ids.encode()).decode().rstrip("=")
