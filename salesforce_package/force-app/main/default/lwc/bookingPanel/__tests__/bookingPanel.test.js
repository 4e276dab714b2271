import { createElement } from 'lwc';
import BookingPanel from 'c/bookingPanel';
import {
    askAvailability,
    askBookingByKey,
    askBookingTypes,
    askHosts,
    book,
    giveUp
} from 'c/bookingCalls';
import { listen } from 'c/bookingNews';

jest.mock('c/bookingCalls', () => ({
    askAvailability: jest.fn(),
    askBooking: jest.fn(() => new Promise(() => {})),
    askBookingByKey: jest.fn(),
    giveUp: jest.fn(),
    askBookingTypes: jest.fn(),
    askHosts: jest.fn(),
    book: jest.fn()
}));

jest.mock('c/availabilityPanel', () =>
    jest.requireActual('./standIns/availabilityPanel/availabilityPanel')
);

const RECORD = '00QHp00002AbCdEMAV';
const NINE = '2026-11-24T09:00:00Z';
const TEN = '2026-11-24T10:00:00Z';
const ANA = aPerson('005ANA', 'Ana');
const BEN = aPerson('005BEN', 'Ben');
const EVE = aPerson('005EVE', 'Eve');
const BOOKING = {
    booking_id: 'b1',
    record_id: RECORD,
    booking_type: { name: 'Intro call' },
    status: 'scheduled',
    start_at: NINE,
    end_at: TEN,
    time_zone: 'America/Chicago',
    duration_minutes: 30,
    host: { host_id: ANA.host_id, name: 'Ana' },
    co_hosts: [],
    guests: [{ email: 'guest@example.com', shown_email: 'guest@example.com', name: 'Gil' }],
    invites_guests: true,
    platform: 'zoom',
    platform_name: 'Zoom',
    place: '',
    subject: 'Meeting',
    booked_by: { kind: 'user', id: '005O', name: 'Otto' },
    targets: [],
    is_settled: true
};
const NOT_BOOKED = { code: 'not_booked', message: 'Nothing was booked.', status: 404 };
const TAKEN = {
    code: 'slot_taken',
    message: 'Somebody else has just booked this time.',
    alternatives: [aSlot(TEN, ANA)]
};
const UNKNOWN = { code: 'service_timeout', message: 'No answer.', is_outcome_unknown: true };
const NOT_FOUND = { code: 'not_found', message: 'No booking was made with this key.' };
const UNREACHABLE = { code: 'service_unreachable', message: 'No answer.', retryable: true };

function aPerson(hostId, name) {
    return {
        host_id: hostId,
        name,
        time_zone: 'Europe/London',
        platforms: ['zoom', 'none'],
        default_platform: 'zoom'
    };
}

function aType(hostRule, more = {}) {
    return {
        booking_type_id: `type-${hostRule}`,
        name: `Call by ${hostRule}`,
        durations_minutes: [30, 60],
        host_rule: hostRule,
        show_all: true,
        co_hosts_allowed: true,
        co_hosts_most: 2,
        time_zone: 'Europe/London',
        minimum_notice_minutes: 0,
        booking_window_days: 30,
        platform_rule: 'organizer_choice',
        invites_guests: true,
        guest: { email: 'guest@example.com', name: 'Gil', time_zone: 'America/Chicago' },
        ...more
    };
}

function aSlot(startAt, ...people) {
    return { start_at: startAt, end_at: startAt, host_ids: people.map((each) => each.host_id) };
}

/** An answer about one start, as the service says who is free then. */
function freeAt(startAt, ...people) {
    return {
        slots: people.length ? [{ start_at: startAt, end_at: startAt }] : [],
        cells: { first_at: startAt, minutes: 5 },
        people: people.map((each) => ({ ...each, free: 'AQ==' }))
    };
}

function offer(...types) {
    askBookingTypes.mockResolvedValue({
        object_label: 'Lead',
        offered: types,
        refused: [],
        nothing_because: types.length ? '' : 'no_booking_types'
    });
}

function hostsAre(hosts, coHosts = []) {
    askHosts.mockResolvedValue({
        rule: '',
        hosts,
        co_hosts: coHosts,
        nobody_because: '',
        can_show_all: true
    });
}

function deferred() {
    const promise = {};
    promise.answer = new Promise((resolve, reject) => {
        Object.assign(promise, { resolve, reject });
    });
    return promise;
}

async function settle() {
    for (let turn = 0; turn < 20; turn += 1) {
        await Promise.resolve();
    }
}

async function pass(seconds) {
    await jest.advanceTimersByTimeAsync(seconds * 1000);
    await settle();
}

async function show(properties = { recordId: RECORD }) {
    const element = createElement('c-booking-panel', { is: BookingPanel });
    Object.assign(element, properties);
    document.body.appendChild(element);
    await settle();
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const times = (element) => find(element, 'c-availability-panel');
const hosts = (element) => find(element, 'c-host-panel');
const details = (element) => find(element, 'c-booking-details');
const picker = (element) => find(element, 'c-booking-type-picker');
const progress = (element) => find(element, 'c-booking-progress');
const outcome = (element) => find(element, '.outcome');
const said = (element) => find(element, '[aria-live]').textContent;
const button = (element, label) =>
    [...element.shadowRoot.querySelectorAll('lightning-button')].find(
        (each) => each.label === label
    );

async function tell(part, name, detail) {
    part.dispatchEvent(new CustomEvent(name, { detail }));
    await settle();
}

const choose = (element, slot) =>
    tell(times(element), 'slotchoose', { slot, people: [ANA, BEN, EVE] });

async function bookNow(element) {
    const part = details(element);
    await tell(part, 'book', { draft: part.draft });
}

async function chosen(more = {}) {
    offer(aType('lookup', more));
    hostsAre([ANA], [ANA, BEN]);
    const element = await show();
    await choose(element, aSlot(NINE, ANA));
    return element;
}

beforeEach(() => {
    jest.useFakeTimers();
    for (const call of [
        askAvailability,
        askBookingByKey,
        askBookingTypes,
        askHosts,
        book,
        giveUp
    ]) {
        call.mockReset();
    }
    askAvailability.mockReturnValue(new Promise(() => {}));
    askHosts.mockReturnValue(new Promise(() => {}));
});

afterEach(() => {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
    jest.useRealTimers();
});

describe('c-booking-panel: booking types', () => {
    it('renders what is awaited while it loads', async () => {
        askBookingTypes.mockReturnValue(new Promise(() => {}));

        const element = await show();

        expect(find(element, '[role="status"]').textContent).toContain(
            'Looking up what this record can be booked for…'
        );
    });

    it('renders the choices when there are several', async () => {
        offer(aType('choice'), aType('lookup'));

        const element = await show();

        expect(picker(element).offeredTypes.offered).toHaveLength(2);
        expect(times(element)).toBeNull();
        await jest.useRealTimers();
        await expect(element).toBeAccessible();
    });

    it('goes straight on when there is one, and has no other to change to', async () => {
        offer(aType('time_first'));
        const element = await show();

        expect(times(element)).not.toBeNull();
        expect(find(element, 'h2').textContent).toBe('Call by time_first');
        expect(button(element, 'Change booking type')).toBeUndefined();
    });

    it('has a way back to the choices when there are several', async () => {
        const time = aType('time_first');
        offer(aType('choice'), time);
        const element = await show();
        await tell(picker(element), 'typechoose', { bookingType: time });

        button(element, 'Change booking type').click();
        await settle();

        expect(picker(element)).not.toBeNull();
        expect(times(element)).toBeNull();
    });

    it('moves the focus to the heading of the booking type that was chosen', async () => {
        offer(aType('choice'), aType('time_first'));
        const element = await show();

        await tell(picker(element), 'typechoose', { bookingType: aType('time_first') });

        expect(element.shadowRoot.activeElement).toBe(find(element, 'h2'));
    });

    it('takes the focus where the flow stands, as soon as that is known', async () => {
        const late = deferred();
        askBookingTypes.mockReturnValue(late.answer);
        const element = await show();

        element.focus();
        late.resolve({ offered: [aType('time_first')], refused: [] });
        await settle();

        expect(element.shadowRoot.activeElement).toBe(find(element, 'h2'));
    });

    it('renders a problem and tries again when asked', async () => {
        askBookingTypes.mockRejectedValue(UNREACHABLE);
        const element = await show();
        expect(find(element, 'c-booking-problem').problem).toEqual(UNREACHABLE);
        expect(find(element, 'c-booking-problem').isTop).toBe(true);

        offer(aType('time_first'));
        await tell(find(element, 'c-booking-problem'), 'retry');

        expect(find(element, 'c-booking-problem')).toBeNull();
        expect(times(element)).not.toBeNull();
    });

    it('waits for a record that is known only after it is on the page', async () => {
        offer(aType('time_first'));
        const element = await show({});
        expect(askBookingTypes).not.toHaveBeenCalled();

        element.recordId = RECORD;
        await settle();

        expect(askBookingTypes).toHaveBeenCalledWith(RECORD);
        expect(times(element)).not.toBeNull();
    });

    it('drops what is answered about a record that is no longer shown', async () => {
        const late = deferred();
        askBookingTypes.mockReturnValueOnce(late.answer);
        const element = await show();
        offer(aType('choice'), aType('lookup'));
        element.recordId = '00QHp00002ZZZZZMAV';
        await settle();

        late.resolve({ offered: [aType('time_first')], refused: [] });
        await settle();

        expect(picker(element)).not.toBeNull();
    });
});

describe('c-booking-panel: hosts and times', () => {
    it.each(['fixed', 'time_first'])(
        'asks for times before it is known who hosts, for %s',
        async (rule) => {
            offer(aType(rule));
            const element = await show();

            expect(times(element).isReady).toBe(true);
            expect(times(element).hostId).toBe('');
            expect(hosts(element).isLoading).toBe(true);
        }
    );

    it('waits for who hosts, for lookup: it may be left to the organizer', async () => {
        offer(aType('lookup'));
        const hostsAnswer = deferred();
        askHosts.mockReturnValue(hostsAnswer.answer);
        const element = await show();
        expect(times(element).isReady).toBe(false);

        hostsAnswer.resolve({ rule: 'lookup', hosts: [ANA], co_hosts: [], can_show_all: false });
        await settle();
        expect(times(element).isReady).toBe(true);
        expect(times(element).hostId).toBe('');
    });

    it('lets the organizer choose when the record names nobody and the type says so', async () => {
        offer(aType('lookup'));
        askHosts.mockResolvedValue({
            rule: 'choice',
            hosts: [ANA, BEN],
            co_hosts: [],
            can_show_all: true
        });
        const element = await show();
        expect(times(element).isReady).toBe(false);

        await tell(hosts(element), 'hostchange', { hostId: BEN.host_id });
        expect(times(element).hostId).toBe(BEN.host_id);
        await choose(element, aSlot(NINE, BEN));
        expect(details(element).hostRule).toBe('choice');
        book.mockReturnValue(new Promise(() => {}));
        await bookNow(element);
        expect(book.mock.calls[0][0].host_id).toBe(BEN.host_id);
    });

    it('takes a fixed host as given', async () => {
        offer(aType('fixed'));
        askHosts.mockResolvedValue({ rule: 'fixed', hosts: [ANA], co_hosts: [] });
        const element = await show();
        await choose(element, aSlot(NINE, ANA));

        expect(hosts(element).rule).toBe('fixed');
        expect(details(element).host.host_id).toBe(ANA.host_id);
        book.mockReturnValue(new Promise(() => {}));
        await bookNow(element);
        expect(book.mock.calls[0][0].host_id).toBeUndefined();
    });

    it('tells the hosts’ panel which parts there are, and what was read of their people', async () => {
        const panelRoles = [{ key: 'se', name: 'Solution engineer' }];
        offer(aType('time_first', { panel_roles: panelRoles }));
        const panel = [{ ...panelRoles[0], people: [BEN] }];
        askHosts.mockResolvedValue({ rule: 'time_first', hosts: [ANA], co_hosts: [], panel });
        const element = await show();
        expect(hosts(element).panelRoles).toEqual(panelRoles);
        expect(hosts(element).roles).toEqual(panel);

        const roles = [{ ...panelRoles[0], people: [EVE] }];
        await tell(times(element), 'peopleload', { people: [ANA], roles, asOf: NINE });
        expect(hosts(element).roles).toEqual(roles);
    });

    it('asks for the times of the host who was chosen', async () => {
        offer(aType('choice'));
        hostsAre([ANA, BEN]);
        const element = await show();
        expect(times(element).isReady).toBe(false);

        await tell(hosts(element), 'hostchange', { hostId: BEN.host_id });

        expect(times(element).isReady).toBe(true);
        expect(times(element).hostId).toBe(BEN.host_id);
        expect(hosts(element).selectedHostId).toBe(BEN.host_id);
    });

    it('asks for everybody’s times, then who of those free then is the host', async () => {
        offer(aType('choice'));
        hostsAre([ANA, BEN, EVE]);
        const element = await show();

        await tell(hosts(element), 'showallchange', { allHosts: true });
        expect(times(element).allHosts).toBe(true);
        expect(times(element).hostNames).toEqual(['Ana', 'Ben', 'Eve']);
        await choose(element, aSlot(NINE, ANA, BEN));
        expect(details(element)).toBeNull();
        expect(hosts(element).slotHostIds).toEqual([ANA.host_id, BEN.host_id]);
        expect(said(element)).toContain('2 people are free');

        await tell(hosts(element), 'hostchange', { hostId: BEN.host_id });
        expect(details(element).host).toEqual(BEN);
        expect(times(element).hostId).toBe('');
    });

    it('renders the first in line who is free where the time comes first', async () => {
        offer(aType('time_first'));
        hostsAre([ANA, BEN]);
        const element = await show();

        await choose(element, aSlot(NINE, BEN, ANA));

        expect(details(element).host).toEqual(BEN);
        expect(hosts(element).slotHostIds).toEqual([BEN.host_id, ANA.host_id]);
    });

    it('leaves the host out of the co-hosts', async () => {
        offer(aType('choice'));
        hostsAre([ANA, BEN], [ANA, BEN, EVE]);
        const element = await show();

        await tell(hosts(element), 'hostchange', { hostId: ANA.host_id });
        await tell(hosts(element), 'cohostschange', { coHostIds: [EVE.host_id] });

        expect(hosts(element).coHosts).toEqual([BEN, EVE]);
        expect(times(element).coHostIds).toEqual([EVE.host_id]);
        expect(times(element).hostNames).toEqual(['Ana', 'Eve']);
    });

    it('drops the hosts of a booking type that was changed meanwhile', async () => {
        offer(aType('time_first'), aType('choice'));
        const late = deferred();
        askHosts.mockReturnValueOnce(late.answer);
        const element = await show();
        await tell(picker(element), 'typechoose', { bookingType: aType('time_first') });
        button(element, 'Change booking type').click();
        await settle();
        hostsAre([ANA, BEN]);
        await tell(picker(element), 'typechoose', { bookingType: aType('choice') });

        late.resolve({ hosts: [EVE], co_hosts: [], nobody_because: '', can_show_all: false });
        await settle();

        expect(hosts(element).hosts).toEqual([ANA, BEN]);
    });

    it('drops what went wrong with the hosts of a booking type that was changed', async () => {
        offer(aType('time_first'), aType('choice'));
        const late = deferred();
        askHosts.mockReturnValueOnce(late.answer);
        const element = await show();
        await tell(picker(element), 'typechoose', { bookingType: aType('time_first') });
        button(element, 'Change booking type').click();
        await settle();
        hostsAre([ANA, BEN]);
        await tell(picker(element), 'typechoose', { bookingType: aType('choice') });

        late.reject(UNREACHABLE);
        await settle();

        expect(find(element, 'c-booking-problem')).toBeNull();
    });

    it('renders a problem with the hosts beside the times, and tries again', async () => {
        offer(aType('time_first'));
        askHosts.mockRejectedValue(UNREACHABLE);
        const element = await show();
        expect(times(element)).not.toBeNull();

        hostsAre([ANA]);
        await tell(find(element, 'c-booking-problem'), 'retry');

        expect(hosts(element).hosts).toEqual([ANA]);
    });

    it('renders no times when nobody can be the host', async () => {
        offer(aType('lookup'));
        askHosts.mockResolvedValue({
            hosts: [],
            co_hosts: [],
            nobody_because: 'the record has no owner',
            can_show_all: false
        });
        const element = await show();

        expect(times(element)).toBeNull();
        expect(hosts(element).nobodyBecause).toBe('the record has no owner');
        expect(find(element, '.advice').textContent).toContain('Choose another booking type');
    });
});

describe('c-booking-panel: a change while a time is chosen', () => {
    it('asks for just that time, and keeps it when it still fits', async () => {
        const element = await chosen();
        askAvailability.mockResolvedValue(freeAt(NINE, ANA));

        await tell(hosts(element), 'cohostschange', { coHostIds: [BEN.host_id] });

        expect(askAvailability).toHaveBeenCalledWith(
            RECORD,
            'type-lookup',
            expect.objectContaining({
                starts_from: NINE,
                starts_before: '2026-11-24T09:01:00Z',
                co_host_ids: [BEN.host_id],
                most: 1
            })
        );
        expect(details(element).chosenSlot.start_at).toBe(NINE);
        expect(said(element)).toContain('still fits');
    });

    it('says in words when it fits no more, and keeps what was typed', async () => {
        const element = await chosen();
        await tell(details(element), 'draftchange', {
            draft: { ...details(element).draft, notes: 'Wants a demo' }
        });
        askAvailability.mockResolvedValue(freeAt(NINE));

        await tell(times(element), 'durationchange', { minutes: 60 });

        expect(details(element)).toBeNull();
        expect(find(element, '.notice_warning').textContent).toContain('is not free any more');
        await choose(element, aSlot(TEN, ANA));
        expect(details(element).draft.notes).toBe('Wants a demo');
        expect(find(element, '.notice_warning')).toBeNull();
    });

    it('keeps the time when it cannot be looked up; booking looks again', async () => {
        const element = await chosen();
        askAvailability.mockRejectedValue(UNREACHABLE);

        await tell(times(element), 'durationchange', { minutes: 60 });

        expect(details(element).chosenSlot.start_at).toBe(NINE);
        expect(said(element)).toBe('');
    });

    it('renders the end of another duration at once, whatever comes of the look', async () => {
        const element = await chosen();

        await tell(times(element), 'durationchange', { minutes: 60 });

        expect(details(element).chosenSlot.end_at).toBe(TEN);
        expect(said(element)).toContain('Looking whether');
    });

    it('goes on saying what it looks for now when an earlier look fails', async () => {
        const element = await chosen();
        const late = deferred();
        askAvailability.mockReturnValueOnce(late.answer);
        await tell(times(element), 'durationchange', { minutes: 60 });
        await tell(times(element), 'durationchange', { minutes: 30 });

        late.reject(UNREACHABLE);
        await settle();

        expect(said(element)).toContain('Looking whether');
    });

    it('says nothing of a time that was dropped while it was looked up', async () => {
        offer(aType('choice'));
        hostsAre([ANA, BEN], [EVE]);
        const element = await show();
        await tell(hosts(element), 'showallchange', { allHosts: true });
        await choose(element, aSlot(NINE, ANA, BEN));
        const late = deferred();
        askAvailability.mockReturnValueOnce(late.answer);
        await tell(hosts(element), 'cohostschange', { coHostIds: [EVE.host_id] });
        expect(said(element)).toContain('Looking whether');

        await tell(hosts(element), 'showallchange', { allHosts: false });
        expect(said(element)).toBe('');
        late.resolve(freeAt(NINE, ANA));
        await settle();

        expect(said(element)).toBe('');
    });

    it('asks for the times of another host once, without them as a co-host', async () => {
        offer(aType('choice'));
        hostsAre([ANA, BEN], [ANA, BEN]);
        const element = await show();
        await tell(hosts(element), 'hostchange', { hostId: ANA.host_id });
        await tell(hosts(element), 'cohostschange', { coHostIds: [BEN.host_id] });
        await choose(element, aSlot(NINE, ANA));
        const list = hosts(element).shadowRoot.querySelector('c-host-list');

        await tell(list, 'hostchange', { hostId: BEN.host_id });

        expect(askAvailability).toHaveBeenCalledTimes(1);
        expect(askAvailability.mock.calls[0][2]).toMatchObject({
            host_id: BEN.host_id,
            co_host_ids: []
        });
    });

    it('drops the answer about a choice that was changed again', async () => {
        const element = await chosen();
        const late = deferred();
        askAvailability.mockReturnValueOnce(late.answer);
        await tell(times(element), 'durationchange', { minutes: 60 });
        askAvailability.mockResolvedValue(freeAt(NINE, ANA));
        await tell(times(element), 'durationchange', { minutes: 30 });

        late.resolve(freeAt(NINE));
        await settle();

        expect(details(element)).not.toBeNull();
    });
});

describe('c-booking-panel: details', () => {
    it('renders details beside the times, which stay where they are', async () => {
        const element = await chosen();
        const before = times(element);
        const focused = jest.fn();
        before.addEventListener('chosenfocused', focused);

        expect(details(element).host).toEqual(ANA);
        expect(times(element).chosenStartAt).toBe(NINE);
        await tell(details(element), 'close');

        expect(details(element)).toBeNull();
        expect(times(element)).toBe(before);
        expect(times(element).chosenStartAt).toBe(NINE);
        expect(focused).toHaveBeenCalledTimes(1);
    });

    it('closes details, not the dialog around it, on Escape', async () => {
        const element = await chosen();
        const outer = jest.fn();
        document.body.addEventListener('keydown', outer);
        const escape = () =>
            new KeyboardEvent('keydown', {
                key: 'Escape',
                bubbles: true,
                composed: true,
                cancelable: true
            });

        details(element).dispatchEvent(escape());
        await settle();
        expect(details(element)).toBeNull();
        expect(outer).not.toHaveBeenCalled();

        times(element).dispatchEvent(escape());
        expect(outer).toHaveBeenCalledTimes(1);
        document.body.removeEventListener('keydown', outer);
    });

    it('leaves Escape to the dialog while the wish is on its way', async () => {
        const element = await chosen();
        book.mockReturnValue(new Promise(() => {}));
        await bookNow(element);
        const escape = new KeyboardEvent('keydown', {
            key: 'Escape',
            bubbles: true,
            composed: true,
            cancelable: true
        });

        details(element).dispatchEvent(escape);
        await settle();

        expect(escape.defaultPrevented).toBe(false);
        expect(details(element)).not.toBeNull();
    });

    it('goes on with the chosen time after details were closed', async () => {
        const element = await chosen();
        await tell(details(element), 'close');

        [...element.shadowRoot.querySelectorAll('.reopen lightning-button')][0].click();
        await settle();

        expect(details(element).chosenSlot.start_at).toBe(NINE);
    });
});

describe('c-booking-panel: booking', () => {
    it('books what was chosen, once for a double click, and renders how far it is', async () => {
        const element = await chosen();
        const answer = deferred();
        book.mockReturnValue(answer.answer);
        const heard = jest.fn();
        element.addEventListener('booked', (event) => heard(event.detail.booking));

        await bookNow(element);
        await bookNow(element);
        expect(book).toHaveBeenCalledTimes(1);
        expect(details(element).isBooking).toBe(true);
        answer.resolve(BOOKING);
        await settle();

        expect(book.mock.calls[0][0]).toEqual({
            record_id: RECORD,
            booking_type_id: 'type-lookup',
            start_at: NINE,
            time_zone: 'America/Chicago',
            duration_minutes: 30,
            co_host_ids: [],
            guests: [{ email: 'guest@example.com', name: 'Gil' }]
        });
        expect(book.mock.calls[0][1]).toMatch(/^[0-9a-f]{32}$/);
        expect(progress(element).booking).toEqual(BOOKING);
        expect(heard).toHaveBeenCalledWith(BOOKING);
    });

    it('tells the other components of the page', async () => {
        const element = await chosen();
        const hear = jest.fn();
        const stop = listen(() => RECORD, hear);
        book.mockResolvedValue(BOOKING);

        await bookNow(element);
        stop();

        expect(hear).toHaveBeenCalledWith(BOOKING);
    });

    it('tells them how far it has come since', async () => {
        const element = await chosen();
        const hear = jest.fn();
        const stop = listen(() => RECORD, hear);
        book.mockResolvedValue(BOOKING);
        await bookNow(element);
        const latest = { ...BOOKING, revision: 2 };

        await tell(progress(element), 'bookingupdate', { booking: latest });
        stop();

        expect(hear).toHaveBeenLastCalledWith(latest);
    });

    it('tells them also when it is gone before the answer comes', async () => {
        const element = await chosen();
        const hear = jest.fn();
        const stop = listen(() => RECORD, hear);
        const answer = deferred();
        book.mockReturnValue(answer.answer);
        await bookNow(element);

        document.body.removeChild(element);
        answer.resolve(BOOKING);
        await settle();
        stop();

        expect(hear).toHaveBeenCalledTimes(1);
        expect(hear).toHaveBeenCalledWith(BOOKING);
    });

    it('renders the alternatives of a lost time without losing what was typed', async () => {
        const element = await chosen();
        const reloaded = jest.fn();
        times(element).addEventListener('reloaded', reloaded);
        book.mockRejectedValueOnce(TAKEN);
        const draft = { ...details(element).draft, notes: 'Wants a demo' };

        await tell(details(element), 'book', { draft });
        expect(details(element).problem).toEqual(TAKEN);
        expect(details(element).isBooking).toBe(false);
        expect(reloaded).toHaveBeenCalledTimes(1);
        await tell(details(element), 'alternativechoose', { slot: aSlot(TEN, ANA) });

        expect(details(element).problem).toBeNull();
        expect(details(element).chosenSlot.start_at).toBe(TEN);
        expect(details(element).draft).toEqual(draft);
        book.mockResolvedValue(BOOKING);
        await bookNow(element);
        expect(book.mock.calls[1][0].start_at).toBe(TEN);
        expect(book.mock.calls[1][1]).not.toBe(book.mock.calls[0][1]);
    });

    describe('when the text that was read to the guest has changed meanwhile', () => {
        const CHANGED = {
            code: 'consent_changed',
            field: 'consent_text',
            message: 'The text has changed. Read the new one to the guest.'
        };
        const TYPED = { notes: 'Two teams', hasConsent: true };

        async function agreed() {
            const element = await chosen({ consent_text: 'Old.' });
            book.mockRejectedValueOnce(CHANGED);
            return element;
        }

        async function bookTyped(element) {
            await tell(details(element), 'book', {
                draft: { ...details(element).draft, ...TYPED }
            });
        }

        it('sends the text that was shown, and shows the new one with the box unticked', async () => {
            const element = await agreed();
            offer(aType('lookup', { consent_text: 'New.' }));

            await bookTyped(element);

            expect(book.mock.calls[0][0].consent_text).toBe('Old.');
            expect(details(element).problem).toEqual(CHANGED);
            expect(details(element).bookingType.consent_text).toBe('New.');
            expect(details(element).draft.hasConsent).toBe(false);
            expect(details(element).draft.notes).toBe('Two teams');
            expect(details(element).chosenSlot.start_at).toBe(NINE);
            expect(said(element)).toBe(CHANGED.message);

            book.mockResolvedValue(BOOKING);
            await bookTyped(element);
            expect(book.mock.calls[1][0].consent_text).toBe('New.');
            expect(book.mock.calls[1][1]).not.toBe(book.mock.calls[0][1]);
            expect(progress(element)).not.toBeNull();
        });

        it('stays locked until the new text is there', async () => {
            const element = await agreed();
            const types = deferred();
            askBookingTypes.mockReturnValue(types.answer);

            await bookTyped(element);
            expect(details(element).isBooking).toBe(true);

            types.resolve({ offered: [aType('lookup', { consent_text: 'New.' })], refused: [] });
            await settle();
            expect(details(element).isBooking).toBe(false);
        });

        it('says what stands in the way of the new text, and unticks the box all the same', async () => {
            const element = await agreed();
            askBookingTypes.mockRejectedValue(UNREACHABLE);

            await bookTyped(element);

            expect(details(element).problem).toEqual(UNREACHABLE);
            expect(details(element).draft.hasConsent).toBe(false);
            expect(details(element).draft.notes).toBe('Two teams');
        });

        it('changes nothing of another record that is shown meanwhile', async () => {
            const element = await agreed();
            const types = deferred();
            askBookingTypes.mockReturnValueOnce(types.answer);
            await bookTyped(element);
            offer(aType('lookup', { name: 'Of the other' }));

            element.recordId = '00QHp00002AbCdFMAV';
            await settle();
            types.resolve({ offered: [aType('lookup', { consent_text: 'New.' })], refused: [] });
            await settle();

            expect(find(element, 'h2').textContent).toBe('Of the other');
            expect(details(element)).toBeNull();
        });
    });

    it('sends the same key when the same wish is booked again after a refusal', async () => {
        const element = await chosen();
        book.mockRejectedValue({ code: 'vendor_unavailable', message: 'Later.', retryable: true });

        await bookNow(element);
        await bookNow(element);

        expect(book.mock.calls[1][1]).toBe(book.mock.calls[0][1]);
    });

    it('starts again when another one is to be booked, and closes when done', async () => {
        const element = await chosen();
        book.mockResolvedValue(BOOKING);
        await bookNow(element);
        const close = jest.fn();
        element.addEventListener('close', close);

        await tell(progress(element), 'done');
        expect(close).toHaveBeenCalledTimes(1);
        await tell(progress(element), 'another');

        expect(progress(element)).toBeNull();
        expect(times(element)).not.toBeNull();
        expect(details(element)).toBeNull();
    });
});

describe('c-booking-panel: an answer that never came', () => {
    async function unanswered() {
        const element = await chosen();
        book.mockRejectedValueOnce(UNKNOWN);
        await bookNow(element);
        return element;
    }

    it('looks after 1 and 2 seconds whether it was booked, and then gives it up', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        giveUp.mockRejectedValue(NOT_BOOKED);
        const element = await unanswered();
        expect(outcome(element).textContent).toContain('We do not know yet whether it was booked');
        const looks = [];

        for (const seconds of [0.9, 0.2, 1.8, 0.2, 3.8, 0.2]) {
            await pass(seconds);
            looks.push(askBookingByKey.mock.calls.length + giveUp.mock.calls.length);
        }

        expect(looks).toEqual([0, 1, 1, 2, 2, 3]);
        expect(askBookingByKey).toHaveBeenCalledWith(book.mock.calls[0][1]);
        expect(giveUp).toHaveBeenCalledTimes(1);
        expect(giveUp).toHaveBeenCalledWith(book.mock.calls[0][1]);
    });

    it('renders the booking when it was booked after all', async () => {
        const element = await unanswered();
        askBookingByKey.mockResolvedValue(BOOKING);

        await pass(1);

        expect(progress(element).booking).toEqual(BOOKING);
        expect(book).toHaveBeenCalledTimes(1);
    });

    it('does not say that it was not booked because no booking is there yet', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        giveUp.mockRejectedValue(UNREACHABLE);
        const element = await unanswered();

        await pass(16);

        expect(outcome(element).textContent).not.toContain('It was not booked');
        expect(outcome(element).textContent).toContain('We still do not know');
    });

    it('renders the booking when it was carried out before it could be given up', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        giveUp.mockResolvedValue(BOOKING);
        const element = await unanswered();

        await pass(16);

        expect(progress(element).booking).toEqual(BOOKING);
    });

    it('says that it was not booked, and books the same again with a key of its own', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        giveUp.mockRejectedValue(NOT_BOOKED);
        const element = await unanswered();
        await pass(16);
        expect(outcome(element).textContent).toContain('It was not booked');
        book.mockResolvedValue(BOOKING);

        button(element, 'Book again').click();
        await settle();

        const [[firstWish, firstKey], [secondWish, secondKey]] = book.mock.calls;
        expect(secondWish).toEqual(firstWish);
        expect(secondKey).not.toBe(firstKey);
        expect(progress(element)).not.toBeNull();
    });

    it('books again once for a double click', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        giveUp.mockRejectedValue(NOT_BOOKED);
        const element = await unanswered();
        await pass(16);
        book.mockReturnValue(new Promise(() => {}));

        const again = button(element, 'Book again');
        again.click();
        again.click();

        expect(book).toHaveBeenCalledTimes(2);
    });

    it('lets something be changed once it is known that it was not booked', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        giveUp.mockRejectedValue(NOT_BOOKED);
        const element = await unanswered();
        await pass(16);

        button(element, 'Change something').click();
        await settle();

        expect(outcome(element)).toBeNull();
        expect(details(element).isBooking).toBe(false);
    });

    it('looks again when asked, as long as nobody can say', async () => {
        askBookingByKey.mockRejectedValue(UNREACHABLE);
        giveUp.mockRejectedValue(UNREACHABLE);
        const element = await unanswered();
        await pass(16);
        expect(outcome(element).textContent).toContain('We still do not know');
        expect(button(element, 'Book again')).toBeUndefined();

        askBookingByKey.mockResolvedValue(BOOKING);
        button(element, 'Look again').click();
        await pass(1);

        expect(progress(element)).not.toBeNull();
    });

    it('keeps the times and what was typed out of reach, and in place', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        const element = await unanswered();

        expect(find(element, '.flow').classList).toContain('flow_covered');
        expect(button(element, 'Change booking type')).toBeUndefined();
        await tell(times(element), 'durationchange', { minutes: 60 });
        expect(times(element).durationMinutes).toBe(30);
        expect(details(element).draft.guestEmail).toBe('guest@example.com');
    });

    it('names the time and the host that are in question', async () => {
        askBookingByKey.mockRejectedValue(UNREACHABLE);
        giveUp.mockRejectedValue(UNREACHABLE);
        const element = await unanswered();
        const facts = () => find(element, '.outcome-facts').textContent;

        expect(facts()).toMatch(/November 24, .*, with Ana$/);
        const before = facts();
        await pass(16);
        expect(facts()).toBe(before);
    });

    it('says what came of it, and not any more that it looks', async () => {
        askBookingByKey.mockRejectedValue(NOT_FOUND);
        giveUp.mockRejectedValue(NOT_BOOKED);
        const element = await unanswered();
        expect(said(element)).toContain('Looking');

        await pass(16);
        expect(said(element)).toBe('It was not booked');
    });

    it('is left by its own button as long as nobody can say', async () => {
        askBookingByKey.mockRejectedValue(UNREACHABLE);
        giveUp.mockRejectedValue(UNREACHABLE);
        const element = await unanswered();
        const closed = jest.fn();
        element.addEventListener('close', closed);
        expect(button(element, 'Close without knowing')).toBeUndefined();

        await pass(16);
        button(element, 'Close without knowing').click();

        expect(closed).toHaveBeenCalledTimes(1);
    });

    it('tells that it is better not left while it waits', async () => {
        const element = await chosen();
        const waits = [];
        element.addEventListener('waitingchange', (event) => waits.push(event.detail.isWaiting));
        askBookingByKey.mockRejectedValue(UNREACHABLE);
        giveUp.mockRejectedValue(UNREACHABLE);
        book.mockRejectedValueOnce(UNKNOWN);

        await bookNow(element);
        expect(waits).toEqual([true]);
        await pass(16);
        expect(waits).toEqual([true]);

        askBookingByKey.mockResolvedValue(BOOKING);
        button(element, 'Look again').click();
        await pass(1);
        expect(waits).toEqual([true, false]);
    });

    it('also looks when the service broke off while it booked', async () => {
        const element = await chosen();
        book.mockRejectedValueOnce({
            code: 'storage_unavailable',
            message: 'Nobody knows yet whether it was booked.',
            status: 503,
            is_outcome_unknown: true
        });
        askBookingByKey.mockResolvedValue(BOOKING);

        await bookNow(element);
        await pass(1);

        expect(progress(element)).not.toBeNull();
    });

    it('asks no more after it is gone from the page', async () => {
        const element = await unanswered();

        document.body.removeChild(element);
        await pass(16);

        expect(askBookingByKey).not.toHaveBeenCalled();
    });

    it('tells the other components when it is gone before it is known', async () => {
        const element = await unanswered();
        const hear = jest.fn();
        const stop = listen(() => RECORD, hear);
        const late = deferred();
        askBookingByKey.mockReturnValue(late.answer);
        await pass(1);

        document.body.removeChild(element);
        late.resolve(BOOKING);
        await settle();
        stop();

        expect(hear).toHaveBeenCalledWith(BOOKING);
    });

    it('asks no more after another record is shown, which starts afresh', async () => {
        const element = await unanswered();
        const timers = jest.getTimerCount();

        element.recordId = '00QHp00002ZZZZZMAV';
        await settle();
        expect(jest.getTimerCount()).toBe(timers - 1);
        await pass(16);

        expect(askBookingByKey).not.toHaveBeenCalled();
        expect(outcome(element)).toBeNull();
        expect(times(element)).not.toBeNull();
    });

    it('leaves another record alone when the answer is about the one before', async () => {
        const element = await unanswered();
        const late = deferred();
        askBookingByKey.mockReturnValue(late.answer);
        await pass(1);
        element.recordId = '00QHp00002ZZZZZMAV';
        await settle();

        late.resolve(BOOKING);
        await settle();

        expect(progress(element)).toBeNull();
        expect(times(element)).not.toBeNull();
    });
});

describe('c-booking-panel: widths', () => {
    let tellWidth;
    let isWatched;

    beforeEach(() => {
        isWatched = false;
        global.ResizeObserver = class {
            constructor(callback) {
                tellWidth = (width) => callback([{ contentRect: { width } }]);
            }
            observe() {
                isWatched = true;
            }
            disconnect() {
                isWatched = false;
            }
        };
    });

    afterEach(() => {
        delete global.ResizeObserver;
    });

    it.each([
        [320, 'narrow'],
        [599, 'narrow'],
        [600, 'medium'],
        [959, 'medium'],
        [960, 'wide']
    ])('renders a box of %i pixels %s, and tells the times', async (width, name) => {
        const element = await chosen();

        tellWidth(width);
        await settle();

        expect(find(element, 'section').classList).toContain(`panel_${name}`);
        expect(times(element).width).toBe(name);
        expect(hosts(element).isNarrow).toBe(name === 'narrow');
    });

    it.each([
        [320, 'choice', false],
        [320, 'lookup', true],
        [700, 'choice', true],
        [1200, 'choice', true]
    ])(
        'at %i pixels and for %s, leaves who cannot be booked to the hosts: %s',
        async (width, rule, isLeft) => {
            offer(aType(rule));
            hostsAre([ANA, BEN]);
            const element = await show();
            tellWidth(width);
            await settle();

            expect(times(element).hidesUnavailable).toBe(isLeft);
        }
    );

    it('says with the times who cannot be booked while details cover the hosts', async () => {
        const element = await chosen({ host_rule: 'choice' });
        tellWidth(700);
        await settle();
        await tell(hosts(element), 'hostchange', { hostId: ANA.host_id });
        await choose(element, aSlot(NINE, ANA));

        expect(details(element)).not.toBeNull();
        expect(times(element).hidesUnavailable).toBe(false);
    });

    it('watches its width as long as it is on the page', async () => {
        const element = await chosen();
        expect(isWatched).toBe(true);

        document.body.removeChild(element);

        expect(isWatched).toBe(false);
    });
});
