import { api, LightningElement } from 'lwc';
import copied from '@salesforce/label/c.Booking_Copied';
import copyByHand from '@salesforce/label/c.Booking_Copy_By_Hand';

/**
 * A text to be read, with a button that copies it. Where the browser does not let pages copy, the
 * text is marked for the person to copy it.
 */
export default class CopyableText extends LightningElement {
    /** What is shown and copied. */
    @api text = '';

    /** Where it leads, for a text that is a link. */
    @api href = '';

    /** What the button is called. */
    @api label;

    said = '';

    async handleCopy() {
        // Emptied first, so that a second copy is announced as well.
        this.said = '';
        try {
            await navigator.clipboard.writeText(this.text);
            this.said = copied;
        } catch {
            // No clipboard in this browser or frame, or it was not allowed.
            window.getSelection().selectAllChildren(this.refs.text);
            this.said = copyByHand;
        }
    }
}
