import { api, LightningElement } from 'lwc';
import { fill, plural } from 'c/bookingWords';
import chooseTitle from '@salesforce/label/c.Booking_Types_Choose';
import clauseFailed from '@salesforce/label/c.Booking_Clause_Failed';
import clausePassed from '@salesforce/label/c.Booking_Clause_Passed';
import clauseUnreadable from '@salesforce/label/c.Booking_Clause_Unreadable';
import coHostsPossible from '@salesforce/label/c.Booking_Type_Co_Hosts';
import foundMany from '@salesforce/label/c.Booking_Types_Found_Many';
import foundOne from '@salesforce/label/c.Booking_Types_Found_One';
import lookAgain from '@salesforce/label/c.Booking_Look_Again';
import minutesMany from '@salesforce/label/c.Booking_Minutes_Many';
import minutesOne from '@salesforce/label/c.Booking_Minutes_One';
import noneExistAdvice from '@salesforce/label/c.Booking_Types_None_Exist_Advice';
import noneExistTitle from '@salesforce/label/c.Booking_Types_None_Exist';
import noneFitAdmin from '@salesforce/label/c.Booking_Types_None_Fit_Admin';
import noneFitMany from '@salesforce/label/c.Booking_Types_None_Fit_Many';
import noneFitOne from '@salesforce/label/c.Booking_Types_None_Fit_One';
import noneFitRep from '@salesforce/label/c.Booking_Types_None_Fit_Rep';
import nothingFound from '@salesforce/label/c.Booking_Types_Nothing_Found';
import orMinutes from '@salesforce/label/c.Booking_Minutes_Or';
import refusedMany from '@salesforce/label/c.Booking_Types_Refused_Many';
import refusedOne from '@salesforce/label/c.Booking_Types_Refused_One';
import ruleChoice from '@salesforce/label/c.Booking_Rule_Choice';
import ruleFixed from '@salesforce/label/c.Booking_Rule_Fixed';
import ruleLookup from '@salesforce/label/c.Booking_Rule_Lookup';
import ruleTimeFirst from '@salesforce/label/c.Booking_Rule_Time_First';
import searchLabel from '@salesforce/label/c.Booking_Types_Search';

/** So many are seen at a glance; with more one types. */
const MOST_AT_A_GLANCE = 7;

const RULES = {
    choice: ruleChoice,
    fixed: ruleFixed,
    lookup: ruleLookup,
    time_first: ruleTimeFirst
};

/** What stands against the record comes first. */
const OUTCOMES = {
    failed: { place: 0, words: clauseFailed, icon: 'utility:close', variant: 'error' },
    unreadable: { place: 1, words: clauseUnreadable, icon: 'utility:warning', variant: 'warning' },
    passed: { place: 2, words: clausePassed, icon: 'utility:check', variant: 'success' }
};

/**
 * The booking types that a record is offered, to choose one. When there is none it says which of
 * the two causes it is; a Booking Admin reads of every other type what stood against the record.
 *
 * @fires typechoose With {bookingType}.
 * @fires reload The user wants to look again, after an admin changed something.
 */
export default class BookingTypePicker extends LightningElement {
    /** What the service answered: OfferedTypes. */
    @api offeredTypes;

    searched = '';

    labels = { chooseTitle, lookAgain, nothingFound, searchLabel };

    /** Moves the keyboard's focus to the question. */
    @api
    focus() {
        this.refs.heading.focus();
    }

    get offered() {
        return this.offeredTypes.offered || [];
    }

    get refused() {
        return this.offeredTypes.refused || [];
    }

    get hasOffered() {
        return this.offered.length > 0;
    }

    get canSearch() {
        return this.offered.length > MOST_AT_A_GLANCE;
    }

    get found() {
        const words = this.searched.toLocaleLowerCase().split(/\s+/).filter(Boolean);
        return this.offered.filter((each) =>
            words.every((word) => each.name.toLocaleLowerCase().includes(word))
        );
    }

    get choices() {
        return this.found.map((each) => ({
            id: each.booking_type_id,
            name: each.name,
            duration: durationWords(each.durations_minutes),
            rule: RULES[each.host_rule] || '',
            coHosts: each.co_hosts_allowed ? coHostsPossible : ''
        }));
    }

    get foundWords() {
        return this.searched ? plural(this.found.length, foundOne, foundMany) : '';
    }

    get hasNoneFound() {
        return this.found.length === 0;
    }

    // ---------------------------------------------------------------------- none is offered

    get isNoneThere() {
        return this.offeredTypes.nothing_because === 'no_booking_types';
    }

    get objectLabel() {
        return this.offeredTypes.object_label || this.offeredTypes.object_name;
    }

    get noneTitle() {
        if (this.isNoneThere) {
            return fill(noneExistTitle, this.objectLabel);
        }
        const count = this.refused.length;
        return fill(count === 1 ? noneFitOne : noneFitMany, count, this.objectLabel);
    }

    get noneAdvice() {
        if (this.isNoneThere) {
            return noneExistAdvice;
        }
        return this.isForAdmin ? noneFitAdmin : noneFitRep;
    }

    // ------------------------------------------------------------------ why not the others

    /** Clauses come to Booking Admins alone: they hold the record's values. */
    get isForAdmin() {
        return this.refused.some((each) => each.clauses || each.problem);
    }

    get showsRefused() {
        return this.isForAdmin || (!this.hasOffered && this.refused.length > 0);
    }

    get isRefusedOpen() {
        return !this.hasOffered;
    }

    get refusedTitle() {
        return plural(this.refused.length, refusedOne, refusedMany);
    }

    get reasons() {
        return this.refused.map((each) => ({
            id: each.booking_type_id,
            name: each.name,
            // With the clauses in sight, that it does not fit need not be said once more.
            detail: each.problem || (each.clauses ? '' : each.detail),
            clauses: clausesOf(each)
        }));
    }

    handleSearch(event) {
        this.searched = event.target.value || '';
    }

    handleChoose(event) {
        const { id } = event.currentTarget.dataset;
        const bookingType = this.offered.find((each) => each.booking_type_id === id);
        this.dispatchEvent(new CustomEvent('typechoose', { detail: { bookingType } }));
    }

    handleReload() {
        this.dispatchEvent(new CustomEvent('reload'));
    }
}

function durationWords(minutes) {
    if (minutes.length === 1) {
        return plural(minutes[0], minutesOne, minutesMany);
    }
    const [last, ...others] = [...minutes].reverse();
    return fill(orMinutes, others.reverse().join(', '), last);
}

function clausesOf(refused) {
    return (refused.clauses || [])
        .map((each) => ({ ...each, ...(OUTCOMES[each.outcome] || OUTCOMES.unreadable) }))
        .sort((one, other) => one.place - other.place || one.position - other.position)
        .map((each) => ({
            position: each.position,
            icon: each.icon,
            variant: each.variant,
            sentence: fill(each.words, each.sentence || each.requirement),
            cssClass: each.place === 2 ? 'clause clause_passed' : 'clause'
        }));
}
