import lookingMessage from '@salesforce/label/c.Booking_Looking_Message';
import lookingTitle from '@salesforce/label/c.Booking_Looking_Title';
import notBookedMessage from '@salesforce/label/c.Booking_Not_Booked_Message';
import notBookedTitle from '@salesforce/label/c.Booking_Not_Booked_Title';
import unknownMessage from '@salesforce/label/c.Booking_Unknown_Message';
import unknownTitle from '@salesforce/label/c.Booking_Unknown_Title';
import { askBookingByKey, giveUp } from 'c/bookingCalls';
import { LOOKING, NOT_BOOKED, UNKNOWN } from './state';

/**
 * After so many seconds each it is looked up whether an unanswered wish was booked. Nobody can say
 * how long one may wait somewhere before it is carried out, so in the end it is given up.
 */
const LOOK_AFTER_SECONDS = [1, 2, 4];

const WORDS = {
    [LOOKING]: { title: lookingTitle, message: lookingMessage },
    [UNKNOWN]: { title: unknownTitle, message: unknownMessage },
    [NOT_BOOKED]: { title: notBookedTitle, message: notBookedMessage }
};

/** What is said while nobody knows how it ended, and once it is known. */
export function outcomeWords(flow) {
    return WORDS[flow.intent && flow.intent.stage] || WORDS[UNKNOWN];
}

/** The panel shows what became of a wish, and nothing else. */
export function showsOutcome(flow) {
    return Boolean(flow.intent) && Boolean(WORDS[flow.intent.stage]);
}

/**
 * What became of a wish to which no answer came.
 *
 * @param {string} key The intent's own.
 * @param {Object} panel
 * @param {(seconds: number) => Promise<void>} panel.wait
 * @param {() => boolean} panel.isLeft Nobody wants to know any more.
 * @param {(booking: Object) => void} panel.tell Called with a booking that was found, also when
 *     nobody wants to know any more.
 * @returns {Promise<Object|undefined>} `booking`, or `isNotBooked`: whether it is certain that there
 *     is none and will be none; undefined when nobody wants to know.
 */
export async function whatBecameOf(key, panel) {
    return lookAfter(LOOK_AFTER_SECONDS, key, panel);
}

async function lookAfter([seconds, ...rest], key, panel) {
    await panel.wait(seconds);
    if (panel.isLeft()) {
        return undefined;
    }
    const isLast = rest.length === 0;
    const { booking, problem } = await settled(isLast ? giveUp(key) : askBookingByKey(key));
    if (booking) {
        panel.tell(booking);
    }
    if (panel.isLeft()) {
        return undefined;
    }
    if (booking) {
        return { booking };
    }
    return isLast ? { isNotBooked: isGivenUp(problem) } : lookAfter(rest, key, panel);
}

async function settled(asked) {
    try {
        return { booking: await asked };
    } catch (problem) {
        return { problem };
    }
}

/** The service made sure that nothing was booked with the key, and that nothing will be. */
function isGivenUp(problem) {
    return problem.code === 'not_booked';
}
