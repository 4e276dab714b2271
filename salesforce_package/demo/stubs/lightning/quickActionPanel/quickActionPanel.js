import { LightningElement, api } from 'lwc';

/** The platform's frame of a quick action: a header, the body, a footer. */
export default class QuickActionPanel extends LightningElement {
    /** The heading. */
    @api header;

    hasFooter = false;

    handleFooterChange(event) {
        this.hasFooter = event.target.assignedElements().length > 0;
    }

    get footerClass() {
        return this.hasFooter ? 'slds-modal__footer' : 'slds-hide';
    }
}
