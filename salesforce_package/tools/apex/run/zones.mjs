/**
 * Wall clocks of time zones, and the patterns that Datetime.format knows.
 */

const formats = new Map();
const FIELDS = { year: 0, month: 1, day: 2, hour: 3, minute: 4, second: 5 };

function formatOf(zone) {
    if (!formats.has(zone)) {
        const options = { hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' };
        for (const name of Object.keys(FIELDS)) {
            options[name] = 'numeric';
        }
        formats.set(zone, new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone }));
    }
    return formats.get(zone);
}

/**
 * @param {number} ms an instant
 * @param {string} zone an IANA name
 * @returns {number} what a clock on the wall shows there, as if it were UTC
 */
export function wallClock(ms, zone) {
    if (zone === 'UTC' || zone === 'GMT') {
        return ms;
    }
    const parts = [];
    for (const { type, value } of formatOf(zone).formatToParts(ms)) {
        if (type in FIELDS) {
            parts[FIELDS[type]] = Number(value);
        }
    }
    parts[1] -= 1;
    return Date.UTC(...parts) + (((ms % 1000) + 1000) % 1000);
}

/**
 * @param {number} wall what the wall clock shows, as if it were UTC
 * @param {string} zone an IANA name
 * @returns {number} the instant; the later one's reading where clocks jump
 */
export function instantOf(wall, zone) {
    const guess = wall - (wallClock(wall, zone) - wall);
    return wall - (wallClock(guess, zone) - guess);
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December'
];

function padded(number, width) {
    return String(number).padStart(width, '0');
}

function offsetText(ms, zone, colon) {
    const minutes = Math.round((wallClock(ms, zone) - ms) / 60000);
    const size = Math.abs(minutes);
    const sign = minutes < 0 ? '-' : '+';
    return `${sign}${padded(Math.floor(size / 60), 2)}${colon}${padded(size % 60, 2)}`;
}

const LETTERS = {
    y: (at, width) =>
        width === 2 ? padded(at.getUTCFullYear() % 100, 2) : padded(at.getUTCFullYear(), width),
    M: (at, width) => {
        const name = MONTHS[at.getUTCMonth()];
        return width > 3
            ? name
            : width === 3
              ? name.slice(0, 3)
              : padded(at.getUTCMonth() + 1, width);
    },
    d: (at, width) => padded(at.getUTCDate(), width),
    H: (at, width) => padded(at.getUTCHours(), width),
    h: (at, width) => padded(at.getUTCHours() % 12 || 12, width),
    m: (at, width) => padded(at.getUTCMinutes(), width),
    s: (at, width) => padded(at.getUTCSeconds(), width),
    S: (at, width) => padded(at.getUTCMilliseconds(), width),
    a: (at) => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
    E: (at, width) => (width > 3 ? DAYS[at.getUTCDay()] : DAYS[at.getUTCDay()].slice(0, 3)),
    u: (at) => String(at.getUTCDay() || 7)
};

/**
 * @param {number} ms an instant
 * @param {string} pattern of Java's SimpleDateFormat
 * @param {string} zone an IANA name
 * @returns {string} the text
 */
export function formatted(ms, pattern, zone) {
    const at = new Date(wallClock(ms, zone));
    return pattern.replace(/'((?:[^']|'')*)'|([a-zA-Z])\2*/g, (run, quoted, letter) => {
        if (quoted !== undefined) {
            return quoted === '' ? "'" : quoted.replaceAll("''", "'");
        }
        if (letter === 'Z') {
            return offsetText(ms, zone, '');
        }
        if (letter === 'X') {
            const text = offsetText(ms, zone, run.length > 2 ? ':' : '');
            return /^.00:?00$/.test(text) ? 'Z' : text;
        }
        if (letter === 'z') {
            const options = { timeZone: zone, timeZoneName: run.length > 3 ? 'long' : 'short' };
            const parts = new Intl.DateTimeFormat('en-US', options).formatToParts(ms);
            return parts.find((each) => each.type === 'timeZoneName').value;
        }
        if (!(letter in LETTERS)) {
            throw new Error(`Datetime.format: the letter ${letter} is not played here`);
        }
        return LETTERS[letter](at, run.length);
    });
}
