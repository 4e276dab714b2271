import { api, LightningElement } from 'lwc';
import locale from '@salesforce/i18n/locale';
import {
    allZones,
    formerZoneName,
    isZone,
    placeText,
    timeText,
    zoneNameNow,
    zoneNameText,
    zoneText
} from 'c/bookingTime';
import { fill, plural } from 'c/bookingWords';
import title from '@salesforce/label/c.Booking_Guest_Zone';
import short from '@salesforce/label/c.Booking_Guest_Zone_Short';
import current from '@salesforce/label/c.Booking_Guest_Zone_Is';
import unknown from '@salesforce/label/c.Booking_Guest_Zone_Unknown';
import change from '@salesforce/label/c.Booking_Guest_Zone_Change';
import changeFull from '@salesforce/label/c.Booking_Guest_Zone_Change_Full';
import search from '@salesforce/label/c.Booking_Guest_Zone_Search';
import none from '@salesforce/label/c.Booking_Guest_Zone_None';
import yours from '@salesforce/label/c.Booking_Guest_Zone_Yours';
import ofRecord from '@salesforce/label/c.Booking_Guest_Zone_Record';
import optionText from '@salesforce/label/c.Booking_Guest_Zone_Option';
import found from '@salesforce/label/c.Booking_Guest_Zone_Found';
import foundOne from '@salesforce/label/c.Booking_Guest_Zone_Found_One';

/** As many as one looks through; who wants another types on. */
const MOST_OPTIONS = 30;

/**
 * The guest's time zone: says which it is and what time it is there, and lets one search another.
 *
 * @fires zonechange {timeZone} Another zone was chosen.
 */
export default class GuestZone extends LightningElement {
    /** IANA name; empty when it is not known. */
    @api timeZone = '';

    /** IANA name of the organizer's zone. */
    @api organizerZone = '';

    /** IANA name of the zone that the record names; empty when it names none. */
    @api recordZone = '';

    words = { title, short, change, changeFull, search };
    isOpen = false;
    term = '';
    activeIndex = 0;

    _mustFocus = '';
    _names = new Map();

    get currentText() {
        if (!isZone(this.timeZone)) {
            return unknown;
        }
        const now = Date.now();
        const zone = zoneText(this.timeZone, now, locale);
        return fill(current, zone, timeText(now, this.timeZone, locale));
    }

    get expanded() {
        return String(this.isOpen);
    }

    get options() {
        const now = Date.now();
        return this.foundZones.slice(0, MOST_OPTIONS).map((zone, index) => ({
            zone,
            id: `zone-${index}`,
            text: fill(optionText, zoneText(zone, now, locale), this.nameOf(zone)),
            note: this.noteOf(zone),
            selected: String(index === this.activeIndex),
            optionClass: index === this.activeIndex ? 'option option_active' : 'option'
        }));
    }

    get foundText() {
        const count = this.foundZones.length;
        return count ? plural(count, foundOne, found) : fill(none, this.term);
    }

    get activeId() {
        return this.foundZones.length ? `zone-${this.activeIndex}` : undefined;
    }

    /** The organizer's own and the record's first; of the others the best match first. */
    get foundZones() {
        const first = [this.recordZone, this.organizerZone].filter(isZone).map(zoneNameNow);
        const all = [...new Set([...first, ...allZones()])];
        const term = plain(this.term);
        if (!term) {
            return all;
        }
        const begins = (zone) => plain(placeText(zone)).startsWith(term);
        const matching = all.filter((zone) => plain(this.searchedText(zone)).includes(term));
        return [...matching.filter(begins), ...matching.filter((zone) => !begins(zone))];
    }

    searchedText(zone) {
        return `${zone} ${formerZoneName(zone)} ${this.nameOf(zone)}`;
    }

    nameOf(zone) {
        if (!this._names.has(zone)) {
            this._names.set(zone, zoneNameText(zone, Date.now(), locale));
        }
        return this._names.get(zone);
    }

    noteOf(zone) {
        if (zone === zoneNameNow(this.recordZone)) {
            return ofRecord;
        }
        return zone === zoneNameNow(this.organizerZone) ? yours : '';
    }

    handleToggle() {
        if (this.isOpen) {
            this.close();
        } else {
            this.isOpen = true;
            this.term = '';
            this.activeIndex = 0;
            this._mustFocus = 'search';
        }
    }

    handleSearch(event) {
        this.term = event.target.value;
        this.activeIndex = 0;
    }

    handleKey(event) {
        const most = Math.min(this.foundZones.length, MOST_OPTIONS) - 1;
        const steps = { ArrowDown: 1, ArrowUp: -1 };
        if (event.key in steps) {
            event.preventDefault();
            const next = this.activeIndex + steps[event.key];
            this.activeIndex = Math.min(Math.max(next, 0), Math.max(most, 0));
            this._mustFocus = 'option';
        } else if (event.key === 'Enter') {
            event.preventDefault();
            this.choose(this.foundZones[this.activeIndex]);
        } else if (event.key === 'Escape') {
            // Closes the list only, not the dialog that it may stand in.
            event.stopPropagation();
            event.preventDefault();
            this.close();
        }
    }

    /** The search must keep the focus until the click is done, or the list would be gone by then. */
    handleMouseDown(event) {
        event.preventDefault();
    }

    handleClick(event) {
        this.choose(event.currentTarget.dataset.zone);
    }

    handleFocusOut(event) {
        // The focus may go nowhere; `contains` of a synthetic shadow root throws for null.
        const { relatedTarget } = event;
        if (!relatedTarget || !this.template.contains(relatedTarget)) {
            this.isOpen = false;
        }
    }

    choose(timeZone) {
        if (!timeZone) {
            return;
        }
        this.close();
        this.dispatchEvent(new CustomEvent('zonechange', { detail: { timeZone } }));
    }

    close() {
        this.isOpen = false;
        this._mustFocus = 'change';
    }

    renderedCallback() {
        const wanted = this._mustFocus;
        this._mustFocus = '';
        if (wanted === 'option') {
            const active = this.template.querySelector('.option_active');
            if (active && active.scrollIntoView) {
                active.scrollIntoView({ block: 'nearest' });
            }
        } else if (wanted) {
            this.refs[wanted].focus();
        }
    }
}

/** Without accents and case: São Paulo is found as sao. */
function plain(text) {
    return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('_', ' ').trim().toLowerCase();
}
