import { api, LightningElement } from 'lwc';
import { CloseActionScreenEvent } from 'lightning/actions';
import title from '@salesforce/label/c.Booking_Create';

/** The booking flow as an action of a record. */
export default class CreateBookingAction extends LightningElement {
    /** The record; an action gets it only after it is on the page. */
    @api recordId;

    /** Its object; the platform gives it to every action. */
    @api objectApiName;

    title = title;

    handleClose() {
        this.dispatchEvent(new CloseActionScreenEvent());
    }
}
