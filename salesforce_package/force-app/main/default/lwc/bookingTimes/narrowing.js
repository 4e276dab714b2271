import { partsIn } from 'c/bookingTime';

const NOON = 12 * 60;

/** The guest said nothing yet. */
export const ANY_TIME = Object.freeze({
    dayPart: '',
    weekdays: Object.freeze([]),
    notBefore: ''
});

/**
 * Whether the guest said anything that leaves times out.
 * @param {{dayPart: string, weekdays: number[], notBefore: string}} narrowing
 * @returns {boolean}
 */
export function isNarrowed(narrowing) {
    return Boolean(narrowing.dayPart || narrowing.weekdays.length || narrowing.notBefore);
}

/**
 * Whether a start suits what the guest says. The guest speaks of the own clock and calendar.
 * @param {number|string} instant the start
 * @param {object} narrowing
 * @param {string} narrowing.dayPart `morning` (before noon), `afternoon`, or empty: either
 * @param {number[]} narrowing.weekdays Monday = 1; none: any
 * @param {string} narrowing.notBefore a date, or empty
 * @param {string} zone IANA name of the guest's zone
 * @returns {boolean}
 */
export function matches(instant, narrowing, zone) {
    if (!isNarrowed(narrowing)) {
        return true;
    }
    const { date, minutes, weekday } = partsIn(instant, zone);
    return (
        isInDayPart(minutes, narrowing.dayPart) &&
        (!narrowing.weekdays.length || narrowing.weekdays.includes(weekday)) &&
        (!narrowing.notBefore || date >= narrowing.notBefore)
    );
}

function isInDayPart(minutes, dayPart) {
    if (dayPart === 'morning') {
        return minutes < NOON;
    }
    return dayPart !== 'afternoon' || minutes >= NOON;
}
