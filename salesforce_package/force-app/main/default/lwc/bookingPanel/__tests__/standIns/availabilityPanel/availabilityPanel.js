import { api, LightningElement } from 'lwc';

/** Asks nobody: what the flow tells the times, and hears from them, is all that matters here. */
export default class AvailabilityPanel extends LightningElement {
    @api hidesUnavailable;
    @api recordId;
    @api bookingType;
    @api hostId;
    @api hostNames;
    @api coHostIds;
    @api allHosts;
    @api timeZone;
    @api guestTimeZone;
    @api durationMinutes;
    @api chosenStartAt;
    @api isReady;
    @api width;

    @api
    reload() {
        this.dispatchEvent(new CustomEvent('reloaded'));
    }

    @api
    focusChosen() {
        this.dispatchEvent(new CustomEvent('chosenfocused'));
    }
}
