"""Puts orgs, hosts, connections and booking types into the database.

What an admin's screens, files and the demo do in the end: each function is one transaction
that can be run again with the same result.

* ``orgs``: orgs, and the accounts that serve a whole org.
* ``hosts``: hosts and their connections.
* ``types``: booking types, their drafts and versions; ``parts``: who has which part in one.
"""

from app.administration.hosts import Hosts
from app.administration.orgs import Orgs
from app.administration.parts import Part
from app.administration.types import BookingTypes, Draft, Judgement, Published, Version

__all__ = ["Administration", "Draft", "Judgement", "Part", "Published", "Version"]


class Administration(Orgs, Hosts, BookingTypes):
    """Writes what is configured; ``Writer`` says what it is built of."""
