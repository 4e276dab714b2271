"""What the org says of itself: its clock, its fiscal year, its weeks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.protocols import CrmOrganization
from connectors.salesforce import answers
from connectors.salesforce.wire import Wire

#: An administrator's change is seen this late.
_KEPT = timedelta(minutes=5)
_STATEMENT = (
    "SELECT Id, Name, TimeZoneSidKey, DefaultLocaleSidKey, FiscalYearStartMonth FROM Organization"
)

_MONDAY = 1
#: ISO weekday to the countries whose weeks begin on it; all others' begin on Mondays. Salesforce
#: formats by ICU (Salesforce Help, "Go Live with the ICU Locale Formats") and says nowhere else how
#: weeks go, so these are ICU's: Unicode CLDR 48, supplemental data, "weekData", ``firstDay``. A
#: library that carries CLDR is 30 MB for these two lines; a test asks ICU itself.
_FIRST_DAYS = {
    5: "MV",
    6: "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY",
    7: (
        "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO"
        " MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW"
    ),
}
_COUNTRY_LENGTH = 2


class OrganizationReader:
    """Reads the Organization row, and keeps it for some minutes.

    Args:
        wire: Asks the org.
        clock: What time it is.
    """

    def __init__(self, *, wire: Wire, clock: Callable[[], datetime]) -> None:
        self._wire = wire
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[datetime, CrmOrganization] | None = None

    def read(self) -> CrmOrganization:
        """As ``connectors.protocols.Crm.organization``.

        Source: Object Reference, Organization (``FiscalYearStartMonth``: standard fiscal years;
        an org with custom ones has no single month).
        """
        with self._lock:
            kept = self._kept
        if kept is not None and self._clock() - kept[0] < _KEPT:
            return kept[1]
        operation = "read organization"
        rows = self._wire.query(_STATEMENT, operation=operation)
        with answers.sense(operation):
            row = rows[0]
            month = int(row["FiscalYearStartMonth"] or 1)
            found = CrmOrganization(
                org_id=str(row["Id"]),
                name=str(row["Name"]),
                time_zone=str(row["TimeZoneSidKey"]),
                fiscal_year_start_month=month,
                week_starts_on=first_weekday(str(row["DefaultLocaleSidKey"] or "")),
            )
        with self._lock:
            self._kept = (self._clock(), found)
        return found


def first_weekday(locale: str) -> int:
    """ISO weekday on which weeks begin in a locale of Salesforce's (``en_US``, ``zh_Hant_TW``).

    Source: Salesforce Help, "Supported Locales": a language, perhaps a script, a country, perhaps
    a variant.
    """
    for part in locale.split("_")[1:]:
        if len(part) == _COUNTRY_LENGTH:
            country = part.upper()
            days = (day for day, those in _FIRST_DAYS.items() if country in those.split())
            return next(days, _MONDAY)
    return _MONDAY
