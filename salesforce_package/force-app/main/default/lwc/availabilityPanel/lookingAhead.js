import { toMs, toUtcText } from 'c/bookingTime';
import { isNarrowed, matches } from 'c/bookingTimes';

const DAY = 86400000;
/** The service looks at no more at once. */
const MOST_DAYS = 62;
/** When the guest narrows, all times of a piece come over the line: shorter pieces. */
const NARROWED_DAYS = 14;

/**
 * The first free time that suits, piece by piece until the booking window ends.
 *
 * @param {object} wanted
 * @param {number} wanted.from milliseconds
 * @param {number} wanted.until milliseconds: where the booking window ends
 * @param {object} wanted.narrowing what the guest says
 * @param {string} wanted.zone IANA name of the zone in which the guest thinks
 * @param {(times: object) => Promise<object>} ask for a piece: starts_from, starts_before, most
 * @param {() => boolean} isGivenUp asked between the pieces
 * @returns {Promise<object|null>} the slot, or null when there is none
 */
export async function nextFree({ from, until, narrowing, zone }, ask, isGivenUp) {
    const step = (isNarrowed(narrowing) ? NARROWED_DAYS : MOST_DAYS) * DAY;
    // The window's last instant is still in it; the service takes the end of a span as excluded.
    const end = until + 1000;
    for (let start = from; start < end && !isGivenUp(); start += step) {
        const answer = await ask({
            starts_from: toUtcText(start),
            starts_before: toUtcText(Math.min(start + step, end)),
            ...(isNarrowed(narrowing) ? {} : { most: 1 })
        });
        const found = answer.slots.find((slot) => matches(toMs(slot.start_at), narrowing, zone));
        if (found) {
            return found;
        }
    }
    return null;
}
