/**
 * How far each of a booking's targets has come, in a word and by an icon; never a colour alone.
 */
import { isSameClock, timeText } from 'c/bookingTime';
import { fill } from 'c/bookingWords';
import yourClock from '@salesforce/label/c.Booking_Target_Your_Clock';
import done from '@salesforce/label/c.Booking_Target_Done';
import attention from '@salesforce/label/c.Booking_Target_Attention';
import waiting from '@salesforce/label/c.Booking_Target_Waiting';

/** The service tells a time of its own in this zone. */
const SERVICE_ZONE = 'UTC';

const LOOKS = {
    done: { word: done, icon: 'utility:success', variant: 'success' },
    attention: { word: attention, icon: 'utility:warning', variant: 'warning' },
    waiting: { word: waiting, icon: 'utility:clock', variant: undefined }
};

/**
 * @param {Object} target As the service answered.
 * @returns {string} `done`, `attention` (a person has to do something) or `waiting`.
 */
export function stateOf(target) {
    if (target.is_done) {
        return 'done';
    }
    return target.needs_attention ? 'attention' : 'waiting';
}

/**
 * @param {Object} target As the service answered.
 * @returns {Object} Its state as {word, icon, variant}.
 */
export function lookOf(target) {
    return LOOKS[stateOf(target)];
}

/**
 * A booking has several targets of a kind: one for each co-host.
 *
 * @param {Object} target As the service answered.
 * @returns {string} What tells it from the booking's other targets.
 */
export function keyOf(target) {
    return `${target.target} ${target.subject_id || ''}`;
}

/**
 * What follows for a target; where the service's words name a time, the organizer's clock as well.
 *
 * @param {Object} target As the service answered.
 * @param {string} zone The organizer's.
 * @param {string} locale
 * @returns {string}
 */
export function detailOf(target, zone, locale) {
    const { detail = '', next_attempt_at: nextAt } = target;
    const namesTime = Boolean(nextAt) && detail.includes(` ${SERVICE_ZONE}`);
    return namesTime && !isSameClock(nextAt, SERVICE_ZONE, zone)
        ? fill(yourClock, detail, timeText(nextAt, zone, locale))
        : detail;
}
