import { api, LightningElement } from 'lwc';
import { fill } from 'c/bookingWords';
import { addressesIn, faultOf, faultText, isSameAddress } from 'c/emailAddresses';
import label from '@salesforce/label/c.Booking_Emails_Label';
import help from '@salesforce/label/c.Booking_Emails_Help';
import listName from '@salesforce/label/c.Booking_Emails_List';
import already from '@salesforce/label/c.Booking_Emails_Already';
import alreadyMany from '@salesforce/label/c.Booking_Emails_Already_Many';
import added from '@salesforce/label/c.Booking_Added_One';
import addedMany from '@salesforce/label/c.Booking_Emails_Added_Many';
import removed from '@salesforce/label/c.Booking_Removed_One';
import mostReached from '@salesforce/label/c.Booking_Emails_Most';
import moreWrong from '@salesforce/label/c.Booking_Emails_More_Wrong';

/** As many as the service takes for one booking. */
const MOST = 20;

/** So many wrong addresses are named; of the others only the number. */
const MOST_NAMED = 3;

const SEPARATORS = /[,;\n\r\t]/;

/**
 * Mail addresses of several guests: typed or pasted, each becomes a pill. What is wrong stays in
 * the field to be corrected.
 *
 * @fires addresseschange With `{addresses, invalid}`: the pills', and what waits to be corrected.
 */
export default class GuestEmails extends LightningElement {
    /** How many addresses at most. */
    @api most = MOST;

    /** What the field is called; its own words without one. */
    @api label;

    /** Addresses that are invited elsewhere, the primary guest's. */
    @api elsewhere = [];

    /** An address that the service refused, and in `refusedBecause` why. */
    @api refused = '';

    /** The service's words for the refused address. */
    @api refusedBecause = '';

    text = '';
    faults_ = [];
    invalid = [];
    notice = '';
    isNoticeShown = false;
    focusNext;
    addresses_ = [];

    /** The addresses that are there, in their order. */
    @api
    get addresses() {
        return this.addresses_;
    }

    set addresses(addresses) {
        this.addresses_ = [...(addresses || [])];
    }

    /** Moves the keyboard's focus to the field. */
    @api
    focus() {
        this.refs.field.focus();
    }

    /**
     * Takes what stands in the field as if Enter had been pressed.
     *
     * @returns {boolean} Whether nothing is left there to correct.
     */
    @api
    commit() {
        this.take(this.text);
        return this.invalid.length === 0;
    }

    renderedCallback() {
        if (this.focusNext !== undefined) {
            this.focusPill(this.focusNext);
            this.focusNext = undefined;
        }
    }

    get name() {
        return this.label || label;
    }

    get help() {
        return help;
    }

    get listName() {
        return fill(listName, this.addresses_.length);
    }

    get hasPills() {
        return this.addresses_.length > 0;
    }

    get pills() {
        return this.addresses_.map((address) => ({
            key: address,
            text: address,
            isWrong: this.isRefused(address)
        }));
    }

    get faults() {
        return this.hasRefused ? [this.refusedBecause, ...this.faults_] : this.faults_;
    }

    get hasRefused() {
        return Boolean(this.refused) && this.addresses_.some((each) => this.isRefused(each));
    }

    get isWrong() {
        return this.faults.length > 0 ? 'true' : 'false';
    }

    get boxClass() {
        return this.faults.length > 0 ? 'box box_wrong' : 'box';
    }

    get noticeClass() {
        return this.isNoticeShown ? 'help' : 'slds-assistive-text';
    }

    isRefused(address) {
        return Boolean(this.refused) && isSameAddress(address, this.refused);
    }

    // ------------------------------------------------------------------------- the field

    handleInput(event) {
        this.text = event.target.value;
        const typed = event.data || '';
        if (SEPARATORS.test(typed.slice(-1)) || this.isCompleteWithBlank(typed)) {
            this.take(this.text);
        } else {
            this.forgetFaults();
        }
    }

    /** A blank ends an address, but not a name that stands before one. */
    isCompleteWithBlank(typed) {
        return typed.endsWith(' ') && /\s$/.test(this.text) && !faultOf(this.text.trim());
    }

    handleFieldKey(event) {
        if (event.key === 'Enter') {
            event.preventDefault();
            this.take(this.text);
        } else if (this.isAtStart(event.target) && this.hasPills) {
            if (event.key === 'Backspace' || event.key === 'ArrowLeft') {
                event.preventDefault();
                this.focusPill(this.addresses_.length - 1);
            }
        }
    }

    isAtStart(field) {
        return field.selectionStart === 0 && field.selectionEnd === 0;
    }

    handlePaste(event) {
        const pasted = event.clipboardData.getData('text');
        if (!SEPARATORS.test(pasted) && addressesIn(pasted).length < 2) {
            return;
        }
        event.preventDefault();
        const { value, selectionStart, selectionEnd } = event.target;
        this.take(`${value.slice(0, selectionStart)}${pasted}${value.slice(selectionEnd)}`);
    }

    handleBlur() {
        // One who goes on to the next field has finished the address.
        if (this.text.trim()) {
            this.take(this.text);
        }
    }

    handleBoxClick(event) {
        if (event.target === event.currentTarget) {
            this.focus();
        }
    }

    // ------------------------------------------------------------------------- the pills

    handleRemove(event) {
        this.removeAt(event.detail.position);
    }

    focusPill(position) {
        if (!this.refs.pills || !this.refs.pills.focusAt(position)) {
            this.focus();
        }
    }

    removeAt(position) {
        const [address] = this.addresses_.slice(position, position + 1);
        this.addresses_ = this.addresses_.filter((each, place) => place !== position);
        this.say(fill(removed, address), false);
        // The button that had the focus is gone: its neighbour takes it.
        this.focusNext = position;
        this.tell();
    }

    // ------------------------------------------------------------------------ taking text

    take(text) {
        const found = { right: [], wrong: [], twice: [], surplus: [] };
        for (const address of addressesIn(text)) {
            this.sort(address, found);
        }
        this.addresses_ = [...this.addresses_, ...found.right];
        this.invalid = [...found.wrong, ...found.surplus];
        this.text = this.invalid.join(', ');
        this.faults_ = this.faultsOf(found);
        this.announce(found);
        this.tell();
    }

    sort(address, found) {
        const known = [...this.addresses_, ...found.right, ...(this.elsewhere || [])];
        if (faultOf(address)) {
            found.wrong.push(address);
        } else if (known.some((each) => each && isSameAddress(each, address))) {
            found.twice.push(address);
        } else if (this.addresses_.length + found.right.length >= this.most) {
            found.surplus.push(address);
        } else {
            found.right.push(address);
        }
    }

    faultsOf({ wrong, surplus }) {
        const faults = wrong.slice(0, MOST_NAMED).map(faultText);
        if (wrong.length > MOST_NAMED) {
            faults.push(fill(moreWrong, wrong.length - MOST_NAMED));
        }
        if (surplus.length > 0) {
            faults.push(fill(mostReached, this.most));
        }
        return faults;
    }

    announce({ right, twice }) {
        const words = [
            counted(right, added, addedMany),
            counted(twice, already, alreadyMany)
        ].filter(Boolean);
        this.say(words.join(' '), twice.length > 0);
    }

    /** Pills that come and go are seen; that an address was dropped has to be read. */
    say(words, isShown) {
        this.notice = words;
        this.isNoticeShown = isShown;
    }

    forgetFaults() {
        this.faults_ = [];
        this.notice = '';
        if (this.invalid.length > 0) {
            this.invalid = [];
            this.tell();
        }
    }

    tell() {
        const detail = { addresses: [...this.addresses_], invalid: [...this.invalid] };
        this.dispatchEvent(new CustomEvent('addresseschange', { detail }));
    }
}

function counted(addresses, one, many) {
    if (addresses.length === 0) {
        return '';
    }
    return addresses.length === 1 ? fill(one, addresses[0]) : fill(many, addresses.length);
}
