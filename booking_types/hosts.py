"""Who may be the host of a booking, and who of those is picked.

``candidates`` answers before any calendar is read, from the booking type's host rule and the
record; ``pick`` answers once a time is chosen and it is known who is free then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking_types.answers import Reason, ReasonCode
from booking_types.errors import InvalidRequestError
from booking_types.model import BookingType, HostRuleKind, Record, Slot, Value
from booking_types.salesforce_ids import GROUP_PREFIX, USER_PREFIX, salesforce_id


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCandidates:
    """Who may be the host.

    Attributes:
        kind: Who decides between them.
        host_ids: The candidates, 18 characters each, in the configured order. For ``lookup``
            one at most. For ``time_first`` nobody is the host until a time is chosen.
        problem: Why there is nobody, in words; empty when there is somebody.
        problem_code: The same as a stable word (``lookup_empty``, ``lookup_queue``,
            ``lookup_unreadable``, ``lookup_not_a_user``, ``lookup_not_a_host``, ``no_hosts``).
    """

    kind: HostRuleKind
    host_ids: tuple[str, ...]
    problem: str = ""
    problem_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One line of the table behind a pick.

    Attributes:
        host_id: Who.
        position: Their place in the configured order, from 1; 0 for somebody not in it.
        is_free: Whether they could have the meeting.
        is_picked: Whether they are the one.
        words: Why, or why not.
    """

    host_id: str
    position: int
    is_free: bool
    is_picked: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Who becomes the host of a chosen time.

    Attributes:
        host_id: The one; nothing when nobody in the order is free.
        considered: Everybody in the configured order, then those who are free but not in it.
    """

    host_id: str | None
    considered: tuple[Considered, ...]


def candidates(
    *, booking_type: BookingType, record: Record, member_ids: Sequence[str]
) -> HostCandidates:
    """Who may be the host of a booking of this type for this record.

    Args:
        booking_type: Its host rule decides.
        record: Holds the value at each of ``host_rule.lookup_paths``, or why it cannot be read.
        member_ids: The type's hosts in the configured order. For ``lookup`` they limit who may
            be found; nobody in it means no limit.

    Raises:
        InvalidRequestError: ``invalid_salesforce_id`` of a member.
    """
    members = tuple(dict.fromkeys(salesforce_id(each) for each in member_ids))
    kind = booking_type.host_rule.kind
    if kind is HostRuleKind.LOOKUP:
        return _looked_up(next(iter(booking_type.host_rule.lookup_paths), ""), record, members)
    if not members:
        return _nobody(kind, "no_hosts", f"{booking_type.name} has no hosts; an admin adds them")
    return HostCandidates(kind=kind, host_ids=members)


def pick(*, slot: Slot, order: Sequence[str], reasons: Sequence[Reason] = ()) -> Pick:
    """The first in the configured order who is free at the slot, and what about the others.

    Args:
        slot: With everybody who is free then.
        order: The hosts in the configured order.
        reasons: Why others are not free, as ``availability.check`` says it; without them the
            table only says that they are not.
    """
    free = set(slot.host_ids)
    picked = next((host_id for host_id in order if host_id in free), None)
    table = [
        Considered(
            host_id=host_id,
            position=position,
            is_free=host_id in free,
            is_picked=host_id == picked,
            words=_words(host_id, free=free, picked=picked, reasons=reasons),
        )
        for position, host_id in enumerate(dict.fromkeys(order), start=1)
    ]
    table += [
        Considered(
            host_id=host_id,
            position=0,
            is_free=True,
            is_picked=False,
            words="is free, but not one of the hosts to pick from",
        )
        for host_id in slot.host_ids
        if host_id not in order
    ]
    return Pick(host_id=picked, considered=tuple(table))


def _looked_up(path: str, record: Record, members: tuple[str, ...]) -> HostCandidates:
    if path in record.unreadable or path not in record.values:
        why = record.unreadable.get(path, "the record came without it")
        words = f"{path or 'the field of the host'} cannot be read: {why}"
        return _nobody(HostRuleKind.LOOKUP, "lookup_unreadable", words)
    value = record.values[path]
    if value is None or value == "":
        words = f"{path} is empty on this record"
        return _nobody(HostRuleKind.LOOKUP, "lookup_empty", words)
    found = _any_id(value)
    if found.startswith(GROUP_PREFIX):
        words = f"{path} is a queue; a queue cannot hold a meeting, only a user can"
        return _nobody(HostRuleKind.LOOKUP, "lookup_queue", words)
    if not found.startswith(USER_PREFIX):
        words = f"{path} holds something that is no user"
        return _nobody(HostRuleKind.LOOKUP, "lookup_not_a_user", words)
    if members and found not in members:
        words = f"the user in {path} is not a host of this booking type"
        return _nobody(HostRuleKind.LOOKUP, "lookup_not_a_host", words)
    return HostCandidates(kind=HostRuleKind.LOOKUP, host_ids=(found,))


def _any_id(value: Value) -> str:
    """The value as a Salesforce id; an empty text when it is none."""
    try:
        return salesforce_id(value) if isinstance(value, str) else ""
    except InvalidRequestError:
        return ""


def _nobody(kind: HostRuleKind, code: str, words: str) -> HostCandidates:
    return HostCandidates(kind=kind, host_ids=(), problem=words, problem_code=code)


def _words(host_id: str, *, free: set[str], picked: str | None, reasons: Sequence[Reason]) -> str:
    if host_id == picked:
        return "is the first in the order who is free then"
    if host_id in free:
        return "is free then, but comes later in the order"
    said = [
        reason.message
        for reason in reasons
        if reason.host_id == host_id and reason.code is not ReasonCode.CO_HOST_UNAVAILABLE
    ]
    return ", ".join(said) or "is not free then"
