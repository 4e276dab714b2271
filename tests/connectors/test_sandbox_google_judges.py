"""Parties nobody here wrote judge a user's consent at the sandbox's Google.

* Google's own clients: google-auth-oauthlib goes through the flow, google-auth verifies the id
  token and refreshes.
* authlib's client, with its own check of OpenID Connect's claims; authlib's server is asked the
  same as the sandbox and must come to the same verdict.
* Calendar's discovery document says which scopes there are.

Each is shown a mistake as well, and finds it.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import google.auth.transport.requests
import pytest
import requests
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from flask import Flask, Response
from google.oauth2 import id_token
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.google.consent import SCOPES
from connectors.sandbox.server import SandboxServer
from tests.connectors.google_consent import (
    BACK,
    CHALLENGE,
    EMAIL,
    EVENTS,
    READONLY,
    VERIFIER,
    Town,
    returned,
)
from tests.connectors.test_google_judges import discovery

ISSUER = "https://accounts.google.com"
PROFILE = "https://www.googleapis.com/auth/userinfo.profile"


@pytest.fixture
def town(sandbox: SandboxServer, control: SandboxControl, unique: str) -> Town:
    return Town(sandbox, control, unique)


# --------------------------------------------------------------------- Google's own clients


@pytest.fixture
def flow(town: Town, monkeypatch: pytest.MonkeyPatch) -> Flow:
    """Google's own client of the flow; it would rather have HTTPS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    config = {
        "client_id": town.client["id"],
        "client_secret": town.client["secret"],
        "auth_uri": f"{town.base}/o/oauth2/v2/auth",
        "token_uri": f"{town.base}/oauth/token",
    }
    scopes = ["openid", EMAIL, EVENTS, READONLY]
    return Flow.from_client_config({"web": config}, scopes=scopes, redirect_uri=BACK)


def went_through(town: Town, flow: Flow, scopes: list[str]) -> str:
    """The user follows the flow's link and allows that; where they come back to."""
    link, _ = flow.authorization_url(login_hint=town.email)
    page = town.session.get(link)
    form = {"account": town.email, "decision": "allow", "scope": scopes}
    answer = town.session.post(page.url, data=form, allow_redirects=False)
    return answer.headers["Location"]


def test_googles_own_client_goes_through_the_flow_and_uses_what_it_brings(
    town: Town, flow: Flow
) -> None:
    place = went_through(town, flow, [EVENTS, READONLY])

    flow.fetch_token(authorization_response=place)
    credentials = flow.credentials
    credentials.refresh(google.auth.transport.requests.Request())
    service = build(
        "calendar",
        "v3",
        credentials=credentials,
        static_discovery=True,
        client_options={"api_endpoint": f"{town.base}/calendar/v3/"},
    )
    calendars = service.calendarList().list().execute()
    service.close()

    assert [one["id"] for one in calendars["items"]] == [town.email]
    assert set(credentials.granted_scopes) == {"openid", EMAIL, EVENTS, READONLY}


def test_googles_own_client_sees_that_only_a_part_was_allowed(town: Town, flow: Flow) -> None:
    place = went_through(town, flow, [READONLY])

    with pytest.raises(Warning, match="Scope has changed"):
        flow.fetch_token(authorization_response=place)


def test_googles_own_client_sees_a_state_that_is_not_its_own(town: Town, flow: Flow) -> None:
    place = went_through(town, flow, [EVENTS, READONLY]).replace("state=", "state=x")

    with pytest.raises(Exception, match="mismatching_state"):
        flow.fetch_token(authorization_response=place)


def test_googles_own_client_cannot_go_on_with_another_verifier(town: Town, flow: Flow) -> None:
    place = went_through(town, flow, [EVENTS, READONLY])
    flow.code_verifier = VERIFIER

    with pytest.raises(Exception, match="invalid_grant"):
        flow.fetch_token(authorization_response=place)


def verified(town: Town, token: str, audience: str) -> Mapping[str, Any]:
    """What google-auth reads in an id token, once it believes it."""
    claims: Mapping[str, Any] = id_token.verify_token(
        token,
        google.auth.transport.requests.Request(),
        audience=audience,
        certs_url=f"{town.base}/oauth2/v3/certs",
    )
    return claims


def test_googles_own_check_believes_the_id_token_and_no_other(town: Town) -> None:
    made = town.connected(scope="openid email profile", nonce="once")
    client_id = str(town.client["id"])

    claims = verified(town, made["id_token"], client_id)

    assert claims["iss"] == ISSUER
    assert claims["azp"] == claims["aud"] == client_id
    assert (claims["email"], claims["email_verified"]) == (town.email, True)
    assert (claims["hd"], claims["nonce"]) == (town.domain, "once")
    assert (claims["given_name"], claims["family_name"]) == ("Robin", "Host")
    assert claims["exp"] - claims["iat"] == 3600
    with pytest.raises(Exception, match=r"[Aa]udience"):
        verified(town, made["id_token"], "another client")
    key = RSAKey.generate_key(2048)
    header = {"alg": "RS256", "kid": json.loads(head(made["id_token"]))["kid"]}
    with pytest.raises(Exception, match=r"[Ss]ignature"):
        verified(town, jwt.encode(header, dict(claims), key), client_id)


def head(token: str) -> str:
    text = token.partition(".")[0]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def test_an_id_token_says_only_what_was_allowed_and_comes_with_each_refresh(town: Town) -> None:
    made = town.connected(scope=f"openid {EVENTS}")
    client_id = str(town.client["id"])

    claims = verified(town, made["id_token"], client_id)
    again = town.refresh(made["refresh_token"]).json()

    assert claims.keys() == {"sub", "hd", "iss", "azp", "aud", "at_hash", "iat", "exp"}
    assert verified(town, again["id_token"], client_id)["sub"] == claims["sub"]
    assert "id_token" not in town.connected(scope=EVENTS, prompt="consent")


def test_what_a_token_is_good_for_is_told_to_whoever_has_it(town: Town) -> None:
    made = town.connected(scope=f"openid email profile {EVENTS}")
    bare = town.connected(scope=EVENTS, prompt="consent", access_type=None)
    place = f"{town.base}/oauth/tokeninfo"

    def info(**query: str) -> requests.Response:
        return town.session.get(place, params=query)

    def who(token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return town.session.get(f"{town.base}/v1/userinfo", headers=headers)

    told = info(access_token=made["access_token"]).json()
    claims = info(id_token=made["id_token"]).json()
    user = who(made["access_token"]).json()
    assert told["aud"] == claims["aud"] == town.client["id"]
    assert set(told["scope"].split()) == {"openid", EMAIL, PROFILE, EVENTS}
    assert (told["email"], told["access_type"]) == (town.email, "offline")
    assert 3500 < int(told["expires_in"]) <= 3600
    assert user["sub"] == claims["sub"] == told["sub"]
    assert (user["email"], user["name"], user["hd"]) == (town.email, "Robin Host", town.domain)
    assert info(access_token=bare["access_token"]).json().keys() == {
        "azp",
        "aud",
        "scope",
        "exp",
        "expires_in",
        "access_type",
    }
    assert who(bare["access_token"]).status_code == who("unknown").status_code == 401
    for wrong in ({"access_token": "unknown"}, {"id_token": f"{made['id_token']}x"}, {}):
        refused = info(**wrong)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_token")


def test_every_scope_calendar_publishes_can_be_asked_for_and_no_other(town: Town) -> None:
    published = discovery()["auth"]["oauth2"]["scopes"].keys()

    page = town.look(scope=" ".join(published))

    assert page.status_code == 200
    known = {name for name in SCOPES if name.startswith("https://www.googleapis.com/auth/calendar")}
    assert known == set(published)


# ------------------------------------------------------------------------ authlib's client


def test_authlibs_client_goes_through_the_flow_and_believes_the_id_token(town: Town) -> None:
    client = OAuth2Session(
        client_id=town.client["id"],
        client_secret=town.client["secret"],
        redirect_uri=BACK,
        scope=f"openid email {EVENTS}",
        code_challenge_method="S256",
    )
    link, state = client.create_authorization_url(
        f"{town.base}/o/oauth2/v2/auth",
        code_verifier=VERIFIER,
        nonce="once",
        access_type="offline",
    )
    form = {"account": town.email, "decision": "allow", "scope": [EVENTS]}
    place = town.session.post(link, data=form, allow_redirects=False).headers["Location"]
    token = client.fetch_token(
        f"{town.base}/oauth/token",
        authorization_response=place,
        state=state,
        code_verifier=VERIFIER,
    )
    keys = KeySet.import_key_set(town.session.get(f"{town.base}/oauth2/v3/certs").json())
    read = jwt.decode(token["id_token"], keys, algorithms=["RS256"])

    def claims(nonce: str, access_token: str) -> CodeIDToken:
        return CodeIDToken(
            read.claims,
            read.header,
            options={"iss": {"value": ISSUER}, "aud": {"value": town.client["id"]}},
            params={"nonce": nonce, "client_id": town.client["id"], "access_token": access_token},
        )

    claims("once", token["access_token"]).validate()
    for wrong in (claims("twice", token["access_token"]), claims("once", "another")):
        with pytest.raises(Exception, match=r"nonce|at_hash"):
            wrong.validate()
    assert token["refresh_token"]


def test_authlib_finds_the_discovery_document_whole(town: Town) -> None:
    held = town.session.get(f"{town.base}/.well-known/openid-configuration").json()

    OpenIDProviderMetadata(held).validate_issuer()
    for name in ("jwks_uri", "id_token_signing_alg_values_supported", "response_types_supported"):
        check = f"validate_{name}"
        # The sandbox speaks HTTP, the document's rules want HTTPS.
        whole = {
            n: v.replace("http:", "https:") if isinstance(v, str) else v for n, v in held.items()
        }
        getattr(OpenIDProviderMetadata(whole), check)()
        with pytest.raises(ValueError, match=name):
            getattr(OpenIDProviderMetadata({**whole, name: None}), check)()


# ------------------------------------------------------------------------ authlib's server


@dataclasses.dataclass
class _Client(ClientMixin):  # type: ignore[misc]  # authlib ships no types
    client_id: str
    secret: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return BACK

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == BACK

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclasses.dataclass
class _Code(AuthorizationCodeMixin):  # type: ignore[misc]  # authlib ships no types
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


def _forget(_token: Any, _request: Any) -> None:
    """Nobody uses the judge's tokens."""


class Reference:
    """authlib's own authorization server, which knows the same clients as a town."""

    def __init__(self, *clients: _Client) -> None:
        codes: dict[str, _Code] = {}

        class Grant(AuthorizationCodeGrant):  # type: ignore[misc]  # authlib ships no types
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post", "client_secret_basic")

            def save_authorization_code(self, code: str, request: Any) -> None:
                data = request.payload.data
                codes[code] = _Code(
                    code=code,
                    client_id=request.client.client_id,
                    redirect_uri=request.payload.redirect_uri,
                    scope=request.payload.scope,
                    code_challenge=data.get("code_challenge"),
                    code_challenge_method=data.get("code_challenge_method"),
                )

            def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
                held = codes.get(code)
                return held if held is not None and held.client_id == client.client_id else None

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                del codes[authorization_code.code]

            def authenticate_user(self, _code: _Code) -> str:
                return "the user"

        app = Flask("reference")
        known = {client.client_id: client for client in clients}
        server = AuthorizationServer(app, query_client=known.get, save_token=_forget)
        server.register_grant(Grant, [CodeChallenge(required=True)])

        @app.get("/auth")
        def authorize() -> Response:
            try:
                grant = server.get_consent_grant(end_user="the user")
            except OAuth2Error:
                return Response(status=400)
            made: Response = server.create_authorization_response(
                grant_user="the user", grant=grant
            )
            return made

        @app.post("/token")
        def token() -> Response:
            made: Response = server.create_token_response()
            return made

        self._client = app.test_client()
        self._base = "https://reference.example"

    def code(self, question: Mapping[str, str]) -> str | None:
        answer = self._client.get(f"/auth?{urlencode(question)}", base_url=self._base)
        place = answer.headers.get("Location", "")
        return parse_qs(urlsplit(place).query).get("code", [None])[0]

    def error(self, form: Mapping[str, str]) -> str:
        answer = self._client.post("/token", data=dict(form), base_url=self._base)
        return "" if answer.status_code == 200 else str(answer.get_json()["error"])


#: What else Google calls these refusals, each by its own documents or as its clients report it.
_GOOGLES_WORD = {
    ("invalid_grant", "redirect_uri_mismatch"),
    ("invalid_request", "redirect_uri_mismatch"),
    ("invalid_request", "invalid_grant"),
}

#: The challenge of a verifier that RFC 7636 does not allow.
OF_SHORT = create_s256_code_challenge("short")
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def compared(town: Town, question: Mapping[str, str | None], form: Mapping[str, str | None]) -> str:
    """Ask the sandbox and authlib's server the same; the verdict that they share."""
    client = {"client_id": str(town.client["id"]), "client_secret": "a secret"}
    judge = Reference(
        _Client(client_id=client["client_id"], secret="a secret"),
        _Client(client_id="another", secret="a secret"),
    )
    town.control.seed(google={"client": {"id": "another", "secret": "a secret"}})
    theirs = judge.code({n: v for n, v in town.asked(**question).items() if n != "login_hint"})
    page = town.look(prompt="consent", **question)
    assert (page.status_code == 200) == (theirs is not None), (page.status_code, theirs)
    if theirs is None:
        return "no code"
    ours = returned(town.decide(prompt="consent", **question))["code"]
    verdict = ""
    for _ in range(2):  # the second time the code is used up, if it was good
        whole = {**client, "grant_type": "authorization_code", "redirect_uri": BACK, **form}
        sent = {name: value for name, value in whole.items() if value is not None}
        answer = town.token(**{"client_secret": None, "client_id": None, "code": ours} | sent)
        said = "" if answer.status_code == 200 else str(answer.json()["error"])
        expected = judge.error({"code": theirs} | sent)
        assert bool(said) == bool(expected), (said, expected)
        assert said == expected or (expected, said) in _GOOGLES_WORD, (said, expected)
        verdict = verdict or said or "tokens"
    return verdict


@pytest.mark.parametrize(
    ("question", "form", "verdict"),
    [
        ({}, {}, "tokens"),
        (S256, {"code_verifier": VERIFIER}, "tokens"),
        ({"code_challenge": VERIFIER}, {"code_verifier": VERIFIER}, "tokens"),
        (S256, {"code_verifier": "b" * 50}, "invalid_grant"),
        (S256, {"code_verifier": "short"}, "invalid_grant"),
        ({**S256, "code_challenge": OF_SHORT}, {"code_verifier": "short"}, "invalid_grant"),
        (S256, {}, "invalid_grant"),
        ({}, {"code_verifier": VERIFIER}, "invalid_grant"),
        ({"code_challenge": VERIFIER}, {"code_verifier": CHALLENGE}, "invalid_grant"),
        ({}, {"code": "unknown"}, "invalid_grant"),
        ({}, {"redirect_uri": f"{BACK}/"}, "redirect_uri_mismatch"),
        ({}, {"redirect_uri": None}, "redirect_uri_mismatch"),
        ({}, {"client_secret": "wrong"}, "invalid_client"),
        ({}, {"client_secret": None}, "invalid_client"),
        ({}, {"client_id": "unknown"}, "invalid_client"),
        ({}, {"client_id": "another"}, "invalid_grant"),
        ({}, {"grant_type": "password"}, "unsupported_grant_type"),
        ({}, {"grant_type": None}, "unsupported_grant_type"),
        ({"client_id": "unknown"}, {}, "no code"),
        ({"redirect_uri": "https://elsewhere.example/"}, {}, "no code"),
        ({"response_type": "token"}, {}, "no code"),
        ({"code_challenge": "short"}, {}, "no code"),
        ({"code_challenge_method": "S256"}, {}, "no code"),
        ({**S256, "code_challenge_method": "S512"}, {}, "no code"),
    ],
)
def test_authlibs_server_comes_to_the_same_verdict(
    town: Town, question: dict[str, str | None], form: dict[str, str | None], verdict: str
) -> None:
    assert compared(town, question, form) == verdict


class Lax(Town):
    """A Google that forgets what the client has to prove."""

    def look(self, **changes: str | None) -> requests.Response:
        return super().look(**changes | {"code_challenge": None, "code_challenge_method": None})

    def token(self, **form: str | None) -> requests.Response:
        return super().token(**form | {"code_verifier": None})


def test_authlibs_server_finds_out_who_forgets_the_proof(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    lax = Lax(sandbox, control, unique)

    assert compared(lax, S256, {"code_verifier": VERIFIER}) == "tokens"
    for verifier in ("b" * 50, None):
        with pytest.raises(AssertionError):
            compared(lax, S256, {"code_verifier": verifier})
    with pytest.raises(AssertionError):
        compared(lax, {**S256, "code_challenge": "short"}, {})


def test_an_id_token_is_no_older_than_it_says(town: Town) -> None:
    """OpenID Connect Core 3.1.3.7: ``iat`` and ``exp`` are seconds, numbers, around now."""
    made = town.connected(scope="openid")
    claims = verified(town, made["id_token"], str(town.client["id"]))

    assert abs(claims["iat"] - time.time()) < 60
