import { partsIn, instantsAt, toMs } from 'c/bookingTime';

const OUTSIDE_HOURS = 'outside_hours';
const HOST_UNAVAILABLE = 'host_unavailable';
const SLOT_TAKEN = 'slot_taken';

/**
 * What an availability answer says, start by start, on the organizer's clock.
 *
 * @param {object} answer an availability answer, explained or not
 * @param {object} asked
 * @param {string} asked.zone IANA name of the organizer's zone
 * @param {string[]} [asked.coHostIds] who must attend as well
 * @returns {{starts: object[], people: object[], peopleById: Map, durationMinutes: number,
 *     asOf: string, zone: string, hostCount: number}} starts in time order, each with `ms`, `date`,
 *     `minutes` (shown on the clock since 0:00), `isSecond` (the clock shows this time for the
 *     second time that day), `slot` or null, `group` (what is explained of it) or null, and
 *     `isInHours` (somebody works then)
 */
export function readTimes(answer, { zone, coHostIds = [] }) {
    const people = answer.people || [];
    const hostCount = people.filter((person) => !coHostIds.includes(person.host_id)).length;
    const found = new Map();
    for (const group of answer.explained || []) {
        const isInHours = isSomebodyThere(group, hostCount, coHostIds);
        for (const ms of instantsOf(group)) {
            found.set(ms, { ms, group, isInHours, slot: null });
        }
    }
    for (const slot of answer.slots || []) {
        const ms = toMs(slot.start_at);
        const group = found.has(ms) ? found.get(ms).group : null;
        found.set(ms, { ms, group, isInHours: true, slot });
    }
    const starts = [...found.values()].sort((a, b) => a.ms - b.ms);
    placeOnClock(starts, zone);
    return {
        starts,
        people,
        peopleById: new Map(people.map((person) => [person.host_id, person])),
        durationMinutes: answer.duration_minutes,
        asOf: answer.as_of,
        zone,
        hostCount
    };
}

/** The starts of a group stand evenly between its first and its last. */
function instantsOf(group) {
    const first = toMs(group.first_at);
    const last = toMs(group.last_at);
    const steps = Math.max(group.starts - 1, 0);
    const step = steps ? (last - first) / steps : 0;
    return Array.from({ length: steps + 1 }, (_, number) => first + number * step);
}

/**
 * Whether any of the hosts works then, the time itself being within the booking type's hours. The
 * service names first whoever would be there if they were not busy, so this shows in the first
 * reasons even when a large pool's others are left out.
 */
function isSomebodyThere(group, hostCount, coHostIds) {
    if (group.is_offered) {
        return true;
    }
    const ofHosts = [];
    for (const reason of group.reasons) {
        if (!reason.host_id && reason.detail === OUTSIDE_HOURS) {
            return false;
        }
        if (!reason.host_id && reason.code === HOST_UNAVAILABLE) {
            return false;
        }
        if (reason.host_id && !coHostIds.includes(reason.host_id)) {
            ofHosts.push(reason);
        }
    }
    const away = new Set(ofHosts.filter(isAway).map((reason) => reason.host_id));
    const isOneOnlyBusy = ofHosts.some(
        (reason) => reason.code === SLOT_TAKEN && !away.has(reason.host_id)
    );
    return isOneOnlyBusy || away.size + (group.reasons_left_out || 0) < hostCount;
}

function isAway(reason) {
    return reason.detail === OUTSIDE_HOURS || reason.code === HOST_UNAVAILABLE;
}

function placeOnClock(starts, zone) {
    let isChanging = false;
    if (starts.length) {
        const first = partsIn(starts[0].ms, zone).offsetMinutes;
        isChanging = starts.some((start) => partsIn(start.ms, zone).offsetMinutes !== first);
    }
    for (const start of starts) {
        const parts = partsIn(start.ms, zone);
        start.date = parts.date;
        start.minutes = parts.minutes;
        start.isSecond = isChanging && start.ms !== instantsAt(parts, zone)[0];
    }
}
