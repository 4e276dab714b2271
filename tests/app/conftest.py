"""Tests of the service may ask for a database."""

from __future__ import annotations

from tests.database import database_server, database_url, empty_database_url

__all__ = ["database_server", "database_url", "empty_database_url"]
