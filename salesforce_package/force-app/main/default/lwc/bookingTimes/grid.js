import {
    dateIn,
    dayShift,
    isSameClock,
    offsetText,
    partsIn,
    timeText,
    weekdayOf
} from 'c/bookingTime';
import { ANY_TIME, matches } from './narrowing';

/** More cells than this make a page slow to draw and tiring to walk through. */
export const MOST_CELLS = 600;

const FRIDAY = 5;
const HOUR = 60;
const MORNING = 7;
const EVENING = 21;
/** When too many starts stand on the grid only those on such a step are drawn. */
const COARSER_STEPS = [10, 15, 30, 60];
/** Waiting does not make such a start one that can be booked. */
const TOO_LATE = ['in_the_past', 'below_minimum_notice'];
const HOLIDAY = 'holiday';
const TIMELESS = { past: 'in_the_past', beyond: 'beyond_horizon' };

/**
 * The grid of some days: columns are days, rows are start times on the organizer's clock.
 *
 * @param {object} times what `readTimes` made of the answer
 * @param {object} look
 * @param {string[]} look.dates the days of the week or the one day; of a week, Saturday and Sunday
 *     are drawn only when something is offered or somebody works then
 * @param {string} look.guestZone IANA name; empty when it is not known
 * @param {string} look.locale
 * @param {number} look.now milliseconds
 * @param {object} [look.narrowing] what the guest says
 * @param {number} [look.mostCells]
 * @returns {{days: object[], rows: object[], offered: number, matching: number, stepMinutes: number}}
 *     days with `date`, `state` (open, full, past, off, holiday, beyond), `offered`, `matching`; rows with
 *     `key`, `text`, `offset` (where the clock shows this time twice), `guest` ({text, shift, isNight} or
 *     null) and `cells`, one for each day; cells with `key`, `date`, `ms` (null: no start there),
 *     `isOffered`, `isMatch`, `free`, `guest` (only where it differs from the row's), `start`;
 *     stepMinutes is 0, or the step of the starts that are drawn when all would be too many;
 *     narrowing as it was given
 */
export function gridOf(times, look) {
    const { dates, narrowing = ANY_TIME, mostCells = MOST_CELLS } = look;
    const drawn = drawnDates(times, dates);
    const guestZone = look.guestZone || times.zone;
    const isMatching = (start) => matches(start.ms, narrowing, guestZone);
    const starts = times.starts.filter((start) => drawn.includes(start.date));
    const all = rowsFrom(starts);
    const { rows, stepMinutes } = fewEnough(all, Math.floor(mostCells / drawn.length));
    const texts = textsOf(times.zone, look);
    return {
        days: drawn.map((date) => dayOf(date, starts, isMatching, look.now, times.zone)),
        rows: rows.map((row) => drawnRow(row, drawn, { isMatching, texts, free: times.free })),
        offered: starts.filter((start) => start.slot).length,
        matching: starts.filter((start) => start.slot && isMatching(start)).length,
        stepMinutes,
        narrowing
    };
}

/**
 * Whether all that somebody works of these days is over, or too near to be booked.
 * @param {object} times what `readTimes` made of the answer
 * @returns {boolean}
 */
export function isOver(times) {
    const worked = times.starts.filter((start) => start.isInHours);
    const isTooLate = ({ slot, group, presence }) =>
        !slot && presence !== 'there' && hasReason(group, TOO_LATE);
    return worked.length > 0 && worked.every(isTooLate);
}

function drawnDates(times, dates) {
    if (dates.length === 1) {
        return dates;
    }
    const worked = new Set();
    for (const start of times.starts) {
        if (start.isInHours) {
            worked.add(start.date);
        }
    }
    return dates.filter((date) => weekdayOf(date) <= FRIDAY || worked.has(date));
}

function dayOf(date, starts, isMatching, now, zone) {
    const every = starts.filter((start) => start.date === date);
    const ofDay = every.filter((start) => start.isInHours);
    const offered = ofDay.filter((start) => start.slot);
    const today = dateIn(now, zone);
    return {
        date,
        isToday: date === today,
        state: stateOf(date, { ofDay, offered, isHoliday: every.some(isOnHoliday) }, today),
        offered: offered.length,
        matching: offered.filter(isMatching).length
    };
}

function isOnHoliday({ group }) {
    return Boolean(group) && group.reasons.some((reason) => reason.detail === HOLIDAY);
}

function stateOf(date, { ofDay, offered, isHoliday }, today) {
    if (offered.length) {
        return 'open';
    }
    if (date < today) {
        return 'past';
    }
    if (!ofDay.length) {
        return isHoliday ? 'holiday' : 'off';
    }
    const only = (code) =>
        ofDay.every(({ group, presence }) => presence !== 'there' && hasReason(group, [code]));
    return Object.keys(TIMELESS).find((state) => only(TIMELESS[state])) || 'full';
}

function hasReason(group, codes) {
    return group.reasons.some((reason) => codes.includes(reason.code));
}

/** Rows of what the clock shows; a time that it shows twice has two. */
function rowsFrom(starts) {
    const rows = new Map();
    for (const start of starts) {
        const key = `${start.minutes}${start.isSecond ? '+' : ''}`;
        const row = rows.get(key) || newRow(key, start);
        row.starts.set(start.date, start);
        row.isWorked = row.isWorked || start.isInHours;
        row.isOffered = row.isOffered || Boolean(start.slot);
        rows.set(key, row);
    }
    return inOrder([...rows.values()].filter((row) => row.isWorked));
}

function newRow(key, { minutes, isSecond }) {
    return { key, minutes, isSecond, starts: new Map(), isWorked: false, isOffered: false };
}

/** As the clock runs on the day that repeats an hour: first all of it, then all of it again. */
function inOrder(rows) {
    const again = rows.filter((row) => row.isSecond).map((row) => row.minutes);
    const last = Math.max(0, ...again);
    const place = ({ isSecond, minutes }) => (isSecond ? last + (minutes + 1) / 10000 : minutes);
    for (const row of rows) {
        const isRepeated = again.includes(row.minutes);
        row.twin = isRepeated ? rows.find((r) => r.isSecond && r.minutes === row.minutes) : null;
    }
    return rows.sort((a, b) => place(a) - place(b));
}

function fewEnough(rows, most) {
    const tries = [
        [0, rows],
        [0, rows.filter((row) => row.isOffered || row.minutes % HOUR === 0)],
        [0, rows.filter((row) => row.isOffered)]
    ];
    for (const step of COARSER_STEPS) {
        tries.push([step, rows.filter((row) => row.isOffered && row.minutes % step === 0)]);
    }
    const [stepMinutes, fitting] =
        tries.find(([, left]) => left.length <= most) || tries[tries.length - 1];
    return { rows: fitting, stepMinutes };
}

function textsOf(zone, { guestZone, locale }) {
    return {
        organizer: (ms) => timeText(ms, zone, locale),
        offset: (ms) => offsetText(ms, zone, locale),
        guest: (ms) => {
            // On one clock with the organizer the guest's times are the same: nothing to show.
            if (!guestZone || isSameClock(ms, zone, guestZone)) {
                return null;
            }
            return {
                text: timeText(ms, guestZone, locale),
                shift: dayShift(ms, zone, guestZone),
                isNight: isNight(partsIn(ms, guestZone).hour)
            };
        }
    };
}

/** When nobody is glad to be called. */
function isNight(hour) {
    return hour < MORNING || hour >= EVENING;
}

function drawnRow(row, dates, { isMatching, texts, free }) {
    const example = row.starts.values().next().value.ms;
    const guest = texts.guest(example);
    return {
        key: row.key,
        minutes: row.minutes,
        text: texts.organizer(example),
        offset: offsetOf(row, texts),
        guest,
        cells: dates.map((date) => {
            const start = row.starts.get(date);
            return start
                ? cellOf(start, row, { isMatching, guestOfRow: guest, texts, free })
                : { key: `${date}|${row.key}`, date, ms: null, isOffered: false, start: null };
        })
    };
}

/** Two rows of the same time are told apart by the offset on the day that has both. */
function offsetOf(row, texts) {
    if (!row.twin) {
        return '';
    }
    const [date, second] = row.twin.starts.entries().next().value;
    const own = row.isSecond ? second : row.starts.get(date);
    return own ? texts.offset(own.ms) : '';
}

function cellOf(start, row, { isMatching, guestOfRow, texts, free }) {
    const guest = texts.guest(start.ms);
    return {
        key: `${start.date}|${row.key}`,
        date: start.date,
        ms: start.ms,
        isOffered: Boolean(start.slot),
        isMatch: isMatching(start),
        free: start.slot ? free.countAt(start.ms) : 0,
        guest: isSameGuestTime(guest, guestOfRow) ? null : guest || { text: '', shift: 0 },
        start
    };
}

function isSameGuestTime(one, other) {
    return (
        (one && one.text) === (other && other.text) && (one && one.shift) === (other && other.shift)
    );
}
