import { api, LightningElement } from 'lwc';
import userLocale from '@salesforce/i18n/locale';
import userTimeZone from '@salesforce/i18n/timeZone';
import { now } from 'c/bookingClock';
import { NO_PLATFORM, platformIcon, platformName } from 'c/bookingPlatforms';
import {
    dateText,
    dayShift,
    isSameClock,
    isZone,
    shortDateTimeText,
    spanText,
    timeText,
    zoneText
} from 'c/bookingTime';
import { fill } from 'c/bookingWords';
import { faultText, nameAndAddressIn, visible } from 'c/emailAddresses';
import { answerKeyOf, fieldOf, refusedAddress } from './problemFields';
import { whereOf } from './where';
import when from '@salesforce/label/c.Booking_Details_When';
import yourClock from '@salesforce/label/c.Booking_Details_Your_Clock';
import guestClock from '@salesforce/label/c.Booking_Details_Guest_Clock';
import sameClock from '@salesforce/label/c.Booking_Details_Same_Clock';
import close from '@salesforce/label/c.Booking_Close';
import attendees from '@salesforce/label/c.Booking_Details_Attendees';
import hostRole from '@salesforce/label/c.Booking_Details_Host_Role';
import coHostRole from '@salesforce/label/c.Booking_Details_Co_Host_Role';
import firstRole from '@salesforce/label/c.Booking_Details_First_Role';
import noHost from '@salesforce/label/c.Booking_Details_No_Host';
import chooseHostTitle from '@salesforce/label/c.Booking_Details_Choose_Host_Title';
import chooseHost from '@salesforce/label/c.Booking_Details_Choose_Host';
import guest from '@salesforce/label/c.Booking_Details_Guest';
import guestEmail from '@salesforce/label/c.Booking_Details_Guest_Email';
import guestEmailMissing from '@salesforce/label/c.Booking_Details_Guest_Email_Missing';
import guestName from '@salesforce/label/c.Booking_Details_Guest_Name';
import meeting from '@salesforce/label/c.Booking_Details_Meeting';
import platform from '@salesforce/label/c.Booking_Details_Platform';
import platformLater from '@salesforce/label/c.Booking_Details_Platform_Later';
import place from '@salesforce/label/c.Booking_Details_Place';
import placeHelp from '@salesforce/label/c.Booking_Details_Place_Help';
import notes from '@salesforce/label/c.Booking_Details_Notes';
import notesPlaceholder from '@salesforce/label/c.Booking_Details_Notes_Placeholder';
import count from '@salesforce/label/c.Booking_Details_Count';
import tooLong from '@salesforce/label/c.Booking_Details_Too_Long';
import formHeading from '@salesforce/label/c.Booking_Form_Heading';
import roleAnybody from '@salesforce/label/c.Booking_Details_Role_Anybody';
import book from '@salesforce/label/c.Booking_Details_Book';
import sending from '@salesforce/label/c.Booking_Sending';
import taken from '@salesforce/label/c.Booking_Details_Taken';
import alternativesOffered from '@salesforce/label/c.Booking_Details_Alternatives';
import noAlternatives from '@salesforce/label/c.Booking_Details_No_Alternatives';
import alternative from '@salesforce/label/c.Booking_Details_Alternative';

/** As many guests as the service takes for one booking, the primary guest among them. */
const MOST_GUESTS = 20;

/** Characters that the service takes at most (its texts of one line, and of several). */
const MOST_CHARACTERS = { guestName: 255, place: 255, notes: 32000 };

/** From this share of the most on, the characters are counted. */
const COUNTED_FROM = 0.8;

/** Two clicks within this time are a double click, whatever happened between them. */
const DOUBLE_CLICK_MS = 1000;

const EMPTY = {
    guestEmail: '',
    guestName: '',
    moreGuests: [],
    platform: '',
    place: '',
    notes: '',
    answers: {},
    hasConsent: false
};

/**
 * What is left to say once host and time are chosen, and *Book*.
 *
 * @fires draftchange With `{draft}`: what is typed so far; `platform` is empty for the host's own.
 * @fires book With `{draft}`.
 * @fires close
 * @fires alternativechoose With `{slot}`.
 */
export default class BookingDetails extends LightningElement {
    /** The booking type, as the service offered it. */
    @api bookingType = {};

    /** Who decides on the host, for this record: choice, fixed, lookup or time_first. */
    @api hostRule = '';

    /** The chosen time: start_at, end_at, host_ids. */
    @api chosenSlot;

    /** Who takes it, as far as known; null until then. */
    @api host = null;

    /** Who attends as well. */
    @api coHosts = [];

    /** The organizer's zone. */
    @api timeZone = userTimeZone;

    /** The guest's zone; empty when nobody knows it. */
    @api guestTimeZone = '';

    draft_ = EMPTY;
    problem_ = null;
    isBooking_ = false;
    hasToldProblem = true;
    focusNext = '';
    refusedEmail = '';
    askedAt = 0;

    /**
     * What is typed so far: guestEmail, guestName, moreGuests, platform, place, notes, answers (of
     * the form, by its fields' keys), hasConsent.
     */
    @api
    get draft() {
        return this.draft_;
    }

    set draft(draft) {
        this.draft_ = { ...EMPTY, ...draft };
    }

    /** Why it could not be booked, in the shape of a BookingProblem; null when nothing is wrong. */
    @api
    get problem() {
        return this.problem_;
    }

    set problem(problem) {
        this.problem_ = problem || null;
        this.refusedEmail = this.draft_.guestEmail;
        this.hasToldProblem = !problem;
        this.askedAt = 0;
    }

    /** It is being booked. */
    @api
    get isBooking() {
        return this.isBooking_;
    }

    set isBooking(isBooking) {
        this.isBooking_ = Boolean(isBooking);
        if (!this.isBooking_) {
            this.askedAt = 0;
        }
    }

    /** Moves the keyboard's focus to what is wrong, or to the time. */
    @api
    focus() {
        if (this.refs.problem) {
            this.refs.problem.focus();
        } else if (!this.problemField && this.refs.heading) {
            this.refs.heading.focus();
        }
    }

    renderedCallback() {
        if (this.refs.fields) {
            // While it is being booked nothing can be changed, by mouse or keyboard.
            this.refs.fields.inert = this.isBooking;
        }
        if (!this.hasToldProblem && this.chosenSlot) {
            this.hasToldProblem = true;
            this.showProblem();
        }
        if (this.focusNext && this.refs[this.focusNext]) {
            this.refs[this.focusNext].focus();
            this.focusNext = '';
        }
    }

    get words() {
        return {
            attendees,
            close,
            formHeading,
            guest,
            guestEmail,
            guestEmailMissing,
            guestName,
            meeting,
            noHost,
            notes,
            notesPlaceholder,
            place,
            placeHelp,
            platform
        };
    }

    get bookWords() {
        return this.isBooking ? sending : book;
    }

    // ---------------------------------------------------------------------------- when

    get whenWords() {
        const { start_at: startAt, end_at: endAt } = this.chosenSlot;
        return fill(
            when,
            dateText(startAt, this.timeZone, userLocale, 'medium'),
            unbroken(spanText(startAt, endAt, this.timeZone, userLocale))
        );
    }

    get ownClockWords() {
        return fill(yourClock, zoneText(this.timeZone, this.chosenSlot.start_at, userLocale));
    }

    get guestClockWords() {
        if (!isZone(this.guestTimeZone)) {
            return '';
        }
        const { start_at: startAt, end_at: endAt } = this.chosenSlot;
        const zone = zoneText(this.guestTimeZone, startAt, userLocale);
        if (isSameClock(startAt, this.timeZone, this.guestTimeZone)) {
            return this.guestTimeZone === this.timeZone ? '' : fill(sameClock, zone);
        }
        const span = unbroken(spanText(startAt, endAt, this.guestTimeZone, userLocale));
        return fill(guestClock, this.withGuestDay(span, startAt), zone);
    }

    /** The guest's day stands before a time only when it is another one. */
    withGuestDay(words, startAt) {
        return dayShift(startAt, this.timeZone, this.guestTimeZone)
            ? fill(when, dateText(startAt, this.guestTimeZone, userLocale, 'short'), words)
            : words;
    }

    // ----------------------------------------------------------------------------- who

    get attendees() {
        const found = this.host ? [{ ...this.host, role: this.hostRole }] : [];
        const others = (this.coHosts || []).map((each) => ({ ...each, role: coHostRole }));
        return [
            ...[...found, ...others].map(({ host_id: id, name, role }) => ({ id, name, role })),
            ...this.panelRoles
        ];
    }

    /** Whoever is free of each; who it becomes is known once it is booked. */
    get panelRoles() {
        const roles = this.bookingType.panel_roles || [];
        return roles.map(({ key, name }) => ({ id: `role ${key}`, name, role: roleAnybody }));
    }

    get hostRole() {
        return this.rule === 'time_first' ? firstRole : hostRole;
    }

    get rule() {
        return this.hostRule || this.bookingType.host_rule;
    }

    get isHostMissing() {
        return !this.host;
    }

    get isGuestNeeded() {
        return Boolean(this.bookingType.invites_guests);
    }

    get primaryAddresses() {
        return [this.draft_.guestEmail.trim()];
    }

    get mostGuests() {
        return MOST_GUESTS - 1;
    }

    // --------------------------------------------------------------------------- where

    get where() {
        return whereOf(this.bookingType, this.host, this.draft_.platform);
    }

    get canChoosePlatform() {
        return this.where.choices.length > 0;
    }

    get platformOptions() {
        return this.where.choices.map((each) => ({ label: platformName(each), value: each }));
    }

    /** Where it takes place as things stand; empty when that is not known yet. */
    get platform() {
        return this.where.platform;
    }

    get platformWords() {
        return this.platform ? platformName(this.platform) : platformLater;
    }

    get platformIcon() {
        return platformIcon(this.platform || 'later');
    }

    get platformNote() {
        return this.where.note;
    }

    get hasPlace() {
        return this.platform === NO_PLATFORM;
    }

    get notesCount() {
        const { length } = this.draft_.notes;
        return length > MOST_CHARACTERS.notes * COUNTED_FROM
            ? fill(count, number(length), number(MOST_CHARACTERS.notes))
            : '';
    }

    // ----------------------------------------------------------------- what is asked for

    get form() {
        return this.bookingType.form || [];
    }

    get hasForm() {
        return this.form.length > 0;
    }

    get consentText() {
        return this.bookingType.consent_text || '';
    }

    handleAnswers(event) {
        this.change({ answers: event.detail.answers });
    }

    handleConsent(event) {
        this.change({ hasConsent: event.detail.hasConsent });
    }

    // ------------------------------------------------------------------------ problems

    get problemField() {
        return this.problem_ ? fieldOf(this.problem_, this.draft_) : '';
    }

    /** A field that is not drawn, a fixed platform's say, cannot say what is wrong with it. */
    get isProblemAtField() {
        if (!this.problemField) {
            return false;
        }
        const undrawn = {
            platform: !this.canChoosePlatform,
            place: !this.hasPlace,
            answers: !this.form.some((field) => field.key === answerKeyOf(this.problem_)),
            consent: !this.consentText
        };
        return !undrawn[this.problemField];
    }

    get topProblem() {
        if (this.isProblemAtField) {
            return null;
        }
        // That somebody was faster is nothing to report to anybody.
        return this.problem_ && this.isLost ? { ...this.problem_, request_id: '' } : this.problem_;
    }

    get problemHeading() {
        if (this.problem_.heading) {
            return this.problem_.heading;
        }
        return this.problem_.code === 'slot_taken' ? taken : undefined;
    }

    get alternatives() {
        return (this.problem_.alternatives || []).map((slot) => ({
            startAt: slot.start_at,
            ownWords: shortDateTimeText(slot.start_at, this.timeZone, userLocale),
            guestWords: this.guestWordsOf(slot.start_at)
        }));
    }

    get isLost() {
        return this.alternatives.length > 0 || this.problem_.code === 'slot_taken';
    }

    get alternativesWords() {
        return this.alternatives.length > 0 ? alternativesOffered : noAlternatives;
    }

    guestWordsOf(startAt) {
        const isOtherClock =
            isZone(this.guestTimeZone) && !isSameClock(startAt, this.timeZone, this.guestTimeZone);
        if (!isOtherClock) {
            return '';
        }
        const theirs = timeText(startAt, this.guestTimeZone, userLocale);
        return fill(alternative, this.withGuestDay(theirs, startAt));
    }

    get refusedGuest() {
        return this.problemField === 'moreGuests' ? refusedAddress(this.problem_, this.draft_) : '';
    }

    get refusedBecause() {
        return this.refusedGuest ? this.problem_.message : '';
    }

    showProblem() {
        if (!this.isProblemAtField) {
            this.refs.problem.focus();
            return;
        }
        const { message } = this.problem_;
        const part = this.refs[this.problemField];
        if (this.problemField === 'answers') {
            part.refuse(answerKeyOf(this.problem_), message);
        } else if (this.problemField === 'consent') {
            part.refuse(message);
        } else if (!part) {
            this.mark(this.problemField, message);
        }
        (part || this.inputOf(this.problemField)).focus();
    }

    // -------------------------------------------------------------------------- fields

    inputOf(field) {
        return this.template.querySelector(`[data-field="${field}"]`);
    }

    /** Says at a field what is wrong with it; nothing when nothing is. */
    mark(field, fault) {
        const input = this.inputOf(field);
        if (input) {
            input.setCustomValidity(fault);
            input.reportValidity();
        }
    }

    handleText(event) {
        const { field } = event.target.dataset;
        this.mark(field, '');
        this.change({ [field]: event.detail.value });
    }

    handlePlatform(event) {
        const { value } = event.detail;
        this.mark('platform', '');
        // The host's own stays the host's own, also when the host becomes another one.
        this.change({ platform: value === this.host.default_platform ? '' : value });
    }

    handleGuests(event) {
        this.change({ moreGuests: event.detail.addresses });
    }

    /** Whoever walks by keyboard must not end up behind the button that always stays in sight. */
    handleFieldFocus({ target }) {
        const { top } = this.refs.footer.getBoundingClientRect();
        if (target.getBoundingClientRect().bottom > top) {
            target.scrollIntoView({ block: 'center' });
        }
    }

    handleEmailBlur() {
        this.takeEmail();
        this.mark('guestEmail', this.emailFault || this.refusalOfEmail);
    }

    handleNameBlur() {
        this.changeTo({ guestName: visible(this.draft_.guestName) });
    }

    /** Out of an address book comes a name with it; a name that stands already is left alone. */
    takeEmail() {
        const { guestEmail: typed, guestName: known } = this.draft_;
        const { name, address } = nameAndAddressIn(typed);
        this.changeTo({ guestEmail: address, guestName: visible(known) || name });
        // What is said of the field next is of the address alone, not of what was typed.
        this.inputOf('guestEmail').value = address;
    }

    changeTo(members) {
        if (Object.keys(members).some((each) => members[each] !== this.draft_[each])) {
            this.change(members);
        }
    }

    change(members) {
        this.draft_ = { ...this.draft_, ...members };
        this.tell('draftchange', { draft: this.draft_ });
    }

    /** The service's words stay at the field until something else is typed there. */
    get refusalOfEmail() {
        const isStill = this.refusedEmail === this.draft_.guestEmail;
        return this.problemField === 'guestEmail' && isStill ? this.problem_.message : '';
    }

    get emailFault() {
        const address = this.draft_.guestEmail.trim();
        if (!address) {
            return this.isGuestNeeded ? guestEmailMissing : '';
        }
        return faultText(address);
    }

    // ------------------------------------------------------------------------- actions

    handleClose() {
        this.tell('close');
    }

    handleAlternative(event) {
        const startAt = event.currentTarget.dataset.start;
        const slot = this.problem_.alternatives.find((each) => each.start_at === startAt);
        // The button goes away together with the problem.
        this.focusNext = 'heading';
        this.tell('alternativechoose', { slot });
    }

    /** The button is disabled as soon as it is being booked; a second click may be faster. */
    handleBook() {
        if (this.isBooking || now() - this.askedAt < DOUBLE_CLICK_MS) {
            return;
        }
        this.takeEmail();
        if (this.isReadyToBook()) {
            this.askedAt = now();
            // Without a platform the service decides by itself: the type's, or the host's own.
            this.tell('book', { draft: { ...this.draft_, platform: this.where.chosen } });
        }
    }

    isReadyToBook() {
        if (!this.host && this.rule === 'choice') {
            const problem = {
                code: 'host_required',
                heading: chooseHostTitle,
                message: chooseHost
            };
            this.problem_ = problem;
            this.hasToldProblem = false;
            return false;
        }
        const faulty = this.faultyFields();
        if (faulty.length > 0) {
            faulty[0].focus();
        }
        return faulty.length === 0;
    }

    /** Every fault is shown at its field, so that one sees them all at once. */
    faultyFields() {
        const found = [];
        for (const [field, fault] of this.faults()) {
            this.mark(field, fault);
            if (fault && this.inputOf(field)) {
                found.push(this.inputOf(field));
            }
        }
        const isAtGuest = (input) => GUEST_FIELDS.includes(input.dataset.field);
        const { answers, consent, moreGuests } = this.refs;
        // In the order in which they stand.
        return [
            ...found.filter(isAtGuest),
            ...(moreGuests.commit() ? [] : [moreGuests]),
            ...(!answers || answers.check() ? [] : [answers]),
            ...found.filter((input) => !isAtGuest(input)),
            ...(!consent || consent.check() ? [] : [consent])
        ];
    }

    faults() {
        return [
            ['guestEmail', this.emailFault],
            ['guestName', lengthFault('guestName', this.draft_.guestName)],
            ['place', this.hasPlace ? lengthFault('place', this.draft_.place) : ''],
            ['notes', lengthFault('notes', this.draft_.notes)]
        ];
    }

    tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}

const GUEST_FIELDS = ['guestEmail', 'guestName'];

function lengthFault(field, text) {
    const most = MOST_CHARACTERS[field];
    return text.length > most ? fill(tooLong, number(text.length), number(most)) : '';
}

/** From when to when, kept on one line. */
function unbroken(span) {
    // A browser breaks the line after a dash, whatever blank follows; not before a word joiner.
    return span.replace(/\s/g, '\u00a0').replaceAll('–', '–\u2060');
}

function number(value) {
    return new Intl.NumberFormat(userLocale).format(value);
}
