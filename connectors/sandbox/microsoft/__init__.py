"""The sandbox's Microsoft."""

from __future__ import annotations

from flask import Flask

from connectors.sandbox.world import World


def register(app: Flask, world: World) -> None:
    """Add the routes under ``/microsoft``."""
