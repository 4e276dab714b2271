"""A user's own consent at the sandbox's Google: the page, the code, the tokens, and their ends.

The rules are from "Using OAuth 2.0 for Web Server Applications", "OpenID Connect" and "Using
OAuth 2.0 to Access Google APIs" (Google Identity), RFC 6749, RFC 7636 and OpenID Connect Core;
what none of them says stands in ``docs/fidelity.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import requests

from connectors.sandbox.client import SandboxControl
from connectors.sandbox.server import SandboxServer
from tests.connectors.google_consent import (
    BACK,
    CALENDAR,
    CHALLENGE,
    DAY,
    EMAIL,
    EVENTS,
    GMAIL,
    READONLY,
    VERIFIER,
    Page,
    Town,
    returned,
)


@pytest.fixture
def town(sandbox: SandboxServer, control: SandboxControl, unique: str) -> Town:
    return Town(sandbox, control, unique)


@pytest.fixture
def own_town(unique: str) -> Iterator[Town]:
    """One with a clock of its own."""
    server = SandboxServer()
    server.start()
    yield Town(server, SandboxControl(server.base_url), unique)
    server.stop()


# ------------------------------------------------------------------------------ the page


def test_the_page_says_that_it_is_the_sandbox_who_asks_and_for_what(town: Town) -> None:
    stranger = f"stranger@other-{town.domain}"
    town.seed(f"another@{town.domain}", stranger)
    page = town.look(scope=f"openid {EVENTS} {READONLY}")
    shown = Page(page.text)

    assert page.status_code == 200
    assert "Sandbox: this page plays Google" in page.text
    assert "Hot &lt;Handover&gt; wants access" in page.text
    assert "View and edit events on all your calendars" in page.text
    assert (shown.scopes, shown.ticked) == ([EVENTS, READONLY], [])
    assert shown.chosen == town.email
    assert {f"another@{town.domain}", stranger} <= set(shown.accounts)
    assert Page(town.look(hd=town.domain).text).accounts == [
        f"another@{town.domain}",
        town.email,
    ]


def test_allowing_brings_a_code_and_the_state_back(town: Town) -> None:
    back = returned(town.decide())

    assert back.keys() == {"state", "code", "scope", "authuser", "prompt", "hd"}
    assert back["state"] == "a state & more"
    assert (back["scope"], back["hd"]) == (EVENTS, town.domain)


def test_denying_brings_the_state_back_and_no_code(town: Town) -> None:
    back = returned(town.decide({"decision": "deny"}))

    assert back == {"state": "a state & more", "error": "access_denied"}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": None}, 400, "invalid_request"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"redirect_uri": None}, 400, "invalid_request"),
        ({"redirect_uri": f"{BACK}/"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": BACK.replace("https", "http")}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": f"{BACK}?x=y"}, 400, "redirect_uri_mismatch"),
        ({"response_type": None}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
        ({"scope": None}, 400, "invalid_request"),
        ({"scope": f"{CALENDAR}.evnts"}, 400, "invalid_scope"),
        ({"access_type": "always"}, 400, "invalid_request"),
        ({"prompt": "login"}, 400, "invalid_request"),
        ({"prompt": "none consent"}, 400, "invalid_request"),
        ({"include_granted_scopes": "yes"}, 400, "invalid_request"),
        ({"code_challenge": "short"}, 400, "invalid_request"),
        ({"code_challenge_method": "S256"}, 400, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, 400, "invalid_request"),
    ],
)
def test_a_clients_mistake_is_shown_to_the_user_and_leads_nowhere(
    town: Town, changes: dict[str, str | None], status: int, error: str
) -> None:
    for answer in (town.look(**changes), town.look(**{"prompt": "none", **changes})):
        assert (answer.status_code, "Location" in answer.headers) == (status, False)
        assert f"Error {status}: {error}" in answer.text


def test_a_parameter_given_twice_is_a_mistake(town: Town) -> None:
    address = f"{town.base}/o/oauth2/v2/auth?{urlencode(town.asked())}&state=another"

    assert "Error 400: invalid_request" in town.session.get(address).text


# ------------------------------------------------------------------------ code for tokens


def test_a_code_is_good_for_tokens_once(town: Town) -> None:
    code = town.code()

    first = town.exchange(code)
    second = town.exchange(code)

    made = first.json()
    assert made.keys() == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert first.headers["Cache-Control"] == "no-store"
    assert town.events(made["access_token"]) == 200
    assert town.events(town.refresh(made["refresh_token"]).json()["access_token"]) == 200
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")


def test_a_code_is_over_after_ten_minutes(own_town: Town) -> None:
    fresh, stale = own_town.code(), own_town.code(prompt="consent")
    own_town.control.shift_clock(599)
    assert own_town.exchange(fresh).status_code == 200
    own_town.control.shift_clock(2)

    assert own_town.exchange(stale).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"redirect_uri": f"{BACK}/"}, 400, "redirect_uri_mismatch"),
        ({"redirect_uri": None}, 400, "redirect_uri_mismatch"),
        ({"code": "unknown"}, 400, "invalid_grant"),
        ({"code": ""}, 400, "invalid_request"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"code_verifier": None}, 400, "invalid_grant"),
        ({"code_verifier": "b" * 50}, 400, "invalid_grant"),
        ({"code_verifier": CHALLENGE}, 400, "invalid_grant"),
        ({"grant_type": "code"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_code_is_refused_to_whoever_cannot_show_all_that_belongs_to_it(
    town: Town, form: dict[str, str | None], status: int, error: str
) -> None:
    code = town.code(code_challenge=CHALLENGE, code_challenge_method="S256")

    refused = town.exchange(code, **({"code_verifier": VERIFIER} | form))
    taken = town.exchange(code, code_verifier=VERIFIER)

    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert taken.status_code == 200


def test_a_code_is_refused_to_another_client(
    town: Town, sandbox: SandboxServer, control: SandboxControl, unique: str
) -> None:
    other = Town(sandbox, control, f"other-{unique}")

    assert other.exchange(town.code()).json()["error"] == "invalid_grant"


def test_a_plain_challenge_is_its_own_proof_and_none_wants_none(town: Town) -> None:
    plain = town.code(code_challenge=VERIFIER)

    assert town.exchange(plain, code_verifier="b" * 50).json()["error"] == "invalid_grant"
    assert town.exchange(plain, code_verifier=VERIFIER).status_code == 200
    bare = town.code(prompt="consent")
    assert town.exchange(bare, code_verifier=VERIFIER).json()["error"] == "invalid_grant"
    assert town.exchange(bare).status_code == 200


def test_a_client_may_prove_itself_by_http_basic_but_not_twice(town: Town) -> None:
    name, code = str(town.client["id"]), town.code()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}

    def ask(secret: str, **further: str) -> requests.Response:
        address = f"{town.base}/oauth/token"
        return town.session.post(address, data=form | further, auth=(name, secret))

    assert ask("wrong").json()["error"] == "invalid_client"
    assert ask("a secret", client_secret="a secret").json()["error"] == "invalid_request"
    assert ask("a secret").status_code == 200


# ---------------------------------------------------------------- when there is a refresh token


def test_a_refresh_token_comes_with_the_first_consent_for_offline_access_alone(
    town: Town,
) -> None:
    assert "refresh_token" not in town.connected(access_type=None)
    town.control.act("google", "withdraw_consent", email=town.email)
    assert "refresh_token" in town.connected()

    again = town.exchange(returned(town.look())["code"]).json()

    assert "refresh_token" not in again
    assert town.events(again["access_token"]) == 200
    assert "refresh_token" not in town.connected(prompt="select_account")
    assert "refresh_token" in town.connected(prompt="consent")
    assert "refresh_token" not in town.connected(prompt="consent", access_type="online")
    assert "refresh_token" in town.connected(scope=f"{EVENTS} {READONLY}")


def test_without_a_page_there_is_an_answer_only_where_all_is_allowed_already(town: Town) -> None:
    asked = returned(town.look(prompt="none"))
    town.connected()

    assert (asked["error"], asked["state"]) == ("interaction_required", "a state & more")
    assert "code" in returned(town.look(prompt="none"))
    more = returned(town.look(prompt="none", scope=f"{EVENTS} {READONLY}"))
    assert more["error"] == "interaction_required"
    assert returned(town.look(prompt="none", login_hint=None))["error"] == "login_required"


def test_the_hundred_and_first_refresh_token_ends_the_oldest(town: Town) -> None:
    first = town.connected()["refresh_token"]
    second = town.connected(prompt="consent")["refresh_token"]
    for _ in range(98):
        town.connected(prompt="consent")
    assert town.refresh(first).status_code == 200

    last = town.connected(prompt="consent")["refresh_token"]

    assert town.refresh(first).json()["error"] == "invalid_grant"
    assert town.refresh(second).status_code == town.refresh(last).status_code == 200


def test_a_refresh_token_that_nobody_uses_for_half_a_year_is_over(own_town: Town) -> None:
    used = own_town.connected()["refresh_token"]
    unused = own_town.connected(prompt="consent")["refresh_token"]
    own_town.control.shift_clock(100 * DAY)
    assert own_town.refresh(used).status_code == 200
    own_town.control.shift_clock(100 * DAY)

    assert own_town.refresh(used).status_code == 200
    assert own_town.refresh(unused).json()["error"] == "invalid_grant"


def test_consent_for_a_client_in_testing_lasts_a_week(own_town: Town) -> None:
    own_town.seed(testing=True)
    made = own_town.connected()
    identity = own_town.connected(scope="openid email")
    own_town.control.shift_clock(6 * DAY)
    assert own_town.refresh(made["refresh_token"]).status_code == 200
    own_town.control.shift_clock(2 * DAY)

    assert 7 * DAY - 60 < made["refresh_token_expires_in"] <= 7 * DAY
    assert own_town.refresh(made["refresh_token"]).json()["error"] == "invalid_grant"
    assert "refresh_token_expires_in" not in identity
    assert own_town.refresh(identity["refresh_token"]).status_code == 200


# --------------------------------------------------------------------------- parts of it


def test_a_user_may_allow_a_part_of_what_is_asked_for(town: Town) -> None:
    question = {"scope": f"openid email {EVENTS} {READONLY}"}

    back = returned(town.decide({"scope": [READONLY]}, **question))
    made = town.exchange(back["code"]).json()

    assert set(back["scope"].split()) == set(made["scope"].split()) == {"openid", EMAIL, READONLY}
    assert town.events(made["access_token"]) == 200
    assert town.look(**question).status_code == 200  # asked again: something is missing


def test_who_unticks_everything_allows_nothing(town: Town) -> None:
    back = returned(town.decide({"scope": []}, scope=f"{EVENTS} {READONLY}"))

    assert back["error"] == "access_denied"


def test_a_single_scope_is_allowed_or_denied_as_a_whole(town: Town) -> None:
    assert Page(town.look().text).scopes == []
    assert returned(town.decide({"scope": []}))["scope"] == EVENTS


def test_what_was_allowed_before_can_be_asked_for_along(town: Town) -> None:
    town.connected()

    alone = town.connected(scope=READONLY)
    joint = town.connected(scope=READONLY, include_granted_scopes="true", prompt="consent")

    assert alone["scope"] == READONLY
    assert set(joint["scope"].split()) == {EVENTS, READONLY}


# -------------------------------------------------------------------------- how it ends


def test_a_user_who_takes_consent_back_ends_everything_and_is_asked_again(town: Town) -> None:
    made, more = town.connected(), town.connected(access_type=None, prompt="consent")

    done = town.control.act("google", "withdraw_consent", email=town.email)

    assert done == {"ended": 1}
    assert town.events(made["access_token"]) == town.events(more["access_token"]) == 401
    assert town.refresh(made["refresh_token"]).json()["error"] == "invalid_grant"
    assert town.look().status_code == 200


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_any_token_revokes_all_that_the_user_allowed_the_client(town: Town, kind: str) -> None:
    """ "Revocation removes all OAuth 2.0 scopes previously granted to a project"."""
    other = town.connected()
    made = town.connected(prompt="consent")
    place = f"{town.base}/oauth/revoke"

    revoked = town.session.post(place, data={"token": made[kind]})

    assert revoked.status_code == 200
    for one in (made, other):
        assert town.events(one["access_token"]) == 401
        assert town.refresh(one["refresh_token"]).json()["error"] == "invalid_grant"
    assert town.look().status_code == 200
    again = town.session.post(place, data={"token": made[kind]})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_a_new_password_ends_tokens_for_gmail_and_no_others(town: Town) -> None:
    """ "The user changed passwords and the refresh token contains Gmail scopes"."""
    calendar = town.connected()
    mail = town.connected(scope=f"{EVENTS} {GMAIL}")

    done = town.control.act("google", "change_password", email=town.email)

    assert done == {"ended": 1}
    assert town.refresh(mail["refresh_token"]).json()["error"] == "invalid_grant"
    assert town.refresh(calendar["refresh_token"]).status_code == 200


def test_nobody_takes_back_what_an_unknown_account_allowed(town: Town) -> None:
    for verb in ("withdraw_consent", "change_password"):
        address = f"{town.base.removesuffix('/google')}/control/google/{verb}"
        answer = town.session.post(address, json={"email": "nobody@elsewhere.test"})
        assert (answer.status_code, "no such account" in answer.text) == (400, True)


def test_no_token_or_code_stands_in_the_log_of_requests(town: Town) -> None:
    made = town.connected(scope="openid")
    town.session.get(f"{town.base}/oauth/tokeninfo", params={"access_token": made["access_token"]})
    town.session.post(f"{town.base}/oauth/revoke?token={made['refresh_token']}")

    log = str(town.control.requests(vendor="google"))

    assert "google/oauth/tokeninfo" in log
    for secret in (made["access_token"], made["refresh_token"], made["id_token"]):
        assert secret not in log
