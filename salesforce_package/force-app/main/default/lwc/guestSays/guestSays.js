import { api, LightningElement } from 'lwc';
import locale from '@salesforce/i18n/locale';
import { addDays, dayText, isDate } from 'c/bookingTime';
import { ANY_TIME } from 'c/bookingTimes';
import { fill } from 'c/bookingWords';
import title from '@salesforce/label/c.Booking_Says_Title';
import mornings from '@salesforce/label/c.Booking_Says_Mornings';
import afternoons from '@salesforce/label/c.Booking_Says_Afternoons';
import notBefore from '@salesforce/label/c.Booking_Says_Not_Before';
import notBeforeDate from '@salesforce/label/c.Booking_Says_Not_Before_Date';
import remove from '@salesforce/label/c.Booking_Says_Remove';
import clear from '@salesforce/label/c.Booking_Says_Clear';
import chipsLabel from '@salesforce/label/c.Booking_Says_Chips';

const DAY_PARTS = [
    ['morning', mornings],
    ['afternoon', afternoons]
];
const WORKING_WEEK = [1, 2, 3, 4, 5];
/** Any Monday: only the names of the weekdays are taken from it. */
const SOME_MONDAY = '2027-03-01';

/**
 * What the guest says about when: only such times are offered to read out, the others are dimmed.
 *
 * @fires narrowingchange {narrowing} What the guest says is something else now.
 */
export default class GuestSays extends LightningElement {
    /** {dayPart, weekdays, notBefore}, as `matches` of c/bookingTimes takes it. */
    @api narrowing = ANY_TIME;

    /** Which weekdays can be named; Monday = 1. */
    @api days = WORKING_WEEK;

    /** There is little room: only what was said already shows. */
    @api isFolded = false;

    words = { title, notBefore, clear, chips: chipsLabel };

    get showsChoices() {
        return !this.isFolded;
    }

    get dayParts() {
        return DAY_PARTS.map(([value, text]) => {
            return { value, text, isPressed: this.narrowing.dayPart === value };
        });
    }

    get weekdays() {
        return this.days.map((value) => ({
            value,
            text: weekdayText(value, 'weekdayShort'),
            isPressed: this.narrowing.weekdays.includes(value)
        }));
    }

    get chips() {
        const { dayPart, weekdays, notBefore: date } = this.narrowing;
        const chips = DAY_PARTS.filter(([value]) => value === dayPart);
        for (const weekday of [...weekdays].sort()) {
            chips.push([String(weekday), weekdayText(weekday, 'weekday')]);
        }
        if (date) {
            chips.push(['notBefore', fill(notBeforeDate, dayText(date, locale, 'short'))]);
        }
        return chips.map(([key, text]) => ({ key, text, name: fill(remove, text) }));
    }

    get hasSeveral() {
        return this.chips.length > 1;
    }

    handlePart(event) {
        const { value: part } = event.detail;
        this.say({ dayPart: this.narrowing.dayPart === part ? '' : part });
    }

    handleWeekday(event) {
        this.say({
            weekdays: toggled(this.narrowing.weekdays, event.detail.value)
        });
    }

    handleNotBefore(event) {
        const { date } = event.detail;
        this.say({ notBefore: isDate(date) ? date : '' });
    }

    handleRemove(event) {
        const { chip } = event.currentTarget.dataset;
        if (chip === 'notBefore') {
            this.say({ notBefore: '' });
        } else if (chip === this.narrowing.dayPart) {
            this.say({ dayPart: '' });
        } else {
            this.say({ weekdays: toggled(this.narrowing.weekdays, chip) });
        }
        this.focusChoices();
    }

    handleClear() {
        this.say({ ...ANY_TIME });
        this.focusChoices();
    }

    /** The chip is gone; the focus goes to where one says something else, if that shows. */
    focusChoices() {
        const choice = this.refs.choices || this.template.querySelector('.chip');
        if (choice) {
            choice.focus();
        }
    }

    say(change) {
        const narrowing = { ...this.narrowing, ...change };
        this.dispatchEvent(new CustomEvent('narrowingchange', { detail: { narrowing } }));
    }
}

function weekdayText(weekday, style) {
    return dayText(addDays(SOME_MONDAY, weekday - 1), locale, style);
}

function toggled(weekdays, value) {
    const weekday = Number(value);
    return weekdays.includes(weekday)
        ? weekdays.filter((each) => each !== weekday)
        : [...weekdays, weekday];
}
