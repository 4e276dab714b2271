"""Whether JSON has the form of a type: every fault at once, in words, with its place.

msgspec converts, and would say the first fault only, in words for programmers.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

import msgspec

from booking_types.errors import Fault

#: Hours and minutes, as a clock on the wall shows them.
_CLOCK = re.compile("[0-9]{2}:[0-9]{2}")

#: What is said where something has another form.
_WANTED: Mapping[Any, str] = {
    str: "write a text, in quotes",
    int: "write a whole number",
    float: "write a number",
    bool: "write true or false",
    date: "write a date like 2026-12-24",
    time: "write a time of day like 09:00",
    timedelta: "write a length of time like PT30M (minutes), PT2H (hours) or P14D (days)",
}


def form_faults(data: Any, kind: Any, *, path: str = "") -> Iterator[Fault]:
    """Where JSON does not have the form of a type, and how.

    Args:
        data: As ``json`` reads it.
        kind: A dataclass of ``booking_types.model``, or anything that one consists of.
        path: Where it stands; goes before each fault's own.
    """
    if isinstance(kind, types.UnionType):
        yield from _of_union(data, typing.get_args(kind), path)
    elif dataclasses.is_dataclass(kind):
        yield from _of_members(data, kind, path)
    elif typing.get_origin(kind) is tuple:
        if not isinstance(data, (list, tuple)):
            yield Fault(path, "write a list, in [ ]")
            return
        for position, value in enumerate(data):
            yield from form_faults(value, typing.get_args(kind)[0], path=f"{path}[{position}]")
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        yield from _of_words(data, kind, path)
    else:
        try:
            msgspec.convert(data, kind)
        except msgspec.ValidationError:
            yield Fault(path, _WANTED[kind])


def with_seconds(data: Any, kind: Any) -> Any:
    """The data with times of day as msgspec reads them: people write ``09:00``.

    Args:
        data: As ``json`` reads it; whatever has another form stays as it is.
        kind: As for ``form_faults``.
    """
    if kind is time:
        return f"{data}:00" if isinstance(data, str) and _CLOCK.fullmatch(data) else data
    if isinstance(kind, types.UnionType):
        meant = [each for each in typing.get_args(kind) if each is not types.NoneType]
        return with_seconds(data, meant[0]) if len(meant) == 1 else data
    if dataclasses.is_dataclass(kind) and isinstance(data, Mapping):
        known = _members(typing.cast("type", kind))
        return {name: with_seconds(value, known.get(name)) for name, value in data.items()}
    if typing.get_origin(kind) is tuple and isinstance(data, (list, tuple)):
        return [with_seconds(each, typing.get_args(kind)[0]) for each in data]
    return data


def _of_union(data: Any, kinds: tuple[Any, ...], path: str) -> Iterator[Fault]:
    meant = [kind for kind in kinds if kind is not types.NoneType]
    if data is None and len(meant) < len(kinds):
        return
    if len(meant) == 1:
        yield from form_faults(data, meant[0], path=path)
    elif all(next(form_faults(data, kind), None) is not None for kind in meant):
        yield Fault(path, "write a text, a number, true or false")


def _of_words(data: Any, kind: type[StrEnum], path: str) -> Iterator[Fault]:
    words = [each.value for each in kind]
    if data not in words:
        near = get_close_matches(str(data), words, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there is {_or(words)}"
        yield Fault(path, f"there is no {str(data)[:40]} here; {advice}")


def _of_members(data: Any, kind: Any, path: str) -> Iterator[Fault]:
    if not isinstance(data, Mapping):
        yield Fault(path, f"write its members, in {{ }}: {_or(list(_members(kind)))}")
        return
    known = _members(kind)
    for name, value in data.items():
        here = f"{path}.{name}" if path else str(name)
        if name in known:
            yield from form_faults(value, known[name], path=here)
        else:
            near = get_close_matches(str(name), known, n=1)
            advice = f"did you mean {near[0]}?" if near else "check its spelling"
            yield Fault(here, f"there is no such field; {advice}")
    for name in _required(kind):
        if name not in data:
            yield Fault(f"{path}.{name}" if path else name, "this cannot be left out")


@functools.cache
def _members(kind: type) -> Mapping[str, Any]:
    """Once for each class: an answer about a pool reads the hours of every host of it."""
    return typing.get_type_hints(kind)


@functools.cache
def _required(kind: type[Any]) -> tuple[str, ...]:
    return tuple(
        each.name
        for each in dataclasses.fields(kind)
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    )


def _or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)
