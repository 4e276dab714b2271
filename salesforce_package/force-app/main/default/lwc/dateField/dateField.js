import { api, LightningElement } from 'lwc';
import notWhole from '@salesforce/label/c.Booking_Form_Not_A_Date';

/**
 * A field for a date. A date picked with the mouse counts at once; one that is being typed counts
 * when it is whole, that is with Enter or when the field is left: the browser reports a change
 * after every digit, and the year 202 is none that anybody means.
 *
 * @fires datechoose {date} A date was chosen: YYYY-MM-DD; '' when the field was cleared.
 */
export default class DateField extends LightningElement {
    /** What the field is called. */
    @api label = '';

    /** The name is for screen readers only; what the field is for shows from where it stands. */
    @api isLabelHidden = false;

    /** The name stands above the field, as in a form. */
    @api isStacked = false;

    /** Something must stand there; for those who look and those who listen. */
    @api required = false;

    isTyping = false;
    fault = '';
    shownFault = '';
    told = '';
    value_ = '';

    /** The date that stands there: YYYY-MM-DD, or ''. */
    @api
    get value() {
        return this.value_;
    }
    set value(value) {
        this.value_ = value ?? '';
        this.told = this.value_;
    }

    /** Moves the keyboard's focus to the field. */
    @api
    focus() {
        this.refs.field.focus();
    }

    /**
     * As a base component has it: what is wrong, shown once `reportValidity` is called.
     *
     * @param {string} words Empty: nothing is.
     */
    @api
    setCustomValidity(words) {
        this.fault = words;
    }

    /** @returns {boolean} Whether nothing is wrong; a date that is not whole is. */
    @api
    checkValidity() {
        return !this.words;
    }

    /** @returns {boolean} As `checkValidity`. */
    @api
    reportValidity() {
        this.shownFault = this.words;
        return this.checkValidity();
    }

    get words() {
        const { badInput } = this.refs.field.validity;
        return this.fault || (badInput ? notWhole : '');
    }

    get isWrong() {
        return this.shownFault ? 'true' : undefined;
    }

    get describedBy() {
        return this.shownFault ? 'fault' : undefined;
    }

    get isRequired() {
        return this.required ? 'true' : undefined;
    }

    get fieldClass() {
        return this.isStacked ? 'field field_stacked' : 'field';
    }

    get labelClass() {
        if (this.isStacked) {
            return 'slds-form-element__label';
        }
        return this.isLabelHidden ? 'slds-assistive-text' : 'label';
    }

    handleKeydown(event) {
        if (event.key === 'Enter') {
            this.tell();
        } else if (event.key !== 'Tab' && event.key !== 'Escape') {
            this.isTyping = true;
        }
    }

    handlePointer() {
        this.isTyping = false;
    }

    handleChange() {
        if (!this.isTyping) {
            this.tell();
        }
    }

    handleBlur() {
        if (this.isTyping) {
            this.tell();
        }
    }

    tell() {
        this.isTyping = false;
        const date = this.refs.field.value;
        if (date !== this.told) {
            this.told = date;
            this.dispatchEvent(new CustomEvent('datechoose', { detail: { date } }));
        }
    }
}
