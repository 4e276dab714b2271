import apexAvailability from '@salesforce/apex/BookingController.availability';
import apexBook from '@salesforce/apex/BookingController.book';
import apexBookingByKey from '@salesforce/apex/BookingController.bookingByKey';
import apexGiveUp from '@salesforce/apex/BookingController.giveUp';
import apexBookings from '@salesforce/apex/BookingController.bookings';
import apexBookingTypes from '@salesforce/apex/BookingController.bookingTypes';
import apexBooking from '@salesforce/apex/BookingController.booking';
import apexHosts from '@salesforce/apex/BookingController.hosts';
import {
    askAvailability,
    askBooking,
    askBookingByKey,
    giveUp,
    askBookings,
    askBookingTypes,
    askHosts,
    book
} from 'c/bookingCalls';

jest.mock(
    '@salesforce/apex/BookingController.availability',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/BookingController.book',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/BookingController.booking',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/BookingController.bookingByKey',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/BookingController.giveUp',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/BookingController.bookings',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/BookingController.bookingTypes',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);
jest.mock(
    '@salesforce/apex/BookingController.hosts',
    () => ({ __esModule: true, default: jest.fn() }),
    { virtual: true }
);

const NO_ACCESS = {
    body: { message: "You do not have access to the Apex class named 'BookingController'." }
};

let onLine;

beforeEach(() => {
    onLine = jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(true);
});

afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    jest.resetAllMocks();
});

describe('c-booking-calls', () => {
    it.each([
        [() => askBookingTypes('r'), apexBookingTypes, { recordId: 'r' }],
        [() => askHosts('r', 't'), apexHosts, { recordId: 'r', bookingTypeId: 't' }],
        [
            () => askAvailability('r', 't', { most: 1 }),
            apexAvailability,
            { recordId: 'r', bookingTypeId: 't', times: { most: 1 } }
        ],
        [() => book({ notes: 'n' }, 'k'), apexBook, { wish: { notes: 'n' }, idempotencyKey: 'k' }],
        [() => askBooking('b'), apexBooking, { bookingId: 'b' }],
        [() => askBookingByKey('k'), apexBookingByKey, { idempotencyKey: 'k' }],
        [() => giveUp('k'), apexGiveUp, { idempotencyKey: 'k' }],
        [
            () => askBookings('r', { most: 10 }),
            apexBookings,
            { recordId: 'r', listing: { most: 10 } }
        ]
    ])('asks %s with the parameters as Apex names them', async (ask, apex, parameters) => {
        apex.mockResolvedValue({ answered: true });

        await expect(ask()).resolves.toEqual({ answered: true });
        expect(apex).toHaveBeenCalledWith(parameters);
    });

    it('rejects with the problem that Apex tells', async () => {
        const alternatives = [{ start_at: '2026-11-24T09:00:00Z', host_ids: ['005A'] }];
        apexBook.mockResolvedValue({
            problem: { message: 'Taken.', code: 'slot_taken', field: 'start_at', alternatives }
        });

        await expect(book({}, 'k')).rejects.toEqual({
            message: 'Taken.',
            code: 'slot_taken',
            field: 'start_at',
            retryable: false,
            request_id: '',
            suggestion: '',
            alternatives,
            status: 0,
            retry_after_seconds: 0,
            is_outcome_unknown: false
        });
    });

    it('says who can help when the user may not call the class', async () => {
        apexHosts.mockRejectedValue(NO_ACCESS);
        apexBook.mockRejectedValue(NO_ACCESS);

        await expect(askHosts('r', 't')).rejects.toMatchObject({
            code: 'no_access',
            retryable: false,
            message: expect.stringContaining('Booking Organizer')
        });
        await expect(book({}, 'k')).rejects.toMatchObject({ is_outcome_unknown: false });
    });

    it('asks nothing while the browser is offline, so that nothing can have been booked', async () => {
        onLine.mockReturnValue(false);

        await expect(askBookingTypes('r')).rejects.toMatchObject({ code: 'offline' });
        await expect(book({}, 'k')).rejects.toMatchObject({
            code: 'offline',
            is_outcome_unknown: false
        });
        expect(apexBookingTypes).not.toHaveBeenCalled();
        expect(apexBook).not.toHaveBeenCalled();
    });

    it('does not know whether it was booked when the connection breaks meanwhile', async () => {
        apexBook.mockImplementation(() => {
            onLine.mockReturnValue(false);
            return Promise.reject(new Error('Disconnected or Canceled'));
        });

        await expect(book({}, 'k')).rejects.toMatchObject({
            code: 'offline',
            is_outcome_unknown: true
        });
    });

    it('is unexpected without the words of an exception, and unknown after a wish went out', async () => {
        const failure = { body: { message: 'Line 12: null', exceptionType: 'System.Null' } };
        apexHosts.mockRejectedValue(failure);
        apexBook.mockRejectedValue(failure);

        const problem = await askHosts('r', 't').catch((each) => each);
        expect(problem).toMatchObject({ code: 'unexpected', is_outcome_unknown: false });
        expect(problem.message).not.toContain('null');
        await expect(book({}, 'k')).rejects.toMatchObject({ is_outcome_unknown: true });
    });

    it('is unexpected when Apex answers with nothing', async () => {
        apexHosts.mockResolvedValue(null);
        await expect(askHosts('r', 't')).rejects.toMatchObject({ code: 'unexpected' });
    });

    it.each([
        ['reading', () => askHosts('r', 't'), apexHosts, 25000, false],
        ['booking', () => book({}, 'k'), apexBook, 40000, true]
    ])('gives up %s that is never answered', async (_, ask, apex, mostMs, isUnknown) => {
        jest.useFakeTimers();
        apex.mockReturnValue(new Promise(() => {}));
        const failed = jest.fn();
        ask().catch(failed);

        await jest.advanceTimersByTimeAsync(mostMs - 1);
        expect(failed).not.toHaveBeenCalled();
        await jest.advanceTimersByTimeAsync(1);

        expect(failed).toHaveBeenCalledWith(
            expect.objectContaining({ code: 'service_timeout', is_outcome_unknown: isUnknown })
        );
    });
});
