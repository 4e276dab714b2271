"""How somebody lets the app into a Salesforce org, and takes that back.

"Help" is Salesforce Help, by article; the judge is authlib, which goes through the flow as a client.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session

from connectors import transport
from connectors.sandbox.client import SandboxControl
from tests.connectors.salesforce_org import SalesforceOrg

CALLBACK = "https://app.example/callback"
#: RFC 7636, Appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass(frozen=True)
class Client:
    """The app, and the browser of whoever decides."""

    org: SalesforceOrg

    @property
    def base(self) -> str:
        return f"{self.org.control.base_url}/salesforce/services/oauth2"

    def asked(self, **changes: str) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": self.org.made["consumer_key"],
            "redirect_uri": CALLBACK,
            "state": "kept&kept",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in asked.items() if value}

    def looked_at(self, **changes: str) -> requests.Response:
        session = transport.writing_session()
        return session.get(
            f"{self.base}/authorize", params=self.asked(**changes), allow_redirects=False
        )

    def decided(self, decision: str = "allow", user: str = "", **changes: str) -> dict[str, str]:
        """What the app is told."""
        response = transport.writing_session().post(
            f"{self.base}/authorize",
            params=self.asked(**changes),
            data={"decision": decision, "user": user or self.org.made["integration_username"]},
            allow_redirects=False,
        )
        return told(response)

    def exchanged(self, **fields: str) -> tuple[int, dict[str, Any]]:
        asked = {
            "grant_type": "authorization_code",
            "client_id": self.org.made["consumer_key"],
            "client_secret": self.org.made["consumer_secret"],
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **fields,
        }
        response = transport.writing_session().post(f"{self.base}/token", data=asked)
        return response.status_code, response.json()

    def signed_in(self) -> dict[str, Any]:
        status, body = self.exchanged(code=self.decided()["code"])
        assert status == 200, body
        return body

    def introspected(self, token: str, secret: str = "") -> tuple[int, dict[str, Any]]:
        response = transport.writing_session().post(
            f"{self.base}/introspect",
            data={
                "token": token,
                "client_id": self.org.made["consumer_key"],
                "client_secret": secret or self.org.made["consumer_secret"],
            },
        )
        return response.status_code, response.json()

    def revoked(self, token: str) -> int:
        session = transport.writing_session()
        return session.post(f"{self.base}/revoke", data={"token": token}).status_code

    def opens(self, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return self.org.call("GET", "/sobjects", headers=headers).status_code


def told(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    address = urlsplit(response.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}


@pytest.fixture
def client(control: SandboxControl, unique: str) -> Client:
    return Client(SalesforceOrg.make(control, unique, callback_urls=[CALLBACK]))


def test_a_user_looks_at_a_labelled_page_and_allows_and_the_code_gives_both_tokens(
    client: Client,
) -> None:
    page = client.looked_at()
    answer = client.decided()
    status, token = client.exchanged(code=answer["code"])

    assert page.status_code == 200
    assert "Sandbox: this page plays Salesforce" in page.text
    assert client.org.made["integration_username"] in page.text
    assert answer["state"] == "kept&kept"
    # Help, "OAuth 2.0 Web Server Flow": no expires_in; a refresh token as refresh_token is asked for.
    assert status == 200
    assert token["scope"].split() == ["api", "id", "refresh_token"]
    assert "expires_in" not in token
    assert client.opens(token["access_token"]) == 200
    assert (
        client.exchanged(grant_type="refresh_token", refresh_token=token["refresh_token"])[0] == 200
    )


def test_authlib_goes_through_the_whole_flow(client: Client) -> None:
    session = OAuth2Session(
        client.org.made["consumer_key"],
        client.org.made["consumer_secret"],
        redirect_uri=CALLBACK,
        scope="api refresh_token",
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_post",
    )
    address, state = session.create_authorization_url(
        f"{client.base}/authorize", code_verifier=VERIFIER
    )
    response = transport.writing_session().post(
        address,
        data={"decision": "allow", "user": client.org.made["integration_username"]},
        allow_redirects=False,
    )

    token = session.fetch_token(
        f"{client.base}/token",
        authorization_response=response.headers["Location"],
        state=state,
        code_verifier=VERIFIER,
    )
    refreshed = session.refresh_token(f"{client.base}/token")
    said = session.get(f"{client.base}/userinfo").json()
    gone = session.revoke_token(f"{client.base}/revoke", token=token["refresh_token"])

    assert refreshed["access_token"] != token["access_token"]
    assert said["preferred_username"] == client.org.made["integration_username"]
    assert gone.status_code == 200
    assert client.opens(refreshed["access_token"]) == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "unknown"}, "invalid_client_id"),
        ({"redirect_uri": CALLBACK + "/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": CALLBACK + "?more=1"}, "redirect_uri_mismatch"),
        ({"redirect_uri": ""}, "invalid_request"),
    ],
)
def test_what_may_not_be_the_app_s_leads_nowhere(
    client: Client, changes: dict[str, str], error: str
) -> None:
    # RFC 6749, 4.1.2.1: not to an address that is not the client's.
    page = client.looked_at(**changes)

    assert page.status_code == 400
    assert error in page.text
    assert "Location" not in page.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        # Help, "OAuth 2.0 Authorization Errors"; PKCE is demanded, and hashed.
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "api web"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_what_the_app_does_wrong_it_is_told(
    client: Client, changes: dict[str, str], error: str
) -> None:
    answer = told(client.looked_at(**changes))

    assert (answer["error"], answer["state"]) == (error, "kept&kept")


def test_who_denies_or_is_not_approved_gives_no_code(client: Client) -> None:
    # Help, "OAuth 2.0 Authorization Errors".
    denied = client.decided("deny")
    refused = client.decided(user=f"host@{client.org.domain}")

    assert denied == {
        "error": "access_denied",
        "error_description": "end-user denied authorization",
        "state": "kept&kept",
    }
    assert refused["error"] == "invalid_app_access"


def test_a_code_is_for_one_use(client: Client) -> None:
    code = client.decided()["code"]

    assert client.exchanged(code=code)[0] == 200
    assert client.exchanged(code=code) == (
        400,
        {"error": "invalid_grant", "error_description": "expired authorization code"},
    )


def test_a_code_lives_a_quarter_of_an_hour(client: Client) -> None:
    # Help, "OAuth 2.0 Web Server Flow for Web App Integration".
    code, late = client.decided()["code"], client.decided()["code"]
    try:
        client.org.control.shift_clock(14 * 60)
        assert client.exchanged(code=code)[0] == 200
        client.org.control.shift_clock(2 * 60)
        assert client.exchanged(code=late)[1]["error"] == "invalid_grant"
    finally:
        client.org.control.shift_clock(-16 * 60)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"code": "unknown"}, "invalid_grant"),
        ({"redirect_uri": "https://app.example/other"}, "redirect_uri_mismatch"),
        ({"redirect_uri": ""}, "redirect_uri_mismatch"),
        ({"code_verifier": "another" + VERIFIER}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code_verifier": CHALLENGE}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "unknown"}, "invalid_client_id"),
    ],
)
def test_a_code_is_given_to_nobody_but_whom_it_was_made_for(
    client: Client, fields: dict[str, str], error: str
) -> None:
    status, body = client.exchanged(**{"code": client.decided()["code"], **fields})

    assert (status, body["error"]) == (400, error)


def test_a_code_of_one_org_is_nothing_to_the_app_of_another(
    client: Client, control: SandboxControl, unique: str
) -> None:
    other = Client(SalesforceOrg.make(control, f"{unique}b", callback_urls=[CALLBACK]))

    status, body = other.exchanged(code=client.decided()["code"])

    assert (status, body["error"]) == (400, "invalid_grant")


def test_scopes_decide_what_a_token_is_for(client: Client) -> None:
    # Help, "OAuth Tokens and Scopes": without refresh_token none comes; without api no API.
    _, short = client.exchanged(code=client.decided(scope="api")["code"])
    _, blind = client.exchanged(code=client.decided(scope="id")["code"])

    assert "refresh_token" not in short
    assert client.opens(short["access_token"]) == 200
    assert client.opens(blind["access_token"]) == 401


def test_a_revoked_refresh_token_takes_its_access_tokens_along_and_no_others(
    client: Client,
) -> None:
    # Help, "Revoke OAuth Tokens".
    token, other = client.signed_in(), client.signed_in()
    _, refreshed = client.exchanged(
        grant_type="refresh_token", refresh_token=token["refresh_token"]
    )

    assert client.revoked(other["access_token"]) == 200
    assert client.opens(other["access_token"]) == 401
    assert (
        client.exchanged(grant_type="refresh_token", refresh_token=other["refresh_token"])[0] == 200
    )
    assert client.revoked(token["refresh_token"]) == 200
    assert client.opens(token["access_token"]) == client.opens(refreshed["access_token"]) == 401
    again = client.exchanged(grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert again == (
        400,
        {"error": "invalid_grant", "error_description": "expired access/refresh token"},
    )
    assert client.revoked(token["refresh_token"]) == 400


def test_an_admin_takes_back_what_a_user_allowed_and_sessions_time_out(client: Client) -> None:
    token, code = client.signed_in(), client.decided()["code"]
    control, org_id = client.org.control, client.org.made["org_id"]

    control.act("salesforce", "expire_sessions", org_id=org_id)
    assert client.opens(token["access_token"]) == 401
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    assert client.exchanged(**refresh)[0] == 200
    control.act(
        "salesforce", "revoke", org_id=org_id, username=client.org.made["integration_username"]
    )
    assert client.exchanged(**refresh)[1]["error"] == "invalid_grant"
    assert client.exchanged(code=code)[1]["error"] == "invalid_grant"


def test_a_token_can_be_asked_what_it_is_worth_by_its_app_alone(
    client: Client, control: SandboxControl, unique: str
) -> None:
    # RFC 7662; Salesforce Help, "OpenID Connect Token Introspection".
    other = Client(SalesforceOrg.make(control, f"{unique}b"))
    token = client.signed_in()

    status, said = client.introspected(token["access_token"])

    assert (status, said["active"], said["token_type"]) == (200, True, "access_token")
    assert said["username"] == client.org.made["integration_username"]
    assert said["exp"] - said["iat"] == 2 * 60 * 60
    assert client.introspected(token["refresh_token"])[1]["token_type"] == "refresh_token"
    assert other.introspected(token["access_token"]) == (200, {"active": False})
    assert client.introspected(token["access_token"], secret="wrong")[0] == 401
    client.revoked(token["access_token"])
    assert client.introspected(token["access_token"]) == (200, {"active": False})


def test_every_answer_of_the_api_counts_the_day_s_calls(client: Client) -> None:
    # REST API Developer Guide, "Limit Info Header".
    first = client.org.call("GET", "/sobjects").headers["Sforce-Limit-Info"]
    second = client.org.call("GET", "/sobjects/Nothing/describe").headers["Sforce-Limit-Info"]

    def used(text: str) -> int:
        assert text.startswith("api-usage=")
        return int(text.removeprefix("api-usage=").partition("/")[0])

    assert used(second) == used(first) + 1


def test_the_log_tells_no_secrets(client: Client) -> None:
    token = client.signed_in()
    client.introspected(token["access_token"])
    client.revoked(token["refresh_token"])

    text = json.dumps(client.org.control.requests(vendor="salesforce"))

    for secret in ("access_token", "refresh_token"):
        assert token[secret] not in text
    assert client.org.made["consumer_secret"] not in text
