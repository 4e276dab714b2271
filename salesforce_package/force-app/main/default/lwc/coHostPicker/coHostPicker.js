import { api, LightningElement } from 'lwc';
import { fill, plural } from 'c/bookingWords';
import { isNameLike } from 'c/nameSearch';
import mostOne from '@salesforce/label/c.Booking_Co_Hosts_Most_One';
import mostMany from '@salesforce/label/c.Booking_Co_Hosts_Most_Many';
import fullOne from '@salesforce/label/c.Booking_Co_Hosts_Full_One';
import fullMany from '@salesforce/label/c.Booking_Co_Hosts_Full_Many';
import add from '@salesforce/label/c.Booking_Co_Hosts_Add';
import listName from '@salesforce/label/c.Booking_Co_Hosts_List';
import nobody from '@salesforce/label/c.Booking_Co_Hosts_Nobody';
import notFound from '@salesforce/label/c.Booking_Co_Hosts_Not_Found';
import because from '@salesforce/label/c.Booking_Host_Because';
import added from '@salesforce/label/c.Booking_Added_One';
import removed from '@salesforce/label/c.Booking_Removed_One';

/** So many options are drawn at once; typing finds the others. */
const MOST_OPTIONS = 40;

/**
 * Colleagues to be added who must attend as well.
 *
 * @fires cohostschange With `{coHostIds}`.
 */
export default class CoHostPicker extends LightningElement {
    /** Who could be added or is: hostId, name, clock, reason (empty: can attend). */
    @api entries = [];

    /** How many at most. */
    @api most = 1;

    query = '';
    isOpen = false;
    active = -1;
    notice = '';
    focusNext;
    chosenIds_ = [];

    /** Those who were added, in their order. */
    @api
    get chosenIds() {
        return this.chosenIds_;
    }

    set chosenIds(chosenIds) {
        this.chosenIds_ = [...(chosenIds || [])];
    }

    renderedCallback() {
        if (this.focusNext) {
            this.focusNext = false;
            this.focusWhatIsLeft();
        }
        const active = this.template.querySelector('.option_active');
        if (active && active.scrollIntoView) {
            active.scrollIntoView({ block: 'nearest' });
        }
    }

    get words() {
        return { add, nobody };
    }

    get mostWords() {
        return plural(this.most, mostOne, mostMany);
    }

    get fullWords() {
        return plural(this.most, fullOne, fullMany);
    }

    get listName() {
        return fill(listName, this.chosenIds_.length);
    }

    get hasChosen() {
        return this.chosenIds_.length > 0;
    }

    get chosen() {
        return this.chosenIds_
            .map((hostId) => this.entries.find((entry) => entry.hostId === hostId))
            .filter(Boolean);
    }

    get pills() {
        return this.chosen.map((entry) => ({
            key: entry.hostId,
            text: entry.name,
            isWrong: Boolean(entry.reason)
        }));
    }

    /** Somebody was added and then turned out not to be free to be booked at all. */
    get problems() {
        return this.chosen
            .filter((entry) => entry.reason)
            .map((entry) => fill(because, entry.name, entry.reason));
    }

    get isFull() {
        return this.chosenIds_.length >= this.most;
    }

    get left() {
        return this.entries.filter((entry) => !this.chosenIds_.includes(entry.hostId));
    }

    get isNobodyLeft() {
        return this.left.length === 0;
    }

    get matches() {
        return this.left.filter((entry) => isNameLike(entry.name, this.query));
    }

    get shown() {
        return this.matches.slice(0, MOST_OPTIONS);
    }

    get options() {
        return this.shown.map((entry, position) => ({
            ...entry,
            optionId: `option-${entry.hostId}`,
            about: entry.reason || entry.clock,
            isActive: String(position === this.active),
            isDisabled: String(Boolean(entry.reason)),
            optionClass: optionClassOf(entry, position === this.active)
        }));
    }

    get isListShown() {
        return this.isOpen && this.shown.length > 0;
    }

    get expanded() {
        return String(this.isListShown);
    }

    get controls() {
        return this.isListShown ? 'options' : undefined;
    }

    get activeId() {
        const option = this.isListShown && this.options[this.active];
        return option ? option.optionId : undefined;
    }

    get nothingFoundWords() {
        const isSaid = this.isOpen && this.query.trim() && this.shown.length === 0;
        return isSaid ? fill(notFound, this.query.trim()) : '';
    }

    handleOpen() {
        this.isOpen = true;
    }

    handleBlur() {
        this.close();
    }

    /** A press on the list must not take the focus from the field, which would close the list. */
    keepFocus(event) {
        event.preventDefault();
    }

    handleQuery(event) {
        this.query = event.target.value;
        this.isOpen = true;
        this.active = this.query.trim() ? this.matches.findIndex((entry) => !entry.reason) : -1;
    }

    handleKey(event) {
        const keys = {
            ArrowDown: () => this.move(1),
            ArrowUp: () => this.move(-1),
            Enter: () => this.chooseActive(),
            Escape: () => this.escape(event)
        };
        if (keys[event.key]) {
            if (event.key !== 'Escape') {
                event.preventDefault();
            }
            keys[event.key]();
        }
    }

    move(step) {
        const count = this.shown.length;
        if (!this.isOpen) {
            this.isOpen = true;
        }
        const from = this.active < 0 && step < 0 ? count : this.active;
        this.active = count ? (from + step + count) % count : -1;
    }

    chooseActive() {
        const entry = this.isOpen && this.shown[this.active];
        if (entry) {
            this.add(entry.hostId);
        }
    }

    /** Closes the list first; only then may Escape close a dialog around it. */
    escape(event) {
        if (this.isOpen) {
            event.preventDefault();
            event.stopPropagation();
            this.close();
        }
    }

    close() {
        this.isOpen = false;
        this.active = -1;
    }

    handleChoose(event) {
        this.add(event.currentTarget.dataset.id);
    }

    add(hostId) {
        const entry = this.left.find((each) => each.hostId === hostId);
        if (!entry || entry.reason || this.isFull) {
            return;
        }
        this.query = '';
        this.close();
        this.change([...this.chosenIds_, hostId], fill(added, entry.name));
    }

    handleRemove(event) {
        const { key: hostId } = event.detail;
        const { name } = this.entries.find((each) => each.hostId === hostId);
        const rest = this.chosenIds_.filter((each) => each !== hostId);
        this.change(rest, fill(removed, name));
    }

    change(coHostIds, words) {
        this.chosenIds_ = coHostIds;
        this.notice = words;
        this.focusNext = true;
        this.dispatchEvent(
            new CustomEvent('cohostschange', { detail: { coHostIds: [...coHostIds] } })
        );
    }

    /** What had the focus may be gone: the field when all are added, a pill when removed. */
    focusWhatIsLeft() {
        if (this.refs.field) {
            this.refs.field.focus();
            this.close();
        } else if (this.refs.pills) {
            this.refs.pills.focusAt(this.chosenIds_.length - 1);
            this.close();
        }
    }
}

function optionClassOf(entry, isActive) {
    const classes = ['option'];
    if (isActive) {
        classes.push('option_active');
    }
    if (entry.reason) {
        classes.push('option_not');
    }
    return classes.join(' ');
}
