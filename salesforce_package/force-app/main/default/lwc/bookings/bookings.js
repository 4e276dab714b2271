import { api, LightningElement } from 'lwc';
import timeZone from '@salesforce/i18n/timeZone';
import locale from '@salesforce/i18n/locale';
import CreateBookingDialog from 'c/createBookingDialog';
import { askBookings } from 'c/bookingCalls';
import { now } from 'c/bookingClock';
import { listen } from 'c/bookingNews';
import { toMs, toUtcText } from 'c/bookingTime';
import back from '@salesforce/label/c.Booking_Back_To_Bookings';
import createBooking from '@salesforce/label/c.Booking_Create';
import emptyPast from '@salesforce/label/c.Booking_Past_Empty';
import emptyUpcoming from '@salesforce/label/c.Booking_Upcoming_Empty';
import loading from '@salesforce/label/c.Booking_List_Loading';
import loadingMore from '@salesforce/label/c.Booking_List_Loading_More';
import past from '@salesforce/label/c.Booking_Past';
import problemTitle from '@salesforce/label/c.Booking_List_Problem_Title';
import refresh from '@salesforce/label/c.Booking_Refresh';
import showMore from '@salesforce/label/c.Booking_Show_More';
import title from '@salesforce/label/c.Booking_Card_Title';
import upcoming from '@salesforce/label/c.Booking_Upcoming';

const IN_PLACE = 'In place';

/** A meeting that has begun is still upcoming; none takes longer than a day. */
const LONGEST_MEETING_MS = 24 * 60 * 60 * 1000;

const LISTS = {
    upcoming: {
        title: upcoming,
        empty: emptyUpcoming,
        listing: (nowMs) => ({
            starts_from: toUtcText(nowMs - LONGEST_MEETING_MS),
            newest_first: false,
            most: 10
        }),
        has: (booking, nowMs) => toMs(booking.end_at) > nowMs,
        marksNew: true
    },
    past: {
        title: past,
        empty: emptyPast,
        listing: (nowMs) => ({ starts_before: toUtcText(nowMs), newest_first: true, most: 5 }),
        has: (booking, nowMs) => toMs(booking.end_at) <= nowMs
    }
};

/** So many pages without anything that belongs into a list are skipped by themselves. */
const MOST_SKIPPED = 3;

const NOT_ASKED = { bookings: null, cursor: '', problem: null, isLoading: false };

/**
 * The card of a record page: the record's upcoming and past bookings, and *Create Booking*.
 */
export default class Bookings extends LightningElement {
    @api objectApiName;

    /** Where *Create Booking* opens: `Dialog` or `In place`. */
    @api opens = 'Dialog';

    lists = { upcoming: NOT_ASKED, past: NOT_ASKED };
    nowMs = now();
    newBooking = null;
    isCreating = false;
    isWaiting = false;

    timeZone = timeZone;
    locale = locale;
    labels = { back, createBooking, loading, loadingMore, problemTitle, refresh, showMore, title };

    isOnPage = false;
    recordId_;
    turn = 0;
    focusNext = '';
    stopListening;

    /** The record whose bookings are shown. */
    @api
    get recordId() {
        return this.recordId_;
    }
    set recordId(recordId) {
        const isOther = recordId !== this.recordId_;
        this.recordId_ = recordId;
        if (isOther && this.isOnPage) {
            this.startAgain();
        }
    }

    connectedCallback() {
        this.isOnPage = true;
        this.stopListening = listen(
            () => this.recordId_,
            (booking) => this.showBooked(booking)
        );
        this.startAgain();
    }

    disconnectedCallback() {
        this.isOnPage = false;
        this.turn += 1;
        this.stopListening();
    }

    renderedCallback() {
        const next = this.focusNext;
        if (next && this.refs[next]) {
            this.focusNext = '';
            this.refs[next].focus();
        }
    }

    startAgain() {
        this.lists = { upcoming: NOT_ASKED, past: NOT_ASKED };
        this.newBooking = null;
        this.endCreating();
        this.reload();
    }

    // ---------------------------------------------------------------------------- loading

    reload() {
        this.turn += 1;
        this.nowMs = now();
        if (this.recordId_) {
            this.load('upcoming', '');
            this.load('past', '');
        }
    }

    async load(name, cursor) {
        const { turn } = this;
        this.change(name, { isLoading: true });
        let answer;
        let problem = null;
        try {
            answer = await this.ask(name, cursor);
        } catch (refusal) {
            problem = refusal;
        }
        if (turn !== this.turn) {
            return;
        }
        if (problem) {
            this.change(name, { isLoading: false, problem });
        } else {
            const before = cursor ? this.lists[name].bookings : [];
            this.change(name, {
                isLoading: false,
                problem: null,
                bookings: [...before, ...answer.bookings],
                cursor: answer.cursor
            });
        }
    }

    /** A page may hold nothing that belongs into the list; then the next one is asked for. */
    async ask(name, cursor, skipped = 0) {
        const listing = LISTS[name].listing(this.nowMs);
        const page = await askBookings(this.recordId_, cursor ? { ...listing, cursor } : listing);
        const bookings = page.bookings.filter((each) => LISTS[name].has(each, this.nowMs));
        const next = page.next_cursor || '';
        if (bookings.length === 0 && next && skipped < MOST_SKIPPED) {
            return this.ask(name, next, skipped + 1);
        }
        return { bookings, cursor: next };
    }

    change(name, changes) {
        this.lists = { ...this.lists, [name]: { ...this.lists[name], ...changes } };
    }

    handleRefresh() {
        this.reload();
    }

    handleRetry(event) {
        const { name } = event.currentTarget.dataset;
        const { bookings, cursor } = this.lists[name];
        this.load(name, bookings && bookings.length > 0 ? cursor : '');
    }

    handleMore(event) {
        const { name } = event.currentTarget.dataset;
        if (!this.lists[name].isLoading) {
            this.load(name, this.lists[name].cursor);
        }
    }

    // --------------------------------------------------------------------------- creating

    async handleCreate() {
        if (this.opens === IN_PLACE) {
            this.isCreating = true;
            this.focusNext = 'panel';
            return;
        }
        await CreateBookingDialog.open({
            size: 'large',
            label: createBooking,
            recordId: this.recordId_
        });
        this.reload();
    }

    /** A wish that is on its way must be seen to its end, or it is made a second time. */
    handleWaitingChange(event) {
        this.isWaiting = event.detail.isWaiting;
    }

    handleBack() {
        this.endCreating();
        this.focusNext = 'create';
        this.reload();
    }

    endCreating() {
        this.isCreating = false;
        this.isWaiting = false;
    }

    /** A new booking, or how far the new one has come: the latter needs no other answer. */
    showBooked(booking) {
        const isKnown = booking.booking_id === this.newBookingId;
        this.newBooking = booking;
        if (isKnown) {
            this.takeOver(booking);
        } else {
            this.reload();
        }
    }

    takeOver(booking) {
        const latest = (each) => (each.booking_id === booking.booking_id ? booking : each);
        for (const name of Object.keys(LISTS)) {
            const { bookings } = this.lists[name];
            this.change(name, { bookings: bookings && bookings.map(latest) });
        }
    }

    // ----------------------------------------------------------------------- what is shown

    get showsLists() {
        return !this.isCreating;
    }

    get isRefreshing() {
        return this.lists.upcoming.isLoading || this.lists.past.isLoading;
    }

    get newBookingId() {
        return this.newBooking ? this.newBooking.booking_id : '';
    }

    get sections() {
        return Object.keys(LISTS).map((name) => this.sectionOf(name));
    }

    sectionOf(name) {
        const { bookings, cursor, problem, isLoading } = this.lists[name];
        const shown = newFirst(bookings || [], LISTS[name].marksNew ? this.newBooking : null);
        return {
            name,
            headingId: `heading-${name}`,
            title: LISTS[name].title,
            bookings: shown,
            hasBookings: shown.length > 0,
            problem,
            isLoading,
            isFirstLoading: isLoading && bookings === null && !problem,
            isEmpty: bookings !== null && shown.length === 0 && !problem && !cursor,
            empty: LISTS[name].empty,
            hasMore: Boolean(cursor) && !problem,
            moreLabel: isLoading ? loadingMore : showMore
        };
    }
}

/** What was just booked stands first, whenever it takes place and on whichever page it came. */
function newFirst(bookings, newBooking) {
    if (!newBooking) {
        return bookings;
    }
    const isNew = (each) => each.booking_id === newBooking.booking_id;
    return [bookings.find(isNew) || newBooking, ...bookings.filter((each) => !isNew(each))];
}
