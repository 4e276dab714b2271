/** The event with which a component has the page read its record once more. */
export class RefreshEvent extends CustomEvent {
    constructor() {
        super('lightning__refresh', { bubbles: true, composed: true, cancelable: true });
    }
}
