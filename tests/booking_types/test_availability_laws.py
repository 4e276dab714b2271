from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_types.availability import Question, check, explain, explain_days, slots
from booking_types.board import grid_starts
from booking_types.intervals import Interval
from booking_types.local_time import zone_named
from tests.booking_types.oracle import Slots, interval_slots, minute_slots
from tests.booking_types.questions import CHANGES, minutes, random_question


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
        assert check(question, time.first_at).reasons == time.reasons
        assert check(question, time.last_at).reasons == time.reasons


@thorough
@given(questions())
def test_the_explanation_speaks_of_every_start_and_offers_what_is_shown(
    question: Question,
) -> None:
    rules = question.booking_type
    whole_grid = grid_starts(
        zone=zone_named(rules.time_zone or question.default_time_zone),
        increment=rules.increment,
        first=question.span.start,
        last=question.span.end - timedelta(microseconds=1),
    )

    times, days = explain(question), explain_days(question)

    assert sum(time.starts for time in times) == len(whole_grid)
    assert sum(day.starts for day in days) == len(whole_grid)
    offered = sum(time.starts for time in times if time.is_offered)
    assert offered == sum(day.offered for day in days) == len(slots(question).slots)


@thorough
@given(questions())
def test_no_slot_meets_a_busy_interval_of_anybody_who_is_needed(question: Question) -> None:
    rules = question.booking_type
    hosts = {host.host_id: host for host in question.hosts}

    for slot in slots(question).slots:
        kept_free = slot.interval.widened(before=rules.buffer_before, after=rules.buffer_after)
        for person in [*(hosts[host_id] for host_id in slot.host_ids), *question.co_hosts]:
            assert not any(taken.interval.overlaps(kept_free) for taken in person.busy)


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
@given(questions())
def test_the_times_of_one_host_do_not_depend_on_the_other_hosts(question: Question) -> None:
    alone = {
        host.host_id: {start for start, _ in by_engine(replace(question, hosts=(host,)))}
        for host in question.hosts
    }

    for start, host_ids in by_engine(question):
        assert host_ids == tuple(each for each in alone if start in alone[each])
    assert {start for start, _ in by_engine(question)} == set().union(*alone.values())
