import { api, LightningElement } from 'lwc';
import { copy } from 'c/copying';

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
        this.said = await copy(this.text, this.refs.text);
    }
}
