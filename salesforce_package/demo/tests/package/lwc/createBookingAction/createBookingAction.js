import { LightningElement, api } from 'lwc';
import { CloseActionScreenEvent } from 'lightning/actions';

/** The smallest quick action: a button that closes it. */
export default class CreateBookingAction extends LightningElement {
    @api recordId;
    @api objectApiName;

    handleClose() {
        this.dispatchEvent(new CloseActionScreenEvent());
    }
}
