import { createElement } from 'lwc';
import Bookings from 'c/bookings';
import CreateBookingDialog from 'c/createBookingDialog';
import { askBookings } from 'c/bookingCalls';
import { announce } from 'c/bookingNews';

jest.mock('c/bookingCalls', () => ({
    askBookings: jest.fn(),
    askBookingTypes: jest.fn(() => new Promise(() => {}))
}));

const NOW = '2026-11-24T12:00:00Z';
const RECORD = '00QHp00002AbCdEMAV';
const PROBLEM = {
    code: 'service_unreachable',
    message: 'The booking service does not answer.',
    retryable: true
};

function aBooking(id, startAt, endAt = startAt) {
    return {
        booking_id: id,
        record_id: RECORD,
        booking_type: { name: 'Intro call' },
        status: 'scheduled',
        start_at: startAt,
        end_at: endAt,
        time_zone: 'UTC',
        host: { host_id: '005A', name: 'Ana' },
        platform_name: 'Zoom',
        targets: []
    };
}

const RUNNING = aBooking('running', '2026-11-24T11:45:00Z', '2026-11-24T12:15:00Z');
const OVER = aBooking('over', '2026-11-24T09:00:00Z', '2026-11-24T09:30:00Z');
const NEXT = aBooking('next', '2026-11-25T09:00:00Z', '2026-11-25T09:30:00Z');
const LATER = aBooking('later', '2026-12-25T09:00:00Z', '2026-12-25T09:30:00Z');

/** Answers the two lists; each is an array of pages, or a problem. */
function answer({ upcoming = [[]], past = [[]] } = {}) {
    askBookings.mockImplementation((recordId, listing) => {
        const pages = listing.newest_first ? past : upcoming;
        if (!Array.isArray(pages)) {
            return Promise.reject(pages);
        }
        const at = Number(listing.cursor || 0);
        const next = at + 1 < pages.length ? String(at + 1) : '';
        return Promise.resolve({ bookings: pages[at], next_cursor: next });
    });
}

async function settle() {
    for (let turn = 0; turn < 10; turn += 1) {
        await Promise.resolve();
    }
}

async function show(more = {}) {
    const element = createElement('c-bookings', { is: Bookings });
    Object.assign(element, { recordId: RECORD, objectApiName: 'Lead', ...more });
    document.body.appendChild(element);
    await settle();
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const findAll = (element, selector) => [...element.shadowRoot.querySelectorAll(selector)];
const idsOf = (element, at) => {
    const section = findAll(element, 'section')[at];
    const list = section.querySelector('c-booking-list');
    return list ? list.bookings.map((each) => each.booking_id) : [];
};
const button = (element, label) =>
    findAll(element, 'lightning-button').find((each) => each.label === label);

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.parse(NOW));
    askBookings.mockReset();
    answer();
});

afterEach(() => {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
    jest.restoreAllMocks();
});

describe('c-bookings', () => {
    it('asks for each list by its own call', async () => {
        await show();

        expect(askBookings.mock.calls).toEqual([
            [RECORD, { starts_from: '2026-11-23T12:00:00Z', newest_first: false, most: 10 }],
            [RECORD, { starts_before: NOW, newest_first: true, most: 5 }]
        ]);
    });

    it('renders a meeting that has begun as upcoming, one that is over as past', async () => {
        answer({ upcoming: [[OVER, RUNNING, NEXT]], past: [[RUNNING, OVER]] });

        const element = await show();

        expect(idsOf(element, 0)).toEqual(['running', 'next']);
        expect(idsOf(element, 1)).toEqual(['over']);
        await expect(element).toBeAccessible();
    });

    it('renders what to do when nothing is booked', async () => {
        const element = await show();

        expect(find(element, 'section').textContent).toContain('Click Create Booking');
        expect(find(element, 'c-booking-list')).toBeNull();
        await expect(element).toBeAccessible();
    });

    it('renders in words that it is loading', async () => {
        askBookings.mockReturnValue(new Promise(() => {}));

        const element = await show();

        expect(find(element, '[role="status"]').textContent).toBe('Loading bookings…');
    });

    it('renders more when more is asked for', async () => {
        answer({ upcoming: [[NEXT], [LATER]] });
        const element = await show();

        button(element, 'Show more').click();
        await settle();

        expect(idsOf(element, 0)).toEqual(['next', 'later']);
        expect(button(element, 'Show more')).toBeUndefined();
    });

    it('asks on when a page holds nothing that belongs into the list', async () => {
        answer({ upcoming: [[OVER], [NEXT]] });
        expect(idsOf(await show(), 0)).toEqual(['next']);
    });

    it('renders a problem of one list inside the card, and tries again', async () => {
        answer({ upcoming: PROBLEM, past: [[OVER]] });
        const element = await show();
        const problem = find(element, 'c-booking-problem');
        expect(problem.problem).toEqual(PROBLEM);
        expect(idsOf(element, 1)).toEqual(['over']);

        answer({ upcoming: [[NEXT]] });
        problem.dispatchEvent(new CustomEvent('retry'));
        await settle();

        expect(find(element, 'c-booking-problem')).toBeNull();
        expect(idsOf(element, 0)).toEqual(['next']);
    });

    it('keeps the bookings in sight when a refresh fails', async () => {
        answer({ upcoming: [[NEXT]] });
        const element = await show();

        answer({ upcoming: PROBLEM });
        find(element, 'lightning-button-icon').click();
        await settle();

        expect(idsOf(element, 0)).toEqual(['next']);
        expect(find(element, 'c-booking-problem')).not.toBeNull();
    });

    it('opens a large dialog for the record, and looks again when it closes', async () => {
        const element = await show();
        askBookings.mockClear();
        CreateBookingDialog.open.mockResolvedValue(undefined);

        button(element, 'Create Booking').click();
        await settle();

        expect(CreateBookingDialog.open).toHaveBeenCalledWith({
            size: 'large',
            label: 'Create Booking',
            recordId: RECORD
        });
        expect(askBookings).toHaveBeenCalledTimes(2);
    });

    it('renders the flow inside the card when it is to open in place', async () => {
        const element = await show({ opens: 'In place' });

        button(element, 'Create Booking').click();
        await settle();
        expect(find(element, 'c-booking-panel').recordId).toBe(RECORD);
        expect(find(element, 'section')).toBeNull();

        button(element, 'Back to bookings').click();
        await settle();
        expect(find(element, 'c-booking-panel')).toBeNull();
        expect(findAll(element, 'section')).toHaveLength(2);
    });

    it('cannot be left by Back while a wish is on its way', async () => {
        const element = await show({ opens: 'In place' });
        button(element, 'Create Booking').click();
        await settle();
        const wait = async (isWaiting) => {
            find(element, 'c-booking-panel').dispatchEvent(
                new CustomEvent('waitingchange', { detail: { isWaiting } })
            );
            await settle();
        };

        await wait(true);
        expect(button(element, 'Back to bookings').disabled).toBe(true);
        await wait(false);
        expect(button(element, 'Back to bookings').disabled).toBe(false);
    });

    it('can be left again after another record came while a wish was on its way', async () => {
        const element = await show({ opens: 'In place' });
        button(element, 'Create Booking').click();
        await settle();
        find(element, 'c-booking-panel').dispatchEvent(
            new CustomEvent('waitingchange', { detail: { isWaiting: true } })
        );

        element.recordId = '00QHp00002ZZZZZMAV';
        await settle();
        button(element, 'Create Booking').click();
        await settle();

        expect(button(element, 'Back to bookings').disabled).toBe(false);
    });

    it('leaves the flow when it is done', async () => {
        const element = await show({ opens: 'In place' });
        button(element, 'Create Booking').click();
        await settle();

        find(element, 'c-booking-panel').dispatchEvent(new CustomEvent('close'));
        await settle();

        expect(findAll(element, 'section')).toHaveLength(2);
    });

    it('renders a booking that was just made first, and marked', async () => {
        answer({ upcoming: [[NEXT]] });
        const element = await show();

        answer({ upcoming: [[NEXT, LATER]] });
        announce(LATER);
        await settle();

        expect(idsOf(element, 0)).toEqual(['later', 'next']);
        expect(find(element, 'c-booking-list').newBookingId).toBe('later');
    });

    it('renders it first also when it comes only on a later page', async () => {
        answer({ upcoming: [[NEXT], [LATER]] });
        const element = await show();

        announce(LATER);
        await settle();
        expect(idsOf(element, 0)).toEqual(['later', 'next']);

        button(element, 'Show more').click();
        await settle();
        expect(idsOf(element, 0)).toEqual(['later', 'next']);
    });

    it('takes over at once how far the new booking has come, without asking again', async () => {
        answer({ upcoming: [[NEXT, LATER]] });
        const element = await show();
        announce(LATER);
        await settle();
        askBookings.mockClear();

        const stuck = { target: 'invitation', title: 'Guest invitation', needs_attention: true };
        announce({ ...LATER, targets: [stuck] });
        await settle();

        const [first] = find(element, 'c-booking-list').bookings;
        expect(first.targets).toEqual([stuck]);
        expect(askBookings).not.toHaveBeenCalled();
    });

    it('does not look again for what was booked for another record', async () => {
        await show();
        askBookings.mockClear();

        announce({ ...LATER, record_id: '00QHp00002ZZZZZMAV' });

        expect(askBookings).not.toHaveBeenCalled();
    });

    it('renders the other record’s bookings when the page shows another', async () => {
        answer({ upcoming: [[NEXT]] });
        const element = await show();

        answer({ upcoming: [[LATER]] });
        element.recordId = '00QHp00002ZZZZZMAV';
        await settle();

        expect(idsOf(element, 0)).toEqual(['later']);
    });

    it('drops the answer about the record that was shown before', async () => {
        let answerLate;
        askBookings.mockReturnValueOnce(
            new Promise((resolve) => {
                answerLate = () => resolve({ bookings: [NEXT], next_cursor: '' });
            })
        );
        const element = await show();

        element.recordId = '00QHp00002ZZZZZMAV';
        await settle();
        answerLate();
        await settle();

        expect(idsOf(element, 0)).toEqual([]);
    });
});
