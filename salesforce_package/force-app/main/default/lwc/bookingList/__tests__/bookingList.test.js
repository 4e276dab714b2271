import { createElement } from 'lwc';
import BookingList from 'c/bookingList';

const NOW = Date.parse('2026-11-24T12:00:00Z');

function aBooking(more = {}) {
    return {
        booking_id: 'b1',
        booking_type: { name: 'Intro call' },
        status: 'scheduled',
        start_at: '2026-11-24T15:00:00Z',
        end_at: '2026-11-24T15:30:00Z',
        time_zone: 'Europe/London',
        host: { host_id: '005A', name: 'Ana Host' },
        co_hosts: [],
        platform: 'zoom',
        platform_name: 'Zoom',
        place: '',
        booked_by: { kind: 'user', id: '005O', name: 'Otto Organizer' },
        targets: [
            aTarget('conference', 'Zoom meeting', { is_done: true, detail: 'Ready.' }),
            aTarget('calendar_event', 'Calendar event', { detail: 'On its way.' })
        ],
        ...more
    };
}

function aTarget(target, title, more = {}) {
    return { target, title, detail: '', is_done: false, needs_attention: false, ...more };
}

function show(bookings, more = {}) {
    const element = createElement('c-booking-list', { is: BookingList });
    Object.assign(element, {
        bookings,
        now: NOW,
        timeZone: 'Europe/London',
        locale: 'en-GB',
        ...more
    });
    document.body.appendChild(element);
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const findAll = (element, selector) => [...element.shadowRoot.querySelectorAll(selector)];
const text = (element) => element.shadowRoot.textContent;

async function open(element) {
    find(element, '.toggle').click();
    await Promise.resolve();
}

afterEach(() => {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
});

describe('c-booking-list', () => {
    it('renders who takes which part, what was answered and what was agreed to', async () => {
        const element = show([
            aBooking({
                co_hosts: [{ host_id: '005C', name: 'Cleo', role_name: 'Solution engineer' }],
                answers: [{ key: 'urgent', label: 'Urgent', value: 'false' }],
                consent: { text: 'May we record this?', at: '2026-11-23T10:00:00Z' }
            })
        ]);
        expect(find(element, '.who').textContent).toBe(
            'With Ana Host; co-hosts: Cleo (Solution engineer)'
        );
        expect(find(element, '.answer')).toBeNull();

        await open(element);
        expect(find(element, '.answer').textContent).toBe('Urgent: No');
        expect(find(element, '.consent').textContent).toBe(
            'The guest agreed on Monday 23 November: “May we record this?”'
        );
        await expect(element).toBeAccessible();
    });

    it('renders when, with whom, what, where and by whom of a booking', async () => {
        const element = show([aBooking({ co_hosts: [{ host_id: '005C', name: 'Cleo' }] })]);

        expect(find(element, '.day').textContent).toBe('Today, Tue 24 Nov');
        expect(find(element, '.time').textContent).toBe('15:00\u201315:30');
        expect(find(element, '.who').textContent).toBe('With Ana Host; co-hosts: Cleo');
        expect(text(element)).toContain('Intro call');
        expect(text(element)).toContain('Zoom');
        expect(text(element)).toContain('Booked by Otto Organizer');
        await expect(element).toBeAccessible();
    });

    it.each([
        ['2026-11-23T10:00:00Z', 'Yesterday, Mon 23 Nov'],
        ['2026-11-25T10:00:00Z', 'Tomorrow, Wed 25 Nov'],
        ['2026-11-26T10:00:00Z', 'Thu 26 Nov'],
        ['2027-01-04T10:00:00Z', 'Monday, 4 January 2027']
    ])('renders the day of %s as "%s"', (startAt, words) => {
        const element = show([aBooking({ start_at: startAt, end_at: startAt })]);
        expect(find(element, '.day').textContent).toBe(words);
    });

    it('renders days and times of the organizer’s zone, and what was agreed with the guest', async () => {
        const element = show(
            [
                aBooking({
                    start_at: '2026-11-24T23:30:00Z',
                    end_at: '2026-11-25T00:00:00Z',
                    time_zone: 'America/New_York'
                })
            ],
            { timeZone: 'Asia/Tokyo' }
        );
        await open(element);

        expect(find(element, '.day').textContent).toBe('Tomorrow, Wed 25 Nov');
        expect(find(element, '.time').textContent).toBe('08:30\u201309:00');
        expect(text(element)).toContain(
            'Agreed as Tue 24 Nov, 18:30\u201319:00 in New York (GMT-5)'
        );
    });

    it.each([
        ['Scheduled', {}],
        ['Rescheduled', { status: 'rescheduled' }],
        ['Canceled', { status: 'canceled' }],
        ['No-show', { status: 'no_show' }],
        ['Past', { start_at: '2026-11-24T11:00:00Z', end_at: '2026-11-24T11:30:00Z' }],
        [
            'Past',
            {
                status: 'rescheduled',
                start_at: '2026-11-24T11:30:00Z',
                end_at: '2026-11-24T12:00:00Z'
            }
        ],
        ['Happening now', { start_at: '2026-11-24T11:45:00Z', end_at: '2026-11-24T12:15:00Z' }]
    ])('renders "%s" in words and by an icon', (words, more) => {
        const element = show([aBooking(more)]);

        expect(find(element, '.state').textContent).toBe(words);
        expect(find(element, '.state lightning-icon').iconName).toMatch(/^utility:/);
    });

    it('renders when a target is tried next on the organizer’s clock too', async () => {
        const detail = 'Google asked us to slow down; next try at 15:33 UTC.';
        const slow = { detail, next_attempt_at: '2026-11-24T15:33:00Z' };
        const booking = aBooking({ targets: [aTarget('calendar_event', 'Calendar event', slow)] });
        const element = show([booking], { timeZone: 'Europe/Berlin' });
        await open(element);

        expect(text(element)).toContain(`${detail} That is 16:33 your time.`);
    });

    it('renders what needs a person without being opened', () => {
        const late = { needs_attention: true, detail: 'Ask Ana to reconnect her calendar.' };
        const one = show([
            aBooking({ targets: [aTarget('calendar_event', 'Calendar event', late)] })
        ]);
        const two = show([
            aBooking({
                targets: [
                    aTarget('calendar_event', 'Calendar event', late),
                    aTarget('invitation', 'Guest invitation', late)
                ]
            })
        ]);

        expect(find(one, '.attention').textContent).toBe('Calendar event needs a person');
        expect(find(two, '.attention').textContent).toBe('Calendar event and 1 more need a person');
        expect(find(show([aBooking()]), '.attention')).toBeNull();
    });

    it('renders no green where something needs a person', () => {
        const late = { needs_attention: true };
        const element = show([
            aBooking({ targets: [aTarget('calendar_event', 'Calendar event', late)] })
        ]);

        expect(find(element, '.state').classList).toContain('state_attention');
        expect(find(element, '.state lightning-icon').variant).toBe('warning');
        expect(find(show([aBooking()]), '.state').classList).toContain('state_good');
    });

    it('renders each target’s state in words and the link when it is opened', async () => {
        const element = show([aBooking({ join_url: 'https://zoom.example/j/1', notes: 'Call' })]);
        expect(find(element, '.more')).toBeNull();

        await open(element);

        expect(find(element, '.toggle').getAttribute('aria-expanded')).toBe('true');
        expect(findAll(element, '.target').map((each) => each.textContent)).toEqual([
            'Zoom meetingReady.',
            'Calendar eventOn its way.'
        ]);
        expect(
            findAll(element, '.target lightning-icon').map((each) => each.alternativeText)
        ).toEqual(['Done', 'Under way']);
        expect(find(element, 'a').href).toBe('https://zoom.example/j/1');
        await expect(element).toBeAccessible();
    });

    it('closes again what was opened', async () => {
        const element = show([aBooking()]);
        await open(element);
        await open(element);

        expect(find(element, '.more')).toBeNull();
    });

    it('renders no link to join a canceled booking', async () => {
        const element = show([
            aBooking({ status: 'canceled', join_url: 'https://zoom.example/j/1' })
        ]);
        await open(element);

        expect(find(element, 'a')).toBeNull();
    });

    it('renders an address that is no secure web page’s as text', async () => {
        const element = show([aBooking({ join_url: 'data:text/html,hello' })]);
        await open(element);

        expect(find(element, 'a')).toBeNull();
        expect(find(element, '.join').textContent).toBe('data:text/html,hello');
    });

    it('names to a screen reader which booking a button opens', () => {
        expect(find(show([aBooking()]), '.toggle').getAttribute('aria-label')).toBe(
            'Show details: Today, Tue 24 Nov with Ana Host'
        );
    });

    it('marks the booking that was just made, in words', () => {
        const element = show([aBooking(), aBooking({ booking_id: 'b2' })], { newBookingId: 'b2' });

        expect(findAll(element, '.new').map((each) => each.textContent)).toEqual(['Just booked']);
        expect(findAll(element, '.row')[1].classList).toContain('row_new');
    });
});
