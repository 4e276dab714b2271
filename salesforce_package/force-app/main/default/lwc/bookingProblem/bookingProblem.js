import { api, LightningElement } from 'lwc';
import { fill } from 'c/bookingWords';
import offlineByHand from '@salesforce/label/c.Booking_Problem_Offline_By_Hand';
import offlineByItself from '@salesforce/label/c.Booking_Problem_Offline_By_Itself';
import tryAgain from '@salesforce/label/c.Booking_Try_Again';
import tryingAgain from '@salesforce/label/c.Booking_Trying_Again';
import requestId from '@salesforce/label/c.Booking_Request_Id';
import retryAfter from '@salesforce/label/c.Booking_Retry_After';
import titleGeneral from '@salesforce/label/c.Booking_Problem_General_Title';
import titleOffline from '@salesforce/label/c.Booking_Problem_Offline_Title';
import titleNotSetUp from '@salesforce/label/c.Booking_Problem_Not_Set_Up_Title';
import titleNotAllowed from '@salesforce/label/c.Booking_Problem_Not_Allowed_Title';
import titleNoAnswer from '@salesforce/label/c.Booking_Problem_No_Answer_Title';
import titleRecord from '@salesforce/label/c.Booking_Problem_Record_Title';
import titleTime from '@salesforce/label/c.Booking_Problem_Time_Title';
import titleConnection from '@salesforce/label/c.Booking_Problem_Connection_Title';

/** Half a minute is worth naming a number of seconds for; more is better said in the message. */
const WORTH_COUNTING_SECONDS = 120;

/** What each code is headed and drawn with; the words after it come from whoever saw it. */
const KINDS = {
    offline: { title: titleOffline, icon: 'utility:offline', tone: 'warning' },
    not_set_up: { title: titleNotSetUp, icon: 'utility:settings', tone: 'warning' },
    no_access: { title: titleNotAllowed, icon: 'utility:lock', tone: 'warning' },
    forbidden: { title: titleNotAllowed, icon: 'utility:lock', tone: 'warning' },
    forbidden_role: { title: titleNotAllowed, icon: 'utility:lock', tone: 'warning' },
    service_unreachable: { title: titleNoAnswer, icon: 'utility:warning', tone: 'warning' },
    service_timeout: { title: titleNoAnswer, icon: 'utility:warning', tone: 'warning' },
    vendor_unavailable: { title: titleNoAnswer, icon: 'utility:warning', tone: 'warning' },
    record_not_found: { title: titleRecord, icon: 'utility:search', tone: 'warning' },
    slot_taken: { title: titleTime, icon: 'utility:clock', tone: 'warning' },
    slot_not_offered: { title: titleTime, icon: 'utility:clock', tone: 'warning' },
    connection_broken: { title: titleConnection, icon: 'utility:unlinked', tone: 'error' }
};
const OTHERWISE = { title: titleGeneral, icon: 'utility:error', tone: 'error' };

/**
 * One problem, in words: what happened, what to do next, and *Try again* where that may help.
 *
 * @fires retry The user wants the same thing to be tried again.
 */
export default class BookingProblem extends LightningElement {
    /** In the shape of a BookingProblem; nothing is shown without one. */
    @api problem;

    /** Heads the panel in place of the words for the problem's code. */
    @api heading;

    /** The same thing is being tried again right now. */
    @api isBusy = false;

    /** Whoever shows it has a better way on than trying again. */
    @api withoutRetry = false;

    /** What is tried again does something: only a click may, not the connection's return. */
    @api isByHand = false;

    /** Nothing stands above it but the title of the dialog or the page: its heading is of level 2. */
    @api isTop = false;

    connectedCallback() {
        window.addEventListener('online', this.handleOnline);
    }

    disconnectedCallback() {
        window.removeEventListener('online', this.handleOnline);
    }

    /** What waits for the connection alone waits for nobody's click. */
    handleOnline = () => {
        if (this.isOffline && this.canRetry && !this.isByHand && !this.isBusy) {
            this.handleRetry();
        }
    };

    /** Moves the keyboard's focus to what happened. */
    @api
    focus() {
        if (this.refs.title) {
            this.refs.title.focus();
        }
    }

    get isOffline() {
        return Boolean(this.problem) && this.problem.code === 'offline';
    }

    get kind() {
        return KINDS[this.problem.code] || OTHERWISE;
    }

    get title() {
        return this.heading || this.kind.title;
    }

    get message() {
        return this.problem.message;
    }

    get advice() {
        if (this.isOffline && this.canRetry) {
            return this.isByHand ? offlineByHand : offlineByItself;
        }
        const seconds = this.problem.retry_after_seconds;
        const isWorthCounting = seconds > 1 && seconds <= WORTH_COUNTING_SECONDS;
        return this.canRetry && isWorthCounting ? fill(retryAfter, seconds) : '';
    }

    get icon() {
        return this.kind.icon;
    }

    get iconVariant() {
        return this.kind.tone;
    }

    get boxClass() {
        return `box box_${this.kind.tone}`;
    }

    get canRetry() {
        return Boolean(this.problem.retryable) && !this.withoutRetry;
    }

    get retryLabel() {
        return this.isBusy ? tryingAgain : tryAgain;
    }

    get requestWords() {
        return this.problem.request_id ? fill(requestId, this.problem.request_id) : '';
    }

    handleRetry() {
        this.dispatchEvent(new CustomEvent('retry'));
    }
}
