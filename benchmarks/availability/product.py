"""The way of a question through the service, without the network and the database.

Nothing is done here that the service does not do: the connectors take the answers apart, the
memory of the last minute keeps them, the engine works the times out, and the body is written as
it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from app.api.bodies import availability_body, encoded
from app.bookings.busy import unit_needed
from app.bookings.calendar_memory import CalendarMemory
from app.bookings.questions import AvailabilityAnswer, HostChoice, RoleChoice
from benchmarks.availability import pool
from booking_types.answers import Availability
from booking_types.availability import Question, slots
from booking_types.bits import Cells
from booking_types.intervals import Interval
from booking_types.model import HostTimes, Platform
from connectors.google import free_busy
from connectors.microsoft import schedules
from connectors.microsoft.graph import parts_of

ORG_ID = UUID(int=1)


def google_cells(answers: Iterable[bytes], *, span: Interval, unit: timedelta) -> dict[str, Cells]:
    """Every mailbox's cells out of Google's answers."""
    found: dict[str, Cells] = {}
    for content in answers:
        told = free_busy.decoded(content, span=span, unit=unit)
        found |= {name: cells for name, cells in told.items() if isinstance(cells, Cells)}
    return found


def graph_cells(answers: Iterable[bytes], *, span: Interval, unit: timedelta) -> dict[str, Cells]:
    """Every mailbox's cells out of Graph's answers."""
    found: dict[str, Cells] = {}
    blank, window = Cells.blank(span, unit=unit), pool.digits_window(span)
    for content in answers:
        for part in parts_of(content, count=pool.GRAPH_CALLS, operation="read busy times"):
            if isinstance(part, Exception):
                continue
            for mailbox, schedule in schedules.decoded(part).items():
                bits = schedules.taken(schedule.availability_view, window=window, blank=blank)
                found[mailbox] = Cells(unit, blank.first, blank.size, bits)
    return found


@dataclass(slots=True)
class Desk:
    """One question with what the service holds for it.

    Attributes:
        asked: The question, its busy times as intervals.
        people: Everybody in it, by their mailboxes.
        connection_ids: Of their calendars, by host.
        span: For which calendars are asked.
        unit: In which cells.
        memory: What was read.
        choices: The hosts and co-hosts as the answer names them.
        roles: The panel likewise.
    """

    asked: Question
    people: Mapping[str, HostTimes]
    connection_ids: Mapping[str, UUID]
    span: Interval
    unit: timedelta
    choices: tuple[HostChoice, ...]
    roles: tuple[RoleChoice, ...]
    memory: CalendarMemory = field(default_factory=CalendarMemory)

    @classmethod
    def of(cls, asked: Question) -> Desk:
        """A desk on which nothing has been read."""
        everybody = sorted(asked.everybody, key=lambda person: person.host_id)
        return cls(
            asked=asked,
            people={pool.mailbox(place): person for place, person in enumerate(everybody)},
            connection_ids={
                person.host_id: UUID(int=(1 << 100) + place)
                for place, person in enumerate(everybody)
            },
            span=pool.asked_span(asked),
            unit=unit_needed(asked.booking_type, ()),
            choices=_choices((*asked.hosts, *asked.co_hosts)),
            roles=tuple(
                RoleChoice(key=role.key, name=role.name, people=_choices(role.people))
                for role in asked.roles
            ),
        )

    def keep(self, read: Mapping[str, Cells], *, as_of: datetime) -> None:
        """Remember what calendars said."""
        for mailbox, cells in read.items():
            self.memory.keep(
                cells,
                org_id=ORG_ID,
                connection_id=self.connection_ids[self.people[mailbox].host_id],
                span=self.span,
                as_of=as_of,
            )

    def question(self) -> Question:
        """The question with everybody's calendar as it is remembered."""
        asked = self.asked
        return replace(
            asked,
            hosts=self._known(asked.hosts),
            co_hosts=self._known(asked.co_hosts),
            roles=tuple(replace(role, people=self._known(role.people)) for role in asked.roles),
        )

    def _known(self, people: Sequence[HostTimes]) -> tuple[HostTimes, ...]:
        found = []
        for person in people:
            kept = self.memory.find(
                org_id=ORG_ID,
                connection_id=self.connection_ids[person.host_id],
                span=self.span,
                unit=self.unit,
                now=self.asked.now,
            )
            found.append(
                HostTimes(
                    host_id=person.host_id,
                    working_hours=person.working_hours,
                    date_overrides=person.date_overrides,
                    calendar=kept[0] if kept else None,
                    unavailable_code="" if kept else "calendar_unreadable",
                )
            )
        return tuple(found)

    def availability(self) -> Availability:
        """The times, by the engine."""
        return slots(self.question())

    def body(self) -> bytes:
        """The answer as it is sent."""
        answer = AvailabilityAnswer(
            availability=self.availability(),
            explained=(),
            people=self.choices,
            roles=self.roles,
            duration=self.asked.duration,
            as_of=self.asked.now,
            booking_type=self.asked.booking_type,
            grid_time_zone=self.asked.default_time_zone,
        )
        return encoded(availability_body(answer, time_zone=None, explains=False))


def _choices(people: Iterable[HostTimes]) -> tuple[HostChoice, ...]:
    return tuple(
        HostChoice(
            host_id=person.host_id,
            name=f"Host {int(person.host_id[3:15])}",
            time_zone=person.working_hours.time_zone,
            platforms=(Platform.GOOGLE_MEET, Platform.ZOOM, Platform.NONE),
            default_platform=Platform.GOOGLE_MEET,
        )
        for person in people
    )
