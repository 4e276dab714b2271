/**
 * Time zones, days and texts of times, all of it by Intl with the zone named.
 *
 * Nothing here asks the browser in which zone it stands: a rep in Lisbon who works in Berlin's zone
 * for a guest in New York must see what a rep in Berlin sees. So no local Date getter is used; a Date
 * is only a way to count in UTC.
 *
 * Words: an *instant* is a number of milliseconds since 1970 (functions take an RFC 3339 text just
 * as well); a *date* is a text like `2027-03-28`, a day of the calendar without a zone; *parts* are
 * what a clock and a calendar on the wall of a zone show.
 */

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FALLBACK_LOCALE = 'en-US';

const formats = new Map();
const locales = new Map();
const offsets = new Map();

/** How many offsets are remembered before all are forgotten: some weeks of a screen's work. */
const MOST_OFFSETS = 20000;

/**
 * The locale in the form that Intl takes, or US English when Intl does not know it.
 * @param {string} locale `de-DE`; Salesforce's `de_DE` is understood
 * @returns {string}
 */
export function knownLocale(locale) {
    const name = String(locale || FALLBACK_LOCALE).replaceAll('_', '-');
    if (!locales.has(name)) {
        locales.set(name, supported(name) ? name : FALLBACK_LOCALE);
    }
    return locales.get(name);
}

function supported(name) {
    try {
        return Intl.DateTimeFormat.supportedLocalesOf(name).length > 0;
    } catch {
        return false;
    }
}

function formatOf(locale, zone, options) {
    const key = `${locale}|${zone}|${JSON.stringify(options)}`;
    if (!formats.has(key)) {
        const all = { ...options, timeZone: zone };
        formats.set(key, new Intl.DateTimeFormat(knownLocale(locale), all));
    }
    return formats.get(key);
}

/**
 * Whether the browser knows a zone of this name.
 * @param {string} zone IANA name
 * @returns {boolean}
 */
export function isZone(zone) {
    try {
        return Boolean(zone) && Boolean(formatOf(FALLBACK_LOCALE, zone, {}));
    } catch {
        return false;
    }
}

/**
 * Names that browsers still list although the places are called otherwise now.
 * Source: the time zone database's `backward` file, as of 2026.
 */
const NAMES_NOW = {
    'Africa/Asmera': 'Africa/Asmara',
    'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
    'America/Catamarca': 'America/Argentina/Catamarca',
    'America/Coral_Harbour': 'America/Atikokan',
    'America/Cordoba': 'America/Argentina/Cordoba',
    'America/Godthab': 'America/Nuuk',
    'America/Indianapolis': 'America/Indiana/Indianapolis',
    'America/Jujuy': 'America/Argentina/Jujuy',
    'America/Louisville': 'America/Kentucky/Louisville',
    'America/Mendoza': 'America/Argentina/Mendoza',
    'Asia/Calcutta': 'Asia/Kolkata',
    'Asia/Katmandu': 'Asia/Kathmandu',
    'Asia/Rangoon': 'Asia/Yangon',
    'Asia/Saigon': 'Asia/Ho_Chi_Minh',
    'Atlantic/Faeroe': 'Atlantic/Faroe',
    'Europe/Kiev': 'Europe/Kyiv',
    'Pacific/Enderbury': 'Pacific/Kanton',
    'Pacific/Ponape': 'Pacific/Pohnpei',
    'Pacific/Truk': 'Pacific/Chuuk'
};

/**
 * The name that a zone has now: `Asia/Kolkata` for Asia/Calcutta.
 * @param {string} zone IANA name
 * @returns {string} the same name when the browser does not know the newer one
 */
export function zoneNameNow(zone) {
    const name = NAMES_NOW[zone];
    return name && isZone(name) ? name : zone;
}

/**
 * The name under which a zone was known before; people go on looking for it.
 * @param {string} zone IANA name
 * @returns {string} empty for most zones
 */
export function formerZoneName(zone) {
    return Object.keys(NAMES_NOW).find((former) => NAMES_NOW[former] === zone) || '';
}

/**
 * All zones that the browser knows, by the names that they have now.
 * @returns {string[]} IANA names; UTC is always among them
 */
export function allZones() {
    return [...new Set([...Intl.supportedValuesOf('timeZone').map(zoneNameNow), 'UTC'])];
}

/**
 * An instant as a number.
 * @param {number|string} instant milliseconds, or RFC 3339 with an offset
 * @returns {number} milliseconds since 1970; NaN for what is no instant
 */
export function toMs(instant) {
    return typeof instant === 'number' ? instant : Date.parse(instant);
}

/**
 * An instant as the service takes it.
 * @param {number|string} instant
 * @returns {string} like `2027-03-28T01:00:00Z`
 */
export function toUtcText(instant) {
    return new Date(toMs(instant)).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

const WALL = {
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric'
};

/**
 * By how much the zone's clock is ahead of UTC then.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @returns {number} minutes; 330 in Kolkata, negative west of Greenwich
 */
export function offsetMinutes(instant, zone) {
    return offsetMs(toMs(instant), zone) / MINUTE;
}

function offsetMs(ms, zone) {
    // No zone has changed its offset between two quarters of an hour UTC, so one asks Intl (slow)
    // once for each quarter.
    const quarter = Math.floor(ms / (15 * MINUTE)) * 15 * MINUTE;
    const key = `${zone}|${quarter}`;
    let offset = offsets.get(key);
    if (offset === undefined) {
        if (offsets.size >= MOST_OFFSETS) {
            offsets.clear();
        }
        offset = wallOf(quarter, zone) - quarter;
        offsets.set(key, offset);
    }
    return offset;
}

/** What the zone's clock shows, counted as if it were UTC. */
function wallOf(ms, zone) {
    const shown = {};
    for (const { type, value } of formatOf(FALLBACK_LOCALE, zone, WALL).formatToParts(ms)) {
        shown[type] = Number(value);
    }
    return Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
}

/**
 * What clock and calendar show in a zone.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @returns {{year: number, month: number, day: number, hour: number, minute: number,
 *     weekday: number, date: string, minutes: number, offsetMinutes: number}} month and day count
 *     from 1, weekday from Monday = 1 to Sunday = 7; minutes = those that the clock shows since 0:00
 */
export function partsIn(instant, zone) {
    const ms = toMs(instant);
    const offset = offsetMs(ms, zone);
    const wall = new Date(ms + offset);
    const hour = wall.getUTCHours();
    const minute = wall.getUTCMinutes();
    return {
        year: wall.getUTCFullYear(),
        month: wall.getUTCMonth() + 1,
        day: wall.getUTCDate(),
        hour,
        minute,
        weekday: wall.getUTCDay() || 7,
        date: dateOfWall(wall),
        minutes: hour * 60 + minute,
        offsetMinutes: offset / MINUTE
    };
}

function dateOfWall(wall) {
    return wall.toISOString().slice(0, 10);
}

/**
 * The day of the calendar that it is in a zone.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @returns {string} like `2027-03-28`
 */
export function dateIn(instant, zone) {
    const ms = toMs(instant);
    return dateOfWall(new Date(ms + offsetMs(ms, zone)));
}

/**
 * The instants at which a zone's clock shows this.
 * @param {{date: (string|undefined), year: number, month: number, day: number, hour: number,
 *     minute: number}} parts date, or year, month and day; hour and minute are 0 when left out
 * @param {string} zone IANA name
 * @returns {number[]} one; none when the clock jumps over it; two, in order, when it shows it twice
 */
export function instantsAt(parts, zone) {
    const wall = wallFrom(parts);
    const around = [offsetMs(wall - DAY, zone), offsetMs(wall + DAY, zone)];
    return [...new Set(around)]
        .map((offset) => wall - offset)
        .filter((ms) => ms + offsetMs(ms, zone) === wall)
        .sort((a, b) => a - b);
}

/**
 * The instant at which a zone's clock shows this.
 * @param {object} parts as for `instantsAt`
 * @param {string} zone IANA name
 * @param {{isSecond: boolean}} [which] the second of two, when the clock shows it twice
 * @returns {number} when the clock jumps over it: the first instant after the jump
 */
export function instantAt(parts, zone, which = {}) {
    const found = instantsAt(parts, zone);
    if (found.length) {
        return which.isSecond ? found[found.length - 1] : found[0];
    }
    return endOfGap(wallFrom(parts), zone);
}

function wallFrom(parts) {
    const { hour = 0, minute = 0 } = parts;
    const day = parts.date ? utcOf(parts.date) : Date.UTC(parts.year, parts.month - 1, parts.day);
    return day + hour * HOUR + minute * MINUTE;
}

/** The first instant at which the clock shows more than the wall time that it jumps over. */
function endOfGap(wall, zone) {
    let before = wall - DAY - offsetMs(wall - DAY, zone);
    let after = wall + DAY - offsetMs(wall + DAY, zone);
    while (after - before > MINUTE) {
        const middle = Math.floor((before + after) / 2 / MINUTE) * MINUTE;
        if (middle + offsetMs(middle, zone) > wall) {
            after = middle;
        } else {
            before = middle;
        }
    }
    return after;
}

// ------------------------------------------------------------------------------------ days

function utcOf(date) {
    return Date.parse(`${date}T00:00:00Z`);
}

/**
 * A date so many days later.
 * @param {string} date
 * @param {number} days negative: earlier
 * @returns {string}
 */
export function addDays(date, days) {
    return dateOfWall(new Date(utcOf(date) + days * DAY));
}

/**
 * How many days from one date to another.
 * @param {string} from
 * @param {string} to
 * @returns {number} negative when `to` is earlier
 */
export function daysBetween(from, to) {
    return Math.round((utcOf(to) - utcOf(from)) / DAY);
}

/**
 * The day of the week.
 * @param {string} date
 * @returns {number} Monday = 1 to Sunday = 7
 */
export function weekdayOf(date) {
    return new Date(utcOf(date)).getUTCDay() || 7;
}

/**
 * The Monday of the week that a date belongs to.
 * @param {string} date
 * @returns {string}
 */
export function mondayOf(date) {
    return addDays(date, 1 - weekdayOf(date));
}

/**
 * Whether this is a date.
 * @param {string} date
 * @returns {boolean}
 */
export function isDate(date) {
    return /^\d{4}-\d{2}-\d{2}$/.test(date) && addDays(date, 0) === date;
}

/**
 * The first instant of a date in a zone. Where midnight does not exist that day, it is later.
 * @param {string} date
 * @param {string} zone IANA name
 * @returns {number}
 */
export function startOfDay(date, zone) {
    return instantAt({ date }, zone);
}

/**
 * The week, Monday to Sunday, that an instant or a date belongs to in a zone.
 * @param {number|string} when an instant, or a date
 * @param {string} zone IANA name
 * @returns {{dates: string[], startsAt: number, endsAt: number}} seven dates; the end is the first
 *     instant of the Monday after
 */
export function weekOf(when, zone) {
    const monday = mondayOf(isDate(when) ? when : dateIn(when, zone));
    return {
        dates: [0, 1, 2, 3, 4, 5, 6].map((days) => addDays(monday, days)),
        startsAt: startOfDay(monday, zone),
        endsAt: startOfDay(addDays(monday, 7), zone)
    };
}

/**
 * By how many days a second zone's calendar differs from the first's then.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @param {string} otherZone IANA name
 * @returns {number} 1 when it is already tomorrow in the other zone, −1 when still yesterday
 */
export function dayShift(instant, zone, otherZone) {
    return daysBetween(dateIn(instant, zone), dateIn(instant, otherZone));
}

/**
 * Whether two zones' clocks show the same then.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @param {string} otherZone IANA name
 * @returns {boolean}
 */
export function isSameClock(instant, zone, otherZone) {
    return offsetMinutes(instant, zone) === offsetMinutes(instant, otherZone);
}

// ----------------------------------------------------------------------------------- texts

const TIME = { hour: 'numeric', minute: '2-digit' };
const DAY_STYLES = {
    long: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    medium: { weekday: 'long', day: 'numeric', month: 'long' },
    short: { weekday: 'short', day: 'numeric', month: 'short' },
    date: { day: 'numeric', month: 'short' },
    weekday: { weekday: 'long' },
    weekdayShort: { weekday: 'short' },
    month: { month: 'long', year: 'numeric' }
};

/**
 * A time of day as the locale writes it: `3:30 PM`, `15:30`.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @param {string} locale
 * @returns {string}
 */
export function timeText(instant, zone, locale) {
    return formatOf(locale, zone, TIME).format(toMs(instant));
}

/**
 * A day as the locale writes it.
 * @param {string} date like `2027-03-30`
 * @param {string} locale
 * @param {string} [style] long (Tuesday, March 30, 2027), medium (without the year), short
 *     (Tue, Mar 30), date (Mar 30), weekday (Tuesday), weekdayShort (Tue), month (March 2027)
 * @returns {string}
 */
export function dayText(date, locale, style = 'long') {
    return formatOf(locale, 'UTC', DAY_STYLES[style]).format(utcOf(date));
}

/**
 * The day of an instant in a zone, as the locale writes it.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @param {string} locale
 * @param {string} [style] as for `dayText`
 * @returns {string}
 */
export function dateText(instant, zone, locale, style = 'long') {
    return dayText(dateIn(instant, zone), locale, style);
}

/**
 * Day and time of an instant: `Tue, Mar 30, 3:30 PM`.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @param {string} locale
 * @returns {string}
 */
export function shortDateTimeText(instant, zone, locale) {
    return formatOf(locale, zone, { ...DAY_STYLES.short, ...TIME }).format(toMs(instant));
}

/**
 * The times from a start to an end: `3:30 – 4:00 PM`.
 * @param {number|string} startAt
 * @param {number|string} endAt
 * @param {string} zone IANA name
 * @param {string} locale
 * @returns {string}
 */
export function spanText(startAt, endAt, zone, locale) {
    return formatOf(locale, zone, TIME).formatRange(toMs(startAt), toMs(endAt));
}

/**
 * Two dates from one to the other: `Mar 29 – Apr 2, 2027`.
 * @param {string} from
 * @param {string} to included
 * @param {string} locale
 * @returns {string}
 */
export function daysText(from, to, locale) {
    const options = { day: 'numeric', month: 'short', year: 'numeric' };
    return formatOf(locale, 'UTC', options).formatRange(utcOf(from), utcOf(to));
}

/**
 * The zone's place as people say it: `New York` of America/New_York.
 * @param {string} zone IANA name
 * @returns {string}
 */
export function placeText(zone) {
    return String(zone || '')
        .split('/')
        .pop()
        .replaceAll('_', ' ');
}

/**
 * How far the zone's clock is from UTC then: `GMT+5:30`.
 * @param {number|string} instant
 * @param {string} zone IANA name
 * @param {string} locale
 * @returns {string}
 */
export function offsetText(instant, zone, locale) {
    return zonePart(instant, zone, locale, 'shortOffset');
}

/**
 * The zone in words: `New York (GMT-4)`.
 * @param {string} zone IANA name
 * @param {number|string} instant when: the offset changes in the year
 * @param {string} locale
 * @returns {string}
 */
export function zoneText(zone, instant, locale) {
    const place = placeText(zone);
    return place === 'UTC' ? place : `${place} (${offsetText(instant, zone, locale)})`;
}

/**
 * The zone's own name in the locale's words: `Eastern Time`.
 * @param {string} zone IANA name
 * @param {number|string} instant
 * @param {string} locale
 * @returns {string}
 */
export function zoneNameText(zone, instant, locale) {
    return zonePart(instant, zone, locale, 'longGeneric');
}

function zonePart(instant, zone, locale, timeZoneName) {
    const parts = formatOf(locale, zone, { timeZoneName }).formatToParts(toMs(instant));
    return parts.find((part) => part.type === 'timeZoneName').value;
}
