import { api, LightningElement } from 'lwc';

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

    isTyping = false;
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

    get labelClass() {
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
