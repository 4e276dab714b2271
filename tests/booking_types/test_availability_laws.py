from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_types.answers import Part, Question, Reason
from booking_types.availability import (
    check,
    explain,
    explain_days,
    explain_people,
    slots,
    slots_explained,
)
from booking_types.intervals import Interval
from booking_types.model import BusyInterval, BusySource, DateOverride, DaySpan, HostTimes
from booking_types.person_rules import rules_for
from tests.booking_types.oracle import (
    Minutes,
    Slots,
    grid_on_the_wall,
    interval_slots,
    minute_slots,
)
from tests.booking_types.questions import (
    CHANGES,
    in_cells,
    minutes,
    random_question,
)


@st.composite
def questions(draw: st.DrawFn, change: int | None = None) -> Question:
    def choose(options: Sequence[int]) -> int:
        return draw(st.sampled_from(options))

    return random_question(choose, pick_change=change)


thorough = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def by_engine(question: Question) -> Slots:
    return [(slot.interval.start, slot.host_ids) for slot in slots(question).slots]


@thorough
@given(questions())
def test_the_engine_finds_what_two_other_ways_find(question: Question) -> None:
    found = by_engine(question)

    assert found == interval_slots(question)
    assert found == minute_slots(question)


@pytest.mark.parametrize(
    "change", range(len(CHANGES)), ids=[f"{zone} {when:%b}" for zone, when in CHANGES]
)
def test_every_change_of_the_clocks_is_understood(change: int) -> None:
    @settings(thorough, max_examples=8)
    @given(questions(change=change))
    def holds(question: Question) -> None:
        assert by_engine(question) == minute_slots(question)

    holds()


@thorough
@given(questions())
def test_a_start_is_offered_when_it_is_shown_and_with_the_same_hosts(question: Question) -> None:
    shown = dict(by_engine(question))
    probes = [question.span.start + minutes(number) for number in range(0, 1440, 53)]

    for start in [*shown, *probes]:
        if question.span.start <= start < question.span.end:
            verdict = check(question, start)
            assert verdict.host_ids == shown.get(start, ())
            assert verdict.is_offered == (start in shown)


@thorough
@given(questions())
def test_there_is_a_reason_for_every_start_and_every_host_that_is_not_offered(
    question: Question,
) -> None:
    for time in explain(question):
        assert time.is_offered or time.reasons
        if time.is_offered:
            # All that is left to say is why not with each of the other hosts.
            others = {host.host_id for host in question.hosts} - set(time.host_ids)
            assert {reason.host_id for reason in time.reasons} == others
        for start in (time.first_at, time.last_at):
            verdict = check(question, start)
            assert verdict.reasons == time.reasons
            assert verdict.host_ids == time.host_ids
            assert_each_person_has_one_reason(verdict.reasons)


def assert_each_person_has_one_reason(reasons: Sequence[Reason]) -> None:
    named = [reason.host_id for reason in reasons if reason.host_id is not None]
    assert len(named) == len(set(named))


@thorough
@given(questions())
def test_what_is_offered_is_what_has_no_reason_against_it(question: Question) -> None:
    free: dict[tuple[Part, str, str], set[object]] = {}
    for day in explain_people(question):
        found = free.setdefault((day.part, day.role, day.host_id), set())
        grid = list(grid_on_the_wall(question))
        for run in day.runs:
            if run.reason is None:
                found |= {start for start in grid if run.first_at <= start <= run.last_at}

    expected = {}
    for start in grid_on_the_wall(question):
        able = {person for person, starts in free.items() if start in starts}
        is_staffed = all(
            (Part.CO_HOST, "", person.host_id) in able for person in question.co_hosts
        ) and all(
            any((Part.ROLE, role.key, person.host_id) in able for person in role.people)
            for role in question.roles
        )
        host_ids = tuple(
            person.host_id for person in question.hosts if (Part.HOST, "", person.host_id) in able
        )
        if is_staffed and host_ids:
            expected[start] = host_ids

    assert dict(by_engine(question)) == expected


@thorough
@given(questions())
def test_offer_and_explanation_asked_together_are_what_they_are_alone(question: Question) -> None:
    found, explained = slots_explained(question)

    assert found == slots(question)
    assert found.slots == slots(question).slots
    assert explained == explain(question)


#: What an oracle calls a reason, from its code or its detail.
def in_a_word(reason: Reason | None) -> str:
    words = ("holiday", "day_off", "outside_hours", "daily_limit", "weekly_limit", "busy", "buffer")
    timing = ("in_the_past", "below_minimum_notice", "beyond_horizon")
    if reason is None:
        return ""
    if reason.code in timing:
        return str(reason.code)
    return reason.detail if reason.detail in words else "out"


@settings(thorough, max_examples=40)
@given(questions())
def test_the_reason_is_the_first_that_a_look_at_every_minute_finds(question: Question) -> None:
    people = {person.host_id: person for person in question.everybody}
    known: dict[tuple[str, Part], Minutes] = {}
    for day in explain_people(question):
        minutes_of = known.setdefault(
            (day.host_id, day.part),
            Minutes(question, people[day.host_id], is_co_host=day.part is Part.CO_HOST),
        )
        for run in day.runs:
            for start in (run.first_at, run.last_at):
                assert in_a_word(run.reason) == minutes_of.against(start)


@thorough
@given(questions())
def test_every_start_of_every_person_is_told_of_once(question: Question) -> None:
    grid = list(grid_on_the_wall(question))
    told: dict[tuple[Part, str, str], int] = {}
    for day in explain_people(question):
        key = day.part, day.role, day.host_id
        told[key] = told.get(key, 0) + sum(run.starts for run in day.runs)
        assert all(
            one.reason != next_one.reason
            for one, next_one in zip(day.runs, day.runs[1:], strict=False)
        )

    assert set(told.values()) <= {len(grid)}
    assert len(told) == (len(question.everybody) if grid else 0)


@thorough
@given(questions())
def test_the_explanation_speaks_of_every_start_and_offers_what_is_shown(
    question: Question,
) -> None:
    whole_grid = list(grid_on_the_wall(question))

    times, days = explain(question), explain_days(question)

    assert sum(time.starts for time in times) == len(whole_grid)
    assert sum(day.starts for day in days) == len(whole_grid)
    offered = sum(time.starts for time in times if time.is_offered)
    assert offered == sum(day.offered for day in days) == len(slots(question).slots)


@thorough
@given(questions())
def test_no_slot_meets_a_busy_interval_of_anybody_who_is_needed(question: Question) -> None:
    hosts = {host.host_id: host for host in question.hosts}

    for slot in slots(question).slots:
        for person in [*(hosts[host_id] for host_id in slot.host_ids), *question.co_hosts]:
            rules = rules_for(question.booking_type, person.overrides)
            kept_free = slot.interval.widened(before=rules.buffer_before, after=rules.buffer_after)
            taken = [each.interval for each in person.busy]
            if person.calendar is not None:
                taken += person.calendar.intervals()
            assert not any(each.overlaps(kept_free) for each in taken)


def pairs(question: Question) -> set[tuple[object, str]]:
    """Every start with every one of its hosts."""
    return {(start, host_id) for start, host_ids in by_engine(question) for host_id in host_ids}


@thorough
@given(questions(), st.integers(-60, 3000), st.integers(1, 400))
def test_another_busy_interval_never_adds_a_slot(
    question: Question, after: int, length: int
) -> None:
    start = question.span.start + minutes(after)
    more = BusyInterval(Interval(start, start + minutes(length)), BusySource.BOOKING)

    def busier(people: Sequence[HostTimes]) -> tuple[HostTimes, ...]:
        return tuple(replace(each, busy=(*each.busy, more)) for each in people)

    roles = tuple(replace(role, people=busier(role.people)) for role in question.roles)
    for changed in (
        replace(question, hosts=busier(question.hosts)),
        replace(question, co_hosts=busier(question.co_hosts)),
        replace(question, roles=roles),
    ):
        assert pairs(changed) <= pairs(question)


@thorough
@given(questions())
def test_hosts_are_a_union_and_whoever_is_needed_is_an_intersection(question: Question) -> None:
    for number in range(len(question.hosts)):
        fewer = replace(question, hosts=question.hosts[:number])
        # Another host never removes a slot …
        assert pairs(fewer) <= pairs(question)
    bare = replace(question, co_hosts=(), roles=())
    for number in range(len(question.co_hosts)):
        fewer = replace(question, co_hosts=question.co_hosts[:number])
        left_out = {each.host_id for each in question.co_hosts}
        # … another co-host never adds one …
        assert {pair for pair in pairs(question) if pair[1] not in left_out} <= pairs(fewer)
    alone = left = pairs(bare)
    for role in question.roles:
        # … and a role takes what none of its people can do.
        one_role = pairs(replace(bare, roles=(role,)))
        assert one_role <= alone
        by_one = [
            pairs(replace(bare, roles=(replace(role, people=(person,)),))) for person in role.people
        ]
        assert one_role == set().union(*by_one)
        left = left & one_role
    if not question.co_hosts:
        assert pairs(question) == left


@thorough
@given(questions(), st.sampled_from(["daily_limit", "weekly_limit"]), st.integers(0, 2))
def test_a_lower_limit_or_another_meeting_never_adds_a_slot(
    question: Question, name: str, limit: int
) -> None:
    def limited(person: HostTimes, to: int) -> HostTimes:
        limits = {"daily_limit": person.overrides.daily_limit, name: to}
        overrides = replace(person.overrides, **limits)  # type: ignore[arg-type]  # limits are numbers
        return replace(person, overrides=overrides)

    hosts = tuple(limited(each, limit + 1) for each in question.hosts)
    higher = replace(question, hosts=hosts)
    lower = replace(question, hosts=tuple(limited(each, limit) for each in hosts))
    another = replace(
        higher,
        hosts=tuple(
            replace(each, meetings=(*each.meetings, question.span.start)) for each in hosts
        ),
    )

    assert pairs(lower) <= pairs(higher)
    assert pairs(another) <= pairs(higher)
    if limit == 0:
        assert not pairs(lower)


@thorough
@given(questions(), st.integers(-1, 3))
def test_other_hours_that_are_the_weekly_hours_change_nothing(
    question: Question, after: int
) -> None:
    on = question.span.start.date() + timedelta(days=after)
    plain = replace(question, holidays=())

    def as_always(person: HostTimes) -> HostTimes:
        own = replace(person, date_overrides=(), holidays=())
        hours = own.overrides.working_hours or question.booking_type.working_hours
        spans = tuple(
            DaySpan(start=span.start, end=span.end)
            for span in (hours or own.working_hours).spans
            if span.weekday == on.isoweekday()
        )
        if not spans:
            return own
        again = (DateOverride(on=on, spans=spans),)
        return replace(own, overrides=replace(own.overrides, date_overrides=again))

    def never(person: HostTimes) -> HostTimes:
        overrides = replace(person.overrides, date_overrides=())
        return replace(person, date_overrides=(), holidays=(), overrides=overrides)

    kind = replace(question.booking_type, date_overrides=())
    without = replace(plain, booking_type=kind, hosts=tuple(map(never, question.hosts)))
    repeated = replace(
        plain, booking_type=kind, hosts=tuple(as_always(never(each)) for each in question.hosts)
    )

    assert by_engine(repeated) == by_engine(without)


@thorough
@given(questions(), st.sampled_from([1, 5, 10]))
def test_cells_and_intervals_of_the_same_time_give_the_same_slots(
    question: Question, unit: int
) -> None:
    around = question.span.widened(before=timedelta(days=2), after=timedelta(days=4))

    def as_cells(person: HostTimes) -> HostTimes:
        return in_cells(replace(person, calendar=None), span=around, unit=minutes(unit))

    def as_intervals(person: HostTimes) -> HostTimes:
        cells = as_cells(person)
        assert cells.calendar is not None
        spans = (BusyInterval(each, BusySource.CALENDAR) for each in cells.calendar.intervals())
        return replace(cells, busy=(*cells.busy, *spans), calendar=None)

    by_cells = replace(question, hosts=tuple(map(as_cells, question.hosts)))
    by_intervals = replace(question, hosts=tuple(map(as_intervals, question.hosts)))

    assert by_engine(by_cells) == by_engine(by_intervals)
    if unit == 1:
        # Nothing in these questions is finer than a minute but what is busy, and that is
        # rounded outward: the very same slots as from the calendar's own seconds.
        exact = replace(
            question, hosts=tuple(replace(each, calendar=None) for each in question.hosts)
        )
        assert by_engine(by_cells) == by_engine(exact)


@thorough
@given(questions())
def test_who_is_free_is_a_bit_of_an_offered_start(question: Question) -> None:
    found = slots(question)
    offered = sum(1 << found.grid.cell(start) for start in found.starts)

    assert all(bits & ~offered == 0 for bits in found.free.values())
    assert list(found.starts) == sorted(set(found.starts))
    for start in found.starts:
        assert found.grid.origin + found.grid.cell(start) * found.grid.unit == start
        assert found.host_ids(start)
    few = found.earliest(2)
    assert few.slots == found.slots[:2]
    assert all(bits.bit_count() <= 2 for bits in few.free.values())


@thorough
@given(questions(), st.integers(1, 2000))
def test_two_halves_of_a_span_have_the_slots_of_the_whole(
    question: Question, cut_after: int
) -> None:
    middle = question.span.start + minutes(cut_after)
    if not question.span.start < middle < question.span.end:
        return

    first = replace(question, span=Interval(question.span.start, middle))
    second = replace(question, span=Interval(middle, question.span.end))

    assert by_engine(first) + by_engine(second) == by_engine(question)


@thorough
@given(questions(), st.sampled_from(["Asia/Kathmandu", "America/Havana", "Australia/Lord_Howe"]))
def test_the_slots_are_the_same_instants_whoever_looks(question: Question, viewer: str) -> None:
    local_span = Interval(
        question.span.start.astimezone(ZoneInfo(viewer)),
        question.span.end.astimezone(ZoneInfo(viewer)),
    )
    local_now = question.now.astimezone(ZoneInfo(viewer))

    seen = slots(replace(question, span=local_span, now=local_now)).slots

    assert seen == slots(question).slots
    assert all(slot.interval.start.tzinfo is UTC for slot in seen)


@thorough
@given(questions(), st.integers(-14 * 60, 14 * 60))
def test_the_slots_are_the_same_however_the_instants_are_written(
    question: Question, offset: int
) -> None:
    zone = timezone(minutes(offset))

    def written(person: HostTimes) -> HostTimes:
        meetings = tuple(each.astimezone(zone) for each in person.meetings)
        return replace(person, meetings=meetings)

    span = Interval(question.span.start.astimezone(zone), question.span.end.astimezone(zone))
    hosts = tuple(map(written, question.hosts))
    now = question.now.astimezone(zone)

    assert by_engine(replace(question, span=span, hosts=hosts, now=now)) == by_engine(question)
    for start, host_ids in by_engine(question)[:3]:
        assert check(question, start.astimezone(zone)).host_ids == host_ids


@thorough
@given(questions(), st.integers(0, 59_999_999))
def test_a_start_with_seconds_is_judged_as_exactly_as_any(
    question: Question, microseconds: int
) -> None:
    after = timedelta(microseconds=microseconds)
    nobody_elses = replace(question, co_hosts=(), roles=())
    for start in [question.span.start, question.span.start + minutes(97)]:
        verdict = check(nobody_elses, start + after)
        reasons = {each.host_id: each.reason for each in verdict.people}
        assert not after or not verdict.is_offered
        # Shifted by the seconds, everything else stands where it stood to a start without.
        for person in question.hosts:
            shifted = replace(
                person,
                busy=tuple(
                    replace(
                        each,
                        interval=Interval(each.interval.start - after, each.interval.end - after),
                    )
                    for each in person.busy
                ),
            )
            if person.calendar is not None or in_a_word(reasons[person.host_id]) not in (
                "",
                "busy",
                "buffer",
            ):
                continue
            there = check(replace(nobody_elses, hosts=(shifted,), now=question.now - after), start)
            if in_a_word(there.people[0].reason) in ("", "busy", "buffer"):
                assert there.people[0].reason == reasons[person.host_id]


@thorough
@given(questions())
def test_the_times_of_one_host_do_not_depend_on_the_other_hosts(question: Question) -> None:
    alone = {
        host.host_id: {start for start, _ in by_engine(replace(question, hosts=(host,)))}
        for host in question.hosts
    }

    for start, host_ids in by_engine(question):
        assert host_ids == tuple(each for each in alone if start in alone[each])
    assert {start for start, _ in by_engine(question)} == set().union(*alone.values())
