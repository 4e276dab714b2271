/** A booking in words: to be seen by the organizer, and to be read to the guest. */
import { dateText, knownLocale, placeText, spanText, timeText } from 'c/bookingTime';
import { NO_PLATFORM, platformName } from 'c/bookingPlatforms';
import { stateOf } from 'c/bookingTargets';
import { fill, plural } from 'c/bookingWords';
import booked from '@salesforce/label/c.Booking_Details_When';
import sentence from '@salesforce/label/c.Booking_Summary_Sentence';
import onPlatform from '@salesforce/label/c.Booking_Summary_Platform';
import atPlace from '@salesforce/label/c.Booking_Summary_Place';
import invited from '@salesforce/label/c.Booking_Summary_Invited';
import roleFilled from '@salesforce/label/c.Booking_Role_Filled';
import minutesOne from '@salesforce/label/c.Booking_Minutes_One';
import minutesMany from '@salesforce/label/c.Booking_Minutes_Many';

/** What brings the invitation to the guest: a mail of its own, or the event in the calendar. */
const INVITING = ['invitation', 'calendar_event'];

/**
 * Day and times: `Tue, Nov 24, 10:00 – 10:30 AM`.
 *
 * @param {string} startAt
 * @param {string} endAt
 * @param {string} zone IANA name.
 * @param {string} locale
 * @returns {string}
 */
export function whenText(startAt, endAt, zone, locale) {
    const day = dateText(startAt, zone, locale, 'short');
    return fill(booked, day, spanText(startAt, endAt, zone, locale));
}

/**
 * Whom the guest meets: host and co-hosts.
 *
 * @param {Object} booking As the service answered.
 * @param {string} locale
 * @returns {string} `Ada`, `Ada and Cy`, `Ada, Bo, and Cy`.
 */
export function namesText(booking, locale) {
    const names = [booking.host, ...(booking.co_hosts || [])].map((person) => person.name);
    return listText(names, locale);
}

/**
 * Host and co-hosts, those who take a part with its name: `Ada, Bo (Solution engineer), and Cy`.
 *
 * @param {Object} booking As the service answered.
 * @param {string} locale
 * @returns {string}
 */
export function attendsText(booking, locale) {
    const people = [booking.host, ...(booking.co_hosts || [])];
    return listText(
        people.map(({ name, role_name: role }) => (role ? fill(roleFilled, name, role) : name)),
        locale
    );
}

/**
 * Sentences that one can read to the guest on the phone.
 *
 * @param {Object} booking As the service answered.
 * @param {string} zone The guest's, as far as known.
 * @param {string} locale
 * @returns {string}
 */
export function summaryOf(booking, zone, locale) {
    const meeting = fill(
        sentence,
        namesText(booking, locale),
        dateText(booking.start_at, zone, locale, 'medium'),
        timeText(booking.start_at, zone, locale),
        placeText(zone),
        plural(booking.duration_minutes, minutesOne, minutesMany),
        whereText(booking)
    );
    return [meeting, invitationText(booking, locale)].filter(Boolean).join(' ');
}

function whereText(booking) {
    if (booking.platform && booking.platform !== NO_PLATFORM) {
        return fill(onPlatform, booking.platform_name || platformName(booking.platform));
    }
    return booking.place ? fill(atPlace, booking.place) : '';
}

function invitationText(booking, locale) {
    const addresses = (booking.guests || [])
        .map((guest) => guest.shown_email || guest.email)
        .filter(Boolean);
    const isInvited = booking.invites_guests && addresses.length > 0 && !isInvitingStuck(booking);
    return isInvited ? fill(invited, listText(addresses, locale)) : '';
}

/** What is not under way must not be promised to the guest. */
function isInvitingStuck({ targets }) {
    return (targets || []).some(
        (target) => INVITING.includes(target.target) && stateOf(target) === 'attention'
    );
}

function listText(items, locale) {
    return new Intl.ListFormat(knownLocale(locale), { type: 'conjunction' }).format(items);
}
