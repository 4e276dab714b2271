import { api, LightningElement } from 'lwc';
import narrowDown from '@salesforce/label/c.Booking_Times_Narrow_Down';
import nextDay from '@salesforce/label/c.Booking_Times_Next_Day';
import nextWeek from '@salesforce/label/c.Booking_Times_Next_Week';
import previousDay from '@salesforce/label/c.Booking_Times_Previous_Day';
import previousWeek from '@salesforce/label/c.Booking_Times_Previous_Week';
import today from '@salesforce/label/c.Booking_Times_Today';
import view from '@salesforce/label/c.Booking_Times_View';
import viewDay from '@salesforce/label/c.Booking_Times_View_Day';
import viewWeek from '@salesforce/label/c.Booking_Times_View_Week';
import goTo from '@salesforce/label/c.Booking_Times_Go_To';

/**
 * Which times are shown, and the ways to others.
 *
 * @fires step With `{steps}`: so many weeks or days on, or back.
 * @fires today
 * @fires nextfree
 * @fires datechoose With `{date}`.
 * @fires viewchoose With `{isDay}`: a day or a week.
 * @fires unfold What is rarely used is to show, or not any more.
 */
export default class TimesBar extends LightningElement {
    /** The week or the day, in words. */
    @api periodText = '';

    /** A day is shown, not a week. */
    @api isDay = false;

    /** There is room for one day only. */
    @api isNarrow = false;

    /** There is little room: what is rarely used is behind a button. */
    @api isTight = false;

    /** It shows. */
    @api isUnfolded = false;

    /** What the way to the next free time is called. */
    @api nextFreeLabel = '';

    /** The date that one goes on from. */
    @api goToDate = '';

    words = { goTo, narrowDown, today, view };

    /** Moves the keyboard's focus to what is shown. */
    @api
    focus() {
        this.refs.period.focus();
    }

    /** Moves the keyboard's focus to the button behind which the rest is, if there is one. */
    @api
    focusNarrowDown() {
        if (this.refs.narrowDown) {
            this.refs.narrowDown.focus();
        }
    }

    get barClass() {
        return this.isNarrow ? 'bar bar_narrow' : 'bar';
    }

    get previousLabel() {
        return this.isDay ? previousDay : previousWeek;
    }

    get nextLabel() {
        return this.isDay ? nextDay : nextWeek;
    }

    get canChooseView() {
        return !this.isNarrow;
    }

    get views() {
        return [
            { value: 'week', text: viewWeek, isPressed: !this.isDay },
            { value: 'day', text: viewDay, isPressed: this.isDay }
        ];
    }

    get narrowsDown() {
        return String(Boolean(this.isUnfolded));
    }

    get narrowDownIcon() {
        return this.isUnfolded ? 'utility:chevronup' : 'utility:chevrondown';
    }

    handlePrevious() {
        this.tell('step', { steps: -1 });
    }

    handleNext() {
        this.tell('step', { steps: 1 });
    }

    handleToday() {
        this.tell('today');
    }

    handleNextFree() {
        this.tell('nextfree');
    }

    handleGoTo(event) {
        this.tell('datechoose', event.detail);
    }

    handleView(event) {
        this.tell('viewchoose', { isDay: event.detail.value === 'day' });
    }

    handleNarrowDown() {
        this.tell('unfold');
    }

    tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}
