"""Time zones as Microsoft names them.

Graph answers with Windows names, IANA names or ``Customized Time Zone`` and takes the first two,
though not every IANA name on every mailbox server. The table is CLDR's, as icalendar ships it: one
IANA zone for each Windows name.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_TO_IANA: dict[str, str] = {name.casefold(): iana for name, iana in WINDOWS_TO_OLSON.items()}
_TO_WINDOWS: dict[str, str] = {iana: name for name, iana in WINDOWS_TO_OLSON.items()}


def zone_from(name: object) -> ZoneInfo | None:
    """The zone Microsoft means; nothing for custom zones and for names nobody knows."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(_TO_IANA.get(name.casefold(), name))
    except (ValueError, KeyError, OSError):
        return None  # a path, a name nobody knows, or a folder of the zone database


def name_for(time_zone: str) -> str:
    """How to name an IANA zone to Microsoft: by its Windows name where it is that name's zone."""
    return _TO_WINDOWS.get(time_zone, time_zone)
