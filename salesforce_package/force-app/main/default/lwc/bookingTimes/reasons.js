import { dayText, instantsAt, timeText } from 'c/bookingTime';
import { fill, plural } from 'c/bookingWords';
import andMore from '@salesforce/label/c.Booking_Why_And_More';
import clockJumps from '@salesforce/label/c.Booking_Why_Clock_Jumps';
import noStart from '@salesforce/label/c.Booking_Why_No_Start';
import notOffered from '@salesforce/label/c.Booking_Why_Not_Offered';
import dayPast from '@salesforce/label/c.Booking_Day_Past';
import dayHoliday from '@salesforce/label/c.Booking_Day_Holiday';
import dayOff from '@salesforce/label/c.Booking_Day_Off';
import dayBeyond from '@salesforce/label/c.Booking_Day_Beyond';
import dayFull from '@salesforce/label/c.Booking_Day_Full';
import freeOne from '@salesforce/label/c.Booking_Free_One';
import freeMany from '@salesforce/label/c.Booking_Free_Many';
import freeNames from '@salesforce/label/c.Booking_Free_Names';
import andMoreNames from '@salesforce/label/c.Booking_Free_And_More';
import sentence from '@salesforce/label/c.Booking_Why_Person';

/** More names than these nobody reads while the guest waits. */
const MOST_PEOPLE = 3;
const MOST_NAMES = 6;
/** What says of whom a day is free, and why. */
const HOLIDAY = 'holiday';
const DAYS_OWN = ['day_off', HOLIDAY];
const OF_DAYS = {
    past: dayPast,
    off: dayOff,
    holiday: dayHoliday,
    beyond: dayBeyond,
    full: dayFull
};

/**
 * What is to be said of a whole day on which nothing can be booked; empty for a day with times.
 * @param {string} state of the day in the grid
 * @returns {string}
 */
export function dayWords(state) {
    return OF_DAYS[state] || '';
}

/**
 * Whether more can be said of a time than of its whole day: which holiday it is, whose day off.
 * @param {object} cell of the grid
 * @returns {boolean}
 */
export function saysMore(cell) {
    const { reasons } = (cell.start && cell.start.group) || { reasons: [] };
    return reasons.some((reason) => DAYS_OWN.includes(reason.detail));
}

/**
 * Which holiday a day is that is drawn without times: as that time says it at which most have it.
 *
 * @param {string} date of a day in the state `holiday`
 * @param {object} times what `readTimes` made of the answer
 * @param {string} locale
 * @returns {string}
 */
export function holidayWords(date, times, locale) {
    const group = times.starts
        .filter((start) => start.date === date && start.group)
        .map((start) => start.group)
        .reduce((one, other) => (holidaysIn(other) > holidaysIn(one) ? other : one));
    const ofTheDay = group.reasons.find((each) => !each.host_id && each.detail === HOLIDAY);
    return ofTheDay
        ? fill(sentence, dayText(date, locale, 'medium'), ofTheDay.message)
        : `${dayHoliday} ${aboutPeople(group, times)}`;
}

function holidaysIn({ reasons }) {
    return reasons.filter((reason) => reason.detail === HOLIDAY).length;
}

/**
 * Why a time is not offered, in one sentence.
 *
 * @param {object} cell of the grid
 * @param {object} row the cell's
 * @param {object} times what `readTimes` made of the answer
 * @param {string} locale
 * @returns {string}
 */
export function whyWords(cell, row, times, locale) {
    if (!cell.start) {
        const hour = Math.floor(row.minutes / 60);
        const shown = { date: cell.date, hour, minute: row.minutes % 60 };
        return instantsAt(shown, times.zone).length ? noStart : clockJumps;
    }
    const { group, ms } = cell.start;
    if (!group || !group.reasons.length) {
        return notOffered;
    }
    const ofTheTime = group.reasons.find((reason) => !reason.host_id);
    if (ofTheTime) {
        const words = fill(sentence, timeText(ms, times.zone, locale), ofTheTime.message);
        const ofRoles = group.reasons.filter((reason) => isInRole(reason.host_id, times));
        return ofRoles.length ? `${words} ${aboutPeople({ reasons: ofRoles }, times)}` : words;
    }
    return aboutPeople(group, times);
}

function isInRole(hostId, { roles }) {
    return roles.some((role) => role.people.some((person) => person.host_id === hostId));
}

function aboutPeople(group, times) {
    const first = new Map();
    for (const reason of group.reasons) {
        if (!first.has(reason.host_id)) {
            first.set(reason.host_id, reason);
        }
    }
    const told = [...first.values()];
    const clauses = told
        .slice(0, MOST_PEOPLE)
        .map((reason) => `${nameOf(reason.host_id, times)} ${reason.message}`);
    const more = told.length - clauses.length + (group.reasons_left_out || 0);
    if (more > 0) {
        clauses.push(fill(andMore, more));
    }
    return `${clauses.join('; ')}.`;
}

/**
 * Who could be the host at a time that is offered.
 * @param {object} slot of the answer
 * @param {object} times what `readTimes` made of the answer
 * @returns {string} like `Free: Anna Berg, Ben Cole and 4 more`
 */
export function freeWords(slot, times) {
    const hostIds = times.free.at(slot.start_at);
    const names = hostIds.slice(0, MOST_NAMES).map((hostId) => nameOf(hostId, times));
    const more = hostIds.length - names.length;
    const list = names.join(', ');
    return fill(freeNames, more > 0 ? fill(andMoreNames, list, more) : list);
}

/**
 * How many could be the host: `3 free`.
 * @param {number} count
 * @returns {string}
 */
export function freeCountWords(count) {
    return plural(count, freeOne, freeMany);
}

/**
 * Everybody who cannot be booked at all, each with the reason.
 * @param {object[]} people of the answer
 * @param {object[]} [roles] of the answer, with their own people
 * @returns {{hostId: string, name: string, text: string}[]}
 */
export function unavailableWords(people, roles = []) {
    const everybody = [...people, ...roles.flatMap((role) => role.people)];
    return [...new Map(everybody.map((person) => [person.host_id, person])).values()]
        .filter((person) => person.unavailable)
        .map(({ host_id: hostId, name, unavailable }) => ({
            hostId,
            name,
            text: fill(sentence, name, unavailable.detail)
        }));
}

function nameOf(hostId, times) {
    const person = times.peopleById.get(hostId);
    return (person && person.name) || hostId;
}
