"""The public holidays of countries and their parts.

They come from the ``holidays`` library, which keeps the laws of some 250 countries; by which
days people do not work there, so a holiday that falls on a weekend counts on the day on which it
is made up for, too.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from difflib import get_close_matches

import holidays as library

from booking_types.model import Holiday


@functools.cache
def calendars() -> Mapping[str, frozenset[str]]:
    """The parts that are known of each country, by their ISO 3166 codes."""
    known = library.list_supported_countries(include_aliases=False)
    return {country: frozenset(parts) for country, parts in known.items()}


def calendar_fault(calendar: str) -> str:
    """What is wrong with a calendar's name, in words; empty when its holidays are known."""
    country, _, part = calendar.partition("-")
    known = calendars()
    if country not in known:
        return f"there is no holiday calendar {calendar}{_nearest(calendar, known)}"
    if calendar != country and part not in known[country]:
        parts = [f"{country}-{each}" for each in sorted(known[country])]
        return f"there is no holiday calendar {calendar}; {_some(parts)}"
    return ""


def _nearest(word: str, known: Collection[str]) -> str:
    country, separator, part = word.strip().replace("_", "-").partition("-")
    proper = f"{country.upper()}{separator}{part.upper()}"
    if country.upper() in known and proper != word and not calendar_fault(proper):
        return f"; did you mean {proper}?"
    names = _names()
    near = get_close_matches(
        word.casefold().replace(" ", "").replace("_", ""), names, n=1, cutoff=0.8
    )
    if near:
        return f"; did you mean {names[near[0]]}?"
    return "; use a country's code like US or DE, or DE-BY for a part of one"


@functools.cache
def _names() -> Mapping[str, str]:
    """The countries' codes by what else people write for them: names, three letters."""
    known = calendars()
    others = {"uk": "GB", "england": "GB-ENG", "scotland": "GB-SCT", "wales": "GB-WLS"}
    for name, code, *more in library.registry.COUNTRIES.values():
        if code in known:
            others |= {each.casefold(): code for each in (name, *more)}
    return others


#: So many parts of a country are named where one of them is not known.
_MOST_NAMED = 20


def _some(parts: list[str]) -> str:
    if not parts:
        return "the whole country has the same"
    if len(parts) <= _MOST_NAMED:
        return f"there is {', '.join(parts)}"
    return f"there is {', '.join(parts[:_MOST_NAMED])} and {len(parts) - _MOST_NAMED} more"


def holidays_of(calendar: str, years: Collection[int]) -> tuple[Holiday, ...]:
    """The holidays of those years, in order of their dates, with English names.

    Args:
        calendar: As on ``booking_types.model.HolidayRule``; empty for none.
        years: Of the dates that are asked about.

    Raises:
        ValueError: Nobody knows that calendar.
    """
    if not calendar:
        return ()
    return tuple(day for year in sorted(set(years)) for day in _of_year(calendar, year))


@functools.lru_cache(maxsize=1024)
def _of_year(calendar: str, year: int) -> tuple[Holiday, ...]:
    fault = calendar_fault(calendar)
    if fault:
        raise ValueError(fault)
    country, _, part = calendar.partition("-")
    found = library.country_holidays(
        country, subdiv=part or None, years=year, observed=True, language="en_US"
    )
    return tuple(Holiday(on=on, name=name) for on, name in sorted(found.items()) if on.year == year)
