import { LightningElement, api } from 'lwc';
import title from '@salesforce/label/c.Booking_Title';
import timeZone from '@salesforce/i18n/timeZone';
import ask from '@salesforce/apex/SmallController.ask';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';

/** The smallest component that uses what the platform gives. */
export default class Bookings extends LightningElement {
    @api recordId;
    @api objectApiName;
    @api opens;

    title = title;
    timeZone = timeZone;
    answer = '';

    async handleAsk() {
        try {
            this.answer = await ask({ recordId: this.recordId });
        } catch (error) {
            this.answer = `${error.status} ${error.body.message}`;
        }
        this.dispatchEvent(new ShowToastEvent({ title: this.answer, variant: 'info' }));
    }
}
