import { api, LightningElement } from 'lwc';
import { fill } from 'c/bookingWords';
import remove from '@salesforce/label/c.Booking_Remove_One';

/**
 * What was added to a field, each with a button that takes it out again.
 *
 * @fires remove With `{key, position}`: one is to be taken out.
 * @fires leave The keyboard goes on behind the last one; only where arrows walk.
 */
export default class PillList extends LightningElement {
    /** What was added: key, text, isWrong. */
    @api pills = [];

    /** What the list is called. */
    @api label = '';

    /** One stop of the Tab key, arrows walk; else each is a stop of its own. */
    @api isWalked = false;

    current = 0;

    /**
     * Moves the keyboard's focus to a pill's button; to the last one when there are fewer.
     *
     * @param {number} position
     * @returns {boolean} Whether there is any.
     */
    @api
    focusAt(position) {
        const buttons = this.template.querySelectorAll('.remove');
        const target = buttons[Math.min(position, buttons.length - 1)];
        if (target) {
            target.focus();
        }
        return Boolean(target);
    }

    get shown() {
        const stop = Math.min(this.current, this.pills.length - 1);
        return this.pills.map(({ key, text, isWrong }, position) => ({
            key,
            text,
            position,
            tabIndex: !this.isWalked || position === stop ? '0' : '-1',
            removeName: fill(remove, text),
            pillClass: isWrong ? 'pill pill_wrong' : 'pill'
        }));
    }

    handleFocus(event) {
        this.current = positionOf(event);
    }

    handleClick(event) {
        this.removeAt(positionOf(event));
    }

    handleKey(event) {
        const moves = this.isWalked ? this.movesFrom(positionOf(event)) : {};
        if (moves[event.key]) {
            event.preventDefault();
            moves[event.key]();
        }
    }

    movesFrom(position) {
        const last = this.pills.length - 1;
        return {
            ArrowLeft: () => this.focusAt(Math.max(position - 1, 0)),
            ArrowRight: () => (position < last ? this.focusAt(position + 1) : this.leave()),
            Home: () => this.focusAt(0),
            End: () => this.focusAt(last),
            Delete: () => this.removeAt(position),
            Backspace: () => this.removeAt(position)
        };
    }

    leave() {
        this.dispatchEvent(new CustomEvent('leave'));
    }

    removeAt(position) {
        const { key } = this.pills[position];
        this.dispatchEvent(new CustomEvent('remove', { detail: { key, position } }));
    }
}

function positionOf(event) {
    return Number(event.currentTarget.dataset.position);
}
