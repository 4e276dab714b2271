from __future__ import annotations

import base64
from dataclasses import fields
from pathlib import Path

from app.settings import VENDOR_ADDRESSES, Settings, read_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def example() -> dict[str, str]:
    lines = EXAMPLE.read_text().splitlines()
    assigned = [line for line in lines if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in assigned)


def test_the_example_names_every_setting_and_no_other() -> None:
    assert sorted(example()) == sorted(each.name.upper() for each in fields(Settings))


def test_the_example_becomes_valid_with_a_key() -> None:
    key = f"k1:{base64.b64encode(bytes(32)).decode()}"

    settings = read_settings(example() | {"SECRET_KEYS": key})

    assert settings.public_url == "https://handover.example.com"


def test_the_examples_addresses_are_the_defaults() -> None:
    written = example()

    assert {name: written[name.upper()] for name in VENDOR_ADDRESSES} == dict(VENDOR_ADDRESSES)
