"""A person lets the application in as Entra has it, and msal, which nobody here wrote, drives it.

The rules are from v2-oauth2-auth-code-flow.md and v2-admin-consent.md in entra-docs; PyJWT, msal's
own, judges the signatures.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import msal
import pytest
import requests

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from connectors.transport import writing_session
from tests.connectors.calendar_contract import HostAccount
from tests.connectors.microsoft_world import MicrosoftApplicationWorld, MicrosoftWorld

PUBLIC = "https://login.microsoftonline.com"
HOME = "https://handover.example/oauth/microsoft"
CALENDARS = ["Calendars.ReadWrite"]
S256 = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def world(sandbox: SandboxServer, control: SandboxControl, unique: str) -> MicrosoftWorld:
    made = MicrosoftWorld(sandbox=sandbox, control=control, domain=f"{unique}.example")
    made.seed(redirect_uris=[HOME])
    return made


@pytest.fixture
def host(world: MicrosoftWorld) -> HostAccount:
    """Somebody who has not consented to anything yet."""
    return world.add_account("host", scopes=[])


def at(world: MicrosoftWorld, url: str) -> str:
    """Where the sandbox has what Microsoft has at that address."""
    return url.replace(PUBLIC, f"{world.sandbox.base_url}/microsoft/login")


def application(world: MicrosoftWorld) -> msal.ConfidentialClientApplication:
    login = world.login()
    return msal.ConfidentialClientApplication(
        login["client_id"],
        client_credential=login["client_secret"],
        authority=f"{PUBLIC}/{login['tenant']}",
        http_client=writing_session({PUBLIC: login["login_url"]}),
        instance_discovery=False,
    )


def decide(
    world: MicrosoftWorld, url: str, host: HostAccount, decision: str = "allow"
) -> requests.Response:
    return writing_session().request(
        "POST",
        at(world, url),
        data={"account": host.mailbox, "decision": decision},
        allow_redirects=False,
    )


def brought_back(answer: requests.Response) -> dict[str, str]:
    """What the browser brings back to the application."""
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(f"{HOME}?")
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def posted_back(answer: requests.Response) -> dict[str, str]:
    """What the browser posts to the application, which is what msal recommends."""
    assert answer.status_code == 200, answer.text
    assert f'action="{HOME}"' in answer.text
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text)
    return {name: html.unescape(value) for name, value in fields}


def begun(client: msal.ConfidentialClientApplication) -> dict[str, Any]:
    """A sign-in as msal begins it."""
    flow: dict[str, Any] = client.initiate_auth_code_flow(
        CALENDARS, redirect_uri=HOME, response_mode="form_post"
    )
    return flow


def signed_in(world: MicrosoftWorld, host: HostAccount) -> tuple[Any, dict[str, Any]]:
    """The application after somebody let it in, and its tokens."""
    client = application(world)
    flow = begun(client)
    back = posted_back(decide(world, flow["auth_uri"], host))
    return client, client.acquire_token_by_auth_code_flow(flow, back)


def address(world: MicrosoftWorld, **changes: Any) -> str:
    asked = {
        "client_id": world.tenant["client_id"],
        "response_type": "code",
        "redirect_uri": HOME,
        "scope": "openid offline_access Calendars.ReadWrite",
        "state": "ours",
        "code_challenge": S256,
        "code_challenge_method": "S256",
        **changes,
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    return f"{PUBLIC}/{world.tenant['tenant_id']}/oauth2/v2.0/authorize?{urlencode(asked)}"


def redeemed(world: MicrosoftWorld, given: str, /, **changes: Any) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": world.tenant["client_id"],
        "client_secret": world.tenant["client_secret"],
        "code": given,
        "redirect_uri": HOME,
        "code_verifier": VERIFIER,
        **changes,
    }
    url = f"{PUBLIC}/{world.tenant['tenant_id']}/oauth2/v2.0/token"
    return writing_session().request("POST", at(world, url), data=form)


# ------------------------------------------------------------------------------------ msal


def test_msal_signs_somebody_in_and_what_they_allowed_works(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    _, tokens = signed_in(world, host)

    assert "error" not in tokens, tokens
    assert tokens["id_token_claims"]["preferred_username"] == host.mailbox
    assert tokens["id_token_claims"]["oid"] == world.accounts[host.mailbox]["user_id"]
    answer = writing_session().request(
        "GET",
        f"{world.sandbox.base_url}/microsoft/v1.0/me/events",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )
    assert answer.status_code == 200


def test_msal_refreshes_what_it_was_given(world: MicrosoftWorld, host: HostAccount) -> None:
    client, tokens = signed_in(world, host)

    again = client.acquire_token_by_refresh_token(tokens["refresh_token"], CALENDARS)

    assert again["refresh_token"] != tokens["refresh_token"]
    assert again["id_token_claims"]["sub"] == tokens["id_token_claims"]["sub"]
    (account,) = client.get_accounts()
    assert account["username"] == host.mailbox
    assert client.acquire_token_silent(CALENDARS, account)["access_token"]


def test_msal_learns_that_somebody_said_no(world: MicrosoftWorld, host: HostAccount) -> None:
    client = application(world)
    flow = begun(client)
    back = posted_back(decide(world, flow["auth_uri"], host, "deny"))

    answer = client.acquire_token_by_auth_code_flow(flow, back)

    assert answer["error"] == "access_denied"
    assert answer["error_description"].startswith("AADSTS65004")
    assert back["state"] == flow["state"]


def test_msal_rejects_an_answer_to_another_sign_in(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    client = application(world)
    flow, other = (begun(client) for _ in range(2))
    back = posted_back(decide(world, flow["auth_uri"], host))

    with pytest.raises(ValueError, match="state mismatch"):
        client.acquire_token_by_auth_code_flow(other, back)
    # The other sign-in's verifier and nonce do not fit either.
    swapped = client.acquire_token_by_auth_code_flow({**other, "state": flow["state"]}, back)
    assert swapped["error_codes"] == [501481]


def test_consent_that_was_taken_back_ends_with_the_next_refresh(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    client, tokens = signed_in(world, host)

    world.control.act("microsoft", "revoke_consent", mailbox=host.mailbox)
    answer = client.acquire_token_by_refresh_token(tokens["refresh_token"], CALENDARS)

    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [65001])
    assert answer["suberror"] == "consent_required"


# -------------------------------------------------------------------------------- id token


def test_an_id_token_is_signed_by_the_published_keys(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    url = address(world, nonce="once")
    code = brought_back(decide(world, url, host))["code"]
    token = redeemed(world, code).json()["id_token"]
    tenant = world.tenant["tenant_id"]
    session = writing_session()
    place = at(world, f"{PUBLIC}/{tenant}/v2.0/.well-known/openid-configuration")
    document = session.request("GET", place).json()
    keys = session.request("GET", at(world, document["jwks_uri"])).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]

    claims = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=world.tenant["client_id"],
        issuer=document["issuer"],
        options={"require": ["exp", "iat", "nbf", "sub", "aud", "iss"]},
    )

    assert claims["nonce"] == "once"
    assert (claims["tid"], claims["ver"]) == (tenant, "2.0")
    assert "d" not in keys["keys"][0]
    head, body, signature = token.split(".")
    forged = f"{head}.{body[:-4]}AAAA.{signature}"
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(forged, key, algorithms=["RS256"], audience=world.tenant["client_id"])


def test_refresh_and_id_tokens_come_only_with_their_scopes(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    url = address(world, scope="https://graph.microsoft.com/Calendars.Read")
    code = brought_back(decide(world, url, host))["code"]

    tokens = redeemed(world, code).json()

    assert tokens["scope"] == "Calendars.Read"
    assert {"refresh_token", "id_token"}.isdisjoint(tokens)


# ------------------------------------------------------------------------------- the page


def test_the_page_says_that_it_is_the_sandbox_who_one_can_be_and_what_is_asked(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    stranger = MicrosoftApplicationWorld(
        sandbox=world.sandbox, control=world.control, domain=f"else.{world.domain}"
    ).add_host("stranger")

    page = writing_session().request(
        "GET", at(world, address(world, login_hint=host.mailbox.upper()))
    )

    assert page.status_code == 200
    assert "this is not Microsoft" in page.text
    assert f'value="{host.mailbox}" required checked' in page.text
    assert "<li>Calendars.ReadWrite</li>" in page.text
    assert stranger.mailbox not in page.text
    refused = brought_back(decide(world, address(world), stranger))
    assert refused["error"] == "access_denied"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "x"}, "AADSTS700016"),
        ({"redirect_uri": f"{HOME}/"}, "AADSTS50011"),
        ({"redirect_uri": "https://elsewhere.example/"}, "AADSTS50011"),
        ({"redirect_uri": None}, "AADSTS50011"),
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    world: MicrosoftWorld, host: HostAccount, change: dict[str, Any], code: str
) -> None:
    answer = decide(world, address(world, **change), host)

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert code in answer.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "cookie"}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"scope": "Mail.Send"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_other_mistakes_go_back_to_the_application(
    world: MicrosoftWorld, host: HostAccount, change: dict[str, Any], error: str
) -> None:
    back = brought_back(decide(world, address(world, **change), host))

    assert (back["error"], back["state"]) == (error, "ours")


def test_without_a_prompt_nobody_can_be_signed_in(world: MicrosoftWorld) -> None:
    answer = writing_session().request(
        "GET", at(world, address(world, prompt="none")), allow_redirects=False
    )

    assert brought_back(answer)["error"] == "interaction_required"


def test_an_answer_comes_in_the_fragment_or_as_a_form_where_that_is_asked_for(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    fragment = decide(world, address(world, response_mode="fragment"), host)
    form = decide(world, address(world, response_mode="form_post"), host)

    url = urlsplit(fragment.headers["Location"])
    assert not url.query
    assert parse_qs(url.fragment)["state"] == ["ours"]
    assert form.status_code == 200
    assert f'action="{HOME}"' in form.text
    assert 'name="code"' in form.text


# ------------------------------------------------------------------------------- the code


@pytest.mark.parametrize(
    ("change", "error", "number"),
    [
        ({"code": "x"}, "invalid_grant", 9002313),
        ({"redirect_uri": f"{HOME}/"}, "invalid_grant", 500112),
        ({"code_verifier": "x"}, "invalid_grant", 501481),
        ({"code_verifier": ""}, "invalid_grant", 501481),
        ({"code_verifier": S256}, "invalid_grant", 501481),
        ({"scope": "Calendars.Read"}, "consent_required", 65001),
        ({"client_secret": "x"}, "invalid_client", 7000215),
    ],
)
def test_a_code_is_redeemed_as_it_was_asked_for(
    world: MicrosoftWorld, host: HostAccount, change: dict[str, Any], error: str, number: int
) -> None:
    code = brought_back(decide(world, address(world), host))["code"]

    refused = redeemed(world, code, **change).json()

    assert (refused["error"], refused["error_codes"]) == (error, [number])
    assert redeemed(world, code).status_code == 200


def test_a_code_is_good_once_and_for_its_own_application(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    other = MicrosoftApplicationWorld(
        sandbox=world.sandbox, control=world.control, domain=f"else.{world.domain}"
    )
    code = brought_back(decide(world, address(world), host))["code"]

    stolen = redeemed(other, code)
    first, second = redeemed(world, code), redeemed(world, code)

    assert stolen.json()["error"] == "invalid_grant"
    assert first.status_code == 200
    assert second.json()["error_codes"] == [54005]


def test_a_code_is_over_after_ten_minutes(world: MicrosoftWorld, host: HostAccount) -> None:
    code = brought_back(decide(world, address(world), host))["code"]
    world.control.shift_clock(601)
    try:
        late = redeemed(world, code)
    finally:
        world.control.shift_clock(-601)

    assert late.json()["error_codes"] == [70008]


# --------------------------------------------------------------------------- administrators


def consent_of_admin(world: MicrosoftWorld, **changes: Any) -> str:
    asked = {
        "client_id": world.tenant["client_id"],
        "scope": "https://graph.microsoft.com/.default",
        "redirect_uri": HOME,
        "state": "ours",
        **changes,
    }
    return f"{PUBLIC}/{world.tenant['tenant_id']}/v2.0/adminconsent?{urlencode(asked)}"


def test_an_administrator_lets_the_application_in_for_everybody(
    sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    organisation = MicrosoftApplicationWorld(
        sandbox=sandbox, control=control, domain=f"org.{unique}.example"
    )
    organisation.seed(redirect_uris=[HOME], app_roles=[])
    host = organisation.add_host("host")
    path = f"users/{host.mailbox}/events"
    before = organisation.graph(host, "GET", path)

    denied = brought_back(decide(organisation, consent_of_admin(organisation), host, "deny"))
    still = organisation.graph(host, "GET", path)
    allowed = brought_back(decide(organisation, consent_of_admin(organisation), host))

    assert before.status_code == still.status_code == 403
    assert denied.pop("error_description").startswith("AADSTS65004")
    assert denied == {"admin_consent": "True", "error": "consent_required", "state": "ours"}
    assert allowed == {
        "admin_consent": "True",
        "tenant": organisation.tenant["tenant_id"],
        "scope": "https://graph.microsoft.com/.default",
        "state": "ours",
    }
    assert organisation.graph(host, "GET", path).status_code == 200


def test_administrators_are_asked_for_what_is_registered_only(
    world: MicrosoftWorld, host: HostAccount
) -> None:
    back = brought_back(decide(world, consent_of_admin(world, scope="Mail.Send"), host))

    assert back["error"] == "invalid_scope"
