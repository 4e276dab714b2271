import { api, LightningElement } from 'lwc';
import {
    dateIn,
    dateText,
    daysBetween,
    isSameClock,
    spanText,
    toMs,
    zoneText
} from 'c/bookingTime';
import { platformIcon } from 'c/bookingPlatforms';
import { detailOf, keyOf, lookOf } from 'c/bookingTargets';
import { fill } from 'c/bookingWords';
import { answeredText } from 'c/formAnswers';
import { webAddress } from 'c/webAddress';
import attentionOne from '@salesforce/label/c.Booking_Attention_One';
import attentionMany from '@salesforce/label/c.Booking_Attention_Many';
import bookedBy from '@salesforce/label/c.Booking_Booked_By';
import canceled from '@salesforce/label/c.Booking_State_Canceled';
import completed from '@salesforce/label/c.Booking_State_Past';
import consentGiven from '@salesforce/label/c.Booking_List_Consent';
import hide from '@salesforce/label/c.Booking_Row_Hide';
import join from '@salesforce/label/c.Booking_Join';
import newBooking from '@salesforce/label/c.Booking_Row_New';
import noShow from '@salesforce/label/c.Booking_State_No_Show';
import rescheduled from '@salesforce/label/c.Booking_State_Rescheduled';
import roleFilled from '@salesforce/label/c.Booking_Role_Filled';
import running from '@salesforce/label/c.Booking_State_Running';
import scheduled from '@salesforce/label/c.Booking_State_Scheduled';
import show from '@salesforce/label/c.Booking_Row_Show';
import showOf from '@salesforce/label/c.Booking_Row_Show_Of';
import today from '@salesforce/label/c.Booking_Today';
import tomorrow from '@salesforce/label/c.Booking_Tomorrow';
import withHost from '@salesforce/label/c.Booking_Row_Host';
import withHosts from '@salesforce/label/c.Booking_Row_Host_And';
import yesterday from '@salesforce/label/c.Booking_Yesterday';
import zoneHere from '@salesforce/label/c.Booking_Row_Guest_Time';

/** State → words, icon and tone; never a colour alone. */
const STATES = {
    scheduled: { words: scheduled, icon: 'utility:event', tone: 'good' },
    rescheduled: { words: rescheduled, icon: 'utility:sync', tone: 'good' },
    running: { words: running, icon: 'utility:clock', tone: 'good' },
    canceled: { words: canceled, icon: 'utility:ban', tone: 'quiet' },
    no_show: { words: noShow, icon: 'utility:user', tone: 'quiet' },
    past: { words: completed, icon: 'utility:check', tone: 'quiet' }
};

/** It takes place, but something that belongs to it does not go on without a person. */
const ATTENTION = { icon: 'utility:warning', tone: 'attention' };

const ICON_VARIANTS = { good: 'success', quiet: '', attention: 'warning' };

const DAY_WORDS = { '-1': yesterday, 0: today, 1: tomorrow };

/**
 * Bookings of a record, one beneath the other; each opens to show how far everything has come.
 */
export default class BookingList extends LightningElement {
    /** What the service answered: Booking[]. */
    @api bookings = [];

    /** The organizer's: days and times are said in it. */
    @api timeZone;

    @api locale;

    /** The present instant, in milliseconds: what is today, and what is past. */
    @api now;

    /** The booking that was just made. */
    @api newBookingId = '';

    openIds = [];

    labels = { join };

    get rows() {
        return this.bookings.map((booking) => this.rowOf(booking));
    }

    rowOf(booking) {
        const isOpen = this.openIds.includes(booking.booking_id);
        const attentions = (booking.targets || []).filter((each) => each.needs_attention);
        const state = lookOfState(stateOf(booking, this.now), attentions);
        const isNew = booking.booking_id === this.newBookingId;
        const day = this.dayWords(booking);
        return {
            id: booking.booking_id,
            day,
            time: spanText(booking.start_at, booking.end_at, this.timeZone, this.locale),
            guestTime: this.guestTimeWords(booking),
            who: whoWords(booking),
            what: whatWords(booking),
            platform: booking.platform_name,
            platformIcon: platformIcon(booking.platform),
            bookedBy: bookedByWords(booking),
            state: state.words,
            stateIcon: state.icon,
            stateVariant: ICON_VARIANTS[state.tone],
            stateClass: `state state_${state.tone}`,
            rowClass: rowClass(isNew, state.tone),
            newWords: isNew ? newBooking : '',
            attention: attentionWords(attentions),
            isOpen,
            toggleIcon: isOpen ? 'utility:chevrondown' : 'utility:chevronright',
            toggleWords: isOpen ? hide : show,
            // Many buttons say the same; a screen reader hears which booking each is about.
            toggleName: fill(showOf, isOpen ? hide : show, day, booking.host.name),
            expanded: String(isOpen),
            joinUrl: joinUrlOf(booking),
            joinHref: webAddress(joinUrlOf(booking)),
            place: booking.place,
            notes: booking.notes,
            answers: (booking.answers || []).map((answer) => ({
                key: answer.key,
                words: answeredText(answer)
            })),
            consent: booking.consent ? this.consentWords(booking.consent) : '',
            targets: (booking.targets || []).map((each) => this.targetOf(each))
        };
    }

    targetOf(target) {
        return {
            ...lookOf(target),
            key: keyOf(target),
            title: target.title,
            detail: detailOf(target, this.timeZone, this.locale),
            vendorMessage: target.vendor_message
        };
    }

    dayWords(booking) {
        const date = dateIn(booking.start_at, this.timeZone);
        const todayDate = dateIn(this.now, this.timeZone);
        const word = DAY_WORDS[daysBetween(todayDate, date)];
        const isOtherYear = date.slice(0, 4) !== todayDate.slice(0, 4);
        const style = isOtherYear ? 'long' : 'short';
        const shown = dateText(booking.start_at, this.timeZone, this.locale, style);
        return word ? `${word}, ${shown}` : shown;
    }

    /** The zone in which it was agreed with the guest, where its clock shows something else. */
    guestTimeWords(booking) {
        const zone = booking.time_zone;
        if (!zone || isSameClock(booking.start_at, this.timeZone, zone)) {
            return '';
        }
        const day = dateText(booking.start_at, zone, this.locale, 'short');
        const time = spanText(booking.start_at, booking.end_at, zone, this.locale);
        return fill(zoneHere, `${day}, ${time}`, zoneText(zone, booking.start_at, this.locale));
    }

    consentWords({ text, at }) {
        return fill(consentGiven, dateText(at, this.timeZone, this.locale, 'medium'), text);
    }

    handleToggle(event) {
        const { id } = event.currentTarget.dataset;
        this.openIds = this.openIds.includes(id)
            ? this.openIds.filter((each) => each !== id)
            : [...this.openIds, id];
    }
}

function stateOf(booking, now) {
    if (booking.status === 'canceled' || booking.status === 'no_show') {
        return booking.status;
    }
    if (booking.status === 'completed' || toMs(booking.end_at) <= now) {
        return 'past';
    }
    if (toMs(booking.start_at) <= now) {
        return 'running';
    }
    return booking.status === 'rescheduled' ? 'rescheduled' : 'scheduled';
}

/** Green beside something that is to be done would say that nothing is. */
function lookOfState(name, attentions) {
    const look = STATES[name];
    return look.tone === 'good' && attentions.length > 0 ? { ...look, ...ATTENTION } : look;
}

function rowClass(isNew, tone) {
    return `row row_${tone}${isNew ? ' row_new' : ''}`;
}

function whoWords(booking) {
    const coHosts = (booking.co_hosts || []).map(({ name, role_name: role }) =>
        role ? fill(roleFilled, name, role) : name
    );
    return coHosts.length > 0
        ? fill(withHosts, booking.host.name, coHosts.join(', '))
        : fill(withHost, booking.host.name);
}

function whatWords(booking) {
    return booking.booking_type.name;
}

function bookedByWords(booking) {
    const name = booking.booked_by && booking.booked_by.name;
    return name ? fill(bookedBy, name) : '';
}

function attentionWords(targets) {
    if (targets.length === 0) {
        return '';
    }
    return targets.length === 1
        ? fill(attentionOne, targets[0].title)
        : fill(attentionMany, targets[0].title, targets.length - 1);
}

/** Nobody is to join a meeting that does not take place. */
function joinUrlOf(booking) {
    return booking.status === 'canceled' ? '' : booking.join_url;
}
