import { api, LightningElement } from 'lwc';
import { later } from 'c/bookingClock';
import heading from '@salesforce/label/c.Booking_Consent_Heading';
import read from '@salesforce/label/c.Booking_Consent_Read';
import given from '@salesforce/label/c.Booking_Consent_Given';
import missing from '@salesforce/label/c.Booking_Consent_Missing';

/**
 * What the guest has to agree to before anything is booked: the text to read out, and that they did.
 *
 * @fires consentchange With `{hasConsent}`.
 */
export default class GuestConsent extends LightningElement {
    /** What the guest agrees to, as it is read to them. */
    @api text = '';

    /** The guest has agreed. */
    @api hasConsent = false;

    words = { heading, read, given, missing };

    /** Moves the keyboard's focus to the box. */
    @api
    focus() {
        this.refs.box.focus();
    }

    /**
     * Says at the box what is wrong when it is not ticked.
     *
     * @returns {boolean} Whether nothing is.
     */
    @api
    check() {
        this.refuse(this.hasConsent ? '' : missing);
        return Boolean(this.hasConsent);
    }

    /**
     * Says at the box what the service found wrong.
     *
     * @param {string} words
     */
    @api
    refuse(words) {
        this.refs.box.setCustomValidity(words);
        this.refs.box.reportValidity();
    }

    /** All of the box comes into view, with its message: that is drawn only after what is done now. */
    handleFocus() {
        const { box } = this.refs;
        later(() => box.scrollIntoView({ block: 'nearest' }), 0);
    }

    handleChange(event) {
        const hasConsent = Boolean(event.detail.checked);
        this.refuse('');
        this.dispatchEvent(new CustomEvent('consentchange', { detail: { hasConsent } }));
    }
}
