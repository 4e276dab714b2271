/** What the panel asks the service: which question it is, and in which words. */
import { isOver, readTimes } from 'c/bookingTimes';
import { addDays, startOfDay, toUtcText, weekOf } from 'c/bookingTime';

/**
 * Two weeks that answer the same question belong together.
 *
 * @param {object} asked recordId, bookingTypeId, hostId, coHostIds (joined), allHosts, zone, minutes
 * @returns {string}
 */
export function questionOf(asked) {
    const { recordId, bookingTypeId, hostId, coHostIds, allHosts, zone, minutes } = asked;
    return JSON.stringify([recordId, bookingTypeId, hostId, coHostIds, allHosts, zone, minutes]);
}

/**
 * For whom times are asked, as the service takes it.
 *
 * @param {object} asked as of `questionOf`
 * @param {string[]} coHostIds
 * @returns {object}
 */
export function whoIsAsked({ hostId, allHosts, zone, minutes }, coHostIds) {
    return {
        time_zone: zone,
        duration_minutes: minutes,
        ...(hostId && !allHosts ? { host_id: hostId } : {}),
        ...(coHostIds.length ? { co_host_ids: [...coHostIds] } : {}),
        all_hosts: Boolean(allHosts)
    };
}

/**
 * Every start of a week, also those that are not offered.
 *
 * @param {string} monday
 * @param {string} zone IANA name
 * @returns {object}
 */
export function weekAsked(monday, zone) {
    const { startsAt, endsAt } = weekOf(monday, zone);
    return {
        starts_from: toUtcText(startsAt),
        starts_before: toUtcText(endsAt),
        explain: true
    };
}

/**
 * Whether somebody is there, but all they work of the week is over or too near.
 *
 * @param {object} answer an availability answer
 * @param {{zone: string, coHostIds: string[]}} look
 * @returns {boolean}
 */
export function isWeekOver(answer, look) {
    const isSomebodyThere = (answer.people || []).some((person) => !person.unavailable);
    return isSomebodyThere && isOver(readTimes(answer, look));
}

/**
 * From when on one looks for another free time: beyond what is shown, but not in the past; from now
 * on where nothing can be booked.
 *
 * @param {{monday: string, day: string}} shown day: the only one that is shown, or empty
 * @param {{zone: string, now: number, until: number}} look until: where the booking window ends
 * @returns {number} milliseconds
 */
export function searchFrom({ monday, day }, { zone, now, until }) {
    const next = day ? addDays(day, 1) : addDays(monday, 7);
    const from = Math.max(startOfDay(next, zone), now);
    return from > until ? now : from;
}
