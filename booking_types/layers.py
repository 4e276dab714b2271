"""Why a person cannot have a meeting: what their bits leave out, layer by layer.

A person can have it at the starts that lie in no layer. What is said of another start is the
first layer that has it, and nothing else: inactive or not to be booked, too soon, beyond the
window, holiday, day off, outside the hours, daily limit, weekly limit, busy, buffer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Literal, NamedTuple

from booking_types.answers import Part, Question, Reason, ReasonCode
from booking_types.board import Board, Terms
from booking_types.hours_bits import day_cells, local_dates, starts_in_hours
from booking_types.local_time import zone_named
from booking_types.model import BusySource, HostTimes, WorkingHours
from booking_types.working_days import Closure, DayRules, special_days

_DAY = timedelta(days=1)
_BUSY_WITH = {
    BusySource.CALENDAR: "something in the calendar",
    BusySource.SALESFORCE: "an event in Salesforce",
    BusySource.BOOKING: "another booking",
}
#: Somebody of whom nothing is known.
_NOBODY = HostTimes(host_id="", working_hours=WorkingHours(time_zone="UTC", spans=()))


class Layer(NamedTuple):
    """Starts at which a person cannot have the meeting, all for one reason.

    Attributes:
        bits: The starts.
        reason: Why, of the person.
        of_all: The same said of the time, for starts at which it holds for everybody.
    """

    bits: int
    reason: Reason
    of_all: Reason | None = None


class Layers:
    """What stands against each person of one question.

    Args:
        question: Whose people.
        board: The cells it is worked out on.
    """

    def __init__(self, question: Question, board: Board) -> None:
        self._question = question
        self._board = board
        self._co_host_ids = frozenset(each.host_id for each in question.co_hosts)
        people = question.everybody or (_NOBODY,)
        rules = [board.terms_of(each).rules for each in people]
        self._least_notice = min(each.minimum_notice for each in rules)
        self._widest_window = max(each.booking_window for each in rules)

    def why_left_out(self, person: HostTimes, part: Part) -> Reason | None:
        """Why the person cannot be booked whenever it is; nothing when they can be."""
        detail, message = person.unavailable_code, person.unavailable
        if not detail and not message:
            if part is not Part.CO_HOST and person.host_id in self._co_host_ids:
                detail, message = "is_co_host", "is a co-host of this meeting already"
            else:
                # One person's odd profile must not hide everybody else's times.
                fault = self._board.zone_fault(person)
                if fault is None:
                    return None
                detail = fault.code
                message = f"has working hours in an unknown zone: {fault.message}"
        is_host = part is Part.HOST
        return Reason(
            code=ReasonCode.HOST_UNAVAILABLE if is_host else ReasonCode.CO_HOST_UNAVAILABLE,
            detail=detail,
            message=message or "cannot be booked",
            host_id=person.host_id,
        )

    def against(self, person: HostTimes, part: Part) -> list[Layer]:
        """The layers in their order: each start in one at most, empty ones left out."""
        left_out = self.why_left_out(person, part)
        if left_out is not None:
            return [Layer(self._board.starts, left_out)]
        return self._first(self._layers(person, part))

    def against_anybody(self) -> list[Layer]:
        """What would stand against somebody of whom nothing but the type's rules is known."""
        terms = self._board.terms_of(_NOBODY)
        layers = list(self._timing(terms, host_id=None))
        if terms.hours is not None:
            rules = self._board.day_rules(_NOBODY, terms)
            layers += self._hours(rules, host_id=None, part=Part.HOST, is_of_type=True)
        return self._first(iter(layers))

    def _first(self, layers: Iterator[Layer]) -> list[Layer]:
        left = self._board.starts
        found: list[Layer] = []
        for layer in layers:
            bits = layer.bits & left
            if bits:
                found.append(layer._replace(bits=bits))
                left &= ~bits
        return found

    def _layers(self, person: HostTimes, part: Part) -> Iterator[Layer]:
        board, host_id = self._board, person.host_id
        terms = board.terms_of(person)
        yield from self._timing(terms, host_id=host_id)
        is_of_type = person.overrides.working_hours is None and terms.hours is not None
        yield from self._hours(
            board.day_rules(person, terms), host_id=host_id, part=part, is_of_type=is_of_type
        )
        if terms.limited:
            full = dict(board.full(person, terms))
            for limit, words in (("daily_limit", "that day"), ("weekly_limit", "that week")):
                yield Layer(
                    full.get(limit, 0),
                    Reason(
                        code=_code(part, ReasonCode.LIMIT_REACHED),
                        detail=limit,
                        message=f"has as many meetings of this type {words} as they may have",
                        host_id=host_id,
                    ),
                )
        yield from self._busy(person, terms, part)

    def _timing(self, terms: Terms, *, host_id: str | None) -> Iterator[Layer]:
        grid, rules, now = self._board.grid, terms.rules, self._question.now.astimezone(UTC)
        past = grid.before(now)
        early = grid.before(now + rules.minimum_notice) & ~past
        ahead = grid.full & ~grid.between(grid.origin, now + rules.booking_window)
        notice, window = in_words(rules.minimum_notice), in_words(rules.booking_window)
        least, widest = in_words(self._least_notice), in_words(self._widest_window)
        for code, bits, of_person, of_time in (
            (ReasonCode.IN_THE_PAST, past, "cannot be booked in the past", "lies in the past"),
            (
                ReasonCode.BELOW_MINIMUM_NOTICE,
                early,
                f"needs a notice of at least {notice}",
                f"begins in less than {least}, the minimum notice",
            ),
            (
                ReasonCode.BEYOND_HORIZON,
                ahead,
                f"takes no meetings that begin more than {window} ahead",
                f"begins more than {widest} ahead, the booking window",
            ),
        ):
            yield Layer(
                bits,
                Reason(code=code, message=of_person, host_id=host_id),
                Reason(code=code, message=of_time),
            )

    def _hours(
        self, rules: DayRules, *, host_id: str | None, part: Part, is_of_type: bool
    ) -> Iterator[Layer]:
        """The starts outside the hours: for a holiday, for a day off, or just so."""
        board = self._board
        outside = board.grid.full & ~starts_in_hours(rules, board.grid, board.length)
        code = _code(part, ReasonCode.SLOT_NOT_OFFERED)

        def layer(bits: int, detail: str, message: str, of_all: str) -> Layer:
            return Layer(
                bits & outside,
                Reason(code=code, detail=detail, message=message, host_id=host_id),
                Reason(code=ReasonCode.SLOT_NOT_OFFERED, detail=detail, message=of_all)
                if of_all
                else None,
            )

        open_if = rules.without_holidays()
        for closure, bits in self._closed(rules, open_if, "holiday"):
            named = f" ({closure.name})" if closure.name else ""
            of_all = f"is on a holiday{named}" if closure.is_of_type else ""
            yield layer(bits, "holiday", f"has a holiday then{named}", of_all)
        for closure, bits in self._closed(rules, open_if.without_days_off(), "day_off"):
            named = f" ({closure.name})" if closure.name else ""
            of_all = f"is on a day off{named}" if closure.is_of_type else ""
            yield layer(bits, "day_off", f"has the day off then{named}", of_all)
        of_all = "is outside the hours of this booking type" if is_of_type else ""
        yield layer(outside, "outside_hours", "does not work then", of_all)

    def _closed(
        self, rules: DayRules, open_if: DayRules, kind: Literal["holiday", "day_off"]
    ) -> Iterator[tuple[Closure, int]]:
        """What the closures of a kind take.

        Args:
            rules: The person's.
            open_if: The same without the closures.
            kind: Of which ones.
        """
        grid = self._board.grid
        zone = zone_named(rules.week.value.time_zone)
        dates = local_dates(grid, zone)
        special = special_days(rules, dates[0] - _DAY, dates[-1] + _DAY)
        closed = {
            on: closure
            for on in sorted(special)
            if (closure := getattr(special[on], kind)) is not None
        }
        if not closed:
            return
        for on, closure in closed.items():
            yield closure, day_cells(on, zone, grid)
        # Hours over midnight do not begin on such a day, and then are missed on the next; a
        # meeting on its eve would reach into it.
        missed = starts_in_hours(open_if, grid, self._board.length)
        for on, closure in closed.items():
            around = day_cells(on - _DAY, zone, grid) | day_cells(on + _DAY, zone, grid)
            yield closure, missed & around
        # A meeting of a day or more can reach into one from further away.
        yield next(iter(closed.values())), missed

    def _busy(self, person: HostTimes, terms: Terms, part: Part) -> Iterator[Layer]:
        board = self._board
        buffers: list[Layer] = []
        for source in BusySource:
            taken = board.laid(each for each in person.busy if each.source is source)
            if source is BusySource.CALENDAR and person.calendar is not None:
                taken |= board.of_calendar(person.calendar)
            if not taken:
                continue
            bare, around = board.met_by(taken, terms)
            for bits, detail, words in (
                (bare, "busy", "is busy then with"),
                (around, "buffer", "has no time left around the meeting beside"),
            ):
                reason = Reason(
                    code=_code(part, ReasonCode.SLOT_TAKEN),
                    detail=detail,
                    message=f"{words} {_BUSY_WITH[source]}",
                    host_id=person.host_id,
                    source=source,
                )
                if detail == "busy":
                    yield Layer(bits, reason)
                else:
                    buffers.append(Layer(bits, reason))
        yield from buffers


def _code(part: Part, of_host: ReasonCode) -> ReasonCode:
    return of_host if part is Part.HOST else ReasonCode.CO_HOST_UNAVAILABLE


def in_words(length: timedelta) -> str:
    """A length of time as people say it, down to minutes: ``1 day 2 hours``."""
    minutes = length // timedelta(minutes=1)
    parts = (
        (minutes // 1440, "day"),
        (minutes // 60 % 24, "hour"),
        (minutes % 60, "minute"),
    )
    said = [f"{number} {unit}{'s' * (number != 1)}" for number, unit in parts if number]
    return " ".join(said) or "0 minutes"
