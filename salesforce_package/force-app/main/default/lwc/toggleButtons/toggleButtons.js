import { api, LightningElement } from 'lwc';

/**
 * Buttons that stay pressed, side by side.
 *
 * @fires press With `{value}`: one was pressed. Whoever shows them says what is pressed then.
 */
export default class ToggleButtons extends LightningElement {
    /** What the group is called, for screen readers; empty where something around it says so. */
    @api label = '';

    /** The buttons: value, text, isPressed. */
    @api options = [];

    /** Round ones, for what a guest says. */
    @api isRound = false;

    /** Moves the keyboard's focus to the first of them. */
    @api
    focus() {
        const [first] = this.template.querySelectorAll('button');
        if (first) {
            first.focus();
        }
    }

    get boxClass() {
        return this.isRound ? 'buttons buttons_round' : 'buttons';
    }

    get role() {
        return this.label ? 'group' : undefined;
    }

    get name() {
        return this.label || undefined;
    }

    get buttons() {
        const shape = this.isRound ? 'toggle toggle_round' : 'toggle';
        return this.options.map(({ value, text, isPressed }) => ({
            value,
            text,
            pressed: String(Boolean(isPressed)),
            buttonClass: isPressed ? `${shape} toggle_pressed` : shape
        }));
    }

    handlePress(event) {
        const { value: text } = event.currentTarget.dataset;
        const { value } = this.options.find((option) => String(option.value) === text);
        this.dispatchEvent(new CustomEvent('press', { detail: { value } }));
    }
}
