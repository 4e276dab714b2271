/** The name under which a test listens for toasts. */
export const ShowToastEventName = 'lightning__showtoast';

/** The event that asks for a toast; its detail is what the toast shows. */
export class ShowToastEvent extends CustomEvent {
    constructor(toast) {
        super(ShowToastEventName, {
            detail: toast,
            bubbles: true,
            composed: true,
            cancelable: true
        });
    }
}
