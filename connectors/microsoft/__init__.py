"""Microsoft calendars: Graph over our own sessions, tokens by msal.

* ``access``: how one gets in, for one account or for a whole organisation.
* ``graph``: one call or a batch of them, and which answer is which error.
* ``busy``: when people are taken, by ``getSchedule`` or by the events themselves.
* ``events``: drafts to Graph's JSON and back, and the part of a body that holds a Teams meeting.
* ``calendar``: ``connectors.protocols.Calendar`` out of these.
* ``zones``: Windows' names of time zones.

The Graph SDK is not used: it repeats writes by itself (kiota-http repeats POST on 429, 503, 504).
"""

from __future__ import annotations

from connectors.microsoft.access import MicrosoftAccount, MicrosoftApplication
from connectors.microsoft.calendar import MicrosoftCalendar

__all__ = ["MicrosoftAccount", "MicrosoftApplication", "MicrosoftCalendar"]
