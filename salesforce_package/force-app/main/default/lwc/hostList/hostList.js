import { api, LightningElement } from 'lwc';
import { fill } from 'c/bookingWords';
import { isNameLike } from 'c/nameSearch';
import search from '@salesforce/label/c.Booking_Host_Search';
import found from '@salesforce/label/c.Booking_Host_Found';
import foundNone from '@salesforce/label/c.Booking_Host_Found_None';
import more from '@salesforce/label/c.Booking_Host_More';

/** From so many hosts on, one finds somebody faster by typing than by looking. */
const SEARCHABLE_FROM = 8;

/** So many rows are drawn; nobody reads further down, and each costs time to draw. */
const MOST_ROWS = 40;

/**
 * Hosts to choose one from: a list box, because those who cannot be chosen have to be reached by
 * keyboard as well, for the reason.
 *
 * @fires hostchange With `{hostId}`.
 */
export default class HostList extends LightningElement {
    /** The host that is chosen; empty for nobody. */
    @api selectedHostId = '';

    /** What the list is called. */
    @api label;

    query = '';
    currentId;
    entries_ = [];

    /** The hosts: hostId, name, clock, platformName, platformIcon, reason (empty: can be chosen). */
    @api
    get entries() {
        return this.entries_;
    }

    set entries(entries) {
        this.entries_ = entries || [];
    }

    /** Moves the keyboard's focus to where one starts. */
    @api
    focus() {
        if (this.refs.search) {
            this.refs.search.focus();
        } else {
            this.focusRow(0);
        }
    }

    get words() {
        return { search };
    }

    get isSearchable() {
        return this.entries_.length >= SEARCHABLE_FROM;
    }

    get matches() {
        const typed = this.isSearchable ? this.query : '';
        return this.entries_.filter((entry) => isNameLike(entry.name, typed));
    }

    get shown() {
        return this.matches.slice(0, MOST_ROWS);
    }

    get hasRows() {
        return this.shown.length > 0;
    }

    get rows() {
        const tabStop = this.tabStop;
        return this.shown.map((entry) => ({
            ...entry,
            isSelected: String(entry.hostId === this.selectedHostId),
            isDisabled: String(Boolean(entry.reason)),
            tabIndex: entry.hostId === tabStop ? '0' : '-1',
            rowClass: rowClassOf(entry, this.selectedHostId)
        }));
    }

    /** The one row that the tab key reaches: where one was, the chosen one, or the first. */
    get tabStop() {
        const ids = this.shown.map((entry) => entry.hostId);
        const bookable = this.shown.find((entry) => !entry.reason);
        const wishes = [this.currentId, this.selectedHostId, bookable && bookable.hostId, ids[0]];
        return wishes.find((hostId) => hostId && ids.includes(hostId));
    }

    get foundWords() {
        if (!this.query.trim()) {
            return '';
        }
        return this.hasRows
            ? fill(found, this.matches.length, this.entries_.length)
            : fill(foundNone, this.query.trim());
    }

    get moreWords() {
        const left = this.matches.length - this.shown.length;
        return left > 0 ? fill(more, left) : '';
    }

    handleQuery(event) {
        this.query = event.target.value;
        this.currentId = undefined;
    }

    handleSearchKey(event) {
        if (event.key === 'ArrowDown') {
            event.preventDefault();
            this.focusRow(0);
        } else if (event.key === 'Enter') {
            event.preventDefault();
            this.chooseFirst();
        } else if (event.key === 'Escape' && this.query) {
            // Empties the field; a dialog around it stays open.
            event.preventDefault();
            event.stopPropagation();
            this.query = '';
        }
    }

    /** Enter takes the first who was found, but nobody before something was typed. */
    chooseFirst() {
        const first = this.matches.find((entry) => !entry.reason);
        if (this.query.trim() && first) {
            this.choose(first.hostId);
        }
    }

    handleClick(event) {
        this.choose(event.currentTarget.dataset.id);
    }

    handleFocus(event) {
        this.currentId = event.currentTarget.dataset.id;
    }

    handleRowKey(event) {
        const hostId = event.currentTarget.dataset.id;
        const position = this.shown.findIndex((entry) => entry.hostId === hostId);
        const moves = {
            ArrowDown: () => this.focusRow(position + 1),
            ArrowUp: () => this.goUp(position),
            Home: () => this.focusRow(0),
            End: () => this.focusRow(this.shown.length - 1),
            Enter: () => this.choose(hostId),
            ' ': () => this.choose(hostId)
        };
        if (moves[event.key]) {
            event.preventDefault();
            moves[event.key]();
        } else if (this.refs.search && isTyping(event)) {
            // The browser types the letter into what has the focus now.
            this.refs.search.focus();
        }
    }

    goUp(position) {
        if (position === 0 && this.refs.search) {
            this.refs.search.focus();
        } else {
            this.focusRow(position - 1);
        }
    }

    focusRow(position) {
        const rows = this.template.querySelectorAll('[role="option"]');
        const row = rows[Math.min(Math.max(position, 0), rows.length - 1)];
        if (row) {
            row.focus();
        }
    }

    choose(hostId) {
        const entry = this.entries_.find((each) => each.hostId === hostId);
        this.currentId = hostId;
        if (entry && !entry.reason && hostId !== this.selectedHostId) {
            this.dispatchEvent(new CustomEvent('hostchange', { detail: { hostId } }));
        }
    }
}

function rowClassOf(entry, selectedHostId) {
    if (entry.reason) {
        return 'row row_not';
    }
    return entry.hostId === selectedHostId ? 'row row_chosen' : 'row';
}

function isTyping(event) {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    return !hasModifier && (event.key.length === 1 || event.key === 'Backspace');
}
