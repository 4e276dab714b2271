/** Copying to the clipboard, and what to say of it. */
import copied from '@salesforce/label/c.Booking_Copied';
import copyByHand from '@salesforce/label/c.Booking_Copy_By_Hand';

/**
 * Copies a text. Where the browser does not let pages copy, the place where it stands is marked
 * for the person to copy it.
 *
 * @param {string} text What to copy.
 * @param {HTMLElement} place Where it stands.
 * @returns {Promise<string>} What to say.
 */
export async function copy(text, place) {
    try {
        await navigator.clipboard.writeText(text);
        return copied;
    } catch {
        // No clipboard in this browser or frame, or it was not allowed.
        window.getSelection().selectAllChildren(place);
        return copyByHand;
    }
}
