import { api, LightningElement } from 'lwc';
import locale from '@salesforce/i18n/locale';
import organizerZone from '@salesforce/i18n/timeZone';
import { askAvailability } from 'c/bookingCalls';
import {
    addDays,
    dateIn,
    dayText,
    daysText,
    isDate,
    isZone,
    mondayOf,
    timeText,
    toMs,
    weekdayOf
} from 'c/bookingTime';
import {
    ANY_TIME,
    isNarrowed,
    isOver,
    readTimes,
    spokenTime,
    unavailableWords,
    withHosts
} from 'c/bookingTimes';
import { fill, plural } from 'c/bookingWords';
import { widthOf } from 'c/boxWidth';
import { arranged, stripOf } from './arranging';
import { questionOf, searchFrom, whoIsAsked } from './asking';
import { FreeSearch } from './freeSearch';
import { labels } from './labels';
import {
    emptyWords,
    isEverybodyUnavailable,
    nextFreeLabel,
    noneUntilWords,
    offerWords,
    twoSentences,
    weekWords
} from './saying';
import { WeekReader } from './weekReader';

const SLOW_MS = 300;
/** From so many pixels of its own box on. */
const WIDTHS = { medium: 480, wide: 800 };
/** In a window that is less high, a dialog leaves the panel less than some 620 pixels. */
const SHORT_PX = 800;
const DAY_MS = 86400000;
const MOST_UNAVAILABLE = 4;
const WORKING_WEEK = [1, 2, 3, 4, 5];
const WEEK = 'week';
const DAY = 'day';

/**
 * When they can meet: a week or a day of times, asked from the service by itself.
 *
 * @fires slotchoose {slot, people} A time that is offered was chosen.
 * @fires peopleload {people, roles, asOf} An answer came; people may have become unavailable.
 * @fires guestzonechange {timeZone} Another zone was chosen for the guest.
 * @fires durationchange {minutes} Another duration was chosen.
 */
export default class AvailabilityPanel extends LightningElement {
    words = labels;
    narrowing = ANY_TIME;
    model = null;
    weekModel = null;
    shownDay = '';
    shownNow = 0;
    times = null;
    suggestions = [];
    problem = null;
    isLoading = false;
    isSlow = false;
    isSearching = false;
    /** What the search for a free time found: words. */
    found = '';
    /** The next time that suits when none of those shown does. */
    nextSuiting = null;
    /** The current week is over, and the next one is shown in its place. */
    hasMovedOn = false;
    /** There is little room from top to bottom. */
    isShort = false;
    /** Where there is little room: what is rarely used shows. */
    isUnfolded = false;

    _asked = {};
    _bookingType;
    _coHostIds = [];
    _guestZone = '';
    _durationMinutes;
    _width = 'wide';
    _viewWish = WEEK;
    _monday = '';
    _day = '';
    _shown = null;
    _turn = 0;
    /** Nobody has gone anywhere yet: it shows the first week in which something can be booked. */
    _isAtStart = true;
    _isScheduled = false;
    _isMeasured = false;
    _mustFocusProblem = false;
    _slowTimer;
    _observer;
    _focusStartAt = null;
    _weeks = new WeekReader((times) => this.askFor(times));
    _search = new FreeSearch();

    // ------------------------------------------------------------------------------- asked

    /** The record. */
    @api
    get recordId() {
        return this._asked.recordId;
    }
    set recordId(value) {
        this.ask({ recordId: value });
    }

    /** The offered booking type. */
    @api
    get bookingType() {
        return this._bookingType;
    }
    set bookingType(value) {
        this._bookingType = value;
        this.ask({ bookingTypeId: value && value.booking_type_id });
    }

    /** The one host who is looked at; empty when the service chooses, or for all hosts. */
    @api
    get hostId() {
        return this._asked.hostId;
    }
    set hostId(value) {
        this.ask({ hostId: value || '' });
    }

    /** Who must attend as well. */
    @api
    get coHostIds() {
        return this._coHostIds;
    }
    set coHostIds(value) {
        this._coHostIds = value || [];
        this.ask({ coHostIds: this._coHostIds.join() });
    }

    /** The times of all hosts at once. */
    @api
    get allHosts() {
        return this._asked.allHosts;
    }
    set allHosts(value) {
        this.ask({ allHosts: Boolean(value) });
    }

    /** Of the organizer, IANA name; the running user's own by default. */
    @api
    get timeZone() {
        return this._asked.timeZone || organizerZone;
    }
    set timeZone(value) {
        this.ask({ timeZone: isZone(value) ? value : '' });
    }

    /** IANA name; empty when it is not known. */
    @api
    get guestTimeZone() {
        return this._guestZone;
    }
    set guestTimeZone(value) {
        this._guestZone = isZone(value) ? value : '';
        this.arrange();
    }

    /** One of the booking type's; its first by default. */
    @api
    get durationMinutes() {
        return this._durationMinutes;
    }
    set durationMinutes(value) {
        this._durationMinutes = value;
        this.ask({ durationMinutes: value });
    }

    /** Names of the hosts who will be asked, for saying how many calendars are read. */
    @api hostNames;

    /** Whoever shows the panel says beside it who cannot be booked. */
    @api hidesUnavailable = false;

    /** RFC 3339: the start that was chosen. */
    @api chosenStartAt;

    /** narrow, medium or wide: what the panel takes itself for until it has measured itself. */
    @api
    get width() {
        return this._width;
    }
    set width(value) {
        if (!this._isMeasured && value && value !== this._width) {
            this._width = value;
            this.arrange();
        }
    }

    /** False: there is nothing to ask yet. */
    @api
    get isReady() {
        return this._asked.isReady !== false;
    }
    set isReady(value) {
        this.ask({ isReady: Boolean(value) });
    }

    /** Reads the calendars again, for the same week. */
    @api
    reload() {
        this._weeks.clear();
        return this.load();
    }

    /** Moves the keyboard's focus to the chosen time, or to where one chooses. */
    @api
    focusChosen() {
        if (this.refs.grid) {
            this.refs.grid.focusStart(this.chosenStartAt);
        } else if (this.refs.bar) {
            this.refs.bar.focus();
        }
    }

    /** Several properties may change at once: they are one question. */
    ask(change) {
        const isSame = Object.keys(change).every((name) => this._asked[name] === change[name]);
        this._asked = { ...this._asked, ...change };
        if (!isSame) {
            this.schedule();
        }
    }

    schedule() {
        if (this._isScheduled || !this.isConnected) {
            return;
        }
        this._isScheduled = true;
        Promise.resolve().then(() => {
            this._isScheduled = false;
            if (this.isConnected) {
                this.load();
            }
        });
    }

    connectedCallback() {
        window.addEventListener('resize', this.takeHeight);
        this.takeHeight();
        if (!this._monday) {
            this._monday = mondayOf(this.today);
        }
        this.schedule();
    }

    disconnectedCallback() {
        this._turn += 1;
        this._search.end();
        clearTimeout(this._slowTimer);
        window.removeEventListener('resize', this.takeHeight);
        if (this._observer) {
            this._observer.disconnect();
            this._observer = null;
        }
    }

    renderedCallback() {
        this.observeWidth();
        if (this._focusStartAt && this.refs.grid && !this.isLoading) {
            this.refs.grid.focusStart(this._focusStartAt);
            this._focusStartAt = null;
        }
        if (this._mustFocusProblem && this.refs.problem) {
            this._mustFocusProblem = false;
            this.refs.problem.focus();
        }
    }

    /** By its own box: beside open details it has less room than the page has. */
    observeWidth() {
        if (this._observer || typeof ResizeObserver === 'undefined') {
            return;
        }
        this._observer = new ResizeObserver(([entry]) => this.takeWidth(entry.contentRect.width));
        this._observer.observe(this.refs.box);
    }

    /** The window's: the panel's own is as high as what it holds. */
    takeHeight = () => {
        this.isShort = window.innerHeight < SHORT_PX;
    };

    takeWidth(pixels) {
        this._isMeasured = true;
        const width = widthOf(pixels, WIDTHS);
        if (pixels > 0 && width !== this._width) {
            this._width = width;
            this.arrange();
        }
    }

    // ------------------------------------------------------------------------------ loading

    /** Another question than what is shown answers; the week apart. */
    get question() {
        return questionOf(this.asking);
    }

    get asking() {
        return { ...this._asked, zone: this.timeZone, minutes: this.minutes };
    }

    get isAskable() {
        const { recordId, bookingTypeId } = this._asked;
        return this.isReady && Boolean(recordId && bookingTypeId);
    }

    async load() {
        this._turn += 1;
        const turn = this._turn;
        this.stopSearching();
        if (!this.isAskable) {
            this.stopWaiting();
            return;
        }
        this.startWaiting(turn);
        this.beginAnew();
        const { question } = this;
        try {
            const isGivenUp = () => turn !== this._turn;
            const week = await this._weeks.weekToShow(this._monday, this.weekLook, isGivenUp);
            if (!isGivenUp()) {
                const { answer, monday } = week;
                this.hasMovedOn = this.hasMovedOn || week.hasMovedOn;
                this.stopWaiting();
                this._monday = monday;
                this.show({ answer, question, monday });
            }
        } catch (problem) {
            if (turn === this._turn) {
                this.stopWaiting();
                this.fail(problem);
            }
        }
    }

    /** Where nothing can be shown, who stood in the grid is led to what happened. */
    fail(problem) {
        this._mustFocusProblem =
            this.isStale && this.template.activeElement === this.refs.grid && this.showsGrid;
        this._focusStartAt = null;
        this.problem = problem;
    }

    /** Another question starts with the current week again, as long as nobody has gone elsewhere. */
    beginAnew() {
        const isAnother = !this._shown || this._shown.question !== this.question;
        if (this._isAtStart && isAnother) {
            this._monday = mondayOf(this.today);
            this.hasMovedOn = false;
        }
    }

    /** What a week is read for. */
    get weekLook() {
        return {
            asking: this.asking,
            coHostIds: this._coHostIds,
            today: this.today,
            isAtStart: this._isAtStart,
            until: this.windowEndsAt
        };
    }

    askFor(times) {
        const { recordId, bookingTypeId } = this._asked;
        return askAvailability(recordId, bookingTypeId, {
            ...whoIsAsked(this.asking, this._coHostIds),
            explain: false,
            ...times
        });
    }

    startWaiting(turn) {
        this.isLoading = true;
        clearTimeout(this._slowTimer);
        // eslint-disable-next-line @lwc/lwc/no-async-operation -- words only when it takes a while
        this._slowTimer = setTimeout(() => {
            this.isSlow = turn === this._turn && this.isLoading;
        }, SLOW_MS);
    }

    stopWaiting() {
        clearTimeout(this._slowTimer);
        this.isLoading = false;
        this.isSlow = false;
    }

    show({ answer, question, monday }) {
        const isAnotherAnswer = !this._shown || this._shown.answer !== answer;
        this.problem = null;
        this._shown = { answer, question, monday };
        this.times = readTimes(answer, { zone: this.timeZone, coHostIds: this._coHostIds });
        this.arrange();
        if (isAnotherAnswer) {
            const { people, roles } = this.times;
            this.fire('peopleload', { people, roles, asOf: answer.as_of });
        }
        this._weeks.readAhead(monday, this.weekLook);
        this.searchSuiting();
    }

    // ---------------------------------------------------------------------------- arranging

    /** Draws what is known anew: for another day, another zone, or what the guest says. */
    arrange() {
        if (!this.times) {
            return;
        }
        const now = Date.now();
        const drawn = arranged(this.times, {
            monday: this._shown.monday,
            isDay: this.isDay,
            wishedDay: this._day,
            chosenStartAt: this.chosenStartAt,
            zone: this.timeZone,
            guestZone: this._guestZone,
            locale,
            now,
            narrowing: this.narrowing
        });
        this.shownNow = now;
        Object.assign(this, drawn);
    }

    get today() {
        return dateIn(Date.now(), this.timeZone);
    }

    get windowEndsAt() {
        const days = (this._bookingType && this._bookingType.booking_window_days) || 0;
        return Date.now() + days * DAY_MS;
    }

    get minutes() {
        const [first] = (this._bookingType && this._bookingType.durations_minutes) || [];
        return this._durationMinutes || first;
    }

    get shownGuestZone() {
        return this._guestZone;
    }

    /** Without a zone of the guest one speaks of the organizer's. */
    get spokenZone() {
        return this._guestZone || this.timeZone;
    }

    get recordZone() {
        const { guest } = this._bookingType || {};
        return (guest && guest.time_zone) || '';
    }

    get isNarrow() {
        return this._width === 'narrow';
    }

    get view() {
        return this.isNarrow ? DAY : this._viewWish;
    }

    get isStale() {
        const isOther = Boolean(this._shown) && this._shown.question !== this.question;
        return isOther || (Boolean(this._shown) && this._shown.monday !== this._monday);
    }

    /** An old week under what happened to another one would be taken for it. */
    get showsGrid() {
        return Boolean(this.model) && !(this.problem && this.isStale);
    }

    get isCounted() {
        const { hostId, allHosts } = this._asked;
        const isOneHost = Boolean(hostId) && !allHosts;
        return Boolean(this._shown) && !isOneHost && this.times.hostCount > 1;
    }

    // -------------------------------------------------------------------------------- texts

    get rootClass() {
        return `panel panel_${this._width}${this.isShort ? ' panel_short' : ''}`;
    }

    get isTight() {
        return this.isNarrow || this.isShort;
    }

    get isFolded() {
        return this.isTight && !this.isUnfolded;
    }

    get isOpenedUp() {
        return this.isTight && this.isUnfolded;
    }

    get showsNarrowing() {
        return !this.isFolded;
    }

    get showsSettings() {
        return this.hasDurations || !this.isFolded;
    }

    handleNarrowDown() {
        this.isUnfolded = !this.isUnfolded;
    }

    get isWaitingForHost() {
        return !this.isAskable;
    }

    get periodText() {
        if (this.isDay && this.shownDay && !this.isStale) {
            return dayText(this.shownDay, locale, this.isNarrow ? 'short' : 'medium');
        }
        const last = this.isStale || !this.weekModel ? 5 : this.weekModel.days.length;
        return daysText(this._monday, addDays(this._monday, Math.max(last, 5) - 1), locale);
    }

    get nextFreeLabel() {
        return nextFreeLabel(this.narrowing);
    }

    get goToValue() {
        return this.isDay && this.shownDay ? this.shownDay : this._monday;
    }

    get isDay() {
        return this.view === DAY;
    }

    get hasDurations() {
        return Boolean(this._bookingType) && (this._bookingType.durations_minutes || []).length > 1;
    }

    get durations() {
        return this._bookingType.durations_minutes.map((value) => {
            return { value, text: fill(labels.minutes, value), isPressed: value === this.minutes };
        });
    }

    get sayableDays() {
        const drawn = this.weekModel ? this.weekModel.days : [];
        const weekend = drawn.map((day) => weekdayOf(day.date)).filter((weekday) => weekday > 5);
        return [...WORKING_WEEK, ...weekend];
    }

    get showsStrip() {
        return this.isDay && this.showsGrid;
    }

    get strip() {
        return stripOf(this.weekModel.days, this.shownDay, locale);
    }

    get asOfText() {
        const { answer } = this._shown || {};
        return answer && !this.isStale
            ? fill(labels.asOf, timeText(answer.as_of, this.timeZone, locale))
            : '';
    }

    get readingText() {
        const count = this.calendarsAsked;
        return count ? plural(count, labels.readingOne, labels.readingMany) : labels.reading;
    }

    /** How many calendars are read now; 0 when that is not known before the answer. */
    get calendarsAsked() {
        const { hostId, allHosts } = this._asked;
        if (this._shown && this._shown.question === this.question) {
            return this.times.people.length;
        }
        if (hostId && !allHosts) {
            return 1 + this._coHostIds.length;
        }
        const hosts = (this.hostNames && Object.keys(this.hostNames).length) || 0;
        return hosts ? hosts + this._coHostIds.length : 0;
    }

    /** Without words it takes no room, but is there: what comes into it is read out. */
    get stateClass() {
        return this.statusText || this.offer ? 'state' : 'state state_silent';
    }

    get statusText() {
        if (this.isSlow) {
            return this.readingText;
        }
        if (this.isSearching) {
            return labels.searching;
        }
        if (this.found) {
            return this.found;
        }
        if (this.isStale || !this.model) {
            return '';
        }
        return twoSentences(this.hasMovedOn ? labels.weekOverNext : '', weekWords(this.saidOf));
    }

    /** What is said about, together. */
    get saidOf() {
        return {
            times: this.times,
            weekModel: this.weekModel,
            model: this.model,
            isDay: this.isDay,
            isThisWeek: this._shown.monday === mondayOf(this.today),
            nextSuiting: this.nextSuiting,
            narrowing: this.narrowing,
            coHostIds: this._coHostIds,
            spokenZone: this.spokenZone,
            locale
        };
    }

    /** What a button beside the words does for it; empty: no button. */
    get offer() {
        if (this.isLoading || this.isStale || this.isSearching || !this.model) {
            return '';
        }
        return offerWords(this.saidOf);
    }

    get emptyText() {
        if (isEverybodyUnavailable(this.saidOf)) {
            return this.hidesUnavailable ? labels.nobodyBookableSaid : labels.nobodyBookableNext;
        }
        return emptyWords(this.saidOf);
    }

    get thinnedText() {
        const step = this.model ? this.model.stepMinutes : 0;
        return step ? fill(labels.thinned, step) : '';
    }

    get everyUnavailable() {
        const isSaidHere = Boolean(this.times) && !this.hidesUnavailable;
        return isSaidHere ? unavailableWords(this.times.people, this.times.roles) : [];
    }

    get unavailable() {
        return this.everyUnavailable.slice(0, MOST_UNAVAILABLE);
    }

    get moreUnavailable() {
        const more = this.everyUnavailable.length - MOST_UNAVAILABLE;
        return more > 0 ? fill(labels.unavailableMore, more) : '';
    }

    // --------------------------------------------------------------------------- navigation

    handleToday() {
        this.goTo(this.today);
    }

    handleGoTo(event) {
        const { date } = event.detail;
        if (isDate(date)) {
            this.goTo(date);
        }
    }

    handlePeriodStep(event) {
        this.goToWeek(addDays(this._monday, 7 * event.detail.steps));
    }

    handleDayStep(event) {
        this.stepDay(event.detail.steps);
    }

    handleDay(event) {
        this.goTo(event.currentTarget.dataset.date);
    }

    handleView(event) {
        this._viewWish = event.detail.isDay ? DAY : WEEK;
        this.arrange();
    }

    handleStep(event) {
        const { steps } = event.detail;
        if (this.isDay) {
            this.stepDay(steps);
        } else {
            this.goToWeek(addDays(this._monday, 7 * steps));
        }
    }

    /** Over the days that are drawn; beyond them to the first or the last working day there. */
    stepDay(steps) {
        const dates = this.weekModel ? this.weekModel.days.map((day) => day.date) : [];
        const index = dates.indexOf(this.shownDay);
        const next = index < 0 ? undefined : dates[index + steps];
        if (next && !this.isStale) {
            this.goTo(next);
        } else {
            this.goTo(addDays(this._monday, steps > 0 ? 7 : -3));
        }
    }

    goToWeek(monday) {
        this.leaveStart();
        this._day = '';
        this._monday = monday;
        this.load();
    }

    goTo(date) {
        const monday = mondayOf(date);
        this.leaveStart();
        this._day = date;
        if (monday === this._monday && !this.isStale && this.times) {
            this.stopSearching();
            this.arrange();
        } else {
            this._monday = monday;
            this.load();
        }
    }

    leaveStart() {
        this._isAtStart = false;
        this.hasMovedOn = false;
        this.found = '';
    }

    // -------------------------------------------------------------------- looking for times

    /** Beyond what is shown, but not in the past; from now on where nothing can be booked. */
    get lookFrom() {
        const shown = { monday: this._monday, day: this.isDay ? this.shownDay : '' };
        return this.searchableFrom(shown);
    }

    searchableFrom(shown) {
        const look = { zone: this.timeZone, now: Date.now(), until: this.windowEndsAt };
        return searchFrom(shown, look);
    }

    async handleNextFree() {
        this.found = '';
        const slot = await this.search(this.lookFrom);
        if (slot === undefined) {
            return;
        }
        if (slot) {
            this.goToSlot(slot);
        } else {
            this.found = this.noneUntilText;
        }
    }

    /** When none of those shown suits the guest, which is the next one that does. */
    async searchSuiting() {
        this.nextSuiting = null;
        if (!isNarrowed(this.narrowing) || this.weekModel.matching) {
            return;
        }
        const from = this.searchableFrom({ monday: this._shown.monday, day: '' });
        const slot = await this.search(from);
        if (slot) {
            this.nextSuiting = slot;
        } else if (slot === null) {
            this.found = this.noneUntilText;
        }
    }

    /** The slot; null when there is none; undefined when something else is wanted meanwhile. */
    async search(from) {
        const { narrowing, spokenZone: zone, windowEndsAt: until } = this;
        const wanted = { from, until, narrowing, zone };
        this.isSearching = true;
        let slot = null;
        try {
            slot = await this._search.find(wanted, (times) => this.askFor(times));
        } catch (problem) {
            this.problem = problem;
            this.isSearching = false;
            return undefined;
        }
        if (slot !== undefined) {
            this.isSearching = false;
        }
        return slot;
    }

    stopSearching() {
        this._search.end();
        this.isSearching = false;
        this.nextSuiting = null;
    }

    get noneUntilText() {
        const { narrowing, timeZone: zone } = this;
        return noneUntilWords(this.windowEndsAt, { narrowing, zone, locale });
    }

    goToSlot(slot) {
        this._focusStartAt = slot.start_at;
        this.goTo(dateIn(toMs(slot.start_at), this.timeZone));
        const look = { zone: this.timeZone, locale, now: Date.now() };
        this.found = fill(labels.found, spokenTime(slot.start_at, look));
    }

    handleOffer() {
        if (this.nextSuiting) {
            this.goToSlot(this.nextSuiting);
        } else if (isOver(this.times)) {
            this.goToWeek(addDays(this._monday, 7));
        } else {
            this.handleNextFree();
        }
        // The button that was pressed goes away.
        this.refs.bar.focus();
    }

    // ------------------------------------------------------------------------------ choices

    handleSlot(event) {
        const { slot } = event.detail;
        // What was chosen is to stay in sight, whatever is asked next.
        this._isAtStart = false;
        const { people, free } = this.times;
        this.fire('slotchoose', { slot: withHosts(slot, free), people });
    }

    handleZone(event) {
        this._guestZone = event.detail.timeZone;
        this.stopSearching();
        this.found = '';
        this.arrange();
        this.fire('guestzonechange', { timeZone: this._guestZone });
        this.searchIfShown();
    }

    handleNarrowing(event) {
        this.narrowing = event.detail.narrowing;
        this.stopSearching();
        this.found = '';
        this._day = '';
        this.arrange();
        this.searchIfShown();
        if (this.isFolded && !isNarrowed(this.narrowing)) {
            // The last of what was said is taken back, and its button gone.
            this.refs.bar.focusNarrowDown();
        }
    }

    searchIfShown() {
        if (this._shown && !this.isStale) {
            this.searchSuiting();
        }
    }

    handleDuration(event) {
        const { value: minutes } = event.detail;
        this._durationMinutes = minutes;
        this.ask({ durationMinutes: minutes });
        this.fire('durationchange', { minutes });
    }

    handleRefresh() {
        this.reload();
    }

    handleRetry() {
        this.reload();
    }

    fire(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}
