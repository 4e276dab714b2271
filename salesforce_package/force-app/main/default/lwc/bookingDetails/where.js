/** Where the meeting takes place, as far as the booking type, the host and the organizer say. */
import { NO_PLATFORM, platformName } from 'c/bookingPlatforms';
import { fill } from 'c/bookingWords';
import noteDefault from '@salesforce/label/c.Booking_Details_Platform_Host_Default';
import noteFixed from '@salesforce/label/c.Booking_Details_Platform_Fixed';
import noteLost from '@salesforce/label/c.Booking_Details_Platform_Lost';
import noteNone from '@salesforce/label/c.Booking_Details_Platform_None';
import noteOnly from '@salesforce/label/c.Booking_Details_Platform_Only';
import noteOwn from '@salesforce/label/c.Booking_Details_Platform_Own';

/**
 * @param {Object} bookingType As the service offered it.
 * @param {Object|null} host As far as known.
 * @param {string} wished The platform that the organizer chose; empty for the host's own.
 * @returns {{platform: string, chosen: string, choices: string[], note: string}} platform is empty
 *     while nobody knows it; chosen is the organizer's, as long as it can be had; choices are empty
 *     where there is nothing to choose; note says why it is this one.
 */
export function whereOf(bookingType, host, wished) {
    const always = ALWAYS[bookingType.platform_rule];
    if (always) {
        return { ...always(bookingType), chosen: '', choices: [] };
    }
    if (!host) {
        return { platform: '', chosen: '', choices: [], note: '' };
    }
    const own = host.default_platform || NO_PLATFORM;
    if (bookingType.platform_rule === 'host_default') {
        return { platform: own, chosen: '', choices: [], note: fill(noteDefault, host.name) };
    }
    const connected = host.platforms || [NO_PLATFORM];
    const chosen = connected.includes(wished) ? wished : '';
    const platform = chosen || own;
    const choices = connected.length > 1 ? connected : [];
    return { platform, chosen, choices, note: noteOf({ host, wished, chosen, platform, choices }) };
}

const ALWAYS = {
    fixed: ({ platform }) => ({ platform: platform || NO_PLATFORM, note: noteFixed }),
    none: () => ({ platform: NO_PLATFORM, note: noteNone })
};

function noteOf({ host, wished, chosen, platform, choices }) {
    if (wished && !chosen) {
        return fill(noteLost, host.name, platformName(wished));
    }
    if (choices.length === 0) {
        return fill(noteOnly, host.name);
    }
    return platform === host.default_platform ? fill(noteOwn, host.name) : '';
}
