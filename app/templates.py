"""The templates of booking types: what they may say, and how they are filled in; pure.

Only templates are rendered: what a person typed is a value, and ``{{ 7*7 }}`` in it stays as it
was typed.

A template is Jinja's, in the immutable sandbox, and of its language only what cannot run away:

* merge fields (``MERGE_FIELDS``), texts and numbers, ``if`` with comparisons, one ``for`` over
  ``co_hosts``, the filters of ``FILTERS``; no calls, no ``set``, no macros, no includes. So there
  is no loop but over the co-hosts, none inside another, and nothing that grows while it runs.
* ``* / // %`` take numbers only and ``**`` nothing; each filter's result, and the whole text, are
  measured before they are kept.

Jinja's sandbox alone stops neither memory nor time from running out, which is why.
Source: Jinja, "Sandbox", section "Security Considerations".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment

from booking_types.errors import Fault
from booking_types.intervals import Interval
from booking_types.model import BookingType, Value

#: So long may a template be.
MOST_CHARACTERS = 32_000
#: So long may become what it is filled in to. Salesforce's longest fields hold 131,072.
MOST_RENDERED = 131_072


class TemplateError(Exception):
    """A template of a booking type cannot be rendered."""


class Named(Protocol):
    """A person as templates show them."""

    @property
    def host_id(self) -> str:
        """Salesforce user id."""

    @property
    def name(self) -> str:
        """As people see it."""

    @property
    def email(self) -> str:
        """Where they are invited."""


# ------------------------------------------------------------------------- merge fields


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeField:
    """One thing that a template can show.

    Attributes:
        name: As it is written between the braces; ``<…>`` stands for a name of the admin's.
        meaning: What it is.
        example: What it may come out as.
    """

    name: str
    meaning: str
    example: str


MERGE_FIELDS: tuple[MergeField, ...] = (
    MergeField(
        name="record.<path>",
        meaning="a field of the record by its API name, or through lookups by a dotted path",
        example="`{{ record.Account.Name }}`: Customer Ltd",
    ),
    MergeField(name="host.name", meaning="whose meeting it is", example="Account Executive Berlin"),
    MergeField(name="host.email", meaning="their address", example="executive@house.example"),
    MergeField(name="host.id", meaning="their Salesforce user id", example="005000000000011AAA"),
    MergeField(
        name="co_hosts",
        meaning="who of the house attends besides, panel roles among them; each has `name` and "
        "`email`",
        example='`{{ co_hosts | join(", ", "name") }}`: Solutions Engineer London',
    ),
    MergeField(
        name="organizer.name",
        meaning="who booked it; empty when an automation did",
        example="Sales Rep",
    ),
    MergeField(name="guest.name", meaning="the primary guest; may be empty", example="Guest"),
    MergeField(name="guest.email", meaning="their address", example="guest@customer.example"),
    MergeField(
        name="booking.start",
        meaning="when it begins, in the zone in which it was agreed",
        example="`{{ booking.start | date }}`: 24 November 2026",
    ),
    MergeField(
        name="booking.end",
        meaning="when it ends, in the same zone",
        example="`{{ booking.end | time }}`: 15:30",
    ),
    MergeField(
        name="booking.start_at",
        meaning="when it begins, in UTC, as Salesforce's date and time fields take it",
        example="2026-11-24T14:00:00Z",
    ),
    MergeField(
        name="booking.end_at", meaning="when it ends, likewise", example="2026-11-24T14:30:00Z"
    ),
    MergeField(
        name="booking.date",
        meaning="its day in that zone, as Salesforce's date fields take it",
        example="2026-11-24",
    ),
    MergeField(name="booking.time", meaning="its local start", example="15:00"),
    MergeField(name="booking.time_zone", meaning="that zone", example="Europe/Berlin"),
    MergeField(name="booking.duration_minutes", meaning="how long it is", example="30"),
    MergeField(name="booking.notes", meaning="the organizer's notes", example="Knows the product"),
    MergeField(
        name="booking.platform",
        meaning="where it takes place; empty without a platform",
        example="Google Meet",
    ),
    MergeField(
        name="form.<key>",
        meaning="the answer to a field of the booking form; empty when there is none",
        example="`{{ form.budget }}`: 50000",
    ),
)

_CO_HOST = ("email", "name")
_LOOP = ("first", "index", "last")


def _members() -> dict[str, tuple[str, ...]]:
    """What each root has, by root; nothing where the names are the admin's."""
    found: dict[str, tuple[str, ...]] = {}
    for field in MERGE_FIELDS:
        root, _, member = field.name.partition(".")
        known = () if member.startswith("<") or not member else (member,)
        found[root] = (*found.get(root, ()), *known)
    return found


#: By root, what can be read of it. ``record`` and ``form`` have what the admin named.
MEMBERS: Mapping[str, tuple[str, ...]] = _members()


def template_values(
    *,
    record: Mapping[str, Value],
    host: Named,
    co_hosts: Sequence[Named],
    organizer_name: str,
    guest: Mapping[str, str],
    interval: Interval,
    time_zone: str,
    notes: str,
    platform_name: str,
    form: Mapping[str, Value],
) -> dict[str, Any]:
    """The merge fields with their values, nested as templates name them.

    Args:
        record: Dotted path to value; becomes nested (``record.Account.Name``).
        host: Whose meeting it is.
        co_hosts: Who else of the house attends.
        organizer_name: Who booked it; empty for automation.
        guest: ``email`` and ``name`` of the primary one; empty without guests.
        interval: When.
        time_zone: IANA zone in which it was agreed.
        notes: The organizer's.
        platform_name: As people see it; empty without a platform.
        form: The answers, by the form fields' keys.
    """
    zone = ZoneInfo(time_zone)
    start, end = interval.start.astimezone(zone), interval.end.astimezone(zone)
    return {
        "record": _nested(record),
        "host": {"name": host.name, "email": host.email, "id": host.host_id},
        "co_hosts": [{"name": person.name, "email": person.email} for person in co_hosts],
        "organizer": {"name": organizer_name},
        "guest": dict(guest),
        "booking": {
            "start": start,
            "end": end,
            "start_at": interval.start.isoformat().replace("+00:00", "Z"),
            "end_at": interval.end.isoformat().replace("+00:00", "Z"),
            "date": start.date().isoformat(),
            "time": start.strftime("%H:%M"),
            "time_zone": time_zone,
            "duration_minutes": int(interval.length / timedelta(minutes=1)),
            "notes": notes,
            "platform": platform_name,
        },
        "form": dict(form),
    }


def _nested(record: Mapping[str, Value]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for path in sorted(record):
        *parents, last = path.split(".")
        here = nested
        for parent in parents:
            inner = here.get(parent)
            if not isinstance(inner, dict):
                inner = here[parent] = {}
            here = inner
        value = record[path]
        here[last] = "" if value is None else value
    return nested


# ------------------------------------------------------------------------------ filters

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: What the patterns of ``date`` and ``time`` consist of; everything else stays as it
#: is written. English names, whatever the server's language is.
DATE_PARTS: Mapping[str, tuple[str, Callable[[datetime], str]]] = {
    "%d": ("day, two digits", lambda at: f"{at.day:02}"),
    "%-d": ("day", lambda at: str(at.day)),
    "%m": ("month, two digits", lambda at: f"{at.month:02}"),
    "%-m": ("month", lambda at: str(at.month)),
    "%B": ("month's name", lambda at: _MONTHS[at.month - 1]),
    "%b": ("month's name, three letters", lambda at: _MONTHS[at.month - 1][:3]),
    "%Y": ("year", lambda at: f"{at.year:04}"),
    "%y": ("year, two digits", lambda at: f"{at.year % 100:02}"),
    "%A": ("weekday", lambda at: _DAYS[at.weekday()]),
    "%a": ("weekday, three letters", lambda at: _DAYS[at.weekday()][:3]),
    "%H": ("hour of 24, two digits", lambda at: f"{at.hour:02}"),
    "%I": ("hour of 12, two digits", lambda at: f"{at.hour % 12 or 12:02}"),
    "%-I": ("hour of 12", lambda at: str(at.hour % 12 or 12)),
    "%M": ("minute, two digits", lambda at: f"{at.minute:02}"),
    "%p": ("AM or PM", lambda at: "AM" if at.hour < 12 else "PM"),  # noqa: PLR2004 - noon
}
_PART = re.compile(r"%-?.?", re.DOTALL)


def _instant(context: jinja2.runtime.Context, value: object) -> datetime | None:
    """What is shown, on the booking's wall clock; nothing where there is nothing to show.

    Values of a record that was read when it was booked come back as ISO text.
    """
    at = _read_iso(value) if isinstance(value, str) and value else value
    if isinstance(at, datetime):
        start = context.get("booking", {}).get("start")
        if at.tzinfo is not None and isinstance(start, datetime):
            return at.astimezone(start.tzinfo)
        return at
    if isinstance(at, date):
        return datetime.combine(at, datetime.min.time())
    if not at:
        return None
    raise TemplateError("only dates have a date or a time")


def _read_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise TemplateError(f"{text[:40]!r} is no date") from None


def _shown(context: jinja2.runtime.Context, value: object, pattern: str) -> str:
    at = _instant(context, value)
    if at is None:
        return ""

    def part(found: re.Match[str]) -> str:
        known = DATE_PARTS.get(found[0])
        if known is None:
            raise TemplateError(f"{found[0]} is no part of a date; use {', '.join(DATE_PARTS)}")
        return known[1](at)

    return _PART.sub(part, pattern)


@jinja2.pass_context
def _date(context: jinja2.runtime.Context, value: object, pattern: str = "%-d %B %Y") -> str:
    """The day: ``24 November 2026``, or by a pattern (``date("%d.%m.%Y")``)."""
    return _shown(context, value, str(pattern))


@jinja2.pass_context
def _time(context: jinja2.runtime.Context, value: object, pattern: str = "%H:%M") -> str:
    """The time of day: ``15:00``, or by a pattern (``time("%-I:%M %p")``)."""
    return _shown(context, value, str(pattern))


def _join(value: object, separator: str = "", attribute: str = "") -> str:
    """The parts of a list with a text between them: ``co_hosts | join(", ", "name")``."""
    parts = value if isinstance(value, (list, tuple)) else []
    own = [part.get(attribute) if attribute and isinstance(part, dict) else part for part in parts]
    return _joined(own, str(separator))


def _joined(parts: Iterable[object], separator: str = "") -> str:
    """The parts as one text, measured while it grows."""
    texts: list[str] = []
    length = 0
    for part in parts:
        texts.append(_text(part))
        length += len(texts[-1]) + len(separator)
        _measure(length - len(separator))
    return separator.join(texts)


def _replace(value: object, old: str, new: str) -> str:
    """Every such text by another: ``record.Phone | replace(" ", "")``."""
    text, old, new = _text(value), str(old), str(new)
    _measure(len(text) + (text.count(old) if old else 0) * len(new))
    return text.replace(old, new) if old else text


def _default(value: object, instead: object = "") -> object:
    """Another value where there is none: ``guest.name | default("the guest")``."""
    is_missing = isinstance(value, jinja2.Undefined) or value is None or value == ""
    return instead if is_missing else value


def _upper(value: object) -> str:
    """In capitals."""
    return _text(value).upper()


def _lower(value: object) -> str:
    """In small letters."""
    return _text(value).lower()


def _trim(value: object) -> str:
    """Without white space around it."""
    return _text(value).strip()


def _truncate(value: object, length: int = 255) -> str:
    """At most so many characters, cut at the end of a word: ``truncate(80)``."""
    text = " ".join(_text(value).split(" "))
    if len(text) <= length:
        return text
    cut = text[: max(int(length), 1) - 1]
    return f"{cut.rsplit(' ', 1)[0].rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _round(value: object, digits: int = 0) -> str:
    """A number with so many digits behind the point: ``record.Amount | round(2)``."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TemplateError("only numbers can be rounded")
    return f"{value:.{min(max(int(digits), 0), 10)}f}"


def _length(value: object) -> int:
    """How many they are: ``co_hosts | length``; of a text, how many characters."""
    return len(value) if isinstance(value, (list, tuple, str)) else 0


#: What can be done with a value, by name; the docstring is what admins read.
FILTERS: Mapping[str, Callable[..., Any]] = {
    "date": _date,
    "time": _time,
    "default": _default,
    "join": _join,
    "length": _length,
    "lower": _lower,
    "replace": _replace,
    "round": _round,
    "trim": _trim,
    "truncate": _truncate,
    "upper": _upper,
}


def _text(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, jinja2.Undefined) or value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        # Of a person the name.
        return _joined((each["name"] if isinstance(each, dict) else each for each in value), ", ")
    return str(value)


def _measure(characters: int) -> None:
    if characters > MOST_RENDERED:
        raise TemplateError(f"it becomes longer than {MOST_RENDERED:,} characters")


# ------------------------------------------------------------------------------- engine


class _Generator(CodeGenerator):
    """Writes what ``~`` joins as measured as everything else."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """The call of ``_joined`` in place of the join of Jinja's own."""
        self.write("environment.joined((")
        for inner in node.nodes:
            self.visit(inner, frame)
            self.write(", ")
        self.write("))")


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with arithmetic for numbers only, and members that are no methods."""

    code_generator_class = _Generator
    joined = staticmethod(_joined)
    intercepted_binops = frozenset({"*", "/", "//", "%", "**", "+", "-"})

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any
    ) -> Any:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            _measure(len(left) + len(right))
            return left + right
        numbers = all(
            isinstance(each, (int, float)) and not isinstance(each, bool) for each in (left, right)
        )
        if operator == "**" or not numbers:
            raise TemplateError(f"{operator} is for numbers" if operator != "**" else "no powers")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What stands there under that name: a form may ask for ``items``."""
        if isinstance(obj, dict):
            return obj.get(attribute, self.undefined(obj=obj, name=attribute))
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The same, written in brackets."""
        if isinstance(obj, dict):
            return self.getattr(obj, argument)
        return super().getitem(obj, argument)


def _environment() -> _Environment:
    environment = _Environment(
        autoescape=False,
        undefined=jinja2.ChainableUndefined,
        keep_trailing_newline=False,
        finalize=_text,
    )
    environment.globals.clear()
    environment.tests = {name: environment.tests[name] for name in ("defined", "none")}
    environment.filters = {name: _measured(each) for name, each in FILTERS.items()}
    return environment


def _measured(each: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(each)
    def run(*values: Any, **named: Any) -> Any:
        found = each(*values, **named)
        if isinstance(found, str):
            _measure(len(found))
        return found

    return run


_TEMPLATES = _environment()


#: So many templates are kept ready; those of all orgs that a process meets, within reason.
_KEPT = 2048


@functools.lru_cache(maxsize=_KEPT)
def _compiled(template: str) -> jinja2.Template:
    problems = _read(template).problems
    if problems:
        raise TemplateError("; ".join(problems))
    return _TEMPLATES.from_string(template)


def render(template: str, values: Mapping[str, Any]) -> str:
    """The template with its merge fields filled in; what a record does not have is left empty.

    Raises:
        TemplateError: The template is wrong, or comes out longer than ``MOST_RENDERED``; the
            message says what it is.
    """
    parts: list[str] = []
    length = 0
    try:
        for part in _compiled(template).generate(values):
            length += len(part)
            _measure(length)
            parts.append(part)
    except TemplateError:
        raise
    except Exception as error:  # whatever it is, the template brought it about
        raise TemplateError(str(error)) from error
    return "".join(parts)


# ----------------------------------------------------------------------------- checking


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What a template names, and what is wrong with it.

    Attributes:
        problems: In words, each with its line.
        record_paths: Dotted.
        form_keys: With the line of each.
    """

    problems: tuple[str, ...]
    record_paths: frozenset[str]
    form_keys: tuple[tuple[str, int], ...]


_TAKEN: tuple[type[nodes.Node], ...] = (
    nodes.Add,
    nodes.And,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Div,
    nodes.Filter,
    nodes.FloorDiv,
    nodes.For,
    nodes.If,
    nodes.Keyword,
    nodes.List,
    nodes.Mod,
    nodes.Mul,
    nodes.Neg,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Pos,
    nodes.Sub,
    nodes.Template,
    nodes.TemplateData,
    nodes.Test,
    nodes.Tuple,
)
_NO_VARIABLES = "a template keeps no variables of its own; write the merge field where it is shown"
_NO_CALLS = "a template calls nothing; what can be done with a value is a filter, after a |"
_NO_PARTS = "a template stands alone: no macros, blocks, includes or imports"
_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Assign: _NO_VARIABLES,
    nodes.AssignBlock: _NO_VARIABLES,
    nodes.Block: _NO_PARTS,
    nodes.Call: _NO_CALLS,
    nodes.CallBlock: _NO_CALLS,
    nodes.Extends: _NO_PARTS,
    nodes.FilterBlock: "put the filter behind each value, after a |",
    nodes.FromImport: _NO_PARTS,
    nodes.Import: _NO_PARTS,
    nodes.Include: _NO_PARTS,
    nodes.Macro: _NO_PARTS,
    nodes.Pow: "there are no powers",
    nodes.With: _NO_VARIABLES,
}
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
#: Stands in a path for the number of one of several people.
_ONE = "[]"


class _Reader:
    """Walks through a template once and notes what it says."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.record_paths: set[str] = set()
        self.form_keys: list[tuple[str, int]] = []

    def read(self, node: nodes.Node, *, people: frozenset[str] = frozenset()) -> None:
        """Note the node and what is inside it.

        Args:
            node: Of a template.
            people: The names that stand for one co-host there; empty outside of a ``for``.
        """
        if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
            self._read_path(node, people)
        elif isinstance(node, nodes.For):
            self._read_for(node, people)
        elif not isinstance(node, _TAKEN):
            words = _REFUSED.get(type(node), f"{type(node).__name__} is not taken here")
            self._note(node, words)
        else:
            if isinstance(node, nodes.Output):
                self._read_output(node)
            for inner in node.iter_child_nodes():
                self.read(inner, people=people)

    def _note(self, node: nodes.Node, words: str) -> None:
        self.problems.append(f"line {node.lineno}: {words}")

    def _read_output(self, node: nodes.Output) -> None:
        for inner in node.nodes:
            if isinstance(inner, nodes.Name) and inner.name == "co_hosts":
                words = 'co_hosts are several people; write co_hosts | join(", ", "name")'
                self._note(inner, words)

    def _read_for(self, node: nodes.For, people: frozenset[str]) -> None:
        if people:
            self._note(node, "one for cannot stand inside another")
            return
        if _path(node.iter) != ("co_hosts",) or node.recursive:
            self._note(node, "only co_hosts can be walked through")
            return
        if not isinstance(node.target, nodes.Name) or node.target.name in {*MEMBERS, "loop"}:
            self._note(node, "name one co-host, like: for person in co_hosts")
            return
        inside = frozenset({node.target.name})
        for inner in (*node.body, *([node.test] if node.test is not None else ())):
            self.read(inner, people=inside)
        for inner in node.else_:
            self.read(inner)

    def _read_path(self, node: nodes.Expr, people: frozenset[str]) -> None:
        path = _path(node)
        if path is None:
            self._note(node, "only merge fields have members, named by a text")
            return
        root, *members = path
        if root in people or (root == "co_hosts" and members[:1] == [_ONE]):
            self._member(node, path, members[-1:] if root in people else members[1:], _CO_HOST)
        elif root == "loop" and people:
            self._member(node, path, members, _LOOP)
        elif root not in MEMBERS:
            words = f"there is no merge field {'.'.join(path)}{_nearest(root, MEMBERS)}"
            self._note(node, words)
        elif root == "record":
            self._record(node, members)
        elif root == "form":
            if len(members) == 1:
                self.form_keys.append((members[0], node.lineno))
            else:
                self._note(node, "say which field of the form, like form.budget")
        elif root != "co_hosts" or members:
            self._member(node, path, members, MEMBERS[root])

    def _record(self, node: nodes.Node, members: list[str]) -> None:
        if members and all(_API_NAME.fullmatch(each) for each in members):
            self.record_paths.add(".".join(members))
        else:
            self._note(node, "say which field of the record by its API name, like record.Name")

    def _member(
        self, node: nodes.Node, path: Sequence[str], members: Sequence[str], known: Sequence[str]
    ) -> None:
        if len(path) == len(members) + (2 if _ONE in path else 1) and list(members) in [
            [each] for each in known
        ]:
            return
        root = path[0]
        if not members:
            self._note(node, f"say what of {root}: {_or(known)}")
            return
        name = ".".join(path).replace(f".{_ONE}", "[0]")
        near = _nearest(members[0], known) or f"; there is {_or(known)}"
        self._note(node, f"there is no merge field {name}{near}")


def _path(node: nodes.Node) -> tuple[str, ...] | None:
    """What a chain of names says; nothing when it is none."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        base, member = _path(node.node), node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        base = _path(node.node)
        is_number = isinstance(node.arg.value, int)
        if is_number and base != ("co_hosts",):
            return None
        member = _ONE if is_number else str(node.arg.value)
    else:
        return None
    return None if base is None else (*base, member)


def _nearest(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _or(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


@functools.lru_cache(maxsize=_KEPT)
def _read(template: str) -> _Reading:
    reader = _Reader()
    if len(template) > MOST_CHARACTERS:
        reader.problems.append(f"it is longer than {MOST_CHARACTERS:,} characters")
    else:
        try:
            tree = _TEMPLATES.parse(template)
            reader.read(tree)
            if not reader.problems:
                # Compiling finds what parsing does not, filters that nobody knows among it.
                _TEMPLATES.compile(tree)
        except jinja2.TemplateSyntaxError as error:
            reader.problems.append(f"line {error.lineno}: {_said(error)}")
        except ValueError:
            reader.problems.append("a number in it is too long")
        except (RecursionError, SyntaxError, MemoryError):
            # Python itself takes only so many levels of what Jinja makes of it.
            reader.problems.append("it is nested too deeply")
    return _Reading(
        problems=tuple(dict.fromkeys(reader.problems)),
        record_paths=frozenset(reader.record_paths),
        form_keys=tuple(reader.form_keys),
    )


def _said(error: jinja2.TemplateSyntaxError) -> str:
    words = (error.message or "it cannot be read").rstrip(".")
    filter_name = re.match(r"No filter named '(\w+)'", words)
    if filter_name:
        near = _nearest(filter_name[1], FILTERS) or f"; there is {_or(sorted(FILTERS))}"
        return f"there is no filter {filter_name[1]}{near}"
    return words[:1].lower() + words[1:]


def template_problems(
    template: str, *, form_keys: Collection[str] | None = None
) -> tuple[str, ...]:
    """What is wrong with a template, in words, each with its line; nothing when all is well.

    Args:
        template: As the admin wrote it.
        form_keys: Of the type's booking form; without them ``form`` is not looked at.
    """
    reading = _read(template)
    unknown: list[str] = []
    if form_keys is not None:
        unknown = [
            f"line {line}: the form has no field {key}{_nearest(key, form_keys)}"
            for key, line in reading.form_keys
            if key not in form_keys
        ]
    return (*reading.problems, *unknown)


def template_paths(template: str) -> frozenset[str]:
    """The dotted record paths a template names (``record.Account.Name`` → ``Account.Name``)."""
    return _read(template).record_paths


def templates(booking_type: BookingType) -> dict[str, str]:
    """All templates of a type, by their place in its definition."""
    found = {name: getattr(booking_type, name) for name in ("subject", "description", "location")}
    for number, update in enumerate(booking_type.write_back.record_updates):
        if isinstance(update.value, str):
            found[f"write_back.record_updates[{number}].value"] = update.value
    return found


def record_paths(booking_type: BookingType) -> frozenset[str]:
    """All record paths that a booking type's templates and record updates name."""
    texts = templates(booking_type).values()
    return frozenset().union(*(template_paths(text) for text in texts))


def template_faults(booking_type: BookingType) -> Iterator[Fault]:
    """What is wrong with a type's templates, each with its place and line."""
    keys = {field.key for field in booking_type.form}
    for place, text in templates(booking_type).items():
        for problem in template_problems(text, form_keys=keys):
            yield Fault(path=place, message=f"is no template: {problem}")
