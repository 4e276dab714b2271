/**
 * How far each of a booking's targets has come, in a word and by an icon; never a colour alone.
 */
import done from '@salesforce/label/c.Booking_Target_Done';
import attention from '@salesforce/label/c.Booking_Target_Attention';
import waiting from '@salesforce/label/c.Booking_Target_Waiting';

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
