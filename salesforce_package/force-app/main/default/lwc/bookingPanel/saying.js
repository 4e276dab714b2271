import chooseAmongFree from '@salesforce/label/c.Booking_Choose_Among_Free';
import detailsOfLabel from '@salesforce/label/c.Booking_Details_Reopen';
import forGuest from '@salesforce/label/c.Booking_For_Guest';
import minutesMany from '@salesforce/label/c.Booking_Minutes_Many';
import minutesOne from '@salesforce/label/c.Booking_Minutes_One';
import outcomeWith from '@salesforce/label/c.Booking_Outcome_With';
import timeLost from '@salesforce/label/c.Booking_Time_Lost';
import organizerZone from '@salesforce/i18n/timeZone';
import locale from '@salesforce/i18n/locale';
import { dateText, timeText } from 'c/bookingTime';
import { fill, plural } from 'c/bookingWords';

/** When: `Tuesday, November 24, 9:00 AM`, on the organizer's clock. */
export function timeWords(startAt) {
    const day = dateText(startAt, organizerZone, locale, 'medium');
    return `${day}, ${timeText(startAt, organizerZone, locale)}`;
}

/** What is certain about a booking type before anything is chosen: how long, and for whom. */
export function factsOf({ durations_minutes: durations, guest }) {
    const name = guest && (guest.name || guest.email);
    const lasts = durations.length === 1 ? plural(durations[0], minutesOne, minutesMany) : '';
    return [lasts, name ? fill(forGuest, name) : ''].filter(Boolean).join(' · ');
}

/** The way back to the details of a time that stays chosen. */
export function reopenWords(slot) {
    return fill(detailsOfLabel, timeWords(slot.start_at));
}

/** Several are free at a time: somebody has to be chosen. */
export function amongFreeWords(slot) {
    return fill(chooseAmongFree, slot.host_ids.length, timeWords(slot.start_at));
}

/** A time that was chosen and does not fit any more. */
export function lostWords(slot) {
    return fill(timeLost, timeWords(slot.start_at));
}

/** The time and the host that are in question. */
export function inQuestionWords(startAt, host) {
    return host ? fill(outcomeWith, timeWords(startAt), host.name) : timeWords(startAt);
}
