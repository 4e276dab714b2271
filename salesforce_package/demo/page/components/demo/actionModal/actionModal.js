import { api } from 'lwc';
import LightningModal from 'lightning/modal';

/** The window in which the platform shows a quick action's component. */
export default class ActionModal extends LightningModal {
    /** The component's class. */
    @api action;
    /** The record that the page shows. */
    @api recordId;
    /** Its object. */
    @api objectApiName;

    handleClose(event) {
        event.stopPropagation();
        this.close();
    }
}
