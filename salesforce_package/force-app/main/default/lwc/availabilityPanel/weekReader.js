import { addDays, startOfDay, weekdayOf } from 'c/bookingTime';
import { isWeekOver, questionOf, weekAsked } from './asking';
import { CalendarReads } from './calendarReads';

/** From Friday on the current week may be over. */
const LATE_IN_THE_WEEK = 5;

/**
 * Answers about weeks: from what is kept, or from the service; the next one is read before anybody
 * wants it.
 */
export class WeekReader {
    reads = new CalendarReads();

    /** @param {(times: object) => Promise<object>} ask the service, for what is asked now */
    constructor(ask) {
        this.ask = ask;
    }

    /** The calendars are read again. */
    clear() {
        this.reads.clear();
    }

    /**
     * The week that was asked for; when it is over and nobody has asked for it, the next one.
     *
     * @param {string} monday
     * @param {object} look
     * @param {object} look.asking as of `questionOf`
     * @param {string[]} look.coHostIds
     * @param {string} look.today a date
     * @param {boolean} look.isAtStart nobody has gone anywhere yet
     * @param {number} look.until where the booking window ends
     * @param {() => boolean} isGivenUp
     * @returns {Promise<{answer: object, monday: string, hasMovedOn: boolean}>}
     */
    async weekToShow(monday, look, isGivenUp) {
        const next = addDays(monday, 7);
        const mayMoveOn = look.isAtStart && isInWindow(next, look);
        const asked = this.week(monday, look);
        if (mayMoveOn && weekdayOf(look.today) >= LATE_IN_THE_WEEK) {
            this.readAhead(monday, look);
        }
        const answer = await asked;
        const { zone } = look.asking;
        const isOver = () => isWeekOver(answer, { zone, coHostIds: look.coHostIds });
        if (isGivenUp() || !mayMoveOn || !isOver()) {
            return { answer, monday, hasMovedOn: false };
        }
        return { answer: await this.week(next, look), monday: next, hasMovedOn: true };
    }

    /** The week that will most likely be wanted next; nobody waits for it. */
    readAhead(monday, look) {
        const next = addDays(monday, 7);
        if (isInWindow(next, look) && !this.reads.has(keyOf(next, look))) {
            this.week(next, look).catch(() => {
                // It is asked again, and a problem told, when somebody wants to see it.
            });
        }
    }

    week(monday, look) {
        const { zone } = look.asking;
        return this.reads.read(keyOf(monday, look), () => this.ask(weekAsked(monday, zone)));
    }
}

function keyOf(monday, { asking }) {
    return `${questionOf(asking)}${monday}`;
}

function isInWindow(monday, { asking, until }) {
    return startOfDay(monday, asking.zone) <= until;
}
