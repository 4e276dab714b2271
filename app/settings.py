"""What the service is told by its environment; the only module that reads it.

Every fault of the environment is said at once, in words, before anything starts.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

#: Where a running demo leaves its settings.
DEMO_ENVIRONMENT = Path(".local/demo.env")


class Environment(StrEnum):
    """Where the service runs; only outside production may addresses be other than the vendors'."""

    PRODUCTION = "production"
    LOCAL = "local"
    TEST = "test"


class SettingsError(Exception):
    """The environment is wrong; the message lists every fault, one a line."""


#: The vendors' own addresses. Another one is refused in production.
VENDOR_ADDRESSES: Mapping[str, str] = {
    "salesforce_login_url": "https://login.salesforce.com",
    "google_api_url": "https://www.googleapis.com",
    "google_oauth_url": "https://oauth2.googleapis.com",
    "microsoft_graph_url": "https://graph.microsoft.com",
    "microsoft_login_url": "https://login.microsoftonline.com",
    "zoom_api_url": "https://api.zoom.us/v2",
    "zoom_oauth_url": "https://zoom.us/oauth",
}

#: Salesforce has a second login host (for its own sandboxes) and one per My Domain.
_SALESFORCE_HOSTS = ("login.salesforce.com", "test.salesforce.com")
_MY_DOMAIN_SUFFIX = ".my.salesforce.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs from one deployment to another.

    Each field is read from the environment variable of its name in capitals.

    Attributes:
        environment: Where this runs.
        database_url: PostgreSQL, as ``postgresql://user:password@host:port/name``.
        database_direct_url: The same database without a transaction pooler in between, for the
            worker's LISTEN and the clock's lock; the same as ``database_url`` by default.
        public_url: Where organizers' Salesforce reaches us; the audience of its tokens.
        secret_keys: Keys that seal tokens, newest first: ``name:base64 of 32 bytes``, separated
            by commas. The first one writes, all of them read.
        smtp_url: ``smtp://``, ``smtp+starttls://`` or ``smtps://``, with user and password.
        mail_from: The address our mails come from.
        google_client_id: Our OAuth client at Google, for hosts who connect their own account.
        google_client_secret: Its secret.
        microsoft_client_id: Our OAuth client at Microsoft, likewise.
        microsoft_client_secret: Its secret.
        worker_concurrency: How many deliveries one worker process works on at a time.
        delay_scale: Multiplies every delay between attempts; 1 in earnest, small in drills.
        log_level: ``INFO`` and so on.
        prometheus_multiproc_dir: Where several web processes keep their numbers together;
            ``handover serve`` sets it.
    """

    environment: Environment = Environment.PRODUCTION
    database_url: str = field(repr=False)
    database_direct_url: str = field(default="", repr=False)
    public_url: str
    secret_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    salesforce_login_url: str = VENDOR_ADDRESSES["salesforce_login_url"]
    google_api_url: str = VENDOR_ADDRESSES["google_api_url"]
    google_oauth_url: str = VENDOR_ADDRESSES["google_oauth_url"]
    microsoft_graph_url: str = VENDOR_ADDRESSES["microsoft_graph_url"]
    microsoft_login_url: str = VENDOR_ADDRESSES["microsoft_login_url"]
    zoom_api_url: str = VENDOR_ADDRESSES["zoom_api_url"]
    zoom_oauth_url: str = VENDOR_ADDRESSES["zoom_oauth_url"]
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    google_client_id: str = ""
    google_client_secret: str = field(default="", repr=False)
    microsoft_client_id: str = ""
    microsoft_client_secret: str = field(default="", repr=False)
    worker_concurrency: int = 8
    delay_scale: float = 1.0
    log_level: str = "INFO"
    prometheus_multiproc_dir: str = ""

    @property
    def direct_url(self) -> str:
        """The database without a pooler in between."""
        return self.database_direct_url or self.database_url


def demo_settings(path: Path = DEMO_ENVIRONMENT) -> dict[str, str]:
    """What a running demo left in its file of ``NAME=value`` lines; nothing where none runs."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.strip().partition("=") for line in lines if not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, equals, value in pairs if equals}


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Args:
        environ: The environment; the process's own by default.

    Raises:
        SettingsError: Something is missing or wrong.
    """
    source = os.environ if environ is None else environ
    faults: list[str] = []
    values: dict[str, object] = {}
    for setting in fields(Settings):
        name = setting.name.upper()
        raw = source.get(name, "").strip()
        if not raw:
            if setting.name in _REQUIRED:
                faults.append(f"{name} is not set: {_REQUIRED[setting.name]}")
            continue
        try:
            values[setting.name] = _PARSERS.get(setting.name, str)(raw)
        except ValueError as error:
            faults.append(f"{name} {error}")
    environment = values.get("environment", Environment.PRODUCTION)
    is_production = environment is Environment.PRODUCTION
    faults += _address_faults(values, is_production=is_production)
    faults += _mail_faults(values, is_production=is_production)
    if faults:
        raise SettingsError("\n".join(faults))
    return Settings(**values)  # type: ignore[arg-type]  # each value came from its own parser


_REQUIRED = {
    "database_url": "give a PostgreSQL address, or use `handover demo`, which brings its own",
    "public_url": "give the https address at which Salesforce reaches this service",
    "secret_keys": "make one with `handover new-key`",
}


def _parse_keys(raw: str) -> tuple[tuple[str, bytes], ...]:
    keys = []
    for part in raw.split(","):
        name, _, text = part.strip().partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(key) != 32:  # noqa: PLR2004 - AES-256
            raise ValueError("must be name:key, the key 32 bytes in base64; see `handover new-key`")
        keys.append((name, key))
    return tuple(keys)


def _parse_environment(raw: str) -> Environment:
    try:
        return Environment(raw.lower())
    except ValueError:
        raise ValueError("must be production, local or test") from None


def _parse_count(raw: str) -> int:
    if not raw.isdigit() or int(raw) < 1:
        raise ValueError("must be a whole number from 1 up")
    return int(raw)


def _parse_scale(raw: str) -> float:
    scale = float(raw)
    if not 0 < scale <= 1:
        raise ValueError("must be more than 0 and at most 1")
    return scale


def _parse_address(raw: str) -> str:
    return raw.rstrip("/")


def _parse_database(raw: str) -> str:
    # Heroku and others still hand out the scheme's old spelling.
    if raw.startswith("postgres://"):
        raw = "postgresql://" + raw.removeprefix("postgres://")
    if not raw.startswith("postgresql://"):
        raise ValueError("must start with postgresql://")
    return raw


_PARSERS: dict[str, Callable[[str], object]] = {
    "environment": _parse_environment,
    "database_url": _parse_database,
    "database_direct_url": _parse_database,
    "secret_keys": _parse_keys,
    "worker_concurrency": _parse_count,
    "delay_scale": _parse_scale,
    "public_url": _parse_address,
    **dict.fromkeys(VENDOR_ADDRESSES, _parse_address),
}


def _address_faults(values: Mapping[str, object], *, is_production: bool) -> list[str]:
    faults = []
    for name in ("public_url", *VENDOR_ADDRESSES):
        address = values.get(name)
        if not isinstance(address, str):
            continue
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            faults.append(f"{name.upper()} must be an http or https address")
        elif is_production and parts.scheme != "https":
            faults.append(f"{name.upper()} must be https in production")
        elif is_production and name in VENDOR_ADDRESSES and not _is_vendors(name, address):
            faults.append(
                f"{name.upper()} is not the vendor's own address; "
                "set ENVIRONMENT=local or test if that is meant"
            )
    return faults


def _mail_faults(values: Mapping[str, object], *, is_production: bool) -> list[str]:
    address = values.get("smtp_url")
    if not isinstance(address, str):
        return []
    parts = urlsplit(address)
    if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
        return ["SMTP_URL must start with smtp+starttls://, smtps:// or smtp://"]
    if is_production and parts.scheme == "smtp" and parts.password:
        return ["SMTP_URL would send its password in clear text; use smtp+starttls:// or smtps://"]
    if "mail_from" not in values:
        return ["MAIL_FROM is not set: give the address our mails come from"]
    return []


def _is_vendors(name: str, address: str) -> bool:
    if name == "salesforce_login_url":
        host = urlsplit(address).hostname or ""
        return host in _SALESFORCE_HOSTS or host.endswith(_MY_DOMAIN_SUFFIX)
    return address == VENDOR_ADDRESSES[name]
