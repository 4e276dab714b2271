import { announce, listen } from 'c/bookingNews';

describe('c-booking-news', () => {
    it('reaches whoever shows the record, with or without the last three letters of its id', () => {
        const hear = jest.fn();
        const stop = listen(() => '00QHp00002AbCdE', hear);
        const booking = { record_id: '00QHp00002AbCdEMAV' };

        announce(booking);
        stop();

        expect(hear).toHaveBeenCalledWith(booking);
    });

    it('does not reach those who show another record or none, nor those who stopped listening', () => {
        const hear = jest.fn();
        const stops = [listen(() => '00QHp00002AbCdd', hear), listen(() => undefined, hear)];
        listen(() => '00QHp00002AbCdE', hear)();

        announce({ record_id: '00QHp00002AbCdEMAV' });
        announce({});
        stops.forEach((stop) => stop());

        expect(hear).not.toHaveBeenCalled();
    });
});
