"""When and where a user asks: their clock, and on which day their weeks begin.

Source: SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE": the user's locale, else
the org's, decides where a range begins. Which locale begins its weeks when is in no document of
Salesforce's that could be found. It formats by ICU (Salesforce Help, "Go Live with the ICU Locale
Formats"), so it is ICU's data: Unicode CLDR 48, supplemental "weekData", ``firstDay``.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.sandbox.salesforce.relative_dates import Moment
from connectors.sandbox.salesforce.state import Org, Row

_MONDAY, _FRIDAY, _SATURDAY, _SUNDAY = 1, 5, 6, 7
#: ISO weekday to the territories whose weeks begin on it; the others' begin on Mondays.
_BEGINNINGS = {
    _FRIDAY: "MV",
    _SATURDAY: "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY",
    _SUNDAY: (
        "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO"
        " MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW"
    ),
}
_BY_TERRITORY = {
    territory: weekday
    for weekday, territories in _BEGINNINGS.items()
    for territory in territories.split()
}
_TERRITORY_LENGTH = 2


def moment(org: Org, *, user_id: str, now: datetime) -> Moment:
    """When and where a query of the user is asked."""
    user, organization = org.row("User", user_id), org.row("Organization", org.org_id)
    return Moment(
        now=now,
        time_zone=ZoneInfo(_first("TimeZoneSidKey", user, organization) or "UTC"),
        week_starts_on=week_start(
            _first("LocaleSidKey", user) or _first("DefaultLocaleSidKey", organization)
        ),
        fiscal_month=int(_first("FiscalYearStartMonth", organization) or 1),
        is_named_by_start=_first("UsesStartDateAsFiscalYearName", organization) == "True",
    )


def _first(name: str, *rows: Row | None) -> str:
    for row in rows:
        value = row.values.get(name) if row else None
        if value:
            return str(value)
    return ""


def week_start(locale: str) -> int:
    """ISO weekday on which the weeks of a locale (``en_US``, ``zh_Hant_TW``) begin."""
    for part in locale.split("_")[1:]:
        if len(part) == _TERRITORY_LENGTH:
            return _BY_TERRITORY.get(part.upper(), _MONDAY)
    return _MONDAY
