import { toMs } from 'c/bookingTime';

const MINUTE_MS = 60000;
const BITS = 8;

/**
 * Who can be the host at which start. The service says it once for each person, as bits: bit n is
 * set when they can be the host of a meeting that begins n cells after the first one.
 *
 * @param {object} answer an availability answer: `cells` with `first_at` and `minutes`, and of
 *     `people` who could be the host `free`, little-endian bits in base64
 * @returns {{at: (instant: number|string) => string[], countAt: (instant: number|string) => number}}
 *     their ids in the answer's order, and how many they are; nobody between cells or beyond them
 */
export function whoIsFree(answer) {
    const hosts = (answer.people || [])
        .filter((person) => person.free)
        .map((person) => ({ hostId: person.host_id, bytes: bytesOf(person.free) }));
    const cellAt = cellsOf(answer.cells);
    const freeAt = (instant) => {
        const cell = cellAt(instant);
        return cell < 0 ? [] : hosts.filter(({ bytes }) => isSet(bytes, cell));
    };
    return {
        at: (instant) => freeAt(instant).map((host) => host.hostId),
        countAt: (instant) => freeAt(instant).length
    };
}

/**
 * One of the times of an answer, with who could be the host then.
 *
 * @param {object} answer an availability answer
 * @param {number|string} startAt
 * @returns {object|null} start_at, end_at, host_ids; null: nothing can be booked then
 */
export function slotAt(answer, startAt) {
    const slot = (answer.slots || []).find((each) => toMs(each.start_at) === toMs(startAt));
    return slot ? withHosts(slot, whoIsFree(answer)) : null;
}

/**
 * A time of an answer, to be kept and sent, with who could be the host then.
 *
 * @param {{start_at: string, end_at: string}} slot
 * @param {{at: Function}} free of `whoIsFree`
 * @returns {{start_at: string, end_at: string, host_ids: string[]}}
 */
export function withHosts({ start_at: startAt, end_at: endAt }, free) {
    return { start_at: startAt, end_at: endAt, host_ids: free.at(startAt) };
}

/** Which cell begins then; -1: none does. */
function cellsOf(cells) {
    if (!cells) {
        return () => -1;
    }
    const first = toMs(cells.first_at);
    const length = cells.minutes * MINUTE_MS;
    return (instant) => {
        const cell = (toMs(instant) - first) / length;
        return Number.isInteger(cell) ? cell : -1;
    };
}

function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function isSet(bytes, cell) {
    // What lies beyond the last byte is not set: undefined counts as 0 here.
    return ((bytes[Math.floor(cell / BITS)] >> (cell % BITS)) & 1) === 1;
}
