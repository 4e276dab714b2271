import { api, LightningElement } from 'lwc';
import organizerZone from '@salesforce/i18n/timeZone';
import { askAvailability, askBookingTypes, askHosts, book } from 'c/bookingCalls';
import { later } from 'c/bookingClock';
import { announce } from 'c/bookingNews';
import { slotAt } from 'c/bookingTimes';
import { fill } from 'c/bookingWords';
import { widthOf } from 'c/boxWidth';
import {
    LOOKING,
    NOT_BOOKED,
    SENDING,
    TIME_FIRST,
    UNKNOWN,
    alternativeChosen,
    begin,
    booked,
    bookingBegun,
    bookingRefused,
    canAskTimes,
    changedAgain,
    coHostsChosen,
    coHostsOf,
    consentLost,
    detailsClosed,
    detailsOpened,
    draftChanged,
    durationChosen,
    freeHostIds,
    guestZoneChosen,
    hostChosen,
    hostIdForTimes,
    hostOf,
    hostsLoaded,
    isHostGiven,
    isLocked,
    isStage,
    lookingBegun,
    mustCheckTime,
    mustChooseAmongFree,
    notBooked,
    peopleLoaded,
    possibleCoHosts,
    rolesOf,
    ruleOf,
    showAllChosen,
    stillUnknown,
    timeChecked,
    timeChosen,
    typeChosen,
    typeRenewed,
    typesAgain,
    typesLoaded,
    timesThen,
    wishOf
} from './state';
import { labels } from './labels';
import { outcomeWords, showsOutcome, whatBecameOf } from './outcome';
import {
    amongFreeWords,
    factsOf,
    inQuestionWords,
    lostWords,
    reopenWords,
    timeWords
} from './saying';
import bookedSaid from '@salesforce/label/c.Booking_Booked_Said';
import bookingSaid from '@salesforce/label/c.Booking_Sending';
import checkingSaid from '@salesforce/label/c.Booking_Time_Checking';
import nobodyAdvice from '@salesforce/label/c.Booking_Nobody_Advice';
import panelRegion from '@salesforce/label/c.Booking_Create';
import timeStillFree from '@salesforce/label/c.Booking_Time_Still_Free';

/** Where the flow stands, whatever that is: the first of these that is on the screen. */
const START = 'start';
const START_PARTS = ['progress', 'outcome', 'heading', 'picker', 'typesProblem'];

/** From these widths of its own box on, the panel sets its parts side by side. */
const WIDTHS = { medium: 600, wide: 960 };

/** Refusals after which the times on the screen are known to be old. */
const TIMES_ARE_OLD = ['slot_taken', 'slot_not_offered', 'host_unavailable', 'no_host'];

/** The type asks consent for another text than the one that was read to the guest. */
const CONSENT_CHANGED = 'consent_changed';

/**
 * The whole flow of a booking: booking type, host and time, details, booked. Holds its state and
 * asks the service; the parts it shows take plain data and tell what the organizer did.
 *
 * @fires booked With {booking}, as soon as it is booked.
 * @fires waitingchange With {isWaiting}: a wish is on its way, or nobody knows yet what became of
 *     it; better not leave but by the panel's own button.
 * @fires close The organizer is done. Whoever shows the panel has a way out of it before that.
 */
export default class BookingPanel extends LightningElement {
    flow = begin();
    width = 'medium';
    said = '';
    typesProblem = null;
    hostsProblem = null;
    isLoadingTypes = false;
    isLoadingHosts = false;

    isOnPage = false;
    recordId_;
    typesTurn = 0;
    hostsTurn = 0;
    checkTurn = 0;
    bookTurn = 0;
    focusNext = '';
    wasWaiting = false;
    observer;
    stopWaiting;

    labels = labels;

    /** The record that the booking is for; a record action gets it after it is on the page. */
    @api
    get recordId() {
        return this.recordId_;
    }
    set recordId(recordId) {
        const isOther = recordId !== this.recordId_;
        this.recordId_ = recordId;
        if (isOther && this.isOnPage) {
            this.startAgain();
        }
    }

    /** Moves the keyboard's focus to where the flow stands, as soon as that is on the screen. */
    @api
    focus() {
        this.focusNext = START;
        this.followFocus();
    }

    connectedCallback() {
        this.isOnPage = true;
        this.startAgain();
    }

    disconnectedCallback() {
        this.isOnPage = false;
        this.bookTurn += 1;
        this.endWait();
        if (this.observer) {
            this.observer.disconnect();
            this.observer = null;
        }
    }

    renderedCallback() {
        this.watchWidth();
        this.tellWaiting();
        this.followFocus();
    }

    followFocus() {
        const next = this.focusNext;
        if (next === START) {
            this.focusNext = START_PARTS.some((name) => this.moveFocus(name)) ? '' : START;
        } else if (next) {
            this.focusNext = '';
            this.moveFocus(next);
        }
    }

    tellWaiting() {
        const isWaiting = this.isBooking || this.isLooking || this.isUnknown;
        if (isWaiting !== this.wasWaiting) {
            this.wasWaiting = isWaiting;
            this.dispatchEvent(new CustomEvent('waitingchange', { detail: { isWaiting } }));
        }
    }

    watchWidth() {
        if (this.observer || typeof ResizeObserver === 'undefined') {
            return;
        }
        this.observer = new ResizeObserver((entries) => {
            this.width = widthOf(entries[entries.length - 1].contentRect.width, WIDTHS);
        });
        this.observer.observe(this.refs.panel);
    }

    moveFocus(name) {
        const part = this.refs[name];
        if (!part) {
            return false;
        }
        if (name === 'times') {
            part.focusChosen();
        } else {
            part.focus();
        }
        return true;
    }

    // ------------------------------------------------------------------- asking for types

    startAgain() {
        this.flow = begin();
        this.typesProblem = null;
        this.hostsProblem = null;
        this.checkTurn += 1;
        this.bookTurn += 1;
        this.hostsTurn += 1;
        this.endWait();
        if (this.recordId_) {
            this.loadTypes();
        }
    }

    async loadTypes() {
        this.typesTurn += 1;
        const turn = this.typesTurn;
        this.isLoadingTypes = true;
        try {
            const offered = await askBookingTypes(this.recordId_);
            if (turn === this.typesTurn) {
                this.typesProblem = null;
                this.isLoadingTypes = false;
                this.showTypes(offered);
            }
        } catch (problem) {
            if (turn === this.typesTurn) {
                this.typesProblem = problem;
                this.isLoadingTypes = false;
            }
        }
    }

    showTypes(offered) {
        this.flow = typesLoaded(this.flow, offered);
        if (this.flow.step === 'times') {
            this.loadHosts();
        }
    }

    handleTypesRetry() {
        this.loadTypes();
    }

    handleTypeChoose(event) {
        this.flow = typeChosen(this.flow, event.detail.bookingType);
        this.focusNext = 'heading';
        this.loadHosts();
    }

    handleTypesAgain() {
        const next = typesAgain(this.flow);
        if (next !== this.flow) {
            this.flow = next;
            this.hostsTurn += 1;
            this.checkTurn += 1;
            this.focusNext = 'picker';
        }
    }

    // ------------------------------------------------------------------- asking for hosts

    async loadHosts() {
        this.hostsTurn += 1;
        const turn = this.hostsTurn;
        this.isLoadingHosts = true;
        try {
            const { booking_type_id: typeId } = this.flow.bookingType;
            const hosts = await askHosts(this.recordId_, typeId);
            if (turn === this.hostsTurn) {
                this.hostsProblem = null;
                this.isLoadingHosts = false;
                this.flow = hostsLoaded(this.flow, hosts);
            }
        } catch (problem) {
            if (turn === this.hostsTurn) {
                this.hostsProblem = problem;
                this.isLoadingHosts = false;
            }
        }
    }

    handleHostsRetry() {
        this.loadHosts();
    }

    // ------------------------------------------------------------- what the organizer does

    handleHostChange(event) {
        const wasOpen = this.flow.isDetailsOpen;
        this.change(hostChosen(this.flow, event.detail.hostId));
        if (this.flow.isDetailsOpen && !wasOpen) {
            this.focusNext = 'details';
        }
    }

    handleCoHostsChange(event) {
        this.change(coHostsChosen(this.flow, event.detail.coHostIds));
    }

    handleShowAllChange(event) {
        this.change(showAllChosen(this.flow, event.detail.allHosts));
    }

    handleDurationChange(event) {
        this.change(durationChosen(this.flow, event.detail.minutes));
    }

    handleGuestZoneChange(event) {
        this.change(guestZoneChosen(this.flow, event.detail.timeZone));
    }

    handlePeopleLoad(event) {
        const { people, roles } = event.detail;
        this.flow = peopleLoaded(this.flow, people, roles);
    }

    handleSlotChoose(event) {
        if (event.detail.people) {
            this.flow = peopleLoaded(this.flow, event.detail.people);
        }
        this.chooseTime(timeChosen(this.flow, event.detail.slot));
    }

    handleAlternativeChoose(event) {
        this.chooseTime(alternativeChosen(this.flow, event.detail.slot));
    }

    chooseTime(next) {
        if (next === this.flow) {
            return;
        }
        this.checkTurn += 1;
        this.flow = next;
        if (next.isDetailsOpen) {
            this.focusNext = 'details';
        } else if (mustChooseAmongFree(next)) {
            this.focusNext = 'hosts';
            this.say(amongFreeWords(this.flow.slot));
        }
    }

    handleSeeTimes() {
        this.moveFocus('times');
    }

    handleDraftChange(event) {
        this.flow = draftChanged(this.flow, event.detail.draft);
    }

    handleDetailsOpen() {
        this.flow = detailsOpened(this.flow);
        this.focusNext = 'details';
    }

    handleDetailsClose() {
        const next = detailsClosed(this.flow);
        if (next !== this.flow) {
            this.flow = next;
            this.focusNext = 'times';
        }
    }

    handleKeydown(event) {
        const closesDetails = event.key === 'Escape' && this.flow.isDetailsOpen;
        if (closesDetails && !event.defaultPrevented && !isLocked(this.flow)) {
            // Else the dialog around it would close, with everything typed.
            event.preventDefault();
            event.stopPropagation();
            this.handleDetailsClose();
        }
    }

    handleClose() {
        this.dispatchEvent(new CustomEvent('close'));
    }

    // -------------------------------------------------------------- does the time still fit

    change(next) {
        const before = this.flow;
        this.flow = next;
        if (mustCheckTime(before, next)) {
            this.checkTime();
        } else if (before.slot && !next.slot) {
            // Whatever is said of it now, nobody asks for it any more.
            this.checkTurn += 1;
            this.say('');
        }
    }

    async checkTime() {
        this.checkTurn += 1;
        const turn = this.checkTurn;
        const { start_at: startAt } = this.flow.slot;
        this.say(fill(checkingSaid, timeWords(startAt)));
        let answer;
        try {
            answer = await askAvailability(
                this.recordId_,
                this.flow.bookingType.booking_type_id,
                timesThen(this.flow, startAt, organizerZone)
            );
        } catch {
            // The grid beside it says what is wrong; booking looks at the time once more.
            if (turn === this.checkTurn) {
                this.say('');
            }
            return;
        }
        if (turn === this.checkTurn) {
            this.settleTime(startAt, slotAt(answer, startAt));
        }
    }

    settleTime(startAt, slot) {
        const next = timeChecked(this.flow, startAt, slot);
        if (next === this.flow) {
            return;
        }
        this.flow = next;
        const words = timeWords(startAt);
        this.say(slot ? fill(timeStillFree, words) : this.lostWords);
        if (mustChooseAmongFree(this.flow)) {
            this.say(amongFreeWords(this.flow.slot));
        }
    }

    // ----------------------------------------------------------------------------- booking

    handleBook(event) {
        const flow = draftChanged(this.flow, event.detail.draft);
        if (!flow.slot || isLocked(flow)) {
            return;
        }
        this.flow = bookingBegun(flow, wishOf(flow, this.recordId_, organizerZone), newKey);
        this.send();
    }

    handleBookAgain() {
        if (isLocked(this.flow)) {
            return;
        }
        const { intent } = this.flow;
        this.flow = bookingBegun(this.flow, intent.wish, newKey);
        this.send();
    }

    async send() {
        this.checkTurn += 1;
        this.bookTurn += 1;
        const turn = this.bookTurn;
        const { wish, key } = this.flow.intent;
        this.say(bookingSaid);
        let booking;
        let problem;
        try {
            booking = await book(wish, key);
        } catch (refusal) {
            problem = refusal;
        }
        tellOthers(booking);
        if (turn !== this.bookTurn) {
            return;
        }
        if (booking) {
            this.finish(booking);
        } else if (problem.is_outcome_unknown) {
            this.look();
        } else if (problem.code === CONSENT_CHANGED) {
            this.askConsentAnew(problem);
        } else {
            this.refuse(problem);
        }
    }

    /** Everything stays locked until the new text is there: nobody agrees to the old one again. */
    async askConsentAnew(problem) {
        const turn = this.bookTurn;
        let refusal = problem;
        let renewed = consentLost(this.flow);
        try {
            renewed = typeRenewed(this.flow, await askBookingTypes(this.recordId_));
        } catch (unread) {
            // Without the new text its change cannot be followed; what stands in the way can.
            refusal = unread;
        }
        if (turn === this.bookTurn) {
            this.flow = renewed;
            this.refuse(refusal);
        }
    }

    refuse(problem) {
        this.flow = bookingRefused(detailsOpened(this.flow), problem);
        this.say(problem.message);
        if (TIMES_ARE_OLD.includes(problem.code) && this.refs.times) {
            this.refs.times.reload();
        }
    }

    finish(booking) {
        this.flow = booked(this.flow, booking);
        this.focusNext = 'progress';
        this.say(bookedSaid);
        this.dispatchEvent(new CustomEvent('booked', { detail: { booking } }));
    }

    async look() {
        this.flow = lookingBegun(this.flow);
        this.focusNext = 'outcome';
        this.say(this.outcomeMessage);
        const turn = this.bookTurn;
        const found = await whatBecameOf(this.flow.intent.key, {
            wait: (seconds) => this.wait(seconds),
            isLeft: () => turn !== this.bookTurn,
            tell: announce
        });
        if (found && found.booking) {
            this.finish(found.booking);
        } else if (found) {
            this.flow = found.isNotBooked ? notBooked(this.flow) : stillUnknown(this.flow);
            this.say(this.outcomeTitle);
            this.focusNext = 'outcome';
        }
    }

    wait(seconds) {
        return new Promise((resolve) => {
            this.stopWaiting = later(resolve, seconds * 1000);
        });
    }

    endWait() {
        if (this.stopWaiting) {
            this.stopWaiting();
            this.stopWaiting = undefined;
        }
    }

    handleLookAgain() {
        this.bookTurn += 1;
        this.look();
    }

    handleChangeSomething() {
        this.flow = changedAgain(this.flow);
        this.focusNext = 'details';
    }

    handleAnother() {
        this.startAgain();
    }

    handleBookingUpdate(event) {
        const { booking } = event.detail;
        this.flow = { ...this.flow, booking };
        // What is behind the panel must not look better than what the panel has shown.
        announce(booking);
    }

    // ------------------------------------------------------------------------ what is shown

    say(words) {
        this.said = words;
    }

    get panelClass() {
        return `panel panel_${this.width}`;
    }

    get flowClass() {
        const openness = this.flow.isDetailsOpen ? ' flow_with-details' : '';
        const covering = this.showsOutcome ? ' flow_covered' : '';
        const loneliness = this.hasHosts ? '' : ' flow_alone';
        return `flow${openness}${covering}${loneliness}`;
    }

    /** One beneath the other, the times are out of sight below all hosts, or below co-hosts. */
    get showsWayToTimes() {
        const isLong = this.flow.allHosts || this.flow.bookingType.co_hosts_allowed;
        return this.isNarrow && isLong && this.isReady && this.hasHosts && !this.hostsProblem;
    }

    get isNarrow() {
        return this.width === 'narrow';
    }

    /**
     * Who cannot be booked is said once: with the hosts where they stand beside the times, with
     * the times where they are out of sight. The one whom the record names is always said there.
     */
    get saysWithHosts() {
        const isCovered = this.width === 'medium' && this.flow.isDetailsOpen;
        const isBeside = !this.isNarrow && !isCovered;
        return !this.hostsProblem && (isBeside || isHostGiven(this.flow));
    }

    /** While the wish is on its way its parts cannot be reached, by mouse or by keyboard. */
    get lock() {
        return { inert: isLocked(this.flow) };
    }

    get showsTypesLoading() {
        return this.isLoadingTypes && !this.typesProblem && this.flow.step === 'types';
    }

    get showsPicker() {
        return this.flow.step === 'types' && Boolean(this.flow.offered) && !this.typesProblem;
    }

    get showsTimes() {
        return this.flow.step === 'times';
    }

    get showsDone() {
        return this.flow.step === 'done';
    }

    get heading() {
        return this.showsTimes ? this.flow.bookingType.name : panelRegion;
    }

    get facts() {
        if (!this.showsTimes) {
            return '';
        }
        return factsOf(this.flow.bookingType);
    }

    get timeZone() {
        return organizerZone;
    }

    get rule() {
        return ruleOf(this.flow);
    }

    get hosts() {
        return this.flow.hosts ? this.flow.hosts.hosts : [];
    }

    /** Whose calendars are read for the times. */
    get hostNames() {
        const isOne = hostIdForTimes(this.flow) || isHostGiven(this.flow);
        const hosts = isOne ? [this.host] : this.hosts;
        return [...hosts, ...this.chosenCoHosts].filter(Boolean).map((each) => each.name);
    }

    get coHosts() {
        return possibleCoHosts(this.flow);
    }

    get roles() {
        return rolesOf(this.flow);
    }

    get chosenCoHosts() {
        return coHostsOf(this.flow);
    }

    get host() {
        return hostOf(this.flow);
    }

    get hostIdForPanel() {
        return this.rule === TIME_FIRST ? '' : this.flow.hostId;
    }

    get hostIdForTimes() {
        return hostIdForTimes(this.flow);
    }

    get slotHostIds() {
        return freeHostIds(this.flow);
    }

    get canShowAll() {
        return Boolean(this.flow.hosts && this.flow.hosts.can_show_all);
    }

    get nobodyBecause() {
        return this.flow.hosts ? this.flow.hosts.nobody_because : '';
    }

    /** Without a host there are no times; the hosts' panel says why. */
    get hasHosts() {
        return !this.flow.hosts || this.flow.hosts.hosts.length > 0;
    }

    get nobodyAdvice() {
        return this.hasHosts ? '' : nobodyAdvice;
    }

    get canGoBack() {
        return !this.showsOutcome && this.flow.offered.offered.length > 1;
    }

    /** Where the time decides on the host, theirs is said with those who are free. */
    get slotStartAt() {
        return this.slotHostIds ? this.flow.slot.start_at : null;
    }

    get isReady() {
        return canAskTimes(this.flow);
    }

    get chosenStartAt() {
        return this.flow.slot ? this.flow.slot.start_at : '';
    }

    get isBooking() {
        return isStage(this.flow, SENDING);
    }

    /** The time is chosen, its details are closed: the way back to them. */
    get reopenWords() {
        const isClosed = this.flow.slot && !this.flow.isDetailsOpen && !this.choosesAmongFree;
        return isClosed ? reopenWords(this.flow.slot) : '';
    }

    get choosesAmongFree() {
        return mustChooseAmongFree(this.flow);
    }

    get lostWords() {
        const { lost } = this.flow;
        return lost ? lostWords(lost) : '';
    }

    get showsOutcome() {
        return showsOutcome(this.flow);
    }

    get isLooking() {
        return isStage(this.flow, LOOKING);
    }

    get isUnknown() {
        return isStage(this.flow, UNKNOWN);
    }

    get isNotBooked() {
        return isStage(this.flow, NOT_BOOKED);
    }

    get outcomeTitle() {
        return outcomeWords(this.flow).title;
    }

    get outcomeMessage() {
        return outcomeWords(this.flow).message;
    }

    /** The time and the host that are in question. */
    get outcomeFacts() {
        return inQuestionWords(this.flow.intent.wish.start_at, this.host);
    }
}

/** Also when the panel was left meanwhile: who left it must not book a second time unawares. */
function tellOthers(booking) {
    if (booking) {
        announce(booking);
    }
}

/** A key that nobody has used; `randomUUID` would need a secure page, which a demo has not always. */
function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
