import { addDays, instantsAt, toUtcText } from 'c/bookingTime';

/**
 * An explained availability answer as the service would give it, from words that a test can show.
 *
 * @param {object} said
 * @param {string} said.from first date, in the zone
 * @param {number} [said.days]
 * @param {string} [said.zone] of the organizer, in whose clock hours and free times are said
 * @param {number} [said.step] minutes between starts
 * @param {(date: string, minutes: number, isSecond: boolean) => object} said.at what is so of a
 *     start: `{free: [hostId]}` or `{reasons: [...], leftOut}`
 * @param {object[]} said.people
 * @returns {object}
 */
export function answerOf({ from, days = 7, zone = 'Europe/Berlin', step = 30, at, people }) {
    const slots = [];
    const taken = [];
    const explained = [];
    for (let day = 0; day < days; day++) {
        const date = addDays(from, day);
        for (let minutes = 0; minutes < 1440; minutes += step) {
            const shown = { date, hour: Math.floor(minutes / 60), minute: minutes % 60 };
            instantsAt(shown, zone).forEach((ms, number) => {
                const { free = [], reasons = [], leftOut = 0 } = at(date, minutes, number === 1);
                const instant = toUtcText(ms);
                if (free.length) {
                    const end = toUtcText(ms + 30 * 60000);
                    slots.push({ start_at: instant, end_at: end });
                    free.forEach((hostId) => taken.push([hostId, ms]));
                }
                explained.push({
                    local_date: date,
                    first_at: instant,
                    last_at: instant,
                    starts: 1,
                    is_offered: free.length > 0,
                    reasons: free.length ? [] : reasons,
                    reasons_left_out: leftOut
                });
            });
        }
    }
    return {
        duration_minutes: 30,
        time_zone: zone,
        grid_time_zone: zone,
        as_of: `${from}T07:00:00Z`,
        slots: slots.sort((a, b) => a.start_at.localeCompare(b.start_at)),
        explained,
        ...freeBits(taken, people, step % 5 ? 1 : 5)
    };
}

/**
 * Who is free when, as the service says it.
 *
 * @param {[string, number][]} free ids of hosts, each with the start at which they are
 * @param {object[]} people
 * @param {number} [minutes] of a cell
 * @returns {{cells: object, people: object[]}}
 */
export function freeBits(free, people, minutes = 5) {
    const firstMs = free.reduce((first, [, ms]) => Math.min(first, ms), Number.MAX_SAFE_INTEGER);
    const cells = free.length ? { first_at: toUtcText(firstMs), minutes } : undefined;
    return {
        cells,
        people: people.map((each) => {
            const starts = free.filter(([hostId]) => hostId === each.host_id);
            const bytes = [];
            for (const [, ms] of starts) {
                const cell = (ms - firstMs) / (minutes * 60000);
                const place = Math.floor(cell / 8);
                while (bytes.length <= place) {
                    bytes.push(0);
                }
                bytes[place] += 2 ** (cell % 8);
            }
            return starts.length ? { ...each, free: btoa(String.fromCharCode(...bytes)) } : each;
        })
    };
}

/** @param {string} hostId @param {string} name @returns {object} a person of an answer */
export function person(hostId, name = hostId) {
    return { host_id: hostId, name, time_zone: 'Europe/Berlin', platforms: [] };
}

/** @param {string} hostId @returns {object} */
export function busy(hostId) {
    return {
        code: 'slot_taken',
        detail: 'busy',
        host_id: hostId,
        source: 'calendar',
        message: 'is busy then with something in the calendar'
    };
}

/** @param {string} hostId @returns {object} */
export function away(hostId) {
    const message = 'does not work then';
    return { code: 'slot_not_offered', detail: 'outside_hours', host_id: hostId, message };
}

/** @returns {object} */
export function tooNear() {
    return { code: 'below_minimum_notice', detail: '', message: 'is too near' };
}

/** @returns {object} */
export function past() {
    return { code: 'in_the_past', detail: '', message: 'lies in the past' };
}

/** @returns {object} */
export function beyond() {
    return { code: 'beyond_horizon', detail: '', message: 'is too far ahead' };
}

/** @param {string} hostId @param {string} detail holiday or day_off @returns {object} */
export function offOn(hostId, detail) {
    return { code: 'slot_not_offered', detail, host_id: hostId, message: `is off: ${detail}` };
}

/**
 * How long something takes when nothing else gets in its way; the first time is for warming up.
 *
 * @param {number} times
 * @param {() => void} act
 * @returns {number} milliseconds
 */
export function fastestOf(times, act) {
    act();
    const took = Array.from({ length: times }, () => {
        const before = performance.now();
        act();
        return performance.now() - before;
    });
    return Math.min(...took);
}
