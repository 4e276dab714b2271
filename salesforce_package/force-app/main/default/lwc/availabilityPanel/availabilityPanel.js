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
    startOfDay,
    timeText,
    toMs,
    toUtcText,
    weekdayOf,
    weekOf
} from 'c/bookingTime';
import {
    ANY_TIME,
    freeCountWords,
    gridOf,
    isNarrowed,
    isOver,
    readTimes,
    spokenTime,
    suggest,
    unavailableWords,
    withHosts
} from 'c/bookingTimes';
import { fill, plural } from 'c/bookingWords';
import { widthOf } from 'c/boxWidth';
import { CalendarReads } from './calendarReads';
import { nextFree } from './lookingAhead';
import { labels } from './labels';

const SLOW_MS = 300;
/** From so many pixels of its own box on. */
const WIDTHS = { medium: 480, wide: 800 };
/** In a window that is less high, a dialog leaves the panel less than some 620 pixels. */
const SHORT_PX = 800;
const DAY_MS = 86400000;
const MOST_UNAVAILABLE = 4;
const WORKING_WEEK = [1, 2, 3, 4, 5];
/** From Friday on the current week may be over. */
const LATE_IN_THE_WEEK = 5;
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
    _searchTurn = 0;
    _isScheduled = false;
    _isMeasured = false;
    _mustFocusProblem = false;
    _slowTimer;
    _observer;
    _focusStartAt = null;
    _reads = new CalendarReads();

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
        this._reads.clear();
        return this.load();
    }

    /** Moves the keyboard's focus to the chosen time, or to where one chooses. */
    @api
    focusChosen() {
        if (this.refs.grid) {
            this.refs.grid.focusStart(this.chosenStartAt);
        } else if (this.refs.period) {
            this.refs.period.focus();
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
        this._searchTurn += 1;
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
        const { recordId, bookingTypeId, hostId, coHostIds, allHosts } = this._asked;
        const zone = this.timeZone;
        const minutes = this.minutes;
        return JSON.stringify([
            recordId,
            bookingTypeId,
            hostId,
            coHostIds,
            allHosts,
            zone,
            minutes
        ]);
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
            const { answer, monday } = await this.weekToShow(this._monday);
            if (turn === this._turn) {
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

    /** The week that was asked for; when it is over and nobody has asked for it, the next one. */
    async weekToShow(monday) {
        const next = addDays(monday, 7);
        const turn = this._turn;
        const asking = this.weekFrom(monday);
        const mayMoveOn = this._isAtStart && this.isInWindow(next);
        if (mayMoveOn && weekdayOf(this.today) >= LATE_IN_THE_WEEK) {
            this.readAhead(monday);
        }
        const answer = await asking;
        if (turn !== this._turn || !mayMoveOn || !this.isWeekOver(answer)) {
            return { answer, monday };
        }
        const answerOfNext = await this.weekFrom(next);
        this.hasMovedOn = turn === this._turn;
        return { answer: answerOfNext, monday: next };
    }

    isWeekOver(answer) {
        const look = { zone: this.timeZone, coHostIds: this._coHostIds };
        const isSomebodyThere = (answer.people || []).some((person) => !person.unavailable);
        return isSomebodyThere && isOver(readTimes(answer, look));
    }

    isInWindow(monday) {
        return startOfDay(monday, this.timeZone) <= this.windowEndsAt;
    }

    /** The answer about a week, from what is kept or from the service. */
    weekFrom(monday) {
        const { startsAt, endsAt } = weekOf(monday, this.timeZone);
        const span = { starts_from: toUtcText(startsAt), starts_before: toUtcText(endsAt) };
        return this._reads.read(`${this.question}${monday}`, () =>
            this.askFor({ ...span, explain: true })
        );
    }

    askFor(times) {
        const { recordId, bookingTypeId, hostId, allHosts } = this._asked;
        return askAvailability(recordId, bookingTypeId, {
            time_zone: this.timeZone,
            duration_minutes: this.minutes,
            ...(hostId && !allHosts ? { host_id: hostId } : {}),
            ...(this._coHostIds.length ? { co_host_ids: [...this._coHostIds] } : {}),
            all_hosts: Boolean(allHosts),
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
        this.readAhead(monday);
        this.searchSuiting();
    }

    /** The week that will most likely be wanted next; nobody waits for it. */
    readAhead(monday) {
        const next = addDays(monday, 7);
        if (this.isInWindow(next) && !this._reads.has(`${this.question}${next}`)) {
            this.weekFrom(next).catch(() => {
                // It is asked again, and a problem told, when somebody wants to see it.
            });
        }
    }

    // ---------------------------------------------------------------------------- arranging

    /** Draws what is known anew: for another day, another zone, or what the guest says. */
    arrange() {
        if (!this.times) {
            return;
        }
        const look = {
            guestZone: this._guestZone,
            locale,
            now: Date.now(),
            narrowing: this.narrowing
        };
        const week = weekOf(this._shown.monday, this.timeZone).dates;
        this.weekModel = gridOf(this.times, { ...look, dates: week });
        this.shownDay = this.dayIn(this.weekModel);
        this.shownNow = look.now;
        this.model =
            this.view === DAY
                ? gridOf(this.times, { ...look, dates: [this.shownDay] })
                : this.weekModel;
        this.suggestions = suggest(this.slotsOfWeek, {
            zone: this.spokenZone,
            now: look.now,
            narrowing: this.narrowing
        });
    }

    get slotsOfWeek() {
        const { dates } = weekOf(this._shown.monday, this.timeZone);
        const isShown = ({ date, slot }) => slot && dates.includes(date);
        return this.times.starts.filter(isShown).map((start) => start.slot);
    }

    /** The day that was wished for; else the first on which there is something to choose. */
    dayIn({ days }) {
        const dates = days.map((day) => day.date);
        const monday = this._shown.monday;
        if (this._day >= monday && this._day <= addDays(monday, 6)) {
            return this._day;
        }
        const chosen = this.chosenStartAt ? dateIn(this.chosenStartAt, this.timeZone) : '';
        if (dates.includes(chosen)) {
            return chosen;
        }
        const best = days.find((day) => day.matching) || days.find((day) => day.offered);
        const isThisWeek = dates.includes(this.today);
        return (best && best.date) || (isThisWeek ? this.today : dates[0]);
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

    get narrowsDown() {
        return String(this.isUnfolded);
    }

    get narrowDownIcon() {
        return this.isUnfolded ? 'utility:chevronup' : 'utility:chevrondown';
    }

    handleNarrowDown() {
        this.isUnfolded = !this.isUnfolded;
    }

    get isWaitingForHost() {
        return !this.isAskable;
    }

    get periodText() {
        if (this.view === DAY && this.shownDay && !this.isStale) {
            return dayText(this.shownDay, locale, this.isNarrow ? 'short' : 'medium');
        }
        const last = this.isStale || !this.weekModel ? 5 : this.weekModel.days.length;
        return daysText(this._monday, addDays(this._monday, Math.max(last, 5) - 1), locale);
    }

    get previousLabel() {
        return this.view === DAY ? labels.previousDay : labels.previousWeek;
    }

    get nextLabel() {
        return this.view === DAY ? labels.nextDay : labels.nextWeek;
    }

    get nextFreeLabel() {
        return isNarrowed(this.narrowing) ? labels.nextMatching : labels.nextFree;
    }

    get goToValue() {
        return this.view === DAY && this.shownDay ? this.shownDay : this._monday;
    }

    get canChooseView() {
        return !this.isNarrow;
    }

    get views() {
        return [
            [WEEK, labels.viewWeek],
            [DAY, labels.viewDay]
        ].map(([value, text]) => ({ value, text, isPressed: this.view === value }));
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
        return this.view === DAY && this.showsGrid;
    }

    get strip() {
        return this.weekModel.days.map((day) => ({
            date: day.date,
            weekday: dayText(day.date, locale, 'weekdayShort'),
            number: String(Number(day.date.slice(8))),
            matching: day.matching,
            freeWords: freeCountWords(day.matching),
            pressed: String(day.date === this.shownDay),
            buttonClass: stripClass(day, this.shownDay)
        }));
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
        return twoSentences(this.hasMovedOn ? labels.weekOverNext : '', this.weekWords);
    }

    /** What there is to say of the week as a whole; nothing when there are times to choose. */
    get weekWords() {
        const { offered, matching } = this.weekModel;
        if (matching) {
            return this.model.offered || this.view !== DAY ? '' : labels.noneInDay;
        }
        const words = offered ? labels.noneSuits : this.nothingWords;
        return this.nextSuiting
            ? twoSentences(words, fill(labels.nextThatSuits, this.spokenNext))
            : words;
    }

    get nothingWords() {
        if (this.isEverybodyUnavailable) {
            return labels.nobodyBookable;
        }
        if (this._shown.monday !== mondayOf(this.today)) {
            return labels.noneInWeek;
        }
        return isOver(this.times) ? labels.weekOver : labels.noneLeft;
    }

    get isEverybodyUnavailable() {
        const hosts = this.times.people.filter((each) => !this._coHostIds.includes(each.host_id));
        return hosts.length > 0 && hosts.every((host) => host.unavailable);
    }

    get spokenNext() {
        const look = { zone: this.spokenZone, locale, now: Date.now() };
        return spokenTime(this.nextSuiting.start_at, look);
    }

    /** What a button beside the words does for it; empty: no button. */
    get offer() {
        if (this.isLoading || this.isStale || this.isSearching || !this.model) {
            return '';
        }
        const { offered, matching } = this.weekModel;
        if (this.nextSuiting && !matching) {
            return labels.goThere;
        }
        const isThisWeek = this._shown.monday === mondayOf(this.today);
        if (offered || !isThisWeek || this.isEverybodyUnavailable) {
            return '';
        }
        return isOver(this.times) ? labels.showNextWeek : this.nextFreeLabel;
    }

    get emptyText() {
        if (this.isEverybodyUnavailable) {
            return this.hidesUnavailable ? labels.nobodyBookableSaid : labels.nobodyBookableNext;
        }
        return this.view === DAY ? labels.nobodyWorksDay : labels.nobodyWorks;
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

    handlePrevious() {
        this.step(-1);
    }

    handleNext() {
        this.step(1);
    }

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
        this._viewWish = event.detail.value;
        this.arrange();
    }

    step(steps) {
        if (this.view === DAY) {
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
        const shown =
            this.view === DAY && this.shownDay
                ? addDays(this.shownDay, 1)
                : addDays(this._monday, 7);
        const from = Math.max(startOfDay(shown, this.timeZone), Date.now());
        return from > this.windowEndsAt ? Date.now() : from;
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
        const weekEnd = startOfDay(addDays(this._shown.monday, 7), this.timeZone);
        const from = Math.max(weekEnd, Date.now());
        const slot = await this.search(from > this.windowEndsAt ? Date.now() : from);
        if (slot) {
            this.nextSuiting = slot;
        } else if (slot === null) {
            this.found = this.noneUntilText;
        }
    }

    /** The slot; null when there is none; undefined when something else is wanted meanwhile. */
    async search(from) {
        this._searchTurn += 1;
        const turn = this._searchTurn;
        const { narrowing, spokenZone: zone, windowEndsAt: until } = this;
        const isGivenUp = () => turn !== this._searchTurn;
        this.isSearching = true;
        try {
            const ask = (times) => this.askFor(times);
            const slot = await nextFree({ from, until, narrowing, zone }, ask, isGivenUp);
            return isGivenUp() ? undefined : slot;
        } catch (problem) {
            if (!isGivenUp()) {
                this.problem = problem;
            }
            return undefined;
        } finally {
            if (!isGivenUp()) {
                this.isSearching = false;
            }
        }
    }

    stopSearching() {
        this._searchTurn += 1;
        this.isSearching = false;
        this.nextSuiting = null;
    }

    get noneUntilText() {
        const until = dayText(dateIn(this.windowEndsAt, this.timeZone), locale, 'medium');
        const words = isNarrowed(this.narrowing) ? labels.noneSuitsUntil : labels.noneUntil;
        return fill(words, until);
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
        this.refs.period.focus();
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
            this.refs.narrowDown.focus();
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

function twoSentences(one, other) {
    return one && other ? fill(labels.twoSentences, one, other) : one || other;
}

function stripClass(day, shownDay) {
    const classes = ['strip-button'];
    if (day.date === shownDay) {
        classes.push('strip-button_pressed');
    }
    if (!day.matching) {
        classes.push('strip-button_none');
    }
    return classes.join(' ');
}
