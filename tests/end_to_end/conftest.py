"""Tests of whole processes may ask for a database, and for a whole house around it."""

from __future__ import annotations

from tests.app.conftest import house
from tests.database import database_server, database_url, empty_database_url

__all__ = ["database_server", "database_url", "empty_database_url", "house"]
