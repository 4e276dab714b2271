import { createElement } from 'lwc';
import BookingProgress from 'c/bookingProgress';
import { askBooking } from 'c/bookingCalls';

jest.mock('c/bookingCalls', () => ({ askBooking: jest.fn() }));

const target = (name, more = {}) => ({
    target: name,
    title: `The ${name}`,
    state: 'pending',
    detail: 'On its way.',
    is_done: false,
    needs_attention: false,
    ...more
});

const DONE = { is_done: true, detail: 'Ready.' };
const STUCK = {
    needs_attention: true,
    detail: 'Needs a person: Google no longer lets us in — it has to be connected again.'
};

const bookingOf = (targets, more = {}) => ({
    booking_id: 'booking-1',
    start_at: '2026-11-24T10:00:00Z',
    end_at: '2026-11-24T10:30:00Z',
    duration_minutes: 30,
    time_zone: 'America/New_York',
    host: { host_id: 'id-Ada', name: 'Ada' },
    co_hosts: [],
    guests: [{ email: 'guest@x.example', name: 'Gil Guest' }],
    invites_guests: true,
    platform: 'zoom',
    platform_name: 'Zoom',
    place: '',
    is_settled: targets.every((each) => each.is_done),
    targets,
    ...more
});

const PENDING = bookingOf([target('event'), target('notice', { subject_id: 'id-Ada' })]);
const HALF = bookingOf([target('event', DONE), target('notice', { subject_id: 'id-Ada' })]);
const SETTLED = bookingOf([
    target('event', DONE),
    target('notice', { ...DONE, subject_id: 'id-Ada' })
]);
const NEEDING = bookingOf([target('event', STUCK), target('notice', { subject_id: 'id-Ada' })]);

describe('c-booking-progress', () => {
    let element;
    let told;

    beforeEach(() => {
        jest.useFakeTimers();
        askBooking.mockReset();
        askBooking.mockResolvedValue(PENDING);
    });

    afterEach(() => {
        element.remove();
        jest.useRealTimers();
    });

    async function show(properties = {}) {
        element = createElement('c-booking-progress', { is: BookingProgress });
        Object.assign(
            element,
            { booking: PENDING, timeZone: 'Europe/London', guestTimeZone: 'America/New_York' },
            properties
        );
        told = [];
        const note = (event) => told.push([event.type, event.detail]);
        ['bookingupdate', 'done', 'another'].forEach((name) =>
            element.addEventListener(name, note)
        );
        document.body.appendChild(element);
        await pass(0);
    }

    const pass = (seconds) => jest.advanceTimersByTimeAsync(seconds * 1000);
    const find = (selector) => element.shadowRoot.querySelector(selector);
    const all = (selector) => [...element.shadowRoot.querySelectorAll(selector)];
    // Intl sets narrow blanks.
    const plain = (words) => words.replace(/\s/g, ' ');
    const text = () => plain(element.shadowRoot.textContent);
    const button = (label) => all('lightning-button').find((each) => each.label === label);
    const click = async (label) => {
        button(label).dispatchEvent(new CustomEvent('click'));
        await pass(0);
    };

    it('renders who took the parts that whoever is free takes', async () => {
        await show();
        expect(text()).not.toContain('From your side');

        element.booking = bookingOf([], {
            booking_id: 'booking-2',
            co_hosts: [
                { host_id: 'id-Bo', name: 'Bo', role_name: 'Solution engineer' },
                { host_id: 'id-Cy', name: 'Cy' }
            ]
        });
        await pass(0);
        expect(text()).toContain('From your side: Ada, Bo (Solution engineer), and Cy');
    });

    it('renders what was answered and what the guest agreed to', async () => {
        const said = {
            answers: [
                { key: 'budget', label: 'Budget', value: '12.5' },
                { key: 'urgent', label: 'Urgent', value: 'true' }
            ],
            consent: { text: 'May we record this?', at: '2026-11-23T10:00:00Z' }
        };
        await show({ booking: bookingOf([], said) });

        expect(all('li.said').map((each) => each.textContent)).toEqual([
            'Budget: 12.5',
            'Urgent: Yes'
        ]);
        expect(text()).toContain('The guest agreed on Mon, Nov 23');
        expect(find('blockquote').textContent).toBe('May we record this?');
        jest.useRealTimers();
        await expect(element).toBeAccessible();
    });

    it('renders neither answers nor consent where nothing was asked for', async () => {
        await show();

        expect(text()).not.toContain('What was answered');
        expect(text()).not.toContain('Consent');
    });
    const rows = () => all('.target').map((each) => each.textContent);
    const summary = () => plain(find('c-copyable-text').text);

    describe('without a connection', () => {
        beforeEach(async () => {
            const offline = { code: 'offline', message: 'No connection.', retryable: true };
            askBooking.mockRejectedValueOnce(offline);
            await show();
            await pass(1);
        });

        it('renders that it looks again by itself', () => {
            expect(text()).toContain(
                'cannot be seen while you are offline; it is looked at again when you are back.'
            );
        });

        it('looks as soon as the connection is back, and only then', async () => {
            askBooking.mockClear();
            askBooking.mockResolvedValue(SETTLED);
            window.dispatchEvent(new CustomEvent('online'));
            await pass(0);
            expect(text()).not.toContain('offline');
            window.dispatchEvent(new CustomEvent('online'));
            await pass(0);

            expect(askBooking).toHaveBeenCalledTimes(1);
        });
    });

    describe('at once', () => {
        it('renders that it is booked, when and with whom', async () => {
            await show();

            expect(plain(find('.heading').textContent)).toBe(
                'Booked: Tue, Nov 24, 10:00 – 10:30 AM with Ada'
            );
            expect(text()).toContain('5:00 – 5:30 AM for the guest, in New York');
        });

        it.each(['invitation', 'calendar_event'])(
            'promises no invitation while the %s needs a person',
            async (name) => {
                await show({ booking: bookingOf([target(name)]) });
                expect(summary()).toContain('invitation');

                element.booking = bookingOf([target(name, STUCK)]);
                await pass(0);

                expect(summary()).toContain('Ada');
                expect(summary()).not.toContain('invitation');
            }
        );

        it('still promises the invitation while something else needs a person', async () => {
            await show({ booking: bookingOf([target('notice', STUCK), target('invitation')]) });

            expect(summary()).toContain('invitation');
        });

        it('renders that it is booked in amber when something needs a person', async () => {
            await show({ booking: NEEDING });

            expect(plain(find('.heading').textContent)).toBe(
                'Booked, but something needs a person: Tue, Nov 24, 10:00 – 10:30 AM with Ada'
            );
            expect(find('.banner').classList).toContain('banner_attention');
            expect(find('.banner lightning-icon').variant).toBe('warning');
        });

        it('renders when it is tried next on the organizer’s clock too', async () => {
            const detail = 'Google asked us to slow down; next try at 15:33 UTC.';
            const waiting = target('a', { detail, next_attempt_at: '2026-11-24T15:33:00Z' });
            await show({ booking: bookingOf([waiting]), timeZone: 'Europe/Berlin' });

            expect(text()).toContain(`${detail} That is 4:33 PM your time.`);
        });

        it('renders headings that follow the title of the dialog or the card', async () => {
            await show();

            expect(all('h1, h2, h3, h4').map((each) => each.tagName)).toEqual(['H2', 'H3', 'H3']);
        });

        it('renders host and co-hosts', async () => {
            await show({
                booking: bookingOf(PENDING.targets, {
                    co_hosts: [{ host_id: 'id-Cy', name: 'Cy' }]
                })
            });

            expect(find('.heading').textContent).toContain('with Ada and Cy');
        });

        it('renders each target with word and detail', async () => {
            await show({
                booking: bookingOf([target('a', DONE), target('b', STUCK), target('c')])
            });

            expect(rows()).toEqual([
                'The aReady.Done',
                `The b${STUCK.detail}To do`,
                'The cOn its way.Under way'
            ]);
            expect(text()).toContain('One thing behind it needs a person');
        });

        it('gives the focus to the confirmation', async () => {
            await show();

            element.focus();

            expect(element.shadowRoot.activeElement).toBe(find('.heading'));
        });
    });

    describe('asking how far it has come', () => {
        it('asks after 1, 2 and then each 5 seconds', async () => {
            await show();
            const counts = [];

            for (const seconds of [0.9, 0.1, 1.9, 0.1, 4.9, 0.1, 4.9, 0.1]) {
                await pass(seconds);
                counts.push(askBooking.mock.calls.length);
            }

            expect(counts).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
            expect(askBooking).toHaveBeenCalledWith('booking-1');
        });

        it('never asks again before an answer is there', async () => {
            askBooking.mockReturnValue(new Promise(() => {}));
            await show();

            await pass(120);

            expect(askBooking).toHaveBeenCalledTimes(1);
        });

        it('renders and tells each answer, and reads out only what changed', async () => {
            askBooking.mockResolvedValueOnce(HALF);
            await show();

            await pass(1);

            expect(rows()[0]).toBe('The eventReady.Done');
            expect(text()).toContain('1 of 2 done.');
            expect(find('[aria-live="polite"]').textContent).toBe('The event: Ready.');
            expect(told).toEqual([['bookingupdate', { booking: HALF }]]);
        });

        it('stops when everything is done', async () => {
            askBooking.mockResolvedValueOnce(SETTLED);
            await show();

            await pass(120);

            expect(askBooking).toHaveBeenCalledTimes(1);
            expect(text()).toContain('Everything is done.');
            expect(button('Refresh')).toBeUndefined();
        });

        it('asks nothing when everything is done from the start', async () => {
            await show({ booking: SETTLED });

            await pass(120);

            expect(askBooking).not.toHaveBeenCalled();
        });

        it('stops when it is gone, and drops the answer that comes then', async () => {
            let answer;
            askBooking.mockReturnValueOnce(
                new Promise((resolve) => {
                    answer = resolve;
                })
            );
            await show();
            await pass(1);

            element.remove();
            answer(SETTLED);
            await pass(120);

            expect(askBooking).toHaveBeenCalledTimes(1);
            expect(told).toEqual([]);
            expect(jest.getTimerCount()).toBe(0);
        });

        it('goes on as it was when it gets its own answer back', async () => {
            await show();
            await pass(3);
            expect(askBooking).toHaveBeenCalledTimes(2);

            element.booking = { ...PENDING };
            await pass(2);

            expect(askBooking).toHaveBeenCalledTimes(2);
        });

        it('begins anew for another booking', async () => {
            await show({ booking: SETTLED });

            element.booking = { ...PENDING, booking_id: 'booking-2' };
            await pass(1);

            expect(askBooking).toHaveBeenCalledWith('booking-2');
        });
    });

    describe('after a minute', () => {
        it('says that not everything has answered, and offers to refresh', async () => {
            await show();
            await pass(55);
            expect(button('Refresh')).toBeUndefined();

            await pass(10);
            const calls = askBooking.mock.calls.length;
            await pass(300);

            expect(text()).toContain('Not everything has answered yet.');
            expect(button('Refresh')).toBeDefined();
            expect(askBooking).toHaveBeenCalledTimes(calls);
        });

        it('keeps on looking for a minute when something needs a person', async () => {
            askBooking.mockResolvedValue(NEEDING);
            await show({ booking: NEEDING });

            await pass(30);

            expect(askBooking.mock.calls.length).toBeGreaterThan(5);
            expect(text()).toContain('it has to be connected again');
        });

        it('asks at once when Refresh is pressed, and goes on', async () => {
            await show();
            await pass(70);
            askBooking.mockClear();

            await click('Refresh');
            expect(askBooking).toHaveBeenCalledTimes(1);
            await pass(10);

            expect(askBooking.mock.calls.length).toBeGreaterThan(1);
        });
    });

    describe('when it cannot be asked', () => {
        const PROBLEM = { message: 'The service does not answer.', code: 'x', retryable: true };

        it('still says that it is booked, says why nothing is seen, and goes on', async () => {
            askBooking.mockRejectedValueOnce(PROBLEM);
            await show();

            await pass(1);
            expect(find('.heading').textContent).toContain('Booked:');
            expect(rows()).toHaveLength(2);
            expect(text()).toContain('The meeting is booked.');
            expect(text()).toContain('The service does not answer.');
            await pass(2);

            expect(text()).not.toContain('The service does not answer.');
        });

        it('leaves off when asking again does not help, and offers to refresh', async () => {
            askBooking.mockRejectedValue({ ...PROBLEM, retryable: false });
            await show();

            await pass(60);

            expect(askBooking).toHaveBeenCalledTimes(1);
            expect(button('Refresh')).toBeDefined();
        });
    });

    describe('the summary', () => {
        it('is in the guest’s zone, to be read out', async () => {
            await show();

            expect(summary()).toBe(
                'You are meeting Ada on Tuesday, November 24 at 5:00 AM, New York time, ' +
                    'for 30 minutes, on Zoom. The invitation comes by email to guest@x.example.'
            );
        });

        it('is in the booking’s zone when nobody knows the guest’s', async () => {
            await show({
                guestTimeZone: '',
                booking: bookingOf(PENDING.targets, { time_zone: 'Asia/Tokyo' })
            });

            expect(summary()).toContain('7:00 PM, Tokyo time');
        });

        it('names the place where there is no platform, and no invitation where none is sent', async () => {
            await show({
                booking: bookingOf(PENDING.targets, {
                    platform: 'none',
                    platform_name: 'No platform',
                    place: '12 Main Street',
                    invites_guests: false
                })
            });

            expect(summary()).toContain('for 30 minutes, at 12 Main Street.');
            expect(summary()).not.toContain('invitation');
        });
    });

    describe('the join link', () => {
        const link = () => all('c-copyable-text')[1];

        it('renders none before there is one', async () => {
            await show();

            expect(link()).toBeUndefined();
        });

        it('renders it as soon as it is there', async () => {
            const url = 'https://meet.example/abc';
            askBooking.mockResolvedValueOnce({ ...HALF, join_url: url });
            await show();
            await pass(1);

            expect(link().text).toBe(url);
            expect(link().href).toBe(url);
        });

        it('is no link when a browser would run it', async () => {
            await show({ booking: { ...PENDING, join_url: 'data:text/html,x' } });

            expect(link().href).toBe('');
        });
    });

    it('tells that another one is to be booked, and that it is done', async () => {
        await show();

        await click('Book another');
        await click('Done');

        expect(told.map(([name]) => name)).toEqual(['another', 'done']);
    });

    it('is accessible', async () => {
        await show({
            booking: {
                ...bookingOf([target('a', DONE), target('b', STUCK), target('c')]),
                join_url: 'https://meet.example/abc'
            }
        });
        jest.useRealTimers();

        await expect(element).toBeAccessible();
    });
});
