"""Who may be the host of a booking, and who of those is picked.

``candidates`` answers before any calendar is read, from the booking type's host rule and the
record; ``pick`` answers once a time is chosen and it is known who is free then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from booking_types.answers import Reason
from booking_types.errors import InvalidRequestError
from booking_types.model import BookingType, HostRuleKind, Record, Slot, Value
from booking_types.salesforce_ids import GROUP_PREFIX, USER_PREFIX, salesforce_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupStep:
    """What became of one of the paths that a lookup tried.

    Attributes:
        path: Dotted, as the rule names it.
        host_id: The user who stands there; nothing when none does.
        is_taken: They are the host.
        code: Why not, as a stable word (``lookup_empty``, ``lookup_queue``,
            ``lookup_unreadable``, ``lookup_not_a_user``, ``lookup_not_a_host``,
            ``lookup_inactive``, ``lookup_not_set_up``); empty for the one that was taken.
        words: What became of it, as a clause for people.
    """

    path: str
    host_id: str | None
    is_taken: bool
    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCandidates:
    """Who may be the host.

    Attributes:
        kind: Who decides between them. Where a lookup found nobody and the rule has a fallback:
            the fallback.
        host_ids: The candidates, 18 characters each, in the configured order. For ``lookup`` and
            ``fixed`` one at most. For ``time_first`` nobody is the host until a time is chosen.
        problem: Why there is nobody, in words; empty when there is somebody.
        problem_code: The same as a stable word: ``no_hosts``, or that of the last step of a
            lookup.
        steps: What a lookup tried, up to the one it took; empty for other rules.
    """

    kind: HostRuleKind
    host_ids: tuple[str, ...]
    problem: str = ""
    problem_code: str = ""
    steps: tuple[LookupStep, ...] = ()


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


def named_by(*, booking_type: BookingType, record: Record) -> tuple[str, ...]:
    """The users whom the record names where the type's rule looks, each once; 18 characters."""
    values = [record.values.get(path) for path in _paths(booking_type)]
    found = [_any_id(value) for value in values]
    return tuple(dict.fromkeys(each for each in found if each.startswith(USER_PREFIX)))


def candidates(
    *,
    booking_type: BookingType,
    record: Record,
    member_ids: Sequence[str],
    unbookable: Mapping[str, str] | None = None,
) -> HostCandidates:
    """Who may be the host of a booking of this type for this record.

    Args:
        booking_type: Its host rule decides.
        record: Holds the value at each of ``host_rule.lookup_paths``, or why it cannot be read.
        member_ids: The type's hosts in the configured order, those who cannot be booked now
            among them. For ``lookup`` they limit who may be found, unless the rule says
            otherwise; nobody in it means no limit.
        unbookable: Who of these, and of those whom the record names (``named_by``), cannot be
            booked: ``inactive`` or ``not_set_up``, by user id.

    Raises:
        InvalidRequestError: ``invalid_salesforce_id`` of a member.
    """
    members = tuple(dict.fromkeys(salesforce_id(each) for each in member_ids))
    out = {salesforce_id(each): why for each, why in (unbookable or {}).items()}
    rule = booking_type.host_rule
    steps: tuple[LookupStep, ...] = ()
    kind = rule.kind
    if kind is HostRuleKind.LOOKUP:
        limit = () if rule.lookup_any else members
        steps = _steps(_paths(booking_type), record, limit=limit, unbookable=out)
        last = steps[-1]
        if last.is_taken and last.host_id is not None:
            return HostCandidates(kind=kind, host_ids=(last.host_id,), steps=steps)
        is_unknown = last.code == _UNREADABLE
        if is_unknown or rule.fallback is None or rule.fallback is HostRuleKind.LOOKUP:
            words = "; ".join(step.words for step in steps)
            return _nobody(kind, last.code, words, steps)
        kind = rule.fallback
    active = tuple(each for each in members if each not in out)
    if not active:
        words = f"{booking_type.name} has no hosts; an admin adds them"
        if members:
            words = f"none of the hosts of {booking_type.name} can be booked now"
        return _nobody(kind, "no_hosts", words, steps)
    host_ids = active[:1] if kind is HostRuleKind.FIXED else active
    return HostCandidates(kind=kind, host_ids=host_ids, steps=steps)


def pick(*, slot: Slot, order: Sequence[str], reasons: Sequence[Reason] = ()) -> Pick:
    """The first in the configured order who is free at the slot, and what about the others.

    Args:
        slot: With everybody who is free then.
        order: The hosts in the configured order.
        reasons: Why others are not free, as ``availability.check`` says it of each person;
            without them the table only says that they are not.
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


def _paths(booking_type: BookingType) -> tuple[str, ...]:
    rule = booking_type.host_rule
    return rule.lookup_paths if rule.kind is HostRuleKind.LOOKUP else ()


def _steps(
    paths: Sequence[str],
    record: Record,
    *,
    limit: tuple[str, ...],
    unbookable: Mapping[str, str],
) -> tuple[LookupStep, ...]:
    """One step for each path up to the first that names somebody who can be the host.

    It ends as well at a path that cannot be read: who stands there may be the right one, and a
    meeting with whoever comes next would be with the wrong one, unnoticed.
    """
    steps: list[LookupStep] = []
    # A rule without a path cannot be published; should there be one, it says so like any other.
    for path in paths or ("",):
        steps.append(_step(path, record, limit=limit, unbookable=unbookable))
        if steps[-1].is_taken or steps[-1].code == _UNREADABLE:
            break
    return tuple(steps)


def _step(
    path: str, record: Record, *, limit: tuple[str, ...], unbookable: Mapping[str, str]
) -> LookupStep:
    code, words = _no_user(path, record)
    host_id = None if code else _any_id(record.values[path])
    if host_id is not None and limit and host_id not in limit:
        code = "lookup_not_a_host"
        words = f"the user in {path} is not a host of this booking type"
    elif host_id is not None and host_id in unbookable:
        code = f"lookup_{unbookable[host_id]}"
        words = f"the user in {path} {_UNBOOKABLE[unbookable[host_id]]}"
    return LookupStep(
        path=path,
        host_id=host_id,
        is_taken=not code,
        code=code,
        words=words or f"the user in {path} is the host",
    )


def _no_user(path: str, record: Record) -> tuple[str, str]:
    """Code and words for a path at which no user stands; empty when one does."""
    if path in record.unreadable or path not in record.values:
        why = record.unreadable.get(path, "the record came without it")
        return _UNREADABLE, f"{path or 'the field of the host'} cannot be read: {why}"
    value = record.values[path]
    if value is None or value == "":
        return "lookup_empty", f"{path} is empty on this record"
    found = _any_id(value)
    if found.startswith(GROUP_PREFIX):
        words = f"{path} is a queue; a queue cannot hold a meeting, only a user can"
        return "lookup_queue", words
    if not found.startswith(USER_PREFIX):
        return "lookup_not_a_user", f"{path} holds something that is no user"
    return "", ""


_UNREADABLE = "lookup_unreadable"

#: Goes on from ``the user in OwnerId``.
_UNBOOKABLE: Mapping[str, str] = {
    "inactive": "cannot be booked now: they are not active as a host",
    "not_set_up": "is not set up as a host; a Booking Admin can do that",
}


def _any_id(value: Value) -> str:
    """The value as a Salesforce id; an empty text when it is none."""
    try:
        return salesforce_id(value) if isinstance(value, str) else ""
    except InvalidRequestError:
        return ""


def _nobody(
    kind: HostRuleKind, code: str, words: str, steps: tuple[LookupStep, ...]
) -> HostCandidates:
    return HostCandidates(kind=kind, host_ids=(), problem=words, problem_code=code, steps=steps)


def _words(host_id: str, *, free: set[str], picked: str | None, reasons: Sequence[Reason]) -> str:
    if host_id == picked:
        return "is the first in the order who is free then"
    if host_id in free:
        return "is free then, but comes later in the order"
    said = [reason.message for reason in reasons if reason.host_id == host_id]
    return ", ".join(said) or "is not free then"
