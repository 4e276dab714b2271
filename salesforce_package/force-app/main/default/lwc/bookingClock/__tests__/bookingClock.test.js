import { later, now } from 'c/bookingClock';

describe('c-booking-clock', () => {
    beforeEach(() => jest.useFakeTimers({ now: 1000 }));
    afterEach(() => jest.useRealTimers());

    it('reads the present instant', () => {
        expect(now()).toBe(1000);
    });

    it('does something once, after its time', () => {
        const action = jest.fn();

        later(action, 500);
        jest.advanceTimersByTime(499);
        expect(action).not.toHaveBeenCalled();
        jest.advanceTimersByTime(5000);

        expect(action).toHaveBeenCalledTimes(1);
    });

    it('does not do what was called off', () => {
        const action = jest.fn();

        later(action, 500)();
        jest.advanceTimersByTime(5000);

        expect(action).not.toHaveBeenCalled();
    });
});
