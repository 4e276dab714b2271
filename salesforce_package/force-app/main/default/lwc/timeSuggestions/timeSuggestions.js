import { api, LightningElement } from 'lwc';
import locale from '@salesforce/i18n/locale';
import { capitalised, speak, spokenTime } from 'c/bookingTimes';
import { fill } from 'c/bookingWords';
import { copy } from 'c/copying';
import title from '@salesforce/label/c.Booking_Suggest_Title';
import choose from '@salesforce/label/c.Booking_Suggest_Choose';
import copyLabel from '@salesforce/label/c.Booking_Suggest_Copy';
import quote from '@salesforce/label/c.Booking_Suggest_Quote';

/**
 * Two or three times as one says them on the phone; each can be chosen, the sentence be copied.
 *
 * @fires suggestionchoose {slot} One of the times was chosen.
 */
export default class TimeSuggestions extends LightningElement {
    /** IANA name of the organizer's zone. */
    @api zone;

    /** IANA name; empty when it is not known. */
    @api guestZone = '';

    /** Milliseconds: what today and tomorrow are. */
    @api now;

    /** What is shown is being replaced: nothing can be chosen until it is. */
    @api isStale = false;

    /** There is little room from top to bottom. */
    @api isShort = false;

    words = { title, copy: copyLabel };
    copied = '';

    _slots = [];

    /** Slots of the availability answer, in time order. */
    @api
    get slots() {
        return this._slots;
    }
    set slots(value) {
        this._slots = value;
        this.copied = '';
    }

    /** What may be over in a moment is not to be said. */
    get boxClass() {
        return `box${this.isStale ? ' box_stale' : ''}${this.isShort ? ' box_short' : ''}`;
    }

    get titleClass() {
        return this.isShort ? 'slds-assistive-text' : 'title';
    }

    get sentence() {
        const look = { zone: this.zone, guestZone: this.guestZone, locale, now: this.now };
        return speak(this.slots, look);
    }

    get quoted() {
        return fill(quote, this.sentence);
    }

    get choices() {
        const look = { zone: this.guestZone || this.zone, locale, now: this.now };
        return this.slots.map((slot) => {
            const text = spokenTime(slot.start_at, look);
            return {
                startAt: slot.start_at,
                text: capitalised(text, locale),
                name: fill(choose, text)
            };
        });
    }

    handleChoose(event) {
        const { start } = event.currentTarget.dataset;
        const slot = this.slots.find((each) => each.start_at === start);
        this.dispatchEvent(new CustomEvent('suggestionchoose', { detail: { slot } }));
    }

    async handleCopy() {
        // Emptied first, so that a second copy is announced as well.
        this.copied = '';
        this.copied = await copy(this.sentence, this.refs.sentence);
    }
}
