/**
 * The booking flow as plain data: each function takes the flow as it is and gives the flow as it is
 * next. Nothing is asked and nothing drawn here, so that every rule of the flow can be read, and
 * tested, without a screen.
 *
 * Steps: `types` (which booking type) → `times` (host, time and, once those are known, details)
 * → `done`. While an intent to book is on its way, or nobody knows how it ended, nothing changes.
 */

import { toMs, toUtcText } from 'c/bookingTime';
import { answersToSend, startingAnswer } from 'c/formAnswers';

export const CHOICE = 'choice';
export const FIXED_HOST = 'fixed';
export const LOOKUP = 'lookup';
export const TIME_FIRST = 'time_first';

/** Where an intent to book stands. */
export const SENDING = 'sending';
export const REFUSED = 'refused';
export const LOOKING = 'looking';
export const UNKNOWN = 'unknown';
export const NOT_BOOKED = 'not_booked';

const MINUTE_MS = 60 * 1000;
/** The organizer changes the platform only where the booking type says so. */
const ORGANIZER_CHOICE = 'organizer_choice';
const NOBODY_MAY_CHANGE = [SENDING, LOOKING, UNKNOWN];

/**
 * @returns {Object} The flow before anything is known.
 */
export function begin() {
    return {
        step: 'types',
        offered: null,
        bookingType: null,
        hosts: null,
        hostId: '',
        coHostIds: [],
        allHosts: false,
        durationMinutes: 0,
        guestTimeZone: '',
        people: [],
        roles: [],
        slot: null,
        isDetailsOpen: false,
        lost: null,
        draft: null,
        intent: null,
        problem: null,
        booking: null
    };
}

// ------------------------------------------------------------------------- booking types

/**
 * What the record is offered is known. A single booking type needs no choice.
 */
export function typesLoaded(flow, offered) {
    const known = { ...flow, step: 'types', offered };
    return offered.offered.length === 1 ? typeChosen(known, offered.offered[0]) : known;
}

/**
 * A booking type is chosen: everything that hung on another one starts again; what the organizer
 * typed stays.
 */
export function typeChosen(flow, bookingType) {
    return {
        ...begin(),
        step: 'times',
        offered: flow.offered,
        bookingType,
        durationMinutes: bookingType.durations_minutes[0],
        guestTimeZone: guestOf(bookingType).time_zone || '',
        draft: draftFor(bookingType, flow),
        intent: flow.intent
    };
}

/** The way back to the booking types, also to a single one. */
export function typesAgain(flow) {
    if (isLocked(flow)) {
        return flow;
    }
    return { ...flow, step: 'types', slot: null, isDetailsOpen: false, lost: null, problem: null };
}

/**
 * The chosen booking type as it is by now; what was chosen and typed stays. The guest has not agreed
 * to anything that it asks now. A type that is offered no more stays as it was: the service says so
 * when it is booked.
 */
export function typeRenewed(flow, offered) {
    const { booking_type_id: id } = flow.bookingType;
    const found = offered.offered.find((each) => each.booking_type_id === id);
    const bookingType = found || flow.bookingType;
    const draft = { ...draftFor(bookingType, flow), platform: flow.draft.platform };
    return { ...flow, offered, bookingType, draft };
}

/** The guest agreed to what is asked no more: nothing of that may be booked. */
export function consentLost(flow) {
    return { ...flow, draft: { ...flow.draft, hasConsent: false } };
}

function draftFor(bookingType, flow) {
    const guest = guestOf(bookingType);
    const typed = flow.draft;
    const before = flow.bookingType ? guestOf(flow.bookingType) : {};
    const keeps = (name, value) =>
        typed && typed[name] !== (before[value] || '') ? typed[name] : guest[value] || '';
    return {
        guestEmail: keeps('guestEmail', 'email'),
        guestName: keeps('guestName', 'name'),
        moreGuests: typed ? typed.moreGuests : [],
        platform: '',
        place: typed ? typed.place : '',
        notes: typed ? typed.notes : '',
        answers: answersFor(bookingType, flow),
        hasConsent: false
    };
}

/** As the record has them; what was typed into a field of the same key and kind stays. */
function answersFor(bookingType, flow) {
    const before = flow.bookingType ? flow.bookingType.form || [] : [];
    const typed = flow.draft ? flow.draft.answers : {};
    const answers = {};
    for (const field of bookingType.form || []) {
        const same = before.find((each) => each.key === field.key && each.kind === field.kind);
        const isTyped = same && typed[field.key] !== startingAnswer(same);
        answers[field.key] = isTyped ? typed[field.key] : startingAnswer(field);
    }
    return answers;
}

function guestOf(bookingType) {
    return bookingType.guest || {};
}

// ------------------------------------------------------------------- hosts and co-hosts

/**
 * Who can be the host is known. One that is given, and a single one to choose, is the host at once.
 */
export function hostsLoaded(flow, hosts) {
    const known = { ...flow, hosts };
    const isGiven = isHostGiven(known);
    const isSingle = ruleOf(known) === CHOICE && hosts.hosts.length === 1;
    if ((isGiven && hosts.hosts.length > 0) || isSingle) {
        return withHost(known, hosts.hosts[0].host_id);
    }
    return known;
}

/**
 * The organizer names the host. Before a time is chosen that ends the look at everybody's times;
 * after it, it says who of those free then it is.
 */
export function hostChosen(flow, hostId) {
    if (isLocked(flow)) {
        return flow;
    }
    const isOneOfTheFree = flow.allHosts && flow.slot && flow.slot.host_ids.includes(hostId);
    if (isOneOfTheFree) {
        return withDetails(withHost(flow, hostId));
    }
    return withHost({ ...flow, allHosts: false }, hostId);
}

/** A host cannot be their own co-host; whoever becomes the host is a co-host no longer. */
function withHost(flow, hostId) {
    return { ...flow, hostId, coHostIds: flow.coHostIds.filter((each) => each !== hostId) };
}

export function coHostsChosen(flow, coHostIds) {
    if (isLocked(flow)) {
        return flow;
    }
    return { ...flow, coHostIds: coHostIds.filter((each) => each !== givenHostId(flow)) };
}

/**
 * Everybody's times, or one host's again. A host who was chosen stays chosen for the way back, but
 * a time belongs to whoever is free then.
 */
export function showAllChosen(flow, allHosts) {
    if (isLocked(flow)) {
        return flow;
    }
    const next = { ...flow, allHosts };
    return canAskTimes(next) ? next : { ...next, slot: null, isDetailsOpen: false };
}

/** Who is host whatever the time; empty while the time decides, or nobody is chosen. */
function givenHostId(flow) {
    return ruleOf(flow) === TIME_FIRST ? '' : flow.hostId;
}

// --------------------------------------------------------------------------------- times

/** A chosen time keeps its start and ends as much earlier or later. */
export function durationChosen(flow, minutes) {
    if (isLocked(flow)) {
        return flow;
    }
    const slot = flow.slot && { ...flow.slot, end_at: endOf(flow.slot, minutes) };
    return { ...flow, durationMinutes: minutes, slot };
}

function endOf(slot, minutes) {
    return toUtcText(toMs(slot.start_at) + minutes * MINUTE_MS);
}

export function guestZoneChosen(flow, timeZone) {
    return isLocked(flow) ? flow : { ...flow, guestTimeZone: timeZone };
}

/** The people whose calendars were read last, with what stands in the way of some. */
export function peopleLoaded(flow, people, roles = flow.roles) {
    return { ...flow, people, roles };
}

/** A time is chosen; details open as soon as the host is known as well. */
export function timeChosen(flow, slot) {
    if (isLocked(flow)) {
        return flow;
    }
    return withDetails(withSlot({ ...flow, lost: null, problem: null }, slot));
}

/** Among everybody's times the host must be free then; a single free one is the host. */
function withSlot(flow, slot) {
    const timed = { ...flow, slot };
    if (ruleOf(flow) !== CHOICE || !flow.allHosts) {
        return timed;
    }
    if (slot.host_ids.length === 1) {
        return withHost(timed, slot.host_ids[0]);
    }
    return slot.host_ids.includes(flow.hostId) ? timed : { ...timed, hostId: '' };
}

function withDetails(flow) {
    return { ...flow, isDetailsOpen: Boolean(flow.slot) && isHostKnown(flow) };
}

/**
 * Whether a change leaves it open if the chosen time still fits.
 *
 * @param {Object} before The flow before the change.
 * @param {Object} after The flow after it.
 * @returns {boolean} The time has to be looked up again.
 */
export function mustCheckTime(before, after) {
    if (!after.slot || before === after) {
        return false;
    }
    const isOther = (name) => String(before[name]) !== String(after[name]);
    const isOtherHost = isOther('hostId') && !after.allHosts;
    return isOtherHost || ['coHostIds', 'allHosts', 'durationMinutes'].some(isOther);
}

/**
 * It is known whether the chosen time still fits what was changed meanwhile.
 *
 * @param {Object} flow The flow.
 * @param {string} startAt The time that was looked up.
 * @param {Object|null} slot The slot as it is now, or null: nobody is free then any more.
 * @returns {Object} The flow with the time kept, or without it and `lost` naming it.
 */
export function timeChecked(flow, startAt, slot) {
    if (!flow.slot || flow.slot.start_at !== startAt || isLocked(flow)) {
        return flow;
    }
    if (!slot) {
        return { ...flow, slot: null, isDetailsOpen: false, problem: null, lost: flow.slot };
    }
    const kept = withSlot(flow, slot);
    return flow.isDetailsOpen ? withDetails(kept) : kept;
}

/**
 * The question whether a start still fits what was chosen meanwhile.
 *
 * @param {Object} flow The flow.
 * @param {string} startAt The start.
 * @param {string} timeZone The organizer's.
 * @returns {Object} Which times, and for whom, as the service takes it.
 */
export function timesThen(flow, startAt, timeZone) {
    const startMs = toMs(startAt);
    const hostId = hostIdForTimes(flow);
    return {
        starts_from: toUtcText(startMs),
        starts_before: toUtcText(startMs + MINUTE_MS),
        time_zone: timeZone,
        co_host_ids: [...flow.coHostIds],
        duration_minutes: flow.durationMinutes,
        all_hosts: flow.allHosts,
        explain: false,
        most: 1,
        ...(hostId ? { host_id: hostId } : {})
    };
}

// ------------------------------------------------------------------------------- details

/** Back to the times; the time stays chosen and the draft stays as it was typed. */
export function detailsClosed(flow) {
    return isLocked(flow) ? flow : { ...flow, isDetailsOpen: false, problem: null };
}

export function detailsOpened(flow) {
    return withDetails(flow);
}

export function draftChanged(flow, draft) {
    return isLocked(flow) ? flow : { ...flow, draft };
}

/** One of the times that the service offers in place of a lost one. */
export function alternativeChosen(flow, slot) {
    return timeChosen(flow, slot);
}

// ------------------------------------------------------------------------------- booking

/**
 * What is wished, as the service takes it: without what the service decides itself.
 *
 * @param {Object} flow The flow, with a time.
 * @param {string} recordId The record.
 * @param {string} timeZone The organizer's.
 * @returns {Object} The wish.
 */
export function wishOf(flow, recordId, timeZone) {
    const { draft } = flow;
    const wish = {
        record_id: recordId,
        booking_type_id: flow.bookingType.booking_type_id,
        start_at: flow.slot.start_at,
        time_zone: flow.guestTimeZone || timeZone,
        duration_minutes: flow.durationMinutes,
        co_host_ids: [...flow.coHostIds],
        guests: guestsOf(draft)
    };
    if (ruleOf(flow) === CHOICE) {
        wish.host_id = flow.hostId;
    }
    for (const name of ['place', 'notes']) {
        if (draft[name] && draft[name].trim()) {
            wish[name] = draft[name].trim();
        }
    }
    const isChoosing = flow.bookingType.platform_rule === ORGANIZER_CHOICE;
    if (isChoosing && draft.platform && draft.platform !== defaultPlatform(flow)) {
        wish.platform = draft.platform;
    }
    const answers = answersToSend(flow.bookingType.form, draft.answers);
    if (Object.keys(answers).length > 0) {
        wish.answers = answers;
    }
    if (flow.bookingType.consent_text && draft.hasConsent) {
        wish.consent = true;
        wish.consent_text = flow.bookingType.consent_text;
    }
    return wish;
}

function guestsOf(draft) {
    const email = (draft.guestEmail || '').trim();
    const name = (draft.guestName || '').trim();
    const primary = name ? { email, name } : { email };
    const more = (draft.moreGuests || []).map((each) => ({ email: each }));
    return email ? [primary, ...more] : more;
}

function defaultPlatform(flow) {
    const host = hostOf(flow);
    return host ? host.default_platform : '';
}

/**
 * The intent goes out. The same wish again is the same intent and keeps its key: whatever became
 * of the first attempt, it books once.
 *
 * @param {Object} flow The flow.
 * @param {Object} wish What is wished.
 * @param {Function} makeKey Gives a key that nobody has used.
 * @returns {Object} The flow with the intent.
 */
export function bookingBegun(flow, wish, makeKey) {
    if (isLocked(flow)) {
        return flow;
    }
    const isSame = flow.intent && JSON.stringify(flow.intent.wish) === JSON.stringify(wish);
    const key = (isSame && flow.intent.key) || makeKey();
    return { ...flow, problem: null, lost: null, intent: { key, wish, stage: SENDING } };
}

export function booked(flow, booking) {
    return { ...flow, step: 'done', booking, intent: null, problem: null, isDetailsOpen: false };
}

/** The service said no, definitely: nothing was booked, and everything may be changed again. */
export function bookingRefused(flow, problem) {
    return { ...flow, problem, intent: { ...flow.intent, stage: REFUSED } };
}

/** No answer came; it is looked up whether it was booked. */
export function lookingBegun(flow) {
    return { ...flow, problem: null, intent: { ...flow.intent, stage: LOOKING } };
}

/** The key was given up: nothing was booked with it, and nothing will be. The next has its own. */
export function notBooked(flow) {
    return { ...flow, intent: { ...flow.intent, key: '', stage: NOT_BOOKED } };
}

/** Nobody could be asked; whether it was booked stays open. */
export function stillUnknown(flow) {
    return { ...flow, intent: { ...flow.intent, stage: UNKNOWN } };
}

/** It was not booked, and the organizer wants to change something before booking again. */
export function changedAgain(flow) {
    return isStage(flow, NOT_BOOKED)
        ? { ...flow, intent: { ...flow.intent, stage: REFUSED } }
        : flow;
}

// ------------------------------------------------------------------------- what is known

/** Who decides on the host: for this record, as soon as the service has said that; the type's. */
export function ruleOf(flow) {
    const ofRecord = flow.hosts ? flow.hosts.rule : '';
    return ofRecord || (flow.bookingType ? flow.bookingType.host_rule : '');
}

/** Nobody chooses the host: the record names them, or the booking type. */
export function isHostGiven(flow) {
    return [LOOKUP, FIXED_HOST].includes(ruleOf(flow));
}

/** Nothing may be changed: the wish is on its way, or nobody knows whether it was booked. */
export function isLocked(flow) {
    return Boolean(flow.intent) && NOBODY_MAY_CHANGE.includes(flow.intent.stage);
}

export function isStage(flow, stage) {
    return Boolean(flow.intent) && flow.intent.stage === stage;
}

function isHostKnown(flow) {
    return ruleOf(flow) !== CHOICE || Boolean(flow.hostId);
}

/**
 * Times can be asked for before anybody chose a host, where the rule allows. Where the record names
 * no host the type may leave it to the organizer: that has to be known first.
 */
export function canAskTimes(flow) {
    if (ruleOf(flow) === LOOKUP && !flow.hosts) {
        return false;
    }
    return ruleOf(flow) !== CHOICE || flow.allHosts || Boolean(flow.hostId);
}

/** Whose times are asked for; empty where the service knows, or all are. */
export function hostIdForTimes(flow) {
    return ruleOf(flow) === CHOICE && !flow.allHosts ? flow.hostId : '';
}

/** Who is free at the chosen time, where that decides who can be the host; else null. */
export function freeHostIds(flow) {
    const timeDecides = ruleOf(flow) === TIME_FIRST || flow.allHosts;
    return flow.slot && timeDecides ? flow.slot.host_ids : null;
}

/** A time is chosen, several are free then, and the organizer has to say who. */
export function mustChooseAmongFree(flow) {
    return Boolean(flow.slot) && !isHostKnown(flow);
}

/** The host as far as known: chosen, given, or the first in line who is free then. */
export function hostOf(flow) {
    if (ruleOf(flow) === TIME_FIRST) {
        return flow.slot ? personOf(flow, flow.slot.host_ids[0]) : null;
    }
    return flow.hostId ? personOf(flow, flow.hostId) : null;
}

export function coHostsOf(flow) {
    return flow.coHostIds.map((each) => personOf(flow, each)).filter(Boolean);
}

/** Who can be added: not the host. */
export function possibleCoHosts(flow) {
    const coHosts = flow.hosts ? flow.hosts.co_hosts || [] : [];
    return coHosts.filter((each) => each.host_id !== givenHostId(flow));
}

/** The parts that whoever is free takes, with their people as they were seen last. */
export function rolesOf(flow) {
    const known = flow.hosts ? flow.hosts.panel || [] : [];
    return flow.roles.length > 0 ? flow.roles : known;
}

function personOf(flow, hostId) {
    const known = flow.hosts ? [...flow.hosts.hosts, ...(flow.hosts.co_hosts || [])] : [];
    return [...known, ...flow.people].find((each) => each.host_id === hostId) || null;
}
