import { LightningElement, api } from 'lwc';

/**
 * Stands in for the dialog's base class. `open` is a mock of each dialog class by itself; `close`
 * fires the event `close` with the result, which a test listens for.
 */
export default class LightningModal extends LightningElement {
    @api size;
    @api label;
    @api description;
    @api disableClose;

    static get open() {
        if (!Object.hasOwn(this, 'opened')) {
            this.opened = jest.fn(() => Promise.resolve());
        }
        return this.opened;
    }

    close(result) {
        this.dispatchEvent(new CustomEvent('close', { detail: result }));
    }
}
