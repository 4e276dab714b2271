import { api, LightningElement } from 'lwc';
import {
    answerFault,
    CHECKBOX,
    CHOICE,
    DATE,
    LONG_TEXT,
    missingWords,
    startingAnswer
} from 'c/formAnswers';
import choose from '@salesforce/label/c.Booking_Form_Choose';
import noAnswer from '@salesforce/label/c.Booking_Form_No_Answer';
import notANumber from '@salesforce/label/c.Booking_Form_Not_A_Number';

/** What a field's kind is called as the type of an input. */
const INPUT_TYPES = {
    text: 'text',
    number: 'number',
    email: 'email',
    phone: 'tel'
};

/**
 * The fields of a booking type's form. What is wrong is said at each field.
 *
 * @fires answerschange With `{answers}`: all of them, by the fields' keys.
 */
export default class BookingForm extends LightningElement {
    /** The fields, as the service offered them. */
    @api fields = [];

    answers_ = {};
    firstFaulty = '';

    /** What stands in them, by the fields' keys: yes or no of a checkbox, else a text. */
    @api
    get answers() {
        return this.answers_;
    }

    set answers(answers) {
        this.answers_ = { ...answers };
    }

    /** Moves the keyboard's focus to the first field that is wrong; to the first one without any. */
    @api
    focus() {
        const [first] = this.fields;
        const input = this.inputOf(this.firstFaulty || first.key);
        if (input) {
            input.focus();
        }
    }

    /**
     * Says at every field what is wrong with it.
     *
     * @returns {boolean} Whether nothing is.
     */
    @api
    check() {
        const faulty = this.fields.filter((field) => this.checkField(field));
        this.firstFaulty = faulty.length > 0 ? faulty[0].key : '';
        return faulty.length === 0;
    }

    /**
     * Says at a field what the service found wrong with it.
     *
     * @param {string} key The field's.
     * @param {string} words
     */
    @api
    refuse(key, words) {
        this.firstFaulty = key;
        this.mark(this.inputOf(key), words);
    }

    get shown() {
        return this.fields.map((field) => ({
            ...field,
            answer: this.answerOf(field),
            isCheckbox: field.kind === CHECKBOX,
            isChoice: field.kind === CHOICE,
            isLongText: field.kind === LONG_TEXT,
            isDate: field.kind === DATE,
            isInput: ![CHECKBOX, CHOICE, DATE, LONG_TEXT].includes(field.kind),
            type: INPUT_TYPES[field.kind] || 'text',
            step: field.kind === 'number' ? 'any' : undefined,
            missing: missingWords(field.kind),
            options: optionsOf(field),
            placeholder: choose
        }));
    }

    /** Said of a field for numbers whose text is none. */
    get notANumber() {
        return notANumber;
    }

    answerOf(field) {
        return this.answers_[field.key] ?? startingAnswer(field);
    }

    handleChange(event) {
        const { checked, value } = event.detail;
        const isTicked = this.fieldOf(event.target).kind === CHECKBOX;
        this.take(event.target, isTicked ? Boolean(checked) : (value ?? ''));
    }

    take(input, answer) {
        this.mark(input, '');
        this.answers_ = { ...this.answers_, [input.dataset.key]: answer };
        const detail = { answers: { ...this.answers_ } };
        this.dispatchEvent(new CustomEvent('answerschange', { detail }));
    }

    handleDate(event) {
        this.take(event.target, event.detail.date);
    }

    handleBlur(event) {
        const field = this.fieldOf(event.target);
        if (String(this.answerOf(field)).trim()) {
            // Of one that is still empty it says so itself.
            this.checkField(field);
        }
    }

    checkField(field) {
        const input = this.inputOf(field.key);
        const fault = answerFault(field, this.answerOf(field));
        this.mark(input, fault);
        // What cannot be read as a number or a date is no value at all: only the field knows it.
        return Boolean(fault) || input.checkValidity() === false;
    }

    mark(input, words) {
        input.setCustomValidity(words);
        input.reportValidity();
    }

    fieldOf(input) {
        return this.fields.find((each) => each.key === input.dataset.key);
    }

    inputOf(key) {
        return this.template.querySelector(`[data-key="${key}"]`);
    }
}

/** Where nothing has to be chosen, one can also go back to that. */
function optionsOf({ kind, choices, is_required: isRequired }) {
    if (kind !== CHOICE) {
        return [];
    }
    const options = (choices || []).map((each) => ({ label: each, value: each }));
    return isRequired ? options : [{ label: noAnswer, value: '' }, ...options];
}
