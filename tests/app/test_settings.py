"""The environment is right, or every fault of it is said at once."""

from __future__ import annotations

import base64

import pytest

from app.sealing import Sealer, SealError
from app.settings import SettingsError, read_settings

KEY = base64.b64encode(bytes(32)).decode()
GOOD = {
    "DATABASE_URL": "postgresql://u:p@db.example/handover",
    "PUBLIC_URL": "https://bookings.example",
    "SECRET_KEYS": f"k1:{KEY}",
}


def test_the_least_environment_means_production_and_the_vendors_own_addresses() -> None:
    settings = read_settings(GOOD)

    assert settings.environment == "production"
    assert settings.google_api_url == "https://www.googleapis.com"
    assert settings.direct_url == settings.database_url


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"SECRET_KEYS": "short", "WORKER_CONCURRENCY": "many"})

    said = str(caught.value).splitlines()
    assert [line.split()[0] for line in said] == [
        "DATABASE_URL",
        "PUBLIC_URL",
        "SECRET_KEYS",
        "WORKER_CONCURRENCY",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"PUBLIC_URL": "http://bookings.example"},
        {"GOOGLE_API_URL": "https://elsewhere.example"},
        {"GOOGLE_API_URL": "http://www.googleapis.com"},
        {"SALESFORCE_LOGIN_URL": "https://login.salesforce.com.evil.example"},
        {"SMTP_URL": "smtp://user:password@mail.example", "MAIL_FROM": "a@b.example"},
        {"DATABASE_URL": "mysql://db.example/handover"},
    ],
)
def test_production_refuses_what_is_not_safe(changes: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        read_settings(GOOD | changes)


@pytest.mark.parametrize("login", ["https://test.salesforce.com", "https://acme.my.salesforce.com"])
def test_production_takes_salesforces_own_login_addresses(login: str) -> None:
    assert read_settings(GOOD | {"SALESFORCE_LOGIN_URL": login}).salesforce_login_url == login


def test_a_test_environment_may_lead_the_connectors_anywhere() -> None:
    settings = read_settings(
        GOOD | {"ENVIRONMENT": "test", "ZOOM_API_URL": "http://127.0.0.1:1/zoom/v2/"}
    )

    assert settings.zoom_api_url == "http://127.0.0.1:1/zoom/v2"


def test_settings_show_no_secret_when_they_are_printed() -> None:
    settings = read_settings(GOOD | {"GOOGLE_CLIENT_SECRET": "hush"})

    assert "hush" not in repr(settings)
    assert "u:p@" not in repr(settings)


def test_a_sealed_secret_opens_only_where_it_was_sealed_and_with_the_key() -> None:
    sealer = Sealer((("k1", bytes(32)),))
    sealed = sealer.seal("secret", place="connections|1|token")

    assert sealer.open(sealed, place="connections|1|token") == "secret"
    assert b"secret" not in sealed
    with pytest.raises(SealError):
        sealer.open(sealed, place="connections|2|token")
    with pytest.raises(SealError):
        Sealer((("k1", bytes([1]) * 32),)).open(sealed, place="connections|1|token")
    with pytest.raises(SealError):
        Sealer((("k2", bytes(32)),)).open(sealed, place="connections|1|token")


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_writes() -> None:
    old = Sealer((("k1", bytes(32)),)).seal("secret", place="here")
    both = Sealer((("k2", bytes([2]) * 32), ("k1", bytes(32))))

    assert both.open(old, place="here") == "secret"
    assert both.seal("secret", place="here").startswith(b"k2:")
