/** What is said about the times that are shown, and what a button beside the words does. */
import { dateIn, dayText } from 'c/bookingTime';
import { holidayWords, isNarrowed, isOver, spokenTime } from 'c/bookingTimes';
import { fill } from 'c/bookingWords';
import { labels } from './labels';

/**
 * @typedef {object} Shown
 * @property {object} times what `readTimes` made of the answer
 * @property {object} weekModel the week's grid
 * @property {object} model what is drawn of it
 * @property {boolean} isDay only a day is drawn
 * @property {boolean} isThisWeek
 * @property {object|null} nextSuiting the next time that suits the guest, where none here does
 * @property {object} narrowing what the guest says
 * @property {string[]} coHostIds
 * @property {string} spokenZone in which one speaks of times
 * @property {string} locale
 */

/**
 * What there is to say of the week as a whole; nothing when there are times to choose.
 * @param {Shown} shown
 * @returns {string}
 */
export function weekWords(shown) {
    const { offered, matching } = shown.weekModel;
    if (matching) {
        return shown.model.offered || !shown.isDay ? '' : labels.noneInDay;
    }
    const words = offered ? labels.noneSuits : nothingWords(shown);
    return shown.nextSuiting
        ? twoSentences(words, fill(labels.nextThatSuits, spokenNext(shown)))
        : words;
}

function nothingWords(shown) {
    if (isEverybodyUnavailable(shown)) {
        return labels.nobodyBookable;
    }
    if (!shown.isThisWeek) {
        return labels.noneInWeek;
    }
    return isOver(shown.times) ? labels.weekOver : labels.noneLeft;
}

function spokenNext({ nextSuiting, spokenZone: zone, locale }) {
    return spokenTime(nextSuiting.start_at, { zone, locale, now: Date.now() });
}

/**
 * What stands in place of a grid without rows: a day says its holiday, as a column of the week does.
 * @param {Shown} shown
 * @returns {string}
 */
export function emptyWords({ isDay, model, times, locale }) {
    if (!isDay) {
        return labels.nobodyWorks;
    }
    const [{ date, state }] = model.days;
    return state === 'holiday' ? holidayWords(date, times, locale) : labels.nobodyWorksDay;
}

/**
 * @param {Shown} shown
 * @returns {boolean} there are hosts, and none of them can be booked
 */
export function isEverybodyUnavailable({ times, coHostIds }) {
    const hosts = times.people.filter((each) => !coHostIds.includes(each.host_id));
    return hosts.length > 0 && hosts.every((host) => host.unavailable);
}

/**
 * What a button beside the words does for whoever finds nothing.
 * @param {Shown} shown
 * @returns {string} empty: no button
 */
export function offerWords(shown) {
    const { offered, matching } = shown.weekModel;
    if (shown.nextSuiting && !matching) {
        return labels.goThere;
    }
    if (offered || !shown.isThisWeek || isEverybodyUnavailable(shown)) {
        return '';
    }
    return isOver(shown.times) ? labels.showNextWeek : nextFreeLabel(shown.narrowing);
}

/**
 * @param {object} narrowing what the guest says
 * @returns {string}
 */
export function nextFreeLabel(narrowing) {
    return isNarrowed(narrowing) ? labels.nextMatching : labels.nextFree;
}

/**
 * That nothing was found as far ahead as can be booked.
 * @param {number} until milliseconds: where the booking window ends
 * @param {{narrowing: object, zone: string, locale: string}} look
 * @returns {string}
 */
export function noneUntilWords(until, { narrowing, zone, locale }) {
    const day = dayText(dateIn(until, zone), locale, 'medium');
    return fill(isNarrowed(narrowing) ? labels.noneSuitsUntil : labels.noneUntil, day);
}

/**
 * One sentence behind the other; either may be empty.
 * @param {string} one
 * @param {string} other
 * @returns {string}
 */
export function twoSentences(one, other) {
    return one && other ? fill(labels.twoSentences, one, other) : one || other;
}
