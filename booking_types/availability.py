"""When who can meet, and for every other time why not.

``slots`` shows times, ``check`` decides about one, ``explain`` says it for all of them and
``explain_people`` for each person by itself, and ``nearest`` finds others close by. All of them
read the same sheet, so they cannot disagree.

The rules, for a meeting that begins at a start on the grid, with each person's own limits in
the place of the type's:

* it begins no sooner than the minimum notice and no later than the booking window ends;
* it lies wholly within the hours that count for the person, on the dates that are no holiday
  and no day off of theirs;
* the person has not reached a limit of that day or week;
* with its buffers it meets nothing that makes the person busy.

A start is offered when all of that holds for one host, for every co-host, and for one of the
people of each role: one person has all of the meeting, two who are each free for half of it
make no slot.

Whoever cannot be asked (a calendar that cannot be read) is not free: such a host is left out
and named, such a co-host leaves no slot at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import or_
from zoneinfo import ZoneInfo

from booking_types.answers import (
    Availability,
    ExplainedDay,
    ExplainedTime,
    Part,
    PersonDay,
    PersonRun,
    PersonVerdict,
    Question,
    Reason,
    ReasonCode,
    Verdict,
)
from booking_types.bits import COARSE
from booking_types.board import Board
from booking_types.errors import InvalidRequestError
from booking_types.intervals import Interval
from booking_types.layers import in_words
from booking_types.local_time import zone_named
from booking_types.model import NO_OVERRIDES, BookingType, HostOverrides, Slot
from booking_types.person_rules import rules_for
from booking_types.sheet import Sheet, is_of_timing
from booking_types.start_grid import StartGrid, is_start, start_grid

__all__ = [
    "Availability",
    "ExplainedDay",
    "ExplainedTime",
    "Part",
    "PersonDay",
    "PersonRun",
    "PersonVerdict",
    "Question",
    "Reason",
    "ReasonCode",
    "Verdict",
    "busy_span",
    "check",
    "explain",
    "explain_days",
    "explain_people",
    "nearest",
    "slots",
    "slots_explained",
]

_MINUTE = timedelta(minutes=1)
#: The smallest step of a datetime: what lies just before the end of a half-open span.
_INSTANT = timedelta(microseconds=1)
#: Meetings outside these years are typing errors, and datetimes overflow not far from them.
_FIRST_YEAR, _LAST_YEAR = 1973, 9990


def busy_span(
    *,
    booking_type: BookingType,
    duration: timedelta,
    span: Interval,
    overrides: Iterable[HostOverrides] = (),
) -> Interval:
    """For which time busy intervals must be known to find the slots that begin in the span.

    Args:
        booking_type: Its buffers stand around the meeting.
        duration: Of the meeting.
        span: In which it begins.
        overrides: Of everybody concerned who has any.
    """
    rules = [rules_for(booking_type, each) for each in (NO_OVERRIDES, *overrides)]
    return span.widened(
        before=max(each.buffer_before for each in rules),
        after=duration + max(each.buffer_after for each in rules),
    )


def slots(question: Question) -> Availability:
    """The times that can be booked.

    Raises:
        InvalidRequestError: ``invalid_duration``, or ``unknown_timezone`` of the grid or the
            type's hours. A person's unknown zone only leaves out that person.
    """
    return _Answer(question).availability()


def slots_explained(question: Question) -> tuple[Availability, tuple[ExplainedTime, ...]]:
    """What ``slots`` and ``explain`` say, worked out once.

    Raises:
        InvalidRequestError: As ``slots``.
    """
    answer = _Answer(question)
    explained = tuple(answer.explained())
    return answer.availability(), explained


def check(question: Question, start: datetime) -> Verdict:
    """Whether a meeting can begin then, and with whom.

    Args:
        question: As for ``slots``; its span plays no part.
        start: Aware. Need not be on the grid. Busy intervals must be known for ``busy_span`` of
            the meeting.

    Raises:
        InvalidRequestError: As ``slots``; ``invalid_datetime`` for a start without an offset or
            in a year that nobody can mean.
    """
    _refuse_odd(question)
    start = _sensible(start)
    zone = _grid_zone(question)
    is_fine = bool(start.minute * _MINUTE % COARSE)
    board = Board(question, first=start, last=start, is_fine=is_fine)
    bit = 1 << board.grid.cell(start)
    sheet = Sheet(question, board, bit)
    said = sheet.reasons()
    free = sheet.offer()
    on_grid = is_start(start, zone=zone, increment=question.booking_type.increment)
    host_ids = tuple(host_id for host_id, bits in free.items() if bits and on_grid)
    against = [reason for bits, reason in said if bits]
    if not on_grid:
        timing = sum(is_of_timing(reason) for reason in against)
        against.insert(timing, _off_grid(question, zone))
    return Verdict(
        interval=Interval(start, start + question.duration),
        is_offered=bool(host_ids),
        host_ids=host_ids,
        role_ids=tuple(
            tuple(each.host_id for each in role.people if sheet.fits(each, Part.ROLE))
            for role in question.roles
        ),
        reasons=tuple(against),
        people=tuple(
            PersonVerdict(
                host_id=each.person.host_id,
                part=each.part,
                role=each.role,
                reason=next(
                    (layer.reason for layer in sheet.against(each.person, each.part)), None
                ),
            )
            for each in sheet.people()
        ),
    )


def explain(question: Question) -> tuple[ExplainedTime, ...]:
    """What is to be said about every start on the grid inside the span, offered or not.

    Equal neighbours are taken together, within one local day.

    Raises:
        InvalidRequestError: As ``slots``.
    """
    return tuple(_Answer(question).explained())


def explain_people(question: Question) -> tuple[PersonDay, ...]:
    """Each person's days: what is to be said of them about every start on the grid in the span.

    Returns:
        For the hosts, the co-hosts, the people of each role, in the order given: a day for each
        local date on the grid's clock that has a start.

    Raises:
        InvalidRequestError: As ``slots``.
    """
    return tuple(_Answer(question).people())


def explain_days(question: Question) -> tuple[ExplainedDay, ...]:
    """What became of each local day that the span touches, also those without a single slot.

    Raises:
        InvalidRequestError: As ``slots``.
    """
    starts: Counter[date] = Counter()
    offered: Counter[date] = Counter()
    against: dict[date, Counter[Reason]] = {}
    for time in explain(question):
        starts[time.on] += time.starts
        if time.is_offered:
            offered[time.on] += time.starts
            continue
        counts = against.setdefault(time.on, Counter())
        for reason in time.reasons:
            counts[reason] += time.starts
    zone = _grid_zone(question)
    first = question.span.start.astimezone(zone).date()
    last = (question.span.end - _INSTANT).astimezone(zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(
        ExplainedDay(
            on=day,
            starts=starts[day],
            offered=offered[day],
            reasons=tuple(against.get(day, Counter()).most_common()),
        )
        for day in days
    )


def nearest(question: Question, start: datetime, count: int = 3) -> tuple[Slot, ...]:
    """The slots of the span that begin closest to an instant; the earlier of two as close.

    Args:
        question: As for ``slots``.
        start: Aware.
        count: How many at most.

    Returns:
        In time order.

    Raises:
        InvalidRequestError: As ``slots`` and ``check``.
    """
    start = _sensible(start)
    found = slots(question)
    closest = sorted(found.starts, key=lambda each: (abs(each - start), each))
    return tuple(found.slot(each) for each in sorted(closest[:count]))


class _Answer:
    """Everything that is to be said about the span of one question, worked out once.

    Raises:
        InvalidRequestError: As ``slots``.
    """

    def __init__(self, question: Question) -> None:
        _refuse_odd(question)
        kind, span = question.booking_type, question.span
        self._question = question
        self._zone = _grid_zone(question)
        is_fine = bool(kind.increment % COARSE)
        # From the span, not from the notice: what is remembered of these days stays good as
        # the clock goes on.
        first = span.start.replace(minute=0, second=0, microsecond=0)
        self._board = Board(question, first=first, last=span.end, is_fine=is_fine)
        grid = self._board.grid
        self._grid: StartGrid = start_grid(self._zone, kind.increment, grid)
        self._starts = self._grid.mask & grid.between(span.start, span.end - _INSTANT)
        self._first = next(self._grid.numbers(self._starts, grid), 0)
        self._sheet = Sheet(question, self._board, self._starts)

    def availability(self) -> Availability:
        free = self._sheet.offer()
        offered = reduce(or_, free.values(), 0)
        return Availability(
            duration=self._question.duration,
            grid=self._board.grid,
            starts=self._grid.instants(offered, self._board.grid),
            free=free,
            left_out=self._sheet.left_out(),
        )

    def explained(self) -> Iterator[ExplainedTime]:
        starts = self._instants()
        against: list[list[Reason]] = [[] for _ in starts]
        for bits, reason in self._sheet.reasons():
            for number in self._numbers(bits):
                against[number].append(reason)
        host_ids: list[list[str]] = [[] for _ in starts]
        for host_id, bits in self._sheet.offer().items():
            for number in self._numbers(bits):
                host_ids[number].append(host_id)
        lines = zip(self._dates(), map(tuple, host_ids), map(tuple, against), strict=True)
        place = 0
        for (on, hosts, reasons), run in groupby(lines):
            count = sum(1 for _ in run)
            yield ExplainedTime(
                on=on,
                first_at=starts[place],
                last_at=starts[place + count - 1],
                starts=count,
                is_offered=bool(hosts),
                host_ids=hosts,
                reasons=reasons,
            )
            place += count

    def people(self) -> Iterator[PersonDay]:
        starts, dates = self._instants(), self._dates()
        for each in self._sheet.people():
            said: list[Reason | None] = [None] * len(starts)
            for layer in self._sheet.against(each.person, each.part):
                for number in self._numbers(layer.bits):
                    said[number] = layer.reason
            place = 0
            for on, day in groupby(zip(dates, said, strict=True), key=lambda line: line[0]):
                runs: list[PersonRun] = []
                for reason, run in groupby(reason for _, reason in day):
                    count = sum(1 for _ in run)
                    runs.append(
                        PersonRun(
                            first_at=starts[place],
                            last_at=starts[place + count - 1],
                            starts=count,
                            reason=reason,
                        )
                    )
                    place += count
                yield PersonDay(
                    host_id=each.person.host_id,
                    part=each.part,
                    role=each.role,
                    on=on,
                    runs=tuple(runs),
                )

    def _instants(self) -> tuple[datetime, ...]:
        return self._grid.instants(self._starts, self._board.grid)

    def _dates(self) -> list[date]:
        return [start.astimezone(self._zone).date() for start in self._instants()]

    def _numbers(self, bits: int) -> Iterator[int]:
        """Which of the span's starts are set, counted from 0."""
        found = self._grid.numbers(bits, self._board.grid)
        return (number - self._first for number in found)


def _grid_zone(question: Question) -> ZoneInfo:
    name = question.booking_type.time_zone or question.default_time_zone
    return zone_named(name, field="time_zone")


def _off_grid(question: Question, zone: ZoneInfo) -> Reason:
    step = in_words(question.booking_type.increment)
    message = f"is no start of this booking type: they are {step} apart, from midnight in "
    message += zone.key
    return Reason(code=ReasonCode.SLOT_NOT_OFFERED, detail="off_grid", message=message)


def _refuse_odd(question: Question) -> None:
    if question.duration < _MINUTE or question.duration % _MINUTE:
        raise InvalidRequestError(
            "a meeting lasts a whole number of minutes, at least one",
            code="invalid_duration",
            field="duration",
        )
    if question.booking_type.working_hours is not None:
        zone_named(question.booking_type.working_hours.time_zone)


def _sensible(start: datetime) -> datetime:
    if start.tzinfo is None or not _FIRST_YEAR <= start.year <= _LAST_YEAR:
        raise InvalidRequestError(
            "a start has an offset from UTC and lies in a year that can be meant",
            code="invalid_datetime",
            field="start_at",
        )
    return start.astimezone(UTC)
