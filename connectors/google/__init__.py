"""Google Calendar, for one account or for a whole domain.

``GoogleCalendar`` does what ``connectors.protocols.Calendar`` asks; ``GoogleAccount`` and
``GoogleDelegation`` are its two ways in.

* ``access``: tokens, by google-auth.  ``wire``: requests and refusals.  ``shapes``: the JSON.
* ``busy``: the two readers of busy time.  ``events``: our events and Google's.
"""

from __future__ import annotations

from connectors.google.access import SCOPES, GoogleAccess, GoogleAccount, GoogleDelegation
from connectors.google.calendar import GoogleCalendar

__all__ = ["SCOPES", "GoogleAccess", "GoogleAccount", "GoogleCalendar", "GoogleDelegation"]
