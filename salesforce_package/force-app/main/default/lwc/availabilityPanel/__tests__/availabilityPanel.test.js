import { createElement } from 'lwc';
import AvailabilityPanel from 'c/availabilityPanel';
import { askAvailability } from 'c/bookingCalls';
import { dateIn, partsIn, toMs } from 'c/bookingTime';
import {
    answerOf,
    away,
    busy,
    offOn,
    past,
    person,
    tooNear
} from '../../bookingTimes/__tests__/answers';

jest.mock('c/bookingCalls', () => ({ askAvailability: jest.fn() }));

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const ANNA = person('anna', 'Anna Berg');
const BEN = person('ben', 'Ben Cole');
const TUESDAY_MORNING = '2027-03-02T07:00:00Z';
const TUESDAY_TEN = '2027-03-02T09:00:00Z';
const TYPE = {
    booking_type_id: 'type-1',
    name: 'Intro call',
    durations_minutes: [30],
    booking_window_days: 60,
    guest: { email: '', name: '', time_zone: '' }
};

/** Mondays to Fridays from nine to twelve; past is past. */
function workedBy(hostIds, date, minutes) {
    const isWorked = partsIn(`${date}T12:00:00Z`, 'UTC').weekday < 6;
    if (!isWorked || minutes < 540 || minutes >= 720) {
        return { reasons: hostIds.map(away) };
    }
    const isPast = toMs(`${date}T00:00:00Z`) + minutes * 60000 < Date.now() + 3600000;
    return isPast ? { reasons: [past()] } : { free: hostIds };
}

function usual(date, minutes) {
    return workedBy(['anna'], date, minutes);
}

function answerTo(times, { at = usual, people = [ANNA], zone = BERLIN } = {}) {
    const from = dateIn(times.starts_from, zone);
    const days = Math.round((toMs(times.starts_before) - toMs(times.starts_from)) / 86400000);
    const answer = answerOf({ from, days, at, people, zone });
    const slots = answer.slots.filter(
        ({ start_at: start }) => start >= times.starts_from && start < times.starts_before
    );
    return { ...answer, as_of: '2027-03-02T06:42:00Z', slots: slots.slice(0, times.most || 9999) };
}

function serve(said) {
    askAvailability.mockImplementation((recordId, typeId, times) =>
        Promise.resolve(answerTo(times, said))
    );
}

async function settle() {
    for (let turns = 0; turns < 12; turns++) {
        await Promise.resolve();
    }
}

async function draw(properties = {}) {
    const element = createElement('c-availability-panel', { is: AvailabilityPanel });
    Object.assign(element, {
        recordId: '00Q000000000001AAA',
        bookingType: TYPE,
        hostId: 'anna',
        coHostIds: [],
        timeZone: BERLIN,
        isReady: true,
        ...properties
    });
    document.body.appendChild(element);
    await settle();
    return element;
}

function find(element, selector) {
    const bar = element.shadowRoot.querySelector('c-times-bar');
    const part = element.shadowRoot.querySelector(selector);
    return part || (bar && bar.shadowRoot ? bar.shadowRoot.querySelector(selector) : null);
}

/** What has the keyboard's focus, however deep. */
function focused({ shadowRoot }) {
    const { activeElement } = shadowRoot;
    return activeElement && activeElement.tagName === 'C-TIMES-BAR'
        ? activeElement.shadowRoot.activeElement
        : activeElement;
}

function gridOfPanel(element) {
    return find(element, 'c-availability-grid');
}

function datesOf(element) {
    return gridOfPanel(element).model.days.map((day) => day.date);
}

function status(element) {
    return find(element, '.status').textContent.replace(/[\u00a0\u202f]/g, ' ');
}

function listen(element, name) {
    const handler = jest.fn();
    element.addEventListener(name, handler);
    return handler;
}

async function click(element, selector) {
    find(element, selector).dispatchEvent(new CustomEvent('click', { bubbles: true }));
    await settle();
}

async function goTo(element, date) {
    find(element, 'c-date-field').dispatchEvent(
        new CustomEvent('datechoose', { detail: { date } })
    );
    await settle();
}

async function say(element, narrowing) {
    const said = { dayPart: '', weekdays: [], notBefore: '', ...narrowing };
    find(element, 'c-guest-says').dispatchEvent(
        new CustomEvent('narrowingchange', { detail: { narrowing: said } })
    );
    await settle();
}

/** The spans of all questions, as dates in Berlin. */
function asked() {
    return askAvailability.mock.calls.map(([, , times]) => dateIn(times.starts_from, BERLIN));
}

function deferred() {
    const parts = {};
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
    return parts;
}

function beHigh(pixels) {
    window.innerHeight = pixels;
    window.dispatchEvent(new CustomEvent('resize'));
}

const PROBLEM = { message: 'No answer.', code: 'service_timeout', retryable: true, request_id: '' };

describe('c-availability-panel', () => {
    beforeEach(() => {
        jest.useFakeTimers({ now: toMs(TUESDAY_MORNING) });
        beHigh(1000);
        serve();
    });

    describe('in a window that is not high', () => {
        const narrowDown = (element) => find(element, '.narrow-down');

        it('folds what the guest says, and keeps the week', async () => {
            beHigh(700);
            const element = await draw({ width: 'medium' });

            expect(find(element, 'c-guest-says').isFolded).toBe(true);
            expect(narrowDown(element)).not.toBeNull();
            expect(find(element, '.views')).not.toBeNull();
            expect(find(element, 'c-time-suggestions').isShort).toBe(true);

            narrowDown(element).click();
            await settle();
            expect(find(element, 'c-guest-says').isFolded).toBe(false);
            jest.useRealTimers();
            await expect(element).toBeAccessible();
        });

        it('follows the window as long as it is on the page', async () => {
            const element = await draw({ width: 'medium' });
            expect(narrowDown(element)).toBeNull();

            beHigh(700);
            await settle();
            expect(narrowDown(element)).not.toBeNull();

            element.remove();
            const stop = jest.spyOn(window, 'removeEventListener');
            document.body.appendChild(element);
            element.remove();
            expect(stop).toHaveBeenCalledWith('resize', expect.any(Function));
        });
    });

    afterEach(() => {
        document.body.replaceChildren();
        jest.useRealTimers();
        jest.clearAllMocks();
    });

    it('renders the current working week of the organizer’s zone when it is ready', async () => {
        const element = await draw();

        expect(datesOf(element)).toEqual([
            '2027-03-01',
            '2027-03-02',
            '2027-03-03',
            '2027-03-04',
            '2027-03-05'
        ]);
        expect(askAvailability.mock.calls[0]).toEqual([
            '00Q000000000001AAA',
            'type-1',
            {
                starts_from: '2027-02-28T23:00:00Z',
                starts_before: '2027-03-07T23:00:00Z',
                time_zone: BERLIN,
                host_id: 'anna',
                duration_minutes: 30,
                all_hosts: false,
                explain: true
            }
        ]);
        expect(find(element, 'h3').textContent).toContain('Mar 1');
        await jest.advanceTimersByTimeAsync(1);
        jest.useRealTimers();
        await expect(element).toBeAccessible();
    });

    it('renders what to do first when there is nothing to ask yet', async () => {
        const element = await draw({ isReady: false });

        expect(find(element, '.hint').textContent).toBe('Choose a host, or show everyone’s times.');
        expect(askAvailability).not.toHaveBeenCalled();
    });

    it('asks once when several properties change together', async () => {
        const element = await draw();
        askAvailability.mockClear();
        Object.assign(element, { hostId: 'ben', coHostIds: ['anna'], durationMinutes: 45 });
        await settle();

        const [first] = askAvailability.mock.calls;
        expect(asked()).toEqual(['2027-03-01', '2027-03-08']);
        expect(first[2]).toMatchObject({
            host_id: 'ben',
            co_host_ids: ['anna'],
            duration_minutes: 45
        });
    });

    it('asks for all hosts and counts who is free when everyone’s times are shown', async () => {
        const at = (date, minutes) => workedBy(['anna', 'ben'], date, minutes);
        serve({ at, people: [ANNA, BEN] });
        const element = await draw({ hostId: '', allHosts: true });

        expect(askAvailability.mock.calls[0][2]).toMatchObject({ all_hosts: true });
        expect(askAvailability.mock.calls[0][2].host_id).toBeUndefined();
        expect(gridOfPanel(element).isCounted).toBe(true);
    });

    it('tells who was asked and as of when', async () => {
        const element = createElement('c-availability-panel', { is: AvailabilityPanel });
        const handler = listen(element, 'peopleload');
        Object.assign(element, { recordId: 'r', bookingType: TYPE, hostId: 'anna' });
        element.timeZone = BERLIN;
        document.body.appendChild(element);
        await settle();

        expect(handler.mock.calls[0][0].detail.people).toEqual([expect.objectContaining(ANNA)]);
        expect(handler.mock.calls[0][0].detail.roles).toEqual([]);
        expect(handler.mock.calls[0][0].detail.asOf).toBe('2027-03-02T06:42:00Z');
        expect(find(element, '.as-of').textContent.replace(/\u202f/g, ' ')).toContain(
            'As of 7:42 AM'
        );
    });

    it('names who cannot be booked, with the reason', async () => {
        const unavailable = { code: 'x', detail: 'has to connect a calendar again' };
        serve({ people: [ANNA, { ...BEN, unavailable }] });
        const element = await draw();

        expect(find(element, '.unavailable').textContent).toContain(
            'Ben Cole has to connect a calendar again.'
        );
    });

    it.each([
        [
            'of the type',
            [away('anna'), { detail: 'holiday', message: 'is on a holiday (Founders’ day)' }],
            'Thursday, March 4 is on a holiday (Founders’ day).'
        ],
        [
            'of a person',
            [offOn('anna', 'holiday'), away('ben')],
            'This day is a holiday. Anna Berg is off: holiday; Ben Cole does not work then.'
        ],
        ['of nobody', [away('anna'), away('ben')], 'Nobody works on this day.']
    ])('says of a day without times which holiday it is: %s', async (_, reasons, words) => {
        const people = [ANNA, BEN];
        const at = (date, minutes) => {
            const isThen = date === '2027-03-04' && minutes >= 540 && minutes < 720;
            return isThen ? { reasons } : workedBy(['anna', 'ben'], date, minutes);
        };
        serve({ at, people });
        const element = await draw({ width: 'narrow', hostId: '', allHosts: true });

        await click(element, '[data-date="2027-03-04"]');

        expect(gridOfPanel(element).model.rows).toEqual([]);
        expect(gridOfPanel(element).emptyText).toBe(words);
    });

    it('leaves that to whoever says it beside the times', async () => {
        const unavailable = { code: 'x', detail: 'has to connect a calendar again' };
        serve({ people: [ANNA, { ...BEN, unavailable }] });
        const element = await draw({ hidesUnavailable: true });

        expect(find(element, '.unavailable')).toBeNull();
        expect(gridOfPanel(element).emptyText).not.toContain('below');
    });

    it('says that nobody can be booked when the only host cannot', async () => {
        const unavailable = { code: 'x', detail: 'has not connected a calendar' };
        const reason = { code: 'host_unavailable', detail: 'x', host_id: 'anna', message: 'has' };
        serve({ at: () => ({ reasons: [reason] }), people: [{ ...ANNA, unavailable }] });
        const element = await draw();

        expect(status(element)).toBe('Nobody here can be booked right now.');
        expect(find(element, '.offer')).toBeNull();
    });

    describe('weeks and days', () => {
        it('shows the next and the previous week', async () => {
            const element = await draw();
            await click(element, '.next');
            expect(datesOf(element)[0]).toBe('2027-03-08');

            await click(element, '.previous');
            expect(datesOf(element)[0]).toBe('2027-03-01');
        });

        it('comes back to today', async () => {
            const element = await draw();
            await click(element, '.next');
            await click(element, '.today');

            expect(datesOf(element)).toContain('2027-03-02');
        });

        it('shows the week of a date that is gone to', async () => {
            const element = await draw();
            await goTo(element, '2027-04-14');

            expect(datesOf(element)[0]).toBe('2027-04-12');
        });

        it('shows another week when Page Down is pressed in the grid', async () => {
            const element = await draw();
            gridOfPanel(element).dispatchEvent(
                new CustomEvent('periodstep', { detail: { steps: 1 } })
            );
            await settle();

            expect(datesOf(element)[0]).toBe('2027-03-08');
        });

        it('shows one day with a strip of days when it is narrow', async () => {
            const element = await draw({ width: 'narrow' });
            const strip = [...element.shadowRoot.querySelectorAll('.strip-button')];

            expect(datesOf(element)).toEqual(['2027-03-02']);
            expect(strip).toHaveLength(5);
            expect(strip[1].getAttribute('aria-pressed')).toBe('true');
            expect(strip[2].getAttribute('aria-label')).toBeNull();
            expect(strip[2].textContent).toBe('Wed36 free');
            strip[3].click();
            await settle();
            expect(datesOf(element)).toEqual(['2027-03-04']);
            await click(element, '.next');
            expect(datesOf(element)).toEqual(['2027-03-05']);
            await click(element, '.next');
            expect(datesOf(element)).toEqual(['2027-03-08']);
            await click(element, '.previous');
            expect(datesOf(element)).toEqual(['2027-03-05']);
        });

        it('keeps what is rarely used behind one button when it is narrow', async () => {
            const element = await draw({ width: 'narrow' });
            const button = find(element, '.narrow-down');

            expect(button.textContent).toBe('Narrow down');
            expect(button.getAttribute('aria-expanded')).toBe('false');
            expect(find(element, 'c-date-field')).toBeNull();
            expect(find(element, 'c-guest-zone')).toBeNull();
            expect(find(element, 'c-guest-says').isFolded).toBe(true);
            expect(find(element, 'h3').textContent).toBe('Tue, Mar 2');
            await click(element, '.narrow-down');
            expect(button.getAttribute('aria-expanded')).toBe('true');
            expect(find(element, 'c-guest-zone')).not.toBeNull();
            expect(find(element, 'c-guest-says').isFolded).toBe(false);
            jest.useRealTimers();
            await goTo(element, '2027-04-14');
            expect(datesOf(element)).toEqual(['2027-04-14']);
        });

        it('shows everything at once when there is room', async () => {
            const element = await draw();

            expect(find(element, '.narrow-down')).toBeNull();
            expect(find(element, 'c-date-field')).not.toBeNull();
            expect(find(element, 'c-guest-zone')).not.toBeNull();
            expect(find(element, 'c-guest-says').isFolded).toBe(false);
            jest.useRealTimers();
        });

        it('leads to the button when the last that the guest says is taken back', async () => {
            const element = await draw({ width: 'narrow' });
            await say(element, { dayPart: 'morning' });
            await say(element, {});

            expect(focused(element)).toBe(find(element, '.narrow-down'));
        });

        it('shows a day in a wide panel when that is chosen', async () => {
            const element = await draw();
            find(find(element, '.views'), '[data-value="day"]').click();
            await settle();

            expect(datesOf(element)).toEqual(['2027-03-02']);
            expect(find(element, 'h3').textContent).toBe('Tuesday, March 2');
        });
    });

    describe('nothing free', () => {
        it('says so when nothing is left this week', async () => {
            const at = (date, minutes) => {
                const { free, reasons } = usual(date, minutes);
                return free && date < '2027-03-08'
                    ? { reasons: [busy('anna')] }
                    : { free, reasons };
            };
            serve({ at });
            const element = await draw();

            expect(status(element)).toBe('Nothing free is left this week.');
            expect(datesOf(element)[0]).toBe('2027-03-01');
            expect(find(element, '.offer').label).toBe('Next free time');
            await click(element, '.offer');
            expect(datesOf(element)[0]).toBe('2027-03-08');
            expect(status(element)).toBe('Next free time: Monday at 9.');
        });

        it('goes to the next free time, asking for one from where the week ends', async () => {
            const at = (date, minutes) =>
                date === '2027-04-08' ? usual(date, minutes) : { reasons: [busy('anna')] };
            serve({ at });
            const element = await draw();
            askAvailability.mockClear();
            await click(element, '.next-free');

            expect(askAvailability.mock.calls[0][2]).toMatchObject({
                starts_from: '2027-03-07T23:00:00Z',
                most: 1,
                explain: false
            });
            expect(datesOf(element)[0]).toBe('2027-04-05');
            expect(status(element)).toBe('Next free time: Thursday, April 8 at 9.');
            expect(focused(element)).toBe(gridOfPanel(element));
            expect(gridOfPanel(element).shadowRoot.activeElement.getAttribute('data-start')).toBe(
                '2027-04-08T07:00:00Z'
            );
        });

        it('looks in pieces of at most 62 days until the booking window ends, then says so', async () => {
            serve({ at: () => ({ reasons: [busy('anna')] }) });
            const element = await draw({ bookingType: { ...TYPE, booking_window_days: 100 } });
            askAvailability.mockClear();
            await click(element, '.next-free');

            const spans = askAvailability.mock.calls.map(([, , times]) => {
                return (toMs(times.starts_before) - toMs(times.starts_from)) / 86400000;
            });
            expect(spans).toHaveLength(2);
            expect(spans[0]).toBe(62);
            expect(spans[1]).toBeLessThan(62);
            expect(askAvailability.mock.calls[1][2].starts_before).toBe('2027-06-10T07:00:01Z');
            expect(status(element)).toBe(
                'Nothing is free as far ahead as can be booked (Thursday, June 10).'
            );
        });

        it('starts from now when what is shown is further ahead than can be booked', async () => {
            serve({ at: () => ({ reasons: [busy('anna')] }) });
            const element = await draw({ bookingType: { ...TYPE, booking_window_days: 20 } });
            await goTo(element, '2035-01-15');
            askAvailability.mockClear();
            await click(element, '.next-free');

            const [, , times] = askAvailability.mock.calls[0];
            expect(toMs(times.starts_from)).toBe(toMs(TUESDAY_MORNING));
        });
    });

    describe('when the working week is over', () => {
        const SATURDAY = '2027-03-06T10:00:00Z';
        const MOVED_ON = 'This working week is over. You see next week.';

        it.each([
            ['a Saturday', SATURDAY],
            ['a Sunday evening', '2027-03-07T21:00:00Z'],
            ['a Friday evening', '2027-03-05T17:00:00Z']
        ])('shows the next one on %s by itself, and says so', async (name, now) => {
            jest.setSystemTime(toMs(now));
            const element = await draw();

            expect(datesOf(element)[0]).toBe('2027-03-08');
            expect(status(element)).toBe(MOVED_ON);
            expect(find(element, '.offer')).toBeNull();
            expect(find(element, 'c-time-suggestions').slots.length).toBeGreaterThan(0);
            expect(asked()).toEqual(['2027-03-01', '2027-03-08', '2027-03-15']);
        });

        it('shows the next one when the rest of it is too near to be booked', async () => {
            jest.setSystemTime(toMs('2027-03-05T07:00:00Z'));
            const at = (date, minutes) => {
                const { free, reasons } = usual(date, minutes);
                return free && date < '2027-03-08' ? { reasons: [tooNear()] } : { free, reasons };
            };
            serve({ at });
            const element = await draw();

            expect(datesOf(element)[0]).toBe('2027-03-08');
            expect(status(element)).toBe(MOVED_ON);
        });

        it('asks for both weeks at once', async () => {
            jest.setSystemTime(toMs(SATURDAY));
            askAvailability.mockImplementation(() => deferred().promise);
            await draw();

            expect(asked()).toEqual(['2027-03-01', '2027-03-08']);
        });

        it.each([
            ['Previous week', '.previous'],
            ['Today', '.today']
        ])('shows the old one when %s is pressed, with the way on', async (name, button) => {
            jest.setSystemTime(toMs(SATURDAY));
            const element = await draw();
            await click(element, button);

            expect(datesOf(element)[0]).toBe('2027-03-01');
            expect(status(element)).toBe('This working week is over.');
            expect(find(element, '.offer').label).toBe('Show next week');
            await click(element, '.offer');
            expect(datesOf(element)[0]).toBe('2027-03-08');
            expect(status(element)).toBe('');
            expect(focused(element)).toBe(find(element, 'h3'));
        });

        it('says also when nothing is free in the next one', async () => {
            jest.setSystemTime(toMs(SATURDAY));
            const at = (date, minutes) => {
                const { free, reasons } = usual(date, minutes);
                return free ? { reasons: [busy('anna')] } : { reasons };
            };
            serve({ at });
            const element = await draw();

            expect(status(element)).toBe(`${MOVED_ON} Nothing is free in this week.`);
        });

        it('stays when the booking window ends before the next one', async () => {
            jest.setSystemTime(toMs(SATURDAY));
            const element = await draw({ bookingType: { ...TYPE, booking_window_days: 1 } });

            expect(status(element)).toBe('This working week is over.');
            expect(asked()).toEqual(['2027-03-01']);
        });

        it('stays with the next one when the calendars are read again', async () => {
            jest.setSystemTime(toMs(SATURDAY));
            const element = await draw();
            askAvailability.mockClear();
            await click(element, '.refresh');

            expect(datesOf(element)[0]).toBe('2027-03-08');
            expect(status(element)).toBe(MOVED_ON);
            expect(asked()).toEqual(['2027-03-08', '2027-03-15']);
        });

        it('starts with the current week again for a host who still works in it', async () => {
            jest.setSystemTime(toMs('2027-03-05T17:00:00Z'));
            const element = await draw();
            serve({
                people: [BEN],
                at: (date, minutes) =>
                    date === '2027-03-06' && minutes === 600
                        ? { free: ['ben'] }
                        : usual(date, minutes)
            });
            element.hostId = 'ben';
            await settle();

            expect(datesOf(element)).toContain('2027-03-06');
            expect(status(element)).toBe('');
        });

        it('keeps the week of a chosen time in sight, whatever is asked next', async () => {
            jest.setSystemTime(toMs(SATURDAY));
            const element = await draw();
            const slot = { start_at: '2027-03-09T08:00:00Z', end_at: '', host_ids: ['anna'] };
            gridOfPanel(element).dispatchEvent(new CustomEvent('timechoose', { detail: { slot } }));
            askAvailability.mockClear();
            element.coHostIds = ['ben'];
            await settle();

            expect(datesOf(element)[0]).toBe('2027-03-08');
            expect(asked()).toEqual(['2027-03-08', '2027-03-15']);
        });
    });

    describe('what the guest says', () => {
        it('dims what does not suit and lets the suggestions follow', async () => {
            const element = await draw({ guestTimeZone: BERLIN });
            await say(element, { weekdays: [4] });

            const { slots } = find(element, 'c-time-suggestions');
            const suggestions = slots.map((slot) => slot.start_at);
            expect(suggestions).toHaveLength(2);
            expect(suggestions.every((start) => start.startsWith('2027-03-04'))).toBe(true);
            const row = gridOfPanel(element).model.rows[2];
            expect(row.cells.map((cell) => Boolean(cell.isMatch && cell.isOffered))).toEqual([
                false,
                false,
                false,
                true,
                false
            ]);
        });

        it('is taken on the guest’s clock', async () => {
            const element = await draw({ guestTimeZone: NEW_YORK });
            await say(element, { dayPart: 'afternoon' });

            // Nine to twelve in Berlin is three to six in New York: never an afternoon.
            expect(gridOfPanel(element).model.matching).toBe(0);
        });

        it('offers the next time that suits when none of this week does', async () => {
            const element = await draw({ guestTimeZone: BERLIN });
            await say(element, { notBefore: '2027-03-16' });

            expect(status(element)).toBe(
                'None of these times suits what the guest says. ' +
                    'Next that suits: Tuesday, March 16 at 9.'
            );
            await click(element, '.offer');
            expect(datesOf(element)[0]).toBe('2027-03-15');
        });

        it('offers the next time that suits also when nothing at all is free this week', async () => {
            const at = (date, minutes) => {
                const { free, reasons } = usual(date, minutes);
                return free && date < '2027-03-08'
                    ? { reasons: [busy('anna')] }
                    : { free, reasons };
            };
            serve({ at });
            const element = await draw({ guestTimeZone: BERLIN });
            await say(element, { weekdays: [5] });

            expect(status(element)).toBe(
                'Nothing free is left this week. Next that suits: Friday, March 12 at 9.'
            );
        });

        it('says until when nothing suits', async () => {
            const element = await draw({ guestTimeZone: BERLIN });
            await say(element, { dayPart: 'afternoon' });

            expect(status(element)).toBe(
                'Nothing that suits the guest is free as far ahead as can be booked (Saturday, May 1).'
            );
        });
    });

    describe('choices', () => {
        it('tells of a chosen time with everybody who was asked', async () => {
            const element = await draw();
            const handler = listen(element, 'slotchoose');
            const slot = { start_at: TUESDAY_TEN, end_at: TUESDAY_TEN };
            gridOfPanel(element).dispatchEvent(new CustomEvent('timechoose', { detail: { slot } }));

            expect(handler.mock.calls[0][0].detail).toEqual({
                slot: { ...slot, host_ids: ['anna'] },
                people: [expect.objectContaining(ANNA)]
            });
            expect(handler.mock.calls[0][0].bubbles).toBe(false);
        });

        it('tells of another zone of the guest and speaks in it', async () => {
            const element = await draw();
            const handler = listen(element, 'guestzonechange');
            find(element, 'c-guest-zone').dispatchEvent(
                new CustomEvent('zonechange', { detail: { timeZone: NEW_YORK } })
            );
            await settle();

            expect(handler.mock.calls[0][0].detail).toEqual({ timeZone: NEW_YORK });
            expect(gridOfPanel(element).guestZone).toBe(NEW_YORK);
            expect(find(element, 'c-time-suggestions').guestZone).toBe(NEW_YORK);
        });

        it('offers durations when the type has several, and asks again for another', async () => {
            const element = await draw({ bookingType: { ...TYPE, durations_minutes: [30, 60] } });
            const handler = listen(element, 'durationchange');
            const group = find(element, '.durations c-toggle-buttons');
            const buttons = [...group.shadowRoot.querySelectorAll('button')];
            expect(buttons.map((button) => button.textContent)).toEqual(['30 min', '60 min']);
            expect(buttons[0].getAttribute('aria-pressed')).toBe('true');

            askAvailability.mockClear();
            buttons[1].click();
            await settle();
            expect(handler.mock.calls[0][0].detail).toEqual({ minutes: 60 });
            expect(askAvailability.mock.calls[0][2].duration_minutes).toBe(60);
        });

        it('moves the focus to the chosen time when details close', async () => {
            const element = await draw({ chosenStartAt: TUESDAY_TEN });
            element.focusChosen();
            await settle();

            const cell = gridOfPanel(element).shadowRoot.activeElement;
            expect(cell.getAttribute('data-start')).toBe(TUESDAY_TEN);
        });
    });

    describe('loading', () => {
        it('says what is awaited after 300 ms, and not before', async () => {
            askAvailability.mockReturnValue(deferred().promise);
            const element = await draw({ coHostIds: ['ben', 'cara'] });
            expect(status(element)).toBe('');

            await jest.advanceTimersByTimeAsync(300);
            expect(status(element)).toBe('Reading 3 calendars…');
        });

        it('keeps the week before visible and dimmed until the next one is there', async () => {
            const element = await draw();
            const next = deferred();
            askAvailability.mockReturnValue(next.promise);
            element.hostId = 'ben';
            await settle();
            expect(datesOf(element)[0]).toBe('2027-03-01');
            expect(gridOfPanel(element).isStale).toBe(true);

            next.resolve(answerTo(askAvailability.mock.calls[0][2]));
            await settle();
            expect(gridOfPanel(element).isStale).toBe(false);
        });

        it('drops an answer that comes after another question was asked', async () => {
            const late = deferred();
            askAvailability.mockReturnValueOnce(late.promise);
            const element = await draw();
            const times = askAvailability.mock.calls[0][2];
            serve({ people: [BEN] });
            element.hostId = 'ben';
            await settle();
            late.resolve(answerTo(times, { people: [ANNA] }));
            await settle();

            expect(gridOfPanel(element).times.people).toEqual([BEN]);
        });

        it('reads the next week ahead and does not ask for it again within a minute', async () => {
            const element = await draw();
            expect(asked()).toEqual(['2027-03-01', '2027-03-08']);

            askAvailability.mockClear();
            await click(element, '.next');
            expect(asked()).toEqual(['2027-03-15']);

            askAvailability.mockClear();
            jest.setSystemTime(toMs(TUESDAY_MORNING) + 61000);
            await click(element, '.previous');
            expect(asked()).toEqual(['2027-03-01', '2027-03-08']);
        });

        it('does not read ahead beyond the booking window', async () => {
            await draw({ bookingType: { ...TYPE, booking_window_days: 3 } });

            expect(asked()).toEqual(['2027-03-01']);
        });

        it('reads the calendars again when that is asked for', async () => {
            const element = await draw();
            askAvailability.mockClear();
            await click(element, '.refresh');

            expect(asked()).toEqual(['2027-03-01', '2027-03-08']);
        });

        it('shows a problem and asks again on retry', async () => {
            askAvailability.mockImplementation(() => Promise.reject(PROBLEM));
            const element = await draw();
            const shown = find(element, 'c-booking-problem');
            expect(shown.problem).toEqual(PROBLEM);
            expect(gridOfPanel(element)).toBeNull();

            serve();
            shown.dispatchEvent(new CustomEvent('retry'));
            await settle();
            expect(find(element, 'c-booking-problem')).toBeNull();
            expect(datesOf(element)[0]).toBe('2027-03-01');
        });

        it('keeps the times when only reading them again fails', async () => {
            const element = await draw();
            askAvailability.mockImplementation(() => Promise.reject(PROBLEM));
            await click(element, '.refresh');

            expect(find(element, 'c-booking-problem')).not.toBeNull();
            expect(gridOfPanel(element).isStale).toBe(false);
        });

        it('tells nobody of a problem with the week that is read ahead', async () => {
            askAvailability.mockImplementation((recordId, typeId, times) =>
                dateIn(times.starts_from, BERLIN) === '2027-03-01'
                    ? Promise.resolve(answerTo(times))
                    : Promise.reject(PROBLEM)
            );
            const element = await draw();

            expect(find(element, 'c-booking-problem')).toBeNull();
        });

        it('never loses the focus in the grid while weeks come and go', async () => {
            const element = await draw();
            gridOfPanel(element).focusStart('2027-03-04T08:30:00Z');
            await settle();
            gridOfPanel(element).dispatchEvent(
                new CustomEvent('periodstep', { detail: { steps: 1 } })
            );
            await settle();

            const cell = gridOfPanel(element).shadowRoot.activeElement;
            expect(cell.getAttribute('data-start')).toBe('2027-03-11T08:30:00Z');
        });

        it('leads who stood in the grid to the problem when a week cannot be shown', async () => {
            const element = await draw();
            gridOfPanel(element).focusStart('2027-03-04T08:30:00Z');
            await settle();
            askAvailability.mockImplementation(() => Promise.reject(PROBLEM));
            jest.setSystemTime(toMs(TUESDAY_MORNING) + 61000);
            gridOfPanel(element).dispatchEvent(
                new CustomEvent('periodstep', { detail: { steps: 2 } })
            );
            await settle();

            expect(focused(element)).toBe(find(element, 'c-booking-problem'));
        });
    });
});
