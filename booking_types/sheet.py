"""The sheet on which people are put together: which starts have a host and everybody needed.

What is offered and why other starts are not come from the same bits: ``offer`` asks the board
for each person's, and where reasons were asked for before, takes what their layers leave.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from booking_types.answers import Part, Question, Reason, ReasonCode
from booking_types.board import Board
from booking_types.layers import Layer, Layers
from booking_types.model import HostTimes

_OF_TIMING = (
    ReasonCode.IN_THE_PAST,
    ReasonCode.BELOW_MINIMUM_NOTICE,
    ReasonCode.BEYOND_HORIZON,
)
#: Would be there if it were not for something else that day; can never be booked; is not there.
_WOULD_BE_THERE, _OUT, _NOT_THERE = range(3)


@dataclass(frozen=True, slots=True)
class Concerned:
    """A person in their part.

    Attributes:
        person: Who.
        part: In which part.
        role: The role's key, where that is the part; else empty.
    """

    person: HostTimes
    part: Part
    role: str = ""


class Sheet:
    """All starts of one question side by side.

    Args:
        question: What is asked.
        board: Its cells.
        starts: The cells of the starts that it is about.
    """

    def __init__(self, question: Question, board: Board, starts: int) -> None:
        board.begin(starts)
        self._question = question
        self._board = board
        self._starts = starts
        self._layers = Layers(question, board)
        self._known: dict[tuple[int, Part], list[Layer]] = {}
        self._out: dict[tuple[int, Part], Reason] = {}
        for part, people in (
            (Part.HOST, question.hosts),
            (Part.CO_HOST, question.co_hosts),
            *((Part.ROLE, role.people) for role in question.roles),
        ):
            for person in people:
                reason = self._layers.why_left_out(person, part)
                if reason is not None:
                    self._out[id(person), part] = reason

    def left_out(self) -> tuple[Reason, ...]:
        """One reason for each person who cannot be booked whenever it is."""
        return tuple(self._out.values())

    def people(self) -> Iterator[Concerned]:
        """Everybody in their part."""
        for person in self._question.hosts:
            yield Concerned(person, Part.HOST)
        for person in self._question.co_hosts:
            yield Concerned(person, Part.CO_HOST)
        for role in self._question.roles:
            for person in role.people:
                yield Concerned(person, Part.ROLE, role.key)

    def offer(self) -> dict[str, int]:
        """For each host who can be booked the starts that can be booked with them."""
        needed = self._starts
        for person in self._question.co_hosts:
            needed &= self.fits(person, Part.CO_HOST)
        for role in self._question.roles:
            fitting = (self.fits(person, Part.ROLE) for person in role.people)
            needed &= reduce(or_, fitting, 0)
        free: dict[str, int] = {}
        for person in self._question.hosts:
            if (id(person), Part.HOST) not in self._out:
                free[person.host_id] = needed and needed & self.fits(person, Part.HOST)
        return free

    def fits(self, person: HostTimes, part: Part) -> int:
        """The starts at which the person can have the meeting."""
        if not self._known:
            return 0 if (id(person), part) in self._out else self._board.fits(person)
        key = id(person), part
        if key in self._known:
            return self._starts & ~reduce(or_, (each.bits for each in self._known[key]), 0)
        return 0 if key in self._out else self._board.fits(person)

    def against(self, person: HostTimes, part: Part) -> list[Layer]:
        """What stands against the person, each start in one layer at most."""
        key = id(person), part
        layers = self._known.get(key)
        if layers is None:
            layers = self._known[key] = self._layers.against(person, part)
        return layers

    def reasons(self) -> list[tuple[int, Reason]]:
        """What is to be said against the starts, in this order.

        First what concerns the time, then those who are needed: the co-hosts, and the people of
        each role that nobody can take; then the hosts; of these, the ones who would be there if
        they were not busy come first.
        """
        of_all = self._of_all()
        hidden: dict[Reason, int] = {}
        for reason, bits in of_all:
            hidden[reason] = hidden.get(reason, 0) | bits
        nobody: list[tuple[int, Reason]] = []
        if not self._question.hosts:
            message = "has nobody who could be the host"
            reason = Reason(code=ReasonCode.HOST_UNAVAILABLE, message=message)
            nobody.append((self._starts, reason))
        ranked = sorted(
            (
                (_rank(layer.reason), bits, layer.reason)
                for person in self._question.hosts
                for layer, bits in self._said(person, Part.HOST, hidden)
            ),
            key=lambda entry: entry[0],
        )
        return [
            *((bits, reason) for reason, bits in of_all),
            *nobody,
            *(
                (bits, layer.reason)
                for person in self._question.co_hosts
                for layer, bits in self._said(person, Part.CO_HOST, hidden)
            ),
            *self._against_roles(hidden),
            *((bits, reason) for _, bits, reason in ranked),
        ]

    def _against_roles(self, hidden: dict[Reason, int]) -> Iterator[tuple[int, Reason]]:
        already = reduce(or_, hidden.values(), 0)
        for role in self._question.roles:
            fitting = (self.fits(person, Part.ROLE) for person in role.people)
            missing = self._starts & ~reduce(or_, fitting, 0)
            message = f"has nobody who could be there as {role.name}"
            yield (
                missing & ~already,
                Reason(code=ReasonCode.CO_HOST_UNAVAILABLE, message=message),
            )
            for person in role.people:
                for layer, bits in self._said(person, Part.ROLE, hidden):
                    yield bits & missing, layer.reason

    def _said(
        self, person: HostTimes, part: Part, hidden: dict[Reason, int]
    ) -> Iterator[tuple[Layer, int]]:
        """The person's layers without what is said of the time already."""
        for layer in self.against(person, part):
            already = hidden.get(layer.of_all, 0) if layer.of_all is not None else 0
            bits = layer.bits & ~already
            if bits:
                yield layer, bits

    def _of_all(self) -> list[tuple[Reason, int]]:
        """What holds for everybody who can be booked at all, and so is said once, of the time."""
        everybody = [
            self.against(each.person, each.part)
            for each in self.people()
            if (id(each.person), each.part) not in self._out
        ] or [self._layers.against_anybody()]
        shared: dict[Reason, int] = {}
        for number, layers in enumerate(everybody):
            of_person: dict[Reason, int] = {}
            for layer in layers:
                if layer.of_all is not None:
                    of_person[layer.of_all] = of_person.get(layer.of_all, 0) | layer.bits
            shared = (
                of_person
                if number == 0
                else {reason: bits & of_person.get(reason, 0) for reason, bits in shared.items()}
            )
        return [(reason, bits) for reason, bits in shared.items() if bits]


def is_of_timing(reason: Reason) -> bool:
    """Whether it says of the time itself that it is past, too soon, or too far away."""
    return reason.host_id is None and reason.code in _OF_TIMING


def _rank(reason: Reason) -> int:
    if reason.code is ReasonCode.HOST_UNAVAILABLE:
        return _OUT
    if reason.code in (ReasonCode.SLOT_TAKEN, ReasonCode.LIMIT_REACHED):
        return _WOULD_BE_THERE
    return _NOT_THERE
