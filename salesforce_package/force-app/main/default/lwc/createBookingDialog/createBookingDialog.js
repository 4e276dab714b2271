import { api } from 'lwc';
import LightningModal from 'lightning/modal';
import title from '@salesforce/label/c.Booking_Create';

/** The booking flow in a dialog. */
export default class CreateBookingDialog extends LightningModal {
    /** The record that the booking is for. */
    @api recordId;

    title = title;

    /** A wish that is on its way must be seen to its end, or it is made a second time. */
    handleWaitingChange(event) {
        this.disableClose = event.detail.isWaiting;
    }

    /** The panel's own way out; also while others are barred. */
    handleClose() {
        this.disableClose = false;
        this.close();
    }
}
