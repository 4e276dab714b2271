import { api, LightningElement } from 'lwc';
import locale from '@salesforce/i18n/locale';
import { dayText, placeText, toMs, toUtcText } from 'c/bookingTime';
import { dayWords, freeCountWords, freeWords, saysMore, whyWords } from 'c/bookingTimes';
import { fill } from 'c/bookingWords';
import gridLabel from '@salesforce/label/c.Booking_Grid_Label';
import organizer from '@salesforce/label/c.Booking_Grid_Organizer';
import guest from '@salesforce/label/c.Booking_Grid_Guest';
import night from '@salesforce/label/c.Booking_Grid_Night';
import forGuest from '@salesforce/label/c.Booking_Grid_For_Guest';
import dayLater from '@salesforce/label/c.Booking_Grid_Day_Later';
import dayEarlier from '@salesforce/label/c.Booking_Grid_Day_Earlier';
import listed from '@salesforce/label/c.Booking_Grid_Cell';
import notMatching from '@salesforce/label/c.Booking_Why_Not_Matching';
import pastShort from '@salesforce/label/c.Booking_Day_Past_Short';
import holidayShort from '@salesforce/label/c.Booking_Day_Holiday_Short';
import offShort from '@salesforce/label/c.Booking_Day_Off_Short';
import beyondShort from '@salesforce/label/c.Booking_Day_Beyond_Short';
import fullShort from '@salesforce/label/c.Booking_Day_Full_Short';
import today from '@salesforce/label/c.Booking_Day_Today';
import { tipStyle } from './tip';
import { nearestPlace, placeAfter, placeOfStart } from './walking';

const SHORT = {
    past: pastShort,
    off: offShort,
    holiday: holidayShort,
    beyond: beyondShort,
    full: fullShort
};
/** On these days hardly any time has a reason of its own. */
const WHOLE_DAY = ['past', 'off', 'holiday', 'beyond'];
/** In minutes of the day: what begins earlier or later is not what one looks for first. */
const DAY_BEGINS = 7 * 60;
const DAY_ENDS = 20 * 60;

/**
 * The times of a week or a day: a click or Enter chooses one; every other says why it cannot be
 * chosen, to the pointer and to the keyboard alike. One stop of the Tab key; arrows walk.
 *
 * @fires timechoose {slot} A time that is offered was chosen.
 * @fires periodstep {steps} Page Up (−1) or Page Down (1) was pressed: another week.
 * @fires daystep {steps} Left (−1) or Right (1) was pressed where one day alone is drawn.
 */
export default class AvailabilityGrid extends LightningElement {
    /** What `readTimes` made of the answer. */
    @api times;

    /** IANA name of the guest's zone; empty when it is not known. */
    @api guestZone = '';

    /** Several people could be the host: each time says how many are free. */
    @api isCounted = false;

    /** What stands in place of a grid without rows. */
    @api emptyText = '';

    /** What is shown is being replaced: nothing can be chosen until it is. */
    @api isStale = false;

    words = { organizer, guest, night };
    tip = null;

    _model = { days: [], rows: [] };
    _chosenStartAt;
    _chosen = NaN;
    _place = null;
    _isFocused = false;
    _mustFocus = false;
    _isLedThere = false;
    _clickedAt = {};
    _mustScroll = true;
    _dates = '';
    _made = {};

    /** What `gridOf` made of the times. */
    @api
    get model() {
        return this._model;
    }
    set model(value) {
        // Who stands in the grid goes on standing there; else Tab leads to what can be chosen.
        const before = this._isFocused ? this.activeCell : null;
        const dates = value.days.map((day) => day.date).join();
        const isAnother = dates !== this._dates || value.narrowing !== this._model.narrowing;
        const isFirst = isAnother || !this._model.rows.some(hasOffer);
        this._mustScroll = this._mustScroll || (isFirst && !this._isFocused);
        this._mustFocus = this._mustFocus || this._isFocused;
        this._dates = dates;
        this._model = value;
        this.tip = null;
        this._place = nearestPlace(value, before, this._chosen);
    }

    /** RFC 3339; the start that was chosen. */
    @api
    get chosenStartAt() {
        return this._chosenStartAt;
    }
    set chosenStartAt(value) {
        this._chosenStartAt = value;
        this._chosen = value ? toMs(value) : NaN;
        if (value && !this._isFocused) {
            this._place = nearestPlace(this._model, null, this._chosen);
        }
    }

    /**
     * Moves the keyboard's focus to the start, or to the nearest place when it is not drawn. No tip
     * opens: Escape would be for the tip then, and not for what the grid stands in.
     */
    @api
    focusStart(startAt) {
        const found = startAt ? placeOfStart(this._model, toMs(startAt)) : null;
        this._place = found || nearestPlace(this._model, this.activeCell, this._chosen);
        this._mustFocus = true;
        this._isLedThere = true;
        this.focusWhenDrawn();
    }

    // ------------------------------------------------------------------------- what is drawn

    get hasRows() {
        return this._model.rows.length > 0;
    }

    get frameClass() {
        return this.isStale ? 'frame frame_stale' : 'frame';
    }

    get tableClass() {
        const isOneDay = this._model.days.length === 1;
        const clocks = this.showsGuest ? ' grid_two-clocks' : '';
        return `grid${isOneDay ? ' grid_day' : ''}${clocks}`;
    }

    get busy() {
        return this.isStale ? 'true' : 'false';
    }

    get label() {
        const { days } = this._model;
        const ends = days.length > 1 ? [days[0], days[days.length - 1]] : days;
        return fill(gridLabel, ends.map((day) => dayText(day.date, locale)).join(' – '));
    }

    get organizerPlace() {
        return placeText(this.times.zone);
    }

    get guestPlace() {
        return placeText(this.guestZone);
    }

    /** Read out, the clocks' names need something between them. */
    get cornerName() {
        const own = fill(listed, organizer, this.organizerPlace);
        const theirs = this.showsGuest ? [fill(listed, guest, this.guestPlace)] : [];
        return inWords([own, ...theirs]);
    }

    get showsGuest() {
        return this._model.rows.some((row) => row.guest || row.cells.some((cell) => cell.guest));
    }

    get days() {
        return this._model.days.map((day, column) => ({
            key: String(column),
            date: day.date,
            weekday: dayText(day.date, locale, 'weekdayShort'),
            dateText: dayText(day.date, locale, 'date'),
            note: SHORT[day.state] || (day.isToday ? today : ''),
            headClass: `day day_${day.state}${day.isToday ? ' day_today' : ''}`
        }));
    }

    /** Walking changes two cells; the words of all the others are made once. */
    get rows() {
        const made = this.madeRows();
        const place = this._place;
        return made.map((row) => {
            return place && row.key === place.row ? withActive(row, place.column) : row;
        });
    }

    madeRows() {
        const { _model: model, _chosen: chosen, isStale, isCounted } = this;
        const made = this._made;
        const isSame =
            made.model === model &&
            Object.is(made.chosen, chosen) &&
            made.isStale === isStale &&
            made.isCounted === isCounted;
        if (!isSame) {
            // Into the object, not in its place: what is kept aside must not draw anything anew.
            Object.assign(made, { model, chosen, isStale, isCounted, rows: this.makeRows() });
        }
        return made.rows;
    }

    makeRows() {
        const { days, rows } = this._model;
        const dayNames = days.map((day) => dayText(day.date, locale, 'medium'));
        return rows.map((row) => ({
            key: row.key,
            text: row.text,
            offset: row.offset,
            guest: row.guest ? row.guest.text : '',
            isNight: Boolean(row.guest && row.guest.isNight),
            shift: row.guest ? shiftText(row.guest.shift) : '',
            name: inWords(clockWords(row, row.guest)),
            rowClass: row.minutes % 60 === 0 ? 'row row_hour' : 'row',
            cells: row.cells.map((cell, column) =>
                this.cellView(cell, row, days[column], column, dayNames[column])
            )
        }));
    }

    cellView(cell, row, day, column, dayName) {
        const isChosen = cell.ms !== null && cell.ms === this._chosen;
        return {
            key: `${column}|${row.key}`,
            column,
            row: row.key,
            startAt: cell.ms === null ? '' : toUtcText(cell.ms),
            tabIndex: '-1',
            describedBy: undefined,
            name: this.nameOf(cell, row, dayName),
            selected: cell.isOffered ? String(isChosen) : undefined,
            disabled: cell.isOffered && !this.isStale ? undefined : 'true',
            text: this.textOf(cell, row),
            guest: cell.isOffered && cell.guest ? guestText(cell.guest) : '',
            cellClass: classOf(cell, day, isChosen)
        };
    }

    textOf(cell, row) {
        if (!cell.isOffered) {
            return '';
        }
        return this.isCounted ? freeCountWords(cell.free) : row.text;
    }

    nameOf(cell, row, dayName) {
        const clocks = cell.ms === null ? [row.text] : clockWords(row, cell.guest || row.guest);
        const parts = [dayName, ...clocks];
        if (cell.isOffered && this.isCounted) {
            parts.push(freeCountWords(cell.free));
        }
        return inWords(parts);
    }

    // ------------------------------------------------------------------- what is said of a time

    get activeCell() {
        return this.cellAtPlace(this._place);
    }

    get activeWhy() {
        return this._place ? this.whyOf(this._place) : '';
    }

    cellAtPlace(place) {
        const row = place && this._model.rows.find((each) => each.key === place.row);
        return row ? { ...row.cells[place.column], row, column: place.column } : null;
    }

    whyOf(place) {
        const cell = this.cellAtPlace(place);
        if (!cell) {
            return '';
        }
        if (cell.isOffered) {
            return this.offerWords(cell);
        }
        const { state } = this._model.days[place.column];
        if (WHOLE_DAY.includes(state) && !saysMore(cell)) {
            return dayWords(state);
        }
        return whyWords(cell, cell.row, this.times, locale);
    }

    offerWords(cell) {
        const words = this.isCounted ? [freeWords(cell.start.slot, this.times)] : [];
        if (!cell.isMatch) {
            words.push(notMatching);
        }
        return words.join(' · ');
    }

    // --------------------------------------------------------------------------- the pointer

    handleOver(event) {
        const place = placeOf(event.target);
        if (place && !this.isWhereClicked(event)) {
            this.showTip(place);
        }
    }

    /** What a click changes may move another time below the pointer: nobody points at that. */
    isWhereClicked({ clientX, clientY }) {
        return clientX === this._clickedAt.x && clientY === this._clickedAt.y;
    }

    handleLeave() {
        this.tip = null;
        if (this._isFocused) {
            this.showTip(this._place);
        }
    }

    handleScroll() {
        this.tip = null;
    }

    handleClick(event) {
        const place = placeOf(event.target);
        this._clickedAt = { x: event.clientX, y: event.clientY };
        if (place) {
            this._place = place;
            this._mustFocus = true;
            this.choose(place);
        }
    }

    showTip(place) {
        const text = this.whyOf(place);
        const element = text ? this.elementAt(place) : null;
        this.tip = element ? { text, style: this.beside(element, text) } : null;
    }

    beside(element, text) {
        const boxOf = (each) => each.getBoundingClientRect();
        const offered = [...this.template.querySelectorAll('.cell_offered, .cell_unasked')];
        return tipStyle(text, boxOf(element), boxOf(this.refs.frame), offered.map(boxOf));
    }

    // -------------------------------------------------------------------------- the keyboard

    handleFocusIn(event) {
        this._isFocused = true;
        const place = placeOf(event.target);
        if (place) {
            this._place = place;
            if (!this._isLedThere) {
                this.showTip(place);
            }
        }
    }

    handleFocusOut() {
        this._isFocused = false;
        this.tip = null;
    }

    handleKey(event) {
        if (event.key === 'Escape') {
            this.dismissTip(event);
            return;
        }
        if (event.altKey || event.metaKey) {
            return;
        }
        if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            this.choose(this._place);
            return;
        }
        if (event.key === 'PageUp' || event.key === 'PageDown') {
            event.preventDefault();
            this.fire('periodstep', { steps: event.key === 'PageUp' ? -1 : 1 });
            return;
        }
        this.walk(event);
    }

    walk(event) {
        const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (sideways && this._model.days.length === 1) {
            event.preventDefault();
            this.fire('daystep', { steps: sideways });
            return;
        }
        const place = placeAfter(this._model, this._place, event.key, event.ctrlKey);
        if (place) {
            event.preventDefault();
            this._place = place;
            this._mustFocus = true;
        }
    }

    /** Escape takes the tip away, and only without one closes what the grid stands in. */
    dismissTip(event) {
        if (this.tip) {
            event.stopPropagation();
            event.preventDefault();
            this.tip = null;
        }
    }

    choose(place) {
        const cell = this.cellAtPlace(place);
        if (!cell || this.isStale) {
            return;
        }
        if (cell.isOffered) {
            this.fire('timechoose', { slot: cell.start.slot });
        } else {
            this.showTip(place);
        }
    }

    fire(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }

    // ------------------------------------------------------------------------- after drawing

    connectedCallback() {
        // Before the dialog that the grid may stand in hears of it, wherever the focus is.
        window.addEventListener('keydown', this.handleEscape, { capture: true });
    }

    disconnectedCallback() {
        window.removeEventListener('keydown', this.handleEscape, { capture: true });
    }

    handleEscape = (event) => {
        if (event.key === 'Escape') {
            this.dismissTip(event);
        }
    };

    renderedCallback() {
        if (this._mustScroll && this.hasRows) {
            this._mustScroll = false;
            this.scrollToOffers();
        }
        this.focusWhenDrawn();
    }

    focusWhenDrawn() {
        const element = this.hasRows ? this.elementAt(this._place) : this.refs.empty;
        if (this._mustFocus && element) {
            this._mustFocus = false;
            element.focus();
            this._isLedThere = false;
        }
    }

    /**
     * The first start that suits on any day stands at the top, below the days; the night only where
     * nothing else is offered. The chosen start is in sight, whatever stands above it.
     */
    scrollToOffers() {
        const { rows } = this._model;
        const { scroller } = this.refs;
        const byDay = rows.filter(({ minutes }) => minutes >= DAY_BEGINS && minutes < DAY_ENDS);
        const first =
            byDay.find(hasMatch) ||
            rows.find(hasMatch) ||
            byDay.find(hasOffer) ||
            rows.find(hasOffer) ||
            rows[0];
        scroller.scrollTop = this.topOf(first);
        const chosen = rows.find((row) => row.cells.some((cell) => cell.ms === this._chosen));
        if (chosen && !this.isInSight(chosen)) {
            scroller.scrollTop = this.topOf(chosen);
        }
    }

    isInSight({ key }) {
        const { top, bottom } = this.refs.scroller.getBoundingClientRect();
        const row = this.rowElement(key).getBoundingClientRect();
        return row.top >= top && row.bottom <= bottom;
    }

    rowElement(key) {
        return this.template.querySelector(`tr[data-row="${key}"]`);
    }

    /** How far to scroll so that the row is the first below the days. */
    topOf({ key }) {
        const row = this.rowElement(key);
        return row.offsetTop - row.closest('table').tHead.offsetHeight;
    }

    elementAt(place) {
        return place
            ? this.template.querySelector(
                  `td[data-column="${place.column}"][data-row="${place.row}"]`
              )
            : null;
    }
}

/** The one stop of the Tab key, with what is said of it. */
function withActive(row, column) {
    const cells = row.cells.map((cell) => {
        return cell.column === column ? { ...cell, tabIndex: '0', describedBy: 'why' } : cell;
    });
    return { ...row, cells };
}

function hasOffer(row) {
    return row.cells.some((cell) => cell.isOffered);
}

function hasMatch(row) {
    return row.cells.some((cell) => cell.isOffered && cell.isMatch);
}

function placeOf(element) {
    const cell = element.closest('td');
    return cell ? { column: Number(cell.dataset.column), row: cell.dataset.row } : null;
}

function classOf(cell, day, isChosen) {
    const classes = ['cell'];
    if (isChosen) {
        classes.push('cell_chosen');
    }
    if (cell.isOffered) {
        classes.push(cell.isMatch ? 'cell_offered' : 'cell_unasked');
    } else {
        classes.push(WHOLE_DAY.includes(day.state) ? 'cell_whole' : 'cell_closed');
    }
    return classes.join(' ');
}

/** What the clocks show when a time of the row begins. */
function clockWords(row, theirs) {
    const own = row.offset ? [row.text, row.offset] : [row.text];
    return theirs && theirs.text ? [...own, fill(forGuest, guestText(theirs))] : own;
}

function inWords(parts) {
    return parts.reduce((text, part) => fill(listed, text, part));
}

function guestText({ text, shift }) {
    return shift ? `${text} ${shiftText(shift)}` : text;
}

function shiftText(shift) {
    if (shift > 0) {
        return dayLater;
    }
    return shift < 0 ? dayEarlier : '';
}
