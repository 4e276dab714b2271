"""The few OData query forms that the sandbox understands; everything else is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from connectors.sandbox.microsoft.events import PROPERTIES
from connectors.sandbox.microsoft.state import Event
from connectors.sandbox.microsoft.wire import Json, bad_request

_TEXT = r"'((?:[^']|'')*)'"
_UID = re.compile(rf"iCalUId eq {_TEXT}")
_PROPERTY = re.compile(
    rf"singleValueExtendedProperties/[Aa]ny\(\s*(\w+)\s*:\s*\1/id eq {_TEXT}"
    rf" and \1/value eq {_TEXT}\s*\)"
)
_EXPAND = re.compile(rf"singleValueExtendedProperties\(\$filter=id eq {_TEXT}\)")
_MOST = 1000
_USUAL = 10


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def event_filter(text: str | None) -> Callable[[Event], bool]:
    """The test that ``$filter`` means.

    Raises:
        GraphError: It is none of the two forms known here.
    """
    if text is None:
        return lambda _: True
    uid = _UID.fullmatch(text.strip())
    if uid is not None:
        wanted = _unquoted(uid.group(1))
        return lambda event: event.ical_uid == wanted
    named = _PROPERTY.fullmatch(text.strip())
    if named is not None:
        name, value = _unquoted(named.group(2)), _unquoted(named.group(3)).casefold()
        # The value is compared in any letter case, the name is not.
        # Source: microsoft-graph-docs-contrib, singlevaluelegacyextendedproperty-get.md.
        return lambda event: event.extended.get(name, "").casefold() == value
    raise bad_request(f"Invalid filter clause: {text}", code="ErrorInvalidUrlQueryFilter")


def expansion(text: str | None) -> str | None:
    """The id of the extended property that ``$expand`` asks for.

    Raises:
        GraphError: Anything else is asked for.
    """
    if text is None:
        return None
    asked = _EXPAND.fullmatch(text.strip())
    if asked is None:
        raise bad_request(f"Could not expand: {text}")
    return _unquoted(asked.group(1))


def selection(text: str | None) -> frozenset[str] | None:
    """The properties that ``$select`` names, and those that Graph never leaves out.

    Raises:
        GraphError: A name is no property of an event.
    """
    if text is None:
        return None
    names = {name.strip() for name in text.split(",")}
    for name in sorted(names - PROPERTIES):
        raise bad_request(
            f"Could not find a property named '{name}' on type 'microsoft.graph.event'.",
            code="RequestBroker--ParseUri",
        )
    return frozenset(names | {"@odata.etag", "id", "singleValueExtendedProperties"})


def _number(parameters: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = parameters.get(name)
    if text is None:
        return usual
    if not text.isdigit() or int(text) > most or (name == "$top" and int(text) == 0):
        raise bad_request(f"Invalid value '{text}' for {name}.")
    return int(text)


def page(
    items: Sequence[Json], parameters: Mapping[str, str], *, address: Callable[[int], str]
) -> Json:
    """One page of a collection, with the address of the next one where there is one.

    Args:
        items: All of them.
        parameters: The query's.
        address: The same request's address with another ``$skip``.

    Raises:
        GraphError: ``$top`` or ``$skip`` is no number Graph takes.
    """
    if parameters.get("$orderby", "start/dateTime") not in ("start/dateTime", "start/dateTime asc"):
        raise bad_request("The sandbox orders by start/dateTime only.")
    top = _number(parameters, "$top", _USUAL, _MOST)
    skip = _number(parameters, "$skip", 0, 10**9)
    answer: Json = {"value": list(items[skip : skip + top])}
    if skip + top < len(items):
        answer["@odata.nextLink"] = address(skip + top)
    return answer
