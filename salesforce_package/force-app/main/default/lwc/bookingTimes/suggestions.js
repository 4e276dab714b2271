import {
    daysBetween,
    dateIn,
    dayText,
    isSameClock,
    knownLocale,
    partsIn,
    placeText,
    toMs
} from 'c/bookingTime';
import { fill } from 'c/bookingWords';
import { ANY_TIME, matches } from './narrowing';
import dayAtTime from '@salesforce/label/c.Booking_Speak_Day_At_Time';
import yourTime from '@salesforce/label/c.Booking_Speak_Your_Time';
import placeTime from '@salesforce/label/c.Booking_Speak_Place_Time';

const MOST = 3;
const MOST_DATED = 2;
const DAYS_OF_WEEK = 7;
const NOON = 12;
/** So far apart are times of one day; nearer ones are no choice for anybody. */
const APART_MS = 2 * 3600000;
/** What makes a time slow to say, or unwelcome; the lower the better. */
const FULL_HOUR = 0;
const HALF_HOUR = 1;
const QUARTER = 3;
const ODD_MINUTE = 5;
const SAME_DAY_PART = 1.5;
const UNWELCOME = 8;
const NIGHT = 20;

/**
 * Two or three times to propose aloud: on different days where there are any, round times at hours
 * when people work where the guest is, mornings and afternoons in turn.
 *
 * @param {object[]} slots of the availability answer
 * @param {object} look
 * @param {string} look.zone IANA name of the zone in which the guest thinks
 * @param {number} look.now milliseconds
 * @param {object} [look.narrowing] what the guest says
 * @returns {object[]} slots, in time order
 */
export function suggest(slots, { zone, now, narrowing = ANY_TIME }) {
    const open = slots
        .map((slot) => candidate(slot, zone))
        .filter(({ ms }) => ms > now && matches(ms, narrowing, zone));
    const days = welcomeDays(open);
    const picked = days.length > 1 ? oneOfEachDay(days) : severalOf(days[0] || []);
    return fewIfDated(
        picked.sort((a, b) => a.ms - b.ms),
        now,
        zone
    ).map(({ slot }) => slot);
}

/** With the date beside the weekday two are all that one keeps in mind. */
function fewIfDated(picked, now, zone) {
    const isDated = picked.some(({ date }) => needsDate(date, dateIn(now, zone)));
    return isDated ? picked.slice(0, MOST_DATED) : picked;
}

/** A weekday alone is clear for less than a week. */
function needsDate(date, today) {
    return daysBetween(today, date) >= DAYS_OF_WEEK;
}

function candidate(slot, zone) {
    const ms = toMs(slot.start_at);
    const { date, hour, minute } = partsIn(ms, zone);
    return {
        slot,
        ms,
        date,
        isMorning: hour < NOON,
        cost: costOfMinute(minute) + costOfHour(hour)
    };
}

function costOfMinute(minute) {
    if (minute % 30 === 0) {
        return minute ? HALF_HOUR : FULL_HOUR;
    }
    return minute % 15 === 0 ? QUARTER : ODD_MINUTE;
}

function costOfHour(hour) {
    if (hour >= 9 && hour < 17) {
        return hour === NOON ? HALF_HOUR : FULL_HOUR;
    }
    return hour >= 7 && hour < 20 ? UNWELCOME : NIGHT;
}

/** Days with good times; those with merely possible ones only when there are not two such. */
function welcomeDays(open) {
    const under = (most) => byDate(open.filter(({ cost }) => cost < most));
    const good = under(UNWELCOME);
    if (good.length > 1) {
        return good;
    }
    const possible = under(NIGHT);
    return possible.length ? possible : byDate(open);
}

function byDate(candidates) {
    const days = new Map();
    for (const each of candidates) {
        days.set(each.date, [...(days.get(each.date) || []), each]);
    }
    return [...days.keys()].sort().map((date) => days.get(date));
}

function oneOfEachDay(days) {
    const picked = [];
    for (const day of days.slice(0, MOST)) {
        const before = picked[picked.length - 1];
        picked.push(cheapest(day, (each) => before && before.isMorning === each.isMorning));
    }
    return picked;
}

function severalOf(day) {
    const picked = [];
    let left = day;
    while (left.length && picked.length < MOST) {
        const next = cheapest(left, (each) => picked.some((p) => p.isMorning === each.isMorning));
        picked.push(next);
        left = left.filter(({ ms }) => Math.abs(ms - next.ms) >= APART_MS);
    }
    return picked;
}

/** The earliest of those that are easiest to say and to accept. */
function cheapest(candidates, isDull) {
    const cost = (each) => each.cost + (isDull(each) ? SAME_DAY_PART : 0);
    return candidates.reduce((best, each) => (cost(each) < cost(best) ? each : best));
}

// --------------------------------------------------------------------------------- aloud

/**
 * The suggestions as one says them: `Tuesday at 3 or Wednesday at 10, your time`.
 *
 * @param {object[]} slots
 * @param {object} look
 * @param {string} look.zone IANA name of the organizer's zone
 * @param {string} look.guestZone IANA name; empty when it is not known
 * @param {string} look.locale
 * @param {number} look.now milliseconds
 * @returns {string} empty when there is nothing to say
 */
export function speak(slots, { zone, guestZone, locale, now }) {
    if (!slots.length) {
        return '';
    }
    const spokenZone = guestZone || zone;
    const sentence = capitalised(spokenList(slots, { zone: spokenZone, locale, now }), locale);
    if (!guestZone) {
        return fill(placeTime, sentence, placeText(zone));
    }
    const isSame = slots.every((slot) => isSameClock(slot.start_at, zone, guestZone));
    return isSame ? sentence : fill(yourTime, sentence);
}

function spokenList(slots, look) {
    const { zone, locale } = look;
    const list = new Intl.ListFormat(knownLocale(locale), { type: 'disjunction' });
    const first = slots[0].start_at;
    const isOneDay = slots.every((slot) => dateIn(slot.start_at, zone) === dateIn(first, zone));
    if (isOneDay) {
        const clocks = slots.map((slot) => spokenClock(slot.start_at, zone, locale));
        return fill(dayAtTime, spokenDay(first, look), list.format(clocks));
    }
    // Of two weekdays nobody should wonder whether one is this week's: the date with both, or none.
    const today = dateIn(look.now, zone);
    const isDated = slots.some((slot) => needsDate(dateIn(slot.start_at, zone), today));
    return list.format(slots.map((slot) => spokenTime(slot.start_at, { ...look, isDated })));
}

/**
 * With a capital letter at its beginning, as a sentence has it.
 * @param {string} text
 * @param {string} locale
 * @returns {string}
 */
export function capitalised(text, locale) {
    const [first, ...rest] = text;
    return first.toLocaleUpperCase(knownLocale(locale)) + rest.join('');
}

/**
 * One time as one says it: `Tuesday at 3`, `tomorrow at 10:30`, `Monday, April 12 at 9`.
 *
 * @param {number|string} instant
 * @param {{zone: string, locale: string, now: number, isDated: (boolean|undefined)}} look isDated:
 *     with the date although the weekday would do
 * @returns {string}
 */
export function spokenTime(instant, look) {
    const clock = spokenClock(instant, look.zone, look.locale);
    return fill(dayAtTime, spokenDay(instant, look), clock);
}

function spokenDay(instant, { zone, locale, now, isDated = false }) {
    const date = dateIn(instant, zone);
    const today = dateIn(now, zone);
    const days = daysBetween(today, date);
    if (days === 0 || days === 1) {
        const words = new Intl.RelativeTimeFormat(knownLocale(locale), { numeric: 'auto' });
        return words.format(days, 'day');
    }
    const isWeekdayEnough = days > 1 && !isDated && !needsDate(date, today);
    return dayText(date, locale, isWeekdayEnough ? 'weekday' : 'medium');
}

function spokenClock(instant, zone, locale) {
    const { hour, minute } = partsIn(instant, zone);
    const form = minute ? { hour: 'numeric', minute: '2-digit' } : { hour: 'numeric' };
    const formatOf = (options) =>
        new Intl.DateTimeFormat(knownLocale(locale), { ...options, timeZone: zone });
    const isTwelveHours = formatOf({ hour: 'numeric' }).resolvedOptions().hour12;
    if (!isTwelveHours) {
        const text = formatOf(form).format(toMs(instant));
        // A bare number is no time of day: 15 becomes 15:00, while 15 Uhr and 15 h may stay.
        return /^\d+$/.test(text)
            ? formatOf({ ...form, minute: '2-digit' }).format(toMs(instant))
            : text;
    }
    if (isClear(hour, minute)) {
        const parts = formatOf(form).formatToParts(toMs(instant));
        return joinedWithoutDayPeriod(parts);
    }
    return formatOf({ ...form, dayPeriod: 'long' }).format(toMs(instant));
}

/** Nobody takes 3 for the night or 10 for the evening; 7 could be either, and 12 is noon. */
function isClear(hour, minute) {
    return hour >= 8 && hour < 18 && !(hour === NOON && minute === 0);
}

function joinedWithoutDayPeriod(parts) {
    return parts
        .filter((part) => part.type !== 'dayPeriod')
        .map((part) => part.value)
        .join('')
        .trim();
}
