"""Whose calls are let in: tokens as an org's Named Credential signs them, and nothing else."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.test import TestResponse

from app.callers import ActorKind, Role
from connectors.errors import ConnectionBrokenError, TransientError
from tests.app.door import (
    KEY_NAME,
    ORG_ID,
    PUBLIC_URL,
    RECORD_ID,
    SALESFORCE_ORG_ID,
    TYPE_ID,
    USER_ID,
    DoorWiring,
    bearer,
    client_of,
    private_key,
    public_pem,
    token,
    wish,
)

OTHER_ORG = "00DHp0000002DeFMAU"
TYPES = f"/v1/records/{RECORD_ID}/booking-types"
HOSTS = f"{TYPES}/{TYPE_ID}/hosts"
EXPLANATION = f"/v1/records/{RECORD_ID}/explanation"


def ask(wiring: DoorWiring, text: str | None = None, *, path: str = TYPES) -> TestResponse:
    return client_of(wiring).get(path, headers=bearer(text))


def refusal(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def with_header(**header: Any) -> str:
    """A token whose header says more than Salesforce's does, rightly signed."""
    now = int(time.time())
    claims = {
        "iss": SALESFORCE_ORG_ID,
        "sub": USER_ID,
        "aud": PUBLIC_URL,
        "iat": now,
        "exp": now + 60,
    }

    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    signed = f"{part({'alg': 'RS256', 'kid': KEY_NAME, **header})}.{part(claims)}"
    signature = private_key(KEY_NAME).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def unsigned(signature: str) -> str:
    claims = token().split(".")[1]
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{none}.{claims}.{signature}"


def signed_with_our_public_key_as_secret() -> str:
    now = int(time.time())
    claims = {"iss": SALESFORCE_ORG_ID, "sub": USER_ID, "aud": PUBLIC_URL, "iat": now}
    claims["exp"] = now + 60
    secret = OctKey.import_key(base64.urlsafe_b64encode(public_pem().encode()).decode())
    return jwt.encode({"alg": "HS256", "kid": KEY_NAME}, claims, secret, algorithms=["HS256"])


# ------------------------------------------------------------------------- who comes in


def test_a_token_of_the_named_credential_makes_its_user_the_caller() -> None:
    wiring = DoorWiring()

    answer = ask(wiring)

    assert answer.status_code == 200
    assert wiring.roles.asked == [(ORG_ID, USER_ID, False)]


def test_ids_of_fifteen_characters_are_the_same_org_and_user() -> None:
    wiring = DoorWiring()

    answer = ask(wiring, token(iss=SALESFORCE_ORG_ID[:15], sub=USER_ID[:15]))

    assert answer.status_code == 200
    assert wiring.roles.asked == [(ORG_ID, USER_ID, False)]


def test_the_caller_that_the_service_sees_is_the_verified_one() -> None:
    wiring = DoorWiring()
    seen: list[Any] = []
    wiring.booking_service.on_call = seen.append

    client_of(wiring).get(TYPES, headers={**bearer(), "X-Request-Id": "asked-for-1"})

    (caller,) = seen
    assert (caller.org_id, caller.salesforce_org_id) == (ORG_ID, SALESFORCE_ORG_ID)
    assert (caller.kind, caller.actor_id) == (ActorKind.USER, USER_ID)
    assert caller.request_id == "asked-for-1"


def test_a_token_may_come_again_while_it_lives() -> None:
    wiring = DoorWiring()
    text = token()

    assert [ask(wiring, text).status_code for _ in range(3)] == [200, 200, 200]


def test_both_algorithms_of_salesforce_are_known() -> None:
    assert ask(DoorWiring(), token(header={"alg": "RS512"})).status_code == 200


def test_both_certificates_count_while_an_org_changes_them() -> None:
    wiring = DoorWiring()
    wiring.orgs[SALESFORCE_ORG_ID] = (
        ORG_ID,
        [("new", public_pem("new")), (KEY_NAME, public_pem())],
    )

    assert ask(wiring, token()).status_code == 200
    assert ask(wiring, token(key="new")).status_code == 200
    assert ask(wiring, token(header={"kid": "renamed"})).status_code == 200
    assert ask(wiring, token(key="third")).status_code == 401


def test_a_token_without_a_key_name_is_tried_with_each_certificate() -> None:
    now = int(time.time())
    claims = {"iss": SALESFORCE_ORG_ID, "sub": USER_ID, "aud": PUBLIC_URL, "iat": now}
    claims["exp"] = now + 60
    text = jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(private_key(KEY_NAME)))

    assert ask(DoorWiring(), text).status_code == 200


def test_a_token_built_by_hand_comes_in_as_long_as_its_header_is_plain() -> None:
    assert ask(DoorWiring(), with_header(typ="JWT")).status_code == 200


def test_clocks_may_differ_by_a_minute() -> None:
    now = int(time.time())

    assert ask(DoorWiring(), token(iat=now + 50, exp=now + 170)).status_code == 200
    assert ask(DoorWiring(), token(iat=now - 170, exp=now - 50)).status_code == 200


# ----------------------------------------------------------------------- who does not


def test_b072_who_says_nothing_is_unauthenticated() -> None:
    answer = client_of(DoorWiring()).get(TYPES)

    assert refusal(answer) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", "bearer"])
def test_another_scheme_is_unauthenticated(header: str) -> None:
    answer = client_of(DoorWiring()).get(TYPES, headers={"Authorization": header})

    assert refusal(answer) == (401, "unauthenticated")


NOW = int(time.time())

REFUSED: dict[str, Callable[[], str]] = {
    "b073_alg_none": lambda: unsigned(""),
    "b073_alg_none_with_some_signature": lambda: unsigned(token().split(".")[2]),
    "b074_hs256_with_our_public_key": signed_with_our_public_key_as_secret,
    "b076_wrong_aud": lambda: token(aud="https://other.example"),
    "b076_aud_with_a_slash": lambda: token(aud=PUBLIC_URL + "/"),
    "b076_two_auds": lambda: token(aud=[PUBLIC_URL, "https://other.example"]),
    "b076_no_aud": lambda: token(without=["aud"]),
    "b076_unknown_iss": lambda: token(iss="00DHp0000003GhIMAU"),
    "b076_iss_is_a_user": lambda: token(iss=USER_ID),
    "b076_iss_is_no_id": lambda: token(iss="https://login.salesforce.com"),
    "b076_iss_is_no_text": lambda: token(iss=5),
    "b076_other_orgs_key": lambda: token(key="other org"),
    "b076_other_orgs_issuer_with_our_key": lambda: token(iss=OTHER_ORG),
    "b077_kid_is_a_path": lambda: token(header={"kid": "../../x"}),
    "b077_kid_is_no_text": lambda: with_header(kid=7),
    "b077_jku": lambda: with_header(jku="http://127.0.0.1:9/keys"),
    "b077_x5u": lambda: with_header(x5u="http://127.0.0.1:9/cert"),
    "b077_jwk": lambda: with_header(
        jwk=RSAKey.import_key(private_key(KEY_NAME)).as_dict(private=False)
    ),
    "b077_x5c": lambda: with_header(x5c=["MIIB"]),
    "crit": lambda: with_header(crit=["exp"]),
    "rs384": lambda: token(header={"alg": "RS384"}),
    "ps256": lambda: token(header={"alg": "PS256"}),
    "expired": lambda: token(iat=NOW - 400, exp=NOW - 120),
    "not_yet": lambda: token(iat=NOW + 200, exp=NOW + 300),
    "not_before": lambda: token(nbf=NOW + 3600),
    "lives_too_long": lambda: token(iat=NOW, exp=NOW + 301),
    "ends_before_it_begins": lambda: token(iat=NOW, exp=NOW - 1),
    "no_exp": lambda: token(without=["exp"]),
    "no_iat": lambda: token(without=["iat"]),
    "exp_is_a_text": lambda: token(exp=str(NOW + 60)),
    "exp_is_yes": lambda: token(exp=True),
    "no_sub": lambda: token(without=["sub"]),
    "sub_is_no_user": lambda: token(sub=RECORD_ID),
    "sub_with_a_wrong_suffix": lambda: token(sub=USER_ID[:15] + "AAA"),
    "changed_claims": lambda: ".".join(
        [
            token().split(".")[0],
            token(sub="005Hp00000FgHiJIAV").split(".")[1],
            token().split(".")[2],
        ]
    ),
    "no_jwt": lambda: "abc",
    "five_parts": lambda: "a.b.c.d.e",
    "no_base64": lambda: "a.b.c",
    "huge": lambda: token(more="x" * 9000),
    "deep": lambda: base64.urlsafe_b64encode(b"[" * 4000).decode().rstrip("=") + ".e30.x",
}


@pytest.mark.parametrize("name", REFUSED)
def test_any_other_token_is_refused(name: str) -> None:
    wiring = DoorWiring()
    wiring.orgs[OTHER_ORG] = (UUID(int=2), [("other org", public_pem("other org"))])

    answer = ask(wiring, REFUSED[name]())

    assert refusal(answer) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert wiring.roles.asked == []
    assert wiring.booking_service.asked == []


def test_nobody_learns_from_a_refusal_which_orgs_are_connected() -> None:
    unknown = ask(DoorWiring(), token(iss="00DHp0000003GhIMAU")).get_json()
    forged = ask(DoorWiring(), token(key="forged")).get_json()

    assert unknown["detail"] == forged["detail"]


# ------------------------------------------------------------------------ what they may


def test_b080_a_deactivated_user_is_refused_whatever_was_signed() -> None:
    wiring = DoorWiring()
    wiring.roles.is_active = False

    assert refusal(ask(wiring)) == (403, "user_inactive")


@pytest.mark.parametrize("path", [TYPES, HOSTS])
def test_b081_a_host_may_not_do_what_organizers_do(path: str) -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset({Role.HOST})

    answer = ask(wiring, path=path)

    assert refusal(answer) == (403, "forbidden_role")
    assert "Booking Organizer" in answer.get_json()["detail"]


def test_an_admin_sees_what_is_offered_but_books_only_as_an_organizer() -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset({Role.ADMIN})

    assert ask(wiring).status_code == 200
    answer = client_of(wiring).post("/v1/bookings", json=wish(), headers=bearer())
    assert refusal(answer) == (403, "forbidden_role")
    assert wiring.booking_service.asked == [RECORD_ID]


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.HOST])
def test_only_an_admin_learns_why_something_is_not_there(role: Role) -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset({role})

    answer = ask(wiring, path=EXPLANATION)

    assert refusal(answer) == (403, "forbidden_role")
    assert "Booking Admin" in answer.get_json()["detail"]
    wiring.roles.roles = frozenset({Role.ADMIN})
    assert ask(wiring, path=EXPLANATION).status_code == 200


def test_a_host_sees_bookings() -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset({Role.HOST})

    assert ask(wiring, path="/v1/bookings").status_code == 200


def test_who_has_no_permission_set_at_all_is_refused_everywhere() -> None:
    wiring = DoorWiring()
    wiring.roles.roles = frozenset()

    for path in (TYPES, HOSTS, EXPLANATION, "/v1/bookings", f"/v1/bookings/{TYPE_ID}"):
        assert refusal(ask(wiring, path=path)) == (403, "forbidden_role")


def test_every_write_asks_for_roles_anew() -> None:
    wiring = DoorWiring()

    client_of(wiring).post("/v1/bookings", json=wish(), headers=bearer())

    assert wiring.roles.asked == [(ORG_ID, USER_ID, True)]


def test_nobody_comes_in_while_roles_cannot_be_asked() -> None:
    wiring = DoorWiring()
    wiring.roles.error = TransientError("salesforce", "read users", "no answer")
    slow = ask(wiring)
    wiring.roles.error = ConnectionBrokenError("salesforce", "log in", "invalid_grant")
    broken = ask(wiring)

    assert refusal(slow) == (503, "vendor_unavailable")
    assert refusal(broken) == (502, "connection_broken")
    assert wiring.booking_service.asked == []
