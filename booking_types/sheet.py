"""The sheet on which one question about times is worked out: who fits where, and why not.

What is offered comes from ``host_ids``; ``reasons`` says the same from the other side, out of
the same bits. ``availability`` asks; ``board`` has the algebra.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from booking_types.answers import Question, Reason, ReasonCode
from booking_types.board import Board
from booking_types.errors import InvalidRequestError
from booking_types.local_time import zone_named
from booking_types.model import BusySource, HostTimes

_BUSY_WITH = {
    BusySource.CALENDAR: "something in the calendar",
    BusySource.SALESFORCE: "an event in Salesforce",
    BusySource.BOOKING: "another booking",
}


class Sheet:
    """All starts of one question side by side.

    Raises:
        InvalidRequestError: ``unknown_timezone`` of the type's own hours.
    """

    def __init__(self, question: Question, starts: Sequence[datetime]) -> None:
        rules = question.booking_type
        self._question = question
        self._board = Board(
            starts=starts,
            duration=question.duration,
            before=rules.buffer_before,
            after=rules.buffer_after,
        )
        self._type_hours = (
            self._board.in_hours(rules.working_hours) if rules.working_hours else self._board.mask
        )

    def host_ids(self) -> list[list[str]]:
        """For each start the hosts with whom it can be booked; none: it is not offered."""
        columns: list[list[str]] = [[] for _ in self._board.starts]
        offered = self._timely() & self._type_hours
        for co_host in self._question.co_hosts:
            offered &= self._fits(co_host, is_co_host=True)
        if offered:
            for host in self._question.hosts:
                fits = offered & self._fits(host, is_co_host=False)
                for number in self._board.numbers(fits):
                    columns[number].append(host.host_id)
        return columns

    def reasons(self) -> list[list[Reason]]:
        """For each start what stands against it.

        First what concerns the time, then the co-hosts (every one of them is needed), then the
        hosts; of these, the ones who would be there if they were not busy come first.
        """
        columns = [list(timing(self._question, start)) for start in self._board.starts]
        against = [
            *self._against_the_time(),
            *self._against_co_hosts(),
            *(
                (bits, reason)
                for _, bits, reason in sorted(self._against_hosts(), key=lambda entry: entry[0])
            ),
        ]
        for bits, reason in against:
            for number in self._board.numbers(bits):
                columns[number].append(reason)
        return columns

    def _timely(self) -> int:
        rules, now = self._question.booking_type, self._question.now.astimezone(UTC)
        earliest, latest = now + rules.minimum_notice, now + rules.booking_window
        starts = self._board.starts
        return self._board.mask_of(
            number for number, start in enumerate(starts) if earliest <= start <= latest
        )

    def _fits(self, person: HostTimes, *, is_co_host: bool) -> int:
        if why_left_out(self._question, person, is_co_host=is_co_host) is not None:
            return 0
        calendar = self._board.grid.laid(person.calendar) if person.calendar else 0
        return self._in_hours(person) & self._board.clear(
            (taken.interval for taken in person.busy), also=calendar
        )

    def _in_hours(self, person: HostTimes) -> int:
        # The type's own hours are the same for everybody and looked at once.
        if self._question.booking_type.working_hours is not None:
            return self._board.mask
        return self._board.in_hours(person.working_hours)

    def _against_the_time(self) -> Iterator[tuple[int, Reason]]:
        message = "is outside the hours of this booking type"
        yield (
            self._board.mask & ~self._type_hours,
            Reason(code=ReasonCode.SLOT_NOT_OFFERED, detail="outside_hours", message=message),
        )
        if not self._question.hosts:
            message = "has nobody who could be the host"
            yield self._board.mask, Reason(code=ReasonCode.HOST_UNAVAILABLE, message=message)

    def _against_co_hosts(self) -> Iterator[tuple[int, Reason]]:
        for person in self._question.co_hosts:
            left_out = why_left_out(self._question, person, is_co_host=True)
            if left_out is not None:
                yield self._board.mask, left_out
                continue
            yield (
                self._board.mask & ~self._in_hours(person),
                _outside_hours(person, code=ReasonCode.CO_HOST_UNAVAILABLE),
            )
            yield from self._taken(person, code=ReasonCode.CO_HOST_UNAVAILABLE)

    def _against_hosts(self) -> Iterator[tuple[int, int, Reason]]:
        for person in self._question.hosts:
            left_out = why_left_out(self._question, person, is_co_host=False)
            if left_out is not None:
                yield 1, self._board.mask, left_out
                continue
            in_hours = self._in_hours(person)
            yield (
                2,
                self._board.mask & ~in_hours,
                _outside_hours(person, code=ReasonCode.SLOT_NOT_OFFERED),
            )
            for bits, reason in self._taken(person, code=ReasonCode.SLOT_TAKEN):
                yield 0, bits & in_hours, reason
                yield 3, bits & ~in_hours, reason

    def _taken(self, person: HostTimes, *, code: ReasonCode) -> Iterator[tuple[int, Reason]]:
        for source in BusySource:
            busy = [taken.interval for taken in person.busy if taken.source is source]
            if not busy:
                continue
            with_buffers = self._board.mask & ~self._board.clear(busy)
            bare = self._board.mask & ~self._board.clear_bare(busy)
            for bits, detail, words in (
                (bare, "busy", "is busy then with"),
                (with_buffers & ~bare, "buffer", "has no time left around the meeting beside"),
            ):
                yield (
                    bits,
                    Reason(
                        code=code,
                        detail=detail,
                        message=f"{words} {_BUSY_WITH[source]}",
                        host_id=person.host_id,
                        source=source,
                    ),
                )


def timing(question: Question, start: datetime) -> tuple[Reason, ...]:
    """Whether the start is too soon or too far away: one reason or none."""
    rules, now = question.booking_type, question.now.astimezone(UTC)
    if start < now:
        return (Reason(code=ReasonCode.IN_THE_PAST, message="lies in the past"),)
    if start < now + rules.minimum_notice:
        message = f"begins in less than {in_words(rules.minimum_notice)}, the minimum notice"
        return (Reason(code=ReasonCode.BELOW_MINIMUM_NOTICE, message=message),)
    if start > now + rules.booking_window:
        message = f"begins more than {in_words(rules.booking_window)} ahead, the booking window"
        return (Reason(code=ReasonCode.BEYOND_HORIZON, message=message),)
    return ()


def why_left_out(question: Question, person: HostTimes, *, is_co_host: bool) -> Reason | None:
    """Why the person cannot be booked whenever it is; nothing when they can be."""
    code = ReasonCode.CO_HOST_UNAVAILABLE if is_co_host else ReasonCode.HOST_UNAVAILABLE
    detail, message = person.unavailable_code, person.unavailable
    if not detail and not message:
        detail, message = _contradiction(question, person, is_co_host=is_co_host)
    if not detail and not message:
        return None
    return Reason(
        code=code,
        detail=detail,
        message=message or "cannot be booked",
        host_id=person.host_id,
    )


def _contradiction(question: Question, person: HostTimes, *, is_co_host: bool) -> tuple[str, str]:
    if not is_co_host and any(person.host_id == co_host.host_id for co_host in question.co_hosts):
        return "is_co_host", "is a co-host of this meeting already"
    if question.booking_type.working_hours is None:
        try:
            zone_named(person.working_hours.time_zone)
        except InvalidRequestError as error:
            # One person's odd profile must not hide everybody else's times.
            return error.code, f"has working hours in an unknown zone: {error.message}"
    return "", ""


def _outside_hours(person: HostTimes, *, code: ReasonCode) -> Reason:
    return Reason(
        code=code,
        detail="outside_hours",
        message="does not work then",
        host_id=person.host_id,
    )


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
