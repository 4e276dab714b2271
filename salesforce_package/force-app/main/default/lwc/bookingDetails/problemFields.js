/**
 * At which field of the details a problem of the service belongs. The service counts guests: the
 * primary one first, when there is one, then the others.
 */

const GUEST = /^guests(?:\[(\d+)\](?:\.(email|name))?)?$/;
const OWN = ['platform', 'place', 'notes', 'consent'];
/** What is wrong with the text that the guest agreed to is said at the box below it. */
const CONSENT_TEXT = 'consent_text';
const CONSENT_CHANGED = 'consent_changed';
const ANSWER = /^answers\.(.+)$/;

/**
 * The field that a problem belongs to.
 *
 * @param {Object} problem In the shape of a BookingProblem.
 * @param {Object} draft What was typed.
 * @returns {string} guestEmail, guestName, moreGuests, platform, place, notes, answers or consent;
 *     empty when it belongs to none, or offers other times.
 */
export function fieldOf(problem, draft) {
    if (problem.alternatives && problem.alternatives.length > 0) {
        return '';
    }
    const field = problem.field || '';
    if (field === CONSENT_TEXT || problem.code === CONSENT_CHANGED) {
        return 'consent';
    }
    if (OWN.includes(field)) {
        return field;
    }
    if (answerKeyOf(problem)) {
        return 'answers';
    }
    if (!GUEST.test(field)) {
        return '';
    }
    if (refusedAddress(problem, draft)) {
        return 'moreGuests';
    }
    return field.endsWith('.name') ? 'guestName' : 'guestEmail';
}

/**
 * Which field of the form a problem is about.
 *
 * @param {Object} problem In the shape of a BookingProblem.
 * @returns {string} Its key; empty when it is about none.
 */
export function answerKeyOf(problem) {
    const found = ANSWER.exec(problem.field || '');
    return found ? found[1] : '';
}

/**
 * Which of the other guests' addresses a problem is about.
 *
 * @param {Object} problem In the shape of a BookingProblem.
 * @param {Object} draft What was typed.
 * @returns {string} Empty when it is about none of them.
 */
export function refusedAddress(problem, draft) {
    const found = GUEST.exec(problem.field || '');
    if (!found) {
        return '';
    }
    const [, position] = found;
    if (position === undefined) {
        // About all guests: the words may name one.
        return draft.moreGuests.find((address) => problem.message.includes(address)) || '';
    }
    const isPrimaryThere = Boolean(draft.guestEmail.trim());
    return draft.moreGuests[Number(position) - (isPrimaryThere ? 1 : 0)] || '';
}
