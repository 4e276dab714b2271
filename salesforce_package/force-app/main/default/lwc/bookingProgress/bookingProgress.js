import { api, LightningElement } from 'lwc';
import userLocale from '@salesforce/i18n/locale';
import userTimeZone from '@salesforce/i18n/timeZone';
import { askBooking } from 'c/bookingCalls';
import { later, now } from 'c/bookingClock';
import {
    dayShift,
    isSameClock,
    isZone,
    placeText,
    shortDateTimeText,
    spanText
} from 'c/bookingTime';
import { detailOf, keyOf, lookOf, stateOf } from 'c/bookingTargets';
import { fill, plural } from 'c/bookingWords';
import { webAddress } from 'c/webAddress';
import { answeredText } from 'c/formAnswers';
import { attendsText, namesText, summaryOf, whenText } from './summary';
import bookedLabel from '@salesforce/label/c.Booking_Progress_Booked';
import bookedButLabel from '@salesforce/label/c.Booking_Progress_Booked_But';
import guestClock from '@salesforce/label/c.Booking_Progress_Guest_Clock';
import settled from '@salesforce/label/c.Booking_Progress_Settled';
import waiting from '@salesforce/label/c.Booking_Progress_Waiting';
import attention from '@salesforce/label/c.Booking_Progress_Attention';
import attentionMany from '@salesforce/label/c.Booking_Progress_Attention_Many';
import late from '@salesforce/label/c.Booking_Progress_Late';
import refresh from '@salesforce/label/c.Booking_Progress_Refresh';
import refreshing from '@salesforce/label/c.Booking_Progress_Refreshing';
import unseen from '@salesforce/label/c.Booking_Progress_Unseen';
import unseenOffline from '@salesforce/label/c.Booking_Progress_Unseen_Offline';
import answersHeading from '@salesforce/label/c.Booking_Progress_Answers';
import attends from '@salesforce/label/c.Booking_Progress_Attends';
import consentHeading from '@salesforce/label/c.Booking_Consent_Heading';
import consentGiven from '@salesforce/label/c.Booking_Progress_Consent';
import targets from '@salesforce/label/c.Booking_Progress_Targets';
import vendor from '@salesforce/label/c.Booking_Progress_Vendor';
import said from '@salesforce/label/c.Booking_Progress_Said';
import join from '@salesforce/label/c.Booking_Progress_Join';
import summary from '@salesforce/label/c.Booking_Progress_Summary';
import copyLink from '@salesforce/label/c.Booking_Copy_Link';
import copySummary from '@salesforce/label/c.Booking_Copy_Summary';
import another from '@salesforce/label/c.Booking_Progress_Another';
import done from '@salesforce/label/c.Booking_Progress_Done';

/** The first answers come within seconds; then every so often, and not for ever. */
const FIRST_DELAYS_MS = [1000, 2000];
const DELAY_MS = 5000;
const PATIENCE_MS = 60 * 1000;

/**
 * A booking that was just made: that it stands, what to read to the guest, and how far everything
 * has come that follows from it.
 *
 * @fires bookingupdate With `{booking}`: as the service answered last.
 * @fires done
 * @fires another
 */
export default class BookingProgress extends LightningElement {
    /** The organizer's zone. */
    @api timeZone = userTimeZone;

    /** The guest's zone; empty when nobody knows it. */
    @api guestTimeZone = '';

    current = null;
    problem = null;
    isLate = false;
    isAsking = false;
    said = '';
    isOnPage = false;
    turn = 0;
    startedAt = 0;
    asked = 0;
    stopWaiting;

    /** The booking, as the service answered. */
    @api
    get booking() {
        return this.current;
    }

    set booking(booking) {
        const isOther = !isSame(booking, this.current);
        this.current = booking;
        if (isOther && this.isOnPage) {
            this.begin();
        }
    }

    /** Moves the keyboard's focus to the confirmation. */
    @api
    focus() {
        if (this.refs.heading) {
            this.refs.heading.focus();
        }
    }

    connectedCallback() {
        this.isOnPage = true;
        window.addEventListener('online', this.handleOnline);
        this.begin();
    }

    disconnectedCallback() {
        this.isOnPage = false;
        window.removeEventListener('online', this.handleOnline);
        this.stop();
    }

    handleOnline = () => {
        if (this.isOffline) {
            this.handleRefresh();
        }
    };

    get words() {
        return {
            another,
            answersHeading,
            consentHeading,
            copyLink,
            copySummary,
            done,
            join,
            late,
            summary,
            targets
        };
    }

    // ------------------------------------------------------------------------- booked

    get bookedWords() {
        const { start_at: startAt, end_at: endAt } = this.current;
        return fill(
            this.isStuck ? bookedButLabel : bookedLabel,
            whenText(startAt, endAt, this.timeZone, userLocale),
            namesText(this.current, userLocale)
        );
    }

    /** Something that follows from it goes no further without a person. */
    get isStuck() {
        return this.stuckTargets.length > 0;
    }

    get stuckTargets() {
        return (this.current.targets || []).filter((target) => stateOf(target) === 'attention');
    }

    get bannerClass() {
        return this.isStuck ? 'banner banner_attention' : 'banner';
    }

    get bannerIcon() {
        return this.isStuck ? 'utility:warning' : 'utility:success';
    }

    get bannerVariant() {
        return this.isStuck ? 'warning' : 'success';
    }

    get guestClockWords() {
        const { start_at: startAt, end_at: endAt } = this.current;
        const zone = this.guestTimeZone;
        if (!isZone(zone) || isSameClock(startAt, this.timeZone, zone)) {
            return '';
        }
        const span = dayShift(startAt, this.timeZone, zone)
            ? whenText(startAt, endAt, zone, userLocale)
            : spanText(startAt, endAt, zone, userLocale);
        return fill(guestClock, span, placeText(zone));
    }

    get summary() {
        const known = [this.guestTimeZone, this.current.time_zone, this.timeZone];
        return summaryOf(this.current, known.find(isZone), userLocale);
    }

    get joinHref() {
        return webAddress(this.current.join_url);
    }

    /** Who took the parts that whoever is free takes; nothing when there are none. */
    get attendsWords() {
        const hasRoles = (this.current.co_hosts || []).some((person) => person.role_name);
        return hasRoles ? fill(attends, attendsText(this.current, userLocale)) : '';
    }

    get answers() {
        return (this.current.answers || []).map((answer) => ({
            key: answer.key,
            words: answeredText(answer)
        }));
    }

    get hasAnswers() {
        return this.answers.length > 0;
    }

    /** With the text as the guest heard it. */
    get consent() {
        const { consent } = this.current;
        return consent
            ? { text: consent.text, words: fill(consentGiven, this.momentWords(consent.at)) }
            : null;
    }

    momentWords(instant) {
        return shortDateTimeText(instant, this.timeZone, userLocale);
    }

    // -------------------------------------------------------------------- what follows

    get targets() {
        return (this.current.targets || []).map((target) => ({
            ...lookOf(target),
            key: keyOf(target),
            title: target.title,
            detail: detailOf(target, this.timeZone, userLocale),
            vendorWords: target.vendor_message ? fill(vendor, target.vendor_message) : '',
            rowClass: `target target_${stateOf(target)}`
        }));
    }

    get stateWords() {
        if (this.current.is_settled) {
            return settled;
        }
        const all = this.current.targets || [];
        if (this.isStuck) {
            return plural(this.stuckTargets.length, attention, attentionMany);
        }
        return fill(waiting, all.filter((target) => target.is_done).length, all.length);
    }

    get problemWords() {
        if (this.isOffline) {
            return unseenOffline;
        }
        return fill(unseen, this.problem.message);
    }

    get isOffline() {
        return Boolean(this.problem) && this.problem.code === 'offline';
    }

    /** Only where nobody asks by itself any more. */
    get canRefresh() {
        return this.isLate && !this.current.is_settled;
    }

    get refreshWords() {
        return this.isAsking ? refreshing : refresh;
    }

    // -------------------------------------------------------------------------- asking

    begin() {
        this.stop();
        this.problem = null;
        this.isLate = false;
        this.startedAt = now();
        this.asked = 0;
        this.goOn();
    }

    stop() {
        // Whatever is on its way belongs to an earlier turn.
        this.turn += 1;
        this.isAsking = false;
        if (this.stopWaiting) {
            this.stopWaiting();
            this.stopWaiting = undefined;
        }
    }

    goOn() {
        if (!this.current || this.current.is_settled) {
            return;
        }
        const isOver = now() - this.startedAt >= PATIENCE_MS;
        if (isOver || (this.problem && !this.problem.retryable)) {
            this.isLate = true;
            return;
        }
        const delay = FIRST_DELAYS_MS[this.asked] || DELAY_MS;
        this.stopWaiting = later(() => this.ask(), delay);
    }

    async ask() {
        const { turn } = this;
        this.asked += 1;
        this.isAsking = true;
        let booking;
        let problem = null;
        try {
            booking = await askBooking(this.current.booking_id);
        } catch (refusal) {
            problem = refusal;
        }
        if (turn !== this.turn) {
            return;
        }
        this.isAsking = false;
        this.problem = problem;
        if (booking) {
            this.show(booking);
        }
        this.goOn();
    }

    show(booking) {
        this.said = changesOf(this.current, booking);
        this.current = booking;
        this.dispatchEvent(new CustomEvent('bookingupdate', { detail: { booking } }));
    }

    /** Looks at once, and then goes on for another while. */
    handleRefresh() {
        this.stop();
        this.startedAt = now();
        this.asked = 0;
        this.ask();
    }

    handleAnother() {
        this.dispatchEvent(new CustomEvent('another'));
    }

    handleDone() {
        this.dispatchEvent(new CustomEvent('done'));
    }
}

function isSame(one, other) {
    return Boolean(one && other) && one.booking_id === other.booking_id;
}

/** What is read out: only what is not as it was. */
function changesOf(before, after) {
    const known = new Map((before.targets || []).map((target) => [keyOf(target), target.detail]));
    return (after.targets || [])
        .filter((target) => known.get(keyOf(target)) !== target.detail)
        .map((target) => fill(said, target.title, target.detail))
        .join(' ');
}
