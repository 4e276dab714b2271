import { api, LightningElement } from 'lwc';
import userLocale from '@salesforce/i18n/locale';
import userTimeZone from '@salesforce/i18n/timeZone';
import { later, now } from 'c/bookingClock';
import { platformIcon, platformName } from 'c/bookingPlatforms';
import { placeText, shortDateTimeText, timeText } from 'c/bookingTime';
import { fill, plural } from 'c/bookingWords';
import heading from '@salesforce/label/c.Booking_Host_Heading';
import loading from '@salesforce/label/c.Booking_Hosts_Loading';
import nobodyTitle from '@salesforce/label/c.Booking_Host_Nobody_Title';
import nobodyMessage from '@salesforce/label/c.Booking_Host_Nobody_Message';
import noneBookable from '@salesforce/label/c.Booking_Hosts_None_Bookable';
import hostClock from '@salesforce/label/c.Booking_Host_Clock';
import choose from '@salesforce/label/c.Booking_Host_Choose';
import showAll from '@salesforce/label/c.Booking_Host_Show_All';
import allBeforeOne from '@salesforce/label/c.Booking_Host_All_Before_One';
import allBeforeMany from '@salesforce/label/c.Booking_Host_All_Before_Many';
import allFreeAt from '@salesforce/label/c.Booking_Host_All_Free_At';
import notFree from '@salesforce/label/c.Booking_Host_Not_Free';
import fromRecord from '@salesforce/label/c.Booking_Host_Lookup';
import givenUnavailable from '@salesforce/label/c.Booking_Host_Given_Unavailable';
import firstBefore from '@salesforce/label/c.Booking_Host_First_Before';
import firstAfter from '@salesforce/label/c.Booking_Host_First_After';
import othersOne from '@salesforce/label/c.Booking_Host_Others_One';
import othersMany from '@salesforce/label/c.Booking_Host_Others_Many';
import leftOut from '@salesforce/label/c.Booking_Host_Left_Out';
import change from '@salesforce/label/c.Booking_Host_Change';
import changeFull from '@salesforce/label/c.Booking_Host_Change_Full';
import leftOutMore from '@salesforce/label/c.Booking_Times_Unavailable_More';
import because from '@salesforce/label/c.Booking_Host_Because';
import fixedHost from '@salesforce/label/c.Booking_Host_Fixed';
import roleHeading from '@salesforce/label/c.Booking_Role_Heading';
import roleAnybody from '@salesforce/label/c.Booking_Role_Anybody';
import roleNobody from '@salesforce/label/c.Booking_Role_Nobody';
import coHosts from '@salesforce/label/c.Booking_Co_Hosts_Heading';

/** More of those who are left out are counted, not named. */
const MOST_LEFT_OUT = 6;

/** Why it is this host, where nobody chooses. */
const GIVEN = { lookup: fromRecord, fixed: fixedHost };

/** The people's clocks show minutes. */
const MINUTE_MS = 60 * 1000;

/**
 * Who takes the meeting: to be chosen, given by the record, or seen after the time; and who
 * attends as well.
 *
 * @fires hostchange With `{hostId}`.
 * @fires cohostschange With `{coHostIds}`.
 * @fires showallchange With `{allHosts}`.
 */
export default class HostPanel extends LightningElement {
    /** How this record's host is found: `choice`, `fixed`, `lookup` or `time_first`. */
    @api rule = 'choice';

    /** Who could be the host, as the service answered. */
    @api hosts = [];

    /** Who could be added as a co-host, as the service answered. */
    @api coHosts = [];

    /** The booking type allows co-hosts. */
    @api coHostsAllowed = false;

    /** How many co-hosts at most. */
    @api coHostsMost = 0;

    /** The host who was chosen; empty for nobody. */
    @api selectedHostId = '';

    /** The co-hosts who were added. */
    @api coHostIds = [];

    /** The times of all hosts may be looked at at once. */
    @api canShowAll = false;

    /** They are. */
    @api allHosts = false;

    /** Who is free at the chosen time, first in line first; null until a time is chosen. */
    @api slotHostIds = null;

    /** When the chosen time starts; null: whoever shows the panel says it beside it. */
    @api slotStartAt = null;

    /** Those whose times were read, with what is wrong where something is. */
    @api people = [];

    /** Further parts in the meeting, each taken by whoever of several is free: key, name. */
    @api panelRoles = [];

    /** The same once times were read, with their people and what is wrong with some. */
    @api roles = [];

    /** Why there is no host, as a clause; empty when there is one. */
    @api nobodyBecause = '';

    /** The hosts are being asked for. */
    @api isLoading = false;

    /**
     * There is little room: the list folds to the host who was chosen, and whoever shows the panel
     * says below who is left out.
     */
    @api isNarrow = false;

    /** The organizer's zone. */
    @api timeZone = userTimeZone;

    present = now();
    isUnfolded = false;
    focusNext = '';
    stopClock;

    /** Moves the keyboard's focus to where a host is chosen. */
    @api
    focus() {
        const place = this.refs.change || this.template.querySelector('c-host-list');
        if (place) {
            place.focus();
        }
    }

    renderedCallback() {
        const next = this.focusNext && this.template.querySelector(this.focusNext);
        if (next) {
            this.focusNext = '';
            next.focus();
        }
    }

    connectedCallback() {
        this.tick();
    }

    disconnectedCallback() {
        this.stopClock();
    }

    tick() {
        this.present = now();
        this.stopClock = later(() => this.tick(), MINUTE_MS - (this.present % MINUTE_MS));
    }

    get words() {
        return {
            heading,
            loading,
            nobodyTitle,
            noneBookable,
            change,
            changeFull,
            choose,
            showAll,
            leftOut,
            coHosts,
            roleHeading
        };
    }

    get isChoice() {
        return this.rule === 'choice';
    }

    get isTimeFirst() {
        return this.rule === 'time_first';
    }

    get hasSlot() {
        return Array.isArray(this.slotHostIds);
    }

    /** A time was chosen among everybody's: now somebody who is free then takes it. */
    get isChoosingTaker() {
        return this.isChoice && this.allHosts && this.hasSlot;
    }

    get nobodyProblem() {
        if (!this.nobodyBecause || (this.hosts && this.hosts.length > 0)) {
            return null;
        }
        return { code: 'no_host', message: fill(nobodyMessage, this.nobodyBecause) };
    }

    // ------------------------------------------------------------------------ show all

    /** All of one host's are that one's. */
    get canToggle() {
        const isOne = (this.hosts || []).length < 2 && !this.allHosts;
        return this.isChoice && this.canShowAll && !isOne && !this.isFolded;
    }

    get pressed() {
        return String(Boolean(this.allHosts));
    }

    get toggleClass() {
        return `slds-button slds-button_stretch ${this.allHosts ? 'slds-button_brand' : 'slds-button_neutral'}`;
    }

    get toggleIcon() {
        return this.allHosts ? 'utility:check' : 'utility:groups';
    }

    get toggleIconVariant() {
        return this.allHosts ? 'inverse' : undefined;
    }

    get stateWords() {
        if (this.isTimeFirst) {
            return this.hasSlot ? firstAfter : firstBefore;
        }
        if (!this.isChoice || !this.allHosts || this.isFolded) {
            return '';
        }
        return this.hasSlot
            ? this.freeAtWords
            : plural(this.bookable.length, allBeforeOne, allBeforeMany);
    }

    get freeAtWords() {
        if (!this.slotStartAt) {
            return '';
        }
        return fill(allFreeAt, shortDateTimeText(this.slotStartAt, this.timeZone, userLocale));
    }

    get stateClass() {
        return this.isChoosingTaker ? 'state state_strong' : 'state';
    }

    handleToggle() {
        this.tell('showallchange', { allHosts: !this.allHosts });
    }

    // --------------------------------------------------------------------------- hosts

    get entries() {
        return this.entriesOf(this.hosts || []);
    }

    get bookable() {
        return this.entries.filter((entry) => !entry.reason);
    }

    /** To choose from; once a time is chosen, those who are free then stand first. */
    get choices() {
        if (!this.isChoosingTaker) {
            return this.entries;
        }
        const entries = this.entries.map((entry) => ({
            ...entry,
            reason: entry.reason || (this.slotHostIds.includes(entry.hostId) ? '' : notFree)
        }));
        return [
            ...entries.filter((entry) => !entry.reason),
            ...entries.filter((entry) => entry.reason)
        ];
    }

    /** While everybody's times are shown and none is chosen, nobody is the host. */
    get shownHostId() {
        return this.allHosts && !this.hasSlot ? '' : this.selectedHostId;
    }

    /** With little room, the times matter more than whom one could have chosen instead. */
    get isFolded() {
        return this.isNarrow && !this.isUnfolded && Boolean(this.chosen);
    }

    /** The host who was chosen from the list and can be booked. */
    get chosen() {
        const hostId = this.isChoice ? this.shownHostId : '';
        return this.choices.find((entry) => entry.hostId === hostId && !entry.reason);
    }

    get showsList() {
        return this.isChoice && !this.isFolded;
    }

    get canChange() {
        return this.isFolded && this.entries.length > 1;
    }

    handleChange() {
        this.isUnfolded = true;
        this.focusNext = 'c-host-list';
    }

    get isNobodyBookable() {
        return this.entries.length > 0 && this.bookable.length === 0;
    }

    /** The one host who is shown and not chosen: the record's, or the first in line. */
    get given() {
        if (this.isFolded) {
            return this.chosen;
        }
        const host = this.isChoice ? undefined : this.givenHost;
        if (!host) {
            return null;
        }
        const [entry] = this.entriesOf([host]);
        const problem = entry.reason ? fill(givenUnavailable, entry.name, entry.reason) : '';
        return { ...entry, problem };
    }

    get givenHost() {
        const hosts = this.hosts || [];
        if (!this.isTimeFirst) {
            return hosts[0];
        }
        const [first] = this.slotHostIds || [];
        return [...hosts, ...(this.people || [])].find((host) => host.host_id === first);
    }

    get givenWords() {
        return GIVEN[this.rule] || '';
    }

    get othersWords() {
        const others = this.isTimeFirst && this.hasSlot ? this.slotHostIds.length - 1 : 0;
        return others > 0 ? plural(others, othersOne, othersMany) : '';
    }

    /** Of a pool, those whom nobody can get: one may want to know why. */
    get leftOut() {
        return this.everyLeftOut
            .slice(0, MOST_LEFT_OUT)
            .map((entry) => ({ ...entry, words: fill(because, entry.name, entry.reason) }));
    }

    get everyLeftOut() {
        const isSaidHere = this.isTimeFirst && !this.isNarrow;
        return isSaidHere ? this.entries.filter((entry) => entry.reason) : [];
    }

    get moreLeftOut() {
        const more = this.everyLeftOut.length - MOST_LEFT_OUT;
        return more > 0 ? fill(leftOutMore, more) : '';
    }

    get hasLeftOut() {
        return this.leftOut.length > 0;
    }

    /** What else a host brings with it is for whoever keeps the choices to say. */
    handleHostChange(event) {
        if (this.isNarrow) {
            // The list that has the focus goes away.
            this.isUnfolded = false;
            this.focusNext = '.change';
        }
        this.tell('hostchange', { hostId: event.detail.hostId });
    }

    // ---------------------------------------------------------------- who else attends

    get panelParts() {
        return (this.panelRoles || []).map((role) => this.partOf(role));
    }

    get hasParts() {
        return this.panelParts.length > 0 && !this.isLoading && !this.nobodyProblem;
    }

    partOf({ key, name }) {
        const asked = (this.roles || []).find((each) => each.key === key);
        const people = asked ? asked.people : [];
        const away = people.filter(reasonOf);
        return {
            key,
            words: fill(roleAnybody, name),
            leftOut: (this.isNarrow ? [] : away).map((person) => ({
                hostId: person.host_id,
                words: fill(because, person.name, reasonOf(person))
            })),
            nobody: asked && away.length === people.length ? roleNobody : ''
        };
    }

    // ------------------------------------------------------------------------ co-hosts

    get showsCoHosts() {
        return this.coHostsAllowed && !this.isLoading && !this.nobodyProblem;
    }

    /** Nobody is host and co-host at once. */
    get coHostChoices() {
        const hostId = this.isChoice ? this.shownHostId : this.lookupHostId;
        return this.entriesOf((this.coHosts || []).filter((person) => person.host_id !== hostId));
    }

    get lookupHostId() {
        return !this.isTimeFirst && this.given ? this.given.hostId : '';
    }

    get addedIds() {
        const choices = this.coHostChoices.map((entry) => entry.hostId);
        return (this.coHostIds || []).filter((hostId) => choices.includes(hostId));
    }

    handleCoHostsChange(event) {
        this.tell('cohostschange', { coHostIds: event.detail.coHostIds });
    }

    // ------------------------------------------------------------------------------------

    /** What was seen when the times were read is newer than what the list of hosts said. */
    entriesOf(people) {
        const seen = new Map((this.people || []).map((person) => [person.host_id, person]));
        return people.map((person) => ({
            hostId: person.host_id,
            name: person.name,
            clock: this.clockOf(person.time_zone),
            platformName: person.default_platform ? platformName(person.default_platform) : '',
            platformIcon: platformIcon(person.default_platform),
            reason: reasonOf(seen.get(person.host_id)) || reasonOf(person)
        }));
    }

    clockOf(timeZone) {
        return fill(hostClock, timeText(this.present, timeZone, userLocale), placeText(timeZone));
    }

    tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}

function reasonOf(person) {
    return person && person.unavailable ? person.unavailable.detail : '';
}
