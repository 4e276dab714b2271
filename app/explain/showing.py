"""An explanation on a terminal, as an admin reads it: first the types, then hosts and times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.bookings.explanations import (
    FREE,
    CountedDay,
    ExplainedHostRule,
    ExplainedPerson,
    ExplainedStart,
    ExplainedTimes,
    ExplainedType,
    Explanation,
    TypeState,
    counted,
    word_of,
)
from app.explain.advice import ADVICE, spoken
from app.inputs.cleaning import clean_line
from booking_types.answers import ExplainedDay, PersonRun
from booking_types.filters import ClauseOutcome
from booking_types.hosts import Considered
from booking_types.model import HostRuleKind

#: So many days stand side by side.
_DAYS_ABREAST = 7
#: Why nothing is free within somebody's hours: what a day is called by where any of it is said, since
#: the starts of the night are always the most and never what was asked about.
_WITHIN_HOURS = ("daily_limit", "weekly_limit", "busy", "buffer")
_TO = "\N{EN DASH}"
#: Nobody reads more timelines than these at once.
_MOST_TIMELINES = 10

_MARKS = {
    TypeState.OFFERED: Text("✓", style="green"),
    TypeState.FILTERED_OUT: Text("✗", style="bold red"),
    TypeState.CANNOT_BE_CHECKED: Text("!", style="bold red"),
    TypeState.SWITCHED_OFF: Text("\N{EN DASH}", style="dim"),
    TypeState.DRAFT: Text("\N{EN DASH}", style="dim"),
}
_CLAUSE_MARKS = {
    ClauseOutcome.PASSED: ("✓", "green"),
    ClauseOutcome.FAILED: ("✗", "bold red"),
    ClauseOutcome.UNREADABLE: ("!", "bold red"),
}
_RULES = {
    HostRuleKind.CHOICE: "the organizer chooses one of the type's hosts",
    HostRuleKind.FIXED: "always the first active one of the type's hosts",
    HostRuleKind.LOOKUP: "the record names the host",
    HostRuleKind.TIME_FIRST: "the organizer chooses the time; the first in the order who is free "
    "then is the host",
}


def show(
    found: Explanation, *, org_name: str, people: Sequence[ExplainedPerson], console: Console
) -> None:
    """Show it all.

    Args:
        found: The explanation.
        org_name: As people see it.
        people: Whose timelines are wanted.
        console: Where.
    """
    _Sheet(console, found).show(org_name=org_name, people=people)


class _Sheet:
    def __init__(self, console: Console, found: Explanation) -> None:
        self._console = console
        self._found = found
        #: The words that were shown, in the order of their first appearance.
        self._said: dict[str, None] = {}

    def show(self, *, org_name: str, people: Sequence[ExplainedPerson]) -> None:
        self._heading(org_name)
        self._types(self._found.types)
        times = self._found.times
        if times is None:
            return
        self._host_rule(times)
        if times.at is not None:
            self._start(times, times.at)
        self._days(times, people)
        self._timelines(times, people)
        self._advice()

    # --------------------------------------------------------------------------- the types

    def _heading(self, org_name: str) -> None:
        found = self._found
        self._line(
            Text.assemble(
                (f"{clean_line(found.object_label)} {found.record_id}", "bold"),
                f" in {clean_line(org_name)}",
            )
        )
        viewer = found.viewer
        if viewer is None:
            self._line(
                Text("As nobody in particular: fields of $User cannot be read; --user names one.")
            )
        elif not viewer.problems:
            self._line(Text(f"As {clean_line(viewer.name)} ({viewer.user_id}) sees it."))
        else:
            name = clean_line(viewer.name) or viewer.user_id
            said = Text(f"{name} is offered nothing here, whatever the types say:", style="red")
            self._line(said)
            for problem in viewer.problems:
                self._line(Text(f"  {name} {problem}"))

    def _types(self, types: Sequence[ExplainedType]) -> None:
        self._console.print()
        if not types:
            label = clean_line(self._found.object_label)
            self._line(Text(f"No booking type is for {label} records."))
            return
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
        table.add_column("")
        table.add_column("Booking type", overflow="fold")
        table.add_column("What became of it", overflow="fold", ratio=1)
        for each in types:
            name = Text(clean_line(each.name), style="bold")
            name.append(f"\n{each.key}", style="not bold dim")
            table.add_row(_MARKS[each.state], name, _verdict(each))
        self._console.print(table)

    # ------------------------------------------------------------------------ who, and when

    def _host_rule(self, times: ExplainedTimes) -> None:
        rule = times.host_rule
        self._section(f"{clean_line(times.name)}: who is the host")
        for line in _rule_lines(rule):
            self._line(line)

    def _start(self, times: ExplainedTimes, at: ExplainedStart) -> None:
        zone = ZoneInfo(times.grid_time_zone)
        local = at.interval.start.astimezone(zone)
        minutes = at.interval.length // timedelta(minutes=1)
        self._section(f"{_day(local)} {local.year}, {_clock(local)} in {zone.key}")
        if at.is_offered:
            self._line(Text(f"✓ {minutes} minutes from then are offered.", style="green"))
        else:
            self._line(Text(f"✗ {minutes} minutes from then are not offered.", style="bold red"))
        for against in at.reasons:
            if against.host_id is None:
                self._line(Text(f"  This time {against.message}."))
                self._said[word_of(against)] = None
        table = _table("Person", "Then", "Why")
        for each in times.people:
            reason = at.of_people.get(each.host_id)
            self._said[word_of(reason)] = None
            words = "" if reason is None else reason.message
            table.add_row(_name(each), _word(word_of(reason)), Text(words))
        if times.people:
            self._console.print()
            self._console.print(table)
        self._pick(times, "Who would be the host, in the type's order:", at.table)
        for role in at.roles:
            self._pick(times, f"Who would be the {clean_line(role.name)}:", role.table)

    def _pick(self, times: ExplainedTimes, title: str, lines: Sequence[Considered]) -> None:
        if not lines:
            return
        names = {each.host_id: clean_line(each.name) for each in times.people}
        table = _table("", "Host", "", "Why, or why not")
        table.columns[0].justify = "right"
        for line in lines:
            mark = Text("→ picked", style="bold green") if line.is_picked else Text("")
            name = Text(names.get(line.host_id, line.host_id))
            table.add_row(Text(str(line.position or "")), name, mark, Text(line.words))
        self._console.print()
        self._line(Text(title, style="bold"))
        self._console.print(table)

    def _days(self, times: ExplainedTimes, people: Sequence[ExplainedPerson]) -> None:
        minutes = times.duration // timedelta(minutes=1)
        step = times.increment // timedelta(minutes=1)
        self._section(f"When: free starts of each day, by the clock of {times.grid_time_zone}")
        as_of = times.as_of.astimezone(ZoneInfo(times.grid_time_zone))
        self._line(
            Text(
                f"{minutes} minutes, beginning every {step} minutes. Calendars as of "
                f"{_day(as_of)}, {as_of:%H:%M:%S}."
            )
        )
        for first in range(0, len(times.days), _DAYS_ABREAST):
            self._week(times.days[first : first + _DAYS_ABREAST], people)

    def _week(self, days: Sequence[ExplainedDay], people: Sequence[ExplainedPerson]) -> None:
        table = _table("", *(f"{day.on:%a} {day.on.day} {day.on:%b}" for day in days))
        for column in table.columns[1:]:
            column.justify = "right"
        self._said |= dict.fromkeys(
            _foremost([word_of(reason) for reason, _ in day.reasons])
            for day in days
            if not day.offered and day.reasons
        )
        table.add_row(Text("offered", style="bold"), *(_offered(day) for day in days))
        for each in people:
            by_date = {day.on: counted(day) for day in each.days}
            cells = [_cell(by_date.get(day.on)) for day in days]
            table.add_row(_name(each), *cells)
            for day in days:
                if (told := by_date.get(day.on)) is not None and not told.free and told.words:
                    self._said[_foremost([word for word, _ in told.words])] = None
        self._console.print()
        self._console.print(table)

    def _timelines(self, times: ExplainedTimes, people: Sequence[ExplainedPerson]) -> None:
        if not people:
            return
        zone = ZoneInfo(times.grid_time_zone)
        self._section("Each start by the first reason against it")
        for each in people[:_MOST_TIMELINES]:
            self._console.print()
            self._line(_heading_of(each))
            table = Table.grid(padding=(0, 2))
            table.add_column(no_wrap=True)
            table.add_column(overflow="fold")
            for day in each.days:
                self._said |= dict.fromkeys(word_of(run.reason) for run in day.runs)
                name = f"{day.on:%a} {day.on.day} {day.on:%b}"
                table.add_row(Text(name), _runs(day.runs, zone=zone))
            self._console.print(Padding(table, (0, 0, 0, 2)))
        more = len(people) - _MOST_TIMELINES
        if more > 0:
            self._console.print()
            self._line(Text(f"… and {more} more. --host with a name shows one person's."))

    def _advice(self) -> None:
        said = [word for word in self._said if word in ADVICE]
        if not said:
            return
        self._section("What the words mean, and what to do")
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for word in said:
            table.add_row(_word(word), Text(ADVICE[word]))
        self._console.print(table)

    def _section(self, title: str) -> None:
        self._console.print()
        self._line(Text(title, style="bold underline"))

    def _line(self, text: Text) -> None:
        self._console.print(text)


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _verdict(said: ExplainedType) -> Text:
    text = Text(said.words)
    for clause in said.clauses:
        mark, style = _CLAUSE_MARKS[clause.outcome]
        text.append(f"\n{clause.number} ")
        text.append(mark, style=style)
        text.append(f" {clean_line(clause.sentence)}")
    if said.logic:
        text.append(f"\nThey combine as {clean_line(said.logic)}")
    if said.problem:
        text.append(f"\n{clean_line(said.problem)}", style="red")
    return text


def _rule_lines(rule: ExplainedHostRule) -> Iterable[Text]:
    yield Text(f"The rule: {_RULES[rule.kind]}.")
    for number, step in enumerate(rule.steps, start=1):
        mark, style = ("✓", "green") if step.is_taken else ("✗", "bold red")
        yield Text.assemble(f"  {number} ", (mark, style), f" {clean_line(step.words)}")
    if rule.decides is not rule.kind:
        yield Text(f"So the fallback decides: {_RULES[rule.decides]}.")
    if rule.problem:
        yield Text(f"Nobody can be the host: {clean_line(rule.problem)}.", style="red")


def _name(person: ExplainedPerson) -> Text:
    text = Text(clean_line(person.name))
    if person.role:
        text.append(f" ({clean_line(person.role_name)})", style="dim")
    if person.aside:
        text.append(" *", style="dim")
    return text


def _heading_of(person: ExplainedPerson) -> Text:
    text = Text(clean_line(person.name), style="bold")
    text.append(f" ({person.time_zone})", style="not bold dim")
    if person.unavailable:
        text.append(f" {person.unavailable}", style="not bold red")
    if person.aside:
        text.append(f"\n* {person.aside}", style="not bold")
    return text


def _offered(day: ExplainedDay) -> Text:
    if day.offered:
        return Text(f"{day.offered} of {day.starts}", style="bold green")
    if not day.reasons:
        return Text("no starts", style="dim")
    return _word(_foremost([word_of(reason) for reason, _ in day.reasons]))


def _cell(day: CountedDay | None) -> Text:
    if day is None:
        return Text("no starts", style="dim")
    if day.free:
        return Text(f"{day.free} of {day.starts}", style="green")
    return _word(_foremost([word for word, _ in day.words])) if day.words else Text("")


def _foremost(words: Sequence[str]) -> str:
    """What a day without a free start is called by, out of its words, the most frequent first."""
    return next((word for word in words if word in _WITHIN_HOURS), words[0])


def _runs(runs: Sequence[PersonRun], *, zone: ZoneInfo) -> Text:
    if len(runs) == 1:
        return Text.assemble("all day ", _word(word_of(runs[0].reason)))
    parts = []
    for run in runs:
        first, last = (_clock(each.astimezone(zone)) for each in (run.first_at, run.last_at))
        clock = first if run.starts == 1 else f"{first}{_TO}{last}"
        # A run stays on one line where there is room for it.
        parts.append(Text.assemble(f"{clock} ", _word(word_of(run.reason))))
    return Text(" · ").join(parts)


def _word(word: str) -> Text:
    style = "green" if word == FREE else "yellow"
    return Text(spoken(word), style=style)


def _day(local: datetime) -> str:
    return f"{local:%A} {local.day} {local:%B}"


def _clock(local: datetime) -> str:
    return f"{local:%H:%M}"
