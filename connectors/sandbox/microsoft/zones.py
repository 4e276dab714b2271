"""Time zones as Graph names them: Windows names and IANA names."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_IANA = available_timezones()
_WINDOWS = {name.casefold(): iana for name, iana in WINDOWS_TO_OLSON.items()}


def zone_named(name: str) -> ZoneInfo | None:
    """The zone that a name of either kind means; nothing when it is none."""
    if name.casefold() == "utc":
        return ZoneInfo("UTC")
    windows = _WINDOWS.get(name.casefold())
    if windows is not None:
        return ZoneInfo(windows)
    return ZoneInfo(name) if name in _IANA else None
