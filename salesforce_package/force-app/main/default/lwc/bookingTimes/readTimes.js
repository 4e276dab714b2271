import { partsIn, instantsAt, toMs, weekdayOf } from 'c/bookingTime';
import { whoIsFree } from './whoIsFree';

const HOST_UNAVAILABLE = 'host_unavailable';
const NOT_WORKING = ['outside_hours', 'day_off', 'holiday'];
/** What stands in the way whether anybody works then or not. */
const TIMELESS = ['in_the_past', 'below_minimum_notice', 'beyond_horizon'];
const THERE = 'there';
const AWAY = 'away';
const UNKNOWN = 'unknown';
const FRIDAY = 5;
const OFFICE_OPENS = 9 * 60;
const OFFICE_CLOSES = 17 * 60;

/**
 * What an availability answer says, start by start, on the organizer's clock.
 *
 * @param {object} answer an availability answer, explained or not
 * @param {object} asked
 * @param {string} asked.zone IANA name of the organizer's zone
 * @param {string[]} [asked.coHostIds] who must attend as well
 * @returns {{starts: object[], people: object[], roles: object[], free: object, peopleById: Map,
 *     durationMinutes: number, asOf: string, zone: string, hostCount: number}} starts in time
 *     order, each with `ms`, `date`, `minutes` (shown on the clock since 0:00), `isSecond` (the
 *     clock shows this time for the second time that day), `slot` or null, `group` (what is
 *     explained of it) or null, `presence` (there, away, unknown: whether a host works then) and
 *     `isInHours` (somebody works then, as far as anybody knows); `free` as of `whoIsFree`
 */
export function readTimes(answer, { zone, coHostIds = [] }) {
    const people = answer.people || [];
    const hosts = people.filter((person) => !coHostIds.includes(person.host_id));
    const hostIds = new Set(hosts.map((person) => person.host_id));
    const roles = answer.roles || [];
    const found = new Map();
    for (const group of answer.explained || []) {
        const presence = presenceAt(group, hostIds);
        for (const ms of instantsOf(group)) {
            found.set(ms, { ms, group, presence, slot: null });
        }
    }
    for (const slot of answer.slots || []) {
        const ms = toMs(slot.start_at);
        const group = found.has(ms) ? found.get(ms).group : null;
        found.set(ms, { ms, group, presence: THERE, slot });
    }
    const starts = [...found.values()].sort((a, b) => a.ms - b.ms);
    placeOnClock(starts, zone);
    supposeHours(starts);
    const everybody = [...roles.flatMap((role) => role.people), ...people];
    return {
        starts,
        people,
        roles,
        free: whoIsFree(answer),
        peopleById: new Map(everybody.map((person) => [person.host_id, person])),
        durationMinutes: answer.duration_minutes,
        asOf: answer.as_of,
        zone,
        hostCount: hosts.length
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
 * Whether any of the hosts works then. A reason says only the first thing in somebody's way, and
 * that a time is over or too far ahead comes before their hours: then nobody knows.
 */
function presenceAt(group, hostIds) {
    if (group.is_offered) {
        return THERE;
    }
    const ofTheTime = group.reasons.filter((reason) => !reason.host_id);
    if (ofTheTime.some((reason) => isAway(reason))) {
        return AWAY;
    }
    const ofHosts = group.reasons.filter((reason) => reason.host_id && hostIds.has(reason.host_id));
    if (ofHosts.some((reason) => !isAway(reason) && !isTimeless(reason))) {
        return THERE;
    }
    if (ofTheTime.some(isTimeless) || ofHosts.some(isTimeless)) {
        return UNKNOWN;
    }
    // Whoever has no reason could come. Of a large pool not every reason is told, but the service
    // names first whoever would be there if they were not busy.
    const told = new Set(ofHosts.map((reason) => reason.host_id)).size;
    return told + (group.reasons_left_out || 0) < hostIds.size ? THERE : AWAY;
}

function isAway(reason) {
    return NOT_WORKING.includes(reason.detail) || reason.code === HOST_UNAVAILABLE;
}

function isTimeless(reason) {
    return TIMELESS.includes(reason.code);
}

/**
 * Whoever has hours on other days is taken to have them then as well; without any other day to go
 * by, a working week does. Such times are never offered: this only says which are drawn.
 */
function supposeHours(starts) {
    const known = starts.filter((start) => start.presence === THERE);
    const worked = new Set(known.map((start) => start.minutes));
    const days = new Set(known.map((start) => start.date));
    for (const start of starts) {
        const isDayWorked = weekdayOf(start.date) <= FRIDAY || days.has(start.date);
        const isHourWorked = worked.size ? worked.has(start.minutes) : isOfficeHour(start.minutes);
        const isSupposed = start.presence === UNKNOWN && isDayWorked && isHourWorked;
        start.isInHours = start.presence === THERE || isSupposed;
    }
}

function isOfficeHour(minutes) {
    return minutes >= OFFICE_OPENS && minutes < OFFICE_CLOSES;
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
