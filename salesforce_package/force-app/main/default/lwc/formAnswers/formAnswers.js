/**
 * What is entered in a booking form: as a field shows it, as it is sent, and what is wrong with it.
 * In a draft a checkbox is true or false, everything else a text. The service has the last word.
 */
import locale from '@salesforce/i18n/locale';
import { isDate } from 'c/bookingTime';
import { fill } from 'c/bookingWords';
import { faultText } from 'c/emailAddresses';
import answerSaid from '@salesforce/label/c.Booking_Progress_Answer';
import answerSaidBare from '@salesforce/label/c.Booking_Progress_Answer_Bare';
import missing from '@salesforce/label/c.Booking_Form_Missing';
import missingCheckbox from '@salesforce/label/c.Booking_Form_Missing_Checkbox';
import missingChoice from '@salesforce/label/c.Booking_Form_Missing_Choice';
import no from '@salesforce/label/c.Booking_Form_No';
import notADate from '@salesforce/label/c.Booking_Form_Not_A_Date';
import notANumber from '@salesforce/label/c.Booking_Form_Not_A_Number';
import tooLong from '@salesforce/label/c.Booking_Details_Too_Long';
import yes from '@salesforce/label/c.Booking_Form_Yes';

export const CHECKBOX = 'checkbox';
export const CHOICE = 'choice';
export const DATE = 'date';
export const LONG_TEXT = 'long_text';

/** Characters that the service takes at most. */
const MOST_CHARACTERS = { text: 255, long_text: 32000, phone: 40 };
const MISSING = { [CHECKBOX]: missingCheckbox, [CHOICE]: missingChoice };
/** After these at its end a field's name wants no colon. */
const ENDED = /[?!:.]$/;
const DECIMAL = /^[+-]?\d+([.]\d+)?$/;

/**
 * What stands in a field to begin with.
 *
 * @param {{kind: string, value: (string|number|boolean|undefined)}} field of a booking type's form
 * @returns {string|boolean}
 */
export function startingAnswer({ kind, value }) {
    if (kind === CHECKBOX) {
        return isYes(value);
    }
    return value === undefined || value === null ? '' : String(value);
}

/**
 * The answers as they are sent: texts all of them, because Apex takes no map of several kinds of
 * values. Nothing is sent for a field in which nothing stands; an empty box is an answer.
 *
 * @param {object[]|undefined} form of the booking type
 * @param {object} answers by the fields' keys
 * @returns {object} by the fields' keys
 */
export function answersToSend(form, answers) {
    const sent = {};
    for (const field of form || []) {
        const text = String(answers[field.key] ?? startingAnswer(field)).trim();
        if (text) {
            sent[field.key] = text;
        }
    }
    return sent;
}

/**
 * What is wrong with an answer.
 *
 * @param {object} field of a booking type's form
 * @param {string|boolean} answer
 * @returns {string} in words; empty when nothing is
 */
export function answerFault(field, answer) {
    const { kind, is_required: isRequired } = field;
    const text = kind === CHECKBOX ? '' : answer.trim();
    if (kind === CHECKBOX || !text) {
        return isRequired && answer !== true ? missingWords(kind) : '';
    }
    const most = MOST_CHARACTERS[kind];
    if (most && text.length > most) {
        return fill(tooLong, numberText(text.length), numberText(most));
    }
    return FAULTS[kind] ? FAULTS[kind](text) : '';
}

/**
 * What a field says in which nothing stands, and must.
 *
 * @param {string} kind
 * @returns {string}
 */
export function missingWords(kind) {
    return MISSING[kind] || missing;
}

/**
 * An answer of a booking as people read it.
 *
 * @param {string|number|boolean} value
 * @returns {string}
 */
export function answerText(value) {
    if (isYes(value)) {
        return yes;
    }
    return String(value) === 'false' ? no : String(value);
}

/**
 * A field and what was answered there, in one line.
 *
 * @param {{label: string, value: (string|number|boolean)}} answer of a booking
 * @returns {string} like `Budget: 12` or `What is it about? An audit`
 */
export function answeredText({ label, value }) {
    return fill(ENDED.test(label) ? answerSaidBare : answerSaid, label, answerText(value));
}

const FAULTS = {
    number: (text) => (DECIMAL.test(text) ? '' : notANumber),
    date: (text) => (isDate(text) ? '' : notADate),
    email: faultText
};

function isYes(value) {
    return String(value) === 'true';
}

function numberText(value) {
    return new Intl.NumberFormat(locale).format(value);
}
